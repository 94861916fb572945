//! Renames without a `moved` block: core makes the new address while it destroys the old one, in one process, and neither
//! knows of the other. Whichever comes first, one apply leaves what the state says.

use serde_json::{Value as Json, json};

use crate::support::plugin::succeeds;
use crate::support::quickstart::{APPLICATION, CONSENT, Quickstart, SYNC};
use crate::support::simulator::Simulator;

const ALL: [&str; 3] = [APPLICATION, CONSENT, SYNC];
/// A lag that is counted in reads at most.
const SHORT: &str = "replica_lag=2s";

#[track_caller]
fn applied(arguments: &[&str], kinds: &[&'static str]) -> Quickstart {
    let quickstart = Quickstart::start(Simulator::start(arguments));
    for kind in kinds {
        succeeds(&quickstart.change(kind));
    }
    quickstart
}

/// What holds one half up, so that the other comes first.
fn held_up(quickstart: &Quickstart) -> Vec<(&'static str, Json)> {
    let object = quickstart.state(APPLICATION)["object_id"].as_str().expect("an object id").to_owned();
    let slow = |method: &str, path: String| json!([{ "method": method, "path": path, "delay": 1500 }]);
    vec![
        ("both at once", json!([])),
        ("the creation first", slow("GET", format!("/v1.0/applications/{object}"))),
        ("the deletion first", slow("POST", "/v1.0/applications".to_owned())),
        ("the deletion under way", slow("DELETE", format!("/v1.0/applications/{object}"))),
        ("the principal late", slow("POST", "/v1.0/servicePrincipals".to_owned())),
        ("the look late", slow("GET", "/v1.0/applications(uniqueName=*".to_owned())),
    ]
}

/// Fails unless there is the one application of the state, with its principal, and nothing to do.
#[track_caller]
fn is_alone(quickstart: &Quickstart, context: &str) {
    let (application, directory) = (quickstart.state(APPLICATION), quickstart.directory());
    let of = |list: &str, member: &str, value: &Json| {
        directory[list].as_array().into_iter().flatten().filter(|one| one[member] == *value).count()
    };
    assert_eq!(of("applications", "displayName", &application["display_name"]), 1, "{context}");
    assert_eq!(of("applications", "id", &application["object_id"]), 1, "{context}");
    assert_eq!(of("service_principals", "id", &application["service_principal_object_id"]), 1, "{context}");
    assert_eq!(of("deleted_items", "appId", &application["client_id"]), 0, "{context}");
    quickstart.configure();
    assert_eq!(quickstart.plan(APPLICATION).state, application, "{context}");
}

/// The same for the whole quick start, but for the principal of a purged application: it stays among the deleted items.
#[track_caller]
fn is_sound(quickstart: &Quickstart, context: &str) {
    for deleted in quickstart.directory()["deleted_items"].as_array().into_iter().flatten() {
        if deleted["servicePrincipalType"].is_string() {
            let path = format!("directory/deletedItems/{}", deleted["id"].as_str().expect("an id"));
            quickstart.graph(reqwest::Method::DELETE, &path, None);
        }
    }
    quickstart.assert_sound(context);
}

fn each_order(arguments: &[&str], kinds: &'static [&'static str], check: impl Fn(&Quickstart, &str) + Sync) {
    let play = &|order: usize| {
        let mut quickstart = applied(arguments, kinds);
        let (name, faults) = held_up(&quickstart).swap_remove(order);
        quickstart.simulator.set_faults(&faults);
        let (made, destroyed) = quickstart.rename(kinds);
        quickstart.simulator.set_faults(&json!([]));
        assert!(!made.has_errors() && !destroyed.has_errors(), "{name}: {made}\n{destroyed}");
        check(&quickstart, name);
    };
    std::thread::scope(|scope| {
        for order in 0..6 {
            scope.spawn(move || play(order));
        }
    });
}

#[test]
fn an_application_alone_converges_whichever_half_comes_first() {
    each_order(&["--users", "1"], &[APPLICATION], is_alone);
}

#[test]
fn an_application_with_its_consent_converges_whichever_half_comes_first() {
    each_order(&["--users", "1"], &[APPLICATION, CONSENT], is_alone);
}

#[test]
fn the_quick_start_converges_whichever_half_comes_first() {
    each_order(&["--users", "1"], &ALL, |quickstart, name| {
        is_alone(quickstart, name);
        is_sound(quickstart, name);
        quickstart.destroy();
        assert!(quickstart.settings().is_null(), "{name}");
    });
}

#[test]
fn the_quick_start_converges_when_replicas_are_behind() {
    each_order(&["--users", "1", "--mood", SHORT], &ALL, |quickstart, name| {
        is_sound(quickstart, name);
    });
}

#[test]
fn an_application_that_is_no_longer_young_converges() {
    for kinds in [&ALL[..1], &ALL[..]] {
        let mut quickstart = applied(&["--users", "1"], kinds);
        quickstart.simulator.advance_clock("48h");
        let (made, destroyed) = quickstart.rename(kinds);
        assert!(!made.has_errors() && !destroyed.has_errors(), "{made}\n{destroyed}");
        is_alone(&quickstart, "old");
    }
}

#[test]
fn a_successor_that_fails_leaves_the_application_to_its_deletion_and_the_next_apply_restores_it() {
    let mut quickstart = applied(&["--users", "1"], &ALL);
    let old = quickstart.state(APPLICATION)["object_id"].clone();
    let fault = json!([{ "method": "POST", "path": "/v1.0/servicePrincipals", "status": 400 }]);
    quickstart.simulator.set_faults(&fault);
    let (made, destroyed) = quickstart.rename(&ALL);
    quickstart.simulator.set_faults(&json!([]));
    assert!(made.has_errors() && !destroyed.has_errors(), "{made}\n{destroyed}");
    assert!(!destroyed.warns("The application stays"), "{destroyed}");
    quickstart.restart();
    quickstart.converge();
    assert_eq!(quickstart.state(APPLICATION)["object_id"], old, "restored");
    quickstart.assert_sound("the next apply");
}

#[test]
fn an_application_of_another_state_is_refused_with_an_import() {
    let quickstart = applied(&["--users", "1"], &ALL);
    let old = quickstart.take(APPLICATION);
    let said = quickstart.change(APPLICATION);
    let refusal = said.expect_error();
    assert_eq!(refusal.path, "unique_name", "{refusal}");
    for words in ["import {", old.state["object_id"].as_str().unwrap(), "`moved`"] {
        assert!(refusal.detail.contains(words), "{words}: {refusal}");
    }
}
