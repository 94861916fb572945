//! `proofpoint_azure_sync_run`: enacts a reviewed report.

mod enact;
mod foresight;
mod model;
mod reviewed;
mod telling;

use std::collections::BTreeMap;

use jiff::Unit;

use crate::preview;
use crate::provider_block::{Failure, ObjectPath, Session};
use framework::attr::Attr;
use framework::context::Context;
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::resource::{ImportBy, NoIdentity, Planned, Planning, Resource, ResourceDescription, State};
use sync_report::Verb;

pub(crate) use foresight::foresee;
pub(crate) use model::{OnExcess, RunModel};
pub(crate) use reviewed::enact_reviewed;
pub(crate) use telling::left_behind;

/// The resource.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AzureSyncRun;

impl Resource for AzureSyncRun {
    type Model = RunModel;
    type Identity = NoIdentity;
    type Private = ();
    type Clients = Session;
    type Error = Failure;

    fn describe(&self) -> ResourceDescription {
        ResourceDescription::new("azure_sync_run")
    }

    fn validate(&self, config: &RunModel, diagnostics: &mut Diagnostics) {
        refuse_other_rows(&config.changes, diagnostics);
    }

    fn plan(&self, plan: &mut Planning<Self>, _diagnostics: &mut Diagnostics) {
        let (prior, planned) = (plan.prior.as_ref(), &mut plan.planned);
        let has_rows = planned.changes.known().is_none_or(|changes| !changes.is_empty());
        let results = match prior {
            // What was withheld is shown again, and nothing says that it would be enacted now.
            Some(prior) if asks_the_same(prior, planned) => Results::of(prior),
            _ if has_rows => Results { run_at: Attr::Unknown, left: Attr::Unknown, withheld: Attr::Unknown },
            Some(prior) => Results::of(prior).without_withheld(),
            None => Results::default().without_withheld(),
        };
        if results.withheld.is_unknown() && planned.tenant_id.is_null() {
            // Imported: which tenant it is turns out when it is asked.
            planned.tenant_id = Attr::Unknown;
        }
        Results { run_at: planned.run_at, left: planned.left, withheld: planned.withheld } = results;
    }

    async fn check(&self, ctx: &Context<Session>, planned: &Planned<Self>, diagnostics: &mut Diagnostics) {
        if let Err(problems) = foresight::foresee(ctx, &planned.model, diagnostics).await {
            diagnostics.append(problems);
        }
    }

    async fn create(
        &self,
        ctx: &Context<Session>,
        planned: Planned<Self>,
        diagnostics: &mut Diagnostics,
    ) -> Result<State<Self>, Failure> {
        run(ctx, planned.model, None, diagnostics).await
    }

    async fn read(
        &self,
        ctx: &Context<Session>,
        mut state: State<Self>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<State<Self>>, Failure> {
        if state.model.tenant_id.is_null() {
            // It was imported.
            let session = &ctx.clients;
            let graph = session.graph(&session.call(ctx), None).await?;
            state.model.tenant_id = graph.tenant().as_str().into();
        }
        let withheld = state.model.withheld.unwrap_or_default();
        if withheld.is_empty() {
            return Ok(Some(state));
        }
        if foresight::judge(ctx, &state.model, &withheld).await?.exceeded() {
            diagnostics.push(telling::withheld(state.model.domain.text(), &withheld));
        } else {
            // There are more accounts than there were: the same rows are a change again.
            state.model.changes = Attr::Known(BTreeMap::new());
        }
        Ok(Some(state))
    }

    async fn update(
        &self,
        ctx: &Context<Session>,
        prior: State<Self>,
        planned: Planned<Self>,
        diagnostics: &mut Diagnostics,
    ) -> Result<State<Self>, Failure> {
        run(ctx, planned.model, Some(prior.model), diagnostics).await
    }

    async fn delete(
        &self,
        _ctx: &Context<Session>,
        _state: State<Self>,
        _diagnostics: &mut Diagnostics,
    ) -> Result<(), Failure> {
        Ok(())
    }

    fn import(&self, by: ImportBy<NoIdentity>) -> Result<State<Self>, Failure> {
        match by {
            ImportBy::Id(id) => Ok(State::new(RunModel {
                domain: ObjectPath::parse_organization(&id, None)
                    .map_err(|error| Diagnostic::error("Invalid import id", format!("{error}.")))?
                    .into(),
                changes: Attr::Known(BTreeMap::new()),
                left: Attr::Known(BTreeMap::new()),
                withheld: Attr::Known(BTreeMap::new()),
                ..RunModel::default()
            })),
            ImportBy::Identity(_) => Err(Diagnostic::error(
                "A run has no identity",
                "Import it by the domain of its organization: `id = \"contoso.com\"`.",
            )
            .into()),
        }
    }

    fn subject(&self, model: &RunModel) -> Option<String> {
        model.domain.known().cloned()
    }

    /// What was enacted is done: a later plan shows only what is new, as additions of lines. What was withheld is not new.
    fn loaded(&self, model: &mut RunModel) {
        model.changes = Attr::Known(model.withheld.unwrap_or_default());
    }
}

/// What a run leaves in the state.
#[derive(Debug, Clone, Default)]
struct Results {
    run_at: Attr<String>,
    left: Attr<BTreeMap<String, String>>,
    withheld: Attr<BTreeMap<String, String>>,
}

impl Results {
    fn of(model: &RunModel) -> Self {
        Self { run_at: model.run_at.clone(), left: model.left.clone(), withheld: model.withheld.clone() }
    }

    /// After a plan without rows: what was withheld is nobody's wish any more.
    fn without_withheld(self) -> Self {
        let mut left = self.left.unwrap_or_default();
        for address in self.withheld.unwrap_or_default().keys() {
            left.remove(address);
        }
        Self { run_at: self.run_at, left: Attr::Known(left), withheld: Attr::Known(BTreeMap::new()) }
    }
}

/// Whether a plan asks for what the state already has, as far as it decides what a run does.
fn asks_the_same(prior: &RunModel, planned: &RunModel) -> bool {
    let RunModel {
        domain,
        tenant_id,
        changes,
        max_deletions,
        on_excess,
        sync_version,
        send_welcome_email,
        run_at: _,
        left: _,
        withheld: _,
        timeouts: _,
    } = planned;
    *domain == prior.domain
        && *tenant_id == prior.tenant_id
        && *changes == prior.changes
        && *max_deletions == prior.max_deletions
        && *on_excess == prior.on_excess
        && *sync_version == prior.sync_version
        && *send_welcome_email == prior.send_welcome_email
}

/// Enacts the planned rows.
async fn run(
    ctx: &Context<Session>,
    mut model: RunModel,
    prior: Option<RunModel>,
    diagnostics: &mut Diagnostics,
) -> Result<State<AzureSyncRun>, Failure> {
    let before = prior.as_ref().map(Results::of).unwrap_or_default();
    let call = ctx.clients.call(ctx);
    let graph = ctx.clients.graph(&call, model.tenant_id.known().map(String::as_str)).await?;
    if model.tenant_id.is_unknown() {
        model.tenant_id = graph.tenant().as_str().into();
    }
    if !model.withheld.is_unknown() {
        return Ok(State::new(model));
    }
    if model.changes.known().is_none_or(BTreeMap::is_empty) {
        let Results { run_at, left, withheld } = before.without_withheld();
        return Ok(State::new(RunModel { run_at, left, withheld, ..model }));
    }
    let reviewed = reviewed::enact_reviewed(ctx, &call, &graph, &model, &|_, _| {}, diagnostics).await?;
    if let Some(told) = reviewed.not_enacted {
        // There is nothing to record of a run that made nothing.
        if reviewed.made == 0 {
            return Err(told.into());
        }
        diagnostics.push(told.into_warning());
    }
    model.left = Attr::Known(reviewed.left);
    model.withheld = Attr::Known(reviewed.withheld);
    model.run_at = before.run_at;
    if reviewed.made > 0 {
        let now = graph.clock().now();
        model.run_at = now.round(Unit::Second).unwrap_or(now).to_string().into();
    }
    Ok(State::new(model))
}

/// Refuses what can't be a row of a report.
pub(crate) fn refuse_other_rows(changes: &Attr<BTreeMap<String, String>>, diagnostics: &mut Diagnostics) {
    for (address, line) in changes.known().into_iter().flatten() {
        let spelling = sync_report::normalize(address);
        if !preview::is_address(&spelling) {
            diagnostics.error_at(
                RunModel::changes().key(address.as_str()),
                "Not the address of a row",
                format!("`{address}` is not an e-mail address, so that no row of a report is about it."),
            );
        } else if *spelling != **address {
            diagnostics.error_at(
                RunModel::changes().key(address.as_str()),
                "Not the address of a row",
                format!("`{address}` stands for no account: rows are named by addresses in lower case. Write `{spelling}`."),
            );
        }
        if Verb::of_line(line).is_none() {
            diagnostics.error_at(
                RunModel::changes().key(address.as_str()),
                "Not a row of a report",
                format!(
                    "`{line}` begins with none of `add`, `update`, `convert`, `deactivate` and `delete`. Take rows from `changes` of the data source \
                     `proofpoint_azure_sync_preview`."
                ),
            );
        }
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
