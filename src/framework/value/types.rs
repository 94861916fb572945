//! Type constraints and their JSON form.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::{ByName, Name};
use crate::ordered;

/// A type of Terraform's type system.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// Text.
    String,
    /// A number of any size.
    Number,
    /// A boolean.
    Bool,
    /// Any type; the value says which.
    Dynamic,
    /// Ordered elements of one type.
    List(Box<Self>),
    /// Distinct elements of one type without order.
    Set(Box<Self>),
    /// Elements of one type by name.
    Map(Box<Self>),
    /// A fixed number of elements, each of its own type.
    Tuple(Vec<Self>),
    /// Named attributes, each of its own type.
    Object {
        /// The attributes by name.
        attributes: ByName<Self>,
        /// Those that a user may leave out (types of function parameters only).
        optional: BTreeSet<String>,
    },
}

/// A type constraint that can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a type constraint: {0}")]
pub struct TypeError(String);

impl Type {
    /// `list(element)`.
    pub fn list(element: Self) -> Self {
        Self::List(Box::new(element))
    }

    /// `set(element)`.
    pub fn set(element: Self) -> Self {
        Self::Set(Box::new(element))
    }

    /// `map(element)`.
    pub fn map(element: Self) -> Self {
        Self::Map(Box::new(element))
    }

    /// `object({...})` whose attributes are all required.
    pub fn object<N: Into<Name>>(attributes: impl IntoIterator<Item = (N, Self)>) -> Self {
        let attributes = attributes.into_iter().map(|(name, ty)| (name.into(), ty));
        Self::Object { attributes: attributes.collect(), optional: BTreeSet::new() }
    }

    /// Whether the dynamic type occurs in it at any depth.
    pub(crate) fn contains_dynamic(&self) -> bool {
        match self {
            Self::Dynamic => true,
            Self::String | Self::Number | Self::Bool => false,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.contains_dynamic(),
            Self::Tuple(types) => types.iter().any(Self::contains_dynamic),
            Self::Object { attributes, .. } => attributes.values().any(Self::contains_dynamic),
        }
    }

    /// The JSON form of the protocol, compact and with sorted keys, such as `["list","string"]`.
    pub fn to_json(&self) -> String {
        self.json().to_string()
    }

    fn json(&self) -> Json {
        match self {
            Self::String => json!("string"),
            Self::Number => json!("number"),
            Self::Bool => json!("bool"),
            Self::Dynamic => json!("dynamic"),
            Self::List(element) => json!(["list", element.json()]),
            Self::Set(element) => json!(["set", element.json()]),
            Self::Map(element) => json!(["map", element.json()]),
            Self::Tuple(types) => json!(["tuple", types.iter().map(Self::json).collect::<Vec<_>>()]),
            Self::Object { attributes, optional } => {
                // BTreeMap, not serde_json's own map, keeps the keys sorted whatever features others switch on.
                let members: BTreeMap<&str, Json> =
                    ordered::map(attributes.iter().map(|(name, ty)| (name.as_ref(), ty.json())));
                if optional.is_empty() {
                    json!(["object", members])
                } else {
                    json!(["object", members, optional])
                }
            }
        }
    }

    /// Reads the JSON form.
    pub fn from_json(text: &str) -> Result<Self, TypeError> {
        let json: Json = serde_json::from_str(text).map_err(|_| TypeError(text.to_owned()))?;
        Self::parse(&json)
    }

    fn parse(json: &Json) -> Result<Self, TypeError> {
        let refused = || TypeError(json.to_string());
        match json {
            Json::String(name) => match name.as_str() {
                "string" => Ok(Self::String),
                "number" => Ok(Self::Number),
                "bool" => Ok(Self::Bool),
                "dynamic" => Ok(Self::Dynamic),
                _ => Err(refused()),
            },
            Json::Array(parts) => match parts.as_slice() {
                [Json::String(kind), Json::Array(types)] if kind == "tuple" => {
                    Ok(Self::Tuple(types.iter().map(Self::parse).collect::<Result<_, _>>()?))
                }
                [Json::String(kind), Json::Object(members), rest @ ..] if kind == "object" => {
                    let parse = |(name, ty): (&String, _)| Ok((Name::from(name.clone()), Self::parse(ty)?));
                    let attributes = members.iter().map(parse).collect::<Result<_, _>>()?;
                    let optional = match rest {
                        [] => BTreeSet::new(),
                        [Json::Array(names)] => ordered::try_set(
                            names.iter().map(|name| name.as_str().map(str::to_owned).ok_or_else(refused)),
                        )?,
                        _ => return Err(refused()),
                    };
                    Ok(Self::Object { attributes, optional })
                }
                [Json::String(kind), element] => match kind.as_str() {
                    "list" => Ok(Self::list(Self::parse(element)?)),
                    "set" => Ok(Self::set(Self::parse(element)?)),
                    "map" => Ok(Self::map(Self::parse(element)?)),
                    _ => Err(refused()),
                },
                _ => Err(refused()),
            },
            _ => Err(refused()),
        }
    }

    /// The type with its article, for error texts.
    pub(crate) fn article(&self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Number => "a number",
            Self::Bool => "a bool",
            Self::Dynamic => "any value",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map",
            Self::Tuple(_) => "a tuple",
            Self::Object { .. } => "an object",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_form_is_compact_sorted_and_reads_back() {
        for text in [
            r#""dynamic""#,
            r#"["list",["map","bool"]]"#,
            r#"["tuple",["string","number"]]"#,
            r#"["object",{"a":"string","b":["set","number"]}]"#,
            r#"["object",{"a":"string","b":"bool"},["b"]]"#,
        ] {
            assert_eq!(Type::from_json(text).unwrap().to_json(), text);
        }
        assert_eq!(
            Type::from_json(r#"["object", {"b":"bool","a":"bool"}]"#).unwrap().to_json(),
            r#"["object",{"a":"bool","b":"bool"}]"#
        );
    }

    #[test]
    fn unknown_constraints_are_refused() {
        for text in ["", "1", r#""text""#, r#"["list"]"#, r#"["object",{"a":1}]"#, r#"["list","string","x"]"#]
        {
            assert!(Type::from_json(text).is_err(), "{text}");
        }
    }
}
