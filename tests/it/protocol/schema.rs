//! What cores check when they load a schema; each of these would make the whole provider unusable.

use crate::support::plugin;
use std::collections::{BTreeMap, BTreeSet};

use prost::Message as _;
use serde_json::Value as Json;

use framework::protocol::wire::tfplugin6::schema::nested_block::NestingMode;
use framework::protocol::wire::tfplugin6::schema::{Attribute, Block, object};
use framework::protocol::wire::tfplugin6::{get_functions, get_metadata};

/// Collects what is wrong, with the place.
#[derive(Default)]
struct Findings(Vec<String>);

impl Findings {
    fn check(&mut self, fine: bool, place: &str, wrong: &str) {
        if !fine {
            self.0.push(format!("{place}: {wrong}"));
        }
    }

    fn block(&mut self, place: &str, block: &Block, in_set: bool) {
        self.attributes(place, &block.attributes, in_set);
        let names: BTreeSet<_> = block.attributes.iter().map(|attribute| &attribute.name).collect();
        for nested in &block.block_types {
            let place = format!("{place}.{}", nested.type_name);
            self.check(is_name(&nested.type_name), &place, "no valid name");
            self.check(!names.contains(&nested.type_name), &place, "attribute and block");
            let (min, max) = (nested.min_items, nested.max_items);
            match nested.nesting() {
                NestingMode::Single => {
                    self.check(min == max && (0..=1).contains(&min), &place, "single: items");
                }
                NestingMode::Group | NestingMode::Map => {
                    self.check((min, max) == (0, 0), &place, "items set");
                }
                NestingMode::List | NestingMode::Set => {
                    self.check(max == 0 || min <= max, &place, "fewer at most than at least");
                }
                NestingMode::Invalid => self.check(false, &place, "no nesting mode"),
            }
            let in_set = in_set || nested.nesting() == NestingMode::Set;
            self.block(&place, nested.block.as_ref().expect("a body"), in_set);
        }
    }

    fn attributes(&mut self, place: &str, attributes: &[Attribute], in_set: bool) {
        let names: BTreeSet<_> = attributes.iter().map(|attribute| &attribute.name).collect();
        self.check(names.len() == attributes.len(), place, "an attribute twice");
        for attribute in attributes {
            let place = format!("{place}.{}", attribute.name);
            let Attribute { required, optional, computed, write_only, .. } = *attribute;
            self.check(is_name(&attribute.name), &place, "no valid name");
            self.check(required || optional || computed, &place, "neither required, optional nor computed");
            self.check(!(required && (optional || computed)), &place, "required and more");
            self.check(!write_only || !computed && !in_set, &place, "write-only where it can't be");
            self.check(attribute.deprecated || attribute.deprecation_message.is_empty(), &place, "advice");
            self.check(!attribute.description.is_empty(), &place, "no description");
            match (&attribute.nested_type, attribute.r#type.as_slice()) {
                (Some(nested), []) => {
                    self.check(nested.nesting() != object::NestingMode::Invalid, &place, "no nesting mode");
                    let in_set = in_set || nested.nesting() == object::NestingMode::Set;
                    self.attributes(&place, &nested.attributes, in_set);
                }
                (None, ty) => {
                    let ty: Option<Json> = serde_json::from_slice(ty).ok();
                    self.check(ty.as_ref().is_some_and(is_type), &place, "no type");
                    let dynamic = ty.is_some_and(|ty| ty.to_string().contains("\"dynamic\""));
                    self.check(!(in_set && dynamic), &place, "dynamic in a set");
                }
                _ => self.check(false, &place, "type and nested type"),
            }
        }
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn is_type(ty: &Json) -> bool {
    match ty {
        Json::String(name) => ["string", "number", "bool", "dynamic"].contains(&name.as_str()),
        Json::Array(parts) => match (parts.first().and_then(Json::as_str), parts.get(1)) {
            (Some("list" | "set" | "map"), Some(element)) => is_type(element),
            (Some("tuple"), Some(Json::Array(types))) => types.iter().all(is_type),
            (Some("object"), Some(Json::Object(types))) => types.values().all(is_type),
            _ => false,
        },
        _ => false,
    }
}

#[tokio::test]
async fn every_core_accepts_the_schema() {
    let plugin = plugin::start(&BTreeMap::new()).await;
    let schema = plugin.schema().await;
    let mut findings = Findings::default();
    let provider = schema.provider.as_ref().expect("a provider schema, even an empty one");
    let all = [("provider", provider)].into_iter();
    let all = all.chain(schema.resource_schemas.iter().map(|(name, schema)| (name.as_str(), schema)));
    for (name, schema) in
        all.chain(schema.data_source_schemas.iter().map(|(name, schema)| (name.as_str(), schema)))
    {
        findings.check(schema.version >= 0, name, "negative version");
        findings.check(
            name == "provider" || name.starts_with("proofpoint_"),
            name,
            "another provider's prefix",
        );
        let block = schema.block.as_ref().expect("a body");
        findings.check(!block.description.is_empty(), name, "no description");
        findings.block(name, block, false);
    }
    for (name, identity) in &plugin.identities().await.identity_schemas {
        findings.check(schema.resource_schemas.contains_key(name), name, "an identity of no resource");
        for attribute in &identity.identity_attributes {
            let place = format!("{name}.{}", attribute.name);
            findings.check(attribute.required_for_import != attribute.optional_for_import, &place, "import");
            let ty: Json = serde_json::from_slice(&attribute.r#type).expect("a type");
            findings.check(ty.is_string() || ty[0] == "list" && ty[1].is_string(), &place, "not flat");
        }
    }
    for (name, function) in &schema.functions {
        let parameters: Vec<_> = function.parameters.iter().chain(&function.variadic_parameter).collect();
        let names: BTreeSet<_> = parameters.iter().map(|parameter| &parameter.name).collect();
        findings.check(names.len() == parameters.len(), name, "a parameter twice");
        let returns = function.r#return.as_ref().map(|returns| returns.r#type.as_slice()).unwrap_or_default();
        for ty in parameters.iter().map(|parameter| parameter.r#type.as_slice()).chain([returns]) {
            findings.check(serde_json::from_slice(ty).is_ok_and(|ty: Json| is_type(&ty)), name, "no type");
        }
    }
    assert!(findings.0.is_empty(), "{}", findings.0.join("\n"));
    assert_eq!(schema.diagnostics, []);
}

#[tokio::test]
async fn metadata_and_functions_agree_with_the_schema() {
    let plugin = plugin::start(&BTreeMap::new()).await;
    let schema = plugin.schema().await;
    let metadata = plugin.rpc().get_metadata(get_metadata::Request {}).await.unwrap().into_inner();
    assert_eq!(metadata.server_capabilities, schema.server_capabilities);
    let resources: Vec<_> = metadata.resources.iter().map(|resource| &resource.type_name).collect();
    assert_eq!(resources, schema.resource_schemas.keys().collect::<Vec<_>>());
    let functions = plugin.rpc().get_functions(get_functions::Request {}).await.unwrap().into_inner();
    assert_eq!(functions.functions, schema.functions);
}

#[tokio::test]
async fn the_schema_is_the_same_bytes_every_time() {
    let (one, other) = (plugin::start(&BTreeMap::new()).await, plugin::start(&BTreeMap::new()).await);
    assert_eq!(one.schema().await.encode_to_vec(), other.schema().await.encode_to_vec());
}
