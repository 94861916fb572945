//! What decides whom a run reaches has to be seen before a sync is switched on: the directory, and every exemption.

use serde_json::{Value as Json, json};

use super::echo::{apply_showing, idle, shown};
use crate::support::plugin::calls::Messages;
use crate::support::quickstart::{Quickstart, SYNC};
use crate::support::simulator::Simulator;

#[track_caller]
fn stays_off(quickstart: &Quickstart, said: &Messages, named: &str) {
    let error = said.expect_error();
    assert_eq!(error.summary, "The sync of `contoso.com` was not switched on", "{said}");
    assert!(error.detail.contains(named), "{named}: {said}");
    assert_eq!(quickstart.settings()["sync_frequency"], 0, "something would run");
    quickstart.assert_sound(named);
}

#[test]
fn nothing_is_switched_on_while_another_directory_is_shown() {
    let another = "0b0b0b0b-0000-4000-8000-00000000000b";
    let shown = [
        (json!({ "application_id": another }), "`client_id` is"),
        (json!({ "primary_domain": "fabrikam.com" }), "`primary_domain` is"),
    ];
    std::thread::scope(|scope| {
        for (mut members, named) in shown {
            scope.spawn(move || {
                let mut quickstart = idle();
                quickstart.write(SYNC, &json!({ "frequency": 1, "timeouts": { "update": "8s" } }));
                members["secret_expiry"] = Json::Null;
                let said = apply_showing(&quickstart, &members, None);
                stays_off(&quickstart, &said, named);
            });
        }
    });
}

#[test]
fn nothing_is_switched_on_while_an_exemption_is_not_listed_any_more() {
    let mut quickstart = Quickstart::prepared(Simulator::start(&[]));
    let protected = json!({ "frequency": 0, "exemptions": ["scanner@contoso.com"] });
    quickstart.write(SYNC, &protected);
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    quickstart.write(SYNC, &json!({ "frequency": 1, "timeouts": { "update": "8s" } }));
    quickstart.configure();
    let planned = quickstart.plan(SYNC);
    assert!(!planned.messages.has_errors(), "{}", planned.messages);
    // It is there when additions are looked for, before the key and once more after it.
    let gone = json!({ "method": "GET", "path": "**/exemptions", "status": 200, "body": [], "skip": 2 });
    quickstart.simulator.set_faults(&json!([gone]));
    let said = quickstart.apply(SYNC, planned);
    stays_off(&quickstart, &said, "`scanner@contoso.com` is not exempt");
}

/// Nobody was seen to take the settings, which may be shown late; that has to be known to the next command.
#[test]
fn a_failure_keeps_until_when_the_settings_may_be_late_unless_they_were_seen() {
    for (members, is_late) in [(json!({ "secret_expiry": null }), true), (json!({}), false)] {
        let mut quickstart = Quickstart::prepared(Simulator::start(&[]));
        quickstart.write(SYNC, &json!({ "frequency": 0, "exemptions": ["scanner@contoso.com"] }));
        let said = quickstart.change(SYNC);
        assert!(!said.has_errors(), "{said}");
        quickstart.write(SYNC, &json!({ "frequency": 1, "timeouts": { "update": "8s" } }));
        quickstart.configure();
        let planned = quickstart.plan(SYNC);
        assert!(!planned.messages.has_errors(), "{}", planned.messages);
        let gone = json!({ "method": "GET", "path": "**/exemptions", "status": 200, "body": [], "skip": 2 });
        let body = shown(&quickstart, &members);
        let same = json!({ "method": "GET", "path": "**/settings/azure", "status": 200, "body": body });
        let faults = if is_late { json!([gone, same]) } else { json!([gone]) };
        quickstart.simulator.set_faults(&faults);
        let said = quickstart.apply(SYNC, planned);
        stays_off(&quickstart, &said, "`scanner@contoso.com` is not exempt");
        let private = quickstart.stored(SYNC).expect("a state").private;
        assert_eq!(String::from_utf8_lossy(&private).contains("late_until"), is_late, "{members}");
    }
}

/// A creation takes back what it has made, and these settings it has not made.
#[test]
fn a_creation_that_cannot_switch_on_leaves_settings_that_were_there_before() {
    let mut quickstart = idle();
    quickstart.take(SYNC);
    quickstart.write(SYNC, &json!({ "frequency": 1, "timeouts": { "create": "8s" } }));
    let another = json!({ "primary_domain": "fabrikam.com", "secret_expiry": null });
    let said = apply_showing(&quickstart, &another, None);
    let error = said.expect_error();
    assert_eq!(error.summary, "The sync of `contoso.com` was not switched on", "{said}");
    assert_eq!(quickstart.settings()["sync_frequency"], 0, "something would run");
    assert!(quickstart.state(SYNC).is_null());
}

/// The answers to looks at the settings before that are the present ones, and those right before the PUT.
const LOOKS_BEFORE: u64 = 2;

#[test]
fn a_look_that_is_refused_ends_the_wait_and_one_that_fails_does_not() {
    for (answer, refused) in [
        (json!({ "status": 403, "body": { "error": "Not for you" } }), true),
        (json!({ "status": 200, "body": "neither settings nor JSON", "count": 1 }), false),
    ] {
        let mut quickstart = idle();
        quickstart.write(SYNC, &json!({ "frequency": 1, "timeouts": { "update": "20s" } }));
        quickstart.restart();
        let planned = quickstart.plan(SYNC);
        let mut fault = json!({ "method": "GET", "path": "**/settings/azure", "skip": LOOKS_BEFORE });
        for (member, value) in answer.as_object().expect("members") {
            fault[member] = value.clone();
        }
        quickstart.simulator.set_faults(&json!([fault]));
        quickstart.simulator.forget_requests();
        let said = quickstart.apply(SYNC, planned);
        let looks = quickstart.simulator.requests();
        let looks = looks.iter().filter(|one| one.method == "GET" && one.path.ends_with("/settings/azure"));
        let looks: Vec<u16> = looks.map(|look| look.status).collect();
        quickstart.simulator.set_faults(&json!([]));
        assert_eq!(said.has_errors(), refused, "{said}");
        assert_eq!(quickstart.settings()["sync_frequency"], u8::from(!refused), "{said}");
        if refused {
            let error = said.expect_error();
            assert!(error.summary.contains("contoso.com") && error.detail.contains("Not for you"), "{said}");
            assert_eq!(looks, [200, 200, 403], "it is looked at no more");
        }
        quickstart.assert_sound(&format!("{answer}"));
    }
}
