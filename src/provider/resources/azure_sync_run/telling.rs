//! What whoever approves a run reads of it, and what it says of itself afterwards.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::enact::{Outcome, Stop};
use super::model::{OnExcess, RunModel};
use crate::provider_block::{Diagnose as _, PreviewIntention, SyncIntention};
use framework::attr::Attr;
use framework::diagnostic::Diagnostic;
use grammar::counted;
use sync_report::{Change, Disagreement, Judgement, Limit, Section, Verb};

/// How many rows of one kind a message names.
const ROWS: usize = 20;

/// How many rows of people who lose something a message names.
const LOSSES: usize = 500;

/// What a run will do: counts first, then who loses mail, then the rest. Nothing where it does nothing.
pub(super) fn does(domain: &str, changes: &BTreeMap<String, String>) -> Option<Diagnostic> {
    if changes.is_empty() {
        return None;
    }
    let of = |verb: Verb| {
        let mut rows = BTreeMap::new();
        for (address, line) in changes {
            if let Some(row) = line.strip_prefix(&format!("{verb} ")) {
                rows.insert(address.clone(), row.to_owned());
            }
        }
        (verb, rows)
    };
    let verbs: Vec<_> = Verb::all().into_iter().map(of).filter(|(_, rows)| !rows.is_empty()).collect();
    let counts: Vec<String> = verbs.iter().map(|(verb, rows)| format!("{} to {verb}", rows.len())).collect();
    let mut text = counts.join(", ") + ".";
    for (verb, rows) in &verbs {
        let most = if verb.consequence().is_some() { LOSSES } else { ROWS };
        // Writing to a string cannot fail.
        let _ = write!(text, "\n\nTo {verb} ({}):\n{}", rows.len(), listed(rows, most));
        if let Some(consequence) = verb.consequence() {
            let _ = write!(text, "\n{consequence}");
        }
    }
    Some(
        Diagnostic::warning(format!("What this run does to people of {domain}"), text)
            .at(RunModel::changes()),
    )
}

/// What a run will not do, and who will. Nothing where nothing is left.
pub(super) fn leaves(
    domain: &str,
    preview: &PreviewIntention,
    sync: Option<&SyncIntention>,
    planned: Option<&BTreeMap<String, String>>,
) -> Option<Diagnostic> {
    let mut left = preview.left.clone();
    let chosen = |address: &String| planned.is_none_or(|planned| planned.contains_key(address));
    for (address, line) in preview.changes.iter().filter(|(address, _)| !chosen(address)) {
        let verb = line.split_once(' ').map_or(line.as_str(), |(verb, _)| verb);
        left.insert(address.clone(), format!("{verb}: not among the run's `changes`"));
    }
    if left.is_empty() && preview.unmatched.total == 0 {
        return None;
    }
    let who = match sync.map(|sync| sync.frequency) {
        Some(0) => "Nobody does that while `frequency = 0`.".to_owned(),
        Some(hours) => {
            format!("Proofpoint's own run does, every {}.", counted(hours, "hour"))
        }
        None => "Nobody does that before a sync is configured.".to_owned(),
    };
    let runs = sync.is_some_and(|sync| sync.frequency > 0);
    let mut text = Vec::new();
    if !left.is_empty() {
        text.push(format!(
            "The run leaves {} of the report. {who}\n{}",
            counted(left.len(), "row"),
            listed(&left, ROWS)
        ));
    }
    if preview.unmatched.total > 0 {
        text.push(unmatched(&preview.unmatched, runs));
    }
    let title = format!("What this run leaves of {domain}");
    Some(Diagnostic::warning(title, text.join("\n\n")).at(RunModel::changes()))
}

/// The accounts that a run leaves since nobody knows better, by name as far as they are shown.
fn unmatched(section: &Section, runs: bool) -> String {
    let it = if section.total == 1 { "it" } else { "they" };
    let then = match (runs, section.total) {
        (true, 1) => "Proofpoint's own run removes it if an earlier one made it.",
        (true, _) => "Proofpoint's own run removes those that an earlier one made.",
        (false, 1) => "Delete it by hand if it is not needed.",
        (false, _) => "Delete by hand those that are not needed.",
    };
    let mut text = format!(
        "The run leaves {}, of which nothing proves that {it} should go or stay. {then}",
        counted(section.total, "unmatched account")
    );
    for (address, row) in section.rows.iter().take(ROWS) {
        // Writing to a string cannot fail.
        let _ = if runs {
            write!(text, "\n  {address}  {row}")
        } else {
            write!(text, "\n  {address}  {}", row.without_runs())
        };
    }
    let shown = u64::try_from(section.rows.len().min(ROWS)).unwrap_or(u64::MAX);
    if section.total > shown {
        let _ = write!(text, "\n  and {} more", section.total - shown);
    }
    text
}

/// Says what was not enacted, as an error. Nothing where everything was.
pub(super) fn not_enacted(domain: &str, enact: &[Change], outcome: &Outcome) -> Option<Diagnostic> {
    if outcome.left.is_empty() {
        return None;
    }
    let why = match &outcome.stopped {
        None => "Each row was refused or failed for the reason given.".to_owned(),
        Some(Stop::Cancelled) => "The run was interrupted.".to_owned(),
        Some(Stop::Failed(error)) => error.diagnose().detail,
    };
    let detail = format!("{why}\n\nThe next plan shows what remains.\n{}", listed(&outcome.left, ROWS));
    let verb = if outcome.left.len() == 1 { "was" } else { "were" };
    let summary =
        format!("{} of {} {verb} not enacted at {domain}", outcome.left.len(), counted(enact.len(), "row"));
    Some(Diagnostic::error(summary, detail).at(RunModel::changes()))
}

/// Rows of the report that a run without a state left, of which nobody would hear otherwise.
pub(crate) fn left_behind(domain: &str, left: &BTreeMap<String, String>) -> Option<Diagnostic> {
    (!left.is_empty()).then(|| {
        Diagnostic::warning(
            format!("What this run left of {domain}"),
            format!("The run left {} of the report.\n{}", counted(left.len(), "row"), listed(left, ROWS)),
        )
        .at(RunModel::changes())
    })
}

/// Additions that were approved and are not true any more.
pub(super) fn outdated(domain: &str, left: &BTreeMap<String, String>) -> Option<Diagnostic> {
    let number = left.len();
    (number > 0).then(|| {
        let verb = if number == 1 { "holds" } else { "hold" };
        Diagnostic::warning(
            format!("{} of {domain} no longer {verb}", counted(number, "planned addition")),
            format!(
                "The run does not make them; the next plan shows what is true then.\n\n{}",
                listed(left, ROWS)
            ),
        )
        .at(RunModel::changes())
    })
}

/// Updates and deletions that no longer hold.
pub(super) fn broken(domain: &str, broken: &BTreeMap<String, String>) -> Diagnostic {
    Diagnostic::error(
        format!("Planned rows of {domain} no longer hold"),
        format!(
            "The directory or the organization has changed since the plan was made. Nothing was written. Plan again and review \
             what is shown then.\n\n{}",
            listed(broken, ROWS)
        ),
    )
    .at(RunModel::changes())
}

/// Rows that were made under other settings than those that hold.
pub(super) fn disagree(domain: &str, found: &[Disagreement], rows: &BTreeMap<String, String>) -> Diagnostic {
    Diagnostic::error(
        format!("Preview and sync of {domain} disagree"),
        format!(
            "Nothing was written. The rows hold under other settings than those that the run has to go by:\n{}\n\n{SAME} If they \
             are the same already, Proofpoint's settings are no longer those of the time of the plan.\n\n{}",
            differences(found, "the rows were made with"),
            listed(rows, ROWS)
        ),
    )
    .at(RunModel::changes())
}

/// Rows that would hold in part under other settings, which nothing proves to be those that they were made with.
pub(super) fn either(domain: &str, found: &[Disagreement], rows: &BTreeMap<String, String>) -> Diagnostic {
    Diagnostic::error(
        format!("Planned rows of {domain} do not hold"),
        format!(
            "Nothing was written. Some of the rows would hold under other settings than those that the run has to go \
             by:\n{}\n\nEither preview and sync say different things, or people, groups or accounts are other ones than when the \
             plan was made, or both. {SAME} If they are the same, plan again and review what is shown then.\n\n{}",
            differences(found, "they would hold with"),
            listed(rows, ROWS)
        ),
    )
    .at(RunModel::changes())
}

const SAME: &str = "Name the same values in `proofpoint_azure_sync`, `proofpoint_azure_sync_preview` and \
                    `proofpoint_azure_sync_run`, best from one `locals` block, apply the sync, and plan again.";

fn differences(found: &[Disagreement], rows: &str) -> String {
    let lines = found.iter().map(|one| {
        let place =
            if one.name == Disagreement::VERSION { "this run goes by" } else { "the organization has" };
        format!("  {}: {rows} {}, and {place} {}", one.name, one.approved, one.holds)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// More people who lose something than the limit allows: those whom the rows name.
pub(super) fn excess(
    model: &RunModel,
    limit: Limit,
    judgement: Judgement,
    losses: &BTreeMap<String, String>,
) -> Diagnostic {
    let Judgement { removals, allowed, active_accounts } = judgement;
    let allowed = allowed.unwrap_or_default();
    let allows = match limit {
        Limit::Count(_) => format!("`max_deletions` allows {allowed}"),
        limit @ Limit::Percent { .. } => {
            format!(
                "`max_deletions` = {limit} allows {allowed} of {}",
                counted(active_accounts, "active account")
            )
        }
    };
    let deletions_only = losses.values().all(|line| Verb::of_line(line) == Some(Verb::Delete));
    let verb = if deletions_only { "delete" } else { "delete or deactivate" };
    let detail = format!("The run would {verb} {}; {allows}.", counted(removals, "account"));
    let summary = format!("More deletions than allowed at {}", model.domain.text());
    let diagnostic = if model.on_excess == Attr::Known(OnExcess::Withhold) {
        Diagnostic::warning(
            summary,
            format!(
                "{detail} All of them are withheld; what else is planned is done. {UNTIL}\n\n{}",
                withheld_rows(losses)
            ),
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

const UNTIL: &str = "Later plans say so and plan nothing about them until `max_deletions` allows them or the report says \
                     something else.";

fn withheld_rows(rows: &BTreeMap<String, String>) -> String {
    format!("Withheld ({}):\n{}", rows.len(), listed(rows, LOSSES))
}

/// What the last run withheld and a plan without changes goes on withholding.
pub(super) fn withheld(domain: &str, rows: &BTreeMap<String, String>) -> Diagnostic {
    Diagnostic::warning(
        format!("Withheld from people of {domain}"),
        format!(
            "The last run withheld {}, more than `max_deletions` allows. {UNTIL} Check why so many users are gone; if these are to \
             go, raise `max_deletions`.\n\n{}",
            counted(rows.len(), "row"),
            withheld_rows(rows)
        ),
    )
    .at(RunModel::max_deletions())
}

fn listed(rows: &BTreeMap<String, String>, most: usize) -> String {
    let mut lines: Vec<String> =
        rows.iter().take(most).map(|(address, reason)| format!("  {address}  {reason}")).collect();
    if rows.len() > most {
        lines.push(format!("  and {} more", rows.len() - most));
    }
    lines.join("\n")
}

#[cfg(test)]
#[path = "telling_tests.rs"]
mod tests;
