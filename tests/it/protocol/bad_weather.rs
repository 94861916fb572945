//! The services at their worst: late replicas, secrets that are not known yet, writes that collide.

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::support::quickstart::{APPLICATION, CONSENT, Quickstart};
use crate::support::simulator::Simulator;

#[test]
fn the_quick_start_converges_and_goes_in_bad_weather() {
    let simulator = Simulator::start(&["--users", "4", "--groups", "1", "--seed", "7"]);
    let weather = json!({
        "replica_lag": 1200, "replicas_disagree": true, "fresh_secret_delay": 1500, "key_flapping": 1500,
        "concurrency_window": 300,
    });
    simulator.control(Method::POST, "moods", Some(&weather));
    let quickstart = Quickstart::start(simulator);
    quickstart.converge();
    quickstart.assert_sound("bad weather");
    // The next command comes at once, while replicas still lag.
    quickstart.configure();
    let again = quickstart.converge();
    assert!(again.is_empty(), "{again:?} again");

    quickstart.destroy();
    let (directory, settings) = (quickstart.directory(), quickstart.settings());
    let left = |list: &str| directory[list].as_array().unwrap().len();
    assert!(settings.is_null(), "{settings:#}");
    // The identities that the simulator itself brings.
    assert_eq!((left("applications"), left("grants")), (2, 0), "{directory:#}");
    quickstart.simulator.assert_every_route_was_known();
}

#[test]
fn what_was_just_made_is_looked_for_again_by_the_next_command() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    quickstart.converge();
    let nothing = json!({ "value": [] });
    for (path, status, body) in [
        ("applications(appId=*)", 404, &Json::Null),
        ("servicePrincipals(appId=*)", 404, &Json::Null),
        ("servicePrincipals(appId=*)/oauth2PermissionGrants", 200, &nothing),
        ("servicePrincipals(appId=*)/appRoleAssignments", 200, &nothing),
    ] {
        let before = [APPLICATION, CONSENT].map(|kind| quickstart.stored(kind));
        quickstart.restart();
        let late = json!({ "method": "GET", "path": format!("/v1.0/{path}"), "status": status, "body": body, "count": 1 });
        quickstart.simulator.set_faults(&json!([late]));
        assert!(quickstart.converge().is_empty(), "{path}");
        assert_eq!(quickstart.simulator.control(Method::GET, "faults", None)[0]["count"], 0, "{path}");
        assert_eq!([APPLICATION, CONSENT].map(|kind| quickstart.stored(kind)), before, "{path}");
    }
}

#[test]
fn what_has_been_there_for_a_while_is_believed_to_be_gone_at_once() {
    let quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    for kind in [APPLICATION, CONSENT] {
        let said = quickstart.change(kind);
        assert!(said.0.iter().all(|message| !message.error), "{said}");
    }
    let id = quickstart.state(APPLICATION)["object_id"].as_str().unwrap().to_owned();
    quickstart.simulator.advance_clock("6m");
    let (status, answer) = quickstart.simulator.graph(Method::DELETE, &format!("applications/{id}"), None);
    assert_eq!(status, 204, "{answer}");
    quickstart.configure();
    quickstart.simulator.forget_requests();
    quickstart.plan(APPLICATION);
    quickstart.plan(CONSENT);
    assert!(quickstart.state(APPLICATION).is_null() && quickstart.state(CONSENT).is_null());
    let batches =
        quickstart.simulator.requests().into_iter().filter(|request| request.path.ends_with("/$batch"));
    assert_eq!(batches.count(), 1);
}
