//! Models: a struct, its schema, its conversion and the paths of its fields, declared once by `model!`.

use super::attr::{AttributeType, ReadError};
use super::diagnostic::Diagnostic;
use super::path::{Path, Step};
use super::schema::Schema;
use super::value::{Value, place_among};

/// A struct whose fields are attributes. Made by [`model!`](crate::model!).
pub trait Model: AttributeType + Clone + Default + PartialEq + Send + Sync + 'static {
    /// Attributes and blocks with their rules and descriptions.
    fn schema() -> Schema;
}

/// Reads a model from a whole object. What does not fit becomes a diagnostic at its path.
pub fn read<M: Model>(value: &Value) -> Result<M, Diagnostic> {
    if value.is_null() {
        return Ok(M::default());
    }
    M::read(value, &Path::root()).map_err(unreadable)
}

fn unreadable(error: ReadError) -> Diagnostic {
    match error {
        ReadError::Wrong(wrong) => {
            Diagnostic::error("Invalid value", format!("`{}`: {}.", wrong.path, wrong.message)).at(wrong.path)
        }
        ReadError::Unknown | ReadError::Absent => Diagnostic::error(
            "Unknown object",
            "The whole object is unknown where only single values may be. This is a bug in the provider.",
        ),
    }
}

/// The members of an object on their way into the fields of a model. The first one that does not fit is remembered, so that
/// each field is a call and no more: leaving at once would make each a way out past all fields before it.
#[doc(hidden)]
pub struct Members<'a> {
    object: &'a Value,
    path: Path,
    wrong: Option<ReadError>,
}

#[doc(hidden)]
impl<'a> Members<'a> {
    pub fn of(object: &'a Value, path: &Path) -> Self {
        Self { object, path: path.clone(), wrong: object.is_unknown().then_some(ReadError::Unknown) }
    }

    pub fn read<T: AttributeType + Default>(&mut self, name: &'static str, place: usize) -> T {
        if self.wrong.is_some() {
            return T::default();
        }
        let member = self.object.member_near(name, place);
        let read = self.path.within(Step::Attribute(name.into()), |path| T::read(member, path));
        read.unwrap_or_else(|wrong| {
            self.wrong = Some(wrong);
            T::default()
        })
    }

    pub fn done<M>(self, model: M) -> Result<M, ReadError> {
        self.wrong.map_or(Ok(model), Err)
    }
}

/// Where a field is among all of a model's, as their values are in order of their names.
#[doc(hidden)]
pub const fn place(name: &str, all: &[&str]) -> usize {
    place_among(name, all)
}

/// The text of doc comments: one leading space a line removed.
#[doc(hidden)]
pub fn description(lines: &[&str]) -> String {
    let lines: Vec<&str> = lines.iter().flat_map(|line| line.split('\n')).collect();
    let lines: Vec<&str> =
        lines.iter().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()).collect();
    lines.join("\n").trim().to_owned()
}

/// The name of a field as users write it.
#[doc(hidden)]
pub const fn field_name(identifier: &'static str) -> &'static str {
    match identifier.as_bytes() {
        [b'r', b'#', ..] => identifier.split_at(2).1,
        _ => identifier,
    }
}

/// Declares a model once: struct, schema, conversion and paths.
///
/// The doc comment of the struct is the description of the resource or block, those of the fields describe the
/// attributes (Markdown). Every field is `name: Type => rules`; the type is `Attr<T>` where `T` is `String`,
/// `bool`, `i64`, `Number`, a closed set of [words](crate::words), `Value` (dynamic), `Secret`, `Vec<T>` (list),
/// `BTreeSet<T>` or [`Set<T>`](crate::set::Set) (set), `BTreeMap<String, T>` (map) or another model (nested attribute or
/// block). The rules start with one of
/// `required()`, `optional()`, `computed()`, `block()`, `timeouts()`, for identities `required_for_import()` or
/// `optional_for_import()`; see [`Rules`](crate::schema::rules::Rules) for what can follow.
///
/// For every field there is a function of its name that returns its [`Path`](crate::path::Path).
#[macro_export]
macro_rules! model {
    (
        $(#[doc = $doc:expr])*
        $visibility:vis struct $Model:ident {
            $(
                $(#[doc = $field_doc:expr])*
                $field:ident : $Type:ty => $rules:expr
            ),* $(,)?
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Default, PartialEq)]
        $visibility struct $Model {
            $(
                $(#[doc = $field_doc])*
                $visibility $field: $Type,
            )*
        }

        #[allow(dead_code, reason = "not every path of a model is named in a diagnostic")]
        impl $Model {
            $(
                #[doc = concat!("The path of `", stringify!($field), "`.")]
                $visibility fn $field() -> $crate::path::Path {
                    $crate::path::Path::attribute($crate::model::field_name(stringify!($field)))
                }
            )*
        }

        impl $crate::attr::AttributeType for $Model {
            fn shape() -> $crate::schema::Shape {
                $crate::schema::Shape::Nested(
                    $crate::schema::Nesting::Single,
                    <Self as $crate::model::Model>::schema(),
                )
            }

            fn read(
                value: &$crate::value::Value,
                path: &$crate::path::Path,
            ) -> ::std::result::Result<Self, $crate::attr::ReadError> {
                #[allow(dead_code, reason = "a model may have no fields")]
                const ALL: &[&str] = &[$($crate::model::field_name(stringify!($field))),*];
                #[allow(unused_mut, reason = "a model may have no fields")]
                let mut members = $crate::model::Members::of(value, path);
                let model = Self {
                    $($field: {
                        const NAME: &str = $crate::model::field_name(stringify!($field));
                        members.read(NAME, const { $crate::model::place(NAME, ALL) })
                    },)*
                };
                members.done(model)
            }

            fn write(&self) -> $crate::value::Value {
                // Not an array: a kind of iterator for each number of fields would be as many loops in the program.
                $crate::value::Value::object::<&str>(::std::vec![
                    $(
                        (
                            $crate::model::field_name(stringify!($field)),
                            $crate::attr::AttributeType::write(&self.$field),
                        ),
                    )*
                ])
            }
        }

        impl $crate::model::Model for $Model {
            fn schema() -> $crate::schema::Schema {
                #[allow(unused_imports, reason = "a model uses only some of the words for rules")]
                use $crate::schema::rules::*;
                let description = $crate::model::description(&[$($doc),*]);
                #[allow(unused_mut, reason = "a model may have no fields")]
                let mut schema = $crate::schema::Schema::new(description);
                $(
                    schema.field(
                        $crate::model::field_name(stringify!($field)),
                        $crate::model::description(&[$($field_doc),*]),
                        <$Type as $crate::attr::AttributeType>::shape(),
                        $rules.choices(<$Type as $crate::attr::AttributeType>::choices()),
                    );
                )*
                schema
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::attr::{Attr, Secret};
    use crate::schema::Nesting;
    use crate::timeouts::Timeouts;
    use crate::validators::length;
    use crate::value::Type;

    model! {
        /// A wheel.
        struct Wheel {
            /// Size in inches.
            size: Attr<i64> => optional().computed().default_value(28),
        }
    }

    model! {
        /// A bicycle.
        ///
        /// Second paragraph.
        struct Bicycle {
            /// Its name.
            name: Attr<String> => required().validate(length(1, 10)),
            /// A word of the language.
            r#type: Attr<String> => optional().requires_replace(),
            tags: Attr<BTreeSet<String>> => optional(),
            front: Attr<Wheel> => optional().computed(),
            spare: Attr<BTreeMap<String, Wheel>> => optional(),
            lock: Attr<Secret> => optional().sensitive(),
            anything: Attr<Value> => optional(),
            bell: Attr<Vec<Wheel>> => block(),
            timeouts: Attr<Timeouts> => timeouts(),
        }
    }

    #[test]
    fn the_schema_follows_from_the_declaration() {
        let schema = Bicycle::schema();
        assert_eq!(schema.description, "A bicycle.\n\nSecond paragraph.");
        let names: Vec<&str> = schema.attributes.iter().map(|attribute| attribute.name.as_ref()).collect();
        assert_eq!(names, ["name", "type", "tags", "front", "spare", "lock", "anything"]);
        assert_eq!(schema.attributes[0].description, "Its name.");
        assert!(matches!(&schema.attributes[4].shape, crate::schema::Shape::Nested(Nesting::Map, _)));
        assert_eq!(schema.attributes[2].value_type(), Type::set(Type::String));
        let blocks: Vec<&str> = schema.blocks.iter().map(|block| block.name.as_ref()).collect();
        assert_eq!(blocks, ["bell", "timeouts"]);
    }

    #[test]
    fn the_places_of_members_are_those_in_an_object() {
        let schema = Bicycle::schema();
        let object = schema.empty_value();
        let names: Vec<&str> = object.as_members().unwrap().keys().map(AsRef::as_ref).collect();
        assert!(names.is_sorted() && names.len() == 9, "{names:?}");
        for attribute in &schema.attributes {
            assert_eq!(names[attribute.place], attribute.name);
        }
        for block in &schema.blocks {
            assert_eq!(names[block.place], block.name);
        }
        assert_eq!(place("lock", &names), names.iter().position(|name| *name == "lock").unwrap());
    }

    #[test]
    fn paths_are_made_of_field_names() {
        assert_eq!(Bicycle::r#type().to_string(), "type");
        assert_eq!(Bicycle::front().join(Wheel::size()).to_string(), "front.size");
    }

    #[test]
    fn a_model_survives_the_way_to_a_value_and_back() {
        let bicycle = Bicycle {
            name: "roadster".into(),
            tags: Attr::Known(BTreeSet::from(["b".to_owned(), "a".to_owned()])),
            front: Attr::Known(Wheel { size: Attr::Unknown }),
            spare: Attr::Unknown,
            anything: Attr::Known(Value::from("x").conform(&Type::Dynamic).unwrap()),
            bell: Attr::Known(vec![]),
            ..Bicycle::default()
        };
        assert_eq!(read::<Bicycle>(&bicycle.write()).unwrap(), bicycle);
    }

    #[test]
    fn a_value_of_the_wrong_shape_is_named_by_its_path() {
        let value = Value::object([("front", Value::object([("size", Value::Bool(true))]))]);
        let diagnostic = read::<Bicycle>(&value).unwrap_err();
        assert_eq!(diagnostic.attribute.unwrap().to_string(), "front.size");
    }
}
