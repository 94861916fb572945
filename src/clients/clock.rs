//! What time it is.
//!
//! A provider decides by the clock whether a secret must be rotated, and the machines it runs on often have wrong
//! clocks. Every answer of the service it talks to carries the right time in its `Date` header, so *now* is the
//! latest observed one plus the time that has passed since, and the local clock only until there is one.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};

/// The clock of one tenant; clones share what was observed.
#[derive(Debug, Clone, Default)]
pub struct Clock(Arc<Mutex<Option<Observation>>>);

#[derive(Debug, Clone, Copy)]
struct Observation {
    date: Timestamp,
    at: Instant,
}

impl Observation {
    /// The service's time, `self.at` plus what has passed until `instant`.
    fn advanced_to(self, instant: Instant) -> Timestamp {
        let passed = SignedDuration::try_from(instant.saturating_duration_since(self.at));
        passed.ok().and_then(|passed| self.date.checked_add(passed).ok()).unwrap_or(self.date)
    }
}

impl Clock {
    /// A clock that has observed nothing and shows local time.
    pub fn new() -> Self {
        Self::default()
    }

    /// The present: the latest observed date advanced by monotonic time, else the local clock's.
    pub fn now(&self) -> Timestamp {
        self.now_at(Instant::now())
    }

    /// How far the service's clock is ahead of this machine's, once an answer of it has shown the time.
    pub fn ahead(&self) -> Option<SignedDuration> {
        let observed = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        observed.map(|observed| observed.advanced_to(Instant::now()).duration_since(local_time()))
    }

    /// Takes note of the `Date` header of an answer that has just arrived.
    ///
    /// The header has whole seconds and answers overtake one another, so a date that would set the clock back by
    /// less than [`Self::TOLERANCE`] is not taken; a clock that really was set back is followed.
    pub fn observe(&self, date: Timestamp) {
        self.observe_at(date, Instant::now());
    }

    /// How far an answer's date may lag behind without turning the clock back: latency and rounding.
    pub(crate) const TOLERANCE: SignedDuration = SignedDuration::from_secs(60);

    fn now_at(&self, instant: Instant) -> Timestamp {
        match *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(observation) => observation.advanced_to(instant),
            None => local_time(),
        }
    }

    fn observe_at(&self, date: Timestamp, at: Instant) {
        let mut observed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lag = observed.map(|earlier| earlier.advanced_to(at).duration_since(date));
        if !lag.is_some_and(|lag| SignedDuration::ZERO < lag && lag < Self::TOLERANCE) {
            *observed = Some(Observation { date, at });
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the local clock is read")]
fn local_time() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const NOON: Timestamp = Timestamp::constant(1_800_000_000, 0);

    #[test]
    fn an_observed_date_advances_with_monotonic_time() {
        let (clock, start) = (Clock::new(), Instant::now());
        clock.observe_at(NOON, start);
        assert_eq!(clock.now_at(start + Duration::from_secs(90)), NOON + SignedDuration::from_secs(90));
    }

    #[test]
    fn a_late_answer_does_not_set_the_clock_back() {
        let (clock, start) = (Clock::new(), Instant::now());
        clock.observe_at(NOON, start);
        clock.observe_at(NOON - SignedDuration::from_secs(3), start);
        assert_eq!(clock.now_at(start), NOON);
    }

    #[test]
    fn a_clock_that_was_set_back_is_followed() {
        let (clock, start) = (Clock::new(), Instant::now());
        clock.observe_at(NOON, start);
        let earlier = NOON - SignedDuration::from_hours(5);
        clock.observe_at(earlier, start);
        assert_eq!(clock.now_at(start), earlier);
    }

    #[test]
    fn a_jump_ahead_is_followed_at_once() {
        let (clock, start) = (Clock::new(), Instant::now());
        clock.observe_at(NOON, start);
        let years_later = NOON + SignedDuration::from_hours(5 * 365 * 24);
        clock.observe_at(years_later, start);
        assert_eq!(clock.now_at(start), years_later);
    }

    #[test]
    fn the_local_clock_serves_until_a_date_is_seen() {
        let before = local_time();
        assert!(Clock::new().now() >= before);
    }

    #[test]
    fn how_far_a_service_is_ahead_is_known_once_it_has_answered() {
        let clock = Clock::new();
        assert_eq!(clock.ahead(), None);
        clock.observe(local_time() + SignedDuration::from_hours(2));
        let ahead = clock.ahead().expect("an answer");
        assert!((ahead - SignedDuration::from_hours(2)).abs() < SignedDuration::from_secs(30), "{ahead:?}");
    }

    #[test]
    fn clones_share_what_was_observed() {
        let clock = Clock::new();
        let other = clock.clone();
        clock.observe(NOON);
        assert!(other.now().duration_since(NOON) < SignedDuration::from_secs(60));
    }
}
