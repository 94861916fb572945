//! A word of a closed set, or another one that a service has answered.

use super::attr::{Attr, AttributeType, Choices, ReadError};
use super::path::Path;
use super::schema::Shape;
use super::value::Value;

/// A word of the closed set `W`, or another text. Configurations may hold words of the set only, as with `W` itself; what
/// a service answers may be a word that this provider does not know yet, and is no error: it goes into the state as it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum OrOther<W> {
    /// One of the words.
    Word(W),
    /// None of them.
    Other(String),
}

impl<W> OrOther<W> {
    /// The word, where it is one of the set.
    pub fn word(&self) -> Option<&W> {
        match self {
            Self::Word(word) => Some(word),
            Self::Other(_) => None,
        }
    }
}

impl<W: AttributeType> From<&str> for OrOther<W> {
    fn from(text: &str) -> Self {
        W::read(&Value::from(text), &Path::root()).map_or_else(|_| Self::Other(text.to_owned()), Self::Word)
    }
}

impl<W: AttributeType> From<&str> for Attr<OrOther<W>> {
    fn from(text: &str) -> Self {
        Self::Known(text.into())
    }
}

impl<W: AttributeType> From<W> for Attr<OrOther<W>> {
    fn from(word: W) -> Self {
        Self::Known(OrOther::Word(word))
    }
}

impl<W: AsRef<str>> AsRef<str> for OrOther<W> {
    fn as_ref(&self) -> &str {
        match self {
            Self::Word(word) => word.as_ref(),
            Self::Other(text) => text,
        }
    }
}

impl<W: AttributeType> AttributeType for OrOther<W> {
    fn shape() -> Shape {
        W::shape()
    }

    fn choices() -> Choices {
        W::choices()
    }

    fn read(value: &Value, path: &Path) -> Result<Self, ReadError> {
        match W::read(value, path) {
            Ok(word) => Ok(Self::Word(word)),
            Err(error @ (ReadError::Unknown | ReadError::Absent)) => Err(error),
            Err(ReadError::Wrong(_)) => String::read(value, path).map(Self::Other),
        }
    }

    fn write(&self) -> Value {
        match self {
            Self::Word(word) => word.write(),
            Self::Other(text) => text.write(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attr::ReadError;

    crate::words! {
        /// What a shelf is made of.
        enum Wood {
            /// Hard.
            Oak = "oak",
        }
    }

    crate::model! {
        /// A shelf.
        struct Shelf {
            /// Wood it is made of.
            wood: Attr<OrOther<Wood>> => crate::schema::rules::required(),
        }
    }

    #[test]
    fn another_word_is_kept_as_it_is() {
        let read = |value: &Value| Attr::<OrOther<Wood>>::read(value, &Path::root());
        assert_eq!(read(&"oak".into()), Ok(Wood::Oak.into()));
        let ash = read(&"ash".into()).unwrap();
        assert_eq!(ash, "ash".into());
        assert_eq!((ash.text(), ash.write()), ("ash", "ash".into()));
        assert_eq!(ash.known().and_then(OrOther::word), None);
        assert_eq!(read(&Value::Unknown), Ok(Attr::Unknown));
        assert!(matches!(read(&true.into()), Err(ReadError::Wrong(_))), "it is a text all the same");
    }

    #[test]
    fn a_configuration_may_hold_words_of_the_set_only() {
        use crate::model::Model as _;
        let schema = Shelf::schema();
        let wood = schema.attribute("wood").unwrap();
        assert_eq!(wood.description, "Wood it is made of. One of `oak`.");
        assert_eq!(wood.validators.len(), 1);
        assert_eq!(Shelf::default().wood, Attr::Null);
    }
}
