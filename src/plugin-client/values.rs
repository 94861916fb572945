//! Values as JSON, for reading and writing by people; on the wire as core writes them, without the product's codec.
//!
//! Unknown values are the string [`UNKNOWN`]. What an object leaves out is null, or no blocks.

use rmpv::Value as Packed;
use serde_json::{Map, Value as Json, json};

use super::messages::DynamicValue;
use super::messages::schema::nested_block::NestingMode;
use super::messages::schema::{Attribute, Block, Object, object};

/// Stands for an unknown value.
pub const UNKNOWN: &str = "<unknown>";

/// The type of a block as JSON, such as `["object",{"a":"string"}]`.
pub(crate) fn type_of_block(block: &Block) -> Json {
    let mut members = type_of_attributes(&block.attributes);
    for nested in &block.block_types {
        let body = type_of_block(nested.block.as_ref().expect("a body"));
        let nested_type = match nested.nesting() {
            NestingMode::Single | NestingMode::Group => body,
            NestingMode::List => json!(["list", body]),
            NestingMode::Set => json!(["set", body]),
            NestingMode::Map => json!(["map", body]),
            NestingMode::Invalid => panic!("no nesting mode"),
        };
        members.insert(nested.type_name.clone(), nested_type);
    }
    json!(["object", members])
}

fn type_of_attributes(attributes: &[Attribute]) -> Map<String, Json> {
    attributes.iter().map(|attribute| (attribute.name.clone(), type_of_attribute(attribute))).collect()
}

fn type_of_attribute(attribute: &Attribute) -> Json {
    match &attribute.nested_type {
        Some(nested) => type_of_object(nested),
        None => serde_json::from_slice(&attribute.r#type).expect("a type"),
    }
}

fn type_of_object(nested: &Object) -> Json {
    let body = json!(["object", type_of_attributes(&nested.attributes)]);
    match nested.nesting() {
        object::NestingMode::Single => body,
        object::NestingMode::List => json!(["list", body]),
        object::NestingMode::Set => json!(["set", body]),
        object::NestingMode::Map => json!(["map", body]),
        object::NestingMode::Invalid => panic!("no nesting mode"),
    }
}

/// Completes a configuration as core does: attributes left out are null, blocks left out are none.
pub fn complete(block: &Block, value: &Json) -> Json {
    let Json::Object(given) = value else { return value.clone() };
    let mut all = complete_attributes(&block.attributes, given);
    for nested in &block.block_types {
        let body = nested.block.as_ref().expect("a body");
        let none = match nested.nesting() {
            NestingMode::List | NestingMode::Set => json!([]),
            NestingMode::Map => json!({}),
            _ => Json::Null,
        };
        let blocks = match given.get(&nested.type_name).cloned().unwrap_or(none) {
            Json::Array(blocks) => blocks.iter().map(|value| complete(body, value)).collect(),
            Json::Object(blocks) if nested.nesting() == NestingMode::Map => {
                blocks.iter().map(|(key, value)| (key.clone(), complete(body, value))).collect()
            }
            one => complete(body, &one),
        };
        all.insert(nested.type_name.clone(), blocks);
    }
    let known = |name: &String| all.contains_key(name);
    let surplus: Vec<_> = given.keys().filter(|name| !known(name)).collect();
    assert!(surplus.is_empty(), "the schema has no {surplus:?}");
    Json::Object(all)
}

fn complete_attributes(attributes: &[Attribute], given: &Map<String, Json>) -> Map<String, Json> {
    let complete = |attribute: &Attribute| {
        let value = given.get(&attribute.name).cloned().unwrap_or_default();
        let value = match &attribute.nested_type {
            Some(nested) => map_objects(nested, &value, &|given| {
                Json::Object(complete_attributes(&nested.attributes, given))
            }),
            None => value,
        };
        (attribute.name.clone(), value)
    };
    attributes.iter().map(complete).collect()
}

fn map_objects(nested: &Object, value: &Json, change: &dyn Fn(&Map<String, Json>) -> Json) -> Json {
    match (nested.nesting(), value) {
        (object::NestingMode::Single, Json::Object(members)) => change(members),
        (object::NestingMode::Map, Json::Object(members)) => {
            let members = members
                .iter()
                .map(|(key, value)| (key.clone(), value.as_object().map_or(Json::Null, change)));
            Json::Object(members.collect())
        }
        (_, Json::Array(values)) => {
            values.iter().map(|value| value.as_object().map_or(Json::Null, change)).collect()
        }
        (_, other) => other.clone(),
    }
}

/// Merges configuration and prior state as core does before it asks for a plan: what is configured wins, and where
/// nothing is and the provider may decide, the prior value stays.
pub(crate) fn propose(block: &Block, prior: Option<&Json>, config: &Json) -> Json {
    let mut proposed = config.clone();
    let (Some(Json::Object(prior)), Some(members)) = (prior, proposed.as_object_mut()) else {
        return proposed;
    };
    propose_attributes(&block.attributes, prior, members);
    proposed
}

fn propose_attributes(attributes: &[Attribute], prior: &Map<String, Json>, config: &mut Map<String, Json>) {
    for attribute in attributes {
        let before = prior.get(&attribute.name).cloned().unwrap_or_default();
        let value = config.entry(attribute.name.clone()).or_insert(Json::Null);
        let single = attribute.nested_type.as_ref().filter(|n| n.nesting() == object::NestingMode::Single);
        if value.is_null() && attribute.computed {
            *value = before;
        } else if let (Some(nested), Json::Object(members), Json::Object(before)) = (single, value, &before) {
            propose_attributes(&nested.attributes, before, members);
        }
    }
}

/// A value on the wire.
pub(crate) fn to_wire(ty: &Json, value: &Json) -> DynamicValue {
    let mut msgpack = Vec::new();
    rmpv::encode::write_value(&mut msgpack, &pack(ty, value)).expect("msgpack");
    DynamicValue { msgpack, json: Vec::new() }
}

fn pack(ty: &Json, value: &Json) -> Packed {
    if value == UNKNOWN {
        return Packed::Ext(0, vec![0]);
    }
    let parts = ty.as_array().map(|parts| (parts[0].as_str().expect("a kind"), &parts[1]));
    match (parts, value) {
        (_, Json::Null) => Packed::Nil,
        (None, _) if ty == "dynamic" => {
            let own = implied(value);
            Packed::Array(vec![Packed::Binary(own.to_string().into_bytes()), pack(&own, value)])
        }
        (None, Json::String(text)) => Packed::from(text.as_str()),
        (None, Json::Bool(flag)) => Packed::from(*flag),
        (None, Json::Number(number)) => match (number.as_i64(), number.as_f64()) {
            (Some(number), _) => Packed::from(number),
            (None, number) => Packed::from(number.expect("a number")),
        },
        (Some(("list" | "set", element)), Json::Array(values)) => {
            Packed::Array(values.iter().map(|value| pack(element, value)).collect())
        }
        (Some(("tuple", types)), Json::Array(values)) => {
            let types = types.as_array().expect("types");
            Packed::Array(types.iter().zip(values).map(|(ty, value)| pack(ty, value)).collect())
        }
        (Some(("map", element)), Json::Object(members)) => {
            let members =
                members.iter().map(|(key, value)| (Packed::from(key.as_str()), pack(element, value)));
            Packed::Map(members.collect())
        }
        (Some(("object", types)), Json::Object(members)) => {
            let types = types.as_object().expect("types").iter();
            let null = Json::Null;
            let value = |name: &String| members.get(name).unwrap_or(&null);
            Packed::Map(
                types.map(|(name, ty)| (Packed::from(name.as_str()), pack(ty, value(name)))).collect(),
            )
        }
        (_, value) => panic!("{value} is no {ty}"),
    }
}

fn implied(value: &Json) -> Json {
    match value {
        Json::Null => json!("dynamic"),
        Json::Bool(_) => json!("bool"),
        Json::Number(_) => json!("number"),
        Json::String(_) => json!("string"),
        Json::Array(values) => json!(["tuple", values.iter().map(implied).collect::<Vec<_>>()]),
        Json::Object(members) => {
            let types: Map<_, _> =
                members.iter().map(|(name, value)| (name.clone(), implied(value))).collect();
            json!(["object", types])
        }
    }
}

/// A value from the wire; null when there is none. Numbers that came as text stay text.
pub(crate) fn from_wire(value: Option<&DynamicValue>) -> Json {
    let bytes = value.map(|value| value.msgpack.as_slice()).unwrap_or_default();
    if bytes.is_empty() {
        return Json::Null;
    }
    unpack(rmpv::decode::read_value(&mut &*bytes).expect("msgpack"))
}

fn unpack(packed: Packed) -> Json {
    match packed {
        Packed::Nil => Json::Null,
        Packed::Boolean(flag) => flag.into(),
        Packed::Integer(number) => number.as_i64().map_or_else(|| json!(number.as_u64()), Json::from),
        Packed::F32(number) => number.into(),
        Packed::F64(number) => number.into(),
        Packed::String(text) => text.into_str().expect("UTF-8").into(),
        Packed::Ext(..) => UNKNOWN.into(),
        Packed::Array(mut parts) if matches!(parts.first(), Some(Packed::Binary(_))) => {
            unpack(parts.remove(1))
        }
        Packed::Array(parts) => parts.into_iter().map(unpack).collect(),
        Packed::Map(members) => {
            let member =
                |(key, value): (Packed, Packed)| (key.as_str().expect("a name").to_owned(), unpack(value));
            Json::Object(members.into_iter().map(member).collect())
        }
        Packed::Binary(_) => panic!("bytes where a value is expected"),
    }
}
