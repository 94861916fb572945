//! How long the process lives, and what ends it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Seek as _, Write as _};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::plugin;
use crate::support::plugin::wire::go_plugin::grpc_stdio_client::GrpcStdioClient;
use crate::support::plugin::wire::tfplugin6::provider_client::ProviderClient;
use crate::support::plugin::{COOKIE, Start, provider};
use framework::protocol::wire::tfplugin6::{get_provider_schema, stop_provider};

fn nothing() -> BTreeMap<String, String> {
    BTreeMap::new()
}

#[tokio::test]
async fn the_process_is_gone_soon_after_shutdown() {
    let mut plugin = plugin::start(&nothing()).await;
    // The stream that hosts hold open must not hold the process up.
    let mut output = GrpcStdioClient::new(plugin.channel()).stream_stdio(()).await.unwrap().into_inner();
    plugin.shut_down().await;
    let (status, took) = plugin.exit().await;
    assert_eq!(status.code(), Some(0));
    // The product's own measure is 50 ms; the tests share their machine.
    assert!(took < Duration::from_millis(500), "{took:?}");
    assert!(!matches!(output.message().await, Ok(Some(_))));
    assert_eq!(plugin.rest_of_stdout().await, "");
}

#[tokio::test]
async fn work_that_nothing_can_interrupt_does_not_hold_the_process_up() {
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("token");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut plugin = plugin::start(&nothing()).await;
    let block = json!({ "tenant_id": "contoso.com", "client_id": "c", "use_oidc": true, "oidc_token_file_path": &pipe });
    plugin.configure(block).await.expect_none();
    let request = plugin.data_request("proofpoint_azure_tenant", json!({})).await;
    let mut rpc = plugin.rpc();
    let read = tokio::spawn(async move { rpc.read_data_source(request).await });
    // Opens once the provider has: it reads on for as long as this end is open.
    let (opened, open) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || opened.send(File::options().write(true).open(pipe)));
    let _writer = tokio::time::timeout(Duration::from_secs(20), open).await.unwrap().unwrap().unwrap();
    plugin.shut_down().await;
    let (status, took) = plugin.exit().await;
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_millis(500), "{took:?}");
    drop(read);
}

#[tokio::test]
async fn stopping_does_not_end_the_server() {
    let mut plugin = plugin::start(&nothing()).await;
    let answer = plugin.rpc().stop_provider(stop_provider::Request {}).await.unwrap().into_inner();
    assert_eq!(answer.error, "");
    assert!(plugin.schema().await.provider.is_some());
    assert!(plugin.runs());
}

#[tokio::test]
async fn an_interrupt_is_ignored() {
    let mut plugin = plugin::start(&nothing()).await;
    for _ in 0..3 {
        plugin.signal("INT");
    }
    // A signal that kills would have done so before this answer.
    assert!(plugin.schema().await.provider.is_some());
    assert!(plugin.runs());
}

#[tokio::test]
async fn a_request_to_terminate_ends_the_process_and_removes_the_socket() {
    let mut plugin = plugin::start(&nothing()).await;
    let directory = plugin.handshake.path.parent().unwrap().to_owned();
    plugin.signal("TERM");
    let (status, _) = plugin.exit().await;
    assert_eq!(status.code(), Some(0));
    assert!(!directory.exists());
}

#[tokio::test]
async fn the_process_ends_by_itself_when_its_host_is_gone() {
    let mut plugin = plugin::start(&nothing()).await;
    assert!(plugin.schema().await.provider.is_some());
    plugin.hang_up();
    let (status, took) = plugin.exit().await;
    assert_eq!(status.code(), Some(0));
    assert!(
        took > Duration::from_secs(2),
        "a host that lost its connection had no time to come back: {took:?}"
    );
}

#[tokio::test]
async fn the_process_ends_by_itself_when_its_host_never_connects() {
    let directory = tempfile::tempdir().unwrap();
    let started = Instant::now();
    let output = provider()
        .env(COOKIE.0, COOKIE.1)
        .env("PLUGIN_PROTOCOL_VERSIONS", "6")
        .env("TMPDIR", directory.path())
        .output();
    let output = tokio::time::timeout(Duration::from_secs(20), output).await.expect("its end").unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("1|6|unix|"), "a handshake");
    assert!(started.elapsed() > Duration::from_secs(5), "a host on a busy machine had no time to connect");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0, "the socket is left");
}

#[tokio::test]
async fn standard_input_is_left_alone() {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"yes\n").unwrap();
    file.rewind().unwrap();
    // Both descriptors share one position, so a byte read by the provider would move this one.
    let theirs: File = file.try_clone().unwrap();
    let mut plugin = Start::with_tls(&nothing()).stdin(theirs).run().await;
    assert!(plugin.schema().await.provider.is_some());
    plugin.shut_down().await;
    plugin.exit().await;
    assert_eq!(file.stream_position().unwrap(), 0);
}

#[tokio::test]
async fn many_calls_run_at_once() {
    let plugin = plugin::start(&nothing()).await;
    let calls = (0..100).map(|_| {
        let channel = plugin.channel();
        tokio::spawn(async move {
            let request = get_provider_schema::Request {};
            ProviderClient::new(channel).get_provider_schema(request).await.map(drop)
        })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_debugger_s_provider_serves_many_hosts_and_ends_on_interrupt() {
    let (mut plugin, variable) = Start::debug(&nothing()).attach().await;
    let (source, entry) = variable.as_object().unwrap().iter().next().unwrap();
    assert_eq!(source, "azuresync/proofpoint");
    assert_eq!(entry["Protocol"], "grpc");
    assert_eq!(entry["ProtocolVersion"], 6);
    assert_eq!(entry["Test"], true);
    assert_eq!(entry["Addr"]["Network"], "unix");
    assert!(plugin.schema().await.provider.is_some());
    plugin.signal("INT");
    let (status, _) = plugin.exit().await;
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn a_debugger_s_provider_outlives_its_hosts() {
    let (mut plugin, _) = Start::debug(&nothing()).attach().await;
    assert!(plugin.schema().await.provider.is_some());
    plugin.hang_up();
    // One that a host has started ends after five seconds.
    let ended = tokio::time::timeout(Duration::from_secs(8), plugin.exit()).await;
    assert!(ended.is_err() && plugin.runs(), "{ended:?}");
}

#[tokio::test]
async fn options_for_people_are_answered_on_standard_output() {
    for (option, expected) in [("--version", env!("CARGO_PKG_VERSION")), ("--help", "--debug")] {
        let output = provider().arg(option).output().await.unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert!(String::from_utf8(output.stdout).unwrap().contains(expected));
    }
    let output = provider().arg("--frobnicate").output().await.unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), b"".as_slice()));
    assert!(String::from_utf8(output.stderr).unwrap().contains("--frobnicate"));
}
