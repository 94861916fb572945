//! `proofpoint_azure_sync_run`: enacts a reviewed report.

mod enact;
mod foresight;
mod model;
mod telling;

use std::collections::BTreeMap;

use jiff::Unit;

use crate::preview::{self, Wanted};
use crate::provider_block::{At as _, Failure, Session};
use clients::essentials::Organization;
use clients::http::Call;
use framework::attr::Attr;
use framework::context::Context;
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::resource::{ImportBy, NoIdentity, Planned, Planning, Resource, ResourceDescription, State};
use sync_report::{
    Approved, Change, Estimate, Explanation, Input, Judgement, Limit, Reach, SyncVersion, Verb,
};

use model::RunModel;

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
        for (address, line) in config.changes.known().into_iter().flatten() {
            let spelling = sync_report::normalize(address);
            if *spelling != **address {
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
        run(ctx, planned.model, diagnostics).await
    }

    async fn read(
        &self,
        _ctx: &Context<Session>,
        state: State<Self>,
        _diagnostics: &mut Diagnostics,
    ) -> Result<Option<State<Self>>, Failure> {
        Ok(Some(state))
    }

    async fn update(
        &self,
        ctx: &Context<Session>,
        _prior: State<Self>,
        planned: Planned<Self>,
        diagnostics: &mut Diagnostics,
    ) -> Result<State<Self>, Failure> {
        run(ctx, planned.model, diagnostics).await
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

    fn subject(&self, model: &RunModel) -> Option<String> {
        model.domain.known().cloned()
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
) -> Result<State<AzureSyncRun>, Failure> {
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
    let mut input = preview::read(&call, &graph, &organization, wanted).await?;
    let domain = organization.domain().to_owned();
    let held = held(&mut input, &approved, &domain, diagnostics)?;
    let mut enact = held.enact;
    let mut left = held.left;
    let limit = limit(&model);
    let judgement = Judgement::of(losses(&enact, input.version), input.roster.active_accounts(), limit);
    if judgement.exceeded() {
        let deletions = enact.iter().filter(|change| change.verb == Verb::Delete).count() as u64;
        diagnostics.push(telling::excess(&model, limit, judgement, deletions == judgement.removals));
        if diagnostics.has_errors() {
            return Err(std::mem::take(diagnostics).into());
        }
        for change in enact.extract_if(.., |change| change.verb.is_limited(input.version)) {
            left.insert(
                change.address,
                format!("{}: withheld, as there are more than `max_deletions` allows", change.verb),
            );
        }
    }
    tracing::info!(rows = approved.len(), enacting = enact.len(), "run of a reviewed report");
    drop(input);

    let outcome = enact::enact(&call, &organization, &enact, model.send_welcome_email.unwrap_or(false)).await;
    telling::enacted(&domain, &enact, &outcome, diagnostics)?;
    left.extend(outcome.left);
    model.left = Attr::Known(left);
    let now = graph.clock().now();
    model.run_at = now.round(Unit::Second).unwrap_or(now).to_string().into();
    Ok(State::new(model))
}

/// Approved rows that hold, and what is left besides.
struct Held {
    enact: Vec<Change>,
    left: BTreeMap<String, String>,
}

/// Holds the approved rows against what is true now. Fails where a change of a person is not what was approved.
fn held(
    input: &mut Input,
    approved: &BTreeMap<String, String>,
    domain: &str,
    diagnostics: &mut Diagnostics,
) -> Result<Held, Failure> {
    let estimate = Estimate::of(input);
    let Approved { enact, broken, left: outdated, unapproved, done: _ } = estimate.hold(approved);
    let mut left = estimate.left(Reach::Everything);
    left.extend(unapproved);
    if !(broken.is_empty() && outdated.is_empty()) {
        match sync_report::explain(input, approved) {
            Explanation::Settings(settings) => {
                let rows = broken.into_iter().chain(outdated).collect();
                return Err(telling::disagree(domain, &settings, &rows).into());
            }
            Explanation::Either(settings) if !broken.is_empty() => {
                let rows = broken.into_iter().chain(outdated).collect();
                return Err(telling::either(domain, &settings, &rows).into());
            }
            Explanation::Either(_) | Explanation::Changed => {}
        }
    }
    if !broken.is_empty() {
        return Err(telling::broken(domain, &broken).into());
    }
    diagnostics.append(telling::outdated(domain, &outdated));
    left.extend(outdated);
    Ok(Held { enact, left })
}

fn limit(model: &RunModel) -> Limit {
    // The configuration was checked; without a value the default holds.
    model.max_deletions.text().parse().unwrap_or_default()
}

fn version(model: &RunModel) -> SyncVersion {
    model.sync_version.unwrap_or_default().into()
}

/// How many of the planned rows the limit counts.
fn deletions(model: &RunModel) -> u64 {
    let lines = model.changes.known().into_iter().flatten();
    let limited = |line: &str| Verb::of_line(line).is_some_and(|verb| verb.is_limited(version(model)));
    u64::try_from(lines.filter(|(_, line)| limited(line)).count()).unwrap_or(u64::MAX)
}

/// How many of these changes the limit counts.
fn losses(enact: &[Change], version: SyncVersion) -> u64 {
    let losses = enact.iter().filter(|change| change.verb.is_limited(version));
    u64::try_from(losses.count()).unwrap_or(u64::MAX)
}

async fn organization(
    ctx: &Context<Session>,
    call: &Call,
    model: &RunModel,
) -> Result<Organization, Failure> {
    let account = ctx.clients.essentials()?;
    account.organization(call, model.domain.text()).await.at(RunModel::domain())
}

async fn active_accounts(ctx: &Context<Session>, model: &RunModel) -> Result<u64, Failure> {
    let call = ctx.clients.call(ctx);
    let organization = organization(ctx, &call, model).await?;
    let roster = preview::roster(&call, &organization).await?;
    Ok(roster.active_accounts())
}

/// The settings that the run goes by: those that the organization has.
async fn wanted(call: &Call, organization: &Organization, model: &RunModel) -> Result<Wanted, Failure> {
    let settings = organization.settings(call).await?;
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
    Ok(Wanted { switches: preview::shown_switches(&settings), exemptions: None, version: version(model) })
}
