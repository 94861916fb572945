//! Deletions in another process, while replicas do not show yet who has taken the object over: nothing is deleted that is
//! somebody else's by now.

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::consent::scopes;
use crate::support::plugin::succeeds;
use crate::support::quickstart::{APPLICATION, CONSENT, Quickstart};
use crate::support::simulator::Simulator;

const APPLICATION_STAYS: &str = "The application stays";
const CONSENT_STAYS: &str = "The consent stays";

fn late_from_now_on(quickstart: &Quickstart) {
    let lag = json!({ "lag_of_applications": "6s", "lag_of_principals": "6s" });
    quickstart.simulator.control(Method::POST, "moods", Some(&lag));
}

/// The application in Entra, as it is.
fn application(quickstart: &Quickstart, object_id: &Json) -> Json {
    let all = quickstart.directory()["applications"].take();
    all.as_array().unwrap().iter().find(|one| one["id"] == *object_id).cloned().unwrap_or_default()
}

/// The application's principal, as it is.
fn principal(quickstart: &Quickstart) -> Json {
    let id = quickstart.state(APPLICATION)["service_principal_object_id"].clone();
    let all = quickstart.directory()["service_principals"].take();
    all.as_array().unwrap().iter().find(|one| one["id"] == id).cloned().unwrap_or_default()
}

#[test]
fn an_application_whose_new_mark_is_late_is_let_go_by_the_next_process() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    succeeds(&quickstart.change(APPLICATION));
    late_from_now_on(&quickstart);
    let old = quickstart.take(APPLICATION);
    succeeds(&quickstart.change(APPLICATION));
    let id = quickstart.state(APPLICATION)["object_id"].clone();
    assert_eq!(old.state["object_id"], id, "taken over");
    quickstart.restart();
    let said = quickstart.destroy_deposed(APPLICATION, &old);
    assert!(said.warns(APPLICATION_STAYS), "{said}");
    let kept = application(&quickstart, &id);
    assert!(kept.is_object(), "the successor's application is gone: {said}");
    assert_eq!(kept["description"], Json::Null, "as it was");
    // The one that has it may delete it, in a process of its own as well.
    quickstart.restart();
    let said = quickstart.destroy_saying(APPLICATION);
    assert!(!said.warns(APPLICATION_STAYS), "{said}");
    assert!(application(&quickstart, &id).is_null());
    quickstart.simulator.assert_every_route_was_known();
}

#[test]
fn a_consent_whose_new_mark_is_late_is_let_go_by_the_next_process() {
    let mut quickstart = Quickstart::prepared(Simulator::start(&["--users", "1"]));
    let before = scopes(&quickstart);
    late_from_now_on(&quickstart);
    let old = quickstart.take(CONSENT);
    succeeds(&quickstart.change(CONSENT));
    quickstart.restart();
    let said = quickstart.destroy_deposed(CONSENT, &old);
    assert!(said.warns(CONSENT_STAYS), "{said}");
    assert_eq!(scopes(&quickstart), before, "the successor's consent is gone: {said}");
    assert_eq!(principal(&quickstart)["notes"], Json::Null, "as it was");
    quickstart.restart();
    let said = quickstart.destroy_saying(CONSENT);
    assert!(!said.warns(CONSENT_STAYS), "{said}");
    assert!(scopes(&quickstart).is_empty());
    assert_eq!(principal(&quickstart)["notes"], Json::Null, "as it was");
    quickstart.simulator.assert_every_route_was_known();
}

/// Another state imports both and changes them; then the first one, which still has them, destroys them.
#[test]
fn what_another_state_has_taken_over_a_moment_ago_is_let_go() {
    let mut quickstart = Quickstart::prepared(Simulator::start(&["--users", "1"]));
    quickstart.simulator.advance_clock("100h");
    late_from_now_on(&quickstart);
    let before = scopes(&quickstart);
    let ours = [APPLICATION, CONSENT].map(|kind| (kind, quickstart.stored(kind).expect("an object")));
    quickstart.restart();
    for (kind, stored) in &ours {
        quickstart.import(kind, stored.state["id"].as_str().expect("an id"));
    }
    quickstart.write(APPLICATION, &json!({ "notes": "of the second state" }));
    let mail = json!({ "delegated_permissions": ["Directory.Read.All", "Mail.Read"] });
    quickstart.write(CONSENT, &mail);
    for kind in [APPLICATION, CONSENT] {
        succeeds(&quickstart.change(kind));
    }
    let id = quickstart.state(APPLICATION)["object_id"].clone();
    for ((kind, stored), stays) in ours.iter().rev().zip([CONSENT_STAYS, APPLICATION_STAYS]) {
        quickstart.restart();
        let said = quickstart.destroy_deposed(kind, stored);
        assert!(said.warns(stays), "{kind}: {said}");
    }
    assert!(scopes(&quickstart).is_superset(&before));
    assert_eq!(application(&quickstart, &id)["notes"], "of the second state");
}

#[test]
fn where_nothing_shows_whose_it_is_by_now_it_is_not_deleted_and_the_next_command_does_it() {
    let mut quickstart = Quickstart::prepared(Simulator::start(&["--users", "1"]));
    for kind in [APPLICATION, CONSENT] {
        quickstart.write(kind, &json!({ "timeouts": { "delete": "3s" } }));
        succeeds(&quickstart.change(kind));
    }
    let (id, before) = (quickstart.state(APPLICATION)["object_id"].clone(), scopes(&quickstart));
    late_from_now_on(&quickstart);
    for kind in [CONSENT, APPLICATION] {
        quickstart.restart();
        let said = quickstart.try_destroy(kind).expect_err("it is not known whose it is");
        let error = said.expect_error();
        assert!(error.detail.contains("timeouts"), "{kind}: {error}");
    }
    assert_eq!((scopes(&quickstart), application(&quickstart, &id).is_object()), (before, true));
    let lag = json!({ "lag_of_applications": null, "lag_of_principals": null });
    quickstart.simulator.control(Method::POST, "moods", Some(&lag));
    quickstart.simulator.advance_clock("1m");
    for kind in [CONSENT, APPLICATION] {
        quickstart.restart();
        quickstart.destroy_one(kind);
    }
    assert!(application(&quickstart, &id).is_null());
}
