//! Earlier keys that somebody else has removed: a state does not go on listing them. And lists that are late, which are no
//! evidence of that.

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::support::plugin::succeeds;
use crate::support::quickstart::{APPLICATION, Quickstart, SECRET, SYNC, strings};
use crate::support::simulator::Simulator;

/// A sync that was rotated twice, with the two earlier keys; nothing has proven the present one.
fn rotated() -> (Quickstart, Vec<String>) {
    let mut quickstart = Quickstart::prepared(Simulator::start(&["--users", "1"]));
    for round in ["1", "2", "3"] {
        let trigger = json!({ "rotate_when_changed": { "round": round } });
        quickstart.write(SYNC, &json!({ "managed_client_secret": trigger }));
        succeeds(&quickstart.change(SYNC));
        quickstart.restart();
    }
    let earlier = listed(&quickstart, SYNC, "superseded_key_ids");
    assert_eq!(earlier.len(), 2, "{:#}", quickstart.state(SYNC));
    (quickstart, earlier)
}

fn listed(quickstart: &Quickstart, kind: &'static str, attribute: &str) -> Vec<String> {
    strings(&quickstart.state(kind)[attribute]).into_iter().collect()
}

fn remove_by_hand(quickstart: &Quickstart, key: &str) {
    let id = quickstart.state(APPLICATION)["object_id"].as_str().expect("an id").to_owned();
    let path = format!("applications/{id}/removePassword");
    quickstart.graph(Method::POST, &path, Some(&json!({ "keyId": key })));
}

/// What a refresh leaves in the state, where nothing is planned.
#[track_caller]
fn refreshed(quickstart: &mut Quickstart, kind: &'static str) -> Json {
    quickstart.restart();
    let planned = quickstart.plan(kind);
    succeeds(&planned.messages);
    let state = quickstart.state(kind);
    assert_eq!(planned.state, state, "nothing is to be done");
    state
}

#[test]
fn an_earlier_key_that_somebody_removed_is_not_listed_any_more() {
    let (mut quickstart, earlier) = rotated();
    let present = quickstart.state(SYNC)["key_id"].clone();
    remove_by_hand(&quickstart, &earlier[0]);
    let state = refreshed(&mut quickstart, SYNC);
    assert_eq!(state["superseded_key_ids"], json!([earlier[1]]));
    remove_by_hand(&quickstart, &earlier[1]);
    let state = refreshed(&mut quickstart, SYNC);
    assert_eq!(state["superseded_key_ids"], json!([]));
    assert_eq!(state["key_id"], present);
    quickstart.assert_sound("all earlier keys are gone");
}

/// Every read of the application shows these keys from now on.
fn show_keys(quickstart: &Quickstart, change: impl FnOnce(&mut Vec<Json>)) {
    let id = quickstart.state(APPLICATION)["object_id"].as_str().expect("an id").to_owned();
    let mut shown = quickstart.graph(Method::GET, &format!("applications/{id}"), None);
    shown.as_object_mut().expect("an application").remove("@odata.context");
    change(shown["passwordCredentials"].as_array_mut().expect("keys"));
    let faults = ["/v1.0/applications(*", "/v1.0/applications/*"]
        .map(|path| json!({ "method": "GET", "path": path, "status": 200, "body": shown }));
    quickstart.simulator.set_faults(&json!(faults));
}

#[test]
fn an_earlier_key_whose_description_somebody_changed_is_not_gone() {
    let (mut quickstart, earlier) = rotated();
    show_keys(&quickstart, |keys| {
        let key = keys.iter_mut().find(|key| key["keyId"] == earlier[0].as_str()).expect("the key");
        key["displayName"] = "renamed".into();
    });
    let state = refreshed(&mut quickstart, SYNC);
    assert_eq!(state["superseded_key_ids"], json!(earlier));
    quickstart.assert_sound("a key with another description");
}

#[test]
fn a_list_from_before_the_present_key_tells_nothing_of_earlier_ones() {
    let (mut quickstart, earlier) = rotated();
    // A replica that has heard of the application and of none of its keys; another process reads there.
    show_keys(&quickstart, Vec::clear);
    quickstart.simulator.advance_clock("2h");
    quickstart.restart();
    let planned = quickstart.plan(SYNC);
    assert_eq!(planned.state["rotation_reason"], "key_missing", "{:#}", planned.state);
    assert_eq!(listed(&quickstart, SYNC, "superseded_key_ids"), earlier);
}

#[test]
fn an_earlier_secret_that_somebody_removed_is_not_listed_any_more() {
    let mut quickstart = Quickstart::prepared(Simulator::start(&["--users", "1"]));
    for round in ["1", "2", "3"] {
        quickstart.write(SECRET, &json!({ "overlap": "1000h", "rotate_when_changed": { "round": round } }));
        succeeds(&quickstart.change(SECRET));
        quickstart.restart();
    }
    let earlier = listed(&quickstart, SECRET, "previous_key_ids");
    assert_eq!(earlier.len(), 2);
    remove_by_hand(&quickstart, &earlier[0]);
    let state = refreshed(&mut quickstart, SECRET);
    assert_eq!(state["previous_key_ids"], json!([earlier[1]]));
    // What is over later is the other one alone.
    quickstart.simulator.advance_clock("1001h");
    quickstart.restart();
    let planned = quickstart.plan(SECRET);
    assert_eq!(planned.state["previous_key_ids"], json!([]));
    succeeds(&quickstart.apply(SECRET, planned));
    assert_eq!(quickstart.keys().len(), 1);
    refreshed(&mut quickstart, SECRET);
}
