//! What Proofpoint Essentials answers: one body for everything that is asked of an organization.

use clients::essentials::{Error, Settings, UserChange};

use super::answering::{Answer, DOMAIN, ID, call, with};
use super::cautious::{SECRET, check_error};

/// Where credentials may go besides the configured address.
const STACKS: &str = ".proofpointessentials.com";

/// Reads an input as the answer of Proofpoint.
pub fn run(input: &[u8]) {
    let Some(answer) = Answer::read(input) else { return };
    with(answer, async |service| {
        let (account, call) = (service.essentials(), &call());
        told(&account.me(call).await);
        let found = account.organization(call, DOMAIN).await;
        told(&found);
        if let Ok(found) = found {
            let stack = found.stack();
            let trusted = stack.starts_with(service.address())
                || stack.strip_prefix("https://").is_some_and(|rest| {
                    rest.split(['/', ':']).next().is_some_and(|host| host.ends_with(STACKS))
                });
            assert!(trusted, "the password would go to {stack}");
        }
        let organization = account.organization_on(DOMAIN, service.address()).expect("the configured stack");
        told(&organization.profile(call).await);
        told(&organization.domains(call).await);
        told(&organization.login_settings(call).await);
        told(&organization.exemptions(call).await);
        told(&organization.user(call, "a@contoso.com").await);
        told(&organization.delete_settings(call).await);
        let settings = organization.settings(call).await;
        told(&settings);
        if let Ok(Some(shown)) = &settings {
            assert!(!shown.others.contains_key("ad_key"), "the key is kept");
            let whole = shown.over(&known());
            assert_eq!(whole.differences(&whole), [], "what is shown differs from itself");
            told(&organization.put_settings(call, &whole, &SECRET.into()).await);
        }
        let body: Option<serde_json::Value> = serde_json::from_slice(&service.body()).ok();
        let users = organization.users(call, Clone::clone).await;
        told(&users);
        let there = body.as_ref().and_then(|body| body.get("users").unwrap_or(body).as_array());
        if let (Ok(users), Some(there)) = (&users, there) {
            assert_eq!(users.len(), there.len(), "accounts of an answer");
        }
        let change = UserChange::default();
        told(&organization.update_user(call, "a@contoso.com", &change).await);
        told(&organization.create_users(call, &[change]).await);
    });
}

/// What was sent last.
fn known() -> Settings {
    Settings {
        primary_domain: DOMAIN.to_owned(),
        application_id: ID.to_owned(),
        disable_login: false,
        default_user_role_name: "end_user".to_owned(),
        sync_frequency: 1,
        sync_active_users: true,
        sync_distribution_groups: true,
        sync_security_groups: false,
        add_users: true,
        update_users: true,
        remove_deleted_users: false,
        add_groups: true,
        update_groups: true,
        remove_deleted_groups: false,
        others: serde_json::Map::new(),
    }
}

/// What was read may hold anything, and what is said of a failure no secret of ours.
fn told<T>(outcome: &Result<T, Error>) {
    if let Err(error) = outcome {
        check_error(error);
    }
}
