//! Consent: what is in effect, what was given, and what is taken back.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::preflight::{revoke_from_caller, revoke_roles};
use crate::support::plugin::succeeds;
use crate::support::quickstart::{APPLICATION, CONSENT, Quickstart, strings};
use crate::support::simulator::Simulator;

fn consented() -> Quickstart {
    let quickstart = Quickstart::start(Simulator::start(&["--users", "2"]));
    for kind in [APPLICATION, CONSENT] {
        succeeds(&quickstart.change(kind));
    }
    // What was written a moment ago would be looked for again.
    quickstart.simulator.advance_clock("6m");
    quickstart
}

/// The application's only grant.
fn grant(quickstart: &Quickstart) -> Json {
    let principal = quickstart.state(APPLICATION)["service_principal_object_id"].clone();
    let grants = quickstart.directory()["grants"].take();
    let mut found = grants.as_array().unwrap().iter().filter(|one| one["clientId"] == principal);
    let grant = found.next().cloned().unwrap_or_default();
    assert!(found.next().is_none(), "{grants:#}");
    grant
}

pub(super) fn scopes(quickstart: &Quickstart) -> BTreeSet<String> {
    grant(quickstart)["scope"].as_str().unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}

/// Grants these scopes and no others, as somebody does by hand.
pub(super) fn grant_by_hand(quickstart: &Quickstart, scopes: &BTreeSet<String>) {
    let id = grant(quickstart)["id"].as_str().unwrap().to_owned();
    let scope = scopes.iter().cloned().collect::<Vec<_>>().join(" ");
    let path = format!("oauth2PermissionGrants/{id}");
    let (status, answer) = quickstart.simulator.graph(Method::PATCH, &path, Some(&json!({ "scope": scope })));
    assert_eq!(status, 204, "{answer}");
}

#[test]
fn what_was_revoked_by_hand_is_named_and_granted_again() {
    let quickstart = consented();
    let mut left = scopes(&quickstart);
    assert!(left.remove("Group.Read.All"));
    grant_by_hand(&quickstart, &left);
    let principal = quickstart.state(APPLICATION)["service_principal_object_id"].as_str().unwrap().to_owned();
    assert_eq!(revoke_roles(&quickstart, &principal, None), 1);

    quickstart.configure();
    let planned = quickstart.plan(CONSENT);
    let before = quickstart.state(CONSENT);
    let missing = |attribute: &str| {
        let (before, after) = (strings(&before[attribute]), strings(&planned.state[attribute]));
        after.difference(&before).cloned().collect::<Vec<_>>()
    };
    assert_eq!(missing("delegated_permissions"), ["Group.Read.All"]);
    assert_eq!(missing("application_permissions"), ["Directory.Read.All"]);
    succeeds(&quickstart.apply(CONSENT, planned));
    left.insert("Group.Read.All".to_owned());
    assert_eq!(scopes(&quickstart), left);
    assert_eq!(revoke_roles(&quickstart, &principal, None), 1);
}

#[test]
fn foreign_permissions_are_kept_unless_extra_ones_are_to_go_and_destroying_takes_back_its_own() {
    let mut quickstart = consented();
    let own = scopes(&quickstart);
    let mut with_foreign = own.clone();
    with_foreign.insert("Mail.Read".to_owned());
    grant_by_hand(&quickstart, &with_foreign);
    quickstart.configure();
    let planned = quickstart.plan(CONSENT);
    assert_eq!(planned.state, quickstart.state(CONSENT));
    assert_eq!(scopes(&quickstart), with_foreign);

    quickstart.write(CONSENT, &json!({ "remove_extra": true }));
    quickstart.configure();
    succeeds(&quickstart.change(CONSENT));
    assert_eq!(scopes(&quickstart), own);

    grant_by_hand(&quickstart, &with_foreign);
    quickstart.destroy_one(CONSENT);
    assert_eq!(scopes(&quickstart), BTreeSet::from(["Mail.Read".to_owned()]));
    let principal = quickstart.state(APPLICATION)["service_principal_object_id"].as_str().unwrap().to_owned();
    assert_eq!(revoke_roles(&quickstart, &principal, None), 0);
}

#[test]
fn verifying_fails_with_the_address_of_consent_and_never_writes() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "2"]));
    succeeds(&quickstart.change(APPLICATION));
    quickstart.write(CONSENT, &json!({ "mode": "verify" }));
    quickstart.simulator.forget_requests();
    let said = quickstart.change(CONSENT);
    let client_id = quickstart.state(APPLICATION)["client_id"].as_str().unwrap().to_owned();
    for expected in ["/adminconsent", client_id.as_str(), "`Directory.Read.All`", "`Group.Read.All`"] {
        assert!(
            said.0.iter().any(|message| message.error && message.detail.contains(expected)),
            "{expected}\n{said}"
        );
    }
    assert_eq!(quickstart.simulator.writes(), []);
}

#[test]
fn the_permission_that_the_caller_lacks_is_named() {
    let quickstart = Quickstart::start(Simulator::start(&["--users", "2"]));
    succeeds(&quickstart.change(APPLICATION));
    revoke_from_caller(&quickstart, "AppRoleAssignment.ReadWrite.All");
    quickstart.configure();
    let said = quickstart.change(CONSENT);
    let named = |message: &crate::support::plugin::calls::Message| {
        message.error && message.detail.contains("AppRoleAssignment.ReadWrite.All")
    };
    assert!(said.0.iter().any(named), "{said}");
}

#[test]
fn a_consent_to_nothing_is_refused_before_anything_is_asked() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    let said = quickstart.change(APPLICATION);
    assert!(said.0.iter().all(|message| !message.error), "{said}");
    quickstart.write(CONSENT, &json!({ "delegated_permissions": null, "application_permissions": null }));
    assert_eq!(quickstart.validate(CONSENT, true).expect_error().summary, "There is nothing to consent to");
    // Empty sets are those of a mocked application, too, so that they are a matter of the plan.
    quickstart.write(CONSENT, &json!({ "delegated_permissions": [], "application_permissions": [] }));
    quickstart.validate(CONSENT, true).expect_none();
    let planned = quickstart.plan(CONSENT);
    assert_eq!(planned.messages.expect_error().summary, "There is nothing to consent to");
}

/// Gives the application a permission of Microsoft Graph of its own, as somebody does by hand.
pub(super) fn assign_role(quickstart: &Quickstart, permission: &str) {
    let principal = quickstart.state(APPLICATION)["service_principal_object_id"].clone();
    let api = "servicePrincipals(appId='00000003-0000-0000-c000-000000000000')?$select=id,appRoles";
    let api = quickstart.graph(Method::GET, api, None);
    let role = api["appRoles"].as_array().unwrap().iter().find(|role| role["value"] == permission);
    let assignment =
        json!({ "principalId": principal, "resourceId": api["id"], "appRoleId": role.unwrap()["id"] });
    let path = format!("servicePrincipals/{}/appRoleAssignments", principal.as_str().unwrap());
    quickstart.graph(Method::POST, &path, Some(&assignment));
}

#[test]
fn extra_application_permissions_are_kept_unless_they_are_to_go() {
    let mut quickstart = consented();
    assign_role(&quickstart, "User.Read.All");
    let principal = quickstart.state(APPLICATION)["service_principal_object_id"].clone();
    let path = format!("servicePrincipals/{}/appRoleAssignments", principal.as_str().unwrap());
    let held = |quickstart: &Quickstart| {
        quickstart.graph(Method::GET, &path, None)["value"].as_array().map(Vec::len).unwrap()
    };
    quickstart.configure();
    let planned = quickstart.plan(CONSENT);
    assert_eq!(planned.state, quickstart.state(CONSENT), "those of others are nobody's business");
    assert_eq!(held(&quickstart), 2);

    quickstart.write(CONSENT, &json!({ "remove_extra": true }));
    quickstart.configure();
    succeeds(&quickstart.change(CONSENT));
    assert_eq!(held(&quickstart), 1);
    quickstart.configure();
    assert_eq!(quickstart.plan(CONSENT).state, quickstart.state(CONSENT), "its own is still there");
}

/// How many application permissions the application holds, whatever replicas show.
pub(super) fn roles(quickstart: &Quickstart) -> usize {
    let principal = quickstart.state(APPLICATION)["service_principal_object_id"].clone();
    let all = quickstart.directory()["app_role_assignments"].take();
    all.as_array().into_iter().flatten().filter(|one| one["principalId"] == principal).count()
}

/// A grant or an assignment is refused as one that is there already by a replica that has not heard that it was taken back.
fn with_late_refusals() -> Quickstart {
    let quickstart = consented();
    let late = json!({
        "lag_of_grants": "6s", "lag_of_role_assignments": "6s", "duplicate_check": "what_replicas_show",
    });
    quickstart.simulator.control(Method::POST, "moods", Some(&late));
    quickstart
}

#[test]
fn what_was_taken_back_a_moment_ago_and_is_refused_as_a_duplicate_is_not_taken_for_granted() {
    for duplicate in ["bad_request", "conflict"] {
        let quickstart = with_late_refusals();
        let status = json!({ "duplicate_assignment": duplicate });
        quickstart.simulator.control(Method::POST, "moods", Some(&status));
        let before = scopes(&quickstart);
        quickstart.destroy_one(CONSENT);
        succeeds(&quickstart.change(CONSENT));
        assert_eq!(scopes(&quickstart), before, "{duplicate}");
        assert_eq!(roles(&quickstart), 1, "{duplicate}");
    }
}

#[test]
fn a_duplicate_that_no_list_shows_is_waited_for_to_the_deadline() {
    let mut quickstart = consented();
    quickstart.destroy_one(CONSENT);
    quickstart.simulator.advance_clock("6m");
    quickstart.write(CONSENT, &json!({ "timeouts": { "create": "12s" } }));
    let duplicate = json!({ "error": {
        "code": "Request_BadRequest", "message": "Permission being assigned already exists on the object",
    } });
    let refusals = |count: u64| json!([{ "method": "POST", "path": "**/appRoleAssignments", "status": 400, "body": duplicate, "count": count }]);
    quickstart.simulator.set_faults(&refusals(1000));
    quickstart.restart();
    let said = quickstart.change(CONSENT);
    let refusal = said.expect_error();
    assert!(refusal.detail.contains("already exists"), "{refusal}");
    quickstart.simulator.set_faults(&refusals(3));
    // Time enough on a machine that has more to do.
    quickstart.write(CONSENT, &json!({ "timeouts": { "create": "90s" } }));
    quickstart.restart();
    succeeds(&quickstart.change(CONSENT));
    assert_eq!(roles(&quickstart), 1);
}

/// The tags of the application's principal, without those that reads may show of the application.
fn principal_tags(quickstart: &Quickstart) -> BTreeSet<String> {
    let principal = quickstart.state(APPLICATION)["service_principal_object_id"].clone();
    let path = format!("servicePrincipals/{}", principal.as_str().unwrap());
    let application = quickstart.state(APPLICATION)["object_id"].clone();
    let inherited = format!("applications/{}", application.as_str().unwrap());
    let tags = |path: &str| strings(&quickstart.graph(Method::GET, path, None)["tags"]);
    tags(&path).difference(&tags(&inherited)).cloned().collect()
}

#[test]
fn the_tags_that_others_gave_an_enterprise_application_outlive_the_consent_and_its_marks_do_not() {
    let quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    succeeds(&quickstart.change(APPLICATION));
    let principal = quickstart.state(APPLICATION)["service_principal_object_id"].clone();
    let path = format!("servicePrincipals/{}", principal.as_str().unwrap());
    let before = principal_tags(&quickstart);
    let theirs: BTreeSet<String> =
        before.iter().cloned().chain(["HideApp", "finance"].map(str::to_owned)).collect();
    quickstart.graph(Method::PATCH, &path, Some(&json!({ "tags": theirs })));

    succeeds(&quickstart.change(CONSENT));
    let marked = principal_tags(&quickstart);
    assert!(marked.is_superset(&theirs) && marked.len() > theirs.len(), "{marked:?}");
    quickstart.destroy_one(CONSENT);
    assert_eq!(principal_tags(&quickstart), theirs);
}

#[test]
fn a_kind_of_permission_that_is_not_named_is_nobodys_business_until_extra_ones_are_to_go() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    succeeds(&quickstart.change(APPLICATION));
    quickstart.write(CONSENT, &json!({ "application_permissions": null }));
    succeeds(&quickstart.change(CONSENT));
    assign_role(&quickstart, "User.Read.All");
    quickstart.simulator.advance_clock("6m");
    quickstart.configure();
    let planned = quickstart.plan(CONSENT);
    assert_eq!(planned.state, quickstart.state(CONSENT));
    assert_eq!(planned.state["application_permissions"], Json::Null);

    quickstart.write(CONSENT, &json!({ "remove_extra": true }));
    quickstart.configure();
    succeeds(&quickstart.change(CONSENT));
    assert_eq!(roles(&quickstart), 0);

    // The other way about.
    let granted = scopes(&quickstart);
    quickstart.destroy_one(CONSENT);
    quickstart.write(
        CONSENT,
        &json!({ "delegated_permissions": null, "application_permissions": ["User.Read.All"] }),
    );
    quickstart.write(CONSENT, &json!({ "remove_extra": false }));
    succeeds(&quickstart.change(CONSENT));
    let principal = quickstart.state(APPLICATION)["service_principal_object_id"].clone();
    let api = quickstart.graph(
        Method::GET,
        "servicePrincipals(appId='00000003-0000-0000-c000-000000000000')?$select=id",
        None,
    );
    let scope = granted.iter().cloned().collect::<Vec<_>>().join(" ");
    let grant = json!({
        "clientId": principal, "consentType": "AllPrincipals", "resourceId": api["id"], "scope": scope,
    });
    quickstart.graph(Method::POST, "oauth2PermissionGrants", Some(&grant));
    quickstart.simulator.advance_clock("6m");
    quickstart.configure();
    let planned = quickstart.plan(CONSENT);
    assert_eq!(planned.state, quickstart.state(CONSENT));
    quickstart.write(CONSENT, &json!({ "remove_extra": true }));
    quickstart.configure();
    succeeds(&quickstart.change(CONSENT));
    assert_eq!((scopes(&quickstart), roles(&quickstart)), (BTreeSet::new(), 1));
}

#[test]
fn marks_that_can_not_be_written_are_an_error_unless_the_caller_may_not_or_the_principal_is_gone() {
    let quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    succeeds(&quickstart.change(APPLICATION));
    let refuse = |status: u16, code: &str| {
        let body = json!({ "error": { "code": code, "message": "Refused." } });
        let path = "/v1.0/servicePrincipals/*";
        quickstart
            .simulator
            .set_faults(&json!([{ "method": "PATCH", "path": path, "status": status, "body": body }]));
    };
    // An owner that is not known to have the consent would lose it to whoever comes next.
    refuse(400, "Request_BadRequest");
    let said = quickstart.change(CONSENT);
    assert!(said.has_errors(), "{said}");

    // Who may not write principals goes without marks.
    refuse(403, "Authorization_RequestDenied");
    succeeds(&quickstart.change(CONSENT));

    // Marks of a principal that is gone need not be taken off, and what was taken back is.
    let mut marked = Quickstart::start(Simulator::start(&["--users", "1"]));
    marked.write(CONSENT, &json!({ "timeouts": { "delete": "2s" } }));
    for kind in [APPLICATION, CONSENT] {
        succeeds(&marked.change(kind));
    }
    let body = json!({ "error": { "code": "Request_ResourceNotFound", "message": "It does not exist." } });
    marked.simulator.set_faults(
        &json!([{ "method": "PATCH", "path": "/v1.0/servicePrincipals/*", "status": 404, "body": body }]),
    );
    let said = marked.destroy_saying(CONSENT);
    assert!(!said.has_errors(), "{said}");
    assert_eq!((scopes(&marked), roles(&marked)), (BTreeSet::new(), 0));
}

#[test]
fn grants_to_one_person_or_to_another_api_are_none_of_this_consent() {
    let mut quickstart = consented();
    let own = scopes(&quickstart);
    let principal = quickstart.state(APPLICATION)["service_principal_object_id"].clone();
    let granted = grant(&quickstart);
    let user = quickstart.graph(Method::GET, "users?$top=1", None)["value"][0]["id"].clone();
    let other = quickstart.graph(Method::POST, "applications", Some(&json!({ "displayName": "Another" })));
    let other = json!({ "appId": other["appId"] });
    let other = quickstart.graph(Method::POST, "servicePrincipals", Some(&other))["id"].clone();
    for (person, api, scope) in
        [(user, granted["resourceId"].clone(), "Mail.Read"), (Json::Null, other, "Sites.Read.All")]
    {
        let kind = if person.is_null() { "AllPrincipals" } else { "Principal" };
        let grant = json!({
            "clientId": principal, "consentType": kind, "principalId": person, "resourceId": api, "scope": scope,
        });
        quickstart.graph(Method::POST, "oauth2PermissionGrants", Some(&grant));
    }
    quickstart.write(CONSENT, &json!({ "remove_extra": true }));
    let id = quickstart.take(CONSENT).state["id"].as_str().unwrap().to_owned();
    quickstart.restart();
    quickstart.import(CONSENT, &id);
    assert_eq!(strings(&quickstart.state(CONSENT)["delegated_permissions"]), own);
    quickstart.simulator.forget_requests();
    succeeds(&quickstart.change(CONSENT));
    let grants: Vec<_> =
        quickstart.simulator.writes().into_iter().filter(|one| one.path.contains("oauth2")).collect();
    assert_eq!(grants, []);
}

#[test]
fn what_a_principal_that_is_gone_held_need_not_be_taken_back_and_another_refusal_is_an_error() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    quickstart.write(CONSENT, &json!({ "delegated_permissions": null, "timeouts": { "delete": "2s" } }));
    for kind in [APPLICATION, CONSENT] {
        succeeds(&quickstart.change(kind));
    }
    for (status, code, fails) in [(400, "Request_BadRequest", true), (404, "Request_ResourceNotFound", false)]
    {
        let body = json!({ "error": { "code": code, "message": "Refused." } });
        let path = "/v1.0/servicePrincipals/*/appRoleAssignments*";
        quickstart
            .simulator
            .set_faults(&json!([{ "method": "GET", "path": path, "status": status, "body": body }]));
        let said = quickstart.try_destroy(CONSENT);
        assert_eq!(said.is_err(), fails, "{status}");
    }
}
