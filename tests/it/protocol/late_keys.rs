//! Lists of keys that are late by more than a few looks: a rotation of an application that everybody knows already.

use reqwest::Method;
use serde_json::json;

use crate::support::plugin::calls::Stored;
use crate::support::plugin::succeeds;
use crate::support::quickstart::{APPLICATION, Quickstart, SECRET, SYNC, strings};
use crate::support::simulator::{Request, Simulator};

/// A sync whose application and first key are old, while lists of keys are late from now on.
fn with_late_keys(moods: &serde_json::Value) -> Quickstart {
    let mut quickstart = Quickstart::prepared(Simulator::start(&["--users", "1"]));
    succeeds(&quickstart.change(SYNC));
    quickstart.simulator.advance_clock("3h");
    quickstart.restart();
    drop(quickstart.plan(SYNC));
    quickstart.simulator.control(Method::POST, "moods", Some(moods));
    quickstart
}

fn rotate(quickstart: &mut Quickstart, round: &str) {
    quickstart
        .write(SYNC, &json!({ "managed_client_secret": { "rotate_when_changed": { "round": round } } }));
    succeeds(&quickstart.change(SYNC));
    quickstart.restart();
}

#[track_caller]
fn lists_all_keys(quickstart: &Quickstart) {
    let sync = quickstart.state(SYNC);
    let mut listed = strings(&sync["superseded_key_ids"]);
    listed.insert(sync["key_id"].as_str().unwrap_or_default().to_owned());
    assert_eq!(quickstart.keys(), listed);
}

#[track_caller]
fn nothing_to_do(quickstart: &mut Quickstart) {
    quickstart.restart();
    let planned = quickstart.plan(SYNC);
    succeeds(&planned.messages);
    assert_eq!(planned.state, quickstart.state(SYNC));
}

#[test]
fn a_key_that_the_list_does_not_show_yet_is_not_missed() {
    let mut quickstart = with_late_keys(&json!({ "lag_of_keys": "40s", "token_endpoint": "ahead" }));
    rotate(&mut quickstart, "2");
    lists_all_keys(&quickstart);
    nothing_to_do(&mut quickstart);
}

#[test]
fn a_key_that_the_list_does_not_show_yet_is_superseded_and_goes_like_any_other() {
    let mut quickstart = with_late_keys(&json!({ "lag_of_keys": "40s", "token_endpoint": "ahead" }));
    quickstart.write(SYNC, &json!({ "timeouts": { "read": "5s" } }));
    rotate(&mut quickstart, "2");
    rotate(&mut quickstart, "3");
    lists_all_keys(&quickstart);
}

#[test]
fn a_key_that_the_list_does_not_show_yet_is_destroyed() {
    let mut quickstart = with_late_keys(&json!({ "lag_of_keys": "40s", "token_endpoint": "ahead" }));
    rotate(&mut quickstart, "2");
    quickstart.destroy_one(SYNC);
    assert!(quickstart.keys().is_empty(), "{:?}", quickstart.keys());
}

#[test]
fn a_key_that_the_list_still_shows_is_no_change() {
    let mut quickstart = with_late_keys(&json!({}));
    rotate(&mut quickstart, "2");
    quickstart.simulator.advance_clock("3h");
    quickstart.restart();
    quickstart.simulator.control(
        Method::POST,
        "moods",
        Some(&json!({ "lag_of_keys": "40s", "token_endpoint": "ahead" })),
    );
    succeeds(&quickstart.change(SYNC));
    lists_all_keys(&quickstart);
    assert_eq!(quickstart.keys().len(), 1);
    nothing_to_do(&mut quickstart);
}

#[test]
fn a_key_that_some_replicas_do_not_know_has_not_vanished() {
    let mut quickstart = with_late_keys(&json!({ "fresh_secret_delay": "30s" }));
    quickstart.write(SYNC, &json!({ "managed_client_secret": { "rotate_when_changed": { "round": "2" } } }));
    let planned = quickstart.plan(SYNC);
    let id = quickstart.state(APPLICATION)["object_id"].as_str().expect("an id").to_owned();
    // As a replica shows it that has not heard of the new key, while the key is proven.
    let (_, mut stale) = quickstart.simulator.graph(Method::GET, &format!("applications/{id}"), None);
    stale.as_object_mut().expect("an application").remove("@odata.context");
    let behind = json!([{
        "method": "GET", "path": format!("/v1.0/applications/{id}*"), "status": 200, "body": stale, "count": 8,
    }]);
    let said = std::thread::scope(|scope| {
        scope.spawn(|| {
            while quickstart.keys().len() < 2 {}
            quickstart.simulator.forget_requests();
            let is_a_look = |request: &Request| request.method == "GET" && request.path.contains(&id);
            while !quickstart.simulator.requests().iter().any(is_a_look) {}
            quickstart.simulator.set_faults(&behind);
        });
        quickstart.apply(SYNC, planned)
    });
    succeeds(&said);
    let left = quickstart.simulator.control(Method::GET, "faults", None)[0]["count"].clone();
    assert_eq!(left, 0, "the late replica was met");
    lists_all_keys(&quickstart);
}

#[test]
fn a_destroy_in_another_process_sees_a_successor_whose_key_is_late() {
    let mut quickstart = with_late_keys(&json!({ "lag_of_keys": "40s", "token_endpoint": "ahead" }));
    let old = quickstart.take(SYNC);
    succeeds(&quickstart.change(SYNC));
    quickstart.restart();
    let said = quickstart.destroy_deposed(SYNC, &old);
    succeeds(&said);
    assert!(!quickstart.settings().is_null(), "the successor's settings are gone: {said}");
    lists_all_keys(&quickstart);
}

/// The answer to the next creation of a key is lost; the key is there.
fn lose_the_next_answer(quickstart: &Quickstart) {
    let lost = json!([{ "method": "POST", "path": "**/addPassword", "drop": "after", "count": 1 }]);
    quickstart.simulator.set_faults(&lost);
}

#[test]
fn a_key_whose_making_was_not_answered_is_destroyed_although_no_list_shows_it_yet() {
    let mut quickstart = with_late_keys(&json!({ "lag_of_keys": "8s", "token_endpoint": "ahead" }));
    quickstart.write(SYNC, &json!({ "managed_client_secret": { "rotate_when_changed": { "round": "2" } } }));
    let planned = quickstart.plan(SYNC);
    lose_the_next_answer(&quickstart);
    let said = quickstart.apply(SYNC, planned);
    assert!(said.has_errors(), "{said}");
    assert_eq!(quickstart.keys().len(), 2, "the key was made");
    quickstart.restart();
    quickstart.destroy_one(SYNC);
    assert!(quickstart.keys().is_empty(), "{:?}", quickstart.keys());
}

#[test]
fn a_key_whose_making_was_not_answered_is_removed_by_the_applies_that_follow() {
    let mut quickstart = with_late_keys(&json!({ "lag_of_keys": "8s", "token_endpoint": "ahead" }));
    quickstart.write(SYNC, &json!({ "managed_client_secret": { "rotate_when_changed": { "round": "2" } } }));
    let planned = quickstart.plan(SYNC);
    lose_the_next_answer(&quickstart);
    assert!(quickstart.apply(SYNC, planned).has_errors());
    quickstart.restart();
    succeeds(&quickstart.change(SYNC));
    quickstart.simulator.control(Method::POST, "moods", Some(&json!({ "lag_of_keys": null })));
    // Two runs prove the new key.
    quickstart.simulator.advance_clock("49h");
    for _ in 0..2 {
        quickstart.restart();
        succeeds(&quickstart.change(SYNC));
        quickstart.simulator.advance_clock("49h");
    }
    lists_all_keys(&quickstart);
    assert_eq!(quickstart.keys().len(), 1);
    nothing_to_do(&mut quickstart);
}

/// A secret for use elsewhere whose making, or whose next one's, was not answered, while lists of keys are late.
fn secret_whose_answer_was_lost(is_new: bool) -> Quickstart {
    let mut quickstart = Quickstart::prepared(Simulator::start(&["--users", "1"]));
    quickstart.simulator.advance_clock("3h");
    if !is_new {
        succeeds(&quickstart.change(SECRET));
        quickstart.simulator.advance_clock("3h");
    }
    quickstart.restart();
    quickstart.write(SECRET, &json!({ "display_name": "another", "timeouts": { "delete": "40s" } }));
    let late = json!({ "lag_of_keys": "8s", "token_endpoint": "ahead" });
    quickstart.simulator.control(Method::POST, "moods", Some(&late));
    let planned = quickstart.plan(SECRET);
    lose_the_next_answer(&quickstart);
    let said = quickstart.apply(SECRET, planned);
    assert!(said.has_errors(), "{said}");
    assert_eq!(quickstart.keys().len(), if is_new { 1 } else { 2 }, "the secret was made");
    quickstart.restart();
    quickstart
}

#[test]
fn a_secret_whose_making_was_not_answered_is_destroyed_although_no_list_shows_it_yet() {
    for is_new in [true, false] {
        let quickstart = secret_whose_answer_was_lost(is_new);
        quickstart.destroy_one(SECRET);
        assert!(quickstart.keys().is_empty(), "{is_new}: {:?}", quickstart.keys());
    }
}

#[test]
fn a_secret_whose_making_was_not_answered_is_removed_by_the_applies_that_follow() {
    let mut quickstart = secret_whose_answer_was_lost(false);
    // The next one is made at once; the lost one is not shown yet.
    succeeds(&quickstart.change(SECRET));
    quickstart.simulator.control(Method::POST, "moods", Some(&json!({ "lag_of_keys": null })));
    quickstart.simulator.advance_clock("1m");
    quickstart.restart();
    succeeds(&quickstart.change(SECRET));
    let secret = quickstart.state(SECRET);
    assert_eq!(quickstart.keys(), [secret["key_id"].as_str().expect("a key").to_owned()].into());
    assert_eq!(strings(&secret["previous_key_ids"]), [].into());
    quickstart.restart();
    let planned = quickstart.plan(SECRET);
    assert_eq!(planned.state, quickstart.state(SECRET));
}

#[test]
fn what_replaces_a_secret_whose_making_was_not_answered_leaves_none_behind() {
    let mut quickstart = secret_whose_answer_was_lost(true);
    // Core destroys it before it makes another one, and tells no private facts.
    let tainted = quickstart.take(SECRET);
    quickstart.put(SECRET, Stored { private: Vec::new(), ..tainted });
    quickstart.destroy_one(SECRET);
    quickstart.restart();
    succeeds(&quickstart.change(SECRET));
    let secret = quickstart.state(SECRET);
    assert_eq!(quickstart.keys(), [secret["key_id"].as_str().expect("a key").to_owned()].into());
}

#[test]
fn a_key_of_a_write_without_an_answer_is_destroyed_although_no_list_shows_it_yet() {
    let mut quickstart = with_late_keys(&json!({ "lag_of_keys": "25s", "token_endpoint": "ahead" }));
    let trigger = json!({ "rotate_when_changed": { "round": "2" } });
    quickstart.write(SYNC, &json!({ "managed_client_secret": trigger, "timeouts": { "update": "8s" } }));
    let planned = quickstart.plan(SYNC);
    let lost = json!({ "method": "PUT", "path": "**/settings/azure", "drop": "before" });
    quickstart.simulator.set_faults(&json!([lost]));
    let said = quickstart.apply(SYNC, planned);
    assert!(said.has_errors(), "{said}");
    assert_eq!(quickstart.keys().len(), 2, "{said}");
    quickstart.simulator.set_faults(&json!([]));
    quickstart.restart();
    quickstart.destroy_one(SYNC);
    assert!(quickstart.keys().is_empty(), "{:?}", quickstart.keys());
}
