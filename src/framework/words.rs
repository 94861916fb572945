//! Closed sets of words, such as `oak` or `beech`: Rust enums as the types of attributes.

/// What is required where a text is none of the words.
#[doc(hidden)]
pub fn required(words: &[&str], text: &str) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    format!("one of {} is required, not `{text}`", words.join(", "))
}

/// Declares a closed set of words as the type of an attribute. The validator, the sentence in the documentation and the
/// conversion from and to values follow from it.
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
/// enum lists its values and spells them:
///
/// ```ignore
/// words! {
///     /// The wood, as the timber trade knows it.
///     pub struct Wood(timber::Kind) in timber::Kind::ALL, as timber::Kind::name;
/// }
/// ```
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
        $visibility:vis struct $Words:ident($Foreign:ty) in $all:expr, as $spell:expr;
    ) => {
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
    (@attribute $Words:ident, $words:expr, $find:expr) => {
        impl $crate::attr::AttributeType for $Words {
            fn shape() -> $crate::schema::Shape {
                <::std::string::String as $crate::attr::AttributeType>::shape()
            }

            fn words() -> &'static [&'static str] {
                $words
            }

            fn read(
                value: &$crate::value::Value,
                path: &$crate::path::Path,
            ) -> ::std::result::Result<Self, $crate::attr::ReadError> {
                let text = <::std::string::String as $crate::attr::AttributeType>::read(value, path)?;
                let find: fn(&str) -> ::std::option::Option<Self> = $find;
                find(&text).ok_or_else(|| {
                    $crate::attr::ReadError::wrong(path, $crate::words::required(Self::words(), &text))
                })
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
    use crate::model::{self, Model as _};
    use crate::path::Path;
    use crate::value::Value;

    /// Declared where nobody knows of attributes.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Kind {
        Hard,
        Soft,
    }

    impl Kind {
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

    crate::model! {
        /// A shelf.
        struct Shelf {
            /// Wood it is made of.
            wood: Attr<Wood> => optional().computed().default_value(Wood::Oak),
            /// How hard its boards are.
            boards: Attr<Vec<Hardness>> => optional(),
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
    fn another_word_is_refused_with_those_that_there_are() {
        let Err(ReadError::Wrong(wrong)) = Wood::read(&"ash".into(), &Path::attribute("wood")) else {
            panic!("it was taken");
        };
        assert_eq!(wrong.message, "one of `oak`, `beech` is required, not `ash`");
    }

    #[test]
    fn the_rule_and_the_documentation_follow_from_the_type() {
        let schema = Shelf::schema();
        let wood = schema.attribute("wood").unwrap();
        assert_eq!(wood.description, "Wood it is made of. One of `oak`, `beech`.");
        assert_eq!(wood.validators.len(), 1);
        let boards = schema.attribute("boards").unwrap();
        assert_eq!(boards.description, "How hard its boards are. Each is one of `hard`, `soft`.");
        let shelf: Shelf =
            model::read(&Value::object([("wood", Value::from("oak")), ("boards", Value::from("x"))]))
                .unwrap_or_default();
        assert!(shelf.wood.is_null(), "what does not fit is not read in part");
    }
}
