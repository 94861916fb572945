//! What resources show and nobody writes: each computed attribute is what the services say.

use std::collections::BTreeSet;

use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value as Json, json};

use super::waiting::hire;
use crate::support::plugin::messages::schema::Block;
use crate::support::quickstart::{APPLICATION, CONSENT, Quickstart, RUN, SECRET, SYNC};
use crate::support::simulator::Simulator;

/// What an object shows of itself, by the schema: what can't be written.
fn computed(body: &Block) -> BTreeSet<String> {
    let shown = body.attributes.iter().filter(|one| one.computed && !one.optional && !one.required);
    shown.map(|one| one.name.clone()).collect()
}

/// Fails unless an object shows exactly these attributes, with these values.
#[track_caller]
fn assert_shows(quickstart: &Quickstart, kind: &str, expected: &Json) {
    let expected = expected.as_object().expect("attributes");
    let names: BTreeSet<String> = expected.keys().cloned().collect();
    assert_eq!(computed(&quickstart.schema(kind)), names, "{kind}: what it shows has a value here");
    let state = quickstart.state(kind);
    for (name, value) in expected {
        assert_eq!(state[name], *value, "{kind}: {name}: {state:#}");
    }
}

#[track_caller]
fn change(quickstart: &mut Quickstart, kind: &'static str, arguments: &Json) {
    quickstart.write(kind, arguments);
    quickstart.configure();
    let said = quickstart.change(kind);
    assert!(!said.has_errors(), "{kind}: {said}");
}

/// A time of Graph as states write times.
fn time(text: &Json) -> Json {
    json!(text.as_str().expect("a time").parse::<Timestamp>().expect("a time").to_string())
}

fn key<'a>(keys: &'a Json, id: &Json) -> &'a Json {
    keys.as_array().expect("keys").iter().find(|key| key["keyId"] == *id).expect("the key")
}

#[test]
fn every_computed_attribute_is_what_the_services_say() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "3"]));
    let domain = quickstart.simulator.tenant().domain.clone();
    for kind in [APPLICATION, CONSENT] {
        change(&mut quickstart, kind, &json!({}));
    }
    change(
        &mut quickstart,
        SECRET,
        &json!({ "display_name": "reports", "overlap": "24h", "rotate_when_changed": { "round": "1" } }),
    );
    change(&mut quickstart, SYNC, &json!({}));
    let (first_secret, first_key) =
        (quickstart.state(SECRET)["key_id"].clone(), quickstart.state(SYNC)["key_id"].clone());
    assert_eq!(quickstart.state(SYNC)["rotation_reason"], "created");
    change(&mut quickstart, SECRET, &json!({ "rotate_when_changed": { "round": "2" } }));
    change(
        &mut quickstart,
        SYNC,
        &json!({ "managed_client_secret": { "rotate_when_changed": { "round": "2" } } }),
    );

    let client_id = quickstart.state(APPLICATION)["client_id"].clone();
    let client_id = client_id.as_str().expect("an id");
    let registered = quickstart.graph(Method::GET, &format!("applications(appId='{client_id}')"), None);
    let principal = quickstart.graph(Method::GET, &format!("servicePrincipals(appId='{client_id}')"), None);
    let (object, principal) =
        (registered["id"].as_str().expect("an id"), principal["id"].as_str().expect("an id"));
    let application = json!({
        "client_id": registered["appId"], "id": format!("/applications/{object}"), "object_id": object,
        "publisher_domain": registered["publisherDomain"], "service_principal_object_id": principal,
    });
    assert_shows(&quickstart, APPLICATION, &application);
    let consent = json!({
        "id": format!("/servicePrincipals/{principal}/adminConsent"), "service_principal_object_id": principal,
    });
    assert_shows(&quickstart, CONSENT, &consent);

    let keys = &registered["passwordCredentials"];
    let state = quickstart.state(SECRET);
    let secret = key(keys, &state["key_id"]);
    let (id, value) = (secret["keyId"].as_str().expect("an id"), state["value"].as_str().expect("a value"));
    assert!(secret["displayName"].as_str().expect("a name").starts_with("reports ") && *id != first_secret);
    assert!(quickstart.simulator.signs_in(client_id, value), "the value is the secret's");
    assert!(value.starts_with(secret["hint"].as_str().expect("a hint")));
    let shown = json!({
        "hint": secret["hint"], "id": format!("/applications/{object}/password/{id}"), "key_id": id,
        "previous_key_ids": [first_secret], "start_date": time(&secret["startDateTime"]), "value": value,
    });
    assert_shows(&quickstart, SECRET, &shown);

    let settings = quickstart.essentials(Method::GET, "settings/azure", None);
    let held = quickstart.settings()["ad_key"].clone();
    let managed = key(keys, &quickstart.state(SYNC)["key_id"]);
    let hint = managed["hint"].as_str().expect("a hint");
    assert!(held.as_str().expect("a key").starts_with(hint) && managed["keyId"] != first_key);
    let shown = json!({
        "id": format!("/orgs/{domain}/settings/azure"), "organization": domain, "key_id": managed["keyId"],
        "key_hint": hint, "key_end_date": time(&managed["endDateTime"]), "superseded_key_ids": [first_key],
        "rotation_reason": "trigger_changed", "secret_expiry": settings["secret_expiry"],
        // Only who waits is told when; `waiting.rs` has its value.
        "routing_ready_at": null,
    });
    assert!(settings["secret_expiry"].is_string(), "{settings:#}");
    assert_shows(&quickstart, SYNC, &shown);
    quickstart.simulator.assert_every_route_was_known();
}

#[test]
fn a_run_shows_when_it_wrote_whom_it_left_and_whom_it_withheld() {
    let mut quickstart = Quickstart::prepared(Simulator::start(&["--users", "4"]));
    let domain = quickstart.simulator.tenant().domain.clone();
    change(&mut quickstart, SYNC, &json!({ "frequency": 0 }));
    hire(&quickstart, "leaver");
    let rows = |quickstart: &Quickstart| {
        let config = json!({ "domain": domain, "users": { "remove_deleted": true } });
        let (preview, said) = quickstart.data("proofpoint_azure_sync_preview", config);
        assert!(!said.has_errors(), "{said}");
        preview["changes"].clone()
    };
    let changes = rows(&quickstart);
    quickstart.write_anew(RUN, json!({}));
    change(&mut quickstart, RUN, &json!({ "changes": changes, "max_deletions": "100%" }));
    quickstart.simulator.advance_clock("2h");
    quickstart.graph(Method::DELETE, &format!("users/leaver@{domain}"), None);
    hire(&quickstart, "joiner");
    let address = format!("leaver@{domain}");
    let changes = rows(&quickstart);
    assert!(changes[&address].is_string(), "{changes:#}");
    quickstart.write_anew(RUN, json!({}));
    change(
        &mut quickstart,
        RUN,
        &json!({ "changes": changes, "max_deletions": "0", "on_excess": "withhold" }),
    );
    let shown = quickstart.state(RUN);
    let now = quickstart.simulator.control(Method::GET, "clock", None)["now"].clone();
    let at = |time: &Json| time.as_str().expect("a time").parse::<Timestamp>().expect("a time");
    let age = at(&now).duration_since(at(&shown["run_at"]));
    assert!(age.as_secs() < 60, "{now} {shown:#}");
    let expected = json!({
        "run_at": shown["run_at"], "withheld": { &address: changes[&address] },
        "left": { &address: "delete: withheld, as there are more than `max_deletions` allows" },
    });
    assert_shows(&quickstart, RUN, &expected);
}
