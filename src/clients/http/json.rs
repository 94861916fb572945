//! Reading JSON so that what does not fit is named by its place and never by its value: that may be a secret, or
//! somebody's data.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value;
use zeroize::Zeroizing;

use super::json_place::place;
use super::legible::legible;

/// Where a document differs from what is expected, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The place, for example `value[3].id`; `.` for the whole.
    pub path: String,
    /// How it differs.
    pub kind: MisfitKind,
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
pub fn read_json<T: DeserializeOwned>(json: &[u8]) -> Result<T, Misfit> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    let value = T::deserialize(&mut reader).map_err(|error| Misfit::of(json, &error))?;
    reader.end().map_err(|_| Misfit { path: ".".to_owned(), kind: MisfitKind::Trailing })?;
    Ok(value)
}

/// Reads a part of a document that was read already.
pub fn read_value<T: DeserializeOwned>(value: &Value) -> Result<T, Misfit> {
    // As a text once more: that has places, and each type is read in one way only. It may hold a key.
    read_json(&Zeroizing::new(serde_json::to_vec(&value).unwrap_or_default()))
}

/// The most that is shown of a place, in characters. Its steps are keys, which a foreign server may choose.
const PLACE: usize = 120;

impl Misfit {
    fn of(json: &[u8], error: &serde_json::Error) -> Self {
        let kind = MisfitKind::of(error);
        let path = place(json, error, kind == MisfitKind::Value);
        let shown = legible(&path, PLACE);
        let cut = shown.len() < path.len() && path.chars().count() > PLACE;
        Self { path: if cut { format!("{shown}…") } else { shown }, kind }
    }
}

impl MisfitKind {
    fn of(error: &serde_json::Error) -> Self {
        let text = error.to_string();
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
        self.kind.fmt(f)
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

    #[test]
    fn the_place_is_named_and_the_value_is_not() {
        for (json, shown) in [
            (r#"{"items": [1, "hush"]}"#, "at `items[1]`: it is of another type than expected"),
            (r#"{"items": [1, -5]}"#, "at `items[1]`: its value is not one that is expected"),
            (r#"{"hush": 1}"#, "an expected member is missing"),
            (r#"{"items": [1, "hush"#, "at `items[1]`: the JSON is malformed or ends early"),
            (r#"{"items": [1]} "hush""#, "something follows the JSON"),
        ] {
            let misfit = read_json::<Thing>(json.as_bytes()).expect_err(json);
            assert_eq!(misfit.to_string(), shown, "{json}");
        }
        let value = serde_json::json!({"items": "hush"});
        assert_eq!(read_value::<Thing>(&value).expect_err("a text").path, "items");
    }

    #[test]
    fn a_part_of_a_document_is_read_as_a_document_is() {
        assert_eq!(read_value::<Vec<u32>>(&serde_json::json!([1, 2])), Ok(vec![1, 2]));
        let misfit = read_value::<Thing>(&serde_json::json!({"items": [1, 2, null]})).expect_err("null");
        assert_eq!(misfit, Misfit { path: "items[2]".to_owned(), kind: MisfitKind::Type });
    }

    #[test]
    fn a_key_of_a_foreign_server_is_cleaned_and_cut() {
        type Things = std::collections::BTreeMap<String, u32>;
        let shown = |key: &str| {
            let json = serde_json::json!({ key: "hush" }).to_string();
            read_json::<Things>(json.as_bytes()).expect_err("a text").path
        };
        assert_eq!(shown("a\u{1b}[2J\u{202e}b"), "a [2Jb");
        assert_eq!(shown(&"k".repeat(5000)).chars().count(), PLACE + 1);
    }
}
