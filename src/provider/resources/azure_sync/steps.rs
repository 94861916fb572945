//! What the steps of a create or update work with, and what they come to.

use std::sync::OnceLock;
use std::time::Duration;

use secrecy::SecretString;

use super::late_keys::LeftOver;
use super::managed_secret::{Keys, new_owner};
use super::model::SyncModel;
use super::{AzureSync, Facts, exemptions};
use crate::provider_block::{Failure, Session};
use clients::essentials::Organization;
use clients::graph::Graph;
use clients::http::Call;
use framework::diagnostic::Diagnostic;
use framework::resource::Planned;

/// What the steps work with.
pub(super) struct Apply<'a> {
    pub(super) session: &'a Session,
    pub(super) call: &'a Call,
    pub(super) graph: Option<Graph>,
    pub(super) organization: Organization,
    pub(super) planned: &'a Planned<AzureSync>,
    /// The primary domain of the organization.
    pub(super) name: String,
    /// What the resource marks its keys with.
    pub(super) owner: String,
    /// How long the operation may take.
    pub(super) patience: Duration,
    /// The key that is left in Entra, or may be, should the steps fail.
    pub(super) left_over: OnceLock<LeftOver>,
}

/// What is known when the steps are done.
pub(super) struct Done {
    pub(super) model: SyncModel,
    pub(super) facts: Facts,
    /// What was not done after Proofpoint was given the key, which has to be in the state.
    pub(super) failure: Option<Failure>,
}

impl<'a> Apply<'a> {
    /// The steps for a plan.
    pub(super) fn new(
        session: &'a Session,
        call: &'a Call,
        graph: Option<Graph>,
        organization: Organization,
        planned: &'a Planned<AzureSync>,
        name: &str,
    ) -> Self {
        let owner = planned.private.owner.clone().unwrap_or_else(new_owner);
        let patience = call.remaining();
        let (name, left_over) = (name.to_owned(), OnceLock::new());
        Self { session, call, graph, organization, planned, name, owner, patience, left_over }
    }

    /// Takes note of a key that is left in Entra, or may be.
    pub(super) fn leave(&self, key: LeftOver) {
        // There is one at most.
        let _ = self.left_over.set(key);
    }

    /// The keys of the application that is managed for this organization.
    pub(super) fn keys(&self) -> Result<Keys<'_>, Failure> {
        let managed = self.planned.model.managed_client_secret.unwrap_or_default();
        let keys = Keys::new(self.graph()?, &managed, &self.name, Some(&self.owner))?;
        Ok(keys.knowing(&self.planned.private.late_keys))
    }

    /// Makes the exempt addresses those of the plan, where it manages them.
    pub(super) async fn bring_exemptions(&self) -> Result<(), Failure> {
        let Some(exempt) = self.planned.model.exemptions.known() else { return Ok(()) };
        let before = self.planned.prior.as_ref().and_then(|prior| prior.exemptions.known());
        exemptions::apply(&self.organization, self.call, before, exempt).await
    }

    /// Adds the exempt addresses of the plan, where it manages them, and takes none off.
    pub(super) async fn add_exemptions(&self) -> Result<(), Failure> {
        match self.planned.model.exemptions.known() {
            Some(exempt) => exemptions::apply(&self.organization, self.call, None, exempt).await,
            None => Ok(()),
        }
    }

    /// The secret of the configuration, which is there unless one is managed.
    pub(super) fn configured_secret(&self) -> Result<SecretString, Failure> {
        let config = &self.planned.config;
        let secret = config.client_secret_wo.known().or(config.client_secret.known());
        secret.cloned().map(SecretString::from).ok_or_else(|| {
            Diagnostic::error(
                "A client secret is needed",
                "Proofpoint is given a client secret together with the settings, and the configuration holds none.",
            )
            .into()
        })
    }

    /// Microsoft Graph, which a managed secret needs.
    pub(super) fn graph(&self) -> Result<&Graph, Failure> {
        self.graph.as_ref().ok_or_else(|| {
            Diagnostic::error(
                "The provider is not configured for Entra",
                "A managed secret is made in Entra. Configure how to sign in there, for example with `ARM_TENANT_ID`, \
                 `ARM_CLIENT_ID` and `ARM_CLIENT_SECRET`.",
            )
            .into()
        })
    }
}
