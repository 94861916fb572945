//! Waiting for Proofpoint's own next run, and for the mail routing that follows a first one.

use std::future::{Future, pending};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::provider_block::Diagnose as _;
use clients::essentials::{Error, LastRun, Shown};
use clients::http::{Call, Interrupted, delays};
use framework::attr::Attr;
use framework::diagnostic::Diagnostic;
use grammar::counted;

use super::model::SyncModel;

/// Time from a first run until mail for the people it brought is routed (Vircom's guide to the sync, 2024).
const ROUTING: SignedDuration = SignedDuration::from_mins(60);

/// How much longer than `frequency` a run may take to show.
const GRACE: Duration = Duration::from_secs(30 * 60);

/// For what follows a wait: to look at what the run did, and to remove old keys.
const AFTERWARDS: Duration = Duration::from_secs(5 * 60);

/// For taking back a key that nobody was given: one that stays unknown to Entra for longer than this is remembered instead.
const TIDYING: Duration = Duration::from_secs(60);

const FIRST_LOOK: Duration = Duration::from_millis(250);
pub(super) const LONGEST_LOOK: Duration = Duration::from_secs(60);

/// How long a run is waited for: what `timeouts` says, else one frequency and some grace (and with `wait_for_routing` the
/// time until routing is ready on top).
pub(super) fn patience(call: &Call, model: &SyncModel, creating: bool, frequency: i64) -> Call {
    let named = model.timeouts.known().is_some_and(|timeouts| {
        if creating { timeouts.create.is_known() } else { timeouts.update.is_known() }
    });
    if named {
        return call.clone();
    }
    let mut limit = usual(frequency);
    if model.wait_for_routing == Attr::Known(true) {
        limit += Duration::try_from(ROUTING).unwrap_or_default() + GRACE;
    }
    Call::new(limit, call.cancel.clone(), call.correlation_id)
}

/// How long the next run of a sync may take to show that runs every so many hours.
pub(crate) fn usual(frequency: i64) -> Duration {
    Duration::from_secs(u64::try_from(frequency).unwrap_or_default() * 3600) + GRACE
}

/// A run that was waited for.
pub(crate) enum Run {
    /// It succeeded; the time is when this was seen.
    Succeeded(Timestamp),
    /// It did not show in time.
    Missed,
}

/// The same call with time for what follows a wait, which may have used up all there was.
pub(crate) fn afterwards(call: &Call) -> Call {
    lasting(call, AFTERWARDS)
}

/// The same call with time to take back what it did not come to use.
pub(super) fn tidying(call: &Call) -> Call {
    lasting(call, TIDYING)
}

fn lasting(call: &Call, at_least: Duration) -> Call {
    Call { deadline: call.deadline.max(Instant::now() + at_least), ..call.clone() }
}

/// Whether the stack tells when a run has ended. The field may be missing until there is a first run: a stack that shows
/// when the secret ends, which came together with it, has it.
pub(crate) fn shows_runs(before: &LastRun, shown: &Shown) -> bool {
    *before != LastRun::NotShown || shown.last_run != LastRun::NotShown || shown.secret_expiry.is_some()
}

/// Waits until `last_successful_sync` differs from what it was before the settings were written.
pub(crate) async fn run<Look: Future<Output = Result<Option<Shown>, Error>>>(
    organization: &str,
    call: &Call,
    before: &LastRun,
    look: impl Fn() -> Look,
    now: impl Fn() -> Timestamp,
) -> Result<Run, Diagnostic> {
    let started = Instant::now();
    for delay in delays(FIRST_LOOK, LONGEST_LOOK) {
        let last = is_last(call, delay).await?;
        let settings = tolerant(look().await)?;
        match settings.map(|settings| settings.last_run) {
            Some(LastRun::At(time)) if before.at() != Some(time.as_str()) => {
                return Ok(Run::Succeeded(now()));
            }
            _ if last => break,
            _ => tracing::info!(
                organization,
                waited_seconds = started.elapsed().as_secs(),
                "waiting for the next run of the sync"
            ),
        }
    }
    Ok(Run::Missed)
}

/// Waits until it is time for the next look. True when that is the last one: the deadline comes first.
async fn is_last(call: &Call, delay: Duration) -> Result<bool, Diagnostic> {
    match call.at_most(delay).run(pending::<()>()).await {
        Err(Interrupted::Cancelled) => Err(interrupted()),
        Err(Interrupted::Deadline) | Ok(()) => Ok(call.remaining().is_zero()),
    }
}

/// A look that fails says nothing of the run: the next one may tell more, unless the account is refused.
fn tolerant(look: Result<Option<Shown>, Error>) -> Result<Option<Shown>, Diagnostic> {
    match look {
        Ok(settings) => Ok(settings),
        Err(error) if error.is_invalid_credentials() || error.is_not_authorized() => Err(error.diagnose()),
        Err(error) => {
            tracing::warn!(%error, "looking for the next run of the sync failed");
            Ok(None)
        }
    }
}

/// When mail routing is ready after a first run, to the second.
pub(super) fn routing_ready_at(run: Timestamp) -> Timestamp {
    let ready = run.saturating_add(ROUTING).unwrap_or(run);
    Timestamp::from_second(ready.as_second()).unwrap_or(ready)
}

/// Waits until mail routing is ready.
pub(super) async fn routing<Look: Future<Output = Result<Option<Shown>, Error>>>(
    organization: &str,
    call: &Call,
    ready: Timestamp,
    look: impl Fn() -> Look,
    now: impl Fn() -> Timestamp,
) -> Result<(), Diagnostic> {
    let started = Instant::now();
    // Nothing tells when routing is ready: the services' clock is looked at with every answer.
    for delay in delays(FIRST_LOOK, LONGEST_LOOK) {
        if now() >= ready {
            return Ok(());
        }
        let waited_seconds = started.elapsed().as_secs();
        tracing::info!(organization, waited_seconds, %ready, "waiting for mail routing");
        let last = is_last(call, delay).await?;
        tolerant(look().await)?;
        if last {
            break;
        }
    }
    if now() >= ready {
        return Ok(());
    }
    Err(Diagnostic::warning(
        "Mail routing was not waited for to its end",
        format!("The time of the operation was up before {ready}, when mail for the synchronized people is routed."),
    )
    .at(SyncModel::wait_for_routing()))
}

/// What to tell where a run can be seen by nobody.
pub(super) fn blind() -> Diagnostic {
    Diagnostic::warning(
        "This stack does not tell when a sync has run",
        "The settings are in place. They show no `last_successful_sync`, so that there is nothing to wait for. Look at the \
         sync's page in the Proofpoint console, and set `wait_for_sync` to false.",
    )
    .at(SyncModel::wait_for_sync())
}

/// What to tell when the run did not show in time.
pub(super) fn missed(frequency: i64) -> Diagnostic {
    Diagnostic::warning(
        "No run of the sync was seen in time",
        format!(
            "The settings are in place, but Proofpoint has not reported a successful run within {} and 30 \
             minutes, or the time that `timeouts` allows. Look at the sync's page in the Proofpoint console for an error; \
             `proofpoint_azure_sync_health` shows when one succeeds.",
            counted(frequency, "hour")
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

#[cfg(test)]
#[path = "waiting_tests.rs"]
mod tests;
