//! What JSON a member is.

use std::fmt;

use serde_json::Value;

/// What a member may be, as a line says it: `text!(a,b)`, `number|text`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind(pub(super) &'static str);

/// The types that a line may name.
#[cfg(test)]
const TYPES: [&str; 10] =
    ["text", "digits", "guid", "time", "number", "flag", "list", "object", "any", "bare"];

impl Kind {
    /// Whether it must be there, and be something.
    pub fn is_required(self) -> bool {
        self.0.contains('!')
    }

    /// Whether the list may come without the name around it.
    pub fn may_be_bare(self) -> bool {
        self.types().any(|name| name == "bare")
    }

    /// The values that are known; none where it is not a closed set.
    pub fn values(self) -> impl Iterator<Item = &'static str> {
        let values = self.0.split_once('(').map(|(_, values)| values.trim_end_matches(')'));
        values.into_iter().flat_map(|values| values.split(','))
    }

    /// Whether a value is of one of its types. Null is none of a member that must be there.
    pub fn admits(self, value: &Value) -> bool {
        let is = |name| match name {
            "text" | "time" => value.is_string(),
            "guid" => value.as_str().is_some_and(|text| uuid::Uuid::try_parse(text).is_ok()),
            "digits" => {
                value.as_str().is_some_and(|text| text.is_empty() || text.trim().parse::<i64>().is_ok())
            }
            "number" => value.is_number(),
            "flag" => value.is_boolean(),
            "list" => value.is_array(),
            "object" => value.is_object(),
            name => name == "any",
        };
        value.is_null() && !self.is_required() || self.types().any(is)
    }

    /// Whether a value is of the type that is named first: the others are borne.
    pub fn is_usual(self, value: &Value) -> bool {
        let first = self.types().find(|name| *name != "bare");
        value.is_null() || first.is_some_and(|first| Self(first).admits(value))
    }

    /// Whether something can be made of a value that it admits: what stands for true or false in another type is one of few.
    pub fn is_readable(self, value: &Value) -> bool {
        let is_flag = self.types().any(|name| name == "flag");
        match value {
            Value::Number(number) if is_flag => matches!(number.as_i64(), Some(0 | 1)),
            Value::String(text) if is_flag => {
                matches!(text.to_ascii_lowercase().as_str(), "true" | "false" | "1" | "0")
            }
            // Of what is counted there are no parts.
            Value::Number(number) => number.is_i64() || !self.types().any(|name| name == "digits"),
            _ => true,
        }
    }

    /// Whether it is a time as text.
    pub fn is_time(self) -> bool {
        self.types().any(|name| name == "time")
    }

    /// Its types in words, such as `a number or text`.
    pub fn in_words(self) -> String {
        let words = self.types().filter(|name| *name != "bare").map(|name| match name {
            "time" => "a time as text",
            "digits" => "a number as text",
            "guid" => "a GUID",
            "number" => "a number",
            "flag" => "true or false",
            "list" => "a list",
            "object" => "an object",
            "any" => "anything",
            name => name,
        });
        words.collect::<Vec<_>>().join(" or ")
    }

    fn types(self) -> impl Iterator<Item = &'static str> {
        let types = self.0.split(['!', '(']).next().unwrap_or_default();
        types.split('|')
    }

    /// Whether it is written as lines are.
    #[cfg(test)]
    pub(super) fn is_known(self) -> bool {
        self.types().all(|name| TYPES.contains(&name))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_kind_says_what_it_admits() {
        let kind = Kind("number|text");
        assert!(kind.admits(&json!(1)) && kind.admits(&json!("1")) && kind.admits(&Value::Null));
        assert!(!kind.admits(&json!(true)) && !kind.is_required());
        assert_eq!(kind.in_words(), "a number or text");
        let closed = Kind("text!(Scope,Role)");
        assert!(closed.is_required() && closed.is_known() && !closed.admits(&Value::Null));
        assert_eq!(closed.values().collect::<Vec<_>>(), ["Scope", "Role"]);
        let list = Kind("list|bare!");
        assert!(list.may_be_bare() && list.admits(&json!([])) && !list.admits(&json!({})));
        assert_eq!((list.in_words(), list.values().count()), ("a list".to_owned(), 0));
        assert!(!Kind("word").is_known());
        let borne = Kind("flag|text");
        assert!(borne.is_usual(&json!(true)) && borne.is_usual(&Value::Null) && !borne.is_usual(&json!("1")));
        assert!(Kind("time!").is_time() && !borne.is_time());
    }

    #[test]
    fn what_no_reader_makes_anything_of_is_told_apart() {
        let flag = Kind("flag|text|number");
        for value in [json!(true), json!("True"), json!("0"), json!(1), Value::Null] {
            assert!(flag.is_readable(&value), "{value}");
        }
        for value in [json!("yes"), json!(""), json!(7), json!(0.5)] {
            assert!(flag.admits(&value) && !flag.is_readable(&value), "{value}");
        }
        let counted = Kind("number|digits");
        assert!(
            counted.admits(&json!("25")) && counted.admits(&json!("")) && counted.is_readable(&json!(25))
        );
        assert!(!counted.admits(&json!("many")) && !counted.is_readable(&json!(2.5)));
        assert!(
            !Kind("guid!").admits(&json!("a")) && Kind("guid!").admits(&json!(uuid::Uuid::nil().to_string()))
        );
        assert!(Kind("number|text").admits(&json!("many")) && Kind("number|text").is_readable(&json!(2.5)));
    }
}
