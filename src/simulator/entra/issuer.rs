//! The signing keys of an issuer that a federated credential names.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::machine;
use crate::server::shared::Shared;

/// Path of the issuer that the simulator itself is, for tests that need a workload identity.
pub(crate) const OWN_PATH: &str = "/_control/issuer";

/// The issuer's JWKS; `None` when it can't be had.
pub(crate) async fn keys(shared: &Arc<Shared>, issuer: &str) -> Option<Value> {
    if issuer.ends_with(OWN_PATH) || machine::is_of_a_tenant(&shared.world(), issuer) {
        return Some(shared.world().signer.jwks());
    }
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(10))
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .ok()?;
    let configuration =
        fetch(&client, &format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))).await?;
    fetch(&client, configuration.get("jwks_uri")?.as_str()?).await
}

async fn fetch(client: &reqwest::Client, address: &str) -> Option<Value> {
    client.get(address).send().await.ok()?.error_for_status().ok()?.json().await.ok()
}
