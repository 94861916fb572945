//! `proofpoint_azure_application`: the registration and its service principal, as the portal's *Register* makes both.

mod adoption;
mod model;
mod properties;

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::provider_block::{Diagnose as _, ObjectPath, Session};
use clients::graph::{self, Application, Graph, NewServicePrincipal, ServicePrincipal};
use clients::http::Call;
use framework::attr::Attr;
use framework::context::Context;
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::resource::{ImportBy, Planned, Planning, Resource, ResourceDescription, State};
use framework::timeouts::DefaultTimeouts;

pub use model::{ApplicationIdentity, ApplicationModel};

/// The resource.
#[derive(Debug, Clone, Copy, Default)]
pub struct AzureApplication;

/// Tag by which the provider knows the applications it made. It is hidden from `tags`.
const OWN_TAG: &str = "terraform-provider-proofpoint";

/// Tag that puts a service principal into the portal's list of enterprise applications.
const ENTERPRISE_APPLICATION: &str = "WindowsAzureActiveDirectoryIntegratedApp";

/// What a refresh learns besides the application itself.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Facts {
    /// The console address that stands in for `redirect_uris` where the configuration names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    console: Option<String>,
    /// When it or its principal was made, by the tenant's clock: for a while after, not every replica knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    made: Option<Timestamp>,
}

impl Resource for AzureApplication {
    type Model = ApplicationModel;
    type Identity = ApplicationIdentity;
    type Private = Facts;
    type Clients = Session;
    type Error = Diagnostics;

    fn describe(&self) -> ResourceDescription {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        let timeouts = DefaultTimeouts {
            create: minutes(10),
            read: minutes(5),
            update: minutes(10),
            delete: minutes(5),
        };
        ResourceDescription { timeouts, ..ResourceDescription::new("azure_application") }
    }

    fn plan(&self, plan: &mut Planning<Self>, diagnostics: &mut Diagnostics) {
        plan_unique_name(plan);
        plan_redirect_uris(plan);
        if let Some(prior) = &plan.prior {
            // A principal that somebody removed is made again.
            plan.planned.service_principal_object_id = match &prior.service_principal_object_id {
                Attr::Known(id) => Attr::Known(id.clone()),
                _ => Attr::Unknown,
            };
            let replaced = is_replaced(&prior.unique_name, &plan.planned.unique_name)
                || is_replaced(&prior.tenant_id, &plan.config.tenant_id);
            if replaced && is_protected(prior) {
                diagnostics.push(protected());
            }
        }
    }

    fn plan_destroy(&self, state: &State<Self>, diagnostics: &mut Diagnostics) {
        if is_protected(&state.model) {
            diagnostics.push(protected());
        }
    }

    async fn check(&self, ctx: &Context<Session>, planned: &Planned<Self>, diagnostics: &mut Diagnostics) {
        if planned.prior.as_ref() == Some(&planned.model) {
            return;
        }
        let takes_console =
            planned.config.redirect_uris.is_null() && planned.model.redirect_uris.is_unknown();
        if takes_console && ctx.clients.console().is_null() {
            diagnostics.append(without_console());
        }
        let checked = async {
            let graph = graph_of(ctx, &planned.model).await?;
            properties::resolve(&graph, &ctx.clients.call(ctx), &planned.model).await
        };
        if let Err(problems) = checked.await {
            diagnostics.append(problems);
        }
    }

    async fn create(
        &self,
        ctx: &Context<Session>,
        planned: Planned<Self>,
        _diagnostics: &mut Diagnostics,
    ) -> Result<State<Self>, Diagnostics> {
        let (session, call) = (&ctx.clients, ctx.clients.call(ctx));
        let graph = graph_of(ctx, &planned.model).await?;
        let access = properties::resolve(&graph, &call, &planned.model).await?;
        let mut model = planned.model;
        if model.redirect_uris.is_unknown() {
            let console = session.console().known().cloned().ok_or_else(without_console)?;
            model.redirect_uris = BTreeSet::from([console]).into();
        }
        let new = properties::registration(&model, access);
        let application = register(&graph, &call, &new).await?;
        let principal = ensure_principal(&graph, &call, &application).await?;
        own(&graph, &call, &application, &model.owners).await?;
        model.tenant_id = graph.tenant().as_str().into();
        model.object_id = application.object_id.as_str().into();
        model.client_id = application.client_id.as_str().into();
        model.service_principal_object_id = principal.object_id.into();
        model.publisher_domain = application.publisher_domain.into();
        model.id = session.path(graph.tenant(), "applications", &application.object_id).to_string().into();
        let facts = Facts { console: session.console().known().cloned(), made: Some(graph.now()) };
        Ok(State::new(model).with_private(facts))
    }

    async fn read(
        &self,
        ctx: &Context<Session>,
        state: State<Self>,
        _diagnostics: &mut Diagnostics,
    ) -> Result<Option<State<Self>>, Diagnostics> {
        let (session, call) = (&ctx.clients, ctx.clients.call(ctx));
        let graph = graph_of(ctx, &state.model).await?;
        let failed = |error: graph::Error| error.diagnose();
        let State { mut model, private: mut facts } = state;
        let client_id = match model.client_id.known() {
            Some(client_id) => client_id.clone(),
            None => match graph.applications().get(&call, model.object_id.text()).await.map_err(failed)? {
                Some(application) => application.client_id,
                None => return Ok(None),
            },
        };
        let look = || async {
            let snapshot = graph.snapshot(&call, &client_id).await?;
            let is_all = snapshot.application.is_some() && snapshot.service_principal.is_some();
            Ok((snapshot, is_all))
        };
        let snapshot = graph.look_since(&call, facts.made, look).await.map_err(failed)?;
        let Some(application) = &snapshot.application else { return Ok(None) };
        properties::show(&graph, &call, &snapshot, application, &mut model).await?;
        model.tenant_id = graph.tenant().as_str().into();
        model.id = session.path(graph.tenant(), "applications", &application.object_id).to_string().into();
        model.deletion_protection = model.deletion_protection.unwrap_or_default().into();
        if !session.console().is_unknown() {
            facts.console = session.console().known().cloned();
        }
        Ok(Some(State::new(model).with_private(facts)))
    }

    async fn update(
        &self,
        ctx: &Context<Session>,
        prior: State<Self>,
        planned: Planned<Self>,
        _diagnostics: &mut Diagnostics,
    ) -> Result<State<Self>, Diagnostics> {
        let call = ctx.clients.call(ctx);
        let graph = graph_of(ctx, &planned.model).await?;
        let object_id = prior.model.object_id.text();
        let application =
            graph.applications().get(&call, object_id).await.map_err(|error| error.diagnose())?;
        let Some(application) = application else {
            return Err(Diagnostic::error(
                "The application is gone",
                format!("The application `{object_id}` was deleted since the plan was made. Plan again."),
            )
            .into());
        };
        let access = properties::resolve(&graph, &call, &planned.model).await?;
        let change = properties::change(&planned, &application, access);
        graph.applications().update(&call, object_id, &change).await.map_err(|error| error.diagnose())?;
        own(&graph, &call, &application, &planned.model.owners).await?;
        let (mut model, mut facts) = (planned.model, planned.private);
        if model.service_principal_object_id.is_unknown() {
            model.service_principal_object_id =
                ensure_principal(&graph, &call, &application).await?.object_id.into();
            facts.made = Some(graph.now());
        }
        Ok(State::new(model).with_private(facts))
    }

    async fn delete(
        &self,
        ctx: &Context<Session>,
        state: State<Self>,
        _diagnostics: &mut Diagnostics,
    ) -> Result<(), Diagnostics> {
        if is_protected(&state.model) {
            return Err(protected().into());
        }
        let graph = graph_of(ctx, &state.model).await?;
        let deleted = graph.applications().delete(&ctx.clients.call(ctx), state.model.object_id.text()).await;
        deleted.map(drop).map_err(|error| error.diagnose().into())
    }

    fn import(&self, by: ImportBy<ApplicationIdentity>) -> Result<State<Self>, Diagnostics> {
        let (tenant_id, object_id) = match by {
            ImportBy::Id(id) => {
                let path = ObjectPath::parse(&id, "applications")
                    .map_err(|error| Diagnostic::error("Invalid import id", format!("{error}.")))?;
                (path.tenant.map(|tenant| tenant.to_string()).into(), path.id.into())
            }
            ImportBy::Identity(identity) => (identity.tenant_id, identity.object_id),
        };
        Ok(State::new(ApplicationModel { tenant_id, object_id, ..ApplicationModel::default() }))
    }

    fn identity(&self, model: &ApplicationModel) -> Option<ApplicationIdentity> {
        let (tenant_id, object_id) = (model.tenant_id.clone(), model.object_id.clone());
        (tenant_id.is_known() && object_id.is_known()).then_some(ApplicationIdentity { tenant_id, object_id })
    }
}

/// The default is planned for new applications only: one without a unique name keeps it so until the user names one.
fn plan_unique_name(plan: &mut Planning<AzureApplication>) {
    let Some(prior) = &plan.prior else {
        if plan.config.unique_name.is_null() {
            plan.planned.unique_name = model::UNIQUE_NAME.into();
        }
        return;
    };
    if plan.config.unique_name.is_null() {
        plan.planned.unique_name = prior.unique_name.clone();
    } else if prior.unique_name.is_known() {
        plan.replace(ApplicationModel::unique_name());
    }
}

/// The default follows the provider's region, which a refresh has taken note of.
fn plan_redirect_uris(plan: &mut Planning<AzureApplication>) {
    if !plan.config.redirect_uris.is_null() {
        return;
    }
    let Some(prior) = &plan.prior else {
        plan.planned.redirect_uris = Attr::Unknown;
        return;
    };
    let same = |address: &str, console: &str| address.trim_end_matches('/') == console.trim_end_matches('/');
    plan.planned.redirect_uris = match (&plan.private.console, prior.redirect_uris.known()) {
        (Some(console), Some(addresses))
            if addresses.len() == 1 && addresses.iter().all(|a| same(a, console)) =>
        {
            prior.redirect_uris.clone()
        }
        (Some(console), _) => BTreeSet::from([console.clone()]).into(),
        (None, _) => prior.redirect_uris.clone(),
    };
}

/// Whether a change of this value replaces the object.
fn is_replaced(prior: &Attr<String>, planned: &Attr<String>) -> bool {
    prior.is_known() && planned.is_known() && prior != planned
}

fn is_protected(model: &ApplicationModel) -> bool {
    model.deletion_protection == Attr::Known(true)
}

fn protected() -> Diagnostic {
    Diagnostic::error(
        "The application is protected",
        "`deletion_protection` is true. Set it to false and apply that first.",
    )
    .at(ApplicationModel::deletion_protection())
}

fn is_ours(application: &Application) -> bool {
    application.tags.iter().any(|tag| tag == OWN_TAG)
}

async fn graph_of(ctx: &Context<Session>, model: &ApplicationModel) -> Result<Graph, Diagnostics> {
    let call = ctx.clients.call(ctx);
    ctx.clients.graph(&call, model.tenant_id.known().map(String::as_str)).await
}

fn without_console() -> Diagnostics {
    Diagnostic::error(
        "The address of the console is not known",
        "Set `redirect_uris`, or the provider's `region` (or `PROOFPOINT_ESSENTIALS_REGION`), whose console stands in for it.",
    )
    .at(ApplicationModel::redirect_uris())
    .into()
}

/// Makes the registration, or finishes what an earlier run began.
async fn register(
    graph: &Graph,
    call: &Call,
    new: &graph::NewApplication,
) -> Result<Application, Diagnostics> {
    let error = match graph.applications().create(call, new).await {
        Ok(application) => return Ok(application),
        Err(error) if error.is_unique_name_taken() || error.outcome_is_unknown() => error,
        Err(error) => return Err(error.diagnose().into()),
    };
    let Some(name) = &new.unique_name else { return Err(error.diagnose().into()) };
    let found = match adoption::find(graph, call, name).await {
        Ok(application) => application,
        // Without an answer to the creation, finding nothing of ours leaves that as the thing to tell.
        Err(_) if error.outcome_is_unknown() => return Err(error.diagnose().into()),
        Err(problem) => return Err(problem.into()),
    };
    let change = properties::whole_change(new, &found);
    graph.applications().update(call, &found.object_id, &change).await.map_err(|error| error.diagnose())?;
    Ok(found)
}

/// The principal of the application: the one that is there, a deleted one restored, or a new one.
async fn ensure_principal(
    graph: &Graph,
    call: &Call,
    application: &Application,
) -> Result<ServicePrincipal, Diagnostics> {
    let client_id = application.client_id.as_str();
    let made = async {
        // An application that was just made cannot have a deleted principal.
        if application.deleted_date_time.is_some()
            && let Some(deleted) = graph.deleted_items().principal_by_client_id(call, client_id).await?
        {
            return graph.deleted_items().restore_principal(call, &deleted.object_id).await;
        }
        let tags = vec![ENTERPRISE_APPLICATION.to_owned()];
        graph
            .service_principals()
            .create(call, &NewServicePrincipal { client_id: client_id.to_owned(), tags })
            .await
    };
    made.await.map_err(|error| error.diagnose().into())
}

/// Makes the owners what the plan names. Additions come first: a caller that may only change what it owns would otherwise
/// lock itself out half-way.
async fn own(
    graph: &Graph,
    call: &Call,
    application: &Application,
    owners: &Attr<BTreeSet<String>>,
) -> Result<(), Diagnostics> {
    let Some(wanted) = owners.known() else { return Ok(()) };
    let made = async {
        let applications = graph.applications();
        let present = applications.owners(call, &application.object_id).await?;
        for owner in wanted.difference(&present) {
            applications.add_owner(call, &application.object_id, owner).await?;
        }
        for owner in present.difference(wanted) {
            applications.remove_owner(call, &application.object_id, owner).await?;
        }
        Ok::<(), graph::Error>(())
    };
    made.await.map_err(|error| error.diagnose().at(ApplicationModel::owners()).into())
}
