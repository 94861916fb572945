//! Calls: interrupted, large, unconfigured, with unknown values.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use tokio::net::{TcpListener, TcpStream};

use crate::support::plugin;
use crate::support::plugin::calls::Messages;
use crate::support::plugin::values::UNKNOWN;
use crate::support::plugin::wire::tfplugin6::provider_client::ProviderClient;
use crate::support::plugin::{Plugin, Start};
use framework::protocol::wire::tfplugin6::{
    self as messages, DynamicValue, apply_resource_change, configure_provider, stop_provider,
    upgrade_resource_state, validate_provider_config,
};
use tonic::Code;

fn nothing() -> BTreeMap<String, String> {
    BTreeMap::new()
}

/// A service that takes every connection and never answers.
struct Silence(TcpListener);

impl Silence {
    async fn new() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    fn configuration(&self) -> Json {
        let endpoint = format!("http://{}", self.0.local_addr().unwrap());
        json!({ "username": "admin@contoso.com", "password": "hunter2", "endpoint": endpoint })
    }

    /// Waits until the provider has connected; the connection stays open as long as what is returned.
    async fn connected(&self) -> TcpStream {
        tokio::time::timeout(Duration::from_secs(20), self.0.accept()).await.unwrap().unwrap().0
    }
}

/// Reads the account in the background, which waits for as long as the service is silent.
async fn waiting_read(plugin: &Plugin, silence: &Silence) -> (tokio::task::JoinHandle<Messages>, TcpStream) {
    plugin.configure(silence.configuration()).await.expect_none();
    let request = plugin.data_request("proofpoint_account", json!({})).await;
    let channel = plugin.channel();
    let read = tokio::spawn(async move {
        let answer = ProviderClient::new(channel).read_data_source(request).await;
        answer.expect("an answer and no status").into_inner().diagnostics.into()
    });
    (read, silence.connected().await)
}

#[tokio::test]
async fn stopping_ends_the_wait_of_a_call_in_flight() {
    let (plugin, silence) = (plugin::start(&nothing()).await, Silence::new().await);
    let (read, _connection) = waiting_read(&plugin, &silence).await;
    let start = Instant::now();
    plugin.rpc().stop_provider(stop_provider::Request {}).await.unwrap();
    let messages = read.await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    let text = messages.expect_error().to_string();
    assert!(!text.contains("hunter2"), "{text}");
}

#[tokio::test]
#[cfg(unix)]
async fn termination_lets_a_call_in_flight_return_what_it_knows() {
    let (mut plugin, silence) = (plugin::start(&nothing()).await, Silence::new().await);
    let (read, _connection) = waiting_read(&plugin, &silence).await;
    plugin.signal("TERM");
    read.await.unwrap().expect_error();
    let (status, _) = plugin.exit().await;
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
#[cfg(unix)]
async fn an_interrupt_leaves_calls_in_flight_alone() {
    let (mut plugin, silence) = (plugin::start(&nothing()).await, Silence::new().await);
    let (read, connection) = waiting_read(&plugin, &silence).await;
    plugin.signal("INT");
    assert_eq!(
        plugin.call("console_url", &[json!("us1")]).await,
        Ok(json!("https://us1.proofpointessentials.com"))
    );
    assert!(!read.is_finished() && plugin.runs());
    drop(connection);
    drop(silence);
    plugin.rpc().stop_provider(stop_provider::Request {}).await.unwrap();
    read.await.unwrap().expect_error();
}

#[tokio::test]
async fn several_configurations_follow_one_another_in_a_debugger_s_process() {
    let (plugin, _) = Start::debug(&nothing()).attach().await;
    for _ in 0..2 {
        let silence = Silence::new().await;
        let (read, _connection) = waiting_read(&plugin, &silence).await;
        plugin.rpc().stop_provider(stop_provider::Request {}).await.unwrap();
        read.await.unwrap().expect_error();
    }
}

#[tokio::test]
async fn seven_megabytes_arrive() {
    let plugin = plugin::start(&nothing()).await;
    let long = "x".repeat(7 << 20);
    let (argument, _) = plugin.call("parse_id", &[json!(long)]).await.expect_err("no id");
    assert_eq!(argument, Some(0));
    let messages =
        plugin.configure(json!({ "username": "a@contoso.com", "password": long, "region": "us1" })).await;
    messages.expect_none();
}

#[tokio::test]
async fn without_a_schema_call_or_configuration_what_needs_none_works() {
    let plugin = plugin::start(&nothing()).await;
    let config = Some(DynamicValue::default());
    let request = validate_provider_config::Request { config };
    plugin.rpc().validate_provider_config(request).await.unwrap();

    let plugin = plugin::start(&nothing()).await;
    assert!(plugin.call("console_url", &[json!("eu1")]).await.is_ok());

    let plugin = plugin::start(&nothing()).await;
    let (_, messages) = plugin.data("proofpoint_account", json!({})).await;
    messages.expect_error();
}

#[tokio::test]
async fn unknown_provider_arguments_are_accepted_while_planning() {
    let plugin = plugin::start(&nothing()).await;
    let messages =
        plugin.configure(json!({ "username": UNKNOWN, "password": UNKNOWN, "region": "us1" })).await;
    messages.expect_none();
    let (_, messages) = plugin.data("proofpoint_account", json!({})).await;
    let error = messages.expect_error();
    assert!(error.detail.contains("`username`"), "{error}");
}

#[tokio::test]
async fn a_refined_unknown_is_an_unknown() {
    let plugin = plugin::start(&nothing()).await;
    let plain =
        plugin.provider_config(json!({ "username": UNKNOWN, "password": "x", "region": "us1" })).await;
    // `"pre-${...}"` as Terraform sends it: not null, with a known prefix.
    let refined = b"\xc7\x09\x0c\x82\x01\xc2\x02\xa4\x70\x72\x65\x2d";
    let at = plain.msgpack.windows(3).position(|bytes| bytes == b"\xd4\x00\x00").unwrap();
    let msgpack = [&plain.msgpack[..at], refined, &plain.msgpack[at + 3..]].concat();
    let config = Some(DynamicValue { msgpack, json: Vec::new() });
    let request = configure_provider::Request { config, ..Default::default() };
    let answer = plugin.rpc().configure_provider(request).await.unwrap().into_inner();
    assert_eq!(answer.diagnostics, []);
}

#[tokio::test]
async fn what_can_t_be_read_is_a_diagnostic_and_never_a_status() {
    let plugin = plugin::start(&nothing()).await;
    for msgpack in [b"\x93\x01".to_vec(), b"\x80".to_vec(), vec![0xdd, 0xff, 0xff, 0xff, 0xff]] {
        let config = Some(DynamicValue { msgpack, json: Vec::new() });
        let request = configure_provider::Request { config, ..Default::default() };
        let answer = plugin.rpc().configure_provider(request).await.unwrap().into_inner();
        assert_eq!(answer.diagnostics.len(), 1);
    }
    let request =
        upgrade_resource_state::Request { type_name: "proofpoint_nothing".to_owned(), ..Default::default() };
    let answer = plugin.rpc().upgrade_resource_state(request).await.unwrap().into_inner();
    assert_eq!(answer.diagnostics.len(), 1);
    let prior_state = Some(DynamicValue { msgpack: vec![0xc0], json: Vec::new() });
    let request = apply_resource_change::Request {
        type_name: "proofpoint_nothing".to_owned(),
        prior_state: prior_state.clone(),
        ..Default::default()
    };
    let answer = plugin.rpc().apply_resource_change(request).await.unwrap().into_inner();
    assert_eq!((answer.diagnostics.len(), answer.new_state), (1, prior_state));
}

/// The code of the status that each rpc answers an empty request with; none for an answer.
macro_rules! codes {
    ($plugin:expr; $($rpc:ident($request:expr)),* $(,)?) => {
        [$((stringify!($rpc), $plugin.rpc().$rpc($request).await.map(drop).err().map(|status| status.code()))),*]
    };
}

#[tokio::test]
async fn what_is_not_offered_is_unimplemented_and_all_else_is_answered() {
    let plugin = plugin::start(&nothing()).await;
    let chunks = || tokio_stream::iter([messages::write_state_bytes::RequestChunk::default()]);
    let not_offered = codes! { plugin;
        validate_ephemeral_resource_config(messages::validate_ephemeral_resource_config::Request::default()),
        open_ephemeral_resource(messages::open_ephemeral_resource::Request::default()),
        renew_ephemeral_resource(messages::renew_ephemeral_resource::Request::default()),
        close_ephemeral_resource(messages::close_ephemeral_resource::Request::default()),
        validate_state_store_config(messages::validate_state_store::Request::default()),
        configure_state_store(messages::configure_state_store::Request::default()),
        read_state_bytes(messages::read_state_bytes::Request::default()),
        write_state_bytes(chunks()),
        lock_state(messages::lock_state::Request::default()),
        unlock_state(messages::unlock_state::Request::default()),
        get_states(messages::get_states::Request::default()),
        delete_state(messages::delete_state::Request::default()),
    };
    for (rpc, code) in not_offered {
        assert_eq!(code, Some(Code::Unimplemented), "{rpc}");
    }
    let offered = codes! { plugin;
        get_metadata(messages::get_metadata::Request::default()),
        generate_resource_config(messages::generate_resource_config::Request::default()),
        validate_list_resource_config(messages::validate_list_resource_config::Request::default()),
        list_resource(messages::list_resource::Request::default()),
        validate_action_config(messages::validate_action_config::Request::default()),
        plan_action(messages::plan_action::Request::default()),
        invoke_action(messages::invoke_action::Request::default()),
        get_provider_schema(messages::get_provider_schema::Request::default()),
        get_resource_identity_schemas(messages::get_resource_identity_schemas::Request::default()),
        get_functions(messages::get_functions::Request::default()),
        validate_provider_config(messages::validate_provider_config::Request::default()),
        configure_provider(messages::configure_provider::Request::default()),
        validate_resource_config(messages::validate_resource_config::Request::default()),
        upgrade_resource_state(messages::upgrade_resource_state::Request::default()),
        upgrade_resource_identity(messages::upgrade_resource_identity::Request::default()),
        read_resource(messages::read_resource::Request::default()),
        plan_resource_change(messages::plan_resource_change::Request::default()),
        apply_resource_change(messages::apply_resource_change::Request::default()),
        import_resource_state(messages::import_resource_state::Request::default()),
        move_resource_state(messages::move_resource_state::Request::default()),
        validate_data_resource_config(messages::validate_data_resource_config::Request::default()),
        read_data_source(messages::read_data_source::Request::default()),
        call_function(messages::call_function::Request::default()),
        stop_provider(stop_provider::Request::default()),
    };
    for (rpc, code) in offered {
        assert_eq!(code, None, "{rpc}");
    }
    let capabilities = plugin.schema().await.server_capabilities.unwrap_or_default();
    assert!(capabilities.generate_resource_config, "there, and not advertised");
}
