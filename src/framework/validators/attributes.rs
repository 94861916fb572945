//! Rules about several attributes. They are given to one attribute and name the others by path from the root.

use super::{Check, Validator};
use crate::path::Path;

/// What must hold between an attribute and others.
enum Relation {
    ExactlyOne,
    AtMostOne,
    AtLeastOne,
    Conflicts,
    Requires,
}

struct Related {
    relation: Relation,
    others: Vec<Path>,
}

/// Exactly one of this attribute and the others is set. One of them bears the rule for all; it is refused at the first
/// that is set.
pub fn exactly_one_of(others: impl IntoIterator<Item = Path>) -> impl Validator {
    Related { relation: Relation::ExactlyOne, others: others.into_iter().collect() }
}

/// At most one of this attribute and the others is set. One of them bears the rule for all; it is refused at the first
/// that is set.
pub fn at_most_one_of(others: impl IntoIterator<Item = Path>) -> impl Validator {
    Related { relation: Relation::AtMostOne, others: others.into_iter().collect() }
}

/// At least one of this attribute and the others is set.
pub fn at_least_one_of(others: impl IntoIterator<Item = Path>) -> impl Validator {
    Related { relation: Relation::AtLeastOne, others: others.into_iter().collect() }
}

/// While this attribute is set, none of the others is.
pub fn conflicts_with(others: impl IntoIterator<Item = Path>) -> impl Validator {
    Related { relation: Relation::Conflicts, others: others.into_iter().collect() }
}

/// While this attribute is set, all of the others are.
pub fn requires(others: impl IntoIterator<Item = Path>) -> impl Validator {
    Related { relation: Relation::Requires, others: others.into_iter().collect() }
}

/// Warns where this attribute is set although the client knows write-only attributes: the other one is never stored.
pub fn prefer_write_only(other: Path) -> impl Validator {
    PreferWriteOnly(other)
}

struct PreferWriteOnly(Path);

impl Validator for PreferWriteOnly {
    fn validate(&self, check: &mut Check<'_>) {
        if check.write_only {
            let detail = format!(
                "`{}` is stored in the state. Use `{}` instead, which this command line supports and never stores.",
                check.path, self.0
            );
            // Not on the attribute: command lines quote the line of a warning, and with it the secret.
            check.diagnostics.warning("A write-only argument is available", detail);
        }
    }
}

impl Validator for Related {
    fn sees_absent(&self) -> bool {
        matches!(self.relation, Relation::ExactlyOne | Relation::AtMostOne | Relation::AtLeastOne)
    }

    fn validate(&self, check: &mut Check<'_>) {
        let places = || std::iter::once(check.path).chain(&self.others);
        let is_set = |path: &Path| {
            let value = check.config.at(path);
            !value.is_null() && !value.is_unknown()
        };
        let set = places().filter(|path| is_set(path)).count();
        let unsure = places().any(|path| check.config.at(path).is_unknown());
        let all = list(places());
        let mut at = check.path;
        let refusal = match self.relation {
            Relation::ExactlyOne | Relation::AtMostOne if set > 1 => {
                at = places().find(|path| is_set(path)).unwrap_or(at);
                let given = list(places().filter(|path| is_set(path)));
                format!("Only one of {all} can be set, but {given} are.")
            }
            Relation::ExactlyOne if set == 0 && !unsure => format!("One of {all} must be set."),
            Relation::AtLeastOne if set == 0 && !unsure => format!("At least one of {all} must be set."),
            Relation::Conflicts => match self.others.iter().find(|path| is_set(path)) {
                Some(other) => format!("`{}` can't be set together with `{other}`.", check.path),
                None => return,
            },
            Relation::Requires => match self.others.iter().find(|path| check.config.at(path).is_null()) {
                Some(other) => format!("`{}` needs `{other}` to be set too.", check.path),
                None => return,
            },
            _ => return,
        };
        check.refuse_combination(at, refusal);
    }
}

fn list<'a>(paths: impl Iterator<Item = &'a Path>) -> String {
    paths.map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnostics;
    use crate::value::Value;

    fn refusal(rule: &impl Validator, a: Value, b: Value) -> Option<String> {
        let config = Value::object([("a", a), ("b", b)]);
        let path = Path::attribute("a");
        let mut diagnostics = Diagnostics::new();
        if rule.sees_absent() || !config.at(&path).is_null() {
            let value = config.at(&path);
            rule.validate(&mut Check {
                value,
                path: &path,
                config: &config,
                write_only: true,
                diagnostics: &mut diagnostics,
            });
        }
        diagnostics.into_iter().next().map(|diagnostic| diagnostic.detail)
    }

    fn b() -> [Path; 1] {
        [Path::attribute("b")]
    }

    #[test]
    fn exactly_one_means_neither_none_nor_both() {
        let rule = exactly_one_of(b());
        assert_eq!(refusal(&rule, "x".into(), Value::Null), None);
        assert_eq!(refusal(&rule, Value::Null, Value::Null).unwrap(), "One of `a`, `b` must be set.");
        assert_eq!(
            refusal(&rule, "x".into(), "y".into()).unwrap(),
            "Only one of `a`, `b` can be set, but `a`, `b` are."
        );
    }

    #[test]
    fn two_others_are_refused_at_the_first_of_them() {
        let rule = at_most_one_of([Path::attribute("b"), Path::attribute("c")]);
        let config = Value::object([("a", Value::Null), ("b", "x".into()), ("c", "y".into())]);
        let (path, mut diagnostics) = (Path::attribute("a"), Diagnostics::new());
        let value = config.at(&path);
        let mut check =
            Check { value, path: &path, config: &config, write_only: false, diagnostics: &mut diagnostics };
        rule.validate(&mut check);
        let refused: Vec<_> = diagnostics.into_iter().map(|diagnostic| diagnostic.attribute).collect();
        assert_eq!(refused, [Some(Path::attribute("b"))]);
    }

    #[test]
    fn unknown_values_are_given_the_benefit_of_the_doubt() {
        assert_eq!(refusal(&exactly_one_of(b()), Value::Null, Value::Unknown), None);
        assert_eq!(refusal(&exactly_one_of(b()), "x".into(), Value::Unknown), None);
        assert_eq!(refusal(&at_least_one_of(b()), Value::Unknown, Value::Null), None);
        assert_eq!(refusal(&requires(b()), "x".into(), Value::Unknown), None);
        assert_eq!(refusal(&conflicts_with(b()), "x".into(), Value::Unknown), None);
    }

    #[test]
    fn conflicts_and_requirements_bind_only_while_set() {
        assert_eq!(refusal(&conflicts_with(b()), Value::Null, "y".into()), None);
        assert_eq!(
            refusal(&conflicts_with(b()), "x".into(), "y".into()).unwrap(),
            "`a` can't be set together with `b`."
        );
        assert_eq!(refusal(&requires(b()), Value::Null, Value::Null), None);
        assert_eq!(refusal(&requires(b()), "x".into(), Value::Null).unwrap(), "`a` needs `b` to be set too.");
        assert_eq!(refusal(&at_most_one_of(b()), Value::Null, Value::Null), None);
        assert!(refusal(&at_least_one_of(b()), Value::Null, Value::Null).is_some());
    }
}
