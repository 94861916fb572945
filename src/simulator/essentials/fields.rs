//! Reading the fields of a body as leniently as the service does.

use serde_json::{Map, Value};

use super::errors::{Failure, Outcome};
use crate::moods::Booleans;

/// An object of a request, and how to read it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a> {
    pub(crate) map: &'a Map<String, Value>,
    pub(crate) booleans: Booleans,
    /// The status of a refusal: 422, or 400 where the API lists no 422.
    pub(crate) status: u16,
}

impl Fields<'_> {
    fn wrong(&self, name: &str, wanted: &str) -> Failure {
        Failure::new(self.status, format!("invalid request data: `{name}` must be {wanted}"), name)
    }

    /// Nothing when absent or null.
    fn given(&self, name: &str) -> Option<&Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn boolean(&self, name: &str) -> Outcome<Option<bool>> {
        let Some(value) = self.given(name) else { return Ok(None) };
        boolean(value, self.booleans).map(Some).ok_or_else(|| self.wrong(name, "a boolean"))
    }

    pub(crate) fn text(&self, name: &str) -> Outcome<Option<String>> {
        match self.given(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(self.wrong(name, "a string")),
        }
    }

    pub(crate) fn texts(&self, name: &str) -> Outcome<Option<Vec<String>>> {
        let Some(value) = self.given(name) else { return Ok(None) };
        let items = value.as_array().ok_or_else(|| self.wrong(name, "an array of strings"))?;
        items
            .iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect::<Option<Vec<String>>>()
            .map(Some)
            .ok_or_else(|| self.wrong(name, "an array of strings"))
    }

    pub(crate) fn integer(&self, name: &str) -> Outcome<Option<u64>> {
        let Some(value) = self.given(name) else { return Ok(None) };
        let number = match value {
            Value::String(text) if self.booleans == Booleans::Lenient => text.parse().ok(),
            _ => value.as_u64(),
        };
        number.map(Some).ok_or_else(|| self.wrong(name, "an integer"))
    }
}

/// `true`, `"true"`, `"True"`, and their opposites; strictly only the JSON ones.
fn boolean(value: &Value, form: Booleans) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if form == Booleans::Lenient => match text.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn booleans_may_be_texts_unless_strict() {
        assert_eq!(boolean(&json!("True"), Booleans::Lenient), Some(true));
        assert_eq!(boolean(&json!("false"), Booleans::Lenient), Some(false));
        assert_eq!(boolean(&json!("true"), Booleans::Strict), None);
        assert_eq!(boolean(&json!(true), Booleans::Strict), Some(true));
    }
}
