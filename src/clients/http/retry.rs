//! When a request is sent again, and after how long. Pure: the sender does the waiting.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use uuid::Uuid;

use super::request::Repeat;

/// Repeats of a request whose outcome is unknown or bad. A service that asks for patience is given it until the
/// deadline; one that fails, or cannot be reached, for this long will not recover by being asked once more.
const MAX_REPEATS_AFTER_FAILURE: u32 = 5;
/// An endpoint that refuses connections is usually a wrong address: say so soon.
const MAX_REPEATS_WITHOUT_CONNECTION: u32 = 2;

/// What came of an attempt, as far as the policy cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// An answer with this status, and what its `Retry-After` asked for.
    Answer { status: u16, retry_after: Option<Duration> },
    /// No connection came about; nothing was sent.
    NotConnected,
    /// The connection broke; whether the service acted is unknown.
    Broken,
}

/// What to do after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// Hand on what came.
    Done,
    /// Send it again.
    Again {
        /// What the service asked for; the policy's own delay when it did not say.
        after: Option<Duration>,
        /// On a new connection (Graph: best practices, 503).
        new_connection: bool,
    },
}

/// Decides by what came, whether a repeat is safe, and how many repeats there were.
pub(super) fn decide(outcome: Outcome, repeat: Repeat, repeats: u32) -> Decision {
    let safe = repeat == Repeat::Safe;
    let (again, limit) = match outcome {
        Outcome::NotConnected => (true, MAX_REPEATS_WITHOUT_CONNECTION),
        Outcome::Answer { status: 429, .. } | Outcome::Answer { status: 503, retry_after: Some(_) } => {
            (true, u32::MAX)
        }
        Outcome::Broken | Outcome::Answer { status: 408 | 424 | 500 | 502..=504 | 509, .. } => {
            (safe, MAX_REPEATS_AFTER_FAILURE)
        }
        Outcome::Answer { .. } => (false, 0),
    };
    if !again || repeats >= limit {
        return Decision::Done;
    }
    match outcome {
        Outcome::Answer { status, retry_after } => {
            Decision::Again { after: retry_after, new_connection: status == 503 }
        }
        Outcome::NotConnected | Outcome::Broken => Decision::Again { after: None, new_connection: false },
    }
}

/// Endless delays: from `first`, doubling up to `longest`, with jitter so that many callers do not return at once.
pub fn delays(first: Duration, longest: Duration) -> impl Iterator<Item = Duration> + Send + use<> {
    let (seed, _) = Uuid::new_v4().as_u64_pair();
    ExponentialBuilder::new()
        .with_min_delay(first)
        .with_max_delay(longest)
        .with_factor(2.0)
        .with_jitter()
        .with_jitter_seed(seed)
        .without_max_times()
        .build()
}

/// The delay a `Retry-After` header asks for: seconds, decimals of them (Graph sends `2.128`), or an HTTP date that
/// `now` is subtracted from.
pub(crate) fn parse_retry_after(header: &str, now: Option<Timestamp>) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = http_date(header)?;
    Some(Duration::try_from(date.duration_since(now?)).unwrap_or(Duration::ZERO))
}

/// An HTTP date, for example `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(super) fn http_date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, retry_after: Option<u64>) -> Outcome {
        Outcome::Answer { status, retry_after: retry_after.map(Duration::from_secs) }
    }

    fn is_repeated(outcome: Outcome, repeat: Repeat) -> bool {
        decide(outcome, repeat, 0) != Decision::Done
    }

    #[test]
    fn throttling_is_always_waited_out() {
        assert!(is_repeated(answer(429, None), Repeat::Unsafe));
        assert!(is_repeated(answer(503, Some(3)), Repeat::Unsafe));
        assert_ne!(decide(answer(429, Some(1)), Repeat::Unsafe, 1000), Decision::Done);
    }

    #[test]
    fn an_unknown_outcome_is_repeated_only_where_that_is_safe() {
        for outcome in
            [Outcome::Broken, answer(500, None), answer(502, None), answer(503, None), answer(504, None)]
        {
            assert!(is_repeated(outcome, Repeat::Safe), "{outcome:?}");
            assert!(!is_repeated(outcome, Repeat::Unsafe), "{outcome:?}");
        }
    }

    #[test]
    fn what_was_never_sent_may_be_sent_again_but_not_for_long() {
        assert!(is_repeated(Outcome::NotConnected, Repeat::Unsafe));
        assert_eq!(decide(Outcome::NotConnected, Repeat::Safe, 2), Decision::Done);
    }

    #[test]
    fn answers_about_the_request_itself_are_final() {
        for status in [200, 204, 400, 401, 403, 404, 409, 422, 501, 507] {
            assert_eq!(decide(answer(status, Some(1)), Repeat::Safe, 0), Decision::Done, "{status}");
        }
    }

    #[test]
    fn an_overloaded_service_is_asked_on_a_new_connection() {
        let decision = decide(answer(503, Some(7)), Repeat::Safe, 0);
        assert_eq!(decision, Decision::Again { after: Some(Duration::from_secs(7)), new_connection: true });
    }

    #[test]
    fn retry_after_is_read_in_every_form() {
        let now = http_date("Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(parse_retry_after("10", now), Some(Duration::from_secs(10)));
        assert_eq!(parse_retry_after(" 2.128 ", None), Some(Duration::from_millis(2128)));
        assert_eq!(parse_retry_after("Sun, 06 Nov 1994 08:50:07 GMT", now), Some(Duration::from_secs(30)));
        assert_eq!(parse_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now), Some(Duration::ZERO));
        for nonsense in ["", "soon", "-1", "NaN", "inf", "1e300"] {
            assert_eq!(parse_retry_after(nonsense, now), None, "{nonsense}");
        }
    }

    #[test]
    fn delays_grow_to_their_limit_and_never_end() {
        let (first, longest) = (Duration::from_secs(1), Duration::from_secs(8));
        let some: Vec<_> = delays(first, longest).take(50).collect();
        assert_eq!(some.len(), 50);
        assert!(some.iter().all(|delay| *delay >= first && *delay <= longest * 2));
    }
}
