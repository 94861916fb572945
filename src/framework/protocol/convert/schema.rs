//! Schemas. Members are sorted by name, so that the same schema is always the same bytes.

use crate::protocol::wire::tfplugin6 as wire;
use crate::schema::{Attribute, Block, Nesting, Schema, Shape};
use wire::schema::nested_block::NestingMode as BlockNesting;
use wire::schema::object::NestingMode as ObjectNesting;

/// A schema with its version.
pub(crate) fn schema(schema: &Schema) -> wire::Schema {
    wire::Schema { version: schema.version, block: Some(body(schema)) }
}

/// The schema of an identity.
pub(crate) fn identity_schema(schema: &Schema) -> wire::ResourceIdentitySchema {
    let attribute = |attribute: &Attribute| wire::resource_identity_schema::IdentityAttribute {
        name: attribute.name.clone().into_owned(),
        r#type: attribute.value_type().to_json().into_bytes(),
        required_for_import: attribute.required_for_import,
        optional_for_import: attribute.optional_for_import,
        description: attribute.description.clone(),
    };
    let mut identity_attributes: Vec<_> = schema.attributes.iter().map(attribute).collect();
    identity_attributes.sort_by(|a, b| a.name.cmp(&b.name));
    wire::ResourceIdentitySchema { version: schema.version, identity_attributes }
}

fn body(schema: &Schema) -> wire::schema::Block {
    let mut block_types: Vec<_> = schema.blocks.iter().map(block).collect();
    block_types.sort_by(|a, b| a.type_name.cmp(&b.type_name));
    wire::schema::Block {
        version: 0,
        attributes: attributes(schema),
        block_types,
        description: schema.description.clone(),
        description_kind: wire::StringKind::Markdown.into(),
        deprecated: schema.deprecated.is_some(),
        deprecation_message: schema.deprecated.clone().unwrap_or_default(),
        computed: false,
    }
}

fn attributes(schema: &Schema) -> Vec<wire::schema::Attribute> {
    let mut attributes: Vec<_> = schema.attributes.iter().map(attribute).collect();
    attributes.sort_by(|a, b| a.name.cmp(&b.name));
    attributes
}

fn attribute(attribute: &Attribute) -> wire::schema::Attribute {
    let (r#type, nested_type) = match &attribute.shape {
        Shape::Plain(ty) => (ty.to_json().into_bytes(), None),
        Shape::Nested(nesting, schema) => (Vec::new(), Some(object(*nesting, schema))),
    };
    wire::schema::Attribute {
        name: attribute.name.clone().into_owned(),
        r#type,
        nested_type,
        description: attribute.description.clone(),
        required: attribute.required,
        optional: attribute.optional,
        computed: attribute.computed,
        sensitive: attribute.sensitive,
        description_kind: wire::StringKind::Markdown.into(),
        deprecated: attribute.deprecated.is_some(),
        write_only: attribute.write_only,
        deprecation_message: attribute.deprecated.clone().unwrap_or_default(),
    }
}

fn object(nesting: Nesting, schema: &Schema) -> wire::schema::Object {
    let nesting = match nesting {
        Nesting::Single => ObjectNesting::Single,
        Nesting::List => ObjectNesting::List,
        Nesting::Set => ObjectNesting::Set,
        Nesting::Map => ObjectNesting::Map,
    };
    wire::schema::Object { attributes: attributes(schema), nesting: nesting.into(), ..Default::default() }
}

fn block(block: &Block) -> wire::schema::NestedBlock {
    let nesting = match block.nesting {
        Nesting::Single => BlockNesting::Single,
        Nesting::List => BlockNesting::List,
        Nesting::Set => BlockNesting::Set,
        Nesting::Map => BlockNesting::Map,
    };
    wire::schema::NestedBlock {
        type_name: block.name.clone().into_owned(),
        block: Some(body(&block.body)),
        nesting: nesting.into(),
        min_items: i64::try_from(block.min_items).unwrap_or(i64::MAX),
        max_items: i64::try_from(block.max_items).unwrap_or(i64::MAX),
    }
}
