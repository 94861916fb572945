//! `proofpoint_azure_sync_run`: enacts a reviewed report.

mod enact;
mod model;

use std::collections::BTreeMap;

use jiff::Unit;

use crate::preview::{self, Wanted};
use crate::provider_block::{Diagnose, Session};
use clients::essentials::Organization;
use clients::http::Call;
use framework::attr::Attr;
use framework::context::Context;
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::resource::{ImportBy, NoIdentity, Planned, Planning, Resource, ResourceDescription, State};
use sync_report::{self, Action, Approved, Change, Estimate, Judgement, Limit};

use enact::{Outcome, Stop};
use model::RunModel;

/// The resource.
#[derive(Debug, Clone, Copy, Default)]
pub struct AzureSyncRun;

/// How many rows a message names.
const ROWS_IN_MESSAGE: usize = 20;

impl Resource for AzureSyncRun {
    type Model = RunModel;
    type Identity = NoIdentity;
    type Private = ();
    type Clients = Session;
    type Error = Diagnostics;

    fn describe(&self) -> ResourceDescription {
        ResourceDescription::new("azure_sync_run")
    }

    fn validate(&self, config: &RunModel, diagnostics: &mut Diagnostics) {
        for (address, line) in config.changes.known().into_iter().flatten() {
            let spelling = sync_report::normalize(address);
            if *spelling != **address {
                diagnostics.error_at(
                    RunModel::changes().key(address.as_str()),
                    "Not the address of a row",
                    format!("`{address}` stands for no account: rows are named by addresses in lower case. Write `{spelling}`."),
                );
            }
            if Action::of_line(line).is_none() {
                diagnostics.error_at(
                    RunModel::changes().key(address.as_str()),
                    "Not a row of a report",
                    format!(
                        "`{line}` begins with none of `add`, `update` and `delete`. Take rows from `changes` of the data source \
                         `proofpoint_azure_sync_preview`."
                    ),
                );
            }
        }
    }

    fn plan(&self, plan: &mut Planning<Self>, _diagnostics: &mut Diagnostics) {
        let runs = plan.planned.changes.known().is_none_or(|changes| !changes.is_empty());
        let prior = plan.prior.as_ref();
        (plan.planned.run_at, plan.planned.left) = match prior {
            _ if runs => (Attr::Unknown, Attr::Unknown),
            Some(prior) => (prior.run_at.clone(), prior.left.clone()),
            None => (Attr::Null, Attr::Known(BTreeMap::new())),
        };
    }

    async fn check(&self, ctx: &Context<Session>, planned: &Planned<Self>, diagnostics: &mut Diagnostics) {
        let model = &planned.model;
        let deletions = deletions(model);
        // What is not known yet binds when it is applied.
        if deletions == 0 || model.max_deletions.is_unknown() || model.on_excess.is_unknown() {
            return;
        }
        let limit = limit(model);
        let active = match limit {
            Limit::Count(_) => Ok(0),
            Limit::Percent { .. } => active_accounts(ctx, model).await,
        };
        match active.map(|active| Judgement::of(deletions, active, limit)) {
            Ok(judgement) if judgement.exceeded() => diagnostics.push(excess(model, judgement)),
            Ok(_) => {}
            Err(errors) => diagnostics.append(errors),
        }
    }

    async fn create(
        &self,
        ctx: &Context<Session>,
        planned: Planned<Self>,
        diagnostics: &mut Diagnostics,
    ) -> Result<State<Self>, Diagnostics> {
        run(ctx, planned.model, diagnostics).await
    }

    async fn read(
        &self,
        _ctx: &Context<Session>,
        state: State<Self>,
        _diagnostics: &mut Diagnostics,
    ) -> Result<Option<State<Self>>, Diagnostics> {
        Ok(Some(state))
    }

    async fn update(
        &self,
        ctx: &Context<Session>,
        _prior: State<Self>,
        planned: Planned<Self>,
        diagnostics: &mut Diagnostics,
    ) -> Result<State<Self>, Diagnostics> {
        run(ctx, planned.model, diagnostics).await
    }

    async fn delete(
        &self,
        _ctx: &Context<Session>,
        _state: State<Self>,
        _diagnostics: &mut Diagnostics,
    ) -> Result<(), Diagnostics> {
        Ok(())
    }

    fn import(&self, by: ImportBy<NoIdentity>) -> Result<State<Self>, Diagnostics> {
        match by {
            ImportBy::Id(domain) => Ok(State::new(RunModel {
                domain: domain.into(),
                changes: Attr::Known(BTreeMap::new()),
                left: Attr::Known(BTreeMap::new()),
                ..RunModel::default()
            })),
            ImportBy::Identity(_) => Err(Diagnostic::error(
                "A run has no identity",
                "Import it by the domain of its organization: `id = \"contoso.com\"`.",
            )
            .into()),
        }
    }

    fn identity(&self, _model: &RunModel) -> Option<NoIdentity> {
        None
    }

    /// What was enacted is done: a later plan shows only what is new, as additions of lines.
    fn loaded(&self, model: &mut RunModel) {
        model.changes = Attr::Known(BTreeMap::new());
    }
}

/// Enacts the planned rows.
async fn run(
    ctx: &Context<Session>,
    mut model: RunModel,
    diagnostics: &mut Diagnostics,
) -> Result<State<AzureSyncRun>, Diagnostics> {
    let session = &ctx.clients;
    let call = session.call(ctx);
    let graph = session.graph(&call, model.tenant_id.known().map(String::as_str)).await?;
    model.tenant_id = graph.tenant().as_str().into();
    let approved = model.changes.unwrap_or_default();
    if approved.is_empty() {
        return Ok(State::new(model));
    }
    let organization = organization(ctx, &call, &model).await?;
    let wanted = wanted(&call, &organization, &model).await?;
    let input =
        preview::read(&call, &graph, &organization, wanted).await.map_err(|error| error.diagnostic())?;
    let estimate = Estimate::of(&input);

    let Approved { mut enact, broken, mut left, done } = estimate.hold(&approved);
    if !broken.is_empty() {
        return Err(no_longer_hold(&broken).into());
    }
    let judgement = Judgement::of(count(&enact), estimate.report(0).counts.active_accounts, limit(&model));
    if judgement.exceeded() {
        diagnostics.push(excess(&model, judgement));
        if diagnostics.has_errors() {
            return Err(std::mem::take(diagnostics));
        }
        for change in enact.extract_if(.., |change| change.action == Action::Delete) {
            left.insert(
                change.address,
                "delete: withheld, as there are more than `max_deletions` allows".to_owned(),
            );
        }
    }
    tracing::info!(
        rows = approved.len(),
        enacting = enact.len(),
        done = done.len(),
        "run of a reviewed report"
    );
    left.extend(estimate.left());
    drop(estimate);
    drop(input);

    let outcome = enact::enact(&call, &organization, &enact, model.send_welcome_email.unwrap_or(false)).await;
    report_outcome(&enact, &outcome, diagnostics)?;
    left.extend(outcome.left);
    model.left = Attr::Known(left);
    let now = graph.clock().now();
    model.run_at = now.round(Unit::Second).unwrap_or(now).to_string().into();
    Ok(State::new(model))
}

/// Says what was not enacted; an error when nothing was, since there is nothing to record then.
fn report_outcome(
    enact: &[Change],
    outcome: &Outcome,
    diagnostics: &mut Diagnostics,
) -> Result<(), Diagnostics> {
    if outcome.left.is_empty() {
        return Ok(());
    }
    let why = match &outcome.stopped {
        None => "Each row was refused or failed for the reason given.".to_owned(),
        Some(Stop::Cancelled) => "The run was interrupted.".to_owned(),
        Some(Stop::Failed(error)) => format!("{error}"),
    };
    let detail = format!("{why} The next plan shows what remains.\n\n{}", rows(&outcome.left));
    let summary = format!("{} of {} rows were not enacted", outcome.left.len(), enact.len());
    if outcome.made == 0 {
        return Err(Diagnostic::error(summary, detail).at(RunModel::changes()).into());
    }
    diagnostics.warning_at(RunModel::changes(), summary, detail);
    Ok(())
}

fn no_longer_hold(broken: &BTreeMap<String, String>) -> Diagnostic {
    Diagnostic::error(
        "Planned rows no longer hold",
        format!(
            "The directory or the organization has changed since the plan was made. Nothing was written. Plan again and review \
             what is shown then.\n\n{}",
            rows(broken)
        ),
    )
    .at(RunModel::changes())
}

fn excess(model: &RunModel, judgement: Judgement) -> Diagnostic {
    let Judgement { removals, allowed, active_accounts } = judgement;
    let allowed = allowed.unwrap_or_default();
    let allows = match limit(model) {
        Limit::Count(_) => format!("`max_deletions` allows {allowed}"),
        limit @ Limit::Percent { .. } => {
            format!("`max_deletions` = {limit} allows {allowed} of {active_accounts} active accounts")
        }
    };
    let detail = format!("The run would delete {removals} accounts; {allows}.");
    let summary = "More deletions than allowed";
    let diagnostic = if model.on_excess.text() == "withhold" {
        Diagnostic::warning(
            summary,
            format!("{detail} All deletions are withheld; additions and updates are made."),
        )
    } else {
        Diagnostic::error(
            summary,
            format!(
                "{detail} Check why so many users are gone. If they are to be deleted, raise `max_deletions`; with \
                 `on_excess = \"withhold\"` everything but the deletions is enacted."
            ),
        )
    };
    diagnostic.at(RunModel::max_deletions())
}

fn rows(rows: &BTreeMap<String, String>) -> String {
    let mut lines: Vec<String> =
        rows.iter().take(ROWS_IN_MESSAGE).map(|(address, reason)| format!("  {address}  {reason}")).collect();
    if rows.len() > ROWS_IN_MESSAGE {
        lines.push(format!("  and {} more", rows.len() - ROWS_IN_MESSAGE));
    }
    lines.join("\n")
}

fn limit(model: &RunModel) -> Limit {
    // The configuration was checked; without a value the default holds.
    model.max_deletions.text().parse().unwrap_or(Limit::Percent { hundredths: 1000 })
}

fn deletions(model: &RunModel) -> u64 {
    let lines = model.changes.known().into_iter().flatten();
    let deletions = lines.filter(|(_, line)| Action::of_line(line) == Some(Action::Delete));
    u64::try_from(deletions.count()).unwrap_or(u64::MAX)
}

fn count(enact: &[Change]) -> u64 {
    let deletions = enact.iter().filter(|change| change.action == Action::Delete);
    u64::try_from(deletions.count()).unwrap_or(u64::MAX)
}

async fn organization(
    ctx: &Context<Session>,
    call: &Call,
    model: &RunModel,
) -> Result<Organization, Diagnostics> {
    let account = ctx.clients.essentials()?;
    account
        .organization(call, model.domain.text())
        .await
        .map_err(|error| error.diagnose().at(RunModel::domain()).into())
}

async fn active_accounts(ctx: &Context<Session>, model: &RunModel) -> Result<u64, Diagnostics> {
    let call = ctx.clients.call(ctx);
    let organization = organization(ctx, &call, model).await?;
    let roster = preview::roster(&call, &organization).await.map_err(|error| error.diagnostic())?;
    Ok(roster.active_accounts())
}

/// The settings that the run goes by: those that the organization has.
async fn wanted(call: &Call, organization: &Organization, model: &RunModel) -> Result<Wanted, Diagnostics> {
    let settings = organization.settings(call).await.map_err(|error| error.diagnose())?;
    let Some(settings) = settings else {
        return Err(Diagnostic::error(
            "No sync is configured",
            format!(
                "The organization `{}` has no Entra ID sync, whose settings and exemptions say what a run may do. Configure it \
                 with `proofpoint_azure_sync` and `frequency = 0`, and let the run depend on it.",
                organization.domain()
            ),
        )
        .at(RunModel::domain())
        .into());
    };
    let version = preview::sync_version(&model.sync_version);
    Ok(Wanted { switches: preview::shown_switches(&settings), exemptions: None, version })
}
