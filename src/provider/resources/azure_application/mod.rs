//! `proofpoint_azure_application`: the registration and its service principal, as the portal's *Register* makes both.

mod adoption;
mod model;
mod moved;
mod principal;
mod properties;
mod tags;

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::enterprise_application::{self, invalid_import};
use crate::provider_block::{At as _, Failure, ObjectPath, Session, bare_client_id};
use clients::graph::{
    self, Application, Deletion, Graph, Mark, NewApplication, ServicePrincipal, Sight, Thing,
};
use clients::http::Call;
use framework::attr::Attr;
use framework::context::Context;
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::resource::{ImportBy, MoveFrom, Planned, Planning, Resource, ResourceDescription, State};
use framework::timeouts::DefaultTimeouts;

use adoption::Holder;
pub(crate) use adoption::may_come_back;
pub(crate) use model::{ApplicationIdentity, ApplicationModel};
pub(crate) use tags::is_ours;
use tags::{OWN_TAG, OWNER_TAG, RESTORED_TAG, is_own_tag};

/// The resource.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AzureApplication;

/// What a refresh learns besides the application itself.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Facts {
    /// The console address that stands in for `redirect_uris` where the configuration names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    console: Option<String>,
    /// When it or its principal was last made or changed, by the tenant's clock: for a while after, not every replica knows.
    #[serde(default, skip_serializing_if = "Option::is_none", alias = "made")]
    written: Option<Timestamp>,
    /// What tells this resource from another one that may take the application over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    /// That was learnt from the application when it was imported: it is another state's as well, until this one changes it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    learnt: bool,
    /// Whose it was before: for a while after, a replica may show that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<String>,
}

impl Resource for AzureApplication {
    type Model = ApplicationModel;
    type Identity = ApplicationIdentity;
    type Private = Facts;
    type Clients = Session;
    type Error = Failure;

    fn describe(&self) -> ResourceDescription {
        ResourceDescription::new("azure_application").timeouts(DefaultTimeouts::minutes(10).deleting(5))
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
        if let Some(prior) = &planned.prior {
            ctx.clients.intentions().keep_held(prior.id.text());
        }
        if planned.prior.as_ref() == Some(&planned.model) {
            return;
        }
        let takes_console =
            planned.config.redirect_uris.is_null() && planned.model.redirect_uris.is_unknown();
        let checked = async {
            let (graph, call) = (graph_of(ctx, &planned.model).await?, ctx.clients.call(ctx));
            properties::resolve(&graph, &call, &planned.model).await?;
            // The same plan may hold the cure.
            if let (None, Some(name), false) =
                (&planned.prior, planned.model.unique_name.known(), planned.config.tenant_id.is_unknown())
            {
                let taken = adoption::foresee(&ctx.clients, &graph, &call, name).await;
                diagnostics.append(taken.map(Diagnostic::into_warning));
            }
            Ok::<(), Failure>(())
        };
        let checked = checked.await.err();
        // Whoever can't sign in yet is told of that alone, `region` among it.
        let signs_in = !checked.as_ref().is_some_and(Failure::is_of_sign_in);
        if signs_in && takes_console && ctx.clients.console().is_null() {
            diagnostics.append(properties::without_console());
        }
        if let Some(problems) = checked {
            diagnostics.append(problems);
        }
    }

    async fn create(
        &self,
        ctx: &Context<Session>,
        planned: Planned<Self>,
        diagnostics: &mut Diagnostics,
    ) -> Result<State<Self>, Failure> {
        let (session, call) = (&ctx.clients, ctx.clients.call(ctx));
        let graph = graph_of(ctx, &planned.model).await?;
        let access = properties::resolve(&graph, &call, &planned.model).await?;
        let mut model = planned.model;
        if model.redirect_uris.is_unknown() {
            let console = session.console().known().cloned().ok_or_else(properties::without_console)?;
            model.redirect_uris = BTreeSet::from([console]).into();
        }
        let owner = Uuid::new_v4().simple().to_string();
        let new = properties::registration(&model, access, &owner);
        let (application, principal) = register(session, &graph, &call, (&new, &owner), diagnostics).await?;
        graph.note_owner(&application.object_id, &owner);
        let before = graph::owner_in(&application.tags, OWNER_TAG).filter(|before| *before != owner);
        let before = before.map(str::to_owned);
        model.tenant_id = graph.tenant().as_str().into();
        model.object_id = application.object_id.as_str().into();
        model.client_id = application.client_id.as_str().into();
        model.service_principal_object_id = principal.object_id.into();
        model.publisher_domain = application.publisher_domain.into();
        model.id = session.path(graph.tenant(), "applications", &application.object_id).to_string().into();
        let facts = Facts {
            console: session.console().known().cloned(),
            written: Some(graph.now()),
            owner: Some(owner),
            learnt: false,
            before,
        };
        Ok(State::new(model).with_private(facts))
    }

    async fn read(
        &self,
        ctx: &Context<Session>,
        state: State<Self>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<State<Self>>, Failure> {
        let (session, call) = (&ctx.clients, ctx.clients.call(ctx));
        let graph = graph_of(ctx, &state.model).await?;
        let State { model: known, private: mut facts } = state;
        let client_id = match known.client_id.known() {
            Some(client_id) => client_id.clone(),
            None => match graph.applications().get(&call, known.object_id.text()).await? {
                Some(application) => application.client_id,
                None => return Ok(None),
            },
        };
        // What was written a moment ago and is not shown may be late.
        let look = || async {
            let snapshot = graph.snapshot(&call, &client_id).await?;
            let Some(application) = &snapshot.application else { return Ok((None, Sight::Nothing)) };
            let shown = properties::show(&graph, &call, &snapshot, application, &known).await?;
            let is_all = shown == known
                || principal::is_all_that_is_gone(&graph, &call, &known, &shown, facts.written).await;
            Ok((Some((snapshot, shown)), if is_all { Sight::Whole } else { Sight::Part }))
        };
        let thing = Thing::Application(known.object_id.text());
        let found = graph.look_since(&call, facts.written, thing, look).await?;
        let Some((snapshot, mut model)) = found else { return Ok(None) };
        if let Some(principal) = snapshot.service_principal.as_ref().filter(|found| !found.is_enabled()) {
            diagnostics.push(enterprise_application::disabled(principal));
        }
        if facts.owner.is_none() {
            // Imported, or made before there were marks.
            let tags = snapshot.application.as_ref().map(|application| application.tags.as_slice());
            facts.owner = tags.and_then(|tags| graph::owner_in(tags, OWNER_TAG)).map(str::to_owned);
            facts.learnt = facts.owner.is_some();
        }
        model.tenant_id = graph.tenant().as_str().into();
        model.id = session.path(graph.tenant(), "applications", model.object_id.text()).to_string().into();
        session.intentions().keep_held(model.id.text());
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
    ) -> Result<State<Self>, Failure> {
        let call = ctx.clients.call(ctx);
        let graph = graph_of(ctx, &planned.model).await?;
        let object_id = prior.model.object_id.text();
        let look = || async {
            let found = graph.applications().get(&call, object_id).await?;
            let sight = Sight::of(found.as_ref());
            Ok((found, sight))
        };
        let found = graph.look_since(&call, prior.private.written, Thing::Application(object_id), look).await;
        let Some(application) = found? else {
            return Err(Diagnostic::error(
                "The application is gone",
                format!("The application `{object_id}` was deleted since the plan was made. Plan again."),
            )
            .into());
        };
        let access = properties::resolve(&graph, &call, &planned.model).await?;
        let mut facts = planned.private.clone();
        if std::mem::take(&mut facts.learnt) {
            facts.before = facts.owner.take();
        }
        let owner = facts.owner.get_or_insert_with(|| Uuid::new_v4().simple().to_string());
        let change = properties::change(&planned, &application, access, owner);
        graph.applications().update(&call, object_id, &change).await?;
        own(&graph, &call, &application, planned.model.owners.known()).await?;
        let mut model = planned.model;
        if model.service_principal_object_id.is_unknown() {
            model.service_principal_object_id =
                principal::of_known(&graph, &call, &application).await?.object_id.into();
        }
        facts.written = Some(graph.now());
        Ok(State::new(model).with_private(facts))
    }

    async fn delete(
        &self,
        ctx: &Context<Session>,
        state: State<Self>,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Failure> {
        if is_protected(&state.model) {
            return Err(protected().into());
        }
        let graph = graph_of(ctx, &state.model).await?;
        let State { model, private: facts } = state;
        let object_id = model.object_id.text();
        if let Some(written) = facts.written {
            graph.note_made(object_id, written);
        }
        let call = ctx.clients.call(ctx);
        let before = facts.before.as_deref().filter(|_| graph.is_young(facts.written));
        let mark = Mark { prefix: OWNER_TAG, owner: facts.owner.as_deref(), before };
        if graph.is_relied_on(model.client_id.text()) {
            graph.applications().disown(&call, object_id, mark).await?;
            diagnostics.push(relied_on(object_id));
            return Ok(());
        }
        let name = model.unique_name.known().map(String::as_str);
        let deleted = graph.applications().delete_own(&call, object_id, name, mark).await;
        match deleted? {
            Deletion::Gone => {
                if let Some(principal) = model.service_principal_object_id.known() {
                    graph.service_principals().delete_left_over(&call, principal).await?;
                }
            }
            Deletion::Unsure => return Err(enterprise_application::unsure("application", object_id).into()),
            Deletion::LetGo => diagnostics.warning(
                "The application stays",
                format!(
                    "Another resource, or another state, has taken over the application `{object_id}`, as a replacement \
                     with `create_before_destroy`, a rename or an import does. It is that one's now; here it is only \
                     forgotten."
                ),
            ),
        }
        Ok(())
    }

    fn import(&self, by: ImportBy<ApplicationIdentity>) -> Result<State<Self>, Failure> {
        let mut model = ApplicationModel::default();
        match by {
            ImportBy::Id(id) => {
                if let Some(client_id) = bare_client_id(&id) {
                    model.client_id = client_id.into();
                } else {
                    let path =
                        ObjectPath::parse(&id, "applications").map_err(|wrong| invalid_import(&wrong))?;
                    model.tenant_id = path.tenant.map(|tenant| tenant.to_string()).into();
                    model.object_id = path.id.into();
                }
            }
            ImportBy::Identity(identity) => {
                (model.tenant_id, model.object_id) = (identity.tenant_id, identity.object_id);
            }
        }
        Ok(State::new(model))
    }

    fn identity(&self, model: &ApplicationModel) -> Option<ApplicationIdentity> {
        let (tenant_id, object_id) = (model.tenant_id.clone(), model.object_id.clone());
        (tenant_id.is_known() && object_id.is_known()).then_some(ApplicationIdentity { tenant_id, object_id })
    }

    fn moves(&self) -> Vec<MoveFrom<Self>> {
        moved::moves()
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

fn relied_on(object_id: &str) -> Diagnostic {
    Diagnostic::warning(
        "The application stays",
        format!(
            "A sync that another state has set up goes through the application `{object_id}`. It is that state's now; here it \
             is only forgotten. If that state does not hold it, import it there, or delete it in Entra once nothing needs it."
        ),
    )
}

async fn graph_of(ctx: &Context<Session>, model: &ApplicationModel) -> Result<Graph, Failure> {
    let call = ctx.clients.call(ctx);
    ctx.clients.graph(&call, model.tenant_id.known().map(String::as_str)).await
}

/// Makes the registration with its principal and owners, or finishes what an earlier run began.
async fn register(
    session: &Session,
    graph: &Graph,
    call: &Call,
    (new, owner): (&NewApplication, &str),
    diagnostics: &mut Diagnostics,
) -> Result<(Application, ServicePrincipal), Failure> {
    let error = match graph.applications().create(call, new).await {
        Ok(application) => return complete(graph, call, new, application).await,
        Err(error) if error.is_unique_name_taken() || error.outcome_is_unknown() => error,
        Err(error) => return Err(error.into()),
    };
    let Some(name) = &new.unique_name else { return Err(error.into()) };
    let deleted = match adoption::find(session, graph, call, name).await {
        Ok(Holder::Unfinished(found, alone)) => {
            if found.deleted_date_time.is_some() {
                diagnostics.append(adoption::revived_secrets(&found));
            }
            let (application, principal) = complete(graph, call, new, *found).await?;
            // The mark comes last: until then the application is the one's that had it before.
            let mut change = properties::whole_change(new, &application);
            if let Some(tags) = &mut change.tags {
                tags.extend(application.tags.iter().filter(|tag| tag.starts_with(RESTORED_TAG)).cloned());
            }
            graph.applications().take_over(call, &application, owner, &change, &alone).await?;
            return Ok((application, principal));
        }
        Ok(Holder::DeletedHere(deleted)) => deleted,
        // Without an answer to the creation, finding nothing of ours leaves that as the thing to tell.
        Err(_) if error.outcome_is_unknown() => return Err(error.into()),
        Err(problem) => return Err(problem),
    };
    let application = adoption::make_anew(graph, call, new, &deleted).await?;
    complete(graph, call, new, application).await
}

/// What belongs to a registration: its principal, and its owners.
async fn complete(
    graph: &Graph,
    call: &Call,
    new: &NewApplication,
    application: Application,
) -> Result<(Application, ServicePrincipal), Failure> {
    // The date of deletion says that it has come back.
    let principal = if application.deleted_date_time.is_some() {
        principal::of_known(graph, call, &application).await?
    } else {
        principal::of_new(graph, call, &application).await?
    };
    own(graph, call, &application, new.owners.as_ref()).await?;
    Ok((application, principal))
}

/// Makes the owners what the plan names. Additions come first, and the caller removes itself last: one that may only change
/// what it owns would otherwise lock itself out half-way.
async fn own(
    graph: &Graph,
    call: &Call,
    application: &Application,
    wanted: Option<&BTreeSet<String>>,
) -> Result<(), Failure> {
    let Some(wanted) = wanted else { return Ok(()) };
    let made = async {
        let applications = graph.applications();
        let present = applications.owners(call, &application.object_id).await?;
        for owner in wanted.difference(&present) {
            applications.add_owner(call, &application.object_id, owner).await?;
        }
        let caller = graph.token(call).await?.claims().oid.clone();
        let (last, first): (Vec<_>, Vec<_>) =
            present.difference(wanted).partition(|owner| Some(owner.as_str()) == caller.as_deref());
        for owner in first.into_iter().chain(last) {
            applications.remove_owner(call, &application.object_id, owner).await?;
        }
        Ok::<(), graph::Error>(())
    };
    made.await.at(ApplicationModel::owners())
}
