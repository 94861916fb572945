//! What is looked at before the first write: a warning in the plan, an error in the apply, and nothing written.

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::support::plugin::calls::Messages;
use crate::support::plugin::values::UNKNOWN;
use crate::support::quickstart::{APPLICATION, CONSENT, Quickstart, SYNC};
use crate::support::simulator::Simulator;

const SCANNER: &str = "scanner@contoso.com";

/// The plan warns, the apply refuses, and in between and after it nothing was written.
#[track_caller]
fn refused_before_the_first_write(quickstart: &Quickstart, expected: &str) {
    quickstart.configure();
    quickstart.simulator.forget_requests();
    let mut planned = quickstart.plan(SYNC);
    let said = std::mem::take(&mut planned.messages);
    let warned = said.0.iter().any(|message| !message.error && message.to_string().contains(expected));
    assert!(warned && !said.has_errors(), "expected while planning: {expected}\n{said}");
    let said = quickstart.apply(SYNC, planned);
    let refused = said.0.iter().any(|message| message.error && message.to_string().contains(expected));
    assert!(refused, "expected while applying: {expected}\n{said}");
    assert_eq!(quickstart.simulator.writes(), [], "{expected}");
    assert!(quickstart.state(SYNC).is_null(), "{expected}: a failed create left a state");
}

/// The plan warns of something that may be well.
#[track_caller]
fn warned_of(quickstart: &Quickstart, expected: &str) {
    quickstart.configure();
    let said = quickstart.plan(SYNC).messages;
    let warned = said.0.iter().any(|message| message.to_string().contains(expected));
    assert!(warned && !said.has_errors(), "expected: {expected}\n{said}");
    // It is said without a doubt of what the apply refuses: those are problems of their own.
    assert!(said.0.iter().any(|message| message.summary.contains(" may ")), "{said}");
}

#[test]
fn a_key_of_another_application_is_refused_in_the_plan_and_before_it_is_minted() {
    let mut quickstart = Quickstart::prepared(Simulator::start(&["--users", "2"]));
    let other = quickstart.graph(Method::POST, "applications", Some(&json!({ "displayName": "Another" })));
    let id = format!("/applications/{}", other["id"].as_str().expect("an id"));
    quickstart.write(SYNC, &json!({ "managed_client_secret": { "application_id": id } }));
    quickstart.simulator.forget_requests();
    let said = quickstart.plan(SYNC).messages;
    let error = said.expect_error();
    assert_eq!(error.path, "managed_client_secret.application_id", "{said}");
    assert!(error.detail.contains(other["appId"].as_str().expect("an id")), "{said}");

    // Not known while it was planned.
    quickstart.write(SYNC, &json!({ "managed_client_secret": { "application_id": UNKNOWN } }));
    let mut planned = quickstart.plan(SYNC);
    assert!(!planned.messages.has_errors(), "{}", planned.messages);
    planned.config["managed_client_secret"]["application_id"] = json!(id);
    planned.state["managed_client_secret"]["application_id"] = json!(id);
    let said = quickstart.apply(SYNC, planned);
    assert_eq!(said.expect_error().path, "managed_client_secret.application_id", "{said}");
    assert_eq!(quickstart.simulator.writes(), []);
}

fn policy(restrictions: &Json) -> Json {
    let restrictions = json!({ "passwordCredentials": restrictions, "keyCredentials": [] });
    json!({ "defaultAppManagementPolicy": { "isEnabled": true, "applicationRestrictions": restrictions } })
}

#[test]
fn whatever_would_make_the_sync_fail_is_refused_before_the_first_write() {
    let mut quickstart = Quickstart::prepared(Simulator::start(&["--tenants", "2", "--users", "2"]));
    let domain = quickstart.simulator.tenant().domain.clone();
    let set_policies = |quickstart: &Quickstart, policy: &Json| {
        quickstart.simulator.control(Method::POST, "policies", Some(policy));
    };

    set_policies(
        &quickstart,
        &policy(&json!([{ "restrictionType": "passwordAddition", "state": "enabled" }])),
    );
    refused_before_the_first_write(&quickstart, "forbids client secrets");
    let short =
        json!([{ "restrictionType": "passwordLifetime", "state": "enabled", "maxLifetime": "P180D" }]);
    set_policies(&quickstart, &policy(&short));
    refused_before_the_first_write(&quickstart, "`4320h`");
    set_policies(&quickstart, &policy(&json!([])));

    // The API has no verb that sets it: the console does.
    let path = format!("orgs/{domain}");
    let (status, mut organization) = quickstart.simulator.essentials(Method::GET, &path, None);
    assert_eq!(status, 200, "{organization}");
    organization["ldap_url"] = json!("ldaps://dc.example.com");
    let shown = json!({ "method": "GET", "path": format!("**/{path}"), "status": 200, "body": organization });
    quickstart.simulator.set_faults(&json!([shown]));
    // That it is on record does not say that it runs.
    warned_of(&quickstart, "ldaps://dc.example.com");
    quickstart.simulator.set_faults(&json!([]));

    let (status, answer) =
        quickstart.simulator.graph(Method::POST, "domains", Some(&json!({ "id": "new.example" })));
    assert_eq!(status, 201, "{answer}");
    let (status, answer) = quickstart.simulator.graph(Method::POST, "domains/new.example/verify", None);
    assert_eq!(status, 200, "{answer}");
    refused_before_the_first_write(&quickstart, "`new.example`");
    // Without mail it is not known whether Proofpoint wants it.
    let mut domains = quickstart.graph(Method::GET, "domains", None);
    let listed = domains["value"].as_array_mut().expect("domains");
    let new = listed.iter_mut().find(|domain| domain["id"] == "new.example").expect("the new one");
    new["supportedServices"] = json!([]);
    let without_mail = json!({ "method": "GET", "path": "/v1.0/domains*", "status": 200, "body": domains });
    quickstart.simulator.set_faults(&json!([without_mail]));
    warned_of(&quickstart, "`new.example`");
    quickstart.simulator.set_faults(&json!([]));
    let (status, answer) = quickstart.simulator.graph(Method::DELETE, "domains/new.example", None);
    assert!(status < 300, "{answer}");

    let other = quickstart.simulator.ready().tenants[1].domain.clone();
    quickstart.write(SYNC, &json!({ "primary_domain": other }));
    refused_before_the_first_write(&quickstart, &format!("`{other}` is not a domain of the tenant"));
    quickstart.write(SYNC, &json!({ "primary_domain": null }));

    // A misspelled exemption saves nobody, which is no reason to stop.
    quickstart.write(SYNC, &json!({ "exemptions": [SCANNER, "scanner@contosso.com"] }));
    let said = quickstart.plan(SYNC).messages;
    let told = said.0.iter().find(|message| message.path == "exemptions").expect("a warning");
    assert!(!said.has_errors() && told.detail.contains("domain: `scanner@contosso.com`."), "{said}");
    quickstart.write(SYNC, &json!({ "exemptions": null }));

    let principal = quickstart.state(APPLICATION)["service_principal_object_id"].as_str().unwrap().to_owned();
    // What was given a moment ago would be looked for again.
    quickstart.simulator.advance_clock("6m");
    let held = revoke_roles(&quickstart, &principal, None);
    assert_eq!(held, 1);
    refused_before_the_first_write(&quickstart, "Admin consent is missing");
    assert!(!quickstart.change(CONSENT).has_errors());

    let reader = quickstart.simulator.tenant().clone();
    quickstart.set("PROOFPOINT_ESSENTIALS_USERNAME", &reader.essentials_reader_username);
    quickstart.set("PROOFPOINT_ESSENTIALS_PASSWORD", &reader.essentials_reader_password);
    // A plan is no writing, and the account that only reads is the right one for it.
    quickstart.configure();
    quickstart.simulator.forget_requests();
    let mut planned = quickstart.plan(SYNC);
    let said = std::mem::take(&mut planned.messages);
    assert!(!said.to_string().contains("read-only") && !said.has_errors(), "{said}");
    let said = quickstart.apply(SYNC, planned);
    let refused =
        said.0.iter().any(|one| one.error && one.summary.contains("The Proofpoint account is read-only"));
    assert!(refused, "{said}");
    assert_eq!(quickstart.simulator.writes(), []);
    assert!(quickstart.state(SYNC).is_null(), "a failed create left a state");
    quickstart.set("PROOFPOINT_ESSENTIALS_USERNAME", &reader.essentials_username);
    quickstart.set("PROOFPOINT_ESSENTIALS_PASSWORD", &reader.essentials_password);

    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "with every obstacle gone: {said}");
    quickstart.assert_sound("with every obstacle gone");
}

/// The older sync may have ended long ago, and a domain without mail may be none that Proofpoint wants.
#[test]
fn what_may_be_well_stops_no_apply() {
    let quickstart = Quickstart::prepared(Simulator::start(&["--users", "2"]));
    let path = format!("orgs/{}", quickstart.simulator.tenant().domain);
    let (status, mut organization) = quickstart.simulator.essentials(Method::GET, &path, None);
    assert_eq!(status, 200, "{organization}");
    organization["ldap_url"] = json!("ldaps://dc.example.com");
    let mut domains = quickstart.graph(Method::GET, "domains", None);
    let mut unused = domains["value"][0].clone();
    unused["id"] = json!("unused.example");
    unused["isDefault"] = json!(false);
    unused["isInitial"] = json!(false);
    unused["isVerified"] = json!(true);
    unused["supportedServices"] = json!([]);
    domains["value"].as_array_mut().expect("domains").push(unused);
    quickstart.simulator.set_faults(&json!([
        { "method": "GET", "path": format!("**/{path}"), "status": 200, "body": organization },
        { "method": "GET", "path": "/v1.0/domains*", "status": 200, "body": domains },
    ]));
    quickstart.configure();
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    for doubt in ["ldaps://dc.example.com", "`unused.example`"] {
        assert!(said.0.iter().any(|message| message.detail.contains(doubt)), "{doubt}: {said}");
    }
    assert!(quickstart.state(SYNC)["key_id"].is_string());
}

#[test]
fn a_consent_that_the_same_plan_gives_is_not_missed() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "2"]));
    assert!(!quickstart.change(APPLICATION).has_errors());
    let missed =
        |said: &Messages| said.0.iter().any(|one| one.summary.starts_with("Admin consent is missing"));
    let plan_both = |quickstart: &Quickstart| {
        quickstart.configure();
        assert!(!quickstart.plan(CONSENT).messages.has_errors());
        quickstart.plan(SYNC)
    };
    // One that only looks gives nothing, and neither does one that leaves the permission out.
    for arguments in [json!({ "mode": "verify" }), json!({ "application_permissions": null })] {
        quickstart.write(CONSENT, &arguments);
        let planned = plan_both(&quickstart);
        assert!(missed(&planned.messages), "{arguments}: {}", planned.messages);
        quickstart.write_anew(CONSENT, json!({}));
    }
    let mut planned = plan_both(&quickstart);
    let said = std::mem::take(&mut planned.messages);
    assert!(!missed(&said) && !said.has_errors(), "{said}");
    // It was planned and not applied: then it is missing.
    let said = quickstart.apply(SYNC, planned);
    assert!(missed(&said) && said.has_errors(), "{said}");
    assert!(!quickstart.change(CONSENT).has_errors());
    assert!(!quickstart.change(SYNC).has_errors());
}

#[test]
fn a_check_that_may_not_be_read_is_skipped_and_says_so() {
    let quickstart = Quickstart::prepared(Simulator::start(&["--users", "2"]));
    revoke_from_caller(&quickstart, "Policy.Read.All");
    quickstart.configure();
    let mut planned = quickstart.plan(SYNC);
    let skipped = |said: &Messages| {
        said.0.iter().any(|message| {
            !message.error
                && message.summary.starts_with("Not checked")
                && message.detail.contains("Policy.Read")
        })
    };
    let said = std::mem::take(&mut planned.messages);
    assert!(skipped(&said) && !said.has_errors(), "{said}");
    let said = quickstart.apply(SYNC, planned);
    assert!(skipped(&said) && !said.has_errors(), "{said}");
    quickstart.assert_sound("unchecked");
}

/// Whoever brings both sides together has to know that they belong together; whoever brings a secret knows it.
#[test]
fn a_managed_key_wants_to_know_whose_the_tenant_is_and_a_secret_that_is_brought_does_not() {
    let mut quickstart = Quickstart::prepared(Simulator::start(&["--users", "2"]));
    quickstart.write(SYNC, &json!({ "frequency": 0 }));
    let denied =
        json!({ "error": { "code": "Authorization_RequestDenied", "message": "Insufficient privileges." } });
    let domains = json!({ "method": "GET", "path": "/v1.0/domains*", "status": 403, "body": denied });
    quickstart.simulator.set_faults(&json!([domains]));
    refused_before_the_first_write(&quickstart, "at `primary_domain`");

    let tenant = quickstart.simulator.tenant().clone();
    let brought = json!({
        "client_id": tenant.client_id, "client_secret": tenant.client_secret, "managed_client_secret": null,
    });
    quickstart.write(SYNC, &brought);
    quickstart.configure();
    let said = quickstart.change(SYNC);
    assert!(said.warns("Not checked: whether the tenant is the right one (contoso.com)"), "{said}");
    assert!(!said.has_errors(), "{said}");
}

/// What this run gave may not be listed yet, so that only a token tells that it is gone again.
#[test]
fn a_key_whose_tokens_lack_what_the_application_declares_is_not_handed_over() {
    let mut quickstart = Quickstart::prepared(Simulator::start(&["--users", "2"]));
    quickstart.write(SYNC, &json!({ "frequency": 0, "timeouts": { "create": "3s" } }));
    let principal = quickstart.state(APPLICATION)["service_principal_object_id"].as_str().unwrap().to_owned();
    assert_eq!(revoke_roles(&quickstart, &principal, None), 1);
    let said = quickstart.change(SYNC);
    let refusal = said.expect_error();
    assert_eq!(refusal.path, "client_id", "{said}");
    assert!(refusal.summary.starts_with("The application has not been given its permissions"), "{said}");
    assert!(refusal.detail.contains("`Directory.Read.All`"), "{said}");
    assert!(quickstart.settings().is_null(), "{:#}", quickstart.settings());
    assert!(quickstart.keys().is_empty(), "{:?}", quickstart.keys());
}

/// Takes application permissions of Microsoft Graph from a principal, all or the one with this id; how many.
pub(super) fn revoke_roles(quickstart: &Quickstart, principal: &str, role: Option<&str>) -> usize {
    let path = format!("servicePrincipals/{principal}/appRoleAssignments");
    let (status, listed) = quickstart.simulator.graph(Method::GET, &path, None);
    assert_eq!(status, 200, "{listed}");
    let held = listed["value"].as_array().unwrap();
    let gone = held.iter().filter(|one| role.is_none_or(|role| one["appRoleId"] == role));
    gone.map(|one| {
        let id = one["id"].as_str().unwrap();
        let (status, answer) = quickstart.simulator.graph(Method::DELETE, &format!("{path}/{id}"), None);
        assert_eq!(status, 204, "{answer}");
    })
    .count()
}

/// Takes an application permission from the identity that the provider signs in with.
pub(super) fn revoke_from_caller(quickstart: &Quickstart, permission: &str) {
    let graph = "servicePrincipals(appId='00000003-0000-0000-c000-000000000000')?$select=id,appRoles";
    let (status, graph) = quickstart.simulator.graph(Method::GET, graph, None);
    assert_eq!(status, 200, "{graph}");
    let roles = graph["appRoles"].as_array().unwrap();
    let role = roles.iter().find(|role| role["value"] == permission).unwrap()["id"].as_str().unwrap();
    let client_id = quickstart.simulator.tenant().client_id.clone();
    let caller = format!("servicePrincipals(appId='{client_id}')?$select=id");
    let (status, caller) = quickstart.simulator.graph(Method::GET, &caller, None);
    assert_eq!(status, 200, "{caller}");
    assert_eq!(revoke_roles(quickstart, caller["id"].as_str().unwrap(), Some(role)), 1);
}

#[test]
fn a_sync_that_signs_in_as_another_application_is_refused_in_the_plan_and_before_the_first_write() {
    let quickstart = Quickstart::prepared(Simulator::start(&["--users", "1"]));
    let early = quickstart.plan(SYNC);
    assert!(!early.messages.has_errors(), "{}", early.messages);
    // Somebody has set it up in the console, with an application of their own.
    let tenant = quickstart.simulator.tenant();
    quickstart.essentials(Method::PUT, "settings/azure", Some(&tenant.sync_settings(&json!({}))));
    quickstart.simulator.forget_requests();
    for said in [quickstart.plan(SYNC).messages, quickstart.apply(SYNC, early)] {
        let refusal = said.expect_error();
        assert!(refusal.summary.starts_with("The organization has a synchronization already"), "{said}");
        assert!(refusal.path == "domain" && refusal.detail.contains(&tenant.client_id), "{said}");
    }
    assert_eq!(quickstart.simulator.writes(), []);
    assert_eq!(quickstart.settings()["application_id"], *tenant.client_id);
}
