//! A tenant has many names and one id: whichever names it, only the id is stored. And it must be the right one.

use reqwest::Method;
use serde_json::json;

use super::preflight::revoke_from_caller;
use crate::support::plugin::calls::Messages;
use crate::support::quickstart::{APPLICATION, CONSENT, Quickstart, SYNC};
use crate::support::simulator::Simulator;

/// A provider whose `tenant_id` is a domain of the tenant.
fn named_by_domain(arguments: &[&str]) -> Quickstart {
    let mut quickstart = Quickstart::start(Simulator::start(arguments));
    let domain = quickstart.simulator.tenant().domain.clone();
    quickstart.set("ARM_TENANT_ID", &domain);
    quickstart
}

#[test]
fn a_provider_with_the_tenants_domain_stores_its_id_and_plans_nothing_afterwards() {
    let mut quickstart = named_by_domain(&["--users", "2"]);
    let tenant = json!(quickstart.simulator.tenant().tenant_id);
    quickstart.converge();
    let as_made = [APPLICATION, CONSENT, SYNC].map(|kind| quickstart.stored(kind));
    for made in as_made.iter().flatten() {
        assert_eq!(made.state["tenant_id"], tenant, "{:#}", made.state);
        assert!(!made.state["id"].as_str().unwrap().starts_with("/tenants/"), "{:#}", made.state);
    }
    assert_eq!(as_made[0].as_ref().unwrap().identity["tenant_id"], tenant);
    assert_eq!(as_made[1].as_ref().unwrap().identity["tenant_id"], tenant);

    quickstart.restart();
    quickstart.simulator.forget_requests();
    assert!(quickstart.converge().is_empty());
    let requests = quickstart.simulator.requests();
    let sign_ins = requests.iter().filter(|request| request.path.ends_with("/token")).count();
    assert_eq!(sign_ins, 1, "one sign-in tells the id and does for the rest: {requests:#?}");

    // The same tenant by its id, in the provider and in the resources.
    quickstart.set("ARM_TENANT_ID", tenant.as_str().unwrap());
    for kind in [APPLICATION, CONSENT, SYNC] {
        quickstart.write(kind, &json!({ "tenant_id": tenant }));
    }
    assert!(quickstart.converge().is_empty());
    let as_read = [APPLICATION, CONSENT, SYNC].map(|kind| quickstart.stored(kind));
    assert_eq!(as_read, as_made);
}

#[test]
fn an_import_knows_the_object_by_the_tenants_id_however_the_tenant_is_named() {
    let quickstart = named_by_domain(&["--users", "2"]);
    let (tenant, domain) =
        (quickstart.simulator.tenant().tenant_id.clone(), quickstart.simulator.tenant().domain.clone());
    quickstart.converge();
    for kind in [APPLICATION, CONSENT] {
        let made = quickstart.stored(kind).unwrap();
        let id = made.state["id"].as_str().unwrap().to_owned();
        for id in [id.clone(), format!("/tenants/{domain}{id}"), format!("/tenants/{tenant}{id}")] {
            quickstart.import(kind, &id);
            let imported = quickstart.stored(kind).unwrap();
            assert_eq!(imported.identity, made.identity, "{id}");
            assert_eq!(imported.state["id"], made.state["id"], "{id}");
            assert_eq!(imported.state["tenant_id"], json!(tenant), "{id}");
        }
        for name in [json!(domain), json!(tenant), json!(null)] {
            let mut identity = made.identity.clone();
            identity["tenant_id"] = name;
            quickstart.import_identity(kind, &identity);
            assert_eq!(quickstart.stored(kind).unwrap().identity, made.identity, "{identity}");
        }
    }
    quickstart.import(SYNC, &format!("/orgs/{domain}/settings/azure"));
    assert_eq!(quickstart.state(SYNC)["tenant_id"], json!(tenant));
}

/// Whether this is said, as an error or as a warning, and no error besides.
fn says(said: &Messages, error: bool, expected: &str) -> bool {
    let (errors, warnings): (Vec<_>, Vec<_>) = said.0.iter().partition(|message| message.error);
    let among = if error { &errors } else { &warnings };
    among.iter().any(|message| message.to_string().contains(expected)) && (error || errors.is_empty())
}

#[test]
fn unreadable_domains_are_an_error_with_a_managed_secret_and_a_warning_otherwise() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "2"]));
    for kind in [APPLICATION, CONSENT] {
        let said = quickstart.change(kind);
        assert!(said.0.iter().all(|message| !message.error), "{said}");
    }
    let id = quickstart.state(APPLICATION)["object_id"].as_str().unwrap().to_owned();
    let path = format!("applications/{id}/addPassword");
    let (status, made) = quickstart.simulator.graph(Method::POST, &path, Some(&json!({})));
    assert_eq!(status, 200, "{made}");
    for permission in ["Domain.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"] {
        revoke_from_caller(&quickstart, permission);
    }

    quickstart.configure();
    quickstart.simulator.forget_requests();
    let mut planned = quickstart.plan(SYNC);
    let said = std::mem::take(&mut planned.messages);
    assert!(says(&said, false, "`Domain.Read.All`"), "{said}");
    let said = quickstart.apply(SYNC, planned);
    assert!(says(&said, true, "`Domain.Read.All`"), "{said}");
    assert!(quickstart.simulator.writes().is_empty() && quickstart.state(SYNC).is_null(), "{said}");

    quickstart.write(SYNC, &json!({ "managed_client_secret": null, "client_secret": made["secretText"] }));
    quickstart.configure();
    let mut planned = quickstart.plan(SYNC);
    let skipped = "Not checked: whether the tenant is the right one";
    let said = std::mem::take(&mut planned.messages);
    assert!(says(&said, false, skipped) && says(&said, false, "`Domain.Read.All`"), "{said}");
    let said = quickstart.apply(SYNC, planned);
    assert!(says(&said, false, skipped), "{said}");
    assert_eq!(quickstart.settings()["ad_key"], made["secretText"]);
}

#[test]
fn who_brings_a_secret_of_their_own_need_not_be_able_to_sign_in_to_a_tenant_named_by_its_domain() {
    let mut quickstart = named_by_domain(&["--users", "1"]);
    let said = quickstart.change(APPLICATION);
    assert!(said.0.iter().all(|message| !message.error), "{said}");
    quickstart.set("ARM_CLIENT_SECRET", "no longer valid");
    quickstart.write(SYNC, &json!({ "managed_client_secret": null, "client_secret": "from elsewhere" }));
    let said = quickstart.change(SYNC);
    assert!(says(&said, false, "Not checked: whether the tenant is the right one"), "{said}");
}

#[test]
fn who_names_a_tenant_need_not_be_admitted_to_the_providers() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    let tenant = quickstart.simulator.tenant().tenant_id.clone();
    quickstart.set("ARM_TENANT_ID", "nowhere.example");
    let (read, said) = quickstart.data("proofpoint_azure_tenant", json!({ "tenant_id": tenant }));
    said.expect_none();
    assert_eq!(read["id"], json!(tenant));
    quickstart.write(APPLICATION, &json!({ "tenant_id": tenant }));
    let said = quickstart.change(APPLICATION);
    assert!(said.0.iter().all(|message| !message.error), "{said}");
    let id = quickstart.state(APPLICATION)["id"].clone();
    assert!(id.as_str().unwrap().starts_with(&format!("/tenants/{tenant}/applications/")), "{id}");
    // Nobody named another one.
    let (_, said) = quickstart.data("proofpoint_azure_tenant", json!({}));
    assert!(said.expect_error().detail.contains("AADSTS90002"), "{said}");
}
