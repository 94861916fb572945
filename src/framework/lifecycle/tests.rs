//! The life cycle as a server drives it, with the example resource.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::attr::{Attr, AttributeType};
use crate::diagnostic::Diagnostics;
use crate::example::{Library, Light, Shelf, provider};
use crate::model;
use crate::plan::verify;
use crate::provider::Provider;
use crate::service::{
    ApplyRequest, ClientCapabilities, ConfigureRequest, ImportTarget, MoveRequest, PlanRequest, PlanResponse,
    ReadRequest, Service, StateResponse,
};
use crate::timeouts::DefaultTimeouts;
use crate::value::Value;

fn configured() -> Arc<Provider<Library>> {
    configured_with(Value::Null)
}

fn configured_with(closed: Value) -> Arc<Provider<Library>> {
    let provider = provider();
    let config = Value::object([("closed", closed)]);
    let diagnostics = provider.configure(ConfigureRequest { config, terraform_version: "1.15.0".to_owned() });
    assert!(!diagnostics.has_errors());
    provider
}

fn labelled(label: &str) -> Shelf {
    Shelf { label: label.into(), ..Shelf::default() }
}

fn name() -> String {
    "library_shelf".to_owned()
}

/// Core's merge, as far as these tests need it: what is not configured keeps what it was.
fn proposed(prior: &Value, config: &Value) -> Value {
    match (prior, config) {
        (Value::Map(prior), Value::Map(config)) => Value::object(config.iter().map(|(name, config)| {
            let prior = prior.get(name).cloned().unwrap_or_default();
            let kept = config.is_null() && name != "timeouts" && name != "key_version";
            (name.clone(), if kept { prior } else { config.clone() })
        })),
        _ => config.clone(),
    }
}

async fn plan(provider: &dyn Service, before: &StateResponse, config: &Value) -> PlanResponse {
    let request = PlanRequest {
        type_name: name(),
        prior: before.state.clone(),
        proposed: proposed(&before.state, config),
        config: config.clone(),
        prior_private: before.private.clone(),
        prior_identity: before.identity.clone(),
    };
    provider.plan(request).await
}

async fn apply(
    provider: &dyn Service,
    before: &StateResponse,
    config: &Value,
    plan: PlanResponse,
) -> StateResponse {
    let request = ApplyRequest {
        type_name: name(),
        prior: before.state.clone(),
        planned: plan.planned,
        config: config.clone(),
        planned_private: plan.planned_private,
        planned_identity: plan.planned_identity,
        abandoned: CancellationToken::new(),
    };
    provider.apply(request).await
}

async fn read(provider: &dyn Service, stored: &StateResponse) -> StateResponse {
    let request = ReadRequest {
        type_name: name(),
        current: stored.state.clone(),
        private: stored.private.clone(),
        identity: stored.identity.clone(),
    };
    provider.read(request).await
}

async fn created(provider: &dyn Service, config: &Shelf) -> StateResponse {
    let (nothing, config) = (StateResponse::default(), config.write());
    let planned = plan(provider, &nothing, &config).await;
    assert_eq!(planned.diagnostics, Diagnostics::new());
    let applied = apply(provider, &nothing, &config, planned).await;
    assert_eq!(applied.diagnostics, Diagnostics::new());
    applied
}

fn shelf(response: &StateResponse) -> Shelf {
    model::read(&response.state).unwrap()
}

fn first(diagnostics: &Diagnostics) -> String {
    diagnostics.iter().next().map(|d| format!("{}: {}", d.summary, d.detail)).unwrap_or_default()
}

#[test]
fn the_schemas_pass_what_core_checks() {
    assert_eq!(provider().check(), Vec::<String>::new());
}

#[tokio::test]
async fn a_created_shelf_is_planned_without_changes() {
    let provider = configured();
    let config = Shelf { key: "secret".into(), key_version: 1.into(), ..labelled("Novels") };
    let stored = created(&*provider, &config).await;
    assert_eq!(shelf(&stored).key, Attr::Null);
    assert_eq!(shelf(&stored).wood, "oak".into());
    assert_eq!(stored.identity, Some(Value::object([("id", Value::from("1"))])));
    assert_eq!(stored.private, b"");

    let fresh = read(&*provider, &stored).await;
    assert!(
        fresh.state == stored.state && fresh.private == stored.private && fresh.identity == stored.identity
    );
    let planned = plan(&*provider, &fresh, &config.write()).await;
    assert!(planned.planned == stored.state && planned.requires_replace.is_empty());
}

#[tokio::test]
async fn no_change_begins_once_the_user_has_interrupted_or_nobody_waits_for_it() {
    let provider = configured();
    let (nothing, config) = (StateResponse::default(), labelled("Novels").write());
    let request = |plan: PlanResponse, abandoned| ApplyRequest {
        type_name: name(),
        prior: Value::Null,
        planned: plan.planned,
        config: config.clone(),
        planned_private: plan.planned_private,
        planned_identity: None,
        abandoned,
    };
    let (gone, waiting) = (CancellationToken::new(), CancellationToken::new());
    gone.cancel();
    let planned = plan(&*provider, &nothing, &config).await;
    let applied = provider.apply(request(planned, gone)).await;
    assert!(applied.state.is_null() && first(&applied.diagnostics).starts_with("Interrupted: "));
    let planned = plan(&*provider, &nothing, &config).await;
    provider.stop();
    let applied = provider.apply(request(planned, waiting)).await;
    assert!(applied.state.is_null() && first(&applied.diagnostics).starts_with("Interrupted: "));
    provider.with_clients(|library| assert!(library.shelves.lock().unwrap().is_empty()));
}

#[tokio::test]
async fn a_new_key_version_changes_only_what_it_decides() {
    let provider = configured();
    let config = Shelf { key: "a".into(), key_version: 1.into(), ..labelled("Novels") };
    let stored = created(&*provider, &config).await;
    let config = Shelf { key: "b".into(), key_version: 2.into(), ..config }.write();
    let planned = plan(&*provider, &stored, &config).await;
    let model: Shelf = model::read(&planned.planned).unwrap();
    assert_eq!((model.id, model.key_changes), ("1".into(), Attr::Unknown));
    let applied = apply(&*provider, &stored, &config, planned).await;
    assert_eq!(applied.diagnostics, Diagnostics::new());
    assert_eq!(shelf(&applied).key_changes, 1.into());
}

#[tokio::test]
async fn a_fact_learnt_in_read_shows_in_plan_and_survives_a_failed_update() {
    let provider = configured();
    let config = labelled("worn");
    let stored = read(&*provider, &created(&*provider, &config).await).await;
    assert_eq!(stored.private, br#"{"resource":{"key_worn":true}}"#);
    let config = config.write();
    let planned = plan(&*provider, &stored, &config).await;
    assert!(planned.planned.member("key_changes").is_unknown());
    let again = plan(&*provider, &stored, &config).await;
    assert!(again.planned == planned.planned && again.planned_private == planned.planned_private);

    let closed = configured_with(true.into());
    let failed = apply(&*closed, &stored, &config, again).await;
    assert_eq!(first(&failed.diagnostics), "Library closed: Come back tomorrow.");
    assert!(
        failed.state == stored.state
            && failed.private == stored.private
            && failed.identity == stored.identity
    );

    let applied = apply(&*provider, &stored, &config, planned).await;
    assert_eq!((applied.private.as_slice(), shelf(&applied).key_changes), (&b""[..], 1.into()));
}

#[tokio::test]
async fn another_wood_replaces_the_shelf() {
    let provider = configured();
    let stored = created(&*provider, &labelled("Novels")).await;
    let config = Shelf { wood: "beech".into(), ..labelled("Novels") }.write();
    let planned = plan(&*provider, &stored, &config).await;
    assert_eq!(planned.requires_replace, [Shelf::wood()]);
    let nothing = StateResponse { private: planned.planned_private, ..StateResponse::default() };
    let second = plan(&*provider, &nothing, &config).await;
    assert!(second.planned.member("id").is_unknown() && second.planned_identity.is_none());
}

#[tokio::test]
async fn a_failed_create_leaves_nothing() {
    let provider = configured_with(true.into());
    let (nothing, config) = (StateResponse::default(), labelled("Novels").write());
    let planned = plan(&*provider, &nothing, &config).await;
    assert_eq!(first(&planned.diagnostics), "Library closed: Nothing can be applied now.");
    let failed = apply(&*provider, &nothing, &config, planned).await;
    assert!(failed.diagnostics.has_errors() && failed.state.is_null() && failed.private.is_empty());
}

#[tokio::test]
async fn a_destroyed_shelf_is_gone() {
    let provider = configured();
    let stored = created(&*provider, &labelled("Novels")).await;
    let planned = plan(&*provider, &stored, &Value::Null).await;
    assert!(planned.planned.is_null());
    let gone = apply(&*provider, &stored, &Value::Null, planned).await;
    assert!(gone.state.is_null() && gone.diagnostics.is_empty());
    assert!(read(&*provider, &stored).await.state.is_null());
}

#[tokio::test]
async fn a_plan_needs_no_configuration_but_a_read_does() {
    let provider = provider();
    let planned = plan(&*provider, &StateResponse::default(), &labelled("Novels").write()).await;
    assert!(planned.diagnostics.is_empty());
    assert!(
        first(&read(&*provider, &StateResponse::default()).await.diagnostics)
            .starts_with("Provider not configured")
    );

    let provider = configured_with(Value::Unknown);
    let diagnostics = read(&*provider, &StateResponse::default()).await.diagnostics;
    assert!(
        first(&diagnostics)
            .starts_with("Provider configuration not known yet: `closed` of the provider block")
    );
}

#[tokio::test]
async fn import_by_id_and_by_identity_lead_to_the_same_shelf() {
    let provider = configured();
    let stored = created(&*provider, &labelled("Novels")).await;
    let identity = stored.identity.clone().unwrap();
    for target in [ImportTarget::Id("1".to_owned()), ImportTarget::Identity(identity)] {
        let stub = provider.import("library_shelf", target);
        assert!(stub.diagnostics.is_empty() && stub.identity == stored.identity);
        assert!(read(&*provider, &stub).await.state == stored.state);
    }
}

#[test]
fn stored_states_become_current_ones() {
    let provider = provider();
    let same = provider.upgrade_state("library_shelf", 1, r#"{"id":"7","label":"x"}"#);
    assert!(same.value.member("wood").is_null() && same.value.member("id") == &"7".into());
    assert!(same.value == Shelf { id: "7".into(), ..labelled("x") }.write());
    let older = provider.upgrade_state("library_shelf", 0, r#"{"number":7}"#);
    assert_eq!(older.value.member("id"), &"7".into());
    assert!(
        first(&provider.upgrade_state("library_shelf", 5, "{}").diagnostics).contains("schema version 5")
    );
    let broken = provider.upgrade_state("library_shelf", 1, r#"{"light":{"on":"hunter2"}}"#);
    assert!(
        first(&broken.diagnostics).contains("light.on") && !first(&broken.diagnostics).contains("hunter2")
    );
    assert!(provider.upgrade_identity("library_shelf", 0, "").value == Value::object([("id", Value::Null)]));
}

#[test]
fn identities_of_every_known_version_become_current_ones() {
    let provider = provider();
    let upgraded = |version, json| provider.upgrade_identity("library_shelf", version, json);
    let seventh = Value::object([("id", "7".into())]);
    assert!(upgraded(1, r#"{"id":"7"}"#).value == seventh);
    assert!(upgraded(0, r#"{"number":"7"}"#).value == seventh);
    assert!(upgraded(0, "{}").value == Value::object([("id", Value::Null)]));
    let newer = upgraded(2, r#"{"name":"x"}"#);
    assert!(newer.value.is_null() && first(&newer.diagnostics).contains("identity has schema version 2"));
    assert_eq!(provider.identity_schemas()["library_shelf"].version, 1);
}

#[test]
fn moves_are_matched_whatever_the_registry() {
    let provider = provider();
    let request = |provider: &str, source: &str| MoveRequest {
        source_provider: provider.to_owned(),
        source_type: source.to_owned(),
        source_version: 1,
        source_json: r#"{"id":"7"}"#.to_owned(),
        source_private: Vec::new(),
        target_type: name(),
    };
    for (source, resource) in [
        ("registry.opentofu.org/acme/furniture", "furniture_board"),
        ("registry.terraform.io/acme/furniture", "furniture_board"),
        ("registry.terraform.io/any/library", "library_shelf"),
    ] {
        let moved = provider.move_state(request(source, resource));
        assert!(moved.diagnostics.is_empty(), "{source}");
        assert_eq!(moved.state.member("id"), &"7".into());
    }
    let refused = provider.move_state(request("registry.terraform.io/acme/furniture", "furniture_chair"));
    assert!(first(&refused.diagnostics).contains("takes over `furniture_board`"));
}

#[test]
fn configurations_are_validated_without_configuration() {
    let provider = provider();
    let validate = |config: Shelf, write_only_attributes_allowed: bool| {
        let capabilities = ClientCapabilities { write_only_attributes_allowed };
        let diagnostics = provider.validate_resource("library_shelf", &config.write(), capabilities);
        diagnostics.into_iter().map(|d| d.attribute.unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(validate(labelled("x"), true), Vec::<String>::new());
    assert_eq!(validate(Shelf { wood: "pine".into(), ..labelled("") }, true), ["label", "wood"]);
    assert_eq!(validate(Shelf { key: "k".into(), ..labelled("x") }, true), ["key_version"]);
    assert_eq!(validate(Shelf { key: "k".into(), ..labelled("x") }, false), ["key"]);
    let unknown =
        Shelf { label: Attr::Unknown, wood: Attr::Unknown, key_version: Attr::Unknown, ..Shelf::default() };
    assert_eq!(validate(unknown, true), Vec::<String>::new());
}

#[tokio::test]
async fn stop_cancels_what_runs_until_the_next_configure() {
    let provider = configured();
    let running =
        provider.context(&DefaultTimeouts::default(), super::Operation::Read, &Value::Null).unwrap();
    provider.stop();
    assert!(running.cancel.is_cancelled());
    let config = Value::object([("closed", Value::Null)]);
    provider.configure(ConfigureRequest { config, terraform_version: String::new() });
    let next = provider.context(&DefaultTimeouts::default(), super::Operation::Read, &Value::Null).unwrap();
    assert!(!next.cancel.is_cancelled());
}

#[tokio::test]
async fn data_sources_get_their_defaults() {
    let provider = configured();
    created(&*provider, &labelled("Novels")).await;
    let config = Value::object([("wood", Value::Null), ("count_of_shelves", Value::Null)]);
    let read = provider.read_data_source("library_shelf_count", config).await;
    assert_eq!(read.diagnostics, Diagnostics::new());
    assert_eq!(read.value, Value::object([("wood", "oak".into()), ("count_of_shelves", 1.into())]));
}

#[test]
fn functions_are_called_by_name() {
    let provider = provider();
    assert_eq!(provider.call_function("shout", vec!["ho".into()]), Ok("HO".into()));
    assert!(provider.call_function("whisper", vec![]).is_err());
}

#[tokio::test]
async fn a_plan_with_unknowns_agrees_with_the_plan_once_they_are_known() {
    let provider = configured();
    let light = |on| Shelf { light: Attr::Known(Light { on, colour: Attr::Null }), ..labelled("x") }.write();
    let nothing = StateResponse::default();
    let early = plan(&*provider, &nothing, &light(Attr::Unknown)).await;
    let late = plan(&*provider, &nothing, &light(true.into())).await;
    let schema = provider.resource_schema("library_shelf").unwrap();
    assert_eq!(verify::replan(&schema, &early.planned, &late.planned), Diagnostics::new());
}
