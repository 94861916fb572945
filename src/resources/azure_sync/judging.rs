//! Nothing syncs before it is judged: what a change that starts or widens syncing would do to people.

use crate::essentials::{Organization, Settings};
use crate::framework::diagnostic::{Diagnostic, Diagnostics};
use crate::graph::Graph;
use crate::http::Call;
use crate::preview::{self, Wanted};
use crate::sync_report::{Estimate, Exemptions, Limit, Report};

use super::model::SyncModel;

/// Rows of a section in a warning: who approves the plan should see the beginning of each.
const ROWS: usize = 10;

/// Judges the wanted settings with the present directory and accounts. Above the limit it is an error; within it, a warning
/// shows what will happen.
pub(super) async fn judge(
    call: &Call,
    graph: &Graph,
    organization: &Organization,
    model: &SyncModel,
    wanted: &Settings,
) -> Result<Option<Diagnostic>, Diagnostic> {
    let limit: Limit =
        model.max_removals.text().parse().map_err(|error: crate::sync_report::LimitError| {
            Diagnostic::error("Invalid limit", format!("{error}.")).at(SyncModel::max_removals())
        })?;
    let report = match report(call, graph, organization, model, wanted).await {
        Ok(report) => report,
        Err(_) if limit.allows_everything() => return Ok(None),
        Err(error) => {
            let cause = error.diagnostic();
            return Err(Diagnostic::error(
                "What the sync would do to people cannot be foreseen",
                format!(
                    "{}\n\nUntil then syncing is not switched on or widened. `max_removals = \"100%\"` switches this check \
                     off.",
                    cause.detail
                ),
            )
            .at(SyncModel::max_removals()));
        }
    };
    let judgement = report.judge(limit);
    let text = report.text(ROWS);
    if judgement.exceeded() {
        return Err(Diagnostic::error(
            "The sync would remove too many accounts",
            format!(
                "{judgement}. Look at the rows; if they are right, raise `max_removals`, which is {limit} now.\n\n{text}"
            ),
        )
        .at(SyncModel::max_removals()));
    }
    Ok(Some(Diagnostic::warning("What the sync will do to people", text)))
}

async fn report(
    call: &Call,
    graph: &Graph,
    organization: &Organization,
    model: &SyncModel,
    wanted: &Settings,
) -> Result<Report, preview::Error> {
    let exemptions =
        model.exemptions.known().map(|addresses| Exemptions::new(addresses.iter().map(String::as_str)));
    let wanted = Wanted { settings: wanted.into(), exemptions, ..Wanted::default() };
    let input = preview::read(call, graph, organization, wanted).await?;
    Ok(Estimate::of(&input).report(ROWS))
}

/// Where the directory cannot be read for want of a sign-in.
pub(super) fn without_graph(model: &SyncModel) -> Result<(), Diagnostics> {
    if model.max_removals.text().parse().is_ok_and(Limit::allows_everything) {
        return Ok(());
    }
    Err(Diagnostic::error(
        "What the sync would do to people cannot be foreseen",
        "The provider is not configured for Entra, so that it cannot read the directory. Configure how to sign in there, or \
         switch this check off with `max_removals = \"100%\"`.",
    )
    .at(SyncModel::max_removals())
    .into())
}

/// The judgement of the apply, before its first write. The plan's warning has been read: only a refusal is told.
pub(super) async fn before_write(
    call: &Call,
    graph: Option<&Graph>,
    organization: &Organization,
    model: &SyncModel,
    wanted: &Settings,
) -> Result<(), Diagnostics> {
    if wanted.sync_frequency == 0 {
        return Ok(());
    }
    let Some(graph) = graph else { return without_graph(model) };
    judge(call, graph, organization, model, wanted).await?;
    Ok(())
}

/// After a run that was waited for: rows that Proofpoint left otherwise than foreseen.
pub(super) async fn after_run(
    call: &Call,
    graph: &Graph,
    organization: &Organization,
    model: &SyncModel,
    wanted: &Settings,
) -> Option<Diagnostic> {
    // A report that cannot be read now takes nothing back: the run is over.
    let report = report(call, graph, organization, model, wanted).await.ok()?;
    let open = report.counts.adding + report.counts.updating + report.counts.deleting;
    (open > 0).then(|| {
        Diagnostic::warning(
            "Proofpoint's run left some people otherwise than foreseen",
            format!("The report is an estimate. After the run it still shows:\n\n{}", report.text(ROWS)),
        )
    })
}
