//! `proofpoint_azure_application`: an application that is there, with everything that an import of it takes.

use std::collections::BTreeSet;

use crate::provider_block::{At as _, Failure, Session};
use clients::graph::{self, Application, Graph, PermissionKind, Snapshot};
use clients::http::Call;
use framework::attr::Attr;
use framework::context::Context;
use framework::data_source::{DataSource, DataSourceDescription};
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::model;
use framework::path::Path;
use framework::timeouts::ReadTimeouts;
use framework::validators::{ConfigRule, length, uuid};

/// The data source.
pub(crate) struct AzureApplicationSource;

model! {
    /// An application of the Entra tenant, found by its client id, its unique name or its display name, with the ids by which
    /// it, its consent and its client secrets are imported. Secrets themselves are shown by nobody.
    pub struct ApplicationSourceModel {
        /// Application (client) id.
        client_id: Attr<String> => optional().computed().validate(uuid()),
        /// Unique name.
        unique_name: Attr<String> => optional().computed().validate(length(1, 256)),
        /// Name shown in the Entra portal. Where several applications have it, the error lists them.
        display_name: Attr<String> => optional().computed().validate(length(1, 256)),
        /// Tenant that holds the application. Defaults to the provider's `tenant_id`.
        tenant_id: Attr<String> => optional().computed().validate(uuid()),
        /// Path of the application, `/applications/{object id}`: what an import of `proofpoint_azure_application` takes.
        id: Attr<String> => computed(),
        /// Object id of the application.
        object_id: Attr<String> => computed(),
        /// Object id of its service principal; null where it has none.
        service_principal_object_id: Attr<String> => computed(),
        /// Path of its consent, `/servicePrincipals/{object id}/adminConsent`: what an import of
        /// `proofpoint_azure_admin_consent` takes. Null where it has no service principal.
        consent_id: Attr<String> => computed(),
        /// Paths of its client secrets, `/applications/{object id}/password/{key id}`: what an import of
        /// `proofpoint_azure_client_secret` takes, with when each ends (RFC 3339).
        client_secrets: Attr<Vec<ListedSecret>> => computed(),
        /// Accounts that may sign in, such as `AzureADMyOrg`.
        sign_in_audience: Attr<String> => computed(),
        /// Addresses to which Microsoft may return a signed-in user.
        redirect_uris: Attr<BTreeSet<String>> => computed(),
        /// Microsoft Graph permissions that it declares for a signed-in user, by name.
        delegated_permissions: Attr<BTreeSet<String>> => computed(),
        /// Microsoft Graph permissions that it declares for itself, by name.
        application_permissions: Attr<BTreeSet<String>> => computed(),
        /// Object ids of its owners; null where the caller may not read them.
        owners: Attr<BTreeSet<String>> => computed(),
        /// Free text for administrators.
        notes: Attr<String> => computed(),
        /// All of its tags, those of this provider included.
        tags: Attr<BTreeSet<String>> => computed(),
        /// Verified domain that Entra shows as its publisher.
        publisher_domain: Attr<String> => computed(),
        /// How long reading may take.
        timeouts: Attr<ReadTimeouts> => timeouts(),
    }
}

model! {
    /// A client secret, without its value.
    pub struct ListedSecret {
        /// Path of the secret.
        id: Attr<String> => computed(),
        /// Id of the secret.
        key_id: Attr<String> => computed(),
        /// Its description.
        display_name: Attr<String> => computed(),
        /// When it ends, RFC 3339.
        end_date: Attr<String> => computed(),
    }
}

impl DataSource for AzureApplicationSource {
    type Model = ApplicationSourceModel;
    type Clients = Session;
    type Error = Failure;

    fn describe(&self) -> DataSourceDescription {
        DataSourceDescription::new("azure_application")
    }

    fn config_rules(&self) -> Vec<ConfigRule> {
        vec![ConfigRule::exactly_one_of([
            ApplicationSourceModel::client_id(),
            ApplicationSourceModel::unique_name(),
            ApplicationSourceModel::display_name(),
        ])]
    }

    fn subject(&self, config: &ApplicationSourceModel) -> Option<String> {
        sought(config).map(|(name, _)| name.to_owned())
    }

    async fn read(
        &self,
        ctx: &Context<Session>,
        config: ApplicationSourceModel,
        _: &mut Diagnostics,
    ) -> Result<ApplicationSourceModel, Failure> {
        let (session, call) = (&ctx.clients, ctx.clients.call(ctx));
        let graph = session.graph(&call, config.tenant_id.known().map(String::as_str)).await?;
        let (name, path) = sought(&config).unwrap_or_default();
        let client_id = find(&graph, &call, &config).await?;
        let snapshot = graph.snapshot(&call, &client_id).await.at(path.clone())?;
        let Some(application) = &snapshot.application else { return Err(none(name).at(path).into()) };
        let mut model = shown(&graph, &call, &snapshot, application).await?;
        let own = session.path(graph.tenant(), "applications", &application.object_id);
        model.client_secrets = Attr::Known(
            application
                .password_credentials
                .iter()
                .map(|key| ListedSecret {
                    id: own.clone().part(&format!("password/{}", key.key_id)).to_string().into(),
                    key_id: key.key_id.clone().into(),
                    display_name: key.display_name.clone().into(),
                    end_date: key.end_date_time.map(|end| end.to_string()).into(),
                })
                .collect(),
        );
        model.consent_id = snapshot
            .service_principal
            .as_ref()
            .map(|principal| {
                let path = session.path(graph.tenant(), "servicePrincipals", &principal.object_id);
                path.part("adminConsent").to_string()
            })
            .into();
        model.id = own.to_string().into();
        model.tenant_id = graph.tenant().as_str().into();
        // Arguments stay as they are written.
        for (argument, own) in [
            (config.client_id, &mut model.client_id),
            (config.unique_name, &mut model.unique_name),
            (config.display_name, &mut model.display_name),
            (config.tenant_id, &mut model.tenant_id),
        ] {
            if argument.is_known() {
                *own = argument;
            }
        }
        Ok(ApplicationSourceModel { timeouts: config.timeouts, ..model })
    }
}

/// What it is looked for by, and where that is written.
fn sought(config: &ApplicationSourceModel) -> Option<(&str, Path)> {
    [
        (&config.client_id, ApplicationSourceModel::client_id()),
        (&config.unique_name, ApplicationSourceModel::unique_name()),
        (&config.display_name, ApplicationSourceModel::display_name()),
    ]
    .into_iter()
    .find_map(|(argument, path)| Some((argument.known()?.as_str(), path)))
}

/// The client id of the application that is meant.
async fn find(graph: &Graph, call: &Call, config: &ApplicationSourceModel) -> Result<String, Failure> {
    if let Some(client_id) = config.client_id.known() {
        return Ok(client_id.clone());
    }
    let applications = graph.applications();
    if let Some(name) = config.unique_name.known() {
        let path = ApplicationSourceModel::unique_name();
        let found = applications.get_by_unique_name(call, name).await.at(path.clone())?;
        return found.map(|one| one.client_id).ok_or_else(|| none(name).at(path).into());
    }
    let (name, path) = (config.display_name.text(), ApplicationSourceModel::display_name());
    match applications.named(call, name).await.at(path.clone())?.as_slice() {
        [] => Err(none(name).at(path).into()),
        [one] => Ok(one.client_id.clone()),
        several => Err(ambiguous(name, several).at(path).into()),
    }
}

fn none(name: &str) -> Diagnostic {
    Diagnostic::error(
        "There is no such application",
        format!(
            "The tenant has no application `{name}`. A deleted one is not found; one of another tenant is found there: set \
             `tenant_id`."
        ),
    )
}

fn ambiguous(name: &str, several: &[Application]) -> Diagnostic {
    let lines: Vec<String> = several
        .iter()
        .map(|one| {
            let made = one.created_date_time.map(|at| format!(", made {at}")).unwrap_or_default();
            format!("- client id `{}`{made}", one.client_id)
        })
        .collect();
    Diagnostic::error(
        "Several applications have this name",
        format!(
            "Names shown in the portal are not unique. These are called `{name}`:\n{}\nName one by `client_id`. Proofpoint uses \
             the one that `proofpoint_azure_sync` shows as the organization's `client_id`.",
            lines.join("\n")
        ),
    )
}

async fn shown(
    graph: &Graph,
    call: &Call,
    snapshot: &Snapshot,
    application: &Application,
) -> Result<ApplicationSourceModel, graph::Error> {
    let permissions = graph.permissions();
    let names = async |kind| permissions.names(call, kind, application.graph_permission_ids(kind)).await;
    Ok(ApplicationSourceModel {
        client_id: application.client_id.as_str().into(),
        unique_name: application.unique_name.clone().into(),
        display_name: application.display_name.as_str().into(),
        object_id: application.object_id.as_str().into(),
        service_principal_object_id: snapshot
            .service_principal
            .as_ref()
            .map(|principal| principal.object_id.clone())
            .into(),
        sign_in_audience: application.sign_in_audience.clone().into(),
        redirect_uris: application.web.redirect_uris.iter().cloned().collect(),
        delegated_permissions: names(PermissionKind::Delegated).await?.into(),
        application_permissions: names(PermissionKind::Application).await?.into(),
        owners: snapshot.owners.clone().into(),
        notes: application.notes.clone().filter(|notes| !notes.is_empty()).into(),
        tags: application.tags.iter().cloned().collect(),
        publisher_domain: application.publisher_domain.clone().into(),
        ..ApplicationSourceModel::default()
    })
}
