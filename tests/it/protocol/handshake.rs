//! How host and provider find and trust each other.

use std::collections::BTreeMap;

use crate::support::plugin;
use crate::support::plugin::identity::Presents;
use crate::support::plugin::wire::health::health_client::HealthClient;
use crate::support::plugin::wire::tfplugin6::provider_client::ProviderClient;
use crate::support::plugin::{COOKIE, Start, provider};
use framework::protocol::wire::health::HealthCheckRequest;
use framework::protocol::wire::tfplugin6::get_provider_schema;

fn nothing() -> BTreeMap<String, String> {
    BTreeMap::new()
}

#[tokio::test]
async fn host_and_provider_authenticate_each_other() {
    let plugin = plugin::start(&nothing()).await;
    assert_eq!(plugin.handshake.head, ["1", "6", "unix"]);
    assert_eq!(plugin.handshake.tail[0], "grpc");
    assert_eq!(plugin.handshake.tail.len(), 2);
    assert!(plugin.schema().await.provider.is_some());
}

#[tokio::test]
async fn without_a_client_certificate_the_connection_is_plain() {
    let plugin = Start::plain(&nothing()).run().await;
    assert_eq!(plugin.handshake.tail, ["grpc", ""]);
    assert!(plugin.schema().await.provider.is_some());
}

#[tokio::test]
async fn versions_are_offered_in_any_order() {
    for versions in ["5,6", "6,5", "6"] {
        let plugin = Start::with_tls(&nothing()).env("PLUGIN_PROTOCOL_VERSIONS", versions).run().await;
        assert_eq!(plugin.handshake.head[1], "6", "{versions}");
    }
}

#[tokio::test]
async fn a_host_without_version_six_reads_one_line_that_says_so() {
    let output = Start::plain(&nothing()).env("PLUGIN_PROTOCOL_VERSIONS", "5").refused().await;
    assert_eq!(output.status.code(), Some(1));
    let line = String::from_utf8(output.stdout).unwrap();
    assert_eq!(line.lines().count(), 1);
    assert!(line.contains("protocol 6") && line.contains('5'), "{line}");
}

#[tokio::test]
async fn a_host_with_an_unreadable_certificate_reads_one_line_that_says_so() {
    let output = Start::plain(&nothing()).env("PLUGIN_CLIENT_CERT", "not PEM").refused().await;
    assert_eq!(output.status.code(), Some(1));
    let line = String::from_utf8(output.stdout).unwrap();
    assert_eq!(line.lines().count(), 1);
    assert!(line.contains("PLUGIN_CLIENT_CERT"), "{line}");
}

#[tokio::test]
async fn a_person_is_told_how_providers_are_started() {
    let output = provider().env(COOKIE.0, "wrong").output().await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(output.stdout, b"");
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("required_providers") && text.contains("terraform init"), "{text}");
}

#[tokio::test]
async fn nobody_else_gets_in() {
    let plugin = plugin::start(&nothing()).await;
    for presents in [Presents::Nothing, Presents::Another, Presents::Stolen] {
        // In TLS 1.3 the client learns only after its handshake that it was refused.
        if let Ok(channel) = plugin.connect_as(presents).await {
            let request = get_provider_schema::Request {};
            let answer = ProviderClient::new(channel).get_provider_schema(request).await;
            assert!(answer.is_err(), "{presents:?} was let in");
        }
    }
    // The same way in is open to the host, so the refusals above were about who asked.
    let channel = plugin.connect_as(Presents::Own).await.unwrap();
    ProviderClient::new(channel).get_provider_schema(get_provider_schema::Request {}).await.unwrap();
}

#[tokio::test]
#[cfg(unix)]
async fn the_socket_is_the_user_s_own_and_is_removed_at_the_end() {
    use std::os::unix::fs::PermissionsExt as _;

    let mut plugin = plugin::start(&nothing()).await;
    let path = plugin.handshake.path.clone();
    let directory = path.parent().unwrap().to_owned();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(&directory)), (0o600, 0o700));
    plugin.shut_down().await;
    plugin.exit().await;
    assert!(!directory.exists());
}

#[tokio::test]
async fn a_host_that_asks_for_multiplexing_is_told_that_there_is_none() {
    let plugin = Start::with_tls(&nothing()).env("PLUGIN_MULTIPLEX_GRPC", "true").run().await;
    assert_eq!(plugin.handshake.tail.len(), 3);
    assert_eq!(plugin.handshake.tail[2], "false");
}

#[tokio::test]
async fn go_plugin_s_ping_is_answered() {
    let plugin = plugin::start(&nothing()).await;
    let request = HealthCheckRequest { service: "plugin".to_owned() };
    let answer = HealthClient::new(plugin.channel()).check(request).await.unwrap().into_inner();
    assert_eq!(answer.status, 1);
}
