//! Living with replication: Entra accepts a write first and copies it to its replicas afterwards, so that for seconds
//! to minutes a new object is unknown to some of them (Microsoft: designing for eventual consistency, 2026).
//!
//! Nothing here sleeps for a fixed time. A step is sent again while its own error text says that an object it needs
//! is still on its way, with growing delays, until the operation's deadline.

use std::future::Future;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::ask::Ask;
use super::connection::Graph;
use super::error::{Error, ErrorKind};
use crate::http::{Call, Interrupted, Response, delays};

const FIRST_DELAY: Duration = Duration::from_millis(500);
const LONGEST_DELAY: Duration = Duration::from_secs(10);
/// Replication has been seen to take minutes; what has not arrived after so long is not on its way.
pub(super) const PATIENCE: Duration = Duration::from_secs(5 * 60);
/// How long a refresh waits for what an earlier run wrote within that time.
const GRACE: Duration = Duration::from_secs(60);

/// Whether an error may go away by itself.
pub(super) type Passing = fn(&Error) -> bool;

/// Two writes to one object in a short time (409; in 2022 the same code came with 503), or an application for personal
/// accounts whose other half is still being made (observed 2025).
pub(super) fn concurrent(error: &Error) -> bool {
    error.refusal().is_some_and(|answer| {
        answer.is("Directory_ConcurrencyViolation") || answer.is("Error_MsaAppDoesNotExist")
    })
}

/// An object that was just made is not known yet to the replica that answered.
pub(super) fn not_there_yet(error: &Error) -> bool {
    error.is_not_found()
        || error.refusal().is_some_and(|answer| {
            answer.says("does not exist or one of its queried reference-property objects")
        })
}

/// The application of a new principal is not known yet. The second text, a 403, misleads: it is what a caller with
/// `Application.ReadWrite.OwnedBy` gets in this case (observed 2026).
pub(super) fn application_not_there_yet(error: &Error) -> bool {
    error.refusal().is_some_and(|answer| {
        answer.is("NoBackingApplicationObject")
            || answer.says("does not reference a valid application object")
            || answer.says("backing application of the service principal being created must")
    })
}

/// The principal of a new assignment is not known yet (the text that azuread repeats on).
pub(super) fn principal_not_there_yet(error: &Error) -> bool {
    not_there_yet(error) || error.refusal().is_some_and(|answer| answer.says("Not a valid reference update"))
}

/// A secret that was just made is not known yet.
pub(super) fn secret_not_there_yet(error: &Error) -> bool {
    not_there_yet(error) || error.refusal().is_some_and(|answer| answer.says("No password credential found"))
}

impl Graph {
    /// Sends an ask, and again while its error is a passing one. Concurrent writes always count as passing.
    pub(super) async fn settle(&self, call: &Call, ask: Ask, passing: Passing) -> Result<Response, Error> {
        let call = call.at_most(PATIENCE);
        let mut delays = delays(FIRST_DELAY, LONGEST_DELAY);
        loop {
            let error = match self.send(&call, ask.clone()).await {
                Err(error) if concurrent(&error) || passing(&error) => error,
                outcome => return outcome,
            };
            tracing::debug!(operation = %ask.operation, error = %error, "replication: the step is tried again");
            wait(&call, delays.next(), error).await?;
        }
    }

    /// Looks until a fact is there.
    ///
    /// `look` gives `None` while it is not; the error says what was waited for when time is up.
    pub(super) async fn observe<T, F>(
        &self,
        call: &Call,
        fact: &str,
        mut look: impl FnMut() -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<Option<T>, Error>>,
    {
        let call = call.at_most(PATIENCE);
        let mut delays = delays(FIRST_DELAY, LONGEST_DELAY);
        loop {
            if let Some(found) = look().await? {
                return Ok(found);
            }
            let late = Error::new(
                fact,
                ErrorKind::Unexpected("it has not become visible in the directory yet".to_owned()),
            );
            wait(&call, delays.next(), late).await?;
        }
    }

    /// Looks at what another process may have written, and again while something is missing that was `written` so short a
    /// time ago, by the tenant's clock, that the replica that answered may not know it. `look` tells what it saw and whether
    /// that is all; what is still missing after a minute is taken as missing.
    pub async fn look_since<T, F>(
        &self,
        call: &Call,
        written: Option<Timestamp>,
        mut look: impl FnMut() -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<(T, bool), Error>>,
    {
        let patient = call.at_most(GRACE);
        let mut delays = delays(FIRST_DELAY, LONGEST_DELAY);
        loop {
            let (seen, is_all) = look().await?;
            if is_all || !written.is_some_and(|written| self.is_young(written)) {
                return Ok(seen);
            }
            match patient.wait(delays.next().unwrap_or(LONGEST_DELAY)).await {
                Ok(()) => self.forget_snapshots(),
                Err(Interrupted::Deadline) => return Ok(seen),
                Err(Interrupted::Cancelled) => {
                    return Err(Error::new("wait for what was just written", Interrupted::Cancelled));
                }
            }
        }
    }

    fn is_young(&self, written: Timestamp) -> bool {
        let patience = SignedDuration::try_from(PATIENCE).unwrap_or(SignedDuration::MAX);
        self.now().duration_since(written) < patience
    }
}

/// Waits before the next try. At the deadline the error that was about to be overcome says more than the deadline.
async fn wait(call: &Call, delay: Option<Duration>, error: Error) -> Result<(), Error> {
    match call.wait(delay.unwrap_or(LONGEST_DELAY)).await {
        Ok(()) => Ok(()),
        Err(Interrupted::Deadline) => Err(error),
        Err(Interrupted::Cancelled) => Err(Error::new(error.operation(), Interrupted::Cancelled)),
    }
}

/// No error passes by itself, apart from concurrent writes.
pub(super) fn never(_: &Error) -> bool {
    false
}
