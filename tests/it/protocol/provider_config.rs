//! What a bad provider block gets, and when: on its attribute, in words that say what to do, without a secret.

use std::collections::BTreeMap;
use std::future::Future;

use serde_json::{Value as Json, json};

use crate::support::plugin;
use crate::support::plugin::Start;
use crate::support::plugin::calls::Messages;
use crate::support::plugin::values::UNKNOWN;
use crate::support::simulator::Simulator;

const SECRET: &str = "never-to-be-shown";

fn nothing() -> BTreeMap<String, String> {
    BTreeMap::new()
}

/// Runs the part of a test that talks to the provider. The simulator's own calls stand outside of it.
fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(work)
}

fn without_secret(messages: &Messages) {
    assert!(!messages.to_string().contains(SECRET), "{messages}");
}

#[tokio::test]
async fn certain_mistakes_are_refused_on_their_attribute() {
    let secret = || json!(SECRET);
    let table: [(Json, &str, &str); 17] = [
        (
            json!({"client_id": "c", "client_secret": secret(), "client_certificate_path": "/p"}),
            "client_secret",
            "two ways",
        ),
        (json!({"client_id": "c", "client_secret": secret(), "use_msi": true}), "use_msi", "two ways"),
        (json!({"client_id": "c", "client_secret": secret(), "use_oidc": true}), "use_oidc", "two ways"),
        (
            json!({"client_id": "c", "client_secret": secret(), "oidc_token": secret()}),
            "oidc_token",
            "two ways",
        ),
        (json!({"client_id": "c", "client_id_file_path": "/c"}), "client_id_file_path", "keep one"),
        (json!({"client_id": "c", "client_certificate": SECRET}), "client_certificate", "not base64"),
        (json!({"client_id": "c", "client_certificate": "AAAA"}), "client_certificate", "no PKCS#12"),
        (
            json!({"client_id": "c", "client_certificate_path": "/no/such.pfx"}),
            "client_certificate_path",
            "/no/such.pfx",
        ),
        (json!({"tenant_id": "common"}), "tenant_id", "its id"),
        (json!({"environment": "usgovernment"}), "environment", "GCC High"),
        (json!({"environment": "usgovernmentl5"}), "environment", "GCC High"),
        (json!({"environment": "moon"}), "environment", "`public`"),
        (json!({"authority_host": "https://login.microsoftonline.us"}), "authority_host", "GCC High"),
        (json!({"graph_endpoint": "http://graph.contoso.com"}), "graph_endpoint", "https://"),
        (json!({"endpoint": format!("http://u:{SECRET}@mail.contoso.com")}), "endpoint", "password in it"),
        (json!({"endpoint": "http://mail.contoso.com"}), "endpoint", "https://"),
        (json!({"region": "usg1"}), "region", "`us1`"),
    ];
    let plugin = plugin::start(&nothing()).await;
    for (block, path, text) in table {
        let messages = plugin.configure(block.clone()).await;
        let error = messages.expect_error();
        assert_eq!(error.path, path, "{block}: {messages}");
        assert!(error.detail.contains(text), "{block}: {messages}");
        without_secret(&messages);
    }
}

#[tokio::test]
async fn mistakes_in_the_environment_name_their_variable() {
    for (name, value, path) in [
        ("ARM_ENVIRONMENT", "dod", "environment"),
        ("ARM_USE_OIDC", "perhaps", "use_oidc"),
        ("AZURE_AUTHORITY_HOST", "http://login.contoso.com", "authority_host"),
        ("PROOFPOINT_READ_ONLY", "perhaps", "read_only"),
        ("PROOFPOINT_ESSENTIALS_ENDPOINT", "http://mail.contoso.com", "endpoint"),
    ] {
        let plugin = Start::with_tls(&nothing()).env(name, value).run().await;
        let messages = plugin.configure(json!({})).await;
        let error = messages.expect_error();
        assert_eq!(error.path, path, "{name}: {messages}");
        assert!(error.detail.contains(name), "{name}: {messages}");
    }
}

#[tokio::test]
async fn what_is_missing_is_an_error_only_for_who_needs_it() {
    let plugin = plugin::start(&nothing()).await;
    plugin.configure(json!({"username": "admin@contoso.com", "use_cli": false})).await.expect_none();
    let (_, messages) = plugin.data("proofpoint_account", json!({})).await;
    let error = messages.expect_error();
    assert!(error.detail.contains("PROOFPOINT_ESSENTIALS_PASSWORD"), "{messages}");
    assert!(error.detail.contains("`region`") && !error.detail.contains("`username`"), "{messages}");
    assert!(error.detail.ends_with(" as well."), "{messages}");
    let (_, messages) = plugin.data("proofpoint_azure_tenant", json!({})).await;
    assert!(messages.expect_error().detail.contains("`client_secret`"), "{messages}");
    let (argument, refusal) = plugin.call("console_url", &[json!("eu2")]).await.expect_err("not a region");
    assert_eq!(argument, Some(0));
    assert!(refusal.contains("`eu2` is not a region") && refusal.contains("`us5`"), "{refusal}");
    assert!(plugin.call("console_url", &[json!("eu1")]).await.is_ok(), "functions need no configuration");
}

#[tokio::test]
async fn unknown_arguments_are_named_by_who_needs_them() {
    let plugin = plugin::start(&nothing()).await;
    let block =
        json!({"client_id": "c", "client_secret": UNKNOWN, "username": "a@b.example", "password": UNKNOWN});
    plugin.configure(block).await.expect_none();
    for (source, argument) in
        [("proofpoint_account", "`password`"), ("proofpoint_azure_tenant", "`client_secret`")]
    {
        let (_, messages) = plugin.data(source, json!({})).await;
        let error = messages.expect_error();
        assert!(error.detail.starts_with(argument) && error.detail.contains("before apply"), "{messages}");
    }
}

#[test]
fn both_sides_answer_to_the_right_credentials_and_nothing_is_written() {
    let simulator = Simulator::start(&[]);
    let (account, tenant) = run(async {
        let plugin = plugin::start(&simulator.environment()).await;
        plugin.configure(json!({})).await.expect_none();
        let (account, messages) = plugin.data("proofpoint_account", json!({})).await;
        messages.expect_none();
        let (tenant, messages) = plugin.data("proofpoint_azure_tenant", json!({})).await;
        messages.expect_none();
        (account, tenant)
    });
    let first = simulator.tenant();
    assert_eq!(account["primary_email"], json!(first.essentials_username));
    assert_eq!(tenant["id"], json!(first.tenant_id));
    let domains = tenant["verified_domains"].as_array().expect("a set");
    assert!(domains.contains(&json!(first.domain)), "{domains:?}");
    simulator.assert_every_route_was_known();
    assert!(simulator.writes().is_empty());
}

#[test]
fn wrong_credentials_are_refused_in_words_and_nothing_is_written() {
    let simulator = Simulator::start(&[]);
    let environment = simulator.environment();
    run(async {
        let plugin = plugin::start(&environment).await;
        plugin.configure(json!({"password": SECRET, "client_secret": SECRET})).await.expect_none();
        let (_, messages) = plugin.data("proofpoint_account", json!({})).await;
        let error = messages.expect_error();
        assert!(error.detail.contains("user name or password"), "{messages}");
        without_secret(&messages);
        let (_, messages) = plugin.data("proofpoint_azure_tenant", json!({})).await;
        let error = messages.expect_error();
        assert_eq!(error.summary, "Entra refused the sign-in", "{messages}");
        assert!(error.detail.contains("AADSTS7000215") && error.detail.contains("not its id"), "{messages}");
        assert!(error.detail.contains("Trace id"), "{messages}");
        without_secret(&messages);
        let stranger = json!({"tenant_id": "99999999-9999-4999-8999-999999999999"});
        plugin.configure(json!({})).await.expect_none();
        let (_, messages) = plugin.data("proofpoint_azure_tenant", stranger).await;
        assert!(messages.expect_error().detail.contains("AADSTS90002"), "{messages}");
    });
    assert!(simulator.writes().is_empty());
}

#[test]
fn an_untrusted_or_closed_door_is_told_apart_from_a_wrong_key() {
    let simulator = Simulator::start(&[]);
    let mut environment = simulator.environment();
    environment.remove("PROOFPOINT_CA_BUNDLE");
    run(async {
        let plugin = plugin::start(&environment).await;
        plugin.configure(json!({})).await.expect_none();
        for source in ["proofpoint_account", "proofpoint_azure_tenant"] {
            let (_, messages) = plugin.data(source, json!({})).await;
            let detail = messages.expect_error().detail.to_lowercase();
            assert!(detail.contains("certificate") && !detail.contains("reqwest"), "{source}: {messages}");
            assert!(
                detail.contains("`ca_bundle`") && detail.contains("`proofpoint_ca_bundle`"),
                "{source}: {messages}"
            );
        }
        plugin.configure(json!({"endpoint": "http://127.0.0.1:9"})).await.expect_none();
        let timeouts = json!({"timeouts": {"read": "2s"}});
        let (_, messages) = plugin.data("proofpoint_account", timeouts).await;
        let detail = &messages.expect_error().detail;
        assert!(detail.contains("127.0.0.1") && detail.contains("connection"), "{messages}");
    });
}
