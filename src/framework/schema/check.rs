//! What core checks when it loads a schema, and what it should: run by a unit test of the provider.

use std::collections::BTreeSet;

use super::{Attribute, Block, DefaultValue, Nesting, Schema, Shape};
use crate::path::Path;
use crate::value::{Type, Value};

/// What a schema describes; it decides which names are reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaKind {
    /// The provider block.
    Provider,
    /// A resource.
    Resource,
    /// A data source.
    DataSource,
    /// An ephemeral resource, a list or an action.
    Stateless,
}

impl SchemaKind {
    const fn reserved(self) -> &'static [&'static str] {
        match self {
            Self::Provider => &["version", "alias"],
            Self::Resource | Self::DataSource | Self::Stateless => {
                &["count", "for_each", "depends_on", "lifecycle", "provider", "provisioner", "connection"]
            }
        }
    }
}

/// Everything wrong with a schema, one line each; empty when core will accept it.
pub fn check_schema(kind: SchemaKind, schema: &Schema) -> Vec<String> {
    let mut found = Findings::default();
    if schema.version < 0 {
        found.push(&Path::root(), "the version is negative");
    }
    for name in schema.names() {
        if kind.reserved().contains(&name) {
            found.push(&Path::attribute(name.to_owned()), "the name is reserved by core");
        }
    }
    found.body(
        &Path::root(),
        schema,
        Inside {
            collection_of_blocks: false,
            data: matches!(kind, SchemaKind::DataSource | SchemaKind::Stateless),
            // What nobody has to find in a state again: the default is read where nothing was written.
            stateless: kind == SchemaKind::Stateless,
            ..Inside::ROOT
        },
    );
    found.0
}

/// Everything wrong with an identity schema.
pub fn check_identity(schema: &Schema) -> Vec<String> {
    let mut found = Findings::default();
    if schema.version < 0 {
        found.push(&Path::root(), "the version is negative");
    }
    if !schema.blocks.is_empty() {
        found.push(&Path::root(), "an identity has no blocks");
    }
    for attribute in &schema.attributes {
        let path = Path::attribute(attribute.name.clone());
        found.name(&path, &attribute.name);
        if attribute.required_for_import == attribute.optional_for_import {
            found.push(&path, "must be either `required_for_import` or `optional_for_import`");
        }
        let primitive = |ty: &Type| matches!(ty, Type::String | Type::Number | Type::Bool);
        match &attribute.shape {
            Shape::Plain(ty) if primitive(ty) => {}
            Shape::Plain(Type::List(element)) if primitive(element) => {}
            _ => found
                .push(&path, "is neither a primitive nor a list of primitives, which an identity requires"),
        }
    }
    found.0
}

/// What surrounds an attribute.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about the surroundings")]
struct Inside {
    set: bool,
    collection_of_blocks: bool,
    nested_attribute: bool,
    data: bool,
    stateless: bool,
}

impl Inside {
    const ROOT: Self = Self {
        set: false,
        collection_of_blocks: false,
        nested_attribute: false,
        data: false,
        stateless: false,
    };
}

#[derive(Default)]
struct Findings(Vec<String>);

impl Findings {
    fn push(&mut self, path: &Path, what: &str) {
        self.0.push(if path.is_root() { what.to_owned() } else { format!("{path}: {what}") });
    }

    fn name(&mut self, path: &Path, name: &str) {
        let starts = name.bytes().next().is_some_and(|first| first.is_ascii_lowercase());
        if !starts || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
            self.push(
                path,
                "a name starts with a lower-case letter and holds only such letters, digits and underscores",
            );
        }
    }

    fn body(&mut self, path: &Path, schema: &Schema, inside: Inside) {
        let mut seen = BTreeSet::new();
        let attributes = schema.attributes.iter().map(|attribute| &attribute.name);
        for name in attributes.chain(schema.blocks.iter().map(|block| &block.name)) {
            let path = path.clone().join(Path::attribute(name.clone()));
            self.name(&path, name);
            if !seen.insert(name) {
                self.push(&path, "the name is used twice");
            }
        }
        if inside.nested_attribute && !schema.blocks.is_empty() {
            self.push(path, "a nested attribute can't hold blocks");
        }
        for attribute in &schema.attributes {
            self.attribute(&path.clone().join(Path::attribute(attribute.name.clone())), attribute, inside);
        }
        for block in &schema.blocks {
            self.block(&path.clone().join(Path::attribute(block.name.clone())), block, inside);
        }
    }

    fn attribute(&mut self, path: &Path, attribute: &Attribute, inside: Inside) {
        let Attribute { required, optional, computed, write_only, .. } = *attribute;
        for (wrong, what) in [
            (!required && !optional && !computed, "must be required, optional or computed"),
            (required && optional, "can't be both required and optional"),
            (required && computed, "can't be both required and computed"),
            (
                attribute.required_for_import || attribute.optional_for_import,
                "only identities have import rules",
            ),
            (write_only && computed, "a write-only attribute can't be computed"),
            (write_only && inside.set, "a set can't hold write-only attributes"),
            (
                inside.set && attribute.default.is_some(),
                "a set can't hold attributes with defaults, which could make its elements equal",
            ),
            (write_only && inside.data, "what has no state can't hold write-only attributes"),
            (write_only && attribute.default.is_some(), "a write-only attribute can't have a default"),
            (
                attribute.default.is_some() && !(optional && (computed || inside.stateless)),
                "an attribute with a default must be optional and computed",
            ),
            (attribute.description.is_empty(), "has no description"),
        ] {
            if wrong {
                self.push(path, what);
            }
        }
        match &attribute.shape {
            Shape::Plain(ty) => {
                if inside.set && ty.contains_dynamic() {
                    self.push(path, "a set can't hold attributes of dynamic type");
                }
                if inside.collection_of_blocks && ty.contains_dynamic() {
                    self.push(path, "collections of blocks can't hold attributes of dynamic type");
                }
                if matches!(ty, Type::Set(element) if element.contains_dynamic()) {
                    self.push(path, "a set can't hold values of dynamic type");
                }
            }
            Shape::Nested(nesting, body) => {
                let inside =
                    Inside { set: inside.set || *nesting == Nesting::Set, nested_attribute: true, ..inside };
                self.body(path, body, inside);
            }
        }
        self.default_value(path, attribute);
    }

    fn default_value(&mut self, path: &Path, attribute: &Attribute) {
        match &attribute.default {
            None => {}
            Some(DefaultValue::Members) if matches!(attribute.shape, Shape::Nested(Nesting::Single, _)) => {}
            Some(DefaultValue::Members) => {
                self.push(path, "only a nested model can have the default of its members");
            }
            Some(DefaultValue::Value(value)) => {
                if !value.is_wholly_known() {
                    self.push(path, "the default is not wholly known");
                }
                match value.clone().conform(&attribute.value_type()) {
                    Ok(conformed) if conformed == *value && *value != Value::Null => {}
                    _ => self.push(path, "the default does not fit the attribute's type"),
                }
            }
        }
    }

    fn block(&mut self, path: &Path, block: &Block, inside: Inside) {
        let Block { min_items, max_items, .. } = *block;
        match block.nesting {
            Nesting::Single if min_items > 1 || max_items > 1 => {
                self.push(path, "the number of single blocks is at most 1");
            }
            Nesting::Map if min_items != 0 || max_items != 0 => {
                self.push(path, "the number of blocks by label can't be limited");
            }
            _ if max_items != 0 && min_items > max_items => {
                self.push(path, "the least number of blocks is above the largest");
            }
            _ => {}
        }
        if block.body.names().is_empty() {
            self.push(path, "the field of a block must be a model");
        }
        let inside = Inside {
            set: inside.set || block.nesting == Nesting::Set,
            collection_of_blocks: inside.collection_of_blocks || block.nesting != Nesting::Single,
            ..inside
        };
        self.body(path, &block.body, inside);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::rules::{Rules, block, computed, optional, required, required_for_import};

    fn schema_of(fields: Vec<(&'static str, Shape, Rules)>) -> Schema {
        let mut schema = Schema::new("A thing.".to_owned());
        for (name, shape, rules) in fields {
            schema.field(name, "A field.".to_owned(), shape, rules);
        }
        schema
    }

    fn text() -> Shape {
        Shape::Plain(Type::String)
    }

    fn first(name: &'static str, shape: Shape, rules: Rules) -> Option<String> {
        check_schema(SchemaKind::Resource, &schema_of(vec![(name, shape, rules)])).into_iter().next()
    }

    #[test]
    fn a_sound_schema_has_no_findings() {
        assert_eq!(first("a", text(), optional().computed().default_value("x")), None);
        let nested = schema_of(vec![("b", Shape::Plain(Type::Dynamic), required())]);
        assert_eq!(first("a", Shape::Nested(Nesting::Single, nested), block()), None);
    }

    #[test]
    fn names_that_no_configuration_can_use_are_found() {
        assert_eq!(first("for_each", text(), required()).unwrap(), "for_each: the name is reserved by core");
        assert!(first("Upper", text(), required()).is_some());
        let provider = schema_of(vec![("alias", text(), optional())]);
        assert_eq!(check_schema(SchemaKind::Provider, &provider).len(), 1);
        let twice = schema_of(vec![("a", text(), optional()), ("a", text(), optional())]);
        assert_eq!(check_schema(SchemaKind::Resource, &twice), ["a: the name is used twice"]);
    }

    #[test]
    fn contradicting_rules_are_found() {
        for (rules, finding) in [
            (required().computed(), "a: can't be both required and computed"),
            (optional().default_value("x"), "a: an attribute with a default must be optional and computed"),
            (computed().write_only(), "a: a write-only attribute can't be computed"),
            (
                optional().computed().default_value(vec!["x"]),
                "a: the default does not fit the attribute's type",
            ),
            (required_for_import(), "a: must be required, optional or computed"),
        ] {
            assert_eq!(first("a", text(), rules).unwrap(), finding);
        }
        let default = schema_of(vec![("a", text(), optional().default_value("x"))]);
        assert_eq!(check_schema(SchemaKind::Stateless, &default), Vec::<String>::new());
        assert_eq!(check_schema(SchemaKind::DataSource, &default).len(), 1);
    }

    #[test]
    fn sets_hold_neither_dynamic_nor_write_only_attributes() {
        let dynamic = schema_of(vec![("b", Shape::Plain(Type::Dynamic), optional())]);
        assert_eq!(
            first("a", Shape::Nested(Nesting::Set, dynamic), optional()).unwrap(),
            "a.b: a set can't hold attributes of dynamic type"
        );
        let secret = schema_of(vec![("b", text(), optional().write_only())]);
        assert_eq!(
            first("a", Shape::Nested(Nesting::Set, secret), block()).unwrap(),
            "a.b: a set can't hold write-only attributes"
        );
    }

    #[test]
    fn identities_are_made_of_primitives_with_import_rules() {
        assert!(check_identity(&schema_of(vec![("a", text(), required_for_import())])).is_empty());
        assert_eq!(check_identity(&schema_of(vec![("a", text(), required())])).len(), 1);
        let set = Shape::Plain(Type::set(Type::String));
        assert_eq!(check_identity(&schema_of(vec![("a", set, required_for_import())])).len(), 1);
    }
}
