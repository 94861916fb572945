//! The wrapper around every call, shown with a provider of one resource.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

use super::call::Calls;
use super::provider::Rpcs;
use super::*;
use crate::diagnostic::Diagnostics;
use crate::function::{FunctionError, Parameter, Signature};
use crate::protocol::msgpack;
use crate::protocol::wire::tfplugin6::{
    DynamicValue, apply_resource_change, call_function, diagnostic, get_provider_schema,
    import_resource_state, read_resource, stop_provider, upgrade_resource_state, validate_resource_config,
};
use crate::schema::rules::Rules;
use crate::schema::{Schema, Shape};
use crate::service::{
    ApplyRequest, ClientCapabilities, ConfigureRequest, ImportTarget, MoveRequest, PlanRequest, PlanResponse,
    ReadRequest, StateResponse, UpgradeResponse,
};
use crate::value::{Type, Value};

/// A provider of one resource, `toy_thing`, whose only attribute says how it behaves.
#[derive(Default)]
struct Toy {
    stopped: AtomicBool,
    applying: Notify,
    go_on: Notify,
    applied: AtomicBool,
    abandoned: AtomicBool,
}

const THING: &str = "toy_thing";

fn schema() -> Schema {
    let mut schema = Schema::new("A toy.".to_owned());
    let rules: Rules = crate::schema::rules::optional();
    schema.field("behaviour", "What it does.".to_owned(), Shape::Plain(Type::String), rules);
    schema
}

fn thing(behaviour: &str) -> Value {
    Value::object([("behaviour", Value::string(behaviour))])
}

#[expect(clippy::unnecessary_wraps, reason = "the fields it is for are optional")]
fn packed(value: &Value) -> Option<DynamicValue> {
    let msgpack = msgpack::encode(value, &schema().value_type()).unwrap();
    Some(DynamicValue { msgpack, json: Vec::new() })
}

#[async_trait::async_trait]
impl Service for Toy {
    fn name(&self) -> &'static str {
        "toy"
    }

    fn provider_schema(&self) -> Arc<Schema> {
        Arc::default()
    }

    fn resource_schemas(&self) -> BTreeMap<String, Arc<Schema>> {
        [(THING.to_owned(), Arc::new(schema()))].into()
    }

    fn resource_schema(&self, type_name: &str) -> Option<Arc<Schema>> {
        self.resource_schemas().remove(type_name)
    }

    fn identity_schemas(&self) -> BTreeMap<String, Arc<Schema>> {
        BTreeMap::new()
    }

    fn identity_schema(&self, _: &str) -> Option<Arc<Schema>> {
        None
    }

    fn data_source_schemas(&self) -> BTreeMap<String, Arc<Schema>> {
        BTreeMap::new()
    }

    fn data_source_schema(&self, _: &str) -> Option<Arc<Schema>> {
        None
    }

    fn functions(&self) -> BTreeMap<String, Signature> {
        let parameter =
            Parameter { name: "text", description: "", value_type: Type::String, allow_null: true };
        let echo = Signature {
            name: "echo",
            summary: "",
            description: "",
            parameters: vec![parameter],
            variadic: None,
            returns: Type::String,
        };
        [("echo".to_owned(), echo)].into()
    }

    fn function(&self, name: &str) -> Option<Signature> {
        self.functions().remove(name)
    }

    fn validate_provider(&self, _: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    fn configure(&self, _: ConfigureRequest) -> Diagnostics {
        Diagnostics::new()
    }

    fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
    }

    fn validate_resource(&self, _: &str, config: &Value, _: ClientCapabilities) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        if config.member("behaviour").as_str() == Some("warn") {
            diagnostics.warning("a warning", "");
        }
        diagnostics
    }

    fn upgrade_state(&self, _: &str, _: i64, json: &str) -> UpgradeResponse {
        UpgradeResponse { value: thing(json), ..Default::default() }
    }

    fn upgrade_identity(&self, _: &str, _: i64, _: &str) -> UpgradeResponse {
        UpgradeResponse::default()
    }

    async fn read(&self, request: ReadRequest) -> StateResponse {
        let identity = Some(thing("an identity of a resource without one"));
        StateResponse { state: request.current, private: request.private, identity, ..Default::default() }
    }

    async fn plan(&self, _: PlanRequest) -> PlanResponse {
        PlanResponse::default()
    }

    async fn apply(&self, request: ApplyRequest) -> StateResponse {
        match request.planned.member("behaviour").as_str() {
            Some("panic") => panic!("out of cheese"),
            Some("misfit") => StateResponse { state: Value::Bool(true), ..Default::default() },
            _ => {
                self.applying.notify_one();
                self.go_on.notified().await;
                self.abandoned.store(request.abandoned.is_cancelled(), Ordering::SeqCst);
                self.applied.store(true, Ordering::SeqCst);
                StateResponse { state: request.planned, ..Default::default() }
            }
        }
    }

    fn import(&self, _: &str, target: ImportTarget) -> StateResponse {
        let ImportTarget::Id(id) = target else { panic!("no identity can be given") };
        let mut diagnostics = Diagnostics::new();
        if id.is_empty() {
            diagnostics.error("no id", "");
        }
        StateResponse { state: thing(&id), diagnostics, ..Default::default() }
    }

    fn move_state(&self, _: MoveRequest) -> StateResponse {
        StateResponse::default()
    }

    fn validate_data_source(&self, _: &str, _: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    async fn read_data_source(&self, _: &str, _: Value) -> UpgradeResponse {
        UpgradeResponse::default()
    }

    fn call_function(&self, _: &str, mut arguments: Vec<Value>) -> Result<Value, FunctionError> {
        match arguments.remove(0) {
            Value::Null => Err(FunctionError::argument(0, "null")),
            text => Ok(text),
        }
    }
}

fn toy() -> (Arc<Toy>, Arc<Rpcs>) {
    let toy = Arc::new(Toy::default());
    let service: Arc<dyn Service> = toy.clone();
    (toy, Arc::new(Rpcs(Calls::new(service, Lifecycle::default()))))
}

fn update_to(behaviour: &str) -> apply_resource_change::Request {
    apply_resource_change::Request {
        type_name: THING.to_owned(),
        prior_state: packed(&thing("before")),
        planned_state: packed(&thing(behaviour)),
        config: packed(&thing(behaviour)),
        planned_private: b"facts".to_vec(),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_panic_in_apply_is_an_error_and_keeps_the_prior_state() {
    let (_, rpcs) = toy();
    let response = rpcs.apply_resource_change(update_to("panic")).await.unwrap();
    assert_eq!(response.new_state, packed(&thing("before")));
    assert_eq!(response.private, b"facts");
    assert_eq!(response.diagnostics.len(), 1);
    assert_eq!(response.diagnostics[0].severity(), diagnostic::Severity::Error);
    assert!(response.diagnostics[0].detail.contains("ut of cheese"));
}

#[tokio::test]
async fn a_panic_while_creating_leaves_no_state_to_taint() {
    let (_, rpcs) = toy();
    let mut create = update_to("panic");
    create.prior_state = None;
    let response = rpcs.apply_resource_change(create).await.unwrap();
    assert_eq!(response.new_state, None);
    assert_eq!(response.diagnostics.len(), 1);
}

#[tokio::test]
async fn a_value_that_does_not_fit_is_an_error_and_keeps_the_prior_state() {
    let (_, rpcs) = toy();
    let response = rpcs.apply_resource_change(update_to("misfit")).await.unwrap();
    assert_eq!(response.new_state, packed(&thing("before")));
    assert!(response.diagnostics[0].detail.contains("`new_state`"), "{}", response.diagnostics[0].detail);
}

#[tokio::test]
async fn an_apply_goes_on_when_the_caller_is_gone() {
    let (toy, rpcs) = toy();
    let call = tokio::spawn({
        let rpcs = rpcs.clone();
        async move { rpcs.apply_resource_change(update_to("wait")).await.map(drop) }
    });
    toy.applying.notified().await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    toy.go_on.notify_one();
    let applied = async {
        while !toy.applied.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), applied).await.expect("it was broken off");
    assert!(toy.abandoned.load(Ordering::SeqCst), "it is not told that nobody waits for it");
}

#[tokio::test]
async fn stopping_is_answered_while_a_change_runs() {
    let (toy, rpcs) = toy();
    let call = tokio::spawn({
        let rpcs = rpcs.clone();
        async move { rpcs.apply_resource_change(update_to("wait")).await }
    });
    toy.applying.notified().await;
    rpcs.stop_provider(stop_provider::Request {}).await.unwrap();
    assert!(toy.stopped.load(Ordering::SeqCst));
    toy.go_on.notify_one();
    let response = call.await.unwrap().unwrap();
    assert_eq!(response.new_state, packed(&thing("wait")));
    assert!(!toy.abandoned.load(Ordering::SeqCst));
}

#[tokio::test]
async fn an_unknown_type_is_named() {
    let (_, rpcs) = toy();
    let request =
        validate_resource_config::Request { type_name: "toy_train".to_owned(), ..Default::default() };
    let response = rpcs.validate_resource_config(request).await.unwrap();
    assert!(response.diagnostics[0].detail.contains("no resource called `toy_train`"));
}

#[tokio::test]
async fn diagnostics_of_the_provider_arrive() {
    let (_, rpcs) = toy();
    let config = packed(&thing("warn"));
    let request =
        validate_resource_config::Request { type_name: THING.to_owned(), config, ..Default::default() };
    let response = rpcs.validate_resource_config(request).await.unwrap();
    assert_eq!(response.diagnostics[0].summary, "a warning");
}

#[tokio::test]
async fn a_resource_without_identity_never_returns_one() {
    let (_, rpcs) = toy();
    let current_state = packed(&thing("x"));
    let request = read_resource::Request {
        type_name: THING.to_owned(),
        current_state: current_state.clone(),
        ..Default::default()
    };
    let response = rpcs.read_resource(request).await.unwrap();
    assert_eq!((response.new_state, response.new_identity), (current_state, None));
}

#[tokio::test]
async fn the_schema_says_what_the_server_can() {
    let (_, rpcs) = toy();
    let request = get_provider_schema::Request {};
    let schema = rpcs.get_provider_schema(request).await.unwrap();
    let capabilities = schema.server_capabilities.unwrap();
    assert!(capabilities.plan_destroy && capabilities.get_provider_schema_optional);
    assert!(capabilities.move_resource_state && !capabilities.generate_resource_config);
    assert!(schema.provider.unwrap().block.is_some());
    assert!(schema.resource_schemas.contains_key(THING));
}

#[tokio::test]
async fn a_failed_import_returns_no_object() {
    let (_, rpcs) = toy();
    let import = |id: &str| import_resource_state::Request {
        type_name: THING.to_owned(),
        id: id.to_owned(),
        ..Default::default()
    };
    let response = rpcs.import_resource_state(import("")).await.unwrap();
    assert_eq!((response.imported_resources.len(), response.diagnostics.len()), (0, 1));
    let response = rpcs.import_resource_state(import("a")).await.unwrap();
    assert_eq!(response.imported_resources[0].type_name, THING);
    assert_eq!(response.imported_resources[0].state, packed(&thing("a")));
}

#[tokio::test]
async fn stored_state_arrives_as_it_was_written() {
    let (_, rpcs) = toy();
    let raw_state = crate::protocol::wire::tfplugin6::RawState { json: b"{}".to_vec(), ..Default::default() };
    let request = upgrade_resource_state::Request {
        type_name: THING.to_owned(),
        version: 0,
        raw_state: Some(raw_state),
    };
    let response = rpcs.upgrade_resource_state(request).await.unwrap();
    assert_eq!(response.upgraded_state, packed(&thing("{}")));
}

#[tokio::test]
async fn functions_take_null_in_either_form_and_no_surplus_argument() {
    let (_, rpcs) = toy();
    let call = async |arguments: Vec<DynamicValue>| {
        let request = call_function::Request { name: "echo".to_owned(), arguments };
        rpcs.call_function(request).await.unwrap()
    };
    let of = |value: &Value| DynamicValue {
        msgpack: msgpack::encode(value, &Type::String).unwrap(),
        json: Vec::new(),
    };
    let answer = call(vec![of(&Value::string("a"))]).await;
    assert_eq!((answer.result, answer.error), (Some(of(&Value::string("a"))), None));
    for null in [of(&Value::Null), DynamicValue::default()] {
        assert_eq!(call(vec![null]).await.error.unwrap().text, "null");
    }
    let surplus = call(vec![of(&Value::Null), of(&Value::Null)]).await.error.unwrap();
    assert_eq!(surplus.function_argument, Some(1));
}
