//! Takes away what a life left that broke off: what bears the prefix, and nothing else.

use std::time::Duration;

use clients::env::EnvMap;
use clients::graph::Application;
use clients::http::Call;
use proofpoint_provider::provider_block::{ProviderModel, Session, configure};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::account::Account;

/// How long a sweep may take.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// Sweeps, and says what.
#[expect(clippy::print_stderr, reason = "whoever owns the accounts wants to know")]
pub(super) fn sweep(account: &Account) -> Vec<String> {
    let swept = Runtime::new().expect("a runtime").block_on(swept(account));
    for what in &swept {
        eprintln!("swept: {what}");
    }
    swept
}

async fn swept(account: &Account) -> Vec<String> {
    let pairs = account.environment.iter();
    let env: EnvMap = pairs.map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let configuration = configure(&ProviderModel::default(), &env).expect("an environment of a provider");
    let session = Session::new(configuration, &env);
    let call = Call::new(PATIENCE, CancellationToken::new(), Uuid::new_v4());
    let graph = session.graph(&call, None).await.expect("a tenant");
    let applications = graph.applications().all(&call).await.expect("the applications");
    let ours: Vec<&Application> =
        applications.iter().filter(|one| one.display_name.starts_with(&account.prefix)).collect();
    let essentials = session.essentials().expect("a login");
    let organization = essentials.organization(&call, &account.domain).await.expect("the organization");

    let mut swept = Vec::new();
    // First what relies on an application.
    let shown = organization.settings(&call).await.expect("the settings");
    if let Some(client_id) = shown.and_then(|shown| shown.application_id)
        && ours.iter().any(|one| one.client_id.eq_ignore_ascii_case(&client_id))
    {
        organization.delete_settings(&call).await.expect("the sync is deleted");
        swept.push(format!("the sync of `{}`", account.domain));
    }
    for one in ours {
        graph.applications().delete(&call, &one.object_id).await.expect("the application is deleted");
        swept.push(format!("the application `{}`", one.display_name));
    }
    if account.with_people {
        let addresses =
            organization.users(&call, |user| user.primary_email.to_lowercase()).await.expect("accounts");
        for address in addresses.iter().filter(|address| address.starts_with(&account.prefix)) {
            organization.delete_user(&call, address).await.expect("the account is deleted");
            swept.push(format!("the account `{address}`"));
        }
    }
    swept
}
