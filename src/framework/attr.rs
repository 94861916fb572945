//! `Attr<T>`: one attribute of a typed model, and the Rust types an attribute can have.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use super::ordered;
use super::path::Path;
use super::schema::{Nesting, Shape};
use super::value::{ConformError, Name, Number, Type, Value};

/// An attribute: null, unknown until apply, or known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Attr<T> {
    /// Absent.
    #[default]
    Null,
    /// Not known before apply.
    Unknown,
    /// Known.
    Known(T),
}

impl<T> Attr<T> {
    /// The value if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }

    /// The value if it is known, taken out.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it is null.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether it is unknown.
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// Whether it is known.
    pub const fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }

    /// A known value turned into another; null and unknown stay.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Attr<U> {
        match self {
            Self::Null => Attr::Null,
            Self::Unknown => Attr::Unknown,
            Self::Known(value) => Attr::Known(convert(value)),
        }
    }
}

impl<T: Clone> Attr<T> {
    /// The known value, or else the type's default.
    pub fn unwrap_or_default(&self) -> T
    where
        T: Default,
    {
        self.known().cloned().unwrap_or_default()
    }

    /// The known value, or else another.
    pub fn unwrap_or(&self, other: T) -> T {
        self.known().cloned().unwrap_or(other)
    }
}

impl<T: AsRef<str>> Attr<T> {
    /// The known text, or else the empty string.
    pub fn text(&self) -> &str {
        self.known().map_or("", AsRef::as_ref)
    }
}

impl<T> From<T> for Attr<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T> From<Option<T>> for Attr<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Known)
    }
}

impl From<&str> for Attr<String> {
    fn from(text: &str) -> Self {
        Self::Known(text.to_owned())
    }
}

/// A known set of what an iterator gives.
impl<T: Ord> FromIterator<T> for Attr<BTreeSet<T>> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        Self::Known(ordered::set(elements))
    }
}

/// A known map of what an iterator gives.
impl<T> FromIterator<(String, T)> for Attr<BTreeMap<String, T>> {
    fn from_iter<I: IntoIterator<Item = (String, T)>>(members: I) -> Self {
        Self::Known(ordered::map(members))
    }
}

/// Why a value could not become a typed one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// A part that must be known is unknown; the attribute around it counts as unknown.
    Unknown,
    /// The value is as good as null; the attribute around it is.
    Absent,
    /// The value does not fit.
    Wrong(ConformError),
}

impl ReadError {
    /// It does not fit, with what is required.
    pub fn wrong(path: &Path, message: impl Into<String>) -> Self {
        Self::Wrong(ConformError { path: path.clone(), message: message.into() })
    }
}

/// What a value may be by its type.
#[derive(Debug, Clone, Copy)]
pub enum Choices {
    /// Whatever the shape allows.
    Anything,
    /// One of these words.
    Words(&'static [&'static str]),
    /// One of these words, in a spelling that the function takes; it says what is wrong with any other text.
    Spelt(&'static [&'static str], fn(&str) -> Result<(), String>),
    /// One of these numbers.
    Numbers(&'static [i64]),
}

/// A Rust type that the value of an attribute can have: text, numbers, collections, or another model.
pub trait AttributeType: Sized {
    /// Its place in a schema.
    fn shape() -> Shape;
    /// What it can be, or each of its elements, where that is a closed set.
    fn choices() -> Choices {
        Choices::Anything
    }
    /// Whether it takes null.
    #[doc(hidden)]
    fn takes_null() -> bool {
        false
    }
    /// Reads a value, whose place is `path`.
    fn read(value: &Value, path: &Path) -> Result<Self, ReadError>;
    /// Writes it as a value.
    fn write(&self) -> Value;
}

impl<T: AttributeType> AttributeType for Attr<T> {
    fn shape() -> Shape {
        T::shape()
    }

    fn choices() -> Choices {
        T::choices()
    }

    fn takes_null() -> bool {
        true
    }

    fn read(value: &Value, path: &Path) -> Result<Self, ReadError> {
        if value.is_null() {
            return Ok(Self::Null);
        }
        match T::read(value, path) {
            Ok(known) => Ok(Self::Known(known)),
            Err(ReadError::Unknown) => Ok(Self::Unknown),
            Err(ReadError::Absent) => Ok(Self::Null),
            Err(wrong) => Err(wrong),
        }
    }

    fn write(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Unknown => Value::Unknown,
            Self::Known(value) => value.write(),
        }
    }
}

/// The value of an element that can be neither null nor unknown.
pub(crate) fn present<'a>(value: &'a Value, path: &Path) -> Result<&'a Value, ReadError> {
    match value {
        Value::Unknown => Err(ReadError::Unknown),
        Value::Null => Err(ReadError::wrong(path, "null is not allowed here")),
        Value::Dynamic(_, inner) => present(inner, path),
        known => Ok(known),
    }
}

impl AttributeType for String {
    fn shape() -> Shape {
        Shape::Plain(Type::String)
    }

    fn read(value: &Value, path: &Path) -> Result<Self, ReadError> {
        match present(value, path)? {
            Value::String(text) => Ok(text.clone()),
            _ => Err(ReadError::wrong(path, "a string is required")),
        }
    }

    fn write(&self) -> Value {
        Value::string(self.as_str())
    }
}

impl AttributeType for bool {
    fn shape() -> Shape {
        Shape::Plain(Type::Bool)
    }

    fn read(value: &Value, path: &Path) -> Result<Self, ReadError> {
        match present(value, path)? {
            Value::Bool(flag) => Ok(*flag),
            _ => Err(ReadError::wrong(path, "a bool is required")),
        }
    }

    fn write(&self) -> Value {
        Value::Bool(*self)
    }
}

impl AttributeType for Number {
    fn shape() -> Shape {
        Shape::Plain(Type::Number)
    }

    fn read(value: &Value, path: &Path) -> Result<Self, ReadError> {
        match present(value, path)? {
            Value::Number(number) => Ok(number.clone()),
            _ => Err(ReadError::wrong(path, "a number is required")),
        }
    }

    fn write(&self) -> Value {
        Value::Number(self.clone())
    }
}

impl AttributeType for i64 {
    fn shape() -> Shape {
        Shape::Plain(Type::Number)
    }

    fn read(value: &Value, path: &Path) -> Result<Self, ReadError> {
        Number::read(value, path)?
            .as_i64()
            .ok_or_else(|| ReadError::wrong(path, "a whole number between -2^63 and 2^63-1 is required"))
    }

    fn write(&self) -> Value {
        Value::from(*self)
    }
}

/// A dynamic attribute: any value with its own type.
impl AttributeType for Value {
    fn shape() -> Shape {
        Shape::Plain(Type::Dynamic)
    }

    fn read(value: &Value, path: &Path) -> Result<Self, ReadError> {
        present(value, path)?;
        Ok(value.clone())
    }

    fn write(&self) -> Value {
        self.clone().conform(&Type::Dynamic).unwrap_or_else(|_| self.clone())
    }
}

/// Text that is never shown: for attributes that are sensitive or write-only. Compared in constant time.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// The text itself.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        SecretString::from(text).into()
    }
}

impl From<SecretString> for Secret {
    fn from(text: SecretString) -> Self {
        Self(text)
    }
}

impl From<Secret> for SecretString {
    fn from(secret: Secret) -> Self {
        secret.0
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose().as_bytes().ct_eq(other.expose().as_bytes()).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

impl AttributeType for Secret {
    fn shape() -> Shape {
        Shape::Plain(Type::String)
    }

    fn read(value: &Value, path: &Path) -> Result<Self, ReadError> {
        String::read(value, path).map(|text| Self(text.into()))
    }

    fn write(&self) -> Value {
        Value::string(self.expose())
    }
}

impl<T: AttributeType> AttributeType for Vec<T> {
    fn shape() -> Shape {
        T::shape().collected(Nesting::List)
    }

    fn choices() -> Choices {
        T::choices()
    }

    fn read(value: &Value, path: &Path) -> Result<Self, ReadError> {
        let elements = present(value, path)?
            .as_elements()
            .ok_or_else(|| ReadError::wrong(path, "a list is required"))?;
        let mut read = Self::with_capacity(elements.len());
        let mut is_unknown = false;
        for (index, element) in elements.iter().enumerate() {
            match T::read(element, &path.clone().index(index)) {
                Ok(element) => read.push(element),
                // What is wrong with another element is wrong already.
                Err(ReadError::Unknown) => is_unknown = true,
                Err(error) => return Err(error),
            }
        }
        if is_unknown { Err(ReadError::Unknown) } else { Ok(read) }
    }

    fn write(&self) -> Value {
        Value::List(self.iter().map(T::write).collect())
    }
}

impl<T: AttributeType + Ord> AttributeType for BTreeSet<T> {
    fn shape() -> Shape {
        T::shape().collected(Nesting::Set)
    }

    fn choices() -> Choices {
        T::choices()
    }

    fn read(value: &Value, path: &Path) -> Result<Self, ReadError> {
        let elements =
            present(value, path)?.as_elements().ok_or_else(|| ReadError::wrong(path, "a set is required"))?;
        ordered::try_set(elements.iter().map(|element| T::read(element, path)))
    }

    fn write(&self) -> Value {
        Value::set(self.iter().map(T::write))
    }
}

impl<T: AttributeType> AttributeType for BTreeMap<String, T> {
    fn shape() -> Shape {
        T::shape().collected(Nesting::Map)
    }

    fn choices() -> Choices {
        T::choices()
    }

    fn read(value: &Value, path: &Path) -> Result<Self, ReadError> {
        let members =
            present(value, path)?.as_members().ok_or_else(|| ReadError::wrong(path, "a map is required"))?;
        let read = |(key, member): (&Name, _)| {
            Ok((key.to_string(), T::read(member, &path.clone().key(key.as_ref()))?))
        };
        ordered::try_map(members.iter().map(read))
    }

    fn write(&self) -> Value {
        Value::object(self.iter().map(|(key, member)| (key.clone(), member.write())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_with_an_unknown_element_is_unknown_unless_its_elements_are_attributes() {
        let value = Value::List(vec!["a".into(), Value::Unknown]);
        let root = Path::root();
        assert_eq!(Attr::<Vec<String>>::read(&value, &root), Ok(Attr::Unknown));
        let elements = vec![Attr::Known("a".to_owned()), Attr::Unknown];
        assert_eq!(Attr::<Vec<Attr<String>>>::read(&value, &root), Ok(Attr::Known(elements)));
    }

    #[test]
    fn a_null_element_is_refused_with_its_place() {
        let value = Value::List(vec!["a".into(), Value::Null]);
        let error = Attr::<Vec<String>>::read(&value, &Path::attribute("names")).unwrap_err();
        assert_eq!(error, ReadError::wrong(&Path::attribute("names").index(1), "null is not allowed here"));
    }

    #[test]
    fn what_is_wrong_is_wrong_beside_what_is_not_known_yet() {
        let value = Value::List(vec![Value::Unknown, Value::Null]);
        let error = Attr::<Vec<String>>::read(&value, &Path::attribute("names")).unwrap_err();
        assert_eq!(error, ReadError::wrong(&Path::attribute("names").index(1), "null is not allowed here"));
    }

    #[test]
    fn integers_beyond_their_type_are_refused() {
        let value = Value::Number("9223372036854775808".parse().unwrap());
        assert!(i64::read(&value, &Path::root()).is_err());
        assert_eq!(Number::read(&value, &Path::root()).unwrap().as_u64(), Some(1 << 63));
    }

    #[test]
    fn secrets_are_not_shown() {
        let secret = Secret::read(&"hunter2".into(), &Path::root()).unwrap();
        assert_eq!(format!("{secret:?}"), "(secret)");
        assert_eq!(secret, Secret::from(SecretString::from("hunter2")));
        assert_eq!(secret.write(), "hunter2".into());
    }
}
