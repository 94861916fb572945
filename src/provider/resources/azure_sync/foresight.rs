//! What a plan can know of its effects over the network: it adds warnings and errors, and never a value.

use super::judging::{Judge, Refusal};
use super::model::SyncModel;
use super::preflight::{Moment, Preflight};
use super::settings::{self, settings};
use super::sides::{
    Side, has_another, optional_graph, organization_of, other_application, refuse_other_organization,
    settings_of,
};
use super::{AzureSync, due, exemptions, id, planning};
use crate::preview;
use crate::provider_block::{Failure, Session, SyncIntention};
use crate::resources::azure_application;
use clients::essentials::{Organization, Shown};
use framework::attr::AttributeType as _;
use framework::context::Context;
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::resource::Planned;
use framework::value::Value;

/// Keeps what the sync is, or what the plan makes of it, for those who look at the same organization later in the same command.
pub(super) fn keep_intention(session: &Session, model: &SyncModel) {
    let decided = [
        model.default_role.write(),
        model.frequency.write(),
        model.what.write(),
        model.users.write(),
        model.groups.write(),
        model.exemptions.write(),
    ];
    let Some(domain) = model.domain.known() else { return };
    if decided.iter().all(Value::is_wholly_known) {
        let settings = settings(model, None);
        let intention = SyncIntention {
            switches: preview::switches(&settings),
            exemptions: model.exemptions.known().cloned(),
            version: model.sync_version.known().map(|version| version.0),
            frequency: settings.sync_frequency,
        };
        session.intentions().keep_sync(domain, intention);
    }
}

/// What a plan can know of its effects: warnings, and errors that no other part of the same plan can cure.
pub(super) async fn foresee(
    ctx: &Context<Session>,
    planned: &Planned<AzureSync>,
    diagnostics: &mut Diagnostics,
) -> Result<(), Failure> {
    let (session, call) = (&ctx.clients, ctx.clients.call(ctx));
    let model = &planned.model;
    let Some(domain) = model.domain.known() else { return Ok(()) };
    if planned.prior.is_none()
        && let Some(newcomer) = session.intentions().newcomer(domain)
    {
        return look_ahead(ctx, planned, Side::ToCome(domain, &newcomer), None, diagnostics).await;
    }
    let organization = organization_of(session, &call, domain).await?;
    let present = settings_of(&organization, &call).await?;
    match &planned.prior {
        None => diagnostics.append(foreign(ctx, planned, &organization, present.as_ref()).await?),
        Some(prior) if prior.domain != model.domain => {
            refuse_other_organization(&organization, &call, prior.organization.text()).await?;
        }
        Some(_) => {}
    }
    if let Some(exempt) = planning::exemptions_taken_over(planned) {
        exemptions::refuse_unlisted(&organization, &call, exempt).await?;
    }
    if let Some(exempt) = planning::exemptions_let_go(planned) {
        diagnostics.push(exemptions::let_go(exempt));
    }
    if !planning::needs_put(planned.prior.as_ref(), model) && !planning::drops_an_exemption(planned) {
        return Ok(());
    }
    look_ahead(ctx, planned, Side::There(&organization), present.as_ref(), diagnostics).await
}

/// Settings that name another application than the one that is planned: an error, or a warning where that is known only once it
/// is made. They may be what an earlier run left, or go with the same plan.
async fn foreign(
    ctx: &Context<Session>,
    planned: &Planned<AzureSync>,
    organization: &Organization,
    present: Option<&Shown>,
) -> Result<Option<Diagnostic>, Failure> {
    let (session, call, model) = (&ctx.clients, ctx.clients.call(ctx), &planned.model);
    let Some(through) = other_application(present, model) else { return Ok(None) };
    let name = organization.profile(&call).await?.primary_domain.to_lowercase();
    if model.client_id.is_known() {
        return Err(has_another(&name, through).into());
    }
    if session.intentions().is_held(&id(&name)) {
        return Ok(None);
    }
    if !planned.config.tenant_id.is_unknown() {
        let graph = optional_graph(session, &call, model).await.ok().flatten();
        if let Some(graph) = graph
            && azure_application::may_come_back(&graph, &call, through).await
        {
            return Ok(None);
        }
    }
    let mut another = has_another(&name, through).into_warning();
    another.detail.push_str(" The apply is refused unless `client_id` turns out to be that one.");
    Ok(Some(another))
}

/// What stands in the way of the settings that are planned, and what a run with them would do to people.
async fn look_ahead(
    ctx: &Context<Session>,
    planned: &Planned<AzureSync>,
    side: Side<'_>,
    present: Option<&Shown>,
    diagnostics: &mut Diagnostics,
) -> Result<(), Failure> {
    let (session, call) = (&ctx.clients, ctx.clients.call(ctx));
    let model = &planned.model;
    let wanted = settings(model, present);
    let now = present.map(|shown| settings::present(shown, planned.prior.as_ref()));
    let is_due = due::is_due(planned, now.as_ref(), &wanted);
    let undecided = if is_due { due::undecided(planned) } else { None };
    let judged = is_due && undecided.is_none();
    diagnostics.append(undecided);
    if planned.config.tenant_id.is_unknown() {
        // Every other check would look at the provider's own tenant.
        return Ok(());
    }
    let graph = optional_graph(session, &call, model).await?;
    let preflight = Preflight { session, call: &call, graph: graph.as_ref(), side, model };
    let findings = preflight.look(Moment::Plan).await;
    diagnostics.append(findings.contradictions);
    diagnostics.append(findings.problems.into_iter().map(Diagnostic::into_warning));
    diagnostics.append(findings.remarks);
    let mut sign_in = findings.sign_in.map(Diagnostic::into_warning);
    if judged {
        let judge = Judge { session, call: &call, graph: graph.as_ref(), side, model, settings: &wanted };
        match judge.judge().await {
            Ok(foreseen) => diagnostics.append(foreseen.and_then(|foreseen| foreseen.told)),
            Err(refusal) => {
                // One cause is told once.
                sign_in = sign_in.filter(|_| !matches!(refusal, Refusal::SignIn(_)));
                diagnostics.append(Failure::from(refusal));
            }
        }
    }
    diagnostics.append(sign_in);
    Ok(())
}
