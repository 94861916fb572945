//! The health of a synchronization: what is wrong on either side, and what may not be read.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::consent::{grant_by_hand, scopes};
use super::preflight::{revoke_from_caller, revoke_roles};
use crate::support::quickstart::{APPLICATION, Quickstart, strings};
use crate::support::simulator::Simulator;

fn synced() -> Quickstart {
    let quickstart = Quickstart::start(Simulator::start(&["--users", "2", "--groups", "0"]));
    quickstart.converge();
    quickstart
}

/// The health as a new command reads it.
fn health(quickstart: &Quickstart) -> Json {
    quickstart.configure();
    let domain = &quickstart.simulator.tenant().domain;
    let (state, said) = quickstart.data("proofpoint_azure_sync_health", json!({ "domain": domain }));
    said.expect_none();
    state
}

fn codes(health: &Json) -> Vec<&str> {
    let findings = health["findings"].as_array().expect("findings").iter();
    findings.map(|finding| finding["code"].as_str().expect("a code")).collect()
}

/// Does something to the application in Entra by hand.
fn change_application(quickstart: &Quickstart, method: Method, verb: &str, body: Option<&Json>) {
    let id = quickstart.state(APPLICATION)["object_id"].as_str().unwrap().to_owned();
    quickstart.simulator.graph_done(method, &format!("applications/{id}{verb}"), body);
}

#[test]
fn consent_that_is_taken_back_is_named_and_a_sync_that_never_ran_is_overdue() {
    let quickstart = synced();
    let fresh = health(&quickstart);
    assert_eq!(codes(&fresh), ["never_run"]);
    for (attribute, value) in [
        ("healthy", json!(true)),
        ("configured", json!(true)),
        ("overdue", json!(false)),
        ("application_found", json!(true)),
        ("consent_complete", json!(true)),
        ("missing_permissions", json!([])),
        ("last_successful_sync", Json::Null),
    ] {
        assert_eq!(fresh[attribute], value, "{attribute}: {fresh:#}");
    }

    let principal = quickstart.state(APPLICATION)["service_principal_object_id"].as_str().unwrap().to_owned();
    assert_eq!(revoke_roles(&quickstart, &principal, None), 1);
    let mut left = scopes(&quickstart);
    assert!(left.remove("Group.Read.All"));
    grant_by_hand(&quickstart, &left);
    quickstart.simulator.advance_clock("3h");
    let broken = health(&quickstart);
    assert_eq!(codes(&broken), ["consent_incomplete", "overdue"]);
    assert_eq!((&broken["healthy"], &broken["consent_complete"]), (&json!(false), &json!(false)));
    assert_eq!(
        strings(&broken["missing_permissions"]),
        ["Directory.Read.All (application)", "Group.Read.All (delegated)"].map(str::to_owned).into()
    );
    assert!(
        broken["findings"][1]["text"].as_str().unwrap().starts_with("No run has succeeded"),
        "{broken:#}"
    );

    quickstart.converge();
    quickstart.simulator.advance_clock("2h");
    let repaired = health(&quickstart);
    assert_eq!((codes(&repaired), &repaired["healthy"]), (vec![], &json!(true)), "{repaired:#}");
    assert!(repaired["last_successful_sync"].is_string(), "{repaired:#}");
}

#[test]
fn secrets_and_an_application_that_are_gone_are_errors() {
    let quickstart = synced();
    quickstart.simulator.advance_clock("2h");
    let sound = health(&quickstart);
    assert_eq!((codes(&sound), &sound["days_left"]), (vec![], &json!(729)), "{sound:#}");

    // Somebody rotates in Entra alone: Proofpoint's date is that of a secret that is gone.
    let replacement = json!({ "displayName": "by hand", "endDateTime": "2099-01-01T00:00:00Z" });
    let old = quickstart.keys();
    change_application(
        &quickstart,
        Method::POST,
        "/addPassword",
        Some(&json!({ "passwordCredential": replacement })),
    );
    for key in &old {
        change_application(&quickstart, Method::POST, "/removePassword", Some(&json!({ "keyId": key })));
    }
    let rotated = health(&quickstart);
    assert_eq!(codes(&rotated), ["secret_expiry_differs"]);
    assert_eq!(rotated["key_end_date"], "2099-01-01T00:00:00Z");
    assert!(rotated["days_left"].as_i64().unwrap() > 10_000, "{rotated:#}");

    for key in quickstart.keys() {
        change_application(&quickstart, Method::POST, "/removePassword", Some(&json!({ "keyId": key })));
    }
    let bare = health(&quickstart);
    assert_eq!(codes(&bare), ["no_secret"]);
    assert_eq!((&bare["key_end_date"], &bare["days_left"]), (&Json::Null, &Json::Null));

    change_application(&quickstart, Method::DELETE, "", None);
    let lost = health(&quickstart);
    assert!(codes(&lost).contains(&"application_not_found"), "{lost:#}");
    assert_eq!((&lost["application_found"], &lost["consent_complete"]), (&json!(false), &Json::Null));

    let settings = format!("orgs/{}/settings/azure", quickstart.simulator.tenant().domain);
    assert_eq!(quickstart.simulator.essentials(Method::DELETE, &settings, None).0, 204);
    let cleared = health(&quickstart);
    assert_eq!(codes(&cleared), ["not_configured"]);
    assert_eq!((&cleared["configured"], &cleared["application_found"]), (&json!(false), &Json::Null));
}

#[test]
fn what_the_caller_may_not_read_is_null_and_said() {
    let quickstart = synced();
    quickstart.simulator.advance_clock("2h");
    for permission in
        ["DelegatedPermissionGrant.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"]
    {
        revoke_from_caller(&quickstart, permission);
    }
    let no_grants = health(&quickstart);
    assert_eq!(codes(&no_grants), ["consent_not_readable"]);
    assert_eq!(no_grants["application_found"], true);
    assert_eq!(
        (&no_grants["consent_complete"], &no_grants["missing_permissions"]),
        (&Json::Null, &Json::Null)
    );
    assert!(no_grants["key_end_date"].is_string() && no_grants["healthy"] == true, "{no_grants:#}");

    revoke_from_caller(&quickstart, "Application.ReadWrite.All");
    let nothing = health(&quickstart);
    assert_eq!(codes(&nothing), ["application_not_readable"]);
    assert_eq!((&nothing["application_found"], &nothing["key_end_date"]), (&Json::Null, &Json::Null));
    // Proofpoint's date is still there.
    assert_eq!((&nothing["days_left"], &nothing["healthy"]), (&json!(729), &json!(true)), "{nothing:#}");
    let said: BTreeSet<bool> = [&no_grants, &nothing]
        .map(|health| health["findings"][0]["text"].as_str().unwrap().contains(".Read.All"))
        .into();
    assert_eq!(said, [true].into(), "the missing permission is named: {no_grants:#} {nothing:#}");
}
