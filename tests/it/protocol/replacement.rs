//! Replacements: whatever the order of both halves, and whether the same process sees both, what is there afterwards is what
//! the state says.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::json;

use super::consent::{assign_role, roles, scopes};
use crate::support::plugin::calls::{Messages, Stored};
use crate::support::plugin::succeeds;
use crate::support::quickstart::{APPLICATION, CONSENT, Quickstart};
use crate::support::simulator::Simulator;

const APPLICATION_STAYS: &str = "The application stays";
const CONSENT_STAYS: &str = "The consent stays";

fn quickstart() -> Quickstart {
    Quickstart::start(Simulator::start(&["--users", "1"]))
}

fn object_id(quickstart: &Quickstart) -> String {
    quickstart.state(APPLICATION)["object_id"].as_str().expect("an object id").to_owned()
}

/// Object ids of the applications, the deleted ones or the others.
fn applications(quickstart: &Quickstart, list: &str) -> BTreeSet<String> {
    let all = quickstart.directory()[list].take();
    let own = all.as_array().into_iter().flatten();
    let own = own
        .filter(|one| one["displayName"] == "Proofpoint Essentials Azure Sync" && one["appId"].is_string());
    own.filter(|one| one["servicePrincipalType"].is_null())
        .map(|one| one["id"].as_str().expect("an id").to_owned())
        .collect()
}

/// Makes another object of this kind beside the one that is there: the old one and the new one.
#[track_caller]
fn beside(quickstart: &Quickstart, kind: &'static str) -> (Stored, Stored) {
    let old = quickstart.take(kind);
    succeeds(&quickstart.change(kind));
    (old, quickstart.take(kind))
}

/// Destroys the old one and puts the new one into its place.
#[track_caller]
fn finish(quickstart: &Quickstart, kind: &'static str, (old, new): (Stored, Stored)) -> Messages {
    quickstart.put(kind, old);
    let said = quickstart.destroy_saying(kind);
    quickstart.put(kind, new);
    said
}

#[test]
fn an_application_that_this_run_deleted_is_purged_and_made_anew() {
    let quickstart = quickstart();
    succeeds(&quickstart.change(APPLICATION));
    let old = object_id(&quickstart);
    quickstart.destroy_one(APPLICATION);
    succeeds(&quickstart.change(APPLICATION));
    assert_ne!(object_id(&quickstart), old);
    assert_eq!(applications(&quickstart, "applications"), [object_id(&quickstart)].into());
    assert_eq!(applications(&quickstart, "deleted_items"), BTreeSet::new());
}

#[test]
fn an_application_that_may_not_be_purged_is_an_error_that_says_so_and_the_next_run_restores_it() {
    let mut quickstart = quickstart();
    succeeds(&quickstart.change(APPLICATION));
    let old = object_id(&quickstart);
    let denied =
        json!({ "error": { "code": "Authorization_RequestDenied", "message": "Insufficient privileges." } });
    let fault = json!([{ "method": "DELETE", "path": "/v1.0/directory/deletedItems/*", "status": 403, "body": denied }]);
    quickstart.simulator.set_faults(&fault);
    quickstart.destroy_one(APPLICATION);
    let said = quickstart.change(APPLICATION);
    let refusal = said.expect_error();
    assert_eq!(refusal.path, "unique_name", "{refusal}");
    for words in ["30 days", "Purge it in the portal", "Application.ReadWrite", &old] {
        assert!(refusal.detail.contains(words), "{words}: {refusal}");
    }
    quickstart.restart();
    succeeds(&quickstart.change(APPLICATION));
    assert_eq!(object_id(&quickstart), old, "restored");
}

#[test]
fn an_application_that_a_successor_has_taken_over_is_let_go_by_this_run_and_by_the_next() {
    for later in [false, true] {
        let mut quickstart = quickstart();
        succeeds(&quickstart.change(APPLICATION));
        // Young and bare, it is taken for what an interrupted run left.
        let halves = beside(&quickstart, APPLICATION);
        assert_eq!(halves.0.state["object_id"], halves.1.state["object_id"]);
        if later {
            quickstart.restart();
        }
        let said = finish(&quickstart, APPLICATION, halves);
        assert!(said.warns(APPLICATION_STAYS), "{later}: {said}");
        assert_eq!(applications(&quickstart, "applications"), [object_id(&quickstart)].into(), "{later}");
        quickstart.configure();
        let planned = quickstart.plan(APPLICATION);
        assert_eq!(planned.state, quickstart.state(APPLICATION), "{later}");
        // The one that is left may delete it.
        let said = quickstart.destroy_saying(APPLICATION);
        assert!(!said.warns(APPLICATION_STAYS), "{later}: {said}");
        assert_eq!(applications(&quickstart, "applications"), BTreeSet::new(), "{later}");
    }
}

#[test]
fn an_application_that_somebody_purged_or_restored_meanwhile_ends_no_apply_in_vain() {
    for is_restored in [false, true] {
        let mut quickstart = quickstart();
        quickstart.write(APPLICATION, &json!({ "timeouts": { "create": "8s" } }));
        succeeds(&quickstart.change(APPLICATION));
        let old = object_id(&quickstart);
        quickstart.destroy_one(APPLICATION);
        let item = format!("directory/deletedItems/{old}");
        if !is_restored {
            quickstart.graph(Method::DELETE, &item, None);
            succeeds(&quickstart.change(APPLICATION));
            assert_ne!(object_id(&quickstart), old);
            continue;
        }
        quickstart.graph(Method::POST, &format!("{item}/restore"), Some(&json!({})));
        let said = quickstart.change(APPLICATION);
        let refusal = said.expect_error();
        assert_eq!(refusal.summary, "The deleted application is there again", "{refusal}");
        assert!(refusal.path == "unique_name" && refusal.detail.contains(&old), "{refusal}");
        // Young and bare, it is finished by the next run.
        quickstart.restart();
        succeeds(&quickstart.change(APPLICATION));
        assert_eq!(applications(&quickstart, "applications"), [old].into());
    }
}

#[test]
fn the_mark_of_a_predecessor_is_no_successor() {
    let mut quickstart = quickstart();
    succeeds(&quickstart.change(APPLICATION));
    let path = format!("applications/{}", object_id(&quickstart));
    let before = quickstart.graph(Method::GET, &path, None)["tags"].take();
    let (_, new) = beside(&quickstart, APPLICATION);
    quickstart.put(APPLICATION, new);
    // As a replica shows it that has not heard of the take-over.
    quickstart.graph(Method::PATCH, &path, Some(&json!({ "tags": before })));
    quickstart.restart();
    let said = quickstart.destroy_saying(APPLICATION);
    assert!(!said.warns(APPLICATION_STAYS), "{said}");
    assert_eq!(applications(&quickstart, "applications"), BTreeSet::new());
}

#[test]
fn an_application_that_a_replica_shows_after_its_deletion_is_restored_and_not_adopted() {
    let mut quickstart = quickstart();
    succeeds(&quickstart.change(APPLICATION));
    let old = object_id(&quickstart);
    let mut stale = quickstart.graph(Method::GET, &format!("applications/{old}"), None);
    stale.as_object_mut().expect("an application").remove("@odata.context");
    quickstart.destroy_one(APPLICATION);
    quickstart.restart();
    let behind = json!([{
        "method": "GET", "path": "/v1.0/applications(uniqueName=*", "status": 200, "body": stale, "count": 2,
    }]);
    quickstart.simulator.set_faults(&behind);
    succeeds(&quickstart.change(APPLICATION));
    assert_eq!(object_id(&quickstart), old, "restored");
    assert_eq!(quickstart.simulator.control(Method::GET, "faults", None)[0]["count"], 0, "looked again");
    assert_eq!(applications(&quickstart, "applications"), [old].into());
}

#[test]
fn a_successor_that_fails_leaves_an_application_to_the_one_that_had_it() {
    let quickstart = quickstart();
    succeeds(&quickstart.change(APPLICATION));
    let old = quickstart.take(APPLICATION);
    quickstart
        .simulator
        .set_faults(&json!([{ "method": "POST", "path": "/v1.0/servicePrincipals", "status": 400 }]));
    assert!(quickstart.change(APPLICATION).has_errors());
    quickstart.simulator.set_faults(&json!([]));
    quickstart.put(APPLICATION, old);
    let said = quickstart.destroy_saying(APPLICATION);
    assert!(!said.warns(APPLICATION_STAYS), "{said}");
    assert_eq!(applications(&quickstart, "applications"), BTreeSet::new());
}

#[test]
fn a_consent_that_a_successor_has_taken_over_is_let_go_by_this_run_and_by_the_next() {
    for later in [false, true] {
        let mut quickstart = Quickstart::prepared(Simulator::start(&["--users", "1"]));
        let before = scopes(&quickstart);
        let halves = beside(&quickstart, CONSENT);
        if later {
            quickstart.restart();
        }
        let said = finish(&quickstart, CONSENT, halves);
        assert!(said.warns(CONSENT_STAYS), "{later}: {said}");
        assert_eq!((scopes(&quickstart), roles(&quickstart)), (before, 1), "{later}");
    }
}

#[test]
fn a_caller_that_may_not_tag_principals_is_safe_within_one_run() {
    let quickstart = quickstart();
    succeeds(&quickstart.change(APPLICATION));
    let denied =
        json!({ "error": { "code": "Authorization_RequestDenied", "message": "Insufficient privileges." } });
    let fault =
        json!([{ "method": "PATCH", "path": "/v1.0/servicePrincipals/*", "status": 403, "body": denied }]);
    quickstart.simulator.set_faults(&fault);
    succeeds(&quickstart.change(CONSENT));
    let halves = beside(&quickstart, CONSENT);
    let said = finish(&quickstart, CONSENT, halves);
    assert!(said.warns(CONSENT_STAYS), "{said}");
    assert_eq!(roles(&quickstart), 1);
}

#[test]
fn a_successor_that_fails_leaves_a_consent_to_the_one_that_had_it() {
    let quickstart = Quickstart::prepared(Simulator::start(&["--users", "1"]));
    let old = quickstart.take(CONSENT);
    let assign = json!([{ "method": "POST", "path": "**/appRoleAssignments", "status": 400 }]);
    quickstart.simulator.set_faults(&assign);
    assert!(quickstart.change(CONSENT).has_errors());
    quickstart.simulator.set_faults(&json!([]));
    quickstart.put(CONSENT, old);
    let said = quickstart.destroy_saying(CONSENT);
    assert!(!said.warns(CONSENT_STAYS), "{said}");
    assert_eq!((scopes(&quickstart), roles(&quickstart)), (BTreeSet::new(), 0));
}

#[test]
fn a_consent_that_is_made_again_right_after_it_was_taken_back_is_in_effect() {
    let quickstart = Quickstart::prepared(Simulator::start(&["--users", "1", "--mood", "replica_lag=2s"]));
    let before = scopes(&quickstart);
    quickstart.destroy_one(CONSENT);
    succeeds(&quickstart.change(CONSENT));
    assert_eq!((scopes(&quickstart), roles(&quickstart)), (before, 1));
}

/// Core tells the half of a replacement that destroys first nothing but the state.
#[test]
fn a_consent_without_private_facts_takes_back_what_it_gave_and_nothing_else() {
    for by_hand in [false, true] {
        let mut quickstart = quickstart();
        succeeds(&quickstart.change(APPLICATION));
        if by_hand {
            grant_role_by_hand(&quickstart);
        }
        succeeds(&quickstart.change(CONSENT));
        let stored = Stored { private: Vec::new(), ..quickstart.take(CONSENT) };
        quickstart.put(CONSENT, stored);
        quickstart.restart();
        quickstart.destroy_one(CONSENT);
        let left = usize::from(by_hand);
        assert_eq!((scopes(&quickstart), roles(&quickstart)), (BTreeSet::new(), left), "{by_hand}");
    }
}

#[test]
fn a_consent_that_nobody_may_mark_takes_nothing_back_without_private_facts() {
    let mut quickstart = quickstart();
    succeeds(&quickstart.change(APPLICATION));
    let denied =
        json!({ "error": { "code": "Authorization_RequestDenied", "message": "Insufficient privileges." } });
    let fault =
        json!([{ "method": "PATCH", "path": "/v1.0/servicePrincipals/*", "status": 403, "body": denied }]);
    quickstart.simulator.set_faults(&fault);
    succeeds(&quickstart.change(CONSENT));
    let before = scopes(&quickstart);
    let stored = Stored { private: Vec::new(), ..quickstart.take(CONSENT) };
    quickstart.put(CONSENT, stored);
    quickstart.restart();
    quickstart.destroy_one(CONSENT);
    assert_eq!((scopes(&quickstart), roles(&quickstart)), (before, 1));
}

#[test]
fn a_successor_takes_back_what_its_predecessor_gave() {
    let quickstart = Quickstart::prepared(Simulator::start(&["--users", "1"]));
    let halves = beside(&quickstart, CONSENT);
    finish(&quickstart, CONSENT, halves);
    quickstart.destroy_one(CONSENT);
    assert_eq!((scopes(&quickstart), roles(&quickstart)), (BTreeSet::new(), 0));
    let principal = quickstart.state(APPLICATION)["service_principal_object_id"].clone();
    let path = format!("servicePrincipals/{}", principal.as_str().unwrap());
    let tags = quickstart.graph(Method::GET, &path, None)["tags"].take();
    let marks = tags.as_array().unwrap().iter().filter(|tag| tag.as_str().unwrap().contains(":gave:"));
    assert_eq!(marks.count(), 0, "{tags:#}");
}

#[test]
fn an_imported_consent_takes_back_nothing_that_another_one_gave() {
    let quickstart = Quickstart::prepared(Simulator::start(&["--users", "1"]));
    let before = scopes(&quickstart);
    let id = quickstart.state(CONSENT)["id"].as_str().unwrap().to_owned();
    quickstart.take(CONSENT);
    quickstart.import(CONSENT, &id);
    quickstart.destroy_one(CONSENT);
    assert_eq!((scopes(&quickstart), roles(&quickstart)), (before, 1));
}

#[test]
fn a_consent_that_only_verifies_writes_nothing_when_it_is_destroyed() {
    let mut quickstart = Quickstart::prepared(Simulator::start(&["--users", "1"]));
    quickstart.write(CONSENT, &json!({ "mode": "verify" }));
    succeeds(&quickstart.change(CONSENT));
    quickstart.simulator.forget_requests();
    quickstart.destroy_one(CONSENT);
    assert_eq!(quickstart.simulator.writes(), []);
}

/// Gives the application its permission as somebody does by hand.
fn grant_role_by_hand(quickstart: &Quickstart) {
    assign_role(quickstart, "Directory.Read.All");
}

#[test]
fn what_somebody_else_granted_before_is_not_taken_back() {
    let quickstart = quickstart();
    succeeds(&quickstart.change(APPLICATION));
    grant_role_by_hand(&quickstart);
    succeeds(&quickstart.change(CONSENT));
    quickstart.destroy_one(CONSENT);
    assert_eq!((scopes(&quickstart), roles(&quickstart)), (BTreeSet::new(), 1));
}
