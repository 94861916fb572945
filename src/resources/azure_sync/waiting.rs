//! Waiting for Proofpoint's own next run, and for the mail routing that follows a first one.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::essentials::{LastRun, Organization, Settings};
use crate::framework::attr::Attr;
use crate::framework::diagnostic::{Diagnostic, Diagnostics};
use crate::http::{Call, Interrupted, delays};
use crate::provider::Diagnose as _;

use super::model::SyncModel;

/// Time from a first run until mail for the people it brought is routed (Vircom's guide to the sync, 2024).
const ROUTING: SignedDuration = SignedDuration::from_mins(60);

/// How much longer than `frequency` a run may take to show.
const GRACE: Duration = Duration::from_secs(30 * 60);

const FIRST_LOOK: Duration = Duration::from_secs(2);
const LONGEST_LOOK: Duration = Duration::from_secs(60);

/// How long a run is waited for: what `timeouts` says, else one frequency and some grace (and with `wait_for_routing` the
/// time until routing is ready on top).
pub(super) fn patience(call: &Call, model: &SyncModel, creating: bool, frequency: i64) -> Call {
    let named = model.timeouts.known().is_some_and(|timeouts| {
        if creating { timeouts.create.is_known() } else { timeouts.update.is_known() }
    });
    if named {
        return call.clone();
    }
    let mut limit = Duration::from_secs(u64::try_from(frequency).unwrap_or_default() * 3600) + GRACE;
    if model.wait_for_routing == Attr::Known(true) {
        limit += Duration::try_from(ROUTING).unwrap_or_default() + GRACE;
    }
    Call { deadline: Instant::now() + limit, ..call.clone() }
}

/// A run that was waited for.
pub(super) enum Run {
    /// It succeeded; the time is when this was seen.
    Succeeded(Timestamp),
    /// It did not show in time.
    Missed,
}

/// Waits until `last_successful_sync` differs from what it was before the settings were written.
pub(super) async fn run(
    organization: &Organization,
    call: &Call,
    before: &LastRun,
    now: impl Fn() -> Timestamp,
) -> Result<Run, Diagnostics> {
    let started = Instant::now();
    for delay in delays(FIRST_LOOK, LONGEST_LOOK) {
        match call.wait(delay).await {
            Ok(()) => {}
            Err(Interrupted::Deadline) => break,
            Err(Interrupted::Cancelled) => return Err(interrupted().into()),
        }
        let settings = organization.settings(call).await.map_err(|error| error.diagnose())?;
        match settings.as_ref().map(|settings| &settings.last_run) {
            Some(LastRun::At(time)) if before.at() != Some(time) => return Ok(Run::Succeeded(now())),
            _ => tracing::info!(
                organization = organization.domain(),
                waited_seconds = started.elapsed().as_secs(),
                "waiting for the next run of the sync"
            ),
        }
    }
    Ok(Run::Missed)
}

/// When mail routing is ready after a first run, to the second.
pub(super) fn routing_ready_at(run: Timestamp) -> Timestamp {
    let ready = run.saturating_add(ROUTING).unwrap_or(run);
    Timestamp::from_second(ready.as_second()).unwrap_or(ready)
}

/// Waits until mail routing is ready.
pub(super) async fn routing(
    organization: &Organization,
    call: &Call,
    ready: Timestamp,
    now: impl Fn() -> Timestamp,
) -> Result<(), Diagnostics> {
    // Nothing tells when routing is ready: the services' clock is looked at with every answer.
    for delay in delays(FIRST_LOOK, LONGEST_LOOK) {
        if now() >= ready {
            return Ok(());
        }
        match call.wait(delay).await {
            Ok(()) => {}
            Err(Interrupted::Deadline) => break,
            Err(Interrupted::Cancelled) => return Err(interrupted().into()),
        }
        organization.settings(call).await.map_err(|error| error.diagnose())?;
    }
    Err(Diagnostic::warning(
        "Mail routing was not waited for to its end",
        format!("The time of the operation was up before {ready}, when mail for the synchronized people is routed."),
    )
    .at(SyncModel::wait_for_routing())
    .into())
}

/// Refuses to wait for something the API of this stack never shows.
pub(super) fn refuse_blind_wait(settings: &Settings) -> Result<(), Diagnostics> {
    if settings.last_run != LastRun::NotShown {
        return Ok(());
    }
    Err(Diagnostic::error(
        "This stack does not tell when a sync has run",
        "Its settings show no `last_successful_sync`, so that a run cannot be waited for. Set `wait_for_sync` to false.",
    )
    .at(SyncModel::wait_for_sync())
    .into())
}

/// What to tell when the run did not show in time.
pub(super) fn missed(frequency: i64) -> Diagnostic {
    Diagnostic::warning(
        "No run of the sync was seen in time",
        format!(
            "The settings are in place, but Proofpoint has not reported a successful run within {frequency} hours and 30 \
             minutes, or the time that `timeouts` allows. Look at the sync's page in the Proofpoint console for an error; \
             `proofpoint_azure_sync_health` shows when one succeeds."
        ),
    )
    .at(SyncModel::wait_for_sync())
}

fn interrupted() -> Diagnostic {
    Diagnostic::error(
        "Interrupted",
        "The wait for Proofpoint's next run was interrupted. The settings are in place.",
    )
}
