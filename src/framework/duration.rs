//! Durations, as Go writes them.

use std::time::Duration;

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
}
