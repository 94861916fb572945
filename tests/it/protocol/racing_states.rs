//! Two states that apply the sync of one organization at the same time: whoever is left as the loser removes nothing that
//! Proofpoint may hold.

use std::thread;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::support::plugin::calls::Messages;
use crate::support::quickstart::{APPLICATION, Quickstart, SYNC};
use crate::support::simulator::Simulator;

/// Long enough for whatever another state does meanwhile.
const HELD: u64 = 2_500;

/// When the other state makes its key: before this one makes its own, or after.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Made {
    Before,
    After,
}

/// The other state's steps, as its provider would send them.
struct Other<'a> {
    quickstart: &'a Quickstart,
    application: Json,
}

impl Other<'_> {
    fn mint(&self) -> Json {
        let id = self.application["object_id"].as_str().expect("an id");
        let name = "Proofpoint Essentials proofpoint-sync:contoso.com:0badcafe01234567";
        let body = json!({ "passwordCredential": { "displayName": name } });
        self.quickstart.graph(Method::POST, &format!("applications/{id}/addPassword"), Some(&body))
    }

    fn hand_over(&self, key: &Json) {
        let mut settings = self.quickstart.simulator.tenant().sync_settings(&json!({ "sync_frequency": 24 }));
        settings["application_id"] = self.application["client_id"].clone();
        settings["ad_key"] = key["secretText"].clone();
        // The simulator takes the end that Proofpoint shows from the key.
        self.quickstart.essentials(Method::PUT, "settings/azure", Some(&settings));
    }
}

/// The other state takes all keys but its own for old ones.
fn remove_all_but(other: &Other<'_>, key: &Json) {
    let id = other.application["object_id"].as_str().expect("an id");
    for old in other.quickstart.keys().into_iter().filter(|old| key["keyId"] != old.as_str()) {
        let path = format!("applications/{id}/removePassword");
        other.quickstart.graph(Method::POST, &path, Some(&json!({ "keyId": old })));
    }
}

/// Each look is a request of its own, which is pause enough.
#[track_caller]
fn until(is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(30), "it never came to that");
    }
}

#[track_caller]
fn until_struck(quickstart: &Quickstart) {
    until(|| quickstart.simulator.control(Method::GET, "faults", None)[0]["count"] == 0);
}

/// A state applies while another one gives Proofpoint a key of its own, right after this one has, and goes on from there.
fn raced(moods: &[&str], made: Made, on: impl Fn(&Other<'_>, &Json) + Sync) -> (Quickstart, Json, Messages) {
    let moods: Vec<&str> = moods.iter().flat_map(|mood| ["--mood", mood]).collect();
    let mut quickstart = Quickstart::prepared(Simulator::start(&[&["--users", "1"][..], &moods].concat()));
    quickstart.write(SYNC, &json!({ "frequency": 0 }));
    let first = quickstart.change(SYNC);
    assert!(!first.has_errors(), "{first}");
    // A state that knows nothing of the first one.
    drop(quickstart.take(SYNC));
    quickstart.restart();
    let planned = quickstart.plan(SYNC);
    let other = Other { quickstart: &quickstart, application: quickstart.state(APPLICATION) };
    let early = (made == Made::Before).then(|| other.mint());
    let held =
        |method: &str| json!([{ "method": method, "path": "**/settings/azure", "delay": HELD, "count": 1 }]);
    quickstart.simulator.set_faults(&held("PUT"));
    let before = quickstart.settings()["ad_key"].clone();
    let (key, said) = thread::scope(|scope| {
        let other = scope.spawn(|| {
            until_struck(&quickstart);
            // It looks at what became of it only when the other one is done.
            quickstart.simulator.set_faults(&held("GET"));
            until(|| quickstart.settings()["ad_key"] != before);
            let key = early.unwrap_or_else(|| other.mint());
            other.hand_over(&key);
            on(&other, &key);
            key
        });
        let said = quickstart.apply(SYNC, planned);
        (other.join().expect("the other state"), said)
    });
    quickstart.simulator.set_faults(&json!([]));
    (quickstart, key, said)
}

#[track_caller]
fn signs_in(quickstart: &Quickstart, context: &str) {
    let settings = quickstart.settings();
    let text = |name: &str| settings[name].as_str().unwrap_or_default().to_owned();
    assert!(
        quickstart.simulator.signs_in(&text("application_id"), &text("ad_key")),
        "{context}: the key that Proofpoint holds is gone"
    );
}

#[test]
fn the_key_that_another_state_hands_over_at_the_same_time_is_left_alone() {
    for (moods, made) in [
        (&[][..], Made::After),
        (&[][..], Made::Before),
        (&["secret_expiry=absent", "sign_in_activity=unlicensed"][..], Made::After),
    ] {
        let context = format!("{moods:?}, made {made:?}");
        let (mut quickstart, key, said) = raced(moods, made, |_, _| ());
        assert!(!said.has_errors(), "{context}: {said}");
        assert_eq!(
            quickstart.settings()["ad_key"],
            key["secretText"],
            "{context}: the other one was the last"
        );
        signs_in(&quickstart, &context);
        assert!(quickstart.keys().contains(key["keyId"].as_str().expect("an id")), "{context}");
        // It is somebody else's, not one of this state's old ones: the next plan tells of it, and a destroy lets go.
        assert_eq!(quickstart.state(SYNC)["superseded_key_ids"], json!([]), "{context}");
        quickstart.restart();
        let old = quickstart.stored(SYNC).expect("the sync");
        let said = quickstart.destroy_deposed(SYNC, &old);
        assert!(said.warns("The sync of `contoso.com` goes on"), "{context}: {said}");
        signs_in(&quickstart, &context);
        quickstart.restart();
        let planned = quickstart.plan(SYNC);
        assert_eq!(planned.state["rotation_reason"], "interrupted", "{context}: {:#}", planned.state);
        let said = quickstart.apply(SYNC, planned);
        assert!(!said.has_errors(), "{context}: {said}");
        quickstart.assert_sound(&context);
        assert_eq!(quickstart.keys().len(), 1, "{context}");
    }
}

#[test]
fn a_creation_that_fails_takes_nothing_back_from_a_state_that_was_faster() {
    let mut quickstart = Quickstart::prepared(Simulator::start(&["--users", "1"]));
    quickstart.write(SYNC, &json!({ "frequency": 24, "exemptions": ["scanner@contoso.com"] }));
    let planned = quickstart.plan(SYNC);
    // What comes right after the first PUT, and fails.
    let path = "**/settings/azure/exemptions";
    let refused = json!({ "method": "PUT", "path": path, "status": 403, "delay": HELD, "count": 1 });
    quickstart.simulator.set_faults(&json!([refused]));
    let other = Other { quickstart: &quickstart, application: quickstart.state(APPLICATION) };
    let said = thread::scope(|scope| {
        scope.spawn(|| {
            until_struck(&quickstart);
            other.hand_over(&other.mint());
        });
        quickstart.apply(SYNC, planned)
    });
    assert!(
        said.expect_error().detail.contains("Another state has set the sync up at the same time"),
        "{said}"
    );
    assert!(quickstart.state(SYNC).is_null());
    assert_eq!(quickstart.settings()["sync_frequency"], 24, "the other state's settings are gone: {said}");
    signs_in(&quickstart, "the other state's");
}

#[test]
fn a_destroy_leaves_the_key_that_another_state_makes_meanwhile() {
    let quickstart = Quickstart::prepared(Simulator::start(&["--users", "1"]));
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    let path = "**/settings/azure";
    let held = json!({ "method": "DELETE", "path": path, "delay": HELD, "count": 1 });
    quickstart.simulator.set_faults(&json!([held]));
    let other = Other { quickstart: &quickstart, application: quickstart.state(APPLICATION) };
    let key = thread::scope(|scope| {
        let other = scope.spawn(|| {
            until_struck(&quickstart);
            other.mint()
        });
        quickstart.destroy_one(SYNC);
        other.join().expect("the other state")
    });
    other.hand_over(&key);
    signs_in(&quickstart, "after the other one's destroy");
    assert_eq!(quickstart.keys(), [key["keyId"].as_str().expect("an id").to_owned()].into());
}

#[test]
fn a_state_whose_new_key_another_one_removes_says_so_and_makes_another() {
    let (mut quickstart, _, said) = raced(&[], Made::After, remove_all_but);
    assert!(
        !said.has_errors() && said.warns("The new key was removed while it was proven (contoso.com)"),
        "{said}"
    );
    quickstart.restart();
    let planned = quickstart.plan(SYNC);
    assert_eq!(planned.state["rotation_reason"], "key_missing", "{:#}", planned.state);
    let said = quickstart.apply(SYNC, planned);
    assert!(!said.has_errors(), "{said}");
    quickstart.assert_sound("after the race");
}

/// Another state hands a key over and removes what it takes for old ones, while the PUT of this one is on its way.
#[test]
fn a_key_that_another_state_removed_before_proofpoint_was_given_it_is_made_anew_at_once() {
    for moods in [&[][..], &["secret_expiry=absent"], &["replica_lag=1 read"]] {
        let arguments: Vec<&str> = moods.iter().flat_map(|mood| ["--mood", mood]).collect();
        let simulator = Simulator::start(&[&["--users", "1"][..], &arguments].concat());
        let mut quickstart = Quickstart::prepared(simulator);
        quickstart.write(SYNC, &json!({ "frequency": 0 }));
        let planned = quickstart.plan(SYNC);
        let other = Other { quickstart: &quickstart, application: quickstart.state(APPLICATION) };
        let held = json!([{ "method": "PUT", "path": "**/settings/azure", "delay": HELD, "count": 1 }]);
        quickstart.simulator.set_faults(&held);
        let said = thread::scope(|scope| {
            scope.spawn(|| {
                until_struck(&quickstart);
                let key = other.mint();
                other.hand_over(&key);
                remove_all_but(&other, &key);
            });
            quickstart.apply(SYNC, planned)
        });
        assert!(!said.has_errors() && !said.warns("The new key was removed"), "{moods:?}: {said}");
        signs_in(&quickstart, &format!("{moods:?}"));
        quickstart.restart();
        let planned = quickstart.plan(SYNC);
        assert_eq!(planned.state, quickstart.state(SYNC), "{moods:?}");
        quickstart.assert_sound(&format!("{moods:?}"));
    }
}
