//! `proofpoint_azure_sync_health`: whether the sync works.

mod judge;
mod model;

use std::collections::BTreeSet;

use crate::preview::FindingModel;
use crate::provider_block::{At as _, Failure, Session};
use clients::essentials::{self, Shown};
use clients::graph::{self, Graph, PermissionKind, Snapshot};
use clients::http::Call;
use framework::attr::Attr;
use framework::context::Context;
use framework::data_source::{DataSource, DataSourceDescription};
use framework::diagnostic::Diagnostics;

pub(crate) use judge::APPLICATION_DISABLED;
use judge::{Application, Known, Secret, Sync, judge};
pub(crate) use model::HealthModel;

/// The data source.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AzureSyncHealthSource;

/// A secret with less life than this many days is a finding where the user does not say.
const WARN_DAYS: i64 = 30;

impl DataSource for AzureSyncHealthSource {
    type Model = HealthModel;
    type Clients = Session;
    type Error = Failure;

    fn describe(&self) -> DataSourceDescription {
        DataSourceDescription::new("azure_sync_health")
    }

    fn subject(&self, config: &HealthModel) -> Option<String> {
        config.domain.known().cloned()
    }

    async fn read(
        &self,
        ctx: &Context<Session>,
        config: HealthModel,
        _diagnostics: &mut Diagnostics,
    ) -> Result<HealthModel, Failure> {
        examine(&ctx.clients, &ctx.clients.call(ctx), config).await
    }
}

/// The health of the sync that `config` names.
pub(crate) async fn examine(
    session: &Session,
    call: &Call,
    config: HealthModel,
) -> Result<HealthModel, Failure> {
    let graph = session.graph(call, config.tenant_id.known().map(String::as_str)).await?;
    let settings =
        settings(call, session.essentials()?, config.domain.text()).await.at(HealthModel::domain())?;
    let application = match &settings {
        Some(Shown { application_id: Some(client_id), .. }) => application(call, &graph, client_id).await?,
        Some(_) => Known::No("Proofpoint does not show which application it signs in with.".to_owned()),
        None => Known::Yes(None),
    };
    let sync = settings.as_ref().map(Sync::from);
    let warn_days = config.warn_days.unwrap_or(WARN_DAYS);
    let verdict = judge(sync.as_ref(), &application, warn_days, graph.clock().now());

    let missing = match &application {
        Known::Yes(Some(Application { missing_permissions: Known::Yes(missing), .. })) => {
            Some(missing.clone())
        }
        _ => None,
    };
    let found = match (&sync, &application) {
        (Some(_), Known::Yes(found)) => Some(found.is_some()),
        _ => None,
    };
    Ok(HealthModel {
        configured: sync.is_some().into(),
        healthy: verdict.healthy().into(),
        frequency: sync.as_ref().and_then(|sync| sync.frequency).into(),
        last_successful_sync: sync.as_ref().and_then(|sync| sync.last_run.at().map(str::to_owned)).into(),
        overdue: verdict.overdue.into(),
        client_id: sync.as_ref().and_then(|sync| sync.client_id.clone()).into(),
        application_found: found.into(),
        secret_expiry: sync.and_then(|sync| sync.secret_expiry).into(),
        key_end_date: verdict.key_end.map(|end| end.to_string()).into(),
        days_left: verdict.days_left.into(),
        consent_complete: missing.as_ref().map(BTreeSet::is_empty).into(),
        missing_permissions: missing.into(),
        findings: Attr::Known(verdict.findings.iter().map(FindingModel::from).collect()),
        ..config
    })
}

async fn settings(
    call: &Call,
    account: &essentials::Essentials,
    domain: &str,
) -> Result<Option<Shown>, essentials::Error> {
    account.organization(call, domain).await?.settings(call).await
}

impl From<&Shown> for Sync {
    fn from(settings: &Shown) -> Self {
        Self {
            client_id: settings.application_id.clone(),
            frequency: settings.sync_frequency,
            last_run: settings.last_run.clone(),
            secret_expiry: settings.secret_expiry.clone(),
        }
    }
}

/// The application and its consent, as far as the caller may read them.
async fn application(
    call: &Call,
    graph: &Graph,
    client_id: &str,
) -> Result<Known<Option<Application>>, graph::Error> {
    // What may not be read is told; any other failure is one.
    let told = |error: graph::Error| {
        if error.is_forbidden() { Ok(error.to_string()) } else { Err(error) }
    };
    let snapshot = match graph.snapshot(call, client_id).await {
        Ok(snapshot) => snapshot,
        Err(error) => return told(error).map(Known::No),
    };
    // The application may be readable where its grants are not.
    let missing_permissions = match missing_permissions(call, graph, &snapshot).await {
        Ok(missing) => Known::Yes(missing),
        Err(error) => Known::No(told(error)?),
    };
    Ok(Known::Yes(snapshot.application.as_ref().map(|application| Application {
        is_enabled: snapshot.service_principal.as_ref().is_none_or(graph::ServicePrincipal::is_enabled),
        secrets: secrets(application),
        missing_permissions,
    })))
}

fn secrets(application: &graph::Application) -> Vec<Secret> {
    let keys = application.password_credentials.iter();
    keys.map(|key| Secret { start: key.start_date_time, end: key.end_date_time }).collect()
}

/// Names of the permissions of Microsoft Graph that the application declares and that are not granted for everybody.
async fn missing_permissions(
    call: &Call,
    graph: &Graph,
    snapshot: &Snapshot,
) -> Result<BTreeSet<String>, graph::Error> {
    let Some(application) = &snapshot.application else { return Ok(BTreeSet::new()) };
    let api = snapshot.graph_principal_id.as_deref();
    let assigned: BTreeSet<&str> = snapshot
        .app_role_assignments()?
        .iter()
        .filter(|assignment| Some(assignment.resource_id.as_str()) == api)
        .map(|assignment| assignment.app_role_id.as_str())
        .collect();
    let granted: BTreeSet<String> = snapshot
        .grants()?
        .iter()
        .filter(|grant| grant.is_for_all() && Some(grant.resource_id.as_str()) == api)
        .flat_map(graph::Grant::scopes)
        .collect();
    let names = graph.permissions();
    let mut missing = BTreeSet::new();
    for id in application.graph_permission_ids(PermissionKind::Application) {
        if !assigned.contains(id) {
            let name = names.name(call, PermissionKind::Application, id).await?;
            missing.insert(format!("{name} (application)"));
        }
    }
    for id in application.graph_permission_ids(PermissionKind::Delegated) {
        let name = names.name(call, PermissionKind::Delegated, id).await?;
        if !granted.contains(&name) {
            missing.insert(format!("{name} (delegated)"));
        }
    }
    Ok(missing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use framework::model::Model as _;

    #[test]
    fn the_page_tells_after_how_many_days_a_secret_is_a_finding() {
        let schema = HealthModel::schema();
        let told = &schema.attribute("warn_days").unwrap().description;
        assert!(told.contains(&format!("Defaults to {WARN_DAYS}.")), "{told}");
    }
}
