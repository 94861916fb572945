//! Arguments and promises of the documentation of application, consent, client secret and tenant that no other test would
//! miss: each is ignored by nobody.

use std::time::Instant;

use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::support::plugin::calls::Messages;
use crate::support::plugin::succeeds;
use crate::support::quickstart::{APPLICATION, CONSENT, Quickstart, SECRET, strings};
use crate::support::simulator::Simulator;

fn quickstart() -> Quickstart {
    Quickstart::start(Simulator::start(&["--users", "1"]))
}

/// The application as Graph shows it.
fn registration(quickstart: &Quickstart) -> Json {
    let id = quickstart.state(APPLICATION)["object_id"].as_str().unwrap().to_owned();
    quickstart.graph(Method::GET, &format!("applications/{id}"), None)
}

const OTHER: &str = "11111111-2222-4333-8444-555555555555";

#[test]
fn a_unique_name_is_given_by_default_set_once_in_place_and_replaces_when_it_changes() {
    let mut quickstart = quickstart();
    succeeds(&quickstart.change(APPLICATION));
    assert_eq!(registration(&quickstart)["uniqueName"], "proofpoint-essentials-azure-sync");
    quickstart.write(APPLICATION, &json!({ "unique_name": "another" }));
    assert_eq!(quickstart.plan(APPLICATION).replace, ["unique_name"]);

    // One that was made in the portal has none, keeps none, and is given one in place.
    let made = json!({ "displayName": "Proofpoint Essentials Azure Sync" });
    let made = quickstart.graph(Method::POST, "applications", Some(&made));
    quickstart.graph(Method::POST, "servicePrincipals", Some(&json!({ "appId": made["appId"] })));
    quickstart.write(APPLICATION, &json!({ "unique_name": null }));
    quickstart.import(APPLICATION, &format!("/applications/{}", made["id"].as_str().unwrap()));
    assert_eq!(quickstart.plan(APPLICATION).state["unique_name"], Json::Null);
    quickstart.write(APPLICATION, &json!({ "unique_name": "given" }));
    let planned = quickstart.plan(APPLICATION);
    assert!(planned.replace.is_empty(), "{:?}", planned.replace);
    succeeds(&quickstart.apply(APPLICATION, planned));
    let registered = registration(&quickstart);
    assert_eq!((&registered["uniqueName"], &registered["id"]), (&json!("given"), &made["id"]));
}

#[test]
fn a_protected_application_is_neither_destroyed_nor_replaced() {
    let mut quickstart = quickstart();
    quickstart.write(APPLICATION, &json!({ "deletion_protection": true }));
    succeeds(&quickstart.change(APPLICATION));
    let refused = |said: &Messages| {
        let refusal = said.expect_error();
        assert_eq!(
            (refusal.path.as_str(), refusal.summary.as_str()),
            ("deletion_protection", "The application is protected")
        );
    };
    refused(&quickstart.plan_destruction(APPLICATION).messages);
    // A plan that was made before it was protected, or by a core that passes errors over.
    let protected = quickstart.stored(APPLICATION).unwrap();
    refused(&quickstart.destroy_deposed(APPLICATION, &protected));
    assert_eq!(registration(&quickstart)["appId"], quickstart.state(APPLICATION)["client_id"]);
    quickstart.write(APPLICATION, &json!({ "unique_name": "another" }));
    refused(&quickstart.plan(APPLICATION).messages);
    quickstart.write(APPLICATION, &json!({ "unique_name": null, "tenant_id": OTHER }));
    refused(&quickstart.plan(APPLICATION).messages);
    quickstart.write(APPLICATION, &json!({ "tenant_id": null }));
    quickstart.write(APPLICATION, &json!({ "unique_name": null, "deletion_protection": false }));
    succeeds(&quickstart.change(APPLICATION));
    succeeds(&quickstart.try_destroy(APPLICATION).unwrap_or_else(|said| said));
}

#[test]
fn another_tenant_or_application_replaces() {
    let mut quickstart = quickstart();
    for kind in [APPLICATION, CONSENT, SECRET] {
        succeeds(&quickstart.change(kind));
    }
    quickstart.write(CONSENT, &json!({ "client_id": OTHER }));
    assert_eq!(quickstart.plan(CONSENT).replace, ["client_id"]);
    quickstart.write(CONSENT, &json!({ "client_id": quickstart.state(APPLICATION)["client_id"] }));
    let application = quickstart.state(APPLICATION)["id"].clone();
    quickstart.write(SECRET, &json!({ "application_id": format!("/applications/{OTHER}") }));
    assert_eq!(quickstart.plan(SECRET).replace, ["application_id"]);
    quickstart.write(SECRET, &json!({ "application_id": application }));
    for kind in [APPLICATION, CONSENT, SECRET] {
        quickstart.write(kind, &json!({ "tenant_id": OTHER }));
        assert_eq!(quickstart.plan(kind).replace, ["tenant_id"], "{kind}");
    }
    let elsewhere = format!("/tenants/99999999-2222-4333-8444-555555555555/applications/{OTHER}");
    quickstart.write(SECRET, &json!({ "application_id": elsewhere }));
    let said = quickstart.validate(SECRET, true);
    assert_eq!(said.expect_error().path, "tenant_id", "{said}");
}

#[test]
fn the_console_is_the_return_address_and_a_slash_at_its_end_makes_no_difference() {
    let mut quickstart = quickstart();
    succeeds(&quickstart.change(APPLICATION));
    let console = registration(&quickstart)["web"]["redirectUris"].clone();
    let console = console[0].as_str().expect("an address").trim_end_matches('/').to_owned();
    assert!(quickstart.simulator.ready().essentials_endpoint.starts_with(&console), "{console}");
    for address in [console.clone(), format!("{console}/")] {
        quickstart.write(APPLICATION, &json!({ "redirect_uris": [address] }));
        assert_eq!(quickstart.plan(APPLICATION).state, quickstart.state(APPLICATION));
    }
    quickstart.write(APPLICATION, &json!({ "redirect_uris": null }));
    quickstart.set("PROOFPOINT_ESSENTIALS_ENDPOINT", "");
    quickstart.set("PROOFPOINT_ESSENTIALS_REGION", "eu1");
    succeeds(&quickstart.change(APPLICATION));
    let console = registration(&quickstart)["web"]["redirectUris"][0].take();
    assert!(console.as_str().unwrap().starts_with("https://eu1.proofpointessentials.com"), "{console}");
}

#[test]
fn an_application_shows_what_entra_says_and_hides_its_own_tags() {
    let mut quickstart = quickstart();
    quickstart.write(APPLICATION, &json!({ "tags": [], "sign_in_audience": "AzureADMultipleOrgs" }));
    succeeds(&quickstart.change(APPLICATION));
    let (state, registered) = (quickstart.state(APPLICATION), registration(&quickstart));
    assert_eq!(state["tags"], json!([]));
    for (attribute, property) in [
        ("client_id", "appId"),
        ("publisher_domain", "publisherDomain"),
        ("sign_in_audience", "signInAudience"),
    ] {
        assert!(state[attribute].is_string(), "{attribute}");
        assert_eq!(state[attribute], registered[property], "{attribute}");
    }
    assert!(strings(&registered["tags"]).contains("terraform-provider-proofpoint"), "{registered:#}");
    quickstart.configure();
    assert_eq!(quickstart.plan(APPLICATION).state, state);
}

#[test]
fn a_secret_has_the_name_and_the_end_that_are_asked_for() {
    let mut quickstart = quickstart();
    succeeds(&quickstart.change(APPLICATION));
    let made = |quickstart: &Quickstart| {
        succeeds(&quickstart.change(SECRET));
        let keys = registration(quickstart)["passwordCredentials"].take();
        assert_eq!(keys.as_array().map(Vec::len), Some(1), "{keys:#}");
        keys[0].clone()
    };
    let at = |time: &Json| time.as_str().unwrap().parse::<Timestamp>().unwrap();
    let hours = |key: &Json| at(&key["endDateTime"]).duration_since(at(&key["startDateTime"])).as_hours();
    let plain = made(&quickstart);
    assert!(plain["displayName"].as_str().unwrap().starts_with("terraform terraform:"), "{plain:#}");
    assert!((17_519..=17_545).contains(&hours(&plain)), "two years: {plain:#}");
    assert_eq!(quickstart.state(SECRET)["display_name"], "terraform");
    quickstart.write(SECRET, &json!({ "display_name": "reports" }));
    assert!(made(&quickstart)["displayName"].as_str().unwrap().starts_with("reports terraform:"));
    quickstart.write(SECRET, &json!({ "end_date_relative": "100h" }));
    // Where there was no life, one counts from the next secret on.
    assert_eq!(quickstart.plan(SECRET).state["key_id"], quickstart.state(SECRET)["key_id"]);
    quickstart.write(SECRET, &json!({ "display_name": "shorter" }));
    assert!((99..=100).contains(&hours(&made(&quickstart))));
    let end = "2090-01-31T00:00:00Z";
    quickstart.write(SECRET, &json!({ "end_date_relative": null, "end_date": end }));
    assert_eq!(at(&made(&quickstart)["endDateTime"]), end.parse().unwrap());
    quickstart.write(SECRET, &json!({ "end_date": "2090-01-31T01:00:00+01:00" }));
    assert_eq!(
        quickstart.plan(SECRET).state["key_id"],
        quickstart.state(SECRET)["key_id"],
        "the same moment"
    );
    quickstart.write(SECRET, &json!({ "rotate_before": "1h" }));
    assert!(quickstart.validate(SECRET, true).has_errors(), "not with a fixed end");
}

/// Whatever Graph is asked takes longer than the operations below may, but for one of their timeouts.
const SLOW: u64 = 40_000;

#[track_caller]
fn ends(operation: &str, act: impl FnOnce() -> Messages) {
    let (began, said) = (Instant::now(), act());
    let took = began.elapsed().as_secs();
    assert!(said.has_errors() && took < 25, "{operation}: {took} s {said}");
}

/// Lets one operation of a resource be slow where its own timeout alone is short.
fn slow_operation(kind: &'static str, operation: &str) {
    let name = format!("{operation} of {kind}");
    let mut quickstart = quickstart();
    if kind != APPLICATION {
        succeeds(&quickstart.change(APPLICATION));
    }
    let mut timeouts = json!({ "create": "90s", "read": "90s", "update": "90s", "delete": "90s" });
    timeouts[operation] = json!("2s");
    quickstart.write(kind, &json!({ "timeouts": timeouts }));
    if operation != "create" {
        succeeds(&quickstart.change(kind));
    }
    if operation == "update" {
        let change = match kind {
            APPLICATION => json!({ "notes": "slow" }),
            CONSENT => json!({ "delegated_permissions": ["Directory.Read.All"] }),
            _ => json!({ "display_name": "slow", "rotate_when_changed": { "reason": "slow" } }),
        };
        quickstart.write(kind, &change);
    }
    quickstart.restart();
    let planned = matches!(operation, "create" | "update").then(|| quickstart.plan(kind));
    quickstart.simulator.set_faults(&json!([{ "path": "/v1.0/**", "delay": SLOW }]));
    match planned {
        Some(planned) => {
            succeeds(&planned.messages);
            ends(&name, || quickstart.apply(kind, planned));
        }
        None if operation == "delete" => {
            ends(&name, || quickstart.try_destroy(kind).unwrap_or_else(|said| said));
        }
        None => ends(&name, || quickstart.plan(kind).messages),
    }
}

#[test]
fn every_operation_ends_at_its_own_timeout() {
    std::thread::scope(|scope| {
        for kind in [APPLICATION, CONSENT, SECRET] {
            for operation in ["create", "read", "update", "delete"] {
                scope.spawn(move || slow_operation(kind, operation));
            }
        }
    });
    let quickstart = quickstart();
    quickstart.simulator.set_faults(&json!([{ "path": "/v1.0/**", "delay": SLOW }]));
    let read = json!({ "timeouts": { "read": "2s" } });
    ends("read of the tenant", || quickstart.data("proofpoint_azure_tenant", read).1);
}

#[test]
fn a_tenant_shows_its_domains_and_names() {
    let quickstart = quickstart();
    let tenant = quickstart.simulator.tenant().clone();
    let (shown, said) = quickstart.data("proofpoint_azure_tenant", json!({}));
    said.expect_none();
    let details = quickstart.graph(Method::GET, "organization", None)["value"][0].take();
    assert_eq!(shown["id"], json!(tenant.tenant_id));
    assert_eq!(shown["display_name"], details["displayName"]);
    let domains = details["verifiedDomains"].as_array().unwrap();
    let named = |flag: &str| domains.iter().find(|domain| domain[flag] == true).unwrap()["name"].clone();
    assert_eq!(shown["initial_domain"], named("isInitial"));
    assert_eq!(shown["default_domain"], named("isDefault"));
    assert!(strings(&shown["verified_domains"]).contains(&tenant.domain), "{shown:#}");
    assert_eq!(strings(&shown["verified_domains"]).len(), domains.len());
    let synced = details["onPremisesSyncEnabled"].as_bool().unwrap_or_default();
    assert_eq!(shown["on_premises_sync_enabled"], json!(synced));
}
