//! Rules about several attributes of one configuration, which belong to none of them in particular.

use std::fmt;

use crate::diagnostic::Diagnostics;
use crate::path::Path;
use crate::value::Value;

/// A rule about several attributes, each named by its path from the root. What is unknown gets the benefit of the doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigRule {
    relation: Relation,
    places: Vec<Path>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    ExactlyOne,
    AtMostOne,
    AtLeastOne,
    Together,
}

impl ConfigRule {
    fn new(relation: Relation, places: impl IntoIterator<Item = Path>) -> Self {
        Self { relation, places: places.into_iter().collect() }
    }

    /// Exactly one of them is set.
    pub fn exactly_one_of(places: impl IntoIterator<Item = Path>) -> Self {
        Self::new(Relation::ExactlyOne, places)
    }

    /// No two of them are set.
    pub fn at_most_one_of(places: impl IntoIterator<Item = Path>) -> Self {
        Self::new(Relation::AtMostOne, places)
    }

    /// Not all of them are absent.
    pub fn at_least_one_of(places: impl IntoIterator<Item = Path>) -> Self {
        Self::new(Relation::AtLeastOne, places)
    }

    /// All of them are set, or none is.
    pub fn together(places: impl IntoIterator<Item = Path>) -> Self {
        Self::new(Relation::Together, places)
    }

    /// Holds a configuration against the rule. A refusal is at the first attribute that is set, if any is.
    pub(crate) fn judge(&self, config: &Value, diagnostics: &mut Diagnostics) {
        let known = |path: &&Path| {
            let value = config.at(path);
            !value.is_null() && !value.is_unknown()
        };
        let set: Vec<&Path> = self.places.iter().filter(known).collect();
        let unsure = self.places.iter().any(|path| config.at(path).is_unknown());
        let absent: Vec<&Path> = self.places.iter().filter(|path| config.at(path).is_null()).collect();
        let broken = match self.relation {
            Relation::ExactlyOne => set.len() > 1 || set.is_empty() && !unsure,
            Relation::AtMostOne => set.len() > 1,
            Relation::AtLeastOne => set.is_empty() && !unsure,
            Relation::Together => !set.is_empty() && !absent.is_empty(),
        };
        if !broken {
            return;
        }
        let state = match (self.relation, set.is_empty()) {
            (_, true) => "None is.".to_owned(),
            (Relation::Together, false) => format!("{} missing.", list(&absent)),
            (_, false) => format!("{} set.", list(&set)),
        };
        let (summary, detail) = ("Invalid combination of arguments", format!("{self} {state}"));
        match set.first() {
            Some(first) => diagnostics.error_at((*first).clone(), summary, detail),
            None => diagnostics.error(summary, detail),
        }
    }
}

/// As documentation and refusals say it.
impl fmt::Display for ConfigRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places: Vec<String> = self.places.iter().map(|path| format!("`{path}`")).collect();
        let places = places.join(", ");
        match self.relation {
            Relation::ExactlyOne => write!(f, "Exactly one of {places} must be set."),
            Relation::AtMostOne => write!(f, "At most one of {places} can be set."),
            Relation::AtLeastOne => write!(f, "At least one of {places} must be set."),
            Relation::Together => write!(f, "{places} must be set together."),
        }
    }
}

fn list(paths: &[&Path]) -> String {
    let names: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
    format!("{} {}", names.join(", "), if names.len() == 1 { "is" } else { "are" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(rule: fn([Path; 2]) -> ConfigRule, a: Value, b: Value) -> Option<(String, String)> {
        let config = Value::object([("a", a), ("b", b)]);
        let mut diagnostics = Diagnostics::new();
        rule([Path::attribute("a"), Path::attribute("b")]).judge(&config, &mut diagnostics);
        let refusal = diagnostics.into_iter().next()?;
        Some((refusal.attribute.map(|path| path.to_string()).unwrap_or_default(), refusal.detail))
    }

    #[expect(clippy::unnecessary_wraps, reason = "it is compared with what may be absent")]
    fn refused(at: &str, detail: &str) -> Option<(String, String)> {
        Some((at.to_owned(), detail.to_owned()))
    }

    #[test]
    fn each_relation_refuses_what_breaks_it_where_it_is_set() {
        let (x, null) = (|| Value::from("x"), Value::Null);
        let rule = ConfigRule::exactly_one_of;
        assert_eq!(judged(rule, null.clone(), x()), None);
        assert_eq!(
            judged(rule, null.clone(), null.clone()),
            refused("", "Exactly one of `a`, `b` must be set. None is.")
        );
        let both = refused("a", "Exactly one of `a`, `b` must be set. `a`, `b` are set.");
        assert_eq!(judged(rule, x(), x()), both);
        let rule = ConfigRule::at_most_one_of;
        assert_eq!(judged(rule, null.clone(), null.clone()), None);
        assert!(judged(rule, x(), x()).is_some());
        let rule = ConfigRule::at_least_one_of;
        assert!(judged(rule, null.clone(), null.clone()).is_some());
        assert_eq!(judged(rule, x(), x()), None);
        let rule = ConfigRule::together;
        assert_eq!(judged(rule, null.clone(), null.clone()), None);
        assert_eq!(judged(rule, x(), x()), None);
        assert_eq!(judged(rule, null, x()), refused("b", "`a`, `b` must be set together. `a` is missing."));
    }

    #[test]
    fn what_is_unknown_may_be_set_or_absent() {
        for rule in [
            ConfigRule::exactly_one_of,
            ConfigRule::at_most_one_of,
            ConfigRule::at_least_one_of,
            ConfigRule::together,
        ] {
            assert_eq!(judged(rule, "x".into(), Value::Unknown), None);
            assert_eq!(judged(rule, Value::Unknown, Value::Null), None);
            assert_eq!(judged(rule, Value::Unknown, Value::Unknown), None);
        }
    }
}
