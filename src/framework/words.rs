//! Closed sets of words, such as `oak` or `beech`, and of numbers: Rust enums as the types of attributes.

use std::fmt::Display;

use super::attr::{Choices, ReadError};
use super::path::Path;

/// What is said of a value that is none of the set.
#[doc(hidden)]
pub fn not_among(path: &Path, choices: Choices, value: &dyn Display) -> ReadError {
    let listed = match choices {
        Choices::Anything => Vec::new(),
        Choices::Words(words) | Choices::Spelt(words, _) => quoted(words),
        Choices::Numbers(numbers) => quoted(numbers),
    };
    ReadError::wrong(path, format!("one of {} is required, not `{value}`", listed.join(", ")))
}

/// What is made of a text that the set's own reader refuses.
#[doc(hidden)]
pub fn misspelt(text: &str, path: &Path, error: &dyn Display) -> ReadError {
    if text.trim().is_empty() { ReadError::Absent } else { ReadError::wrong(path, error.to_string()) }
}

/// The choices as they stand in sentences.
pub(crate) fn quoted(choices: &[impl Display]) -> Vec<String> {
    choices.iter().map(|choice| format!("`{choice}`")).collect()
}

/// Declares a closed set of words as the type of an attribute. The validator, the conversion from and to values and a
/// sentence in the documentation follow from it; the sentence is left out where the description tells of each word.
///
/// ```ignore
/// words! {
///     /// What a shelf is made of.
///     pub enum Wood {
///         /// Hard.
///         Oak = "oak",
///         /// Light.
///         Beech = "beech",
///     }
/// }
///
/// model! {
///     /// A shelf.
///     pub struct Shelf {
///         /// Wood it is made of.
///         wood: Attr<Wood> => optional().computed().default_value(Wood::Oak),
///     }
/// }
/// ```
///
/// An enum that is declared in a crate which knows nothing of this framework gets a newtype, which says how the foreign
/// enum lists its values and spells them, or numbers them:
///
/// ```ignore
/// words! {
///     /// The wood, as the timber trade knows it.
///     pub struct Wood(timber::Kind) in timber::Kind::ALL, as timber::Kind::name;
/// }
///
/// words! {
///     /// The issue of the grading rules.
///     pub struct Issue(timber::Rules) in timber::Rules::ALL, as number timber::Rules::issue;
/// }
/// ```
///
/// An argument of the provider block may be written in several ways, or refuse a word with a reason of its own: what reads it is
/// named then. A blank text counts as absent there, as it does for the environment. (In a resource the spelling that the
/// user chose would have to come back.)
///
/// ```ignore
/// words! {
///     /// The wood, in any case.
///     pub struct AnyWood(timber::Kind) in timber::Kind::ALL, as timber::Kind::name, read by timber::Kind::from_str;
/// }
/// ```
///
/// A service may have learned words that this list does not have: an attribute that takes over what it answers is an
/// [`OrOther`](crate::or_other::OrOther).
#[macro_export]
macro_rules! words {
    (
        $(#[$meta:meta])*
        $visibility:vis enum $Words:ident {
            $( $(#[$value_meta:meta])* $Value:ident = $word:literal ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $visibility enum $Words {
            $( $(#[$value_meta])* $Value, )*
        }

        #[allow(dead_code, reason = "not every set of words is listed or spelt out")]
        impl $Words {
            /// All of them.
            $visibility const ALL: &'static [Self] = &[$(Self::$Value),*];

            /// As users write it.
            $visibility const fn word(self) -> &'static str {
                match self {
                    $(Self::$Value => $word,)*
                }
            }
        }

        impl ::std::convert::AsRef<str> for $Words {
            fn as_ref(&self) -> &str {
                self.word()
            }
        }

        $crate::words!(@attribute $Words, &[$($word),*], |text| {
            $Words::ALL.iter().copied().find(|value| value.word() == text)
        });
    };
    (
        $(#[$meta:meta])*
        $visibility:vis struct $Words:ident($Foreign:ty) in $all:expr, as number $number:expr;
    ) => {
        $crate::words!(@newtype $(#[$meta])* $visibility struct $Words($Foreign));

        impl $crate::attr::AttributeType for $Words {
            fn shape() -> $crate::schema::Shape {
                <i64 as $crate::attr::AttributeType>::shape()
            }

            fn choices() -> $crate::attr::Choices {
                static NUMBERS: ::std::sync::LazyLock<::std::vec::Vec<i64>> = ::std::sync::LazyLock::new(|| {
                    $all.iter().map(|value| $number(*value)).collect()
                });
                $crate::attr::Choices::Numbers(&NUMBERS)
            }

            fn read(
                value: &$crate::value::Value,
                path: &$crate::path::Path,
            ) -> ::std::result::Result<Self, $crate::attr::ReadError> {
                let number = <i64 as $crate::attr::AttributeType>::read(value, path)?;
                let value = $all.iter().copied().find(|value| $number(*value) == number).map($Words);
                value.ok_or_else(|| $crate::words::not_among(path, <Self as $crate::attr::AttributeType>::choices(), &number))
            }

            fn write(&self) -> $crate::value::Value {
                $crate::value::Value::from(*self)
            }
        }

        impl ::std::convert::From<$Words> for $crate::value::Value {
            fn from(value: $Words) -> Self {
                $crate::value::Value::from($number(value.0))
            }
        }

        impl ::std::fmt::Display for $Words {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&$number(self.0), f)
            }
        }
    };
    (
        $(#[$meta:meta])*
        $visibility:vis struct $Words:ident($Foreign:ty) in $all:expr, as $spell:expr, read by $parse:expr;
    ) => {
        $crate::words!(@newtype $(#[$meta])* $visibility struct $Words($Foreign));

        impl ::std::convert::AsRef<str> for $Words {
            fn as_ref(&self) -> &str {
                $spell(self.0)
            }
        }

        $crate::words!(@value $Words, {
            static WORDS: ::std::sync::LazyLock<::std::vec::Vec<&'static str>> = ::std::sync::LazyLock::new(|| {
                $all.iter().map(|value| $spell(*value)).collect()
            });
            $crate::attr::Choices::Spelt(&WORDS, |text| $parse(text).map(drop).map_err(|error| error.to_string()))
        }, |text, path| {
            $parse(text).map($Words).map_err(|error| $crate::words::misspelt(text, path, &error))
        });
    };
    (
        $(#[$meta:meta])*
        $visibility:vis struct $Words:ident($Foreign:ty) in $all:expr, as $spell:expr;
    ) => {
        $crate::words!(@newtype $(#[$meta])* $visibility struct $Words($Foreign));

        impl ::std::convert::AsRef<str> for $Words {
            fn as_ref(&self) -> &str {
                $spell(self.0)
            }
        }

        $crate::words!(@attribute $Words, {
            static WORDS: ::std::sync::LazyLock<::std::vec::Vec<&'static str>> = ::std::sync::LazyLock::new(|| {
                $all.iter().map(|value| $spell(*value)).collect()
            });
            &WORDS
        }, |text| $all.iter().copied().find(|value| $spell(*value) == text).map($Words));
    };
    (@newtype $(#[$meta:meta])* $visibility:vis struct $Words:ident($Foreign:ty)) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        $visibility struct $Words($visibility $Foreign);

        impl ::std::convert::From<$Foreign> for $Words {
            fn from(value: $Foreign) -> Self {
                Self(value)
            }
        }

        impl ::std::convert::From<$Words> for $Foreign {
            fn from(value: $Words) -> Self {
                value.0
            }
        }
    };
    (@attribute $Words:ident, $words:expr, $find:expr) => {
        $crate::words!(@value $Words, $crate::attr::Choices::Words($words), |text, path| {
            let find: fn(&str) -> ::std::option::Option<$Words> = $find;
            find(text).ok_or_else(|| {
                $crate::words::not_among(path, <$Words as $crate::attr::AttributeType>::choices(), &text)
            })
        });
    };
    (@value $Words:ident, $choices:expr, $read:expr) => {
        impl $crate::attr::AttributeType for $Words {
            fn shape() -> $crate::schema::Shape {
                <::std::string::String as $crate::attr::AttributeType>::shape()
            }

            fn choices() -> $crate::attr::Choices {
                $choices
            }

            fn read(
                value: &$crate::value::Value,
                path: &$crate::path::Path,
            ) -> ::std::result::Result<Self, $crate::attr::ReadError> {
                let text = <::std::string::String as $crate::attr::AttributeType>::read(value, path)?;
                let read: fn(&str, &$crate::path::Path) -> ::std::result::Result<Self, $crate::attr::ReadError> = $read;
                read(&text, path)
            }

            fn write(&self) -> $crate::value::Value {
                $crate::value::Value::from(*self)
            }
        }

        impl ::std::convert::From<$Words> for $crate::value::Value {
            fn from(value: $Words) -> Self {
                let word: &str = ::std::convert::AsRef::as_ref(&value);
                $crate::value::Value::from(word)
            }
        }

        impl ::std::fmt::Display for $Words {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(::std::convert::AsRef::as_ref(self))
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use crate::attr::{Attr, AttributeType as _, ReadError};
    use crate::diagnostic::Diagnostics;
    use crate::model::{self, Model as _};
    use crate::path::Path;
    use crate::validators::Check;
    use crate::value::Value;

    /// Declared where nobody knows of attributes.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Kind {
        Hard,
        Soft,
    }

    impl Kind {
        fn grade(self) -> i64 {
            match self {
                Self::Hard => 1,
                Self::Soft => 3,
            }
        }

        const ALL: [Self; 2] = [Self::Hard, Self::Soft];

        fn name(self) -> &'static str {
            match self {
                Self::Hard => "hard",
                Self::Soft => "soft",
            }
        }
    }

    words! {
        /// What it is made of.
        enum Wood {
            /// Hard.
            Oak = "oak",
            /// Light.
            Beech = "beech",
        }
    }

    words! {
        /// How hard it is.
        struct Hardness(Kind) in Kind::ALL, as Kind::name;
    }

    impl Kind {
        fn of(text: &str) -> Result<Self, String> {
            let known = Self::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(text));
            known.ok_or_else(|| format!("nobody builds of `{text}`"))
        }
    }

    words! {
        /// How hard it is, in any case.
        struct AnyHardness(Kind) in Kind::ALL, as Kind::name, read by Kind::of;
    }

    words! {
        /// Its grade.
        struct Grade(Kind) in Kind::ALL, as number Kind::grade;
    }

    crate::model! {
        /// A shelf.
        struct Shelf {
            /// Wood it is made of.
            wood: Attr<Wood> => optional().computed().default_value(Wood::Oak),
            /// How hard its boards are.
            boards: Attr<Vec<Hardness>> => optional(),
            /// How hard its front is.
            front: Attr<AnyHardness> => optional(),
            /// Its grade.
            grade: Attr<Grade> => optional(),
            /// Either `hard`, as most are, or `soft`.
            back: Attr<Hardness> => optional(),
        }
    }

    #[test]
    fn a_word_is_a_value_and_back() {
        assert_eq!(Attr::<Wood>::read(&"beech".into(), &Path::root()), Ok(Attr::Known(Wood::Beech)));
        assert_eq!(Wood::Beech.write(), "beech".into());
        assert_eq!(Hardness::read(&"soft".into(), &Path::root()), Ok(Hardness(Kind::Soft)));
        assert_eq!(Hardness(Kind::Soft).to_string(), "soft");
        assert_eq!(Attr::<Wood>::read(&Value::Unknown, &Path::root()), Ok(Attr::Unknown));
    }

    #[test]
    fn a_number_of_a_closed_set_is_a_value_and_back() {
        assert_eq!(Grade::read(&3.into(), &Path::root()), Ok(Grade(Kind::Soft)));
        assert_eq!(Grade(Kind::Hard).write(), 1.into());
        assert_eq!(Grade(Kind::Soft).to_string(), "3");
        let Err(ReadError::Wrong(wrong)) = Grade::read(&2.into(), &Path::root()) else {
            panic!("it was taken");
        };
        assert_eq!(wrong.message, "one of `1`, `3` is required, not `2`");
    }

    #[test]
    fn another_word_is_refused_with_those_that_there_are() {
        let Err(ReadError::Wrong(wrong)) = Wood::read(&"ash".into(), &Path::attribute("wood")) else {
            panic!("it was taken");
        };
        assert_eq!(wrong.message, "one of `oak`, `beech` is required, not `ash`");
    }

    #[test]
    fn a_set_with_a_reader_of_its_own_takes_what_that_takes_and_refuses_in_its_words() {
        let read = |text: &str| Attr::<AnyHardness>::read(&text.into(), &Path::attribute("front"));
        assert_eq!(read("Soft"), Ok(Attr::Known(AnyHardness(Kind::Soft))));
        assert_eq!(read(" "), Ok(Attr::Null));
        let Err(ReadError::Wrong(wrong)) = read("jelly") else { panic!("it was taken") };
        assert_eq!(wrong.message, "nobody builds of `jelly`");
        let schema = Shelf::schema();
        let front = schema.attribute("front").unwrap();
        assert_eq!(front.description, "How hard its front is. One of `hard`, `soft`.");
        for (text, refused) in [("Soft", None), ("", None), ("jelly", Some("nobody builds of `jelly`."))] {
            let (value, mut diagnostics) = (Value::from(text), Diagnostics::new());
            front.validators[0].validate(&mut Check {
                value: &value,
                path: &Path::attribute("front"),
                config: &Value::Null,
                write_only: false,
                diagnostics: &mut diagnostics,
            });
            let said: Vec<_> = diagnostics.iter().map(|diagnostic| diagnostic.detail.as_str()).collect();
            assert_eq!(said, Vec::from_iter(refused), "{text}");
        }
    }

    #[test]
    fn the_rule_and_the_documentation_follow_from_the_type() {
        let schema = Shelf::schema();
        let wood = schema.attribute("wood").unwrap();
        assert_eq!(wood.description, "Wood it is made of. One of `oak`, `beech`.");
        assert_eq!(wood.validators.len(), 1);
        let boards = schema.attribute("boards").unwrap();
        assert_eq!(boards.description, "How hard its boards are. Each is one of `hard`, `soft`.");
        assert_eq!(schema.attribute("grade").unwrap().description, "Its grade. One of `1`, `3`.");
        let told = schema.attribute("back").unwrap();
        assert_eq!(
            (told.description.as_str(), told.validators.len()),
            ("Either `hard`, as most are, or `soft`.", 1)
        );
        let shelf: Shelf =
            model::read(&Value::object([("wood", Value::from("oak")), ("boards", Value::from("x"))]))
                .unwrap_or_default();
        assert!(shelf.wood.is_null(), "what does not fit is not read in part");
    }
}
