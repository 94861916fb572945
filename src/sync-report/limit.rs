//! Limits on removals: a count, or a percentage of the active accounts.

use std::fmt;
use std::str::FromStr;

use grammar::counted;

/// How many accounts a run may remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// This many.
    Count(u64),
    /// This share of the active accounts that are no administrators, in hundredths of a percent; rounded up, at least one.
    /// 0 allows none, 100 % and more allow any number.
    Percent {
        /// Hundredths of a percent: 250 is 2.5 %.
        hundredths: u64,
    },
}

/// Where nobody names one.
impl Default for Limit {
    fn default() -> Self {
        Self::Percent { hundredths: 1_000 }
    }
}

/// The text is neither a count nor a percentage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither a whole number nor a percentage such as `10%` or `2.5%`")]
pub struct LimitError(String);

impl FromStr for Limit {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Self, LimitError> {
        let error = || LimitError(text.to_owned());
        let digits = |part: &str| {
            // `parse` would take a sign, too.
            let plain = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| part.parse::<u64>().ok()).flatten()
        };
        let Some(percent) = text.trim().strip_suffix('%') else {
            return digits(text.trim()).map(Self::Count).ok_or_else(error);
        };
        let (whole, fraction) = percent.trim_end().split_once('.').unwrap_or((percent.trim_end(), "0"));
        let fraction = match (fraction.len(), digits(fraction)) {
            (1, Some(tenths)) => tenths * 10,
            (2, Some(hundredths)) => hundredths,
            _ => return Err(error()),
        };
        let whole = digits(whole).and_then(|whole| whole.checked_mul(100)).ok_or_else(error)?;
        Ok(Self::Percent { hundredths: whole.saturating_add(fraction) })
    }
}

impl Limit {
    /// Whether it allows any number.
    pub fn allows_everything(self) -> bool {
        matches!(self, Self::Percent { hundredths } if hundredths >= 10_000)
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Count(count) => write!(formatter, "{count}"),
            Self::Percent { hundredths } => match (hundredths / 100, hundredths % 100) {
                (whole, 0) => write!(formatter, "{whole}%"),
                (whole, fraction) if fraction % 10 == 0 => write!(formatter, "{whole}.{}%", fraction / 10),
                (whole, fraction) => write!(formatter, "{whole}.{fraction:02}%"),
            },
        }
    }
}

/// A number of removals held against a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judgement {
    /// How many accounts would be removed.
    pub removals: u64,
    /// How many the limit allows; none when it allows any number.
    pub allowed: Option<u64>,
    /// What a percentage refers to: active accounts that are no administrators.
    pub active_accounts: u64,
}

impl Judgement {
    /// Holds this many removals among this many active accounts against a limit.
    pub fn of(removals: u64, active_accounts: u64, limit: Limit) -> Self {
        let allowed = match limit {
            Limit::Count(count) => Some(count),
            Limit::Percent { hundredths: 0 } => Some(0),
            // Inactive accounts may be removed as well, so that 100 % of the active ones would still be a limit.
            limit if limit.allows_everything() => None,
            Limit::Percent { hundredths } => {
                let share = u128::from(active_accounts) * u128::from(hundredths);
                Some(u64::try_from(share.div_ceil(10_000)).unwrap_or(u64::MAX).max(1))
            }
        };
        Self { removals, allowed, active_accounts }
    }

    /// Whether more would be removed than the limit allows.
    pub fn exceeded(&self) -> bool {
        self.allowed.is_some_and(|allowed| self.removals > allowed)
    }
}

/// For example: `12 accounts would be removed or deactivated, and 4 are allowed among 38 active accounts`.
impl fmt::Display for Judgement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} would be removed or deactivated", counted(self.removals, "account"))?;
        match self.allowed {
            Some(allowed) => {
                let verb = if allowed == 1 { "is" } else { "are" };
                let among = counted(self.active_accounts, "active account");
                write!(formatter, ", and {allowed} {verb} allowed among {among}")
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(limit: &str, active_accounts: u64) -> Option<u64> {
        Judgement::of(0, active_accounts, limit.parse().unwrap()).allowed
    }

    #[test]
    fn percentages_round_up_and_allow_at_least_one() {
        assert_eq!(allowed("10%", 41), Some(5));
        assert_eq!(allowed("10%", 40), Some(4));
        assert_eq!(allowed("10%", 3), Some(1));
        assert_eq!(allowed("10%", 0), Some(1));
        assert_eq!(allowed("2.5%", 1000), Some(25));
        assert_eq!(allowed("0.01%", 30_000), Some(3));
    }

    #[test]
    fn zero_allows_none_and_hundred_percent_any() {
        assert_eq!(allowed("0", 40), Some(0));
        assert_eq!(allowed("0%", 40), Some(0));
        assert_eq!(allowed("7", 40), Some(7));
        assert_eq!(allowed("100%", 40), None);
        assert!(!Judgement::of(50, 40, "100%".parse().unwrap()).exceeded());
        assert!(Judgement::of(1, 40, "0".parse().unwrap()).exceeded());
        assert!(!Judgement::of(5, 41, "10%".parse().unwrap()).exceeded());
        assert!(Judgement::of(6, 41, "10%".parse().unwrap()).exceeded());
    }

    #[test]
    fn a_judgement_says_how_many_and_how_many_are_allowed() {
        let told = |removals, active, limit: &str| {
            Judgement::of(removals, active, limit.parse().unwrap()).to_string()
        };
        assert_eq!(
            told(12, 38, "10%"),
            "12 accounts would be removed or deactivated, and 4 are allowed among 38 active accounts"
        );
        assert_eq!(
            told(1, 1, "1"),
            "1 account would be removed or deactivated, and 1 is allowed among 1 active account"
        );
        assert_eq!(told(2, 38, "100%"), "2 accounts would be removed or deactivated");
    }

    #[test]
    fn limits_are_shown_as_they_are_written() {
        for text in ["0", "12", "10%", "2.5%", "0.05%", "100%"] {
            assert_eq!(text.parse::<Limit>().unwrap().to_string(), text);
        }
        for text in ["", "%", "-1", "+1", "1.5", "10 percent", "1.234%", "1.%", ".5%", "1e2%"] {
            assert!(text.parse::<Limit>().is_err(), "{text}");
        }
    }
}
