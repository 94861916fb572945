//! Replicas that are behind: Entra accepts a write and shows it seconds later. Larger delays go through a CLI.

use reqwest::Method;
use serde_json::json;

use crate::support::by_hand::principal_of;
use crate::support::plugin::succeeds;
use crate::support::quickstart::{APPLICATION, CONSENT, Quickstart, SECRET};
use crate::support::simulator::Simulator;

/// Every replica is two seconds late.
fn late() -> Quickstart {
    Quickstart::start(Simulator::start(&["--users", "1", "--mood", "replica_lag=2s"]))
}

/// Fails unless the next command finds nothing to do.
#[track_caller]
fn settled(quickstart: &mut Quickstart, kind: &'static str) {
    quickstart.restart();
    let planned = quickstart.plan(kind);
    succeeds(&planned.messages);
    assert_eq!(planned.state, quickstart.state(kind), "a late replica is no change");
}

/// Each kind of object may be late alone, and replicas may disagree.
const KINDS: [&[&str]; 8] = [
    &["replica_lag=2s"],
    &["replica_lag=3 reads"],
    &["replica_lag=2s", "replicas_disagree=true"],
    &["lag_of_applications=2s"],
    &["lag_of_principals=2s"],
    &["lag_of_grants=2s"],
    &["lag_of_role_assignments=2s"],
    &["lag_of_keys=2s"],
];

#[test]
fn what_was_made_or_changed_a_moment_ago_is_no_change_for_the_next_command() {
    std::thread::scope(|scope| {
        for moods in KINDS {
            let arguments = moods.iter().flat_map(|mood| ["--mood", mood]);
            let arguments: Vec<&str> = ["--users", "1"].into_iter().chain(arguments).collect();
            let quickstart = Quickstart::start(Simulator::start(&arguments));
            let name = moods.join(" ");
            let play = move || whole_life(quickstart);
            std::thread::Builder::new().name(name).spawn_scoped(scope, play).expect("a thread");
        }
    });
}

fn whole_life(mut quickstart: Quickstart) {
    let caller = quickstart.simulator.tenant().client_id.clone();
    let owner = principal_of(&quickstart.simulator, &caller);
    quickstart.write(APPLICATION, &json!({ "owners": [owner] }));
    for kind in [APPLICATION, CONSENT, SECRET] {
        succeeds(&quickstart.change(kind));
        settled(&mut quickstart, kind);
    }
    let changes = [
        (APPLICATION, json!({ "display_name": "Renamed", "notes": "late", "tags": ["mail"] })),
        (CONSENT, json!({ "delegated_permissions": ["Directory.Read.All"] })),
        (CONSENT, json!({ "delegated_permissions": ["Directory.Read.All", "Mail.Read"] })),
        (SECRET, json!({ "display_name": "another" })),
    ];
    for (kind, arguments) in changes {
        quickstart.write(kind, &arguments);
        succeeds(&quickstart.change(kind));
        settled(&mut quickstart, kind);
    }
    quickstart.simulator.assert_every_route_was_known();
}

#[test]
fn an_apply_right_after_one_that_failed_is_as_patient() {
    let mut quickstart = late();
    // The principal cannot be made, and the next process knows nothing of the application.
    let fault = json!([{ "method": "POST", "path": "/v1.0/servicePrincipals", "status": 400, "count": 1 }]);
    quickstart.simulator.set_faults(&fault);
    assert!(quickstart.change(APPLICATION).has_errors());
    quickstart.restart();
    succeeds(&quickstart.change(APPLICATION));
    // Consent fails half-way: the grant is there, and no replica shows it.
    let fault = json!([{ "method": "POST", "path": "**/appRoleAssignments", "status": 400, "count": 1 }]);
    quickstart.simulator.set_faults(&fault);
    assert!(quickstart.change(CONSENT).has_errors());
    quickstart.restart();
    succeeds(&quickstart.change(CONSENT));
    quickstart.restart();
    succeeds(&quickstart.change(SECRET));
    for kind in [APPLICATION, CONSENT, SECRET] {
        settled(&mut quickstart, kind);
    }
}

#[test]
fn what_was_made_a_moment_ago_is_removed_by_the_next_command() {
    let mut quickstart = late();
    for kind in [APPLICATION, CONSENT, SECRET] {
        succeeds(&quickstart.change(kind));
    }
    let principal = quickstart.state(APPLICATION)["service_principal_object_id"].clone();
    for kind in [SECRET, CONSENT] {
        quickstart.restart();
        quickstart.destroy_one(kind);
    }
    assert!(quickstart.keys().is_empty());
    let held = |list: &str, member: &str| {
        let all = quickstart.directory()[list].take();
        all.as_array().unwrap().iter().filter(|one| one[member] == principal).count()
    };
    assert_eq!((held("grants", "clientId"), held("app_role_assignments", "principalId")), (0, 0));
    quickstart.restart();
    quickstart.destroy_one(APPLICATION);
    let active = quickstart.directory()["applications"].take();
    let named = |one: &&serde_json::Value| one["displayName"] == "Proofpoint Essentials Azure Sync";
    assert_eq!(active.as_array().unwrap().iter().filter(named).count(), 0);
}

#[test]
fn an_application_that_was_deleted_by_hand_is_missed_at_once() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    succeeds(&quickstart.change(APPLICATION));
    let id = quickstart.state(APPLICATION)["object_id"].as_str().unwrap().to_owned();
    quickstart.graph(Method::DELETE, &format!("applications/{id}"), None);
    quickstart.restart();
    let began = std::time::Instant::now();
    let planned = quickstart.plan(APPLICATION);
    succeeds(&planned.messages);
    assert!(quickstart.state(APPLICATION).is_null());
    assert!(began.elapsed().as_secs() < 30, "the deleted items tell that it is gone: {:?}", began.elapsed());
}

#[test]
fn what_hung_on_an_application_that_was_deleted_by_hand_is_missed_at_once() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    for kind in [APPLICATION, CONSENT, SECRET] {
        quickstart.write(kind, &json!({ "timeouts": { "read": "100s" } }));
        succeeds(&quickstart.change(kind));
    }
    let id = quickstart.state(APPLICATION)["object_id"].as_str().unwrap().to_owned();
    quickstart.graph(Method::DELETE, &format!("applications/{id}"), None);
    for kind in [SECRET, CONSENT] {
        quickstart.restart();
        let began = std::time::Instant::now();
        // What else the plan says of a configuration whose application is gone is not the matter here.
        let planned = quickstart.plan(kind);
        if kind == SECRET {
            // It comes back with its application.
            assert!(planned.messages.warns("The application of a secret is deleted"), "{}", planned.messages);
        } else {
            assert!(quickstart.state(kind).is_null(), "{kind}");
        }
        assert!(began.elapsed().as_secs() < 60, "{kind}: the deleted items tell that it is gone");
    }
}

#[test]
fn an_operation_waits_no_longer_than_its_own_timeout() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1", "--mood", "replica_lag=10m"]));
    quickstart.write(APPLICATION, &json!({ "timeouts": { "create": "4s" } }));
    let began = std::time::Instant::now();
    let said = quickstart.change(APPLICATION);
    assert!(said.has_errors(), "{said}");
    assert!(began.elapsed().as_secs() < 30, "{:?}", began.elapsed());
}

/// What was made a moment ago, with timeouts that nobody should have to wait for.
fn made_and_patient() -> Quickstart {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    let patience = json!({ "timeouts": { "read": "100s", "update": "100s", "delete": "100s" } });
    for kind in [APPLICATION, CONSENT, SECRET] {
        quickstart.write(kind, &patience);
        succeeds(&quickstart.change(kind));
    }
    quickstart
}

#[track_caller]
fn delete_the_application(quickstart: &Quickstart) {
    let id = quickstart.state(APPLICATION)["object_id"].as_str().unwrap().to_owned();
    quickstart.graph(Method::DELETE, &format!("applications/{id}"), None);
}

#[test]
fn what_was_deleted_by_hand_is_destroyed_at_once_without_a_look_before() {
    let mut quickstart = made_and_patient();
    delete_the_application(&quickstart);
    for kind in [SECRET, CONSENT, APPLICATION] {
        quickstart.restart();
        let began = std::time::Instant::now();
        quickstart.destroy_one(kind);
        assert!(began.elapsed().as_secs() < 60, "{kind}: the deleted items tell that it is gone");
    }
    quickstart.simulator.assert_every_route_was_known();
}

#[test]
fn a_change_of_what_was_deleted_by_hand_since_the_plan_fails_at_once() {
    let mut quickstart = made_and_patient();
    quickstart.write(APPLICATION, &json!({ "notes": "changed" }));
    quickstart.write(CONSENT, &json!({ "delegated_permissions": ["Directory.Read.All", "Mail.Read"] }));
    quickstart.write(SECRET, &json!({ "display_name": "changed", "rotate_when_changed": { "a": "b" } }));
    let planned = [APPLICATION, CONSENT, SECRET].map(|kind| (kind, quickstart.plan(kind)));
    delete_the_application(&quickstart);
    for (kind, plan) in planned {
        succeeds(&plan.messages);
        let began = std::time::Instant::now();
        let said = quickstart.apply(kind, plan);
        assert!(said.has_errors(), "{kind}: {said}");
        assert!(began.elapsed().as_secs() < 60, "{kind}: the deleted items tell that it is gone");
    }
}

#[test]
fn a_restored_application_that_is_late_is_not_taken_for_a_deleted_one() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    succeeds(&quickstart.change(APPLICATION));
    quickstart.restart();
    quickstart.destroy_one(APPLICATION);
    quickstart.restart();
    quickstart.simulator.advance_clock("1m");
    // The deleted items go on showing what this restores, and the others do not show it yet.
    let late =
        json!({ "lag_of_deleted_items": "3s", "lag_of_applications": "2s", "lag_of_principals": "2s" });
    quickstart.simulator.control(Method::POST, "moods", Some(&late));
    succeeds(&quickstart.change(APPLICATION));
    settled(&mut quickstart, APPLICATION);
    quickstart.simulator.assert_every_route_was_known();
}

#[test]
fn what_was_written_some_minutes_ago_is_waited_for_by_whoever_is_patient() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    quickstart.write(APPLICATION, &json!({ "timeouts": { "read": "30m" } }));
    succeeds(&quickstart.change(APPLICATION));
    quickstart.simulator.control(Method::POST, "moods", Some(&json!({ "lag_of_applications": "8m" })));
    quickstart.write(APPLICATION, &json!({ "display_name": "Renamed" }));
    succeeds(&quickstart.change(APPLICATION));
    quickstart.simulator.advance_clock("7m50s");
    settled(&mut quickstart, APPLICATION);
}
