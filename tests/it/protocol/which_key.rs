//! Which key does Proofpoint hold? The evidence in its order: Entra's record of sign-ins, the end that is shown, a run. And two
//! states that each take themselves for the only one.

use serde_json::{Value as Json, json};

use super::echo::{apply_showing, idle, nothing_to_do, show, shown};
use crate::support::plugin::calls::{Plan, Stored};
use crate::support::plugin::values::UNKNOWN;
use crate::support::quickstart::{Quickstart, SYNC, strings};
use crate::support::simulator::Simulator;

const ANOTHER: &str = "proofpoint_holds_another_key";

/// A sync whose key was replaced, so that the old one is still there; with the text of the old one.
fn rotated(moods: &[&str]) -> (Quickstart, Json) {
    let moods: Vec<&str> = moods.iter().flat_map(|mood| ["--mood", mood]).collect();
    let mut quickstart = Quickstart::prepared(Simulator::start(&[&["--users", "1"][..], &moods].concat()));
    change(&quickstart);
    let old = quickstart.settings()["ad_key"].clone();
    quickstart.write(SYNC, &json!({ "managed_client_secret": { "rotate_when_changed": { "round": "2" } } }));
    change(&quickstart);
    assert_eq!(quickstart.keys().len(), 2);
    (quickstart, old)
}

#[track_caller]
fn change(quickstart: &Quickstart) {
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
}

/// A PUT of a run that was killed arrives late: Proofpoint goes on with the old key.
fn hand_back(quickstart: &Quickstart, old: &Json) {
    let mut settings = quickstart.essentials(reqwest::Method::GET, "settings/azure", None);
    settings["ad_key"] = old.clone();
    quickstart.essentials(reqwest::Method::PUT, "settings/azure", Some(&settings));
}

/// What the next command plans, after some time in which Proofpoint runs.
#[track_caller]
fn later(quickstart: &mut Quickstart, time: &str) -> Plan {
    quickstart.simulator.advance_clock(time);
    quickstart.restart();
    let planned = quickstart.plan(SYNC);
    assert!(!planned.messages.has_errors(), "{}", planned.messages);
    planned
}

/// The old keys go with this plan.
fn retires(quickstart: &Quickstart, planned: &Plan) -> bool {
    let before = strings(&quickstart.state(SYNC)["superseded_key_ids"]);
    !before.is_empty() && planned.state["superseded_key_ids"] == json!([])
}

#[track_caller]
fn expect_another(quickstart: &Quickstart, planned: Plan, context: &str) {
    assert_eq!(planned.state["rotation_reason"], ANOTHER, "{context}: {:#}", planned.state);
    let said = quickstart.apply(SYNC, planned);
    assert!(!said.has_errors(), "{context}: {said}");
    assert_signs_in(quickstart, context);
}

#[track_caller]
fn assert_signs_in(quickstart: &Quickstart, context: &str) {
    let settings = quickstart.settings();
    let text = |name: &str| settings[name].as_str().unwrap_or_default().to_owned();
    assert!(
        quickstart.simulator.signs_in(&text("application_id"), &text("ad_key")),
        "{context}: Proofpoint holds a key that is none"
    );
}

#[test]
fn the_record_of_sign_ins_proves_a_key_or_tells_that_an_older_one_is_used() {
    for (mood, time) in [("sign_in_activity=at_once", "2h"), ("sign_in_activity=hours_late", "9h")] {
        let moods = [mood, "secret_expiry=absent", "last_successful_sync=absent"];
        let (mut proven, _) = rotated(&moods);
        let planned = later(&mut proven, time);
        assert!(retires(&proven, &planned), "{mood}: {:#}", planned.state);
        assert!(!proven.apply(SYNC, planned).has_errors());
        proven.assert_sound(mood);
        assert_eq!(proven.keys().len(), 1, "{mood}");

        let (mut other, old) = rotated(&moods);
        hand_back(&other, &old);
        let planned = later(&mut other, time);
        expect_another(&other, planned, mood);
    }
}

#[test]
fn what_the_record_does_not_tell_yet_is_no_evidence() {
    let (mut quickstart, old) =
        rotated(&["sign_in_activity=hours_late", "secret_expiry=absent", "last_successful_sync=absent"]);
    hand_back(&quickstart, &old);
    let planned = later(&mut quickstart, "2h");
    assert_eq!(planned.state, quickstart.state(SYNC), "nobody can tell after two hours");
    let planned = later(&mut quickstart, "7h");
    expect_another(&quickstart, planned, "nine hours");
}

#[test]
fn without_a_record_the_end_that_is_shown_goes_before_a_run() {
    for mood in ["sign_in_activity=unlicensed", "sign_in_activity=empty"] {
        let (mut quickstart, old) = rotated(&[mood]);
        hand_back(&quickstart, &old);
        let planned = later(&mut quickstart, "2h");
        expect_another(&quickstart, planned, mood);
    }
    for mood in ["sign_in_activity=unlicensed", "sign_in_activity=empty"] {
        let (mut quickstart, _) = rotated(&[mood, "secret_expiry=absent"]);
        let planned = later(&mut quickstart, "2h");
        assert!(retires(&quickstart, &planned), "{mood}: a run is evidence where there is no other");
    }
}

#[test]
fn the_record_goes_before_the_end_that_is_shown() {
    for (record, holds_another) in [("at_once", false), ("unlicensed", true)] {
        let (mut quickstart, _) = rotated(&[]);
        let moods = json!({ "sign_in_activity": record, "secret_expiry": "two_years" });
        quickstart.simulator.control(reqwest::Method::POST, "moods", Some(&moods));
        // The same key again, with an end that the stack has computed by itself.
        let current = quickstart.settings()["ad_key"].clone();
        hand_back(&quickstart, &current);
        let planned = later(&mut quickstart, "2h");
        assert_eq!(planned.state["key_id"] == UNKNOWN, holds_another, "{record}: {:#}", planned.state);
        assert_eq!(retires(&quickstart, &planned), !holds_another, "{record}: {:#}", planned.state);
    }
}

#[test]
fn neither_of_two_states_deletes_the_key_that_proofpoint_holds() {
    std::thread::scope(|scope| {
        for moods in [&[][..], &["secret_expiry=absent", "sign_in_activity=unlicensed"]] {
            scope.spawn(move || two_states(moods));
        }
    });
}

fn two_states(moods: &[&str]) {
    let arguments: Vec<&str> = moods.iter().flat_map(|mood| ["--mood", mood]).collect();
    let simulator = Simulator::start(&[&["--users", "1"][..], &arguments].concat());
    let mut quickstart = Quickstart::prepared(simulator);
    change(&quickstart);
    let mut other: Stored = quickstart.take(SYNC);
    change(&quickstart);
    assert_signs_in(&quickstart, "taken over");
    for round in 0..3 {
        // Each state's commands in turn, with runs in between.
        let mine = quickstart.take(SYNC);
        quickstart.put(SYNC, std::mem::replace(&mut other, mine));
        quickstart.simulator.advance_clock("2h");
        quickstart.restart();
        change(&quickstart);
        assert_signs_in(&quickstart, &format!("round {round}, {moods:?}"));
    }
    // Whoever is left alone for a run clears away what both have made.
    let planned = later(&mut quickstart, "2h");
    assert!(retires(&quickstart, &planned), "{moods:?}: {:#}", planned.state);
    assert!(!quickstart.apply(SYNC, planned).has_errors());
    quickstart.assert_sound("alone");
    assert_eq!(quickstart.keys().len(), 1, "{moods:?}");
    let said = quickstart.destroy_deposed(SYNC, &other);
    assert!(!said.has_errors() && said.warns("The sync of `contoso.com` goes on"), "{said}");
    assert_signs_in(&quickstart, "the other state is gone");
    quickstart.destroy_one(SYNC);
    assert!(quickstart.settings().is_null() && quickstart.keys().is_empty(), "{:?}", quickstart.keys());
}

#[test]
fn an_old_key_is_kept_while_the_end_that_is_shown_is_another_ones_though_nothing_runs() {
    let mut quickstart = idle();
    let old = quickstart.state(SYNC)["key_id"].clone();
    quickstart.write(SYNC, &json!({ "managed_client_secret": { "rotate_when_changed": { "round": "2" } } }));
    let said = apply_showing(&quickstart, &json!({}), None);
    assert!(!said.has_errors(), "{said}");
    assert_eq!(quickstart.state(SYNC)["superseded_key_ids"], json!([old]), "{said}");
    quickstart.assert_sound("contradicted");
    // The next key that is seen to have arrived takes both with it.
    quickstart.simulator.set_faults(&json!([]));
    quickstart.write(SYNC, &json!({ "managed_client_secret": { "rotate_when_changed": { "round": "3" } } }));
    quickstart.restart();
    change(&quickstart);
    assert_eq!(quickstart.keys().len(), 1);
    quickstart.assert_sound("arrived");
}

#[test]
fn another_end_that_is_shown_once_is_looked_at_again() {
    let quickstart = idle();
    let keys = quickstart.keys();
    show(&quickstart, &shown(&quickstart, &json!({ "secret_expiry": "2026-12-24 00:00:00" })), 0, Some(1));
    nothing_to_do(&quickstart).expect_none();
    assert_eq!(quickstart.keys(), keys);
}

#[test]
fn a_sync_that_somebody_gave_another_application_gets_its_own_back() {
    let quickstart = idle();
    let mut by_hand = quickstart.essentials(reqwest::Method::GET, "settings/azure", None);
    by_hand["application_id"] = "0b0b0b0b-0000-4000-8000-00000000000b".into();
    by_hand["ad_key"] = "the key of another application".into();
    quickstart.essentials(reqwest::Method::PUT, "settings/azure", Some(&by_hand));
    quickstart.configure();
    let planned = quickstart.plan(SYNC);
    assert!(!planned.messages.has_errors(), "{}", planned.messages);
    assert_eq!(planned.state["rotation_reason"], "client_id_changed", "{:#}", planned.state);
    assert!(!quickstart.apply(SYNC, planned).has_errors());
    quickstart.assert_sound("its own again");
}
