//! Looking again at what was written a moment ago: a service may show it late, and no constant says by how much.

use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;

use super::call::{Call, Interrupted};
use super::retry::delays;

/// The part of an operation's time for which it waits at most; the rest is for the last look and what follows it.
const PATIENCE: f32 = 0.9;

/// Looks at what an operation that began at `written`, by the service's clock, may have left, and again while that differs
/// from what it should be: the answer may be from before. `look` tells what it saw and whether that is all.
///
/// The patience is the operation's own: what was written longer ago than the operation may take is believed at once, and
/// anything else once it is that old. An interruption by the user becomes an error by `interrupted`.
pub(crate) async fn settled<T, E, F>(
    call: &Call,
    written: Option<Timestamp>,
    now: impl Fn() -> Timestamp,
    (first, longest): (Duration, Duration),
    interrupted: impl Fn(Interrupted) -> E,
    mut look: impl FnMut() -> F,
) -> Result<T, E>
where
    F: Future<Output = Result<(T, bool), E>>,
{
    let patience = call.remaining().mul_f32(PATIENCE);
    let left_of = |written: Timestamp| {
        let age = Duration::try_from(now().duration_since(written)).unwrap_or_default();
        patience.checked_sub(age).filter(|left| !left.is_zero())
    };
    let mut delays = delays(first, longest);
    loop {
        let (seen, is_all) = look().await?;
        let Some(left) = written.and_then(left_of).filter(|_| !is_all) else { return Ok(seen) };
        match call.wait(delays.next().unwrap_or(longest).min(left)).await {
            Ok(()) => {}
            Err(Interrupted::Deadline) => return Ok(seen),
            Err(Interrupted::Cancelled) => return Err(interrupted(Interrupted::Cancelled)),
        }
    }
}
