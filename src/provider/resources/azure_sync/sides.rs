//! The two sides that a synchronization joins, and whether they are the ones that are meant.

use std::collections::BTreeSet;

use super::id;
use super::model::SyncModel;
use crate::provider_block::{At as _, Failure, Newcomer, Session};
use clients::essentials::{self, Organization, Shown};
use clients::graph::Graph;
use clients::http::Call;
use framework::diagnostic::Diagnostic;

/// The organization of a domain, on the stack that serves it.
pub(super) async fn organization_of(
    session: &Session,
    call: &Call,
    domain: &str,
) -> Result<Organization, Failure> {
    let found = session.essentials()?.organization(call, domain).await;
    found.at(SyncModel::domain())
}

/// The organization whose people are synchronized, or what is known of it beforehand.
#[derive(Clone, Copy)]
pub(super) enum Side<'a> {
    /// Proofpoint has it.
    There(&'a Organization),
    /// The same plan makes it: by the domain that the configuration names.
    ToCome(&'a str, &'a Newcomer),
}

impl<'a> Side<'a> {
    /// The domain by which it is addressed.
    pub(super) fn domain(self) -> &'a str {
        match self {
            Self::There(organization) => organization.domain(),
            Self::ToCome(domain, _) => domain,
        }
    }

    /// All its domains, in lower case.
    pub(super) async fn domains(self, call: &Call) -> Result<BTreeSet<String>, essentials::Error> {
        let organization = match self {
            Self::There(organization) => organization,
            Self::ToCome(_, newcomer) => return Ok(newcomer.domains.clone()),
        };
        Ok(organization.domains(call).await?.iter().map(|domain| domain.name.to_lowercase()).collect())
    }
}

/// The settings there are now.
pub(super) async fn settings_of(organization: &Organization, call: &Call) -> Result<Option<Shown>, Failure> {
    organization.settings(call).await.at(SyncModel::domain())
}

/// Graph, where it is configured and its tenant is known. A managed secret cannot do without it.
pub(super) async fn optional_graph(
    session: &Session,
    call: &Call,
    model: &SyncModel,
) -> Result<Option<Graph>, Failure> {
    if !session.is_configured_for_entra() && model.managed_client_secret.is_null() {
        return Ok(None);
    }
    match session.graph(call, model.tenant_id.known().map(String::as_str)).await {
        // Who brings a secret of their own may have no access to Entra at all.
        Err(_) if model.managed_client_secret.is_null() => Ok(None),
        graph => graph.map(Some),
    }
}

/// The application that the settings name, where it is not the one that is meant; any, where that is not known yet.
pub(super) fn other_application<'s>(present: Option<&'s Shown>, model: &SyncModel) -> Option<&'s str> {
    let shown = present.and_then(|present| present.application_id.as_deref());
    shown.filter(|shown| !shown.eq_ignore_ascii_case(model.client_id.text()))
}

/// Settings that name another application are somebody else's work.
pub(super) fn refuse_foreign(present: Option<&Shown>, model: &SyncModel, name: &str) -> Result<(), Failure> {
    other_application(present, model).map_or(Ok(()), |other| Err(has_another(name, other).into()))
}

/// The settings of an organization name another application than the one that is meant.
pub(super) fn has_another(name: &str, application: &str) -> Diagnostic {
    Diagnostic::error(
        "The organization has a synchronization already",
        format!(
            "`{name}` synchronizes through the application `{application}`. Manage that configuration with this resource:\n\n  \
             import {{\n    to = proofpoint_azure_sync.NAME\n    id = \"{}\"\n  }}\n\nor delete it in the Proofpoint console \
             first.",
            id(name)
        ),
    )
    .at(SyncModel::domain())
}

/// A domain of another organization is another synchronization.
pub(super) async fn refuse_other_organization(
    organization: &Organization,
    call: &Call,
    name: &str,
) -> Result<(), Failure> {
    let profile = organization.profile(call).await.at(SyncModel::domain())?;
    if profile.primary_domain.eq_ignore_ascii_case(name) {
        return Ok(());
    }
    Err(Diagnostic::error(
        "The domain belongs to another organization",
        format!(
            "This synchronization is that of `{name}`, and `{}` belongs to `{}`. Use a resource of its own for that \
             organization.",
            organization.domain(),
            profile.primary_domain
        ),
    )
    .at(SyncModel::domain())
    .into())
}
