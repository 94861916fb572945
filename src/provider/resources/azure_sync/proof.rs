//! A new key is proven before anybody is given it: it signs in as Proofpoint will.

use std::collections::BTreeSet;
use std::time::Duration;

use super::managed_secret::{Keys, Minted, application_id};
use super::model::SyncModel;
use crate::provider_block::Failure;
use clients::graph::Graph;
use clients::http::{Call, delays};
use framework::diagnostic::{Diagnostic, Diagnostics};

const FIRST_LOOK: Duration = Duration::from_millis(500);
const LONGEST_PROOF: Duration = Duration::from_secs(10);
/// Between two looks at whether a key that is proven is still there.
const LONGEST_WATCH: Duration = Duration::from_secs(5);

/// Signs in with a new secret as Proofpoint will, until Entra knows it everywhere, and holds the token's roles against what
/// the application declares. A consent that was just given shows in tokens only after a while, too. Ends at once when
/// somebody removes the key meanwhile.
pub(super) async fn prove(
    call: &Call,
    keys: &Keys<'_>,
    client_id: &str,
    minted: &Minted,
    declared: &BTreeSet<String>,
) -> Result<(), Unproven> {
    tokio::select! {
        proof = sign_in(call, keys.graph(), client_id, minted, declared) => proof.map_err(Unproven::Refused),
        () = keys.until_gone(call, &minted.key_id, LONGEST_WATCH) => Err(Unproven::Gone),
    }
}

/// Why a new key was not proven.
pub(super) enum Unproven {
    /// Entra does not let it sign in, or not with what the application declares.
    Refused(Failure),
    /// It is not there any more.
    Gone,
}

/// The key that is waited for is not there any more.
pub(super) fn gone(key_id: &str) -> Diagnostic {
    Diagnostic::error(
        "The new key was removed while it was proven",
        format!(
            "The client secret `{key_id}` was made by this apply, and somebody or something has removed it in Entra since. Find \
             out who manages the secrets of this application, and apply again."
        ),
    )
    .at(application_id())
}

async fn sign_in(
    call: &Call,
    graph: &Graph,
    client_id: &str,
    minted: &Minted,
    declared: &BTreeSet<String>,
) -> Result<(), Failure> {
    let mut refusal = Failure::from(Diagnostics::new());
    for delay in delays(FIRST_LOOK, LONGEST_PROOF) {
        let token = graph
            .credentials()
            .client_secret_token(call, graph.tenant(), client_id, &minted.secret, graph.scope())
            .await;
        refusal = match token {
            Ok(token) => {
                let held: BTreeSet<&str> = token.claims().roles.iter().map(String::as_str).collect();
                let missing: Vec<String> = declared
                    .iter()
                    .filter(|name| !held.contains(name.as_str()))
                    .map(|name| format!("`{name}`"))
                    .collect();
                if missing.is_empty() {
                    return Ok(());
                }
                without_roles(client_id, &missing).into()
            }
            Err(error) if error.may_be_replication() => Failure::from(error).at(SyncModel::client_id()),
            Err(error) => return Err(Failure::from(error).at(SyncModel::client_id())),
        };
        if call.wait(delay).await.is_err() {
            break;
        }
    }
    Err(refusal)
}

fn without_roles(client_id: &str, missing: &[String]) -> Diagnostic {
    Diagnostic::error(
        "The application has not been given its permissions",
        format!(
            "A token for `{client_id}` does not carry {}. Grant admin consent first, for example with \
             `proofpoint_azure_admin_consent` and a `depends_on` on it. Nothing was handed to Proofpoint.",
            missing.join(", ")
        ),
    )
    .at(SyncModel::client_id())
}

#[cfg(test)]
#[path = "proof_tests.rs"]
mod tests;
