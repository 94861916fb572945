//! How long what was written may be looked for again: nobody has published how late answers may be, so no constant says it.

use std::time::Duration;

use jiff::Timestamp;

use super::call::{Call, Interrupted};
use super::retry::delays;

/// Between looks: the first delay, and the longest.
pub(crate) const FIRST_DELAY: Duration = Duration::from_millis(500);
pub(crate) const LONGEST_DELAY: Duration = Duration::from_secs(10);
/// The part of an operation's time for which it looks again at most; the rest is for the last look and what follows it.
const PART: f32 = 0.9;

/// The patience of an operation with something that was written. What was written longer ago than the operation may take is
/// believed at once, and anything else once it is that old.
pub(crate) struct Patience<D> {
    whole: Duration,
    written: Option<Timestamp>,
    delays: D,
}

impl Patience<()> {
    /// That of an operation which begins now, with what was written then.
    pub(crate) fn with(
        call: &Call,
        written: Option<Timestamp>,
    ) -> Patience<impl Iterator<Item = Duration> + Send + use<>> {
        Patience {
            whole: call.remaining().mul_f32(PART),
            written,
            delays: delays(FIRST_DELAY, LONGEST_DELAY),
        }
    }
}

impl<D: Iterator<Item = Duration>> Patience<D> {
    /// What is left of it by the clock that dated the write; none when it is over.
    pub(crate) fn left(&self, now: Timestamp) -> Option<Duration> {
        let age = Duration::try_from(now.duration_since(self.written?)).unwrap_or_default();
        self.whole.checked_sub(age).filter(|left| !left.is_zero())
    }

    /// Waits before the next look, no longer than what is `left`. False when the operation's time is up.
    pub(crate) async fn wait(&mut self, call: &Call, left: Duration) -> Result<bool, Interrupted> {
        match call.wait(self.delays.next().unwrap_or(LONGEST_DELAY).min(left)).await {
            Ok(()) => Ok(true),
            Err(Interrupted::Deadline) => Ok(false),
            Err(Interrupted::Cancelled) => Err(Interrupted::Cancelled),
        }
    }
}
