//! Enacts a reviewed report: the rows that a person approved, held against what is true now.

use std::collections::BTreeMap;

use super::model::RunModel;
use super::{enact, telling};
use crate::preview::{self, Wanted};
use crate::provider_block::{At as _, Failure, Session};
use clients::essentials::Organization;
use clients::graph::Graph;
use clients::http::Call;
use framework::context::Context;
use framework::diagnostic::{Diagnostic, Diagnostics};
use sync_report::{
    Approved, Change, Estimate, Explanation, Input, Judgement, Limit, Reach, SyncVersion, Verb,
};

/// What became of a reviewed report.
pub(crate) struct Reviewed {
    /// How many rows were enacted.
    pub(crate) made: usize,
    /// Rows that were not, by address, each with the reason.
    pub(crate) left: BTreeMap<String, String>,
    /// Rows that were withheld since there were more deletions than allowed, as they stand in `changes`.
    pub(crate) withheld: BTreeMap<String, String>,
    /// What to tell of rows that were refused or not reached, an error.
    pub(crate) not_enacted: Option<Diagnostic>,
}

/// Enacts `changes` of a model. `progress` is told how many rows are settled, of how many.
pub(crate) async fn enact_reviewed(
    ctx: &Context<Session>,
    call: &Call,
    graph: &Graph,
    model: &RunModel,
    progress: enact::Progress<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<Reviewed, Failure> {
    let approved = model.changes.clone().unwrap_or_default();
    let organization = organization(ctx, call, model).await?;
    let wanted = wanted(call, &organization, model).await?;
    let mut input = preview::read(call, graph, &organization, wanted).await?;
    let domain = organization.domain().to_owned();
    let held = held(&mut input, &approved, &domain, diagnostics)?;
    let mut enact = held.enact;
    let mut left = held.left;
    let limited = |change: &Change| change.verb.is_limited(input.version);
    let losses: BTreeMap<String, String> = enact
        .iter()
        .filter(|change| limited(change))
        .map(|change| (change.address.clone(), change.line()))
        .collect();
    let judgement = Judgement::of(count(&losses), input.roster.active_accounts(), limit(model));
    let mut withheld = BTreeMap::new();
    if judgement.exceeded() {
        diagnostics.push(telling::excess(model, limit(model), judgement, &losses));
        if diagnostics.has_errors() {
            return Err(std::mem::take(diagnostics).into());
        }
        for change in enact.extract_if(.., |change| limited(change)) {
            left.insert(
                change.address,
                format!("{}: withheld, as there are more than `max_deletions` allows", change.verb),
            );
        }
        withheld = losses;
    }
    tracing::info!(rows = approved.len(), enacting = enact.len(), "run of a reviewed report");
    drop(input);

    let greets = model.send_welcome_email.unwrap_or(false);
    let outcome = enact::enact(call, &organization, &enact, greets, progress).await;
    let not_enacted = telling::not_enacted(&domain, &enact, &outcome);
    left.extend(outcome.left);
    Ok(Reviewed { made: outcome.made, left, withheld, not_enacted })
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

pub(super) fn limit(model: &RunModel) -> Limit {
    // The configuration was checked; without a value the default holds.
    model.max_deletions.text().parse().unwrap_or_default()
}

pub(super) fn version(model: &RunModel) -> SyncVersion {
    model.sync_version.unwrap_or_default().into()
}

/// The planned rows that the limit counts.
pub(super) fn losses(model: &RunModel) -> BTreeMap<String, String> {
    let limited = |line: &str| Verb::of_line(line).is_some_and(|verb| verb.is_limited(version(model)));
    let rows = model.changes.known().into_iter().flatten();
    rows.filter(|(_, line)| limited(line)).map(|(address, line)| (address.clone(), line.clone())).collect()
}

pub(super) fn count(rows: &BTreeMap<String, String>) -> u64 {
    u64::try_from(rows.len()).unwrap_or(u64::MAX)
}

pub(super) async fn organization(
    ctx: &Context<Session>,
    call: &Call,
    model: &RunModel,
) -> Result<Organization, Failure> {
    let account = ctx.clients.essentials()?;
    account.organization(call, model.domain.text()).await.at(RunModel::domain())
}

pub(super) async fn active_accounts(ctx: &Context<Session>, model: &RunModel) -> Result<u64, Failure> {
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
