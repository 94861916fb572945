//! What a pipeline reads: each thing that stands in the way is a finding of its step, and the exit code says how grave the
//! gravest is.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Value as Json, json};

use super::*;
use crate::support::quickstart::{APPLICATION, Quickstart, SYNC};
use crate::support::sign_in::application_with;
use crate::support::workspace::repository;

/// The document of a run, and its exit code, which must be the same.
#[track_caller]
pub(super) fn document(
    simulator: &Simulator,
    environment: &BTreeMap<String, String>,
    arguments: &[&str],
) -> Json {
    let seen = look(simulator, environment, &[&["contoso.com", "--json"], arguments].concat());
    let document: Json = serde_json::from_str(&seen.stdout).unwrap_or_else(|_| panic!("{seen:?}"));
    assert_eq!(document["exit_code"].as_i64(), seen.code.map(i64::from), "{document:#}");
    document
}

#[track_caller]
pub(super) fn step<'a>(document: &'a Json, name: &str) -> &'a Json {
    let steps = document["steps"].as_array().expect("steps");
    steps.iter().find(|step| step["name"] == name).unwrap_or_else(|| panic!("no {name}: {document:#}"))
}

/// Whether a step found something of this level that says this.
#[track_caller]
pub(super) fn found(document: &Json, name: &str, level: &str, words: &str) {
    let step = step(document, name);
    let findings = step["findings"].as_array().expect("findings");
    let says = |one: &Json| format!("{}: {}", one["summary"], one["detail"]).contains(words);
    assert!(findings.iter().any(|one| one["level"] == level && says(one)), "{level} `{words}`: {step:#}");
    assert_eq!(step["status"], level, "{step:#}");
}

#[test]
fn the_document_has_the_members_that_the_guide_tells_of() {
    let simulator = Simulator::within(&["--users", "2"]);
    let mut environment = simulator.environment();
    let bare = document(&simulator, &environment, &[]);
    assert_eq!((&bare["format_version"], &bare["verdict"]), (&json!("1.0"), &json!("ok")));
    // As much as there can be to tell of.
    let settings = simulator.tenant().sync_settings(&json!({}));
    simulator.essentials_done(Method::PUT, "orgs/contoso.com/settings/azure", Some(&settings));
    environment.insert("ARM_USE_MSI".to_owned(), "true".to_owned());
    let full = document(&simulator, &environment, &[]);
    let guide = std::fs::read_to_string(repository().join("docs/guides/doctor.md")).expect("the guide");
    let (_, table) = guide.split_once("| step | facts |").expect("the table of facts");
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| `")).collect();
    let mut seen = BTreeSet::new();
    let names = |value: &Json| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    for document in [&bare, &full] {
        assert_eq!(
            names(document),
            ["domain", "exit_code", "format_version", "next", "provider_version", "steps", "verdict"]
        );
        for step in document["steps"].as_array().expect("steps") {
            assert_eq!(names(step), ["facts", "findings", "name", "status", "told"]);
            let row = format!("| `{}` | ", step["name"].as_str().expect("a name"));
            let row = rows.iter().find(|line| line.starts_with(&row)).unwrap_or_else(|| panic!("no {row}"));
            for name in names(&step["facts"]) {
                assert!(row.contains(&format!("`{name}`")), "the guide lacks the fact `{name}` of {step:#}");
                seen.insert(name);
            }
        }
    }
    // Nothing is promised that is not there.
    for row in rows {
        let promised = row.split(" | ").nth(1).unwrap_or_default().split('`').skip(1).step_by(2);
        let gone: Vec<&str> = promised
            .filter(|name| !seen.contains(*name) && !VALUES.contains(name) && *name != OF_PEOPLE)
            .collect();
        assert!(gone.is_empty(), "{gone:?} of {row}");
    }
}

/// What the table names that is the value of a fact.
const VALUES: [&str; 2] = ["application", "person"];
/// What only people have.
const OF_PEOPLE: &str = "directory_roles";

#[test]
fn what_stands_in_the_way_is_found_where_it_is() {
    let simulator = Simulator::within(&["--users", "2"]);
    let own = simulator.environment();
    let with = |changes: &[(&str, &str)]| {
        let mut environment = own.clone();
        environment.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        environment
    };

    // An account that only looks, and a provider that only does.
    let tenant = simulator.tenant();
    let reader = with(&[
        ("PROOFPOINT_ESSENTIALS_USERNAME", &tenant.essentials_reader_username),
        ("PROOFPOINT_ESSENTIALS_PASSWORD", &tenant.essentials_reader_password),
    ]);
    let told = document(&simulator, &reader, &[]);
    found(&told, "proofpoint_sign_in", "blocked", "The Proofpoint account is read-only");
    assert_eq!(told["exit_code"], 3);
    let told = document(&simulator, &with(&[("PROOFPOINT_READ_ONLY", "true")]), &[]);
    found(&told, "proofpoint_credential", "ok", "PROOFPOINT_READ_ONLY");
    assert_eq!(told["exit_code"], 0);

    // What the environment says wrong.
    let told = document(&simulator, &with(&[("ARM_ENVIRONMENT", "moon")]), &[]);
    found(&told, "entra_credential", "not_configured", "ARM_ENVIRONMENT");
    assert_eq!(step(&told, "organization")["status"], "ok");
    let told = document(
        &simulator,
        &with(&[("PROOFPOINT_ESSENTIALS_ENDPOINT", ""), ("PROOFPOINT_ESSENTIALS_REGION", "us9")]),
        &[],
    );
    found(&told, "proofpoint_credential", "not_configured", "us9");
    assert_eq!(step(&told, "entra_sign_in")["status"], "ok");

    // A secret that is not the right one, which goes nowhere; and another way that comes after it.
    let told =
        document(&simulator, &with(&[("ARM_CLIENT_SECRET", "not-the-secret"), ("ARM_USE_MSI", "true")]), &[]);
    found(&told, "entra_sign_in", "unreachable", "Entra refused the sign-in");
    found(&told, "entra_credential", "ok", "`ARM_USE_MSI` is set, and what signs in goes before it");
    assert!(!told.to_string().contains("not-the-secret"));
    assert_eq!(told["next"], format!("export ARM_CLIENT_SECRET=...\n{}", again("contoso.com")));

    // No tenant: that of the domain is looked at.
    let mut without = own.clone();
    without.remove("ARM_TENANT_ID");
    let told = document(&simulator, &without, &[]);
    found(&told, "entra_sign_in", "warning", &format!("Set `ARM_TENANT_ID` to `{}`", tenant.tenant_id));
    let told = document(&simulator, &without, &["--tenant", &tenant.tenant_id]);
    assert_eq!(told["exit_code"], 0, "{told:#}");

    // Permissions: few, and none at all.
    let (client_id, secret) = application_with(&simulator, ["Directory.Read.All"]);
    let few = with(&[("ARM_CLIENT_ID", &client_id), ("ARM_CLIENT_SECRET", &secret)]);
    let told = document(&simulator, &few, &[]);
    found(&told, "entra_permissions", "warning", "`proofpoint_azure_sync` lacks permissions");
    found(&told, "entra_permissions", "warning", "Policy.Read.All");
    let (client_id, secret) = application_with(&simulator, []);
    let none = with(&[("ARM_CLIENT_ID", &client_id), ("ARM_CLIENT_SECRET", &secret)]);
    found(&document(&simulator, &none, &[]), "entra_permissions", "blocked", "carries no permission");

    // A domain that nobody has.
    let seen = look(&simulator, &own, &["nobody.example", "--json"]);
    assert_eq!(seen.code, Some(3), "{seen:?}");
}

#[test]
#[cfg(unix)]
fn a_person_is_told_from_an_application_with_the_roles_that_help() {
    let simulator = Simulator::within(&["--users", "2"]);
    let tenant = &simulator.tenant().tenant_id;
    // A token as Entra makes it for people, which nobody has signed: Graph takes it for none.
    let claims = json!({
        "tid": tenant, "oid": "6f3e1f5e-0f0a-4c58-9d54-8a3f2a4a5a11", "scp": "User.Read Directory.Read.All",
        "wids": ["62e90394-69f5-4237-9190-012177145e10"],
    });
    let token = format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let answer = json!({ "accessToken": token, "expires_on": 4_000_000_000_u64, "tokenType": "Bearer" });
    let directory = tempfile::tempdir().expect("a directory");
    let az = directory.path().join("az");
    std::fs::write(&az, format!("#!/bin/sh\necho '{answer}'\n")).expect("written");
    std::fs::set_permissions(&az, std::os::unix::fs::PermissionsExt::from_mode(0o700)).expect("executable");
    let mut environment = simulator.environment();
    environment.remove("ARM_CLIENT_ID");
    environment.remove("ARM_CLIENT_SECRET");
    environment.insert("PATH".to_owned(), directory.path().to_str().expect("UTF-8").to_owned());
    let told = document(&simulator, &environment, &[]);
    let facts = &step(&told, "entra_sign_in")["facts"];
    assert_eq!((&facts["identity"], &facts["tenant"]), (&json!("person"), &json!(tenant)), "{told:#}");
    assert_eq!(facts["directory_roles"], json!(["Global Administrator"]));
    assert_eq!(step(&told, "entra_permissions")["facts"]["held"], json!(["User.Read", "Directory.Read.All"]));
    assert!(!told.to_string().contains(&token), "the token was told");
}

#[test]
fn what_the_tenant_has_against_it_is_found() {
    let simulator = Simulator::within(&["--users", "2"]);
    let environment = simulator.environment();
    let policies = json!({ "defaultAppManagementPolicy": {
        "isEnabled": true,
        "applicationRestrictions": { "keyCredentials": [], "passwordCredentials": [{
            "restrictionType": "passwordLifetime", "state": "enabled", "maxLifetime": "P180D",
            "restrictForAppsCreatedAfterDateTime": "2020-01-01T00:00:00Z",
        }] },
    } });
    simulator.control(Method::POST, "policies", Some(&policies));
    simulator.graph_done(Method::POST, "domains", Some(&json!({ "id": "forgotten.example" })));
    simulator.graph_done(Method::POST, "domains/forgotten.example/verify", None);
    let mut organization = simulator.essentials_done(Method::GET, "orgs/contoso.com", None);
    organization["ldap_url"] = json!("ldaps://dc.example.com");
    let shown =
        json!({ "method": "GET", "path": "/api/v1/orgs/contoso.com", "status": 200, "body": organization });
    simulator.set_faults(&json!([shown]));
    let told = document(&simulator, &environment, &[]);
    found(&told, "policies", "blocked", "allows a life of at most `4320h`");
    found(&told, "domains", "blocked", "`forgotten.example`");
    found(&told, "directory_sync", "warning", "ldaps://dc.example.com");
    assert_eq!(told["exit_code"], 3);

    // The clocks of both services, five hours ahead.
    simulator.advance_clock("5h");
    let told = document(&simulator, &environment, &[]);
    found(&told, "clocks", "warning", "5 hours behind Microsoft's and Proofpoint's");
}

#[test]
fn a_sync_that_is_there_is_told_of_and_so_are_those_who_would_lose_something() {
    let quickstart = Quickstart::start(Simulator::within(&["--users", "5"]));
    quickstart.converge();
    let simulator = &quickstart.simulator;
    let told = document(simulator, &simulator.environment(), &[]);
    let sync = step(&told, "sync");
    assert_eq!(sync["facts"]["configured"], true, "{sync:#}");
    assert_eq!(sync["facts"]["client"], quickstart.state(SYNC)["client_id"], "{sync:#}");
    assert_eq!(step(&told, "applications")["facts"]["of_this_provider"], 1);
    assert_eq!(told["next"], "terraform plan");

    // Somebody leaves: the next run would refuse their mail.
    let accounts = simulator.essentials_done(Method::GET, "orgs/contoso.com/users", None);
    let addresses = accounts["users"].as_array().expect("accounts").iter().map(|one| &one["primary_email"]);
    let addresses: Vec<&Json> = addresses.collect();
    let users = quickstart.graph(Method::GET, "users", None);
    let users = users["value"].as_array().expect("users");
    let leaver =
        users.iter().find(|user| addresses.contains(&&user["mail"])).expect("somebody with an account");
    let (id, mail) = (leaver["id"].as_str().expect("an id"), leaver["mail"].as_str().expect("an address"));
    quickstart.graph(Method::DELETE, &format!("users/{id}"), None);
    let told = document(simulator, &simulator.environment(), &[]);
    found(&told, "next_run", "warning", "A run would take something from 1 account");
    found(&told, "next_run", "warning", mail);

    // A sync that does not work is no reason why an apply would not, unless it is one that no apply mends.
    let (object_id, key) =
        (quickstart.state(APPLICATION)["object_id"].clone(), quickstart.state(SYNC)["key_id"].clone());
    let path = format!("applications/{}", object_id.as_str().expect("an id"));
    quickstart.graph(Method::POST, &format!("{path}/removePassword"), Some(&json!({ "keyId": key })));
    simulator.advance_clock("2m");
    let told = document(simulator, &simulator.environment(), &[]);
    found(&told, "sync", "warning", "has no client secret in Entra");
    assert_eq!((&told["exit_code"], &told["next"]), (&json!(2), &json!("terraform plan")), "{told:#}");
    let principal = quickstart.state(APPLICATION)["service_principal_object_id"].clone();
    let path = format!("servicePrincipals/{}", principal.as_str().expect("an id"));
    quickstart.graph(Method::PATCH, &path, Some(&json!({ "accountEnabled": false })));
    simulator.advance_clock("2m");
    let told = document(simulator, &simulator.environment(), &[]);
    found(&told, "sync", "blocked", "is disabled in Entra");
    assert_eq!(told["exit_code"], 3, "{told:#}");
}

#[test]
fn whoever_only_reads_needs_no_more_than_it_takes_to_plan() {
    let simulator = Simulator::within(&["--users", "2"]);
    let tenant = simulator.tenant();
    let reading = ["Application.Read.All", "Directory.Read.All", "Policy.Read.All"];
    let (client_id, secret) = application_with(&simulator, reading);
    let mut environment = simulator.environment();
    for (name, value) in [
        ("ARM_CLIENT_ID", client_id.as_str()),
        ("ARM_CLIENT_SECRET", &secret),
        ("PROOFPOINT_ESSENTIALS_USERNAME", &tenant.essentials_reader_username),
        ("PROOFPOINT_ESSENTIALS_PASSWORD", &tenant.essentials_reader_password),
    ] {
        environment.insert(name.to_owned(), value.to_owned());
    }
    let told = document(&simulator, &environment, &[]);
    assert_eq!(told["exit_code"], 3, "{told:#}");
    environment.insert("PROOFPOINT_READ_ONLY".to_owned(), "true".to_owned());
    let told = document(&simulator, &environment, &[]);
    assert_eq!(told["exit_code"], 0, "{told:#}");
    // What it takes to plan is missed all the same.
    let (client_id, secret) = application_with(&simulator, ["Application.Read.All"]);
    environment.insert("ARM_CLIENT_ID".to_owned(), client_id);
    environment.insert("ARM_CLIENT_SECRET".to_owned(), secret);
    let told = document(&simulator, &environment, &[]);
    found(&told, "entra_permissions", "warning", "Policy.Read.All");
    assert!(!step(&told, "entra_permissions").to_string().contains("to manage it"), "{told:#}");
}

#[test]
fn a_domain_that_neither_side_has_is_told_of_on_both() {
    let simulator = Simulator::within(&["--users", "2"]);
    let seen = look(&simulator, &simulator.environment(), &["contoso.cmo", "--json"]);
    let told: Json = serde_json::from_str(&seen.stdout).unwrap_or_else(|_| panic!("{seen:?}"));
    found(&told, "organization", "blocked", "contoso.cmo");
    found(&told, "domains", "warning", "`contoso.cmo` is not a verified domain of the tenant");
}

#[test]
fn of_an_application_it_is_told_whether_anybody_has_consented_to_it() {
    let simulator = Simulator::within(&["--users", "2"]);
    let quickstart = Quickstart::start(simulator);
    quickstart.converge();
    let simulator = &quickstart.simulator;
    let told = document(simulator, &simulator.environment(), &[]);
    found(&told, "applications", "ok", "managed by this provider; it has consent");
    let own =
        json!({ "displayName": "Proofpoint Essentials sync", "tags": ["terraform-provider-proofpoint"] });
    let made = simulator.graph_done(Method::POST, "applications", Some(&own));
    simulator.graph_done(Method::POST, "servicePrincipals", Some(&json!({ "appId": made["appId"] })));
    let told = document(simulator, &simulator.environment(), &[]);
    found(&told, "applications", "ok", "nobody has consented to it yet");
}

#[test]
fn a_sync_that_was_set_up_by_hand_is_to_be_adopted() {
    let simulator = Simulator::within(&["--users", "5"]);
    let settings = simulator.tenant().sync_settings(&json!({}));
    simulator.essentials_done(Method::PUT, "orgs/contoso.com/settings/azure", Some(&settings));
    simulator.forget_requests();
    let told = document(&simulator, &simulator.environment(), &[]);
    let next = told["next"].as_str().expect("a command");
    assert!(next.contains("import-blocks --domains - --output found.tf"), "{told:#}");
}
