//! The environment, as the program hands it on: a map that is read once.

use std::collections::BTreeMap;

/// Names and values of environment variables.
pub type Variables = BTreeMap<String, String>;

/// The value of the variable called `name`; one that is set to the empty string counts as not set.
pub(super) fn value<'a>(variables: &'a Variables, name: &str) -> Option<&'a str> {
    variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
}
