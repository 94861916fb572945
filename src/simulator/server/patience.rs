//! Asking a client for patience.

use jiff::SignedDuration;

use super::exchange::Answer;
use crate::moods::RetryAfter;
use crate::state::World;
use crate::state::clock::http_date;

/// An answer that says for how many seconds to wait, in the form that is in force.
pub(crate) fn told_to_wait(world: &World, answer: Answer, seconds: i64) -> Answer {
    let again = match world.moods.retry_after {
        RetryAfter::Seconds => Some(seconds.to_string()),
        RetryAfter::Fraction => Some(format!("{seconds}.128")),
        RetryAfter::Date => {
            world.clock.now().checked_add(SignedDuration::from_secs(seconds)).ok().map(http_date)
        }
        RetryAfter::Absent => None,
    };
    match again {
        Some(again) => answer.header("retry-after", again),
        None => answer,
    }
}
