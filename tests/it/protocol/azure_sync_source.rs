//! The data source that shows how an organization synchronizes.

use reqwest::Method;
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

use crate::support::plugin;
use crate::support::plugin::calls::Messages;
use crate::support::simulator::Simulator;

fn read(simulator: &Simulator, domain: &str) -> (Json, Messages) {
    Runtime::new().expect("a runtime").block_on(async {
        let plugin = plugin::start(&simulator.environment()).await;
        plugin.configure(json!({})).await.expect_none();
        plugin.data("proofpoint_azure_sync", json!({ "domain": domain })).await
    })
}

#[track_caller]
fn put(simulator: &Simulator, part: &str, body: &Json) {
    let path = format!("orgs/{}/settings/azure{part}", simulator.tenant().domain);
    simulator.essentials_done(Method::PUT, &path, Some(body));
}

#[test]
fn settings_and_exemptions_are_shown_and_the_secret_is_not() {
    let simulator = Simulator::start(&["--users", "2"]);
    let tenant = simulator.tenant().clone();
    put(
        &simulator,
        "",
        &tenant.sync_settings(&json!({
            "disable_login": true, "default_user_role_name": "silent_user", "sync_frequency": 6,
            "sync_distribution_groups": false, "sync_security_groups": true, "update_users": false,
            "add_groups": false,
        })),
    );
    let exempt = format!("scanner@{}", tenant.domain);
    put(&simulator, "/exemptions", &json!([exempt]));

    let (state, said) = read(&simulator, &tenant.domain);
    said.expect_none();
    let expected = json!({
        "domain": tenant.domain,
        "id": format!("/orgs/{}/settings/azure", tenant.domain),
        "organization": tenant.domain,
        "primary_domain": tenant.domain,
        "client_id": tenant.client_id,
        "default_role": "silent_user",
        "frequency": 6,
        "what": { "active_users": true, "distribution_groups": false, "security_groups": true },
        "users": { "add": true, "update": false, "remove_deleted": true },
        "groups": { "add": false, "update": true, "remove_deleted": false },
        "allow_microsoft_login": false,
        "exemptions": [exempt],
        "last_successful_sync": null,
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(state[name], *value, "{name}: {state:#}");
    }
    assert!(!state.to_string().contains(&tenant.client_secret), "{state:#}");

    simulator.control(Method::POST, "sync", Some(&json!({ "domain": tenant.domain })));
    let (state, said) = read(&simulator, &tenant.domain);
    said.expect_none();
    assert!(state["last_successful_sync"].is_string(), "{state:#}");
    simulator.assert_every_route_was_known();
}

#[test]
fn an_organization_that_does_not_synchronize_is_an_error_that_names_what_reads_it() {
    let simulator = Simulator::start(&["--users", "1"]);
    let (state, said) = read(&simulator, &simulator.tenant().domain);
    let refusal = said.expect_error();
    assert_eq!(
        (refusal.path.as_str(), refusal.summary.as_str()),
        ("domain", "No sync is configured (contoso.com)")
    );
    assert!(refusal.detail.contains("`proofpoint_azure_sync_health`") && state.is_null(), "{refusal}");
}

#[test]
fn an_organization_of_somebody_else_is_refused_on_its_domain() {
    let simulator = Simulator::start(&["--users", "1", "--tenants", "2"]);
    let (_, said) = read(&simulator, &simulator.ready().tenants[1].domain);
    let refusal = said.expect_error();
    assert_eq!(refusal.path, "domain");
    assert!(refusal.detail.contains("administrator"), "{refusal}");
}
