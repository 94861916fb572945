//! A whole provider, the framework's example, over the wire: what core sends and what it gets back.

use std::sync::Arc;

use super::call::Calls;
use super::provider::Rpcs;
use crate::example;
use crate::plugin::Lifecycle;
use crate::protocol::convert;
use crate::protocol::wire::tfplugin6::attribute_path::step::Selector;
use crate::protocol::wire::tfplugin6::{self as wire, DynamicValue, ResourceIdentityData};
use crate::service::Service;
use crate::value::{Type, Value};

const SHELF: &str = "library_shelf";

/// The example provider, configured, and the type of a shelf.
async fn library() -> (Rpcs, Type) {
    let service: Arc<dyn Service> = example::provider();
    let ty = service.resource_schema(SHELF).unwrap().value_type();
    let rpcs = Rpcs(Calls::new(service, Lifecycle::default()));
    let open = Value::object([("closed", Value::Null)]);
    let config =
        Some(convert::dynamic_value(&open, &Type::object([("closed".to_owned(), Type::Bool)])).unwrap());
    let request = wire::configure_provider::Request { config, ..Default::default() };
    let answer = rpcs.configure_provider(request).await.unwrap();
    assert_eq!(answer.diagnostics, []);
    (rpcs, ty)
}

/// A shelf in which everything but the given attributes is null.
fn shelf(ty: &Type, given: &[(&str, Value)]) -> Value {
    let Type::Object { attributes, .. } = ty else { panic!("an object") };
    let mut all = Value::object(attributes.keys().map(|name| (name.clone(), Value::Null)));
    let Value::Map(members) = &mut all else { panic!("a map") };
    for (name, value) in given {
        assert!(members.insert((*name).to_owned().into(), value.clone()).is_some(), "no attribute {name}");
    }
    all
}

#[expect(clippy::unnecessary_wraps, reason = "the fields it is for are optional")]
fn packed(value: &Value, ty: &Type) -> Option<DynamicValue> {
    Some(convert::dynamic_value(value, ty).unwrap())
}

fn unpacked(value: Option<&DynamicValue>, ty: &Type) -> Value {
    convert::value_of_dynamic(value, ty).unwrap()
}

async fn plan(
    rpcs: &Rpcs,
    prior: Option<DynamicValue>,
    proposed: Option<DynamicValue>,
    config: Option<DynamicValue>,
) -> wire::plan_resource_change::Response {
    let request = wire::plan_resource_change::Request {
        type_name: SHELF.to_owned(),
        prior_state: prior,
        proposed_new_state: proposed,
        config,
        ..Default::default()
    };
    let answer = rpcs.plan_resource_change(request).await.unwrap();
    assert_eq!(answer.diagnostics, []);
    answer
}

async fn apply(
    rpcs: &Rpcs,
    prior: Option<DynamicValue>,
    planned: wire::plan_resource_change::Response,
    config: Option<DynamicValue>,
) -> wire::apply_resource_change::Response {
    let request = wire::apply_resource_change::Request {
        type_name: SHELF.to_owned(),
        prior_state: prior,
        planned_state: planned.planned_state,
        config,
        planned_private: planned.planned_private,
        planned_identity: planned.planned_identity,
        ..Default::default()
    };
    let answer = rpcs.apply_resource_change(request).await.unwrap();
    assert_eq!(answer.diagnostics, []);
    answer
}

#[tokio::test]
async fn an_object_lives_from_its_plan_to_its_end() {
    let (rpcs, ty) = library().await;
    let config = packed(&shelf(&ty, &[("label", Value::string("a"))]), &ty);

    let planned = plan(&rpcs, None, config.clone(), config.clone()).await;
    let planned_value = unpacked(planned.planned_state.as_ref(), &ty);
    assert_eq!(planned_value.member("id"), &Value::Unknown);
    assert_eq!(planned_value.member("wood"), &Value::string("oak"));
    assert_eq!(planned.planned_identity, None, "an identity that is not wholly known is not sent");

    let created = apply(&rpcs, None, planned, config.clone()).await;
    let state = unpacked(created.new_state.as_ref(), &ty);
    assert_eq!(state.member("id"), &Value::string("1"));
    assert!(created.new_identity.is_some());

    let again = plan(&rpcs, created.new_state.clone(), created.new_state.clone(), config.clone()).await;
    assert_eq!(again.planned_state, created.new_state, "nothing changed, so nothing is planned");
    assert_eq!(again.requires_replace, []);

    let request = wire::read_resource::Request {
        type_name: SHELF.to_owned(),
        current_state: created.new_state.clone(),
        private: created.private.clone(),
        current_identity: created.new_identity.clone(),
        ..Default::default()
    };
    let read = rpcs.read_resource(request).await.unwrap();
    assert_eq!((&read.new_state, &read.new_identity), (&created.new_state, &created.new_identity));

    let raw_state = wire::RawState { json: state.to_json().unwrap().into_bytes(), ..Default::default() };
    let request = wire::upgrade_resource_state::Request {
        type_name: SHELF.to_owned(),
        version: 1,
        raw_state: Some(raw_state),
    };
    let upgraded = rpcs.upgrade_resource_state(request).await.unwrap();
    assert_eq!(upgraded.upgraded_state, created.new_state);

    let null = packed(&Value::Null, &ty);
    let destroyed = plan(&rpcs, created.new_state.clone(), null.clone(), null.clone()).await;
    assert_eq!(destroyed.planned_state, null);
    let gone = apply(&rpcs, created.new_state, destroyed, null.clone()).await;
    assert_eq!(gone.new_state, null);
}

#[tokio::test]
async fn a_change_that_replaces_says_where() {
    let (rpcs, ty) = library().await;
    let config = packed(&shelf(&ty, &[("label", Value::string("a"))]), &ty);
    let planned = plan(&rpcs, None, config.clone(), config.clone()).await;
    let created = apply(&rpcs, None, planned, config).await;

    let beech = [("label", Value::string("a")), ("wood", Value::string("beech"))];
    let config = packed(&shelf(&ty, &beech), &ty);
    let mut proposed = unpacked(created.new_state.as_ref(), &ty);
    let Value::Map(members) = &mut proposed else { panic!("a map") };
    members.insert("wood".into(), Value::string("beech"));
    let answer = plan(&rpcs, created.new_state, packed(&proposed, &ty), config).await;
    let selectors: Vec<_> = answer
        .requires_replace
        .iter()
        .flat_map(|path| &path.steps)
        .map(|step| step.selector.clone())
        .collect();
    assert_eq!(selectors, [Some(Selector::AttributeName("wood".to_owned()))]);
}

#[tokio::test]
async fn unknown_values_are_accepted_wherever_core_sends_them() {
    let (rpcs, ty) = library().await;
    let config = packed(&shelf(&ty, &[("label", Value::Unknown), ("light", Value::Unknown)]), &ty);
    let request = wire::validate_resource_config::Request {
        type_name: SHELF.to_owned(),
        config: config.clone(),
        ..Default::default()
    };
    let answer = rpcs.validate_resource_config(request).await.unwrap();
    assert_eq!(answer.diagnostics, []);
    let planned = plan(&rpcs, None, config.clone(), config).await;
    assert_eq!(unpacked(planned.planned_state.as_ref(), &ty).member("label"), &Value::Unknown);
}

#[tokio::test]
async fn an_object_is_imported_by_its_identity() {
    let (rpcs, ty) = library().await;
    let identity_type = Type::object([("id".to_owned(), Type::String)]);
    let identity = Value::object([("id", Value::string("7"))]);
    let request = wire::import_resource_state::Request {
        type_name: SHELF.to_owned(),
        identity: Some(ResourceIdentityData { identity_data: packed(&identity, &identity_type) }),
        ..Default::default()
    };
    let answer = rpcs.import_resource_state(request).await.unwrap();
    assert_eq!((answer.diagnostics.len(), answer.imported_resources.len()), (0, 1));
    let imported = &answer.imported_resources[0];
    assert_eq!(unpacked(imported.state.as_ref(), &ty), shelf(&ty, &[("id", Value::string("7"))]));
    assert_eq!(imported.identity.as_ref().unwrap().identity_data, packed(&identity, &identity_type));
}

#[tokio::test]
async fn what_needs_no_configuration_works_without() {
    let service: Arc<dyn Service> = example::provider();
    let ty = service.resource_schema(SHELF).unwrap().value_type();
    let rpcs = Rpcs(Calls::new(service, Lifecycle::default()));
    let config = packed(&shelf(&ty, &[("label", Value::string("a"))]), &ty);
    let request =
        wire::validate_resource_config::Request { type_name: SHELF.to_owned(), config, ..Default::default() };
    assert_eq!(rpcs.validate_resource_config(request).await.unwrap().diagnostics, []);

    let board = wire::RawState { json: br#"{"id":"9"}"#.to_vec(), ..Default::default() };
    let request = wire::move_resource_state::Request {
        source_provider_address: "registry.opentofu.org/acme/furniture".to_owned(),
        source_type_name: "furniture_board".to_owned(),
        source_state: Some(board),
        target_type_name: SHELF.to_owned(),
        ..Default::default()
    };
    let moved = rpcs.move_resource_state(request).await.unwrap();
    assert_eq!(moved.diagnostics, []);
    assert_eq!(unpacked(moved.target_state.as_ref(), &ty).member("id"), &Value::string("9"));

    let text = DynamicValue { json: br#""quiet""#.to_vec(), ..Default::default() };
    let request = wire::call_function::Request { name: "shout".to_owned(), arguments: vec![text] };
    let answer = rpcs.call_function(request).await.unwrap();
    assert_eq!(unpacked(answer.result.as_ref(), &Type::String), Value::string("QUIET"));
}

#[tokio::test]
async fn a_data_source_returns_its_arguments_and_results() {
    let (rpcs, _) = library().await;
    let members = [("count_of_shelves".to_owned(), Type::Number), ("wood".to_owned(), Type::String)];
    let ty = Type::object(members);
    let config = Value::object([("count_of_shelves", Value::Null), ("wood", Value::Null)]);
    let request = wire::read_data_source::Request {
        type_name: "library_shelf_count".to_owned(),
        config: packed(&config, &ty),
        ..Default::default()
    };
    let answer = rpcs.read_data_source(request).await.unwrap();
    assert_eq!(answer.diagnostics, []);
    let expected =
        Value::object([("count_of_shelves", Value::Number(0_i64.into())), ("wood", Value::string("oak"))]);
    assert_eq!(unpacked(answer.state.as_ref(), &ty), expected);
}

#[tokio::test]
async fn the_schema_holds_everything_the_models_say() {
    let (rpcs, _) = library().await;
    let request = wire::get_provider_schema::Request {};
    let schema = rpcs.get_provider_schema(request).await.unwrap();
    let body = schema.resource_schemas[SHELF].block.clone().unwrap();
    let names: Vec<_> = body.attributes.iter().map(|attribute| attribute.name.as_str()).collect();
    assert!(names.is_sorted());
    let of = |name: &str| body.attributes.iter().find(|attribute| attribute.name == name).unwrap();
    assert_eq!((of("label").required, of("label").r#type.as_slice()), (true, br#""string""#.as_slice()));
    assert!(of("key").write_only && of("key").optional && !of("key").computed);
    assert_eq!(of("label").description, "What stands on it. Need not be unique.");
    let light = of("light").nested_type.as_ref().unwrap();
    assert!(of("light").r#type.is_empty());
    assert_eq!(light.attributes.len(), 2);
    assert_eq!(body.block_types[0].type_name, "timeouts");
    assert_eq!(schema.resource_schemas[SHELF].version, 1);

    let request = wire::get_resource_identity_schemas::Request {};
    let identities = rpcs.get_resource_identity_schemas(request).await.unwrap();
    let attribute = &identities.identity_schemas[SHELF].identity_attributes[0];
    assert!(attribute.required_for_import && !attribute.optional_for_import);
}
