//! What an earlier command made, changed or gave is not known to the replica that answers. Objects' own dates and the states tell
//! that it may be late, whichever process wrote.

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::consent::{roles, scopes};
use crate::support::plugin::succeeds;
use crate::support::quickstart::{APPLICATION, CONSENT, Quickstart, SECRET};
use crate::support::simulator::Simulator;

/// Objects that a command has made, some time ago.
fn made(kinds: &[&'static str], ago: &str) -> Quickstart {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    for kind in kinds {
        succeeds(&quickstart.change(kind));
    }
    quickstart.simulator.advance_clock(ago);
    quickstart.restart();
    quickstart
}

/// Two refusals by replicas that have not heard of something.
fn behind(method: &str, path: &str, status: u16, error: Option<(&str, &str)>) -> Json {
    let mut fault = json!({ "method": method, "path": path, "status": status, "count": 2 });
    if let Some((code, message)) = error {
        fault["body"] = json!({ "error": { "code": code, "message": message } });
    }
    fault
}

/// Fails unless every late replica was met.
#[track_caller]
fn all_were_met(quickstart: &Quickstart) {
    let faults = quickstart.simulator.control(Method::GET, "faults", None);
    let left = faults.as_array().expect("faults").iter().filter(|fault| fault["count"] != 0);
    assert_eq!(left.collect::<Vec<_>>(), Vec::<&Json>::new());
}

fn application(quickstart: &Quickstart) -> String {
    quickstart.state(APPLICATION)["object_id"].as_str().expect("an id").to_owned()
}

#[test]
fn a_principal_that_is_minutes_old_is_waited_for_and_consented_to() {
    let quickstart = made(&[APPLICATION], "20m");
    let planned = quickstart.plan(CONSENT);
    quickstart.simulator.set_faults(&json!([
        behind("GET", "/v1.0/servicePrincipals(appId=*", 404, None),
        behind("POST", "/v1.0/oauth2PermissionGrants", 404, None),
        behind(
            "POST",
            "**/appRoleAssignments",
            400,
            Some(("Request_BadRequest", "Not a valid reference update."))
        ),
    ]));
    succeeds(&quickstart.apply(CONSENT, planned));
    all_were_met(&quickstart);
    assert_eq!((roles(&quickstart), scopes(&quickstart).is_empty()), (1, false));
}

#[test]
fn an_application_that_a_failed_command_left_minutes_ago_gets_its_principal() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    let refused = json!({ "method": "POST", "path": "/v1.0/servicePrincipals", "status": 400, "count": 1 });
    quickstart.simulator.set_faults(&json!([refused]));
    assert!(quickstart.change(APPLICATION).has_errors());
    quickstart.simulator.advance_clock("20m");
    quickstart.restart();
    let planned = quickstart.plan(APPLICATION);
    let unknown = ("NoBackingApplicationObject", "The appId does not reference a valid application object.");
    quickstart.simulator.set_faults(&json!([behind("POST", "/v1.0/servicePrincipals", 400, Some(unknown))]));
    succeeds(&quickstart.apply(APPLICATION, planned));
    all_were_met(&quickstart);
}

#[test]
fn a_change_waits_for_what_was_written_a_moment_ago() {
    let mut quickstart = made(&[APPLICATION], "1s");
    quickstart.write(APPLICATION, &json!({ "notes": "changed" }));
    let planned = quickstart.plan(APPLICATION);
    let path = format!("/v1.0/applications/{}*", application(&quickstart));
    quickstart.simulator.set_faults(&json!([behind("GET", &path, 404, None)]));
    succeeds(&quickstart.apply(APPLICATION, planned));
    all_were_met(&quickstart);
}

#[test]
fn an_application_that_the_replica_does_not_know_yet_is_deleted_all_the_same() {
    let quickstart = made(&[APPLICATION], "1s");
    let id = application(&quickstart);
    let path = format!("/v1.0/applications/{id}");
    let replicas = ["GET", "PATCH", "DELETE"].map(|method| behind(method, &path, 404, None));
    quickstart.simulator.set_faults(&json!(replicas));
    quickstart.destroy_one(APPLICATION);
    all_were_met(&quickstart);
    let active = quickstart.directory()["applications"].take();
    assert!(!active.as_array().expect("applications").iter().any(|one| one["id"] == id), "{active:#}");
}

#[test]
fn what_a_principal_holds_is_taken_back_though_the_replica_does_not_know_it_yet() {
    let quickstart = made(&[APPLICATION, CONSENT], "1s");
    quickstart.simulator.set_faults(&json!([behind("GET", "/v1.0/servicePrincipals(appId=*", 404, None)]));
    quickstart.destroy_one(CONSENT);
    all_were_met(&quickstart);
    assert_eq!((roles(&quickstart), scopes(&quickstart).len()), (0, 0));
}

#[test]
fn what_was_given_and_is_not_listed_yet_is_taken_back() {
    let mut quickstart = made(&[APPLICATION], "1s");
    for late in ["lag_of_grants", "lag_of_role_assignments"] {
        quickstart.simulator.control(Method::POST, "moods", Some(&json!({ late: "8s" })));
    }
    succeeds(&quickstart.change(CONSENT));
    quickstart.restart();
    quickstart.destroy_one(CONSENT);
    assert_eq!((roles(&quickstart), scopes(&quickstart).len()), (0, 0));
}

#[test]
fn a_secret_that_the_list_does_not_show_yet_is_not_missed() {
    let mut quickstart = made(&[APPLICATION], "1s");
    let late = json!({ "lag_of_keys": "25s", "token_endpoint": "ahead" });
    quickstart.simulator.control(Method::POST, "moods", Some(&late));
    succeeds(&quickstart.change(SECRET));
    quickstart.restart();
    let planned = quickstart.plan(SECRET);
    succeeds(&planned.messages);
    assert_eq!(planned.state, quickstart.state(SECRET));
}
