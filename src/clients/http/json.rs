//! Reading JSON so that what does not fit is named by its place and never by its value: that may be a secret, or
//! somebody's data. The ledger says what was expected there.

use std::fmt;

use serde::de::{Deserialize, DeserializeOwned};
use serde_json::Value;
use zeroize::{Zeroize as _, Zeroizing};

use super::json_place::place;
use super::legible::legible;
use crate::ledger::{Reading, form};

/// Where a document differs from what is expected, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The place, for example `value[3].id`; `.` for the whole.
    pub path: String,
    /// How it differs.
    pub kind: MisfitKind,
    /// More of that, in words.
    pub why: Option<String>,
    /// The line of the ledger that it breaks, with what is expected there.
    pub expected: Option<String>,
    /// What came, redacted to its form; nothing where it is not JSON.
    pub came: Option<String>,
}

/// How a document differs from what is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MisfitKind {
    /// It is no whole JSON.
    Malformed,
    /// A member is not there.
    Missing,
    /// Something is of another type.
    Type,
    /// A value is none of those that are known.
    Value,
    /// There is more behind it.
    Trailing,
}

/// Reads a whole document.
pub fn read_json<'de, T: Deserialize<'de>>(json: &'de [u8], reading: &Reading) -> Result<T, Misfit> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    #[cfg(debug_assertions)]
    let value = crate::ledger::recording::reading(reading, &mut reader);
    #[cfg(not(debug_assertions))]
    let value = T::deserialize(&mut reader);
    let value = value.map_err(|error| Misfit::of(json, &error, reading))?;
    reader.end().map_err(|_| Misfit::at(reading, ".", MisfitKind::Trailing, None))?;
    Ok(value)
}

/// Reads a part of a document that was read already.
pub(crate) fn read_value<T: DeserializeOwned>(value: &Value, reading: &Reading) -> Result<T, Misfit> {
    // As a text once more: that has places, and each type is read in one way only. It may hold a key.
    read_json(&Zeroizing::new(serde_json::to_vec(&value).unwrap_or_default()), reading)
}

/// The most that is shown of a place, in characters. Its steps are keys, which a foreign server may choose.
const PLACE: usize = 120;

impl Misfit {
    /// Something that is found out after a document was read: at a path of it, where `came` stands.
    pub(crate) fn at(reading: &Reading, path: &str, kind: MisfitKind, came: Option<&Value>) -> Self {
        let whole = reading.path(path);
        let path = legible(&whole, PLACE);
        let path = if whole.chars().count() > PLACE { format!("{path}…") } else { path };
        Self { path, kind, why: None, expected: reading.expected(&whole), came: came.map(form) }
    }

    /// Says more of how it differs.
    #[must_use]
    pub(crate) fn because(self, why: &str) -> Self {
        Self { why: Some(why.to_owned()), ..self }
    }

    fn of(json: &[u8], error: &serde_json::Error, reading: &Reading) -> Self {
        let text = error.to_string();
        let kind = MisfitKind::of(error, &text);
        let place = place(json, error, kind == MisfitKind::Value);
        let mut whole: Option<Value> = serde_json::from_slice(json).ok();
        let came = whole.as_ref().map(|whole| form(place.find(whole)));
        // What is missing is named by what reads it.
        let missing = text.strip_prefix("missing field `").and_then(|rest| rest.split_once('`'));
        let path = match missing {
            Some((name, _)) => place.member(name),
            None => place,
        };
        let misfit = Self { came, ..Self::at(reading, &path.to_string(), kind, None) };
        whole.iter_mut().for_each(wipe);
        misfit
    }
}

/// Overwrites the texts of a document, which may hold a key.
fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        _ => {}
    }
}

impl MisfitKind {
    fn of(error: &serde_json::Error, text: &str) -> Self {
        if !error.is_data() {
            Self::Malformed
        } else if text.starts_with("missing field") {
            Self::Missing
        } else if text.starts_with("invalid type") {
            Self::Type
        } else {
            Self::Value
        }
    }
}

impl fmt::Display for MisfitKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the JSON is malformed or ends early",
            Self::Missing => "an expected member is missing",
            Self::Type => "it is of another type than expected",
            Self::Value => "its value is not one that is expected",
            Self::Trailing => "something follows the JSON",
        })
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path != "." {
            write!(f, "at `{}`: ", self.path)?;
        }
        self.kind.fmt(f)?;
        if let Some(why) = &self.why {
            write!(f, " ({why})")?;
        }
        if let Some(expected) = &self.expected {
            write!(f, ". What is relied on, {expected}")?;
        }
        if let Some(came) = &self.came {
            write!(f, ". What came: {came}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize, Debug)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Thing {
        items: Vec<u32>,
    }

    /// Of no service that the ledger knows.
    fn nobodys() -> Reading {
        Reading::of("GET", "/x")
    }

    #[test]
    fn what_the_ledger_expects_there_is_told_with_the_form_of_what_came() {
        let users = Reading::of("GET", "/v1.0/users");
        let read = |json: &str| {
            #[derive(serde::Deserialize, Debug)]
            #[expect(dead_code, reason = "only its shape matters")]
            struct Page {
                value: Vec<Item>,
            }
            #[derive(serde::Deserialize, Debug)]
            #[expect(dead_code, reason = "only its shape matters")]
            struct Item {
                id: String,
            }
            read_json::<Page>(json.as_bytes(), &users).expect_err(json).to_string()
        };
        assert_eq!(
            read(r#"{"value": [{"id": "a"}, {"mail": "hush", "hush": 1}]}"#),
            "at `value[1].id`: an expected member is missing. What is relied on, `graph.users < value[].id`: a GUID. What \
             came: { …: number, mail: text }"
        );
        assert_eq!(
            read(r#"{"value": [{"id": 7}]}"#),
            "at `value[0].id`: it is of another type than expected. What is relied on, `graph.users < value[].id`: a GUID. \
             What came: number"
        );
        assert!(
            read("[]").ends_with("What is relied on, `graph.users`. What came: empty list"),
            "{}",
            read("[]")
        );
    }

    #[test]
    fn the_place_is_named_and_the_value_is_not() {
        for (json, shown) in [
            (r#"{"items": [1, "hush"]}"#, "at `items[1]`: it is of another type than expected"),
            (r#"{"items": [1, -5]}"#, "at `items[1]`: its value is not one that is expected"),
            (r#"{"hush": 1}"#, "at `items`: an expected member is missing. What came: { …: number }"),
            (r#"{"items": [1, "hush"#, "at `items[1]`: the JSON is malformed or ends early"),
            (r#"{"items": [1]} "hush""#, "something follows the JSON"),
        ] {
            let misfit = read_json::<Thing>(json.as_bytes(), &nobodys()).expect_err(json);
            assert!(
                misfit.to_string().starts_with(shown) && !misfit.to_string().contains("hush"),
                "{misfit}"
            );
        }
        let value = serde_json::json!({"items": "hush"});
        assert_eq!(read_value::<Thing>(&value, &nobodys()).expect_err("a text").path, "items");
    }

    #[test]
    fn a_part_of_a_document_is_read_as_a_document_is() {
        assert_eq!(read_value::<Vec<u32>>(&serde_json::json!([1, 2]), &nobodys()), Ok(vec![1, 2]));
        let misfit =
            read_value::<Thing>(&serde_json::json!({"items": [1, 2, null]}), &nobodys()).expect_err("null");
        assert_eq!((misfit.path.as_str(), misfit.kind), ("items[2]", MisfitKind::Type));
        assert_eq!((misfit.expected, misfit.came.as_deref()), (None, Some("null")));
    }

    #[test]
    fn a_key_of_a_foreign_server_is_cleaned_and_cut() {
        type Things = std::collections::BTreeMap<String, u32>;
        let shown = |key: &str| {
            let json = serde_json::json!({ key: "hush" }).to_string();
            read_json::<Things>(json.as_bytes(), &nobodys()).expect_err("a text").path
        };
        assert_eq!(shown("a\u{1b}[2J\u{202e}b"), "a [2Jb");
        assert_eq!(shown(&"k".repeat(5000)).chars().count(), PLACE + 1);
        assert_eq!(shown(&"k".repeat(PLACE)), "k".repeat(PLACE));
        let found_later = |path: &str| Misfit::at(&nobodys(), path, MisfitKind::Value, None).path;
        assert_eq!(found_later(&"k".repeat(PLACE)), "k".repeat(PLACE));
        assert_eq!(found_later(&"k".repeat(PLACE + 1)), format!("{}…", "k".repeat(PLACE)));
    }

    #[test]
    fn no_text_of_a_document_is_left_when_it_is_wiped() {
        let mut document =
            serde_json::json!({"key": "hush", "list": ["hush", {"deep": ["hush"]}], "number": 7});
        wipe(&mut document);
        assert_eq!(document, serde_json::json!({"key": "", "list": ["", {"deep": [""]}], "number": 7}));
    }
}
