//! Reading what the API really sends: its specification and its answers disagree about envelopes, booleans and numbers
//! (reference: Proofpoint OpenAPI file 2023 against public clients of 2021 to 2026).

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::http::{self, Misfit, MisfitKind, Response, read_value};
use crate::ledger::{Looked, Reading};

/// A boolean that may arrive as `true`, `"true"`, `"True"`, `1` or `"1"`, and their opposites.
pub(super) fn boolean<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let value = Value::deserialize(deserializer)?;
    as_bool(&value).ok_or_else(|| serde::de::Error::custom(format_args!("`{value}` is not a boolean")))
}

/// The same where null and absence mean that it is not shown.
pub(super) fn optional_boolean<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        value => as_bool(&value)
            .map(Some)
            .ok_or_else(|| serde::de::Error::custom(format_args!("`{value}` is not a boolean"))),
    }
}

fn as_bool(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => match number.as_i64()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        },
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        Value::Null => Some(false),
        _ => None,
    }
}

/// A whole number that may arrive as text; null, an empty text or absence mean that there is none.
pub(super) fn optional_integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let number = match &value {
        Value::Null => return Ok(None),
        Value::String(text) if text.is_empty() => return Ok(None),
        Value::String(text) => text.trim().parse().ok(),
        Value::Number(number) => number.as_i64(),
        _ => None,
    };
    number.map(Some).ok_or_else(|| serde::de::Error::custom(format_args!("`{value}` is not a whole number")))
}

/// Text in which null and absence are the empty text.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.unwrap_or_default())
}

/// The same in lower case.
pub(super) fn lower_case<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(text(deserializer)?.to_lowercase())
}

/// Text in which null, absence and the empty text mean that there is none.
pub(super) fn optional_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.filter(|text| !text.is_empty()))
}

/// A list in which null is the empty list.
pub(super) fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Ok(Option::<Vec<String>>::deserialize(deserializer)?.unwrap_or_default())
}

/// The same of records.
pub(super) fn records<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}

/// A list that arrives bare or in an envelope of one of the given names.
pub(super) fn list<T: DeserializeOwned>(
    response: &Response,
    envelopes: &[&str],
) -> Result<Vec<T>, http::Error> {
    let about = response.about();
    items(&response.json()?, envelopes, about.reading()).map_err(|misfit| about.misfit(misfit))
}

fn items<T: DeserializeOwned>(whole: &Value, envelopes: &[&str], reading: Reading) -> Result<Vec<T>, Misfit> {
    let first = envelopes.first().copied().unwrap_or_default();
    let looked = Looked::at(whole, reading.clone());
    let found = envelopes.iter().find_map(|name| Some((*name, looked.member(name)?.value)));
    match found {
        Some((name, items)) => read_value(items, &reading.within(name)),
        None if whole.is_object() => Err(Misfit::at(&reading, first, MisfitKind::Missing, Some(whole))),
        None => read_value(whole, &reading.within(first)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn booleans_are_read_in_every_spelling_that_was_seen() {
        for truth in [json!(true), json!("true"), json!("True"), json!(1), json!("1")] {
            assert_eq!(as_bool(&truth), Some(true), "{truth}");
        }
        for falsehood in [json!(false), json!("False"), json!(0), json!("0"), Value::Null] {
            assert_eq!(as_bool(&falsehood), Some(false), "{falsehood}");
        }
        assert_eq!(as_bool(&json!("yes")), None);
        assert_eq!(as_bool(&json!(30)), None);
    }

    #[test]
    fn a_list_may_be_bare_or_wrapped() {
        let list = |whole| items::<String>(&whole, &["endpoints"], Reading::named("essentials.stack"));
        assert_eq!(list(json!(["a"])).unwrap(), ["a"]);
        assert_eq!(list(json!({"endpoints": ["a"]})).unwrap(), ["a"]);
        let misfit = list(json!({"other": ["a"]})).unwrap_err();
        assert_eq!(misfit.kind, MisfitKind::Missing);
        assert!(misfit.to_string().contains("`essentials.stack < endpoints`: a list"), "{misfit}");
    }

    #[test]
    fn numbers_may_be_text() {
        #[derive(Deserialize)]
        struct Licences {
            #[serde(default, deserialize_with = "optional_integer")]
            count: Option<i64>,
            #[serde(default, deserialize_with = "optional_integer")]
            used: Option<i64>,
        }
        let read = |value| serde_json::from_value::<Licences>(value);
        assert_eq!(read(json!({"count": "50", "used": ""})).unwrap().count, Some(50));
        assert_eq!(read(json!({"count": 50})).unwrap().used, None);
        assert!(read(json!({"count": "many"})).is_err());
        assert_eq!(read(json!({"count": null})).unwrap().count, None);
    }
}
