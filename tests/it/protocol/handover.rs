//! Proofpoint is given a key: refused for a while or for good, lost, replaced by hand, and old ones that have to go.

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::support::plugin::values::UNKNOWN;
use crate::support::quickstart::{APPLICATION, CONSENT, Quickstart, SYNC, strings};
use crate::support::simulator::Simulator;

pub(super) fn prepared(arguments: &Json) -> Quickstart {
    let mut quickstart = Quickstart::prepared(Simulator::start(&["--users", "2"]));
    quickstart.write(SYNC, arguments);
    quickstart
}

pub(super) fn refuse_puts(quickstart: &Quickstart, status: u16, count: Option<u64>) {
    let words = "AADSTS7000215: Invalid client secret provided.";
    let body = json!({ "errors": [{ "status": status, "error_message": words, "identifier": "x" }] });
    let mut fault = json!({ "method": "PUT", "path": "**/settings/azure", "status": status, "body": body });
    if let Some(count) = count {
        fault["count"] = count.into();
    }
    quickstart.simulator.set_faults(&json!([fault]));
}

#[test]
fn a_fresh_key_that_is_refused_for_a_while_is_tried_again() {
    let quickstart = prepared(&json!({}));
    refuse_puts(&quickstart, 400, Some(5));
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    quickstart.assert_sound("taken in the end");
}

#[test]
fn a_refusal_that_has_nothing_to_do_with_what_was_sent_is_told_at_once() {
    let quickstart = prepared(&json!({}));
    refuse_puts(&quickstart, 403, Some(1));
    let said = quickstart.change(SYNC);
    assert!(said.expect_error().detail.contains("has been removed again"), "{said}");
    assert!(quickstart.keys().is_empty(), "{:?}", quickstart.keys());
    assert!(quickstart.settings().is_null(), "sent again");
}

#[test]
fn a_key_that_is_refused_to_the_end_is_removed_and_the_answer_told() {
    let quickstart = prepared(&json!({ "timeouts": { "create": "6s" } }));
    refuse_puts(&quickstart, 400, None);
    let said = quickstart.change(SYNC);
    let error = said.expect_error();
    assert_eq!(error.summary, "Proofpoint refuses the settings of `contoso.com`");
    for told in ["AADSTS7000215", "has been removed again", "saved once by hand"] {
        assert!(error.detail.contains(told), "{told}: {said}");
    }
    assert!(quickstart.keys().is_empty(), "{:?}", quickstart.keys());
    assert!(quickstart.state(SYNC).is_null());
}

#[test]
fn a_key_that_a_refused_update_cannot_remove_is_told_remembered_and_removed_by_the_next_apply() {
    let mut quickstart = prepared(&json!({ "frequency": 0 }));
    assert!(!quickstart.change(SYNC).has_errors());
    let before = quickstart.keys();
    quickstart.write(SYNC, &json!({ "users": { "add": false }, "timeouts": { "update": "6s" } }));
    let words = json!({ "errors": [{ "status": 422, "error_message": "no such role", "identifier": "x" }] });
    quickstart.simulator.set_faults(&json!([
        { "method": "PUT", "path": "**/settings/azure", "status": 422, "body": words },
        { "method": "POST", "path": "**/removePassword", "status": 403 },
    ]));
    let said = quickstart.change(SYNC);
    let error = said.expect_error();
    assert!(error.detail.contains("could not be removed; the next apply removes it"), "{said}");
    let left: Vec<String> = quickstart.keys().difference(&before).cloned().collect();
    assert_eq!(left.len(), 1, "{left:?}");
    let private = quickstart.stored(SYNC).expect("the state of before").private;
    assert!(String::from_utf8_lossy(&private).contains(&left[0]), "whatever lists show");
    assert_eq!(quickstart.state(SYNC)["users"]["add"], true);

    quickstart.simulator.set_faults(&json!([]));
    quickstart.write(SYNC, &json!({ "timeouts": { "update": "60s" } }));
    quickstart.configure();
    assert!(!quickstart.change(SYNC).has_errors());
    assert!(!quickstart.keys().contains(&left[0]));
    quickstart.assert_sound("after a refused update");
}

#[test]
fn a_lost_answer_leaves_the_key_and_the_next_apply_replaces_it() {
    let mut quickstart = prepared(&json!({ "timeouts": { "create": "10s", "update": "10s" } }));
    assert!(!quickstart.change(SYNC).has_errors());
    quickstart.write(SYNC, &json!({ "frequency": 3 }));
    refuse_puts(&quickstart, 503, None);
    let said = quickstart.change(SYNC);
    assert!(said.expect_error().detail.contains("`interrupted`"), "{said}");
    assert_eq!(quickstart.keys().len(), 2, "nobody knows which one Proofpoint has");
    quickstart.simulator.set_faults(&json!([]));
    quickstart.configure();
    let planned = quickstart.plan(SYNC);
    assert_eq!(planned.state["rotation_reason"], "interrupted", "{:#}", planned.state);
    assert!(!quickstart.apply(SYNC, planned).has_errors());
    quickstart.assert_sound("after a lost answer");
}

#[test]
fn a_secret_that_was_replaced_by_hand_is_noticed_by_its_end() {
    let quickstart = prepared(&json!({}));
    assert!(!quickstart.change(SYNC).has_errors());
    let object_id = quickstart.state(APPLICATION)["object_id"].as_str().expect("an id").to_owned();
    let by_hand = json!({ "passwordCredential": { "displayName": "by hand" } });
    let path = format!("applications/{object_id}/addPassword");
    let other = quickstart.graph(Method::POST, &path, Some(&by_hand));
    let mut settings = quickstart.essentials(Method::GET, "settings/azure", None);
    settings["ad_key"] = other["secretText"].clone();
    quickstart.essentials(Method::PUT, "settings/azure", Some(&settings));

    quickstart.configure();
    let planned = quickstart.plan(SYNC);
    assert_eq!(planned.state["key_id"], UNKNOWN, "{:#}", planned.state);
    assert_eq!(planned.state["rotation_reason"], "proofpoint_holds_another_key", "{:#}", planned.state);
    assert!(!quickstart.apply(SYNC, planned).has_errors());
    assert!(!quickstart.settings()["ad_key"].as_str().expect("a key").eq(&other["secretText"]));
    // What somebody made by hand is theirs.
    assert!(quickstart.keys().contains(other["keyId"].as_str().expect("an id")));
}

#[test]
fn a_stack_that_never_showed_the_right_end_gives_no_reason() {
    for form in ["two_years", "absent"] {
        let mut quickstart = prepared(&json!({}));
        quickstart.simulator.control(Method::POST, "moods", Some(&json!({ "secret_expiry": form })));
        assert!(!quickstart.change(SYNC).has_errors());
        quickstart.restart();
        let planned = quickstart.plan(SYNC);
        assert_eq!(planned.state, quickstart.state(SYNC), "{form}: {}", planned.messages);
    }
}

#[test]
fn a_superseded_key_that_could_not_be_removed_goes_with_the_next_apply_though_nothing_runs() {
    let mut quickstart = prepared(&json!({ "frequency": 0 }));
    assert!(!quickstart.change(SYNC).has_errors());
    let old = quickstart.state(SYNC)["key_id"].clone();
    quickstart.write(SYNC, &json!({ "managed_client_secret": { "rotate_when_changed": { "round": "2" } } }));
    let kept = json!({ "method": "POST", "path": "**/removePassword", "status": 403 });
    quickstart.simulator.set_faults(&json!([kept]));
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors() && !said.0.is_empty(), "{said}");
    assert_eq!(quickstart.state(SYNC)["superseded_key_ids"], json!([old]));
    quickstart.simulator.set_faults(&json!([]));
    quickstart.configure();
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    assert!(strings(&quickstart.state(SYNC)["superseded_key_ids"]).is_empty());
    quickstart.assert_sound("the old key is gone");
}

#[test]
fn every_key_has_an_end_of_its_own() {
    let mut quickstart = prepared(&json!({}));
    assert!(!quickstart.change(SYNC).has_errors());
    let first = quickstart.state(SYNC)["key_end_date"].clone();
    let rotate = json!({ "rotate_when_changed": { "round": "2" }, "lifetime": "17519h" });
    quickstart.write(SYNC, &json!({ "managed_client_secret": rotate }));
    assert!(!quickstart.change(SYNC).has_errors());
    assert_ne!(quickstart.state(SYNC)["key_end_date"], first);
    assert!(!first.as_str().expect("an end").contains('.'), "to the second: {first}");
}

#[test]
fn a_key_that_is_removed_while_it_is_proven_ends_the_wait() {
    let quickstart = prepared(&json!({ "timeouts": { "create": "90s" } }));
    let planned = quickstart.plan(SYNC);
    let slow = json!({ "fresh_secret_delay": 600_000 });
    quickstart.simulator.control(Method::POST, "moods", Some(&slow));
    let object_id = quickstart.state(APPLICATION)["object_id"].as_str().expect("an id").to_owned();
    let said = std::thread::scope(|scope| {
        scope.spawn(|| {
            let seen_twice = || {
                let requests = quickstart.simulator.requests();
                let minted = requests.iter().rposition(|request| request.path.ends_with("/addPassword"));
                let looks = |from: usize| {
                    let reads = requests[from..].iter().filter(|request| request.method == "GET");
                    reads.filter(|request| request.path.contains(&object_id)).count()
                };
                minted.is_some_and(|from| looks(from) >= 2)
            };
            let began = std::time::Instant::now();
            while !seen_twice() && began.elapsed().as_secs() < 60 {}
            for key in quickstart.keys() {
                let path = format!("applications/{object_id}/removePassword");
                quickstart.graph(Method::POST, &path, Some(&json!({ "keyId": key })));
            }
        });
        quickstart.apply(SYNC, planned)
    });
    let error = said.expect_error();
    assert_eq!(error.summary, "The new key was removed while it was proven (contoso.com)", "{said}");
    assert!(quickstart.keys().is_empty());
}

/// The ids of an application's keys.
fn keys_of(quickstart: &Quickstart, object_id: &str) -> Vec<Json> {
    let application = quickstart.graph(Method::GET, &format!("applications/{object_id}"), None);
    let keys = application["passwordCredentials"].as_array().cloned().unwrap_or_default();
    keys.iter().map(|key| key["keyId"].clone()).collect()
}

#[test]
fn a_managed_key_that_could_not_be_removed_goes_with_the_next_apply_though_another_secret_took_its_place() {
    let mut quickstart = prepared(&json!({}));
    assert!(!quickstart.change(SYNC).has_errors());
    let (old, secret) = (quickstart.state(SYNC)["key_id"].clone(), quickstart.settings()["ad_key"].clone());
    quickstart.write(SYNC, &json!({ "managed_client_secret": null, "client_secret": secret }));
    let kept = json!({ "method": "POST", "path": "**/removePassword", "status": 403 });
    quickstart.simulator.set_faults(&json!([kept]));
    for _ in 0..2 {
        quickstart.restart();
        let said = quickstart.change(SYNC);
        assert!(!said.has_errors() && !said.0.is_empty(), "{said}");
        assert_eq!(quickstart.state(SYNC)["superseded_key_ids"], json!([old]));
    }
    quickstart.simulator.set_faults(&json!([]));
    quickstart.restart();
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    assert!(quickstart.keys().is_empty(), "{:?}", quickstart.keys());
    quickstart.restart();
    assert_eq!(quickstart.plan(SYNC).state, quickstart.state(SYNC), "nothing is left to do");
    assert!(quickstart.state(SYNC)["superseded_key_ids"].is_null());
}

#[test]
fn keys_of_an_application_that_was_left_go_once_the_new_one_is_proven() {
    for frequency in [0, 1] {
        let mut quickstart = prepared(&json!({ "frequency": frequency }));
        assert!(!quickstart.change(SYNC).has_errors());
        let first = quickstart.take(APPLICATION);
        let (old, left) =
            (quickstart.state(SYNC)["key_id"].clone(), first.state["object_id"].as_str().expect("an id"));
        quickstart.write(APPLICATION, &json!({ "display_name": "Another", "unique_name": "another" }));
        for kind in [APPLICATION, CONSENT] {
            if kind == CONSENT {
                quickstart.take(CONSENT);
            }
            let said = quickstart.change(kind);
            assert!(!said.has_errors(), "{said}");
        }
        // Nothing may be removed at first.
        let kept = json!({ "method": "POST", "path": "**/removePassword", "status": 403 });
        quickstart.simulator.set_faults(&json!([kept]));
        let said = quickstart.change(SYNC);
        assert!(!said.has_errors(), "{said}");
        assert_eq!(quickstart.state(SYNC)["superseded_key_ids"], json!([old]), "frequency {frequency}");
        assert_eq!(keys_of(&quickstart, left), [old], "frequency {frequency}");
        quickstart.simulator.set_faults(&json!([]));
        quickstart.simulator.advance_clock("3h");
        quickstart.restart();
        let said = quickstart.change(SYNC);
        assert!(!said.has_errors(), "{said}");
        assert!(keys_of(&quickstart, left).is_empty(), "frequency {frequency}");
        assert!(strings(&quickstart.state(SYNC)["superseded_key_ids"]).is_empty());
        quickstart.restart();
        assert_eq!(quickstart.plan(SYNC).state, quickstart.state(SYNC), "nothing is left to do");
        quickstart.simulator.forget_requests();
        quickstart.destroy_one(SYNC);
        let asked = quickstart.simulator.requests();
        assert!(!asked.iter().any(|request| request.path.contains(left)), "it was left for good: {asked:#?}");
    }
}

#[test]
fn keys_of_an_application_that_was_left_go_at_once_where_nothing_runs() {
    let mut quickstart = prepared(&json!({ "frequency": 0 }));
    assert!(!quickstart.change(SYNC).has_errors());
    let first = quickstart.take(APPLICATION);
    drop(quickstart.take(CONSENT));
    quickstart.write(APPLICATION, &json!({ "display_name": "Another", "unique_name": "another" }));
    for kind in [APPLICATION, CONSENT, SYNC] {
        let said = quickstart.change(kind);
        assert!(!said.has_errors(), "{said}");
    }
    let left = first.state["object_id"].as_str().expect("an id");
    assert_eq!(keys_of(&quickstart, left), Vec::<Json>::new());
    assert!(strings(&quickstart.state(SYNC)["superseded_key_ids"]).is_empty());
}

#[test]
fn a_create_whose_last_answer_is_lost_takes_nothing_back_since_it_may_run_already() {
    let mut quickstart = prepared(&json!({ "frequency": 1, "timeouts": { "create": "15s" } }));
    let lost = json!({ "method": "PUT", "path": "**/settings/azure", "skip": 1, "drop": "after" });
    quickstart.simulator.set_faults(&json!([lost]));
    let said = quickstart.change(SYNC);
    assert!(said.has_errors() && quickstart.state(SYNC).is_null(), "{said}");
    quickstart.simulator.set_faults(&json!([]));
    let settings = quickstart.settings();
    assert_eq!(settings["sync_frequency"], json!(1), "{said}");
    let client_id = quickstart.state(APPLICATION)["client_id"].as_str().unwrap().to_owned();
    let key = settings["ad_key"].as_str().expect("a key").to_owned();
    assert!(quickstart.simulator.signs_in(&client_id, &key), "the key that runs may use");
    quickstart.write(SYNC, &json!({ "timeouts": { "create": "60s" } }));
    quickstart.restart();
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    quickstart.assert_sound("after a lost answer");
}

#[test]
fn a_sign_in_that_is_refused_for_good_ends_the_proof_at_once_and_leaves_no_key() {
    let mut quickstart = Quickstart::prepared(Simulator::start(&["--users", "2"]));
    quickstart.write(SYNC, &json!({ "timeouts": { "create": "60s" } }));
    let planned = quickstart.plan(SYNC);
    let blocked = json!({
        "error": "invalid_grant", "error_codes": [53003],
        "error_description": "AADSTS53003: Access has been blocked by Conditional Access policies.",
    });
    quickstart.simulator.set_faults(
        &json!([{ "method": "POST", "path": "**/oauth2/v2.0/token", "status": 400, "body": blocked }]),
    );
    quickstart.simulator.forget_requests();
    let said = quickstart.apply(SYNC, planned);
    let refusal = said.expect_error();
    assert_eq!(refusal.path, "client_id", "{said}");
    assert!(refusal.detail.contains("Conditional Access"), "{said}");
    let requests = quickstart.simulator.requests();
    let tries = requests.iter().filter(|request| request.path.ends_with("/oauth2/v2.0/token")).count();
    assert_eq!(tries, 1, "nothing that time would heal");
    assert_eq!(quickstart.keys().len(), 0);
    assert!(quickstart.settings().is_null());
}

#[test]
fn no_key_ends_when_anybody_could_compute_it() {
    let mut quickstart = prepared(&json!({ "frequency": 0 }));
    let time = |text: &Json| -> jiff::Timestamp { text.as_str().expect("a time").parse().expect("a time") };
    let mut earlier = Vec::new();
    for round in ["1", "2", "3"] {
        let rotate = json!({ "rotate_when_changed": { "round": round }, "lifetime": "17520h" });
        quickstart.write(SYNC, &json!({ "managed_client_secret": rotate }));
        let before = time(&quickstart.simulator.control(Method::GET, "clock", None)["now"]);
        assert!(!quickstart.change(SYNC).has_errors());
        let whole = before.as_second() + 17_520 * 3600;
        earlier.push(whole - time(&quickstart.state(SYNC)["key_end_date"]).as_second());
    }
    assert!(earlier.iter().any(|seconds| *seconds > 5), "each ends after exactly its lifetime: {earlier:?}");
    assert!(earlier.iter().all(|seconds| *seconds < 3700), "{earlier:?}");
}

#[test]
fn what_could_be_removed_of_several_old_keys_is_not_listed_any_more() {
    let mut quickstart = prepared(&json!({ "frequency": 0 }));
    assert!(!quickstart.change(SYNC).has_errors());
    // None can be removed at first, and of two the first only.
    for (round, spared) in [("2", 0), ("3", 1)] {
        let rotate = json!({ "rotate_when_changed": { "round": round } });
        quickstart.write(SYNC, &json!({ "managed_client_secret": rotate }));
        let kept = json!({ "method": "POST", "path": "**/removePassword", "status": 403, "skip": spared });
        quickstart.simulator.set_faults(&json!([kept]));
        let said = quickstart.change(SYNC);
        assert!(!said.has_errors() && !said.0.is_empty(), "{said}");
        assert_eq!(strings(&quickstart.state(SYNC)["superseded_key_ids"]).len(), 1, "round {round}");
        quickstart.assert_sound(round);
    }
}
