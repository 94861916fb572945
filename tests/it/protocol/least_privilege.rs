//! What the permissions guide lists is enough: identities that hold exactly that and nothing else.

use reqwest::Method;
use serde_json::{Value as Json, json};
use terraform_provider_proofpoint::provider::permissions;

use crate::support::plugin::calls::Messages;
use crate::support::quickstart::{APPLICATION, CONSENT, Quickstart};
use crate::support::simulator::Simulator;

const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

#[track_caller]
fn succeeds(said: &Messages) {
    assert!(said.0.iter().all(|message| !message.error), "{said}");
}

/// A Graph request of an administrator, which must succeed.
#[track_caller]
fn graph(simulator: &Simulator, method: Method, path: &str, body: Json) -> Json {
    let body = Some(body).filter(|body| !body.is_null());
    let (status, answer) = simulator.graph(method, path, body.as_ref());
    assert!((200..300).contains(&status), "{path}: {status} {answer}");
    answer
}

/// Makes an identity that has been granted exactly these application permissions, and lets the provider sign in as it.
fn sign_in_with(quickstart: &mut Quickstart, permissions: &[&str]) {
    let simulator = &quickstart.simulator;
    let text = |answer: &Json, name: &str| answer[name].as_str().expect(name).to_owned();
    let name = json!({ "displayName": permissions.join(" ") });
    let application = graph(simulator, Method::POST, "applications", name);
    let client_id = text(&application, "appId");
    let path = format!("applications/{}/addPassword", text(&application, "id"));
    let secret = text(&graph(simulator, Method::POST, &path, json!({})), "secretText");
    let principal = graph(simulator, Method::POST, "servicePrincipals", json!({ "appId": client_id }));
    let principal = text(&principal, "id");
    let path = format!("servicePrincipals(appId='{GRAPH}')?$select=id,appRoles");
    let api = graph(simulator, Method::GET, &path, Json::Null);
    for permission in permissions {
        let roles = api["appRoles"].as_array().expect("roles");
        let role =
            roles.iter().find(|role| role["value"] == *permission).unwrap_or_else(|| panic!("{permission}"));
        let grant = json!({ "principalId": principal, "resourceId": api["id"], "appRoleId": role["id"] });
        graph(simulator, Method::POST, &format!("servicePrincipals/{principal}/appRoleAssignments"), grant);
    }
    quickstart.set("ARM_CLIENT_ID", &client_id);
    quickstart.set("ARM_CLIENT_SECRET", &secret);
}

/// The ways to meet the need of a resource on an occasion, each as all the permissions that it takes.
fn ways(resource: &str, occasion: &str) -> Vec<Vec<&'static str>> {
    let occasions = permissions::of(resource).iter();
    let need =
        occasions.clone().find(|(when, _)| *when == occasion).unwrap_or_else(|| panic!("{occasion}")).1;
    need.permissions.iter().fold(vec![Vec::new()], |ways, any_of| {
        let more = |way: Vec<&'static str>| any_of.iter().map(move |one| [way.clone(), vec![*one]].concat());
        ways.into_iter().flat_map(more).collect()
    })
}

#[test]
fn an_application_lives_its_whole_life_by_each_permission_that_is_listed_for_it() {
    for way in ways(APPLICATION, "to manage it") {
        let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
        sign_in_with(&mut quickstart, &way);
        succeeds(&quickstart.change(APPLICATION));
        quickstart.restart();
        let planned = quickstart.plan(APPLICATION);
        succeeds(&planned.messages);
        assert_eq!(planned.state, quickstart.state(APPLICATION), "{way:?}");
        quickstart.write(APPLICATION, &json!({ "display_name": "Renamed", "notes": "for the sync" }));
        succeeds(&quickstart.change(APPLICATION));
        assert_eq!(quickstart.state(APPLICATION)["display_name"], "Renamed");
        let before = quickstart.state(APPLICATION)["object_id"].clone();
        quickstart.destroy_one(APPLICATION);
        succeeds(&quickstart.change(APPLICATION));
        assert_eq!(quickstart.state(APPLICATION)["object_id"], before, "restored");
        quickstart.simulator.assert_every_route_was_known();
    }
}

#[test]
fn an_application_that_an_interrupted_run_left_is_finished_by_the_same_permissions() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    sign_in_with(&mut quickstart, &["Application.ReadWrite.OwnedBy"]);
    succeeds(&quickstart.change(APPLICATION));
    let before = quickstart.state(APPLICATION)["object_id"].clone();
    quickstart.forget_all();
    quickstart.restart();
    succeeds(&quickstart.change(APPLICATION));
    assert_eq!(quickstart.state(APPLICATION)["object_id"], before);
}

#[test]
fn a_consent_is_given_read_and_taken_back_by_the_least_that_is_listed_for_it() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    succeeds(&quickstart.change(APPLICATION));
    let occasions = [
        "to find the application and what it holds",
        "for `delegated_permissions`",
        "for `application_permissions`",
    ];
    let least = |occasion| ways(CONSENT, occasion).swap_remove(0);
    let mut held: Vec<&str> = occasions.into_iter().flat_map(least).collect();
    held.sort_unstable();
    held.dedup();
    sign_in_with(&mut quickstart, &held);
    succeeds(&quickstart.change(CONSENT));
    quickstart.restart();
    let planned = quickstart.plan(CONSENT);
    succeeds(&planned.messages);
    assert_eq!(planned.state, quickstart.state(CONSENT));
    quickstart.destroy_one(CONSENT);
}

#[test]
fn a_consent_is_verified_by_each_permission_that_reads_grants_and_by_no_less() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    quickstart.converge();
    quickstart.write(CONSENT, &json!({ "mode": "verify" }));
    for way in ways(CONSENT, "with `mode = \"verify\"`") {
        sign_in_with(&mut quickstart, &[way, vec!["Application.Read.All"]].concat());
        succeeds(&quickstart.change(CONSENT));
        quickstart.restart();
        succeeds(&quickstart.plan(CONSENT).messages);
    }
    sign_in_with(&mut quickstart, &["Application.Read.All"]);
    let said = quickstart.change(CONSENT);
    let refusal = said.expect_error();
    assert!(refusal.detail.contains("It needs `Directory.Read.All` or `DelegatedPermission"), "{refusal}");
}

#[test]
fn a_consent_to_application_permissions_alone_needs_no_sight_of_the_delegated_ones() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    succeeds(&quickstart.change(APPLICATION));
    quickstart.write(CONSENT, &json!({ "delegated_permissions": null }));
    sign_in_with(&mut quickstart, &ways(CONSENT, "for `application_permissions`").swap_remove(0));
    succeeds(&quickstart.change(CONSENT));
    quickstart.restart();
    let planned = quickstart.plan(CONSENT);
    succeeds(&planned.messages);
    assert_eq!(planned.state, quickstart.state(CONSENT));
    quickstart.destroy_one(CONSENT);
}
