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

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use tokio::time::Instant;
    use tokio_util::sync::CancellationToken;
    use uuid::Uuid;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn call() -> Call {
        Call::new(HOUR, CancellationToken::new(), Uuid::nil())
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_younger_than_the_operations_own_time_is_looked_for_again_and_what_is_older_is_believed()
    {
        let now: Timestamp = "2026-05-01T10:00:00Z".parse().expect("a time");
        let left = |minutes: i64| {
            let written = now - SignedDuration::from_mins(minutes);
            Patience::with(&call(), Some(written)).left(now).map(|left| left.as_secs().div_ceil(60))
        };
        assert_eq!(left(0), Some(54));
        assert_eq!(left(53), Some(1));
        for over in [54, 55, 10_000] {
            assert_eq!(left(over), None, "{over}");
        }
        // A clock that goes behind the one that dated the write.
        assert_eq!(left(-5), Some(54));
        assert!(Patience::with(&call(), None).left(now).is_none(), "nothing was written");
    }

    #[tokio::test(start_paused = true)]
    async fn looks_are_further_and_further_apart_and_never_beyond_what_is_left() {
        let call = call();
        let mut patience = Patience::with(&call, None);
        let mut pauses = Vec::new();
        for _ in 0..8 {
            let began = Instant::now();
            assert_eq!(patience.wait(&call, HOUR).await, Ok(true));
            pauses.push(began.elapsed());
        }
        assert!(pauses[0] >= FIRST_DELAY && pauses[0] <= 2 * FIRST_DELAY, "{pauses:?}");
        assert!(pauses[7] >= LONGEST_DELAY && pauses[7] <= 2 * LONGEST_DELAY, "{pauses:?}");
        let began = Instant::now();
        assert_eq!(patience.wait(&call, Duration::from_secs(1)).await, Ok(true));
        assert_eq!(began.elapsed().as_secs(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_beyond_the_operations_end_is_none_and_an_interruption_is_told() {
        let brief = Call::new(Duration::from_millis(1), CancellationToken::new(), Uuid::nil());
        let began = Instant::now();
        assert_eq!(Patience::with(&brief, None).wait(&brief, HOUR).await, Ok(false));
        assert!(began.elapsed() < FIRST_DELAY, "it is not waited for");
        let call = call();
        call.cancel.cancel();
        assert_eq!(Patience::with(&call, None).wait(&call, HOUR).await, Err(Interrupted::Cancelled));
    }
}
