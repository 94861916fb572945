//! Times as Proofpoint may spell them. The format is not documented, so that several are taken.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Reads a time. Without a zone it is taken as UTC; a mere date is its beginning.
pub fn read_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    let text = text.replace('/', "-");
    let civil = text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(DateTime::from)).ok()?;
    TimeZone::UTC.to_timestamp(civil).ok()
}

/// Whole days from one time to another, rounded down: 0 on the last day, negative afterwards.
pub fn days_between(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_secs().div_euclid(SignedDuration::from_hours(24).as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_likely_spelling() {
        let noon: Timestamp = "2026-03-02T09:00:12Z".parse().unwrap();
        for text in [
            "2026-03-02 09:00:12",
            "2026-03-02T09:00:12Z",
            "2026/03/02 09:00:12",
            "2026-03-02T10:00:12+01:00",
        ] {
            assert_eq!(read_time(text), Some(noon), "{text}");
        }
        assert_eq!(read_time("2026/03/02"), read_time("2026-03-02 00:00:00"));
        for text in ["", "never", "0000-00-00 00:00:00", "02.03.2026"] {
            assert_eq!(read_time(text), None, "{text}");
        }
    }

    #[test]
    fn the_last_day_has_no_whole_day_left() {
        let days = |from: &str, to: &str| days_between(read_time(from).unwrap(), read_time(to).unwrap());
        assert_eq!(days("2026-03-01 12:00:00", "2026-03-02 11:59:59"), 0);
        assert_eq!(days("2026-03-01", "2026-03-31"), 30);
        assert_eq!(days("2026-03-02 00:00:01", "2026-03-02"), -1);
    }
}
