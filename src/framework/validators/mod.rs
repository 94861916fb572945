//! Rules about configured values. A rule sees known values only and reports only what is certainly wrong.

mod attributes;
mod collection;
mod configuration;
mod nearest;
mod text;

use super::diagnostic::Diagnostics;
use super::path::Path;
use super::value::{Number, Value};
pub use attributes::{
    at_least_one_of, at_most_one_of, conflicts_with, exactly_one_of, prefer_write_only, requires,
};
pub use collection::{each, size};
pub use configuration::ConfigRule;
pub use nearest::nearest;
pub use text::{
    domain_name, duration, duration_from, is_domain_name, is_server, length, one_of, server, url, uuid,
};

/// A rule about a configured value.
pub trait Validator: Send + Sync + 'static {
    /// Whether the rule concerns absent values too. Unknown values are then passed as well.
    fn sees_absent(&self) -> bool {
        false
    }

    /// Looks at the value and refuses it if it is certainly wrong.
    fn validate(&self, check: &mut Check<'_>);
}

/// What a rule sees.
pub struct Check<'a> {
    /// The configured value.
    pub value: &'a Value,
    /// Its place.
    pub path: &'a Path,
    /// The whole configuration.
    pub config: &'a Value,
    /// Whether the client has announced that it knows write-only attributes.
    pub write_only: bool,
    pub(crate) diagnostics: &'a mut Diagnostics,
}

impl Check<'_> {
    /// Refuses the value; `detail` says what is required. Without a full stop it is given one: errors of parsers have none.
    pub fn refuse(&mut self, detail: impl Into<String>) {
        let summary = format!("Invalid value for `{}`", self.path);
        let mut detail = detail.into();
        if !detail.ends_with(['.', '!', '?']) {
            detail.push('.');
        }
        self.diagnostics.error_at(self.path.clone(), summary, detail);
    }

    /// Refuses a combination of values, at the one that is to be changed.
    pub fn refuse_combination(&mut self, at: &Path, detail: impl Into<String>) {
        self.diagnostics.error_at(at.clone(), "Invalid combination of arguments", detail);
    }

    /// The same rule context for another value, such as an element.
    pub fn within(&mut self, value: &Value, path: &Path, rule: &dyn Validator) {
        if value.is_null() && !rule.sees_absent() || !value.is_wholly_known() {
            return;
        }
        rule.validate(&mut Check {
            value,
            path,
            config: self.config,
            write_only: self.write_only,
            diagnostics: self.diagnostics,
        });
    }
}

/// A whole or decimal number from `least` to `most`.
pub fn range(least: i64, most: i64) -> impl Validator {
    Range { least, most }
}

struct Range {
    least: i64,
    most: i64,
}

impl Validator for Range {
    fn validate(&self, check: &mut Check<'_>) {
        let Value::Number(number) = check.value else { return };
        if *number < Number::from(self.least) || *number > Number::from(self.most) {
            check.refuse(format!("A number from {} to {} is required, not {number}.", self.least, self.most));
        }
    }
}

/// One of these whole numbers.
pub fn one_of_numbers(allowed: &'static [i64]) -> impl Validator {
    OneOfNumbers(allowed)
}

struct OneOfNumbers(&'static [i64]);

impl Validator for OneOfNumbers {
    fn validate(&self, check: &mut Check<'_>) {
        let Value::Number(number) = check.value else { return };
        if !number.as_i64().is_some_and(|number| self.0.contains(&number)) {
            let allowed: Vec<String> = self.0.iter().map(|number| format!("`{number}`")).collect();
            check.refuse(format!("One of {} is required, not `{number}`.", allowed.join(", ")));
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What a rule says about a value, if it refuses it.
    pub(crate) fn refusal(rule: &impl Validator, value: impl Into<Value>) -> Option<String> {
        let mut diagnostics = Diagnostics::new();
        let (value, path) = (value.into(), Path::attribute("x"));
        let config = Value::object([("x", value.clone())]);
        rule.validate(&mut Check {
            value: &value,
            path: &path,
            config: &config,
            write_only: true,
            diagnostics: &mut diagnostics,
        });
        diagnostics.into_iter().next().map(|diagnostic| diagnostic.detail)
    }

    #[test]
    fn numbers_outside_a_range_are_refused() {
        assert_eq!(refusal(&range(0, 24), 24), None);
        assert_eq!(refusal(&range(0, 24), 25).unwrap(), "A number from 0 to 24 is required, not 25.");
        assert!(refusal(&range(0, 24), "24.5".parse::<Number>().unwrap()).is_some());
    }

    #[test]
    fn numbers_outside_an_enumeration_are_refused() {
        assert_eq!(refusal(&one_of_numbers(&[0, 1, 3]), 3), None);
        assert_eq!(
            refusal(&one_of_numbers(&[0, 1, 3]), 2).unwrap(),
            "One of `0`, `1`, `3` is required, not `2`."
        );
    }
}
