//! What a plan of a run can know: the limit, what the run does and leaves, and whether the parts of the configuration agree.
//! It adds diagnostics and never a value.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{OnExcess, RunModel};
use super::reviewed::{active_accounts, count, limit, losses, organization, version};
use super::telling;
use crate::preview;
use crate::provider_block::{Failure, PreviewIntention, Session, SyncIntention};
use framework::attr::Attr;
use framework::context::Context;
use framework::diagnostic::{Diagnostic, Diagnostics};
use sync_report::{Disagreement, Judgement, Limit};

/// Everything that a plan can know of a run.
pub(crate) async fn foresee(
    ctx: &Context<Session>,
    model: &RunModel,
    diagnostics: &mut Diagnostics,
) -> Result<(), Failure> {
    let losses = losses(model);
    let mut does = model.changes.clone().unwrap_or_default();
    // What is not known yet binds when it is applied.
    if !losses.is_empty() && model.max_deletions.is_known() && model.on_excess.is_known() {
        let judgement = judge(ctx, model, &losses).await?;
        if judgement.exceeded() {
            diagnostics.push(telling::excess(model, limit(model), judgement, &losses));
            if model.on_excess == Attr::Known(OnExcess::Withhold) {
                does.retain(|address, _| !losses.contains_key(address));
            }
        }
    }
    let Some(domain) = model.domain.known() else { return Ok(()) };
    diagnostics.append(telling::does(domain, &does));
    // Only who showed the rows in this very command can be compared with.
    let Some(preview) = ctx.clients.intentions().preview(domain) else { return Ok(()) };
    let sync = match ctx.clients.intentions().sync(domain) {
        Some(planned) => Some((*planned).clone()),
        None => live(ctx, model, &preview).await?,
    };
    if let Some(sync) = &sync {
        diagnostics.append(disagreement(model, domain, &preview, sync));
    }
    diagnostics.append(telling::leaves(domain, &preview, sync.as_ref(), model.changes.known()));
    Ok(())
}

/// Whether the limit allows rows that it counts.
pub(super) async fn judge(
    ctx: &Context<Session>,
    model: &RunModel,
    losses: &BTreeMap<String, String>,
) -> Result<Judgement, Failure> {
    let limit = limit(model);
    let active = match limit {
        Limit::Count(_) => 0,
        Limit::Percent { .. } => active_accounts(ctx, model).await?,
    };
    Ok(Judgement::of(count(losses), active, limit))
}

/// The sync as the organization has it now; none where none is configured.
async fn live(
    ctx: &Context<Session>,
    model: &RunModel,
    preview: &PreviewIntention,
) -> Result<Option<SyncIntention>, Failure> {
    let call = ctx.clients.call(ctx);
    let organization = organization(ctx, &call, model).await?;
    let Some(settings) = organization.settings(&call).await? else {
        return Ok(None);
    };
    // Nobody else says anything of exemptions that a preview takes from the organization.
    let exemptions = match preview.exemptions {
        Some(_) => Some(organization.exemptions(&call).await?),
        None => None,
    };
    Ok(Some(SyncIntention {
        switches: preview::shown_switches(&settings),
        exemptions: exemptions.map(|addresses| addresses.into_iter().collect()),
        version: None,
        frequency: settings.sync_frequency.unwrap_or_default(),
    }))
}

/// What preview, sync and run say differently of one organization: an error where there are rows that would be refused.
fn disagreement(
    model: &RunModel,
    domain: &str,
    preview: &PreviewIntention,
    sync: &SyncIntention,
) -> Option<Diagnostic> {
    let mut lines = Vec::new();
    let mut differs = |name: &str, preview: &str, who: &str, other: &str| {
        lines.push(format!("  {name}: the preview says {preview}, {who} {other}"));
    };
    // What a preview does not name is what the organization has now, and may be about to change.
    for one in preview.switches.differences(&sync.switches) {
        if preview.named.contains(one.name) {
            differs(one.name, one.values[0], "`proofpoint_azure_sync`", one.values[1]);
        }
    }
    let number = |version: sync_report::SyncVersion| version.number().to_string();
    if let Some(sync) = sync.version.filter(|sync| *sync != preview.version) {
        differs(Disagreement::VERSION, &number(preview.version), "`proofpoint_azure_sync`", &number(sync));
    }
    if model.sync_version.is_known() && version(model) != preview.version {
        differs(Disagreement::VERSION, &number(preview.version), "the run", &number(version(model)));
    }
    if let (Some(named), Some(exempt)) = (&preview.exemptions, &sync.exemptions)
        && lower(named) != lower(exempt)
    {
        differs(Disagreement::EXEMPTIONS, &list(named), "`proofpoint_azure_sync`", &list(exempt));
    }
    if lines.is_empty() {
        return None;
    }
    let text = format!(
        "{}\n\nName the same values in all three, best from one `locals` block: rows hold only under the settings that they were \
         made with.",
        lines.join("\n")
    );
    let title = format!("Preview, sync and run of {domain} disagree");
    let nothing = model.changes.known().is_some_and(std::collections::BTreeMap::is_empty);
    let told = if nothing { Diagnostic::warning(title, text) } else { Diagnostic::error(title, text) };
    Some(told.at(RunModel::changes()))
}

fn lower(addresses: &BTreeSet<String>) -> BTreeSet<Box<str>> {
    addresses.iter().map(|address| sync_report::normalize(address)).collect()
}

fn list(addresses: &BTreeSet<String>) -> String {
    format!("[{}]", addresses.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
}
