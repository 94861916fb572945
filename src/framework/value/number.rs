//! Exact decimal numbers.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// Largest decimal exponent that is read. Core computes with 512 bits of mantissa and writes plain digits, so
/// anything beyond this is not a value a configuration can hold.
const EXPONENT_LIMIT: i32 = 5_000;

/// A decimal number that never loses a digit: an `i64`, or else the digits themselves.
///
/// Equality is by value: both forms are canonical, so `1.50` equals `1.5` and `1e3` equals `1000`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Number(Form);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Form {
    Small(i64),
    /// Plain canonical digits: optional `-`, no leading or trailing zeros that mean nothing, no exponent.
    Digits(String),
}

/// Text that is no decimal number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number")]
pub struct NumberError;

impl Number {
    /// The number as an `i64`, if it is an integer of that range.
    pub fn as_i64(&self) -> Option<i64> {
        match self.0 {
            Form::Small(number) => Some(number),
            Form::Digits(_) => None,
        }
    }

    /// The number as a `u64`, if it is an integer of that range.
    pub fn as_u64(&self) -> Option<u64> {
        match &self.0 {
            Form::Small(number) => u64::try_from(*number).ok(),
            Form::Digits(digits) => digits.parse().ok(),
        }
    }

    /// The nearest `f64`. Only for code that asks for one: writing it back would lose digits.
    pub fn to_f64(&self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// The exact value of a finite `f64`, every binary digit of it.
    pub fn from_f64(number: f64) -> Result<Self, NumberError> {
        if !number.is_finite() {
            return Err(NumberError);
        }
        // The smallest binary fraction of an f64 ends after 1074 decimal places.
        format!("{number:.1074}").parse()
    }

    /// Whether it has no fractional part.
    pub(crate) fn is_integer(&self) -> bool {
        match &self.0 {
            Form::Small(_) => true,
            Form::Digits(digits) => !digits.contains('.'),
        }
    }

    fn parts(&self) -> (bool, String, String) {
        let text = self.to_string();
        let (negative, text) = text.strip_prefix('-').map_or((false, text.as_str()), |rest| (true, rest));
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        (negative, whole.to_owned(), fraction.to_owned())
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Self(Form::Small(number))
    }
}

impl From<u64> for Number {
    fn from(number: u64) -> Self {
        Self(i64::try_from(number).map_or_else(|_| Form::Digits(number.to_string()), Form::Small))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Small(number) => number.fmt(f),
            Form::Digits(digits) => f.write_str(digits),
        }
    }
}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| NumberError)?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() && fraction.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return Err(NumberError);
        }
        if exponent.abs() > EXPONENT_LIMIT {
            return Err(NumberError);
        }
        let mut digits = format!("{whole}{fraction}");
        let point = i64::try_from(whole.len()).map_err(|_| NumberError)? + i64::from(exponent);
        let point = if let Ok(point) = usize::try_from(point) {
            if point > digits.len() {
                digits.push_str(&"0".repeat(point - digits.len()));
            }
            point
        } else {
            let missing = usize::try_from(-point).map_err(|_| NumberError)?;
            digits.insert_str(0, &"0".repeat(missing));
            0
        };
        let (whole, fraction) = digits.split_at(point);
        let whole = whole.trim_start_matches('0');
        let fraction = fraction.trim_end_matches('0');
        let whole = if whole.is_empty() { "0" } else { whole };
        let sign = if negative && !(whole == "0" && fraction.is_empty()) { "-" } else { "" };
        if fraction.is_empty() {
            let plain = format!("{sign}{whole}");
            return Ok(Self(plain.parse().map_or_else(|_| Form::Digits(plain), Form::Small)));
        }
        Ok(Self(Form::Digits(format!("{sign}{whole}.{fraction}"))))
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Form::Small(a), Form::Small(b)) = (&self.0, &other.0) {
            return a.cmp(b);
        }
        let (a_negative, a_whole, a_fraction) = self.parts();
        let (b_negative, b_whole, b_fraction) = other.parts();
        // Canonical digits: a longer whole part is larger, fractions compare as text.
        let magnitude = a_whole
            .len()
            .cmp(&b_whole.len())
            .then_with(|| a_whole.cmp(&b_whole))
            .then_with(|| a_fraction.cmp(&b_fraction));
        match (a_negative, b_negative) {
            (false, false) => magnitude,
            (true, true) => magnitude.reverse(),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    #[test]
    fn every_spelling_of_one_value_is_equal() {
        for (spelling, canonical) in [
            ("1.50", "1.5"),
            ("1e3", "1000"),
            ("1.5E-2", "0.015"),
            ("-0", "0"),
            ("-0.0", "0"),
            ("007", "7"),
            (".5", "0.5"),
            ("9223372036854775807", "9223372036854775807"),
            ("18446744073709551616", "18446744073709551616"),
            ("12345678901234567890.50", "12345678901234567890.5"),
        ] {
            assert_eq!(number(spelling).to_string(), canonical, "{spelling}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "-", "1.2.3", "1e", "0x10", "NaN", "inf", "1 ", "1e999999999"] {
            assert_eq!(text.parse::<Number>(), Err(NumberError), "{text}");
        }
    }

    #[test]
    fn order_is_numeric() {
        let sorted = ["-10.5", "-10", "-1", "0", "0.5", "0.51", "2", "10", "9223372036854775808", "1e30"];
        for pair in sorted.windows(2) {
            assert!(number(pair[0]) < number(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn a_float_keeps_every_binary_digit() {
        assert_eq!(Number::from_f64(1.5).unwrap().to_string(), "1.5");
        assert_eq!(
            Number::from_f64(0.1).unwrap().to_string(),
            "0.1000000000000000055511151231257827021181583404541015625"
        );
        assert_eq!(
            Number::from_f64(f64::MIN_POSITIVE).unwrap().to_f64().to_bits(),
            f64::MIN_POSITIVE.to_bits()
        );
        assert!(Number::from_f64(f64::NAN).is_err());
    }
}
