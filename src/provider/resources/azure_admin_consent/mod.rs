//! `proofpoint_azure_admin_consent`: what the portal's *Grant admin consent* does, measured by what is in effect.

mod effective;
mod marks;
mod model;

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::enterprise_application::{self, invalid_import};
use crate::provider_block::{At as _, Failure, ObjectPath, Session, bare_client_id};
use clients::auth::Attempt;
use clients::graph::{self, Graph, Heard, PermissionKind, ServicePrincipal, Sight, Thing};
use clients::http::Call;
use framework::attr::Attr;
use framework::context::Context;
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::path::Path;
use framework::resource::{ImportBy, Planned, Planning, Resource, ResourceDescription, State};
use framework::timeouts::DefaultTimeouts;

use effective::{Effective, Names};
pub(crate) use model::{ConsentIdentity, ConsentModel, Mode};

/// The resource.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AzureAdminConsent;

/// What this resource gave, so that its destruction takes back that and nothing else.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Given {
    /// Delegated permissions, by name.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    delegated: BTreeSet<String>,
    /// Application permissions, by name.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    application: BTreeSet<String>,
    /// When it last gave or took back, by the tenant's clock: for a while after, not every replica knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    /// What tells this resource from another one that may take the consent over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    /// That was learnt from the principal when the consent was imported: it is another state's as well, until this one
    /// changes it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    learnt: bool,
    /// Whose it was before: for a while after, a replica may show that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<String>,
}

impl Given {
    fn names(&self) -> Names {
        Names { delegated: self.delegated.clone(), application: self.application.clone() }
    }
}

impl Resource for AzureAdminConsent {
    type Model = ConsentModel;
    type Identity = ConsentIdentity;
    type Private = Given;
    type Clients = Session;
    type Error = Failure;

    fn describe(&self) -> ResourceDescription {
        ResourceDescription::new("azure_admin_consent").timeouts(DefaultTimeouts::minutes(10).deleting(5))
    }

    fn validate(&self, config: &ConsentModel, diagnostics: &mut Diagnostics) {
        if config.delegated_permissions.is_null() && config.application_permissions.is_null() {
            diagnostics.push(nothing_to_consent_to());
        }
    }

    fn plan(&self, plan: &mut Planning<Self>, diagnostics: &mut Diagnostics) {
        // Not while validating: a mocked provider's application has empty sets.
        let nothing =
            |names: &Attr<BTreeSet<String>>| names.is_null() || names.known().is_some_and(BTreeSet::is_empty);
        if nothing(&plan.planned.delegated_permissions) && nothing(&plan.planned.application_permissions) {
            diagnostics.push(nothing_to_consent_to());
        }
        // A principal that is gone is looked up anew.
        if plan.prior.as_ref().is_some_and(|prior| prior.service_principal_object_id.is_null()) {
            plan.planned.service_principal_object_id = Attr::Unknown;
        }
    }

    async fn check(&self, ctx: &Context<Session>, planned: &Planned<Self>, diagnostics: &mut Diagnostics) {
        if planned.prior.as_ref() == Some(&planned.model) {
            return;
        }
        if let (Some(client_id), Some(names), false) = (
            planned.model.client_id.known(),
            planned.model.application_permissions.known(),
            verifies(&planned.model),
        ) {
            ctx.clients.intentions().keep_consent(client_id, names.clone());
        }
        let checked = async {
            let graph = graph_of(ctx, &planned.model).await?;
            Names::of(&planned.model).resolve(&graph, &ctx.clients.call(ctx)).await.map(drop)
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
    ) -> Result<State<Self>, Failure> {
        let graph = graph_of(ctx, &planned.model).await?;
        let principal = principal_of(&graph, &ctx.clients.call(ctx), &planned.model).await?;
        let given = consent(ctx, &graph, &principal, &planned, Given::default()).await?;
        let mut model = planned.model;
        model.tenant_id = graph.tenant().as_str().into();
        model.id = id(&ctx.clients, &graph, &principal.object_id).into();
        model.service_principal_object_id = principal.object_id.into();
        Ok(State::new(model).with_private(given))
    }

    async fn read(
        &self,
        ctx: &Context<Session>,
        state: State<Self>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<State<Self>>, Failure> {
        let call = ctx.clients.call(ctx);
        let graph = graph_of(ctx, &state.model).await?;
        let State { mut model, mut private } = state;
        if model.client_id.is_null() {
            // An import by id names the principal.
            let principal =
                graph.service_principals().get(&call, model.service_principal_object_id.text()).await;
            let Some(principal) = principal? else { return Ok(None) };
            model.client_id = principal.client_id.into();
        }
        let imported = model.mode.is_null();
        let everything = imported || model.remove_extra == Attr::Known(true);
        let delegated_matter = everything || model.delegated_permissions.is_known();
        let client_id = model.client_id.text();
        // What was given or taken back a moment ago and is shown otherwise may be late.
        let look = || async {
            let snapshot = graph.snapshot(&call, client_id).await?;
            let effective = Effective::in_snapshot(&graph, &call, &snapshot, delegated_matter).await?;
            let delegated = shown(&model.delegated_permissions, effective.delegated, everything);
            let application = shown(&model.application_permissions, effective.application, everything);
            let is_all =
                delegated == model.delegated_permissions && application == model.application_permissions;
            let sight = match &snapshot.service_principal {
                None => Sight::Nothing,
                Some(_) if is_all => Sight::Whole,
                Some(_) => Sight::Part,
            };
            Ok(((snapshot, delegated, application), sight))
        };
        let looked = graph.look_since(&call, private.at, Thing::PrincipalOf(client_id), look).await;
        let (snapshot, delegated, application) = looked?;
        let Some(principal) = &snapshot.service_principal else { return Ok(None) };
        if !principal.is_enabled() {
            diagnostics.push(enterprise_application::disabled(principal));
        }
        if private.owner.is_none() {
            // Imported: what another resource gave is not for this one to take back.
            private.owner = marks::owner(principal).map(str::to_owned);
            private.learnt = private.owner.is_some();
        }
        model.delegated_permissions = delegated;
        model.application_permissions = application;
        model.id = id(&ctx.clients, &graph, &principal.object_id).into();
        model.tenant_id = graph.tenant().as_str().into();
        model.service_principal_object_id = principal.object_id.as_str().into();
        model.remove_extra = model.remove_extra.unwrap_or_default().into();
        model.mode = model.mode.unwrap_or_default().into();
        Ok(Some(State::new(model).with_private(private)))
    }

    async fn update(
        &self,
        ctx: &Context<Session>,
        prior: State<Self>,
        planned: Planned<Self>,
        _diagnostics: &mut Diagnostics,
    ) -> Result<State<Self>, Failure> {
        let graph = graph_of(ctx, &planned.model).await?;
        let principal = principal_of(&graph, &ctx.clients.call(ctx), &planned.model).await?;
        let given = consent(ctx, &graph, &principal, &planned, prior.private).await?;
        let mut model = planned.model;
        model.service_principal_object_id = principal.object_id.into();
        Ok(State::new(model).with_private(given))
    }

    async fn delete(
        &self,
        ctx: &Context<Session>,
        state: State<Self>,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Failure> {
        let State { model, private: given } = state;
        if verifies(&model) {
            return Ok(());
        }
        let call = ctx.clients.call(ctx);
        let graph = graph_of(ctx, &model).await?;
        let _departure = graph.departing_from(model.client_id.text());
        if let Some(at) = given.at {
            graph.service_principals().note_made(model.client_id.text(), at);
        }
        let found = graph.service_principals().get_by_client_id(&call, model.client_id.text()).await;
        let Some(principal) = found? else { return Ok(()) };
        let _alone = graph.alone_with(&call, &principal.object_id).await?;
        let owner = given.owner.as_deref();
        let before = given.before.as_deref().filter(|_| graph.is_young(given.at));
        if graph.is_relied_on(&principal.client_id) || marks::is_succeeded(&graph, &principal, owner, before)
        {
            diagnostics.push(let_go(&principal));
            return Ok(());
        }
        // Who was told of no mark has no successor yet, and what this process marked itself is still its own.
        if owner.is_some_and(|owner| !graph.is_marked_here(&principal.object_id, owner)) {
            let principals = graph.service_principals();
            let heard = principals.ask(&call, &principal).await?;
            let is_late = matches!(heard, Heard::Late);
            let is_others = match &heard {
                Heard::Fresh(found) => marks::is_succeeded(&graph, found, owner, before),
                Heard::Nothing | Heard::Late => false,
            };
            if !matches!(heard, Heard::Nothing) {
                principals.take_back(&call, &principal).await?;
            }
            if is_late {
                return Err(enterprise_application::unsure("consent", &principal.client_id).into());
            }
            if is_others {
                diagnostics.push(let_go(&principal));
                return Ok(());
            }
        }
        // A replacement that destroys first is not told what was given.
        let is_told = given != Given::default();
        let names = if is_told { given.names() } else { marks::given(&principal) };
        effective::revoke(&graph, &call, &principal.object_id, &names, given.at).await?;
        marks::write(&graph, &call, &principal, None, &Names::default()).await?;
        Ok(())
    }

    fn import(&self, by: ImportBy<ConsentIdentity>) -> Result<State<Self>, Failure> {
        let mut model = ConsentModel::default();
        match by {
            ImportBy::Id(id) => {
                if let Some(client_id) = bare_client_id(&id) {
                    model.client_id = client_id.into();
                } else {
                    let path = ObjectPath::parse_part(&id, "servicePrincipals", PART)
                        .map_err(|error| invalid_import(&error))?;
                    model.tenant_id = path.tenant.map(|tenant| tenant.to_string()).into();
                    model.service_principal_object_id = path.id.into();
                }
            }
            ImportBy::Identity(identity) => {
                model.tenant_id = identity.tenant_id;
                model.client_id = identity.client_id;
            }
        }
        Ok(State::new(model))
    }

    fn identity(&self, model: &ConsentModel) -> Option<ConsentIdentity> {
        let (tenant_id, client_id) = (model.tenant_id.clone(), model.client_id.clone());
        (tenant_id.is_known() && client_id.is_known()).then_some(ConsentIdentity { tenant_id, client_id })
    }
}

fn nothing_to_consent_to() -> Diagnostic {
    Diagnostic::error(
        "There is nothing to consent to",
        "Name at least one permission in `delegated_permissions` or `application_permissions`.",
    )
}

/// What follows the principal in the id of a consent.
const PART: &str = "adminConsent";

fn id(session: &Session, graph: &Graph, principal: &str) -> String {
    session.path(graph.tenant(), "servicePrincipals", principal).part(PART).to_string()
}

fn verifies(model: &ConsentModel) -> bool {
    model.mode == Attr::Known(Mode::Verify)
}

/// What the state shows of the effective permissions: all of them where that matters, else those it knows of.
fn shown(
    known: &Attr<BTreeSet<String>>,
    effective: BTreeSet<String>,
    everything: bool,
) -> Attr<BTreeSet<String>> {
    let names = match known.known() {
        Some(known) if !everything => known.intersection(&effective).cloned().collect(),
        None if !everything => return Attr::Null,
        _ => effective,
    };
    if names.is_empty() && known.is_null() { Attr::Null } else { names.into() }
}

async fn graph_of(ctx: &Context<Session>, model: &ConsentModel) -> Result<Graph, Failure> {
    let call = ctx.clients.call(ctx);
    ctx.clients.graph(&call, model.tenant_id.known().map(String::as_str)).await
}

/// The application's principal. While its application is young, one that is not there is waited for.
async fn principal_of(graph: &Graph, call: &Call, model: &ConsentModel) -> Result<ServicePrincipal, Failure> {
    let client_id = model.client_id.text();
    let at = ConsentModel::client_id();
    let look = async {
        let found = graph.service_principals().get_by_client_id(call, client_id).await?;
        if found.is_some() {
            return Ok(found);
        }
        let application = graph.applications().get_by_client_id(call, client_id).await?;
        let Some(made) = application.and_then(|application| application.created_date_time) else {
            return Ok(None);
        };
        graph.service_principals().note_made(client_id, made);
        graph.service_principals().get_by_client_id(call, client_id).await
    };
    let found: Result<_, graph::Error> = look.await;
    found.at(at.clone())?.ok_or_else(|| {
        Diagnostic::error(
            "The tenant does not have the application",
            format!(
                "There is no service principal of `{client_id}` in the tenant `{}`. Create it with \
                 `proofpoint_azure_application`, or set `tenant_id` to the tenant that has it.",
                graph.tenant()
            ),
        )
        .at(at)
        .into()
    })
}

/// Makes what is in effect what the plan says, and returns what is to be taken back one day.
async fn consent(
    ctx: &Context<Session>,
    graph: &Graph,
    principal: &ServicePrincipal,
    planned: &Planned<AzureAdminConsent>,
    before: Given,
) -> Result<Given, Failure> {
    let call = ctx.clients.call(ctx);
    let _alone = graph.alone_with(&call, &principal.object_id).await?;
    let wanted = Names::of(&planned.model);
    graph.forget_snapshots();
    let remove_extra = planned.model.remove_extra == Attr::Known(true);
    let delegated_matter = remove_extra || !wanted.delegated.is_empty();
    let snapshot = graph.snapshot(&call, planned.model.client_id.text()).await?;
    let effective = Effective::in_snapshot(graph, &call, &snapshot, delegated_matter).await?;
    if verifies(&planned.model) {
        let missing = wanted.without(&effective);
        return if missing.is_empty() {
            Ok(before)
        } else {
            Err(unconsented(graph, planned, &missing).into())
        };
    }
    let new = effective::grant(graph, &call, &principal.object_id, &wanted).await?;
    // What the last apply wanted and this one does not goes, as far as this resource gave it.
    let mut surplus = before.names().without(&wanted);
    if remove_extra {
        let extra = effective.without(&wanted);
        surplus.delegated.extend(extra.delegated);
        surplus.application.extend(extra.application);
    }
    effective::revoke(graph, &call, &principal.object_id, &surplus, before.at).await?;
    // A predecessor's marks tell what it gave, which is this one's to take back from now on.
    let is_successor = before.owner.is_none() || before.learnt;
    let inherited = if is_successor { marks::given(principal) } else { Names::default() };
    let keep = |before: BTreeSet<String>, more: [BTreeSet<String>; 2], wanted: &BTreeSet<String>| {
        before.into_iter().chain(more.into_iter().flatten()).filter(|name| wanted.contains(name)).collect()
    };
    let given = Names {
        delegated: keep(before.delegated, [new.delegated, inherited.delegated], &wanted.delegated),
        application: keep(before.application, [new.application, inherited.application], &wanted.application),
    };
    // The marks come last: until then the consent is the one's that had it before.
    let owner = before.owner.filter(|_| !is_successor).unwrap_or_else(|| Uuid::new_v4().simple().to_string());
    let predecessor = if is_successor { marks::owner(principal).map(str::to_owned) } else { before.before };
    graph.note_owner(&principal.object_id, &owner);
    marks::write(graph, &call, principal, Some(&owner), &given).await?;
    let Names { delegated, application } = given;
    let at = Some(graph.now());
    Ok(Given { delegated, application, at, owner: Some(owner), learnt: false, before: predecessor })
}

fn let_go(principal: &ServicePrincipal) -> Diagnostic {
    Diagnostic::warning(
        "The consent stays",
        format!(
            "Another resource, or another state, has taken over the consent of the application `{}`, as a replacement with \
             `create_before_destroy`, a rename or an import does. What was granted is that one's now; here it is only \
             forgotten.",
            principal.client_id
        ),
    )
}

fn unconsented(graph: &Graph, planned: &Planned<AzureAdminConsent>, missing: &Names) -> Diagnostics {
    let client_id = planned.model.client_id.text();
    let attempt = Attempt {
        authority: graph.credentials().cloud().authority.clone(),
        tenant: graph.tenant().clone(),
        client_id: Some(client_id.to_owned()),
    };
    let address = attempt.admin_consent_address();
    let tell = |kind: PermissionKind, names: &BTreeSet<String>, path: Path| {
        (!names.is_empty()).then(|| {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            Diagnostic::error(
                "Admin consent is missing",
                format!(
                    "`{client_id}` has not been given the {kind} {}. An administrator can consent at {address}; then apply \
                     again. With `mode = \"verify\"` the provider itself never consents.",
                    names.join(", ")
                ),
            )
            .at(path)
        })
    };
    [
        tell(PermissionKind::Delegated, &missing.delegated, ConsentModel::delegated_permissions()),
        tell(PermissionKind::Application, &missing.application, ConsentModel::application_permissions()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
#[path = "consent_tests.rs"]
mod tests;
