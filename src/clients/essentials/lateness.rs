//! Looking again at what was written a moment ago: nobody has published how late answers may be, so no constant says it.

use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;

use super::connection::Essentials;
use super::error::{Error, ErrorKind};
use crate::http::{Call, Interrupted, delays};

/// Between looks: the first delay, and the longest.
const FIRST_DELAY: Duration = Duration::from_millis(500);
const LONGEST_DELAY: Duration = Duration::from_secs(10);
/// The part of an operation's time for which it looks again at most; the rest is for what follows.
const PATIENCE: f32 = 0.9;

impl Essentials {
    /// Looks at what an operation that wrote at `written`, by Proofpoint's clock, has left, and again while `look` says that
    /// this is not all: the answer may be from before.
    ///
    /// The patience is the operation's own: what was written longer ago than the operation may take is believed at once, and
    /// anything else once it is that old.
    pub async fn look_since<T, F>(
        &self,
        call: &Call,
        written: Option<Timestamp>,
        mut look: impl FnMut() -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<(T, bool), Error>>,
    {
        let patience = call.remaining().mul_f32(PATIENCE);
        let left_of = |written: Timestamp| {
            let age = Duration::try_from(self.clock().now().duration_since(written)).unwrap_or_default();
            patience.checked_sub(age).filter(|left| !left.is_zero())
        };
        let mut delays = delays(FIRST_DELAY, LONGEST_DELAY);
        loop {
            let (seen, is_all) = look().await?;
            let Some(left) = written.and_then(left_of).filter(|_| !is_all) else { return Ok(seen) };
            match call.wait(delays.next().unwrap_or(LONGEST_DELAY).min(left)).await {
                Ok(()) => {}
                Err(Interrupted::Deadline) => return Ok(seen),
                Err(Interrupted::Cancelled) => {
                    let operation = "wait for what was just written".to_owned();
                    return Err(Error { operation, kind: ErrorKind::Interrupted });
                }
            }
        }
    }
}
