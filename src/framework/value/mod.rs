//! Values as Terraform knows them: null, unknown or known at every level, numbers exact.

mod by_name;
mod json;
mod number;
mod types;

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::path::{Path, Step};
pub use by_name::ByName;
pub(crate) use by_name::{is_same, place_among};
pub use json::JsonError;
pub use number::{Number, NumberError};
pub use types::{Type, TypeError};

/// How deep values may nest that somebody sends or has stored; core's own stay far below, and the stack holds this many levels.
pub(crate) const DEEPEST: usize = 200;

/// The name of an attribute, or a key of a map. Those of attributes stand in the program and are copied without a copy.
pub type Name = Cow<'static, str>;

/// One value of any type. What type it has is said by the schema, never by the value, except for
/// [`Value::Dynamic`].
///
/// Its `Debug` form shows no text outside unit tests, because a value may hold a secret.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
#[cfg_attr(test, derive(Debug))]
pub enum Value {
    /// Absent.
    #[default]
    Null,
    /// Not known before apply.
    Unknown,
    /// A boolean.
    Bool(bool),
    /// A number of any size and precision.
    Number(Number),
    /// A string in Unicode normal form C, see [`Value::string`].
    String(String),
    /// A list or a tuple.
    List(Vec<Self>),
    /// A set, sorted and without duplicates, see [`Value::set`].
    Set(Vec<Self>),
    /// A map or an object. An object holds every attribute of its type.
    Map(ByName<Self>),
    /// A value of an attribute of dynamic type, together with the type it has. The inner value may be null or
    /// unknown; a null or unknown of no particular type is [`Value::Null`] or [`Value::Unknown`].
    Dynamic(Type, Box<Self>),
}

impl Value {
    /// A string, normalised as core normalises it, so that it compares equal to what core sends back.
    pub fn string(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_ascii() {
            return Self::String(text);
        }
        match is_nfc_quick(text.chars()) {
            IsNormalized::Yes => Self::String(text),
            _ => Self::String(text.nfc().collect()),
        }
    }

    /// A set: sorted; equal wholly known elements are kept once. Elements with unknown parts are all kept, since
    /// they may turn out different.
    pub fn set(elements: impl IntoIterator<Item = Self>) -> Self {
        let mut elements: Vec<Self> = elements.into_iter().collect();
        elements.sort();
        elements.dedup_by(|a, b| a == b && a.is_wholly_known());
        Self::Set(elements)
    }

    /// An object or a map out of its members.
    pub fn object<K: Into<Name>>(members: impl IntoIterator<Item = (K, Self)>) -> Self {
        let mut all: Vec<(Name, Self)> = Vec::new();
        for (name, value) in members {
            all.push((name.into(), value));
        }
        Self::of_members(all)
    }

    /// An object or a map; of two members with one name the later one stays.
    pub(crate) fn of_members(members: Vec<(Name, Self)>) -> Self {
        // The one place that sorts, see `ordered`.
        Self::Map(members.into_iter().collect())
    }

    /// Whether it is null (a dynamic value may be a typed null).
    pub fn is_null(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Dynamic(_, inner) => inner.is_null(),
            _ => false,
        }
    }

    /// Whether it is unknown as a whole.
    pub fn is_unknown(&self) -> bool {
        match self {
            Self::Unknown => true,
            Self::Dynamic(_, inner) => inner.is_unknown(),
            _ => false,
        }
    }

    /// Whether nothing unknown is in it at any depth.
    pub fn is_wholly_known(&self) -> bool {
        self.first_unknown().is_none()
    }

    /// The path of the first unknown part, relative to this value. Elements of sets have no step of their own.
    pub fn first_unknown(&self) -> Option<Path> {
        match self {
            Self::Unknown => Some(Path::root()),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => None,
            Self::List(elements) => elements.iter().enumerate().find_map(|(index, element)| {
                element.first_unknown().map(|rest| Path::root().index(index).join(rest))
            }),
            Self::Set(elements) => elements.iter().any(|e| !e.is_wholly_known()).then(Path::root),
            Self::Map(members) => members.iter().find_map(|(name, member)| {
                member.first_unknown().map(|rest| Path::attribute(name.clone()).join(rest))
            }),
            Self::Dynamic(_, inner) => inner.first_unknown(),
        }
    }

    /// The same value with every unknown part replaced by null.
    #[must_use]
    pub fn unknowns_to_null(self) -> Self {
        match self {
            Self::Unknown => Self::Null,
            Self::List(elements) => Self::List(elements.into_iter().map(Self::unknowns_to_null).collect()),
            Self::Set(elements) => Self::set(elements.into_iter().map(Self::unknowns_to_null)),
            Self::Map(members) => {
                Self::object(members.into_iter().map(|(name, member)| (name, member.unknowns_to_null())))
            }
            Self::Dynamic(ty, inner) => Self::Dynamic(ty, Box::new(inner.unknowns_to_null())),
            known => known,
        }
    }

    /// The member of an object or map; null where there is none or this value is null; unknown where this value is.
    pub fn member(&self, name: &str) -> &Self {
        self.member_near(name, 0)
    }

    /// The same, found at once where the member is at this place.
    pub(crate) fn member_near(&self, name: &str, place: usize) -> &Self {
        const NULL: &Value = &Value::Null;
        match self {
            Self::Map(members) => members.get_near(name, place).unwrap_or(NULL),
            Self::Unknown => self,
            Self::Dynamic(_, inner) => inner.member_near(name, place),
            _ => NULL,
        }
    }

    /// The value at a path: null where the path leads nowhere, unknown where it leads into an unknown value.
    pub fn at(&self, path: &Path) -> &Self {
        const NULL: &Value = &Value::Null;
        let mut value = self;
        for step in path.steps() {
            value = match (step, value) {
                (_, Self::Unknown) => return value,
                (Step::Attribute(name), _) => value.member(name),
                (Step::Key(key), _) => value.member(key),
                (Step::Index(index), Self::List(elements)) => elements.get(*index).unwrap_or(NULL),
                _ => return NULL,
            };
        }
        value
    }

    /// Whether the path leads to a place in this value; an element of a null or unknown value counts as no place.
    pub fn has(&self, path: &Path) -> bool {
        let mut value = self;
        for step in path.steps() {
            value = match (step, value) {
                (Step::Attribute(name), Self::Map(members)) => match members.get(name.as_ref()) {
                    Some(member) => member,
                    None => return false,
                },
                (Step::Key(key), Self::Map(members)) => match members.get(key.as_str()) {
                    Some(member) => member,
                    None => return false,
                },
                (Step::Index(index), Self::List(elements)) => match elements.get(*index) {
                    Some(element) => element,
                    None => return false,
                },
                _ => return false,
            };
        }
        true
    }

    /// The text of a known string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            Self::Dynamic(_, inner) => inner.as_str(),
            _ => None,
        }
    }

    /// The elements of a known list, tuple or set.
    pub fn as_elements(&self) -> Option<&[Self]> {
        match self {
            Self::List(elements) | Self::Set(elements) => Some(elements),
            Self::Dynamic(_, inner) => inner.as_elements(),
            _ => None,
        }
    }

    /// The members of a known map or object.
    pub fn as_members(&self) -> Option<&ByName<Self>> {
        match self {
            Self::Map(members) => Some(members),
            Self::Dynamic(_, inner) => inner.as_members(),
            _ => None,
        }
    }

    /// Brings a value into the shape of a type, as core's lenient reader does: numbers and booleans may be given
    /// as text, lists may stand for sets, attributes that an object lacks become null, surplus ones are dropped.
    /// For a dynamic type a value without a type of its own gets the one its shape implies.
    pub fn conform(self, ty: &Type) -> Result<Self, ConformError> {
        self.conform_at(ty, &mut Path::root())
    }

    fn conform_at(self, ty: &Type, path: &mut Path) -> Result<Self, ConformError> {
        let wrong = |path: &Path, found: &'static str| ConformError {
            path: path.clone(),
            message: format!("{} is required, but this is {found}", ty.article()),
        };
        Ok(match (ty, self) {
            (_, Self::Null) => Self::Null,
            (_, Self::Unknown) => Self::Unknown,
            (Type::Dynamic, Self::Dynamic(own, inner)) => {
                let inner = inner.conform_at(&own, path)?;
                Self::Dynamic(own, Box::new(inner))
            }
            (Type::Dynamic, value) => {
                let own = value.implied_type();
                let inner = value.conform_at(&own, path)?;
                Self::Dynamic(own, Box::new(inner))
            }
            (_, Self::Dynamic(_, inner)) => inner.conform_at(ty, path)?,
            (Type::String, Self::String(text)) => Self::string(text),
            (Type::String, Self::Number(number)) => Self::String(number.to_string()),
            (Type::String, Self::Bool(flag)) => Self::String(flag.to_string()),
            (Type::Number, Self::Number(number)) => Self::Number(number),
            (Type::Number, Self::String(text)) => {
                Self::Number(text.parse().map_err(|_| wrong(path, "a string"))?)
            }
            (Type::Bool, Self::Bool(flag)) => Self::Bool(flag),
            (Type::Bool, Self::String(text)) => match text.as_str() {
                "true" => Self::Bool(true),
                "false" => Self::Bool(false),
                _ => return Err(wrong(path, "a string")),
            },
            (Type::List(element), Self::List(values) | Self::Set(values)) => Self::List(
                values
                    .into_iter()
                    .enumerate()
                    .map(|(index, value)| {
                        path.within(Step::Index(index), |path| value.conform_at(element, path))
                    })
                    .collect::<Result<_, _>>()?,
            ),
            (Type::Set(element), Self::List(values) | Self::Set(values)) => Self::set(
                values
                    .into_iter()
                    .map(|value| value.conform_at(element, path))
                    .collect::<Result<Vec<_>, _>>()?,
            ),
            (Type::Tuple(types), Self::List(values)) if types.len() == values.len() => Self::List(
                values
                    .into_iter()
                    .zip(types)
                    .enumerate()
                    .map(|(index, (value, ty))| {
                        path.within(Step::Index(index), |path| value.conform_at(ty, path))
                    })
                    .collect::<Result<_, _>>()?,
            ),
            (Type::Map(element), Self::Map(members)) => {
                let mut conforming = Vec::with_capacity(members.len());
                for (key, value) in members {
                    let step = Step::Key(key.to_string());
                    conforming.push((key, path.within(step, |path| value.conform_at(element, path))?));
                }
                Self::of_members(conforming)
            }
            (Type::Object { attributes, .. }, Self::Map(mut members)) => {
                let mut conforming = Vec::with_capacity(attributes.len());
                for (name, ty) in attributes {
                    let value = members.get_mut(name).map(std::mem::take).unwrap_or_default();
                    let step = Step::Attribute(name.clone());
                    conforming.push((name.clone(), path.within(step, |path| value.conform_at(ty, path))?));
                }
                Self::of_members(conforming)
            }
            (_, other) => return Err(wrong(path, other.kind())),
        })
    }

    /// The type that the shape of a value implies: tuples and objects for collections, dynamic for null and unknown.
    fn implied_type(&self) -> Type {
        match self {
            Self::Null | Self::Unknown => Type::Dynamic,
            Self::Bool(_) => Type::Bool,
            Self::Number(_) => Type::Number,
            Self::String(_) => Type::String,
            Self::List(values) => Type::Tuple(values.iter().map(Self::implied_type).collect()),
            Self::Set(values) => Type::set(values.first().map_or(Type::Dynamic, Self::implied_type)),
            Self::Map(members) => {
                Type::object(members.iter().map(|(name, member)| (name.clone(), member.implied_type())))
            }
            Self::Dynamic(ty, _) => ty.clone(),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Unknown => "unknown",
            Self::Bool(_) => "a bool",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map or object",
            Self::Dynamic(_, inner) => inner.kind(),
        }
    }
}

/// A value that does not fit a type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct ConformError {
    /// Where, relative to the value that was given.
    pub path: Path,
    /// What is wrong, without the value itself.
    pub message: String,
}

#[cfg(not(test))]
impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::List(elements) | Self::Set(elements) => f.debug_list().entries(elements).finish(),
            Self::Map(members) => f.debug_map().entries(members).finish(),
            other => f.write_str(other.kind()),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::string(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::string(text)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}

impl<T: Into<Self>> From<Vec<T>> for Value {
    fn from(elements: Vec<T>) -> Self {
        Self::List(elements.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Self>, const N: usize> From<[T; N]> for Value {
    fn from(elements: [T; N]) -> Self {
        Self::List(elements.into_iter().map(Into::into).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_ignore_order_and_repetition() {
        assert_eq!(Value::set(["b".into(), "a".into(), "b".into()]), Value::set(["a".into(), "b".into()]));
        assert_eq!(Value::set([Value::Unknown, Value::Unknown]).as_elements().unwrap().len(), 2);
    }

    #[test]
    fn strings_are_normalised_as_core_does() {
        assert_eq!(Value::string("e\u{301}"), Value::String("é".into()));
    }

    #[test]
    fn unknown_parts_are_found_by_path() {
        let value =
            Value::object([("a", Value::from("x")), ("b", Value::List(vec![Value::Null, Value::Unknown]))]);
        assert_eq!(value.first_unknown().unwrap().to_string(), "b[1]");
        assert_eq!(value.unknowns_to_null().first_unknown(), None);
    }

    #[test]
    fn conforming_fills_missing_attributes_and_reads_text_as_numbers() {
        let ty = Type::object([("n".to_owned(), Type::Number), ("s".to_owned(), Type::set(Type::String))]);
        let value = Value::object([("n", Value::from("12")), ("gone", Value::from(true))]);
        let expected = Value::object([("n", Value::from(12)), ("s", Value::Null)]);
        assert_eq!(value.conform(&ty).unwrap(), expected);
        let wrong = Value::object([("n", Value::from("twelve"))]).conform(&ty).unwrap_err();
        assert_eq!(wrong.to_string(), "n: a number is required, but this is a string");
    }
}
