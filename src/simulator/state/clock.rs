//! The simulator's own time. It starts at the real time, runs `time_scale` times as fast and can be moved
//! forward; every answer carries it in its `Date` header.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};

/// A clock that only moves forward.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    start: Timestamp,
    started: Instant,
    scale: f64,
    advanced: SignedDuration,
}

impl Clock {
    /// A clock that shows `start` now.
    pub(crate) fn starting_at(start: Timestamp, scale: f64) -> Self {
        Self { start, started: Instant::now(), scale, advanced: SignedDuration::ZERO }
    }

    /// The present, on this clock.
    pub(crate) fn now(&self) -> Timestamp {
        let run = SignedDuration::try_from_secs_f64(self.started.elapsed().as_secs_f64() * self.scale)
            .unwrap_or(SignedDuration::ZERO);
        self.start
            .checked_add(self.advanced)
            .and_then(|moved| moved.checked_add(run))
            .unwrap_or(Timestamp::MAX)
    }

    /// Moves the clock forward; a step back is refused.
    pub(crate) fn advance(&mut self, by: SignedDuration) -> Result<(), String> {
        if by.is_negative() {
            return Err("the clock moves forward only".to_owned());
        }
        self.advanced = self
            .advanced
            .checked_add(by)
            .filter(|advanced| self.start.checked_add(*advanced).is_ok())
            .ok_or_else(|| "that is beyond the calendar".to_owned())?;
        Ok(())
    }
}

/// The machine's time: the one place that reads it.
#[expect(clippy::disallowed_methods, reason = "the simulator's clock starts at the machine's time")]
pub(crate) fn machine_time() -> Timestamp {
    Timestamp::now()
}

/// `Tue, 24 Nov 2026 02:07:14 GMT`, the form of the `Date` header (RFC 9110).
pub(crate) fn http_date(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// `2019-09-17T19:10:35.2742618Z`, the form Graph gives timestamps in.
pub(crate) fn graph_time(time: Timestamp) -> String {
    let seconds = time.strftime("%Y-%m-%dT%H:%M:%S");
    let ticks = time.subsec_nanosecond().max(0) / 100;
    if ticks == 0 { format!("{seconds}Z") } else { format!("{seconds}.{ticks:07}Z") }
}

/// How long ago something was; 0 for what is yet to come.
pub(crate) fn milliseconds_since(earlier: Timestamp, now: Timestamp) -> u64 {
    u64::try_from(now.duration_since(earlier).as_millis()).unwrap_or(0)
}

/// Durations as people write them: `90`, `90s`, `15m`, `1h`, `30d`, `1h30m`; without a unit, seconds.
pub(crate) fn parse_duration(text: &str) -> Result<SignedDuration, String> {
    let wrong = || format!("`{text}` is not a duration; write for example `90s`, `15m`, `1h`, `30d`");
    let mut seconds: i64 = 0;
    let mut digits = String::new();
    for letter in text.trim().chars() {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        let unit = match letter {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return Err(wrong()),
        };
        let count: i64 = digits.parse().map_err(|_| wrong())?;
        seconds = count.checked_mul(unit).and_then(|more| seconds.checked_add(more)).ok_or_else(wrong)?;
        digits.clear();
    }
    if !digits.is_empty() {
        let count: i64 = digits.parse().map_err(|_| wrong())?;
        seconds = seconds.checked_add(count).ok_or_else(wrong)?;
    } else if text.trim().is_empty() {
        return Err(wrong());
    }
    Ok(SignedDuration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        let seconds = |text: &str| parse_duration(text).map(|duration| duration.as_secs());
        assert_eq!(seconds("1h"), Ok(3_600));
        assert_eq!(seconds("1h30m"), Ok(5_400));
        assert_eq!(seconds("30d"), Ok(2_592_000));
        assert_eq!(seconds("45"), Ok(45));
        assert!(seconds("soon").is_err());
        assert!(seconds("").is_err());
        assert!(seconds("-1h").is_err());
    }

    #[test]
    fn the_clock_moves_forward_only() {
        let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut clock = Clock::starting_at(start, 1.0);
        clock.advance(SignedDuration::from_hours(1)).unwrap();
        assert!(clock.now() >= start + SignedDuration::from_hours(1));
        assert!(clock.advance(SignedDuration::from_hours(-1)).is_err());
        assert!(clock.advance(SignedDuration::MAX).is_err());
    }

    #[test]
    fn timestamps_look_as_graph_writes_them() {
        let time: Timestamp = "2019-09-17T19:10:35.2742618Z".parse().unwrap();
        assert_eq!(graph_time(time), "2019-09-17T19:10:35.2742618Z");
        assert_eq!(http_date(time), "Tue, 17 Sep 2019 19:10:35 GMT");
    }
}
