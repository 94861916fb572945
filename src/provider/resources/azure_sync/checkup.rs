//! What a first apply would meet, before there is a configuration: the checks of the preflight, one at a time.

use super::AzureSync;
use super::model::{LIFETIME, ManagedClientSecret, ROTATE_BEFORE, SyncModel};
use super::preflight::{Findings, Moment, Preflight};
use super::sides::Side;
use crate::provider_block::Session;
use clients::essentials::Organization;
use clients::graph::Graph;
use clients::http::Call;
use framework::diagnostic::Diagnostics;

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Check {
    /// The older sync with Active Directory.
    DirectorySync,
    /// Whether both sides are one customer, with the same domains.
    Domains,
    /// Whether policies permit a client secret of the usual life.
    SecretPolicy,
}

impl AzureSync {
    /// Looks at one thing, for a sync of this organization that mints its own keys. Errors are what an apply would fail at.
    pub(crate) async fn check_up(
        check: Check,
        session: &Session,
        call: &Call,
        (graph, organization): (Option<&Graph>, &Organization),
        primary_domain: &str,
    ) -> Diagnostics {
        let managed = ManagedClientSecret {
            lifetime: LIFETIME.into(),
            rotate_before: ROTATE_BEFORE.into(),
            ..ManagedClientSecret::default()
        };
        let model = SyncModel {
            domain: organization.domain().into(),
            primary_domain: primary_domain.into(),
            managed_client_secret: managed.into(),
            ..SyncModel::default()
        };
        let side = Side::There(organization);
        let preflight = Preflight { session, call, graph, side, model: &model };
        let mut findings = Findings::default();
        match (check, graph) {
            (Check::DirectorySync, _) => preflight.directory_sync(&mut findings).await,
            (Check::Domains, Some(graph)) => preflight.tenant(graph, &mut findings).await,
            (Check::SecretPolicy, Some(graph)) => {
                preflight.secret_policy(graph, Moment::Apply, &mut findings).await;
            }
            (_, None) => {}
        }
        let Findings { contradictions: mut all, problems, remarks, sign_in } = findings;
        all.append(problems);
        all.append(remarks);
        all.append(sign_in);
        all
    }
}
