//! A PUT that was refused, or that was not answered: which key goes, and which one has to stay.

use serde_json::{Value as Json, json};

use super::handover::{prepared, refuse_puts};
use crate::support::quickstart::{APPLICATION, Quickstart, SYNC, strings};

/// A sync that is in place, of which a setting is about to change within a short time.
fn changing(timeout: &str) -> (Quickstart, Json) {
    let mut quickstart = prepared(&json!({ "timeouts": { "update": timeout } }));
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    let key = quickstart.state(SYNC)["key_id"].clone();
    quickstart.write(SYNC, &json!({ "frequency": 3 }));
    (quickstart, key)
}

#[test]
fn a_change_that_is_refused_to_the_end_leaves_the_key_that_proofpoint_has() {
    let (quickstart, key) = changing("8s");
    refuse_puts(&quickstart, 400, None);
    let said = quickstart.change(SYNC);
    let error = said.expect_error();
    assert!(error.detail.contains("has been removed again"), "{said}");
    assert!(!error.detail.contains("saved once by hand"), "that is for a first configuration: {said}");
    assert_eq!(quickstart.keys(), strings(&json!([key])));
    quickstart.assert_sound("refused");
}

#[test]
fn a_key_that_was_taken_before_the_refusals_began_is_left() {
    let (mut quickstart, _) = changing("10s");
    let planned = quickstart.plan(SYNC);
    let put = |fault: Json| {
        let mut fault = fault;
        (fault["method"], fault["path"]) = ("PUT".into(), "**/settings/azure".into());
        fault
    };
    let lost = put(json!({ "drop": "after", "count": 1 }));
    quickstart.simulator.set_faults(&json!([lost, put(json!({ "status": 400 }))]));
    let said = quickstart.apply(SYNC, planned);
    assert!(said.has_errors(), "{said}");
    let text = |value: &Json| value.as_str().expect("a text").to_owned();
    let (client_id, key) =
        (text(&quickstart.state(APPLICATION)["client_id"]), text(&quickstart.settings()["ad_key"]));
    assert!(
        quickstart.simulator.signs_in(&client_id, &key),
        "the key that Proofpoint has was removed: {said}"
    );
    quickstart.simulator.set_faults(&json!([]));
    quickstart.restart();
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    quickstart.assert_sound("taken and refused");
}

#[test]
fn whatever_is_no_refusal_for_certain_leaves_the_key() {
    let unanswered = [
        json!({ "status": 408 }),
        json!({ "status": 429 }),
        json!({ "status": 500 }),
        json!({ "drop": "before" }),
        json!({ "delay": 60_000 }),
    ];
    std::thread::scope(|scope| {
        for fault in unanswered {
            scope.spawn(move || leaves_the_key(fault));
        }
    });
}

fn leaves_the_key(mut fault: Json) {
    let (quickstart, _) = changing("10s");
    let planned = quickstart.plan(SYNC);
    let context = fault.to_string();
    (fault["method"], fault["path"]) = ("PUT".into(), "**/settings/azure".into());
    quickstart.simulator.set_faults(&json!([fault]));
    let said = quickstart.apply(SYNC, planned);
    assert!(said.expect_error().detail.contains("`interrupted`"), "{context}: {said}");
    assert_eq!(quickstart.keys().len(), 2, "{context}: nobody knows which one Proofpoint has");
}
