//! The `timeouts` block and the durations in it.

use std::time::Duration;

use super::attr::Attr;
use super::validators::duration;
use super::value::Value;

crate::model! {
    /// How long each operation may take.
    pub struct Timeouts {
        /// For creation, as a Go duration such as `30m` or `1h30m`.
        create: Attr<String> => optional().validate(duration()),
        /// For reading.
        read: Attr<String> => optional().validate(duration()),
        /// For updates.
        update: Attr<String> => optional().validate(duration()),
        /// For destruction.
        delete: Attr<String> => optional().validate(duration()),
    }
}

crate::model! {
    /// How long the operation may take.
    pub struct ReadTimeouts {
        /// For reading, as a Go duration such as `5m`.
        read: Attr<String> => optional().validate(duration()),
    }
}

/// An operation that a timeout is set for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Making the object.
    Create,
    /// Reading it.
    Read,
    /// Changing it in place.
    Update,
    /// Destroying it.
    Delete,
}

impl Operation {
    /// As in the `timeouts` block.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// How long operations may take where the user does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DefaultTimeouts {
    /// For creation.
    pub create: Duration,
    /// For reading, and for checks during plan.
    pub read: Duration,
    /// For updates.
    pub update: Duration,
    /// For destruction.
    pub delete: Duration,
}

impl Default for DefaultTimeouts {
    fn default() -> Self {
        Self::minutes(20)
    }
}

impl DefaultTimeouts {
    /// The same number of minutes for creation, updates and destruction, and five for reading.
    pub const fn minutes(minutes: u64) -> Self {
        let long = Duration::from_secs(60 * minutes);
        Self { create: long, read: Duration::from_secs(300), update: long, delete: long }
    }

    /// The timeout of an operation on an object: its `timeouts` block, else the default.
    pub fn of(&self, operation: Operation, object: &Value) -> Duration {
        let configured = object.member("timeouts").member(operation.name()).as_str().and_then(parse_duration);
        configured.unwrap_or(match operation {
            Operation::Create => self.create,
            Operation::Read => self.read,
            Operation::Update => self.update,
            Operation::Delete => self.delete,
        })
    }
}

/// Reads a duration as Go writes it: decimal numbers with the units `ns us ms s m h`, such as `1h30m` or `1.5s`.
/// `None` for anything else, negative durations included.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    if rest == "0" {
        return Some(Duration::ZERO);
    }
    let mut total = Duration::ZERO;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let number_length = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(number_length);
        let unit_length = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_length);
        let nanoseconds: u64 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
            return None;
        }
        let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        total = total.checked_add(Duration::from_nanos(whole.checked_mul(nanoseconds)?))?;
        // Digits beyond the eighteenth are less than a nanosecond of an hour.
        let fraction: String = fraction.chars().take(18).collect();
        if !fraction.is_empty() {
            let scale = 10u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
            let part = fraction.parse::<u128>().ok()? * u128::from(nanoseconds) / scale;
            total = total.checked_add(Duration::from_nanos(u64::try_from(part).ok()?))?;
        }
        rest = after;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_go_reads_them() {
        for (text, milliseconds) in [
            ("0", 0),
            ("30m", 1_800_000),
            ("1h30m", 5_400_000),
            ("1.5s", 1_500),
            (".5s", 500),
            ("17520h", 63_072_000_000),
            ("250ms", 250),
            ("1000000ns", 1),
            ("+2us1ms", 1),
        ] {
            assert_eq!(parse_duration(text).map(|d| d.as_millis()), Some(milliseconds), "{text}");
        }
        for text in ["", "5", "-1h", "1d", "h", "1.2.3s", "1 h", "99999999999999999999h", "9999999999h"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }

    #[test]
    fn the_block_wins_over_the_default() {
        let object = Value::object([("timeouts", Value::object([("create", Value::from("90s"))]))]);
        let defaults = DefaultTimeouts::default();
        assert_eq!(defaults.of(Operation::Create, &object), Duration::from_secs(90));
        assert_eq!(defaults.of(Operation::Delete, &object), defaults.delete);
        assert_eq!(defaults.of(Operation::Create, &Value::Null), defaults.create);
    }
}
