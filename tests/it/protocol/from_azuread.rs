//! `moved` from `hashicorp/azuread`, with states that azuread itself has written: nothing is made anew, and nothing changes.

use reqwest::Method;
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

use crate::support::plugin;
use crate::support::plugin::calls::Stored;
use crate::support::quickstart::{APPLICATION, SECRET};
use crate::support::simulator::Simulator;

/// The states of three resources as azuread 3.9 wrote them, each with its type and the version of its schema.
const STATES: &str = include_str!("azuread/states.json");

const REGISTRIES: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];

/// The registrations that the states are about, made again by hand.
struct World {
    simulator: Simulator,
    states: Json,
}

impl World {
    fn start() -> Self {
        let simulator = Simulator::start(&["--users", "1", "--groups", "0"]);
        let mut text = STATES.to_owned();
        let whole = json!({
            "displayName": "Proofpoint sync", "notes": "Asked for by the mail team", "tags": ["mail"],
            "web": { "redirectUris": ["https://us1.proofpointessentials.com/"] },
            "requiredResourceAccess": [{
                "resourceAppId": "00000003-0000-0000-c000-000000000000", "resourceAccess": [
                    { "id": "7ab1d382-f21e-4acd-a863-ba3e13f7da61", "type": "Role" },
                    { "id": "5f8c59db-677d-491f-a6b8-5f174b11ec1d", "type": "Scope" },
                ],
            }],
        });
        let split = json!({ "displayName": "Proofpoint sync, in parts", "web": { "redirectUris": ["https://eu1.proofpointessentials.com/"] } });
        let post = |path: &str, body: &Json| simulator.graph_done(Method::POST, path, Some(body));
        for (kind, body) in [("azuread_application", whole), ("azuread_application_registration", split)] {
            let made = post("applications", &body);
            post("servicePrincipals", &json!({ "appId": made["appId"] }));
            let wrote = state(&serde_json::from_str(STATES).expect("states"), kind).1;
            for (attribute, property) in [("object_id", "id"), ("client_id", "appId")] {
                let text_of = |value: &Json| value.as_str().expect("an id").to_owned();
                text = text.replace(&text_of(&wrote[attribute]), &text_of(&made[property]));
            }
            if kind == "azuread_application" {
                let path = format!("applications/{}/addPassword", made["id"].as_str().expect("an id"));
                let key = post(&path, &json!({ "passwordCredential": { "displayName": "sync" } }));
                let states = serde_json::from_str(&text).expect("states");
                let (_, wrote) = state(&states, "azuread_application_password");
                for (attribute, property) in [("key_id", "keyId"), ("value", "secretText")] {
                    let text_of = |value: &Json| value.as_str().expect("a text").to_owned();
                    text = text.replace(&text_of(&wrote[attribute]), &text_of(&key[property]));
                }
            }
        }
        // What was written a moment ago may be late.
        simulator.advance_clock("1h");
        Self { simulator, states: serde_json::from_str(&text).expect("states") }
    }
}

/// Version and attributes of the state of a type.
fn state(states: &Json, kind: &str) -> (i64, Json) {
    let mut all = states.as_array().expect("states").iter();
    let one = all.find(|one| one["type"] == kind).expect("a state of the type");
    (one["schema_version"].as_i64().expect("a version"), one["attributes"].clone())
}

#[test]
fn what_azuread_made_is_taken_over_from_either_registry_without_a_change() {
    let world = World::start();
    world.simulator.forget_requests();
    let whole = json!({
        "display_name": "Proofpoint sync", "notes": "Asked for by the mail team", "tags": ["mail"],
        "redirect_uris": ["https://us1.proofpointessentials.com/"], "delegated_permissions": ["Group.Read.All"],
        "application_permissions": ["Directory.Read.All"],
    });
    let split = json!({
        "display_name": "Proofpoint sync, in parts", "redirect_uris": ["https://eu1.proofpointessentials.com/"],
        "delegated_permissions": [], "application_permissions": [],
    });
    let (_, password) = state(&world.states, "azuread_application_password");
    let secret = json!({ "application_id": password["application_id"], "display_name": "sync" });
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let plugin = plugin::start(&world.simulator.environment()).await;
        plugin.configure(json!({})).await.expect_none();
        for registry in REGISTRIES {
            for (from, to, config) in [
                ("azuread_application", APPLICATION, &whole),
                ("azuread_application_registration", APPLICATION, &split),
                ("azuread_application_password", SECRET, &secret),
            ] {
                let (version, attributes) = state(&world.states, from);
                let resource = plugin.resource(to).await;
                let moved = resource
                    .move_from(&format!("{registry}/hashicorp/azuread"), from, version, &attributes)
                    .await;
                moved.messages.expect_none();
                let read = resource.read(&moved).await;
                read.messages.expect_none();
                assert!(!read.state.is_null(), "{from}: nothing is there");
                let planned = resource.plan(Some(&read), config.clone()).await;
                planned.messages.expect_none();
                assert_eq!(planned.state, read.state, "{from}: the plan changes something");
                if to == SECRET {
                    assert_eq!(read.state["value"], attributes["value"], "the secret is lost");
                } else {
                    assert_eq!(read.state["client_id"], attributes["client_id"]);
                    assert!(read.state["service_principal_object_id"].is_string());
                }
            }
        }
    });
    assert!(world.simulator.writes().is_empty(), "{:#?}", world.simulator.writes());
    world.simulator.assert_every_route_was_known();
}

#[test]
fn states_of_older_versions_are_taken_over_and_those_of_others_are_refused() {
    let world = World::start();
    let (_, attributes) = state(&world.states, "azuread_application");
    let older = json!({
        "id": attributes["object_id"], "object_id": attributes["object_id"],
        "application_id": attributes["client_id"], "display_name": "Proofpoint sync", "web": [], "tags": [], "notes": "",
    });
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let plugin = plugin::start(&world.simulator.environment()).await;
        plugin.configure(json!({})).await.expect_none();
        let resource = plugin.resource(APPLICATION).await;
        let moving = |provider: &'static str, kind: &'static str, version, attributes: Json| {
            let resource = &resource;
            async move { resource.move_from(provider, kind, version, &attributes).await }
        };
        let azuread = "registry.terraform.io/hashicorp/azuread";
        for version in [0, 1] {
            let moved: Stored = moving(azuread, "azuread_application", version, older.clone()).await;
            moved.messages.expect_none();
            let id = format!("/applications/{}", attributes["object_id"].as_str().unwrap());
            assert_eq!(moved.state["id"], json!(id));
            assert_eq!(moved.state["client_id"], attributes["client_id"]);
        }
        let only_id = json!({ "id": attributes["id"] });
        let moved = moving(azuread, "azuread_application", 2, only_id).await;
        assert_eq!(moved.state["object_id"], attributes["object_id"]);

        let nothing = moving(azuread, "azuread_application", 2, json!({ "display_name": "x" })).await;
        let refusal = nothing.messages.expect_error();
        assert!(refusal.detail.contains("`object_id`"), "{refusal}");
        for (provider, kind) in [
            ("registry.terraform.io/somebody/azuread", "azuread_application"),
            (azuread, "azuread_service_principal"),
        ] {
            let refused = moving(provider, kind, 2, older.clone()).await;
            let refusal = refused.messages.expect_error();
            assert!(refusal.detail.contains("`azuread_application_registration`"), "{refusal}");
        }
    });
}
