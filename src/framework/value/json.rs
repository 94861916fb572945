//! The JSON form of values, as state files hold them. Numbers keep every digit.

use std::fmt::{self, Write as _};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{ConformError, DEEPEST, Name, Type, Value};

/// JSON that can't be read as a value, or a value that JSON can't hold. Never contains the value itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// The text is not JSON.
    #[error("not valid JSON (line {line}, column {column})")]
    Syntax {
        /// Line of the first error, from 1.
        line: usize,
        /// Column of the first error, from 1.
        column: usize,
    },
    /// The JSON does not fit the type.
    #[error(transparent)]
    Type(#[from] ConformError),
    /// What nobody means: reading it would take the whole stack.
    #[error("nested more than {DEEPEST} deep")]
    Deep,
    /// JSON has no unknown values.
    #[error("unknown values can't be written as JSON")]
    Unknown,
}

impl Value {
    /// Reads JSON of a known type. See [`Value::conform`] for what is tolerated.
    pub fn from_json(text: &str, ty: &Type) -> Result<Self, JsonError> {
        let parsed = Self::parse_json(text)?;
        let tagged = if ty.contains_dynamic() { parsed.untag(ty) } else { parsed };
        Ok(tagged.conform(ty)?)
    }

    /// Reads JSON whose type is not known: arrays become lists, objects become maps.
    pub fn parse_json(text: &str) -> Result<Self, JsonError> {
        if let Ok(Plain(value)) = serde_json::from_str(text) {
            return Ok(value);
        }
        let raw: &RawValue = serde_json::from_str(text).map_err(|error| syntax(&error))?;
        parse(raw, 0)
    }

    /// Writes the JSON form: compact, keys sorted, dynamic values as `{"value":...,"type":...}`.
    pub fn to_json(&self) -> Result<String, JsonError> {
        let mut out = String::new();
        self.write_json(&mut out)?;
        Ok(out)
    }

    fn write_json(&self, out: &mut String) -> Result<(), JsonError> {
        match self {
            Self::Null => out.push_str("null"),
            Self::Unknown => return Err(JsonError::Unknown),
            Self::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Self::Number(number) => {
                // Writing to a String cannot fail.
                let _ = write!(out, "{number}");
            }
            Self::String(text) => out.push_str(&quote(text)),
            Self::List(elements) | Self::Set(elements) => {
                out.push('[');
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    element.write_json(out)?;
                }
                out.push(']');
            }
            Self::Map(members) => {
                out.push('{');
                for (index, (name, member)) in members.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    out.push_str(&quote(name));
                    out.push(':');
                    member.write_json(out)?;
                }
                out.push('}');
            }
            Self::Dynamic(ty, inner) => {
                out.push_str("{\"value\":");
                inner.write_json(out)?;
                out.push_str(",\"type\":");
                out.push_str(&ty.to_json());
                out.push('}');
            }
        }
        Ok(())
    }

    /// Turns the `{"value":...,"type":...}` form into dynamic values where the type says dynamic.
    fn untag(self, ty: &Type) -> Self {
        match (ty, self) {
            (Type::Dynamic, Self::Map(mut members)) if members.len() == 2 && members.contains_key("type") => {
                let tag = members.get("type").and_then(|tag| tag.to_json().ok());
                match (tag.and_then(|tag| Type::from_json(&tag).ok()), members.remove("value")) {
                    (Some(own), Some(value)) => {
                        let value = value.untag(&own);
                        Self::Dynamic(own, Box::new(value))
                    }
                    (_, value) => {
                        if let Some(value) = value {
                            members.insert("value".into(), value);
                        }
                        Self::Map(members)
                    }
                }
            }
            (Type::List(element) | Type::Set(element), Self::List(values)) => {
                Self::List(values.into_iter().map(|value| value.untag(element)).collect())
            }
            (Type::Tuple(types), Self::List(values)) if types.len() == values.len() => {
                Self::List(values.into_iter().zip(types).map(|(value, ty)| value.untag(ty)).collect())
            }
            (Type::Map(element), Self::Map(members)) => {
                Self::object(members.into_iter().map(|(key, value)| (key, value.untag(element))))
            }
            (Type::Object { attributes, .. }, Self::Map(members)) => {
                Self::object(members.into_iter().map(|(name, value)| match attributes.get(&name) {
                    Some(ty) => {
                        let value = value.untag(ty);
                        (name, value)
                    }
                    None => (name, value),
                }))
            }
            (_, value) => value,
        }
    }
}

/// JSON without numbers that have a point or many digits, and not very deep, which is nearly all there is: read in one go.
struct Plain(Value);

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Whatever).map(Self)
    }
}

struct Whatever;

impl<'de> Visitor<'de> for Whatever {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON whose numbers are whole")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::string(text))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(Plain(element)) = sequence.next_element()? {
            elements.push(element);
        }
        Ok(Value::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Vec::new();
        while let Some((name, Plain(member))) = map.next_entry::<String, Plain>()? {
            members.push((Name::from(name), member));
        }
        Ok(Value::of_members(members))
    }
}

/// Reads any JSON, numbers digit by digit.
fn parse(raw: &RawValue, depth: usize) -> Result<Value, JsonError> {
    if depth > DEEPEST {
        return Err(JsonError::Deep);
    }
    let text = raw.get();
    let syntax = |error: serde_json::Error| syntax(&error);
    Ok(match text.as_bytes().first() {
        Some(b'{') => {
            let Pairs(members) = serde_json::from_str(text).map_err(syntax)?;
            let members =
                members.into_iter().map(|(name, raw)| Ok((Name::from(name), parse(raw, depth + 1)?)));
            Value::of_members(members.collect::<Result<_, JsonError>>()?)
        }
        Some(b'[') => {
            let elements: Vec<&RawValue> = serde_json::from_str(text).map_err(syntax)?;
            Value::List(elements.into_iter().map(|raw| parse(raw, depth + 1)).collect::<Result<_, _>>()?)
        }
        Some(b'"') => Value::string(serde_json::from_str::<String>(text).map_err(syntax)?),
        Some(b't') => Value::Bool(true),
        Some(b'f') => Value::Bool(false),
        Some(b'n') => Value::Null,
        _ => Value::Number(text.parse().map_err(|_| JsonError::Syntax { line: 1, column: 1 })?),
    })
}

/// The members of an object as they come.
struct Pairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsTheyCome;

        impl<'de> Visitor<'de> for AsTheyCome {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(AsTheyCome)
    }
}

fn syntax(error: &serde_json::Error) -> JsonError {
    JsonError::Syntax { line: error.line(), column: error.column() }
}

fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_keep_their_digits() {
        let text = r#"{"a":123456789012345678901234567890,"b":[0.1,1.00000000000000000001]}"#;
        assert_eq!(Value::parse_json(text).unwrap().to_json().unwrap(), text);
    }

    #[test]
    fn both_ways_to_read_agree() {
        for text in [
            r#"{"b":[1,-2,{"c":null,"a":"x"},true],"a":"\u00e9e\u0301","b":[]}"#,
            "18446744073709551615",
            r#"[-9223372036854775808,0,"",{}]"#,
            "false",
        ] {
            let Plain(quick) = serde_json::from_str(text).unwrap();
            assert_eq!(parse(serde_json::from_str(text).unwrap(), 0).unwrap(), quick, "{text}");
        }
        // Where digits would be lost, the quick way is none.
        for text in ["1.0", "-0", "18446744073709551616", "[1e3]", "-9223372036854775809"] {
            assert!(serde_json::from_str::<Plain>(text).is_err(), "{text}");
            assert_eq!(
                Value::parse_json(text).unwrap(),
                parse(serde_json::from_str(text).unwrap(), 0).unwrap()
            );
        }
        let deep = "[".repeat(200) + &"]".repeat(200);
        assert_eq!(Value::parse_json(&deep).unwrap().to_json().unwrap(), deep);
        let deeper = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(Value::parse_json(&deeper), Err(JsonError::Deep));
    }

    #[test]
    fn dynamic_values_carry_their_type() {
        let ty = Type::object([("any".to_owned(), Type::Dynamic)]);
        let text = r#"{"any":{"value":["a"],"type":["set","string"]}}"#;
        let value = Value::from_json(text, &ty).unwrap();
        assert_eq!(
            value.member("any"),
            &Value::Dynamic(Type::set(Type::String), Box::new(Value::set(["a".into()])))
        );
        assert_eq!(value.to_json().unwrap(), text);
    }

    #[test]
    fn attributes_missing_from_old_state_are_null() {
        let ty = Type::object([("a".to_owned(), Type::String), ("b".to_owned(), Type::Bool)]);
        let value = Value::from_json(r#"{"a":"x"}"#, &ty).unwrap();
        assert_eq!(value, Value::object([("a", "x".into()), ("b", Value::Null)]));
    }

    #[test]
    fn errors_name_the_place_and_not_the_value() {
        let ty = Type::object([("a".to_owned(), Type::Bool)]);
        let error = Value::from_json(r#"{"a":"hunter2"}"#, &ty).unwrap_err().to_string();
        assert_eq!(error, "a: a bool is required, but this is a string");
        assert_eq!(Value::parse_json("{").unwrap_err(), JsonError::Syntax { line: 1, column: 1 });
        assert_eq!(Value::Unknown.to_json(), Err(JsonError::Unknown));
    }
}
