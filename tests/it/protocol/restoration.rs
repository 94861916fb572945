//! An application that comes back from the deleted items has its secrets again: what was to be removed meanwhile is not among
//! them, and of the others is told.

use reqwest::Method;
use serde_json::json;

use crate::support::plugin::succeeds;
use crate::support::quickstart::{APPLICATION, CONSENT, Quickstart, SECRET};
use crate::support::simulator::Simulator;

/// An application with a secret for use elsewhere, which somebody has deleted; a refresh has shown it.
fn deleted(moods: &[&str]) -> Quickstart {
    let mut quickstart = Quickstart::start(Simulator::start(&[&["--users", "1"][..], moods].concat()));
    succeeds(&quickstart.change(APPLICATION));
    quickstart.write_anew(
        SECRET,
        json!({ "application_id": quickstart.state(APPLICATION)["id"], "display_name": "elsewhere" }),
    );
    succeeds(&quickstart.change(SECRET));
    assert_eq!(quickstart.keys().len(), 1);
    quickstart.simulator.advance_clock("2h");
    let object_id = quickstart.state(APPLICATION)["object_id"].as_str().expect("an id").to_owned();
    quickstart.graph(Method::DELETE, &format!("applications/{object_id}"), None);
    quickstart.restart();
    quickstart
}

const DELETED: &str = "The application of a secret is deleted";

#[test]
fn a_secret_whose_application_is_deleted_is_known_until_it_cannot_come_back() {
    let quickstart = deleted(&[]);
    let planned = quickstart.plan(SECRET);
    assert!(planned.messages.warns(DELETED), "{}", planned.messages);
    assert_eq!(planned.state["key_id"], quickstart.state(SECRET)["key_id"]);

    let object_id = quickstart.state(APPLICATION)["object_id"].as_str().expect("an id").to_owned();
    quickstart.graph(Method::DELETE, &format!("directory/deletedItems/{object_id}"), None);
    let planned = quickstart.plan(SECRET);
    assert!(!planned.messages.warns(DELETED), "{}", planned.messages);
    assert!(planned.state["key_id"] == "<unknown>", "it is to be made anew: {}", planned.state);
}

#[test]
fn a_secret_whose_application_was_deleted_is_known_where_replicas_have_not_heard_of_the_deletion() {
    let quickstart = deleted(&["--mood=lag_of_deleted_items=1 read"]);
    let planned = quickstart.plan(SECRET);
    assert!(planned.messages.warns(DELETED), "{}", planned.messages);
    assert_eq!(planned.state["key_id"], quickstart.state(SECRET)["key_id"]);
}

#[test]
fn a_secret_that_was_destroyed_while_its_application_was_deleted_does_not_come_back() {
    for destroyed_first in [true, false] {
        let quickstart = deleted(&[]);
        let steps: [&str; 2] = if destroyed_first { [SECRET, APPLICATION] } else { [APPLICATION, SECRET] };
        for kind in steps {
            if kind == SECRET {
                quickstart.destroy_one(SECRET);
            } else {
                let said = quickstart.change(APPLICATION);
                succeeds(&said);
                assert_eq!(
                    said.to_string().contains("restored with its secrets"),
                    !destroyed_first,
                    "{said}"
                );
            }
        }
        assert_eq!(quickstart.keys().len(), 0, "destroyed first: {destroyed_first}");
    }
}

#[test]
fn an_enterprise_application_that_was_deleted_a_moment_after_an_apply_is_not_waited_for() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    succeeds(&quickstart.change(APPLICATION));
    quickstart.simulator.advance_clock("1s");
    let principal = quickstart.state(APPLICATION)["service_principal_object_id"].clone();
    quickstart.graph(
        Method::DELETE,
        &format!("servicePrincipals/{}", principal.as_str().expect("an id")),
        None,
    );
    quickstart.restart();
    quickstart.simulator.forget_requests();
    let planned = quickstart.plan(APPLICATION);
    assert_eq!(planned.state["service_principal_object_id"], "<unknown>", "{}", planned.messages);
    let looks = quickstart.simulator.requests().into_iter().filter(|asked| asked.path.ends_with("/$batch"));
    assert_eq!(looks.count(), 1);
}

/// The person who imports it learns of a secret that a killed command has left, of which no plan would ever tell again where the
/// configuration has none any more.
#[test]
fn an_application_that_nobody_remembers_is_named_with_the_secrets_that_it_has() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    succeeds(&quickstart.change(APPLICATION));
    quickstart.write_anew(
        SECRET,
        json!({ "application_id": quickstart.state(APPLICATION)["id"], "display_name": "elsewhere" }),
    );
    succeeds(&quickstart.change(SECRET));
    let key = quickstart.state(SECRET)["key_id"].as_str().expect("an id").to_owned();
    drop((quickstart.take(APPLICATION), quickstart.take(SECRET)));
    quickstart.restart();
    let said = quickstart.change(APPLICATION);
    let error = said.expect_error();
    assert_eq!(error.summary, "The unique name is taken", "{said}");
    assert!(error.detail.contains(&format!("It has client secrets: `{key}` (elsewhere")), "{said}");
    assert!(error.detail.contains("a secret that is left over"), "{said}");
}

/// Whether a principal keeps its grants while it is deleted is not known; the simulator's does not, and shows it late.
#[test]
fn what_is_shown_late_as_granted_to_a_restored_enterprise_application_is_granted_again() {
    let mut quickstart =
        Quickstart::prepared(Simulator::start(&["--users", "1", "--mood=lag_of_grants=20s"]));
    quickstart.simulator.advance_clock("2h");
    let object_id = quickstart.state(APPLICATION)["object_id"].as_str().expect("an id").to_owned();
    quickstart.graph(Method::DELETE, &format!("applications/{object_id}"), None);
    // The next command makes both anew.
    drop((quickstart.take(APPLICATION), quickstart.take(CONSENT)));
    quickstart.restart();
    for kind in [APPLICATION, CONSENT] {
        succeeds(&quickstart.change(kind));
    }
    let principal = quickstart.state(CONSENT)["service_principal_object_id"].clone();
    let grants = quickstart.directory()["grants"].clone();
    let ours = grants.as_array().into_iter().flatten().filter(|grant| grant["clientId"] == principal);
    assert_eq!(ours.count(), 1, "{grants:#}");
    quickstart.simulator.advance_clock("2h");
    quickstart.restart();
    assert_eq!(quickstart.plan(CONSENT).state, quickstart.state(CONSENT));
}

#[test]
fn a_deleted_enterprise_application_comes_back_as_it_was() {
    a_deleted_enterprise_application_comes_back(&["--users", "1"]);
}

#[test]
fn a_deleted_enterprise_application_comes_back_where_replicas_are_late() {
    a_deleted_enterprise_application_comes_back(&["--users", "1", "--mood=replica_lag=1 read"]);
}

#[track_caller]
fn a_deleted_enterprise_application_comes_back(arguments: &[&str]) {
    let mut quickstart = Quickstart::start(Simulator::start(arguments));
    succeeds(&quickstart.change(APPLICATION));
    let made = quickstart.state(APPLICATION);
    let id = |name: &str| made[name].as_str().expect("an id").to_owned();
    let (application, principal) = (id("object_id"), id("service_principal_object_id"));
    let restoring = format!("directory/deletedItems/{application}/restore");
    let for_good = format!("directory/deletedItems/{principal}");
    let delete = |path: String| (Method::DELETE, path);
    for (name, by_hand, same) in [
        ("with its application, a while ago", vec![delete(format!("applications/{application}"))], true),
        ("alone", vec![delete(format!("servicePrincipals/{principal}"))], true),
        (
            "with its application, which was restored",
            vec![delete(format!("applications/{application}")), (Method::POST, restoring)],
            true,
        ),
        ("by a destroy", Vec::new(), true),
        ("for good", vec![delete(format!("servicePrincipals/{principal}")), delete(for_good)], false),
    ] {
        quickstart.simulator.advance_clock("2h");
        if by_hand.is_empty() {
            quickstart.destroy_one(APPLICATION);
        }
        for (method, path) in by_hand {
            // A person presses the button again where a replica has not heard of what was done before.
            let press = || (200..300).contains(&quickstart.simulator.graph(method.clone(), &path, None).0);
            assert!((0..4).any(|_| press()), "{name}: {path}");
        }
        if name.ends_with("ago") {
            quickstart.simulator.advance_clock("1h");
        }
        // A replica that has not heard of it shows nothing to do at first.
        for _ in 0..2 {
            quickstart.restart();
            succeeds(&quickstart.change(APPLICATION));
        }
        let now = quickstart.state(APPLICATION);
        assert_eq!(now["object_id"], made["object_id"], "{name}");
        assert_eq!(
            now["service_principal_object_id"] == made["service_principal_object_id"],
            same,
            "{name}: {now:#}"
        );
        assert_eq!(quickstart.directory()["deleted_items"], json!([]), "{name}");
        assert_eq!(quickstart.plan(APPLICATION).state, now, "{name}");
    }
}
