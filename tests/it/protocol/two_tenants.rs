//! Two tenants behind one provider block: every operation goes to the tenant that the object names. The identity that signs
//! in exists there and nowhere else, so that an operation on the provider's own tenant fails.

use serde_json::{Value as Json, json};

use crate::support::plugin::calls::Messages;
use crate::support::quickstart::{APPLICATION, CONSENT, Quickstart, SECRET, SYNC};
use crate::support::simulator::Simulator;

#[track_caller]
fn succeeds(said: &Messages) {
    assert!(!said.has_errors(), "{said}");
}

#[test]
fn every_operation_goes_to_the_tenant_that_is_named() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--tenants", "2", "--users", "1"]));
    let (own, other) =
        (quickstart.simulator.ready().tenants[0].clone(), quickstart.simulator.ready().tenants[1].clone());
    quickstart.set("ARM_CLIENT_ID", &other.client_id);
    quickstart.set("ARM_CLIENT_SECRET", &other.client_secret);
    quickstart.set("ARM_TENANT_ID", &own.tenant_id);
    let kinds = [APPLICATION, CONSENT, SECRET];
    for kind in kinds {
        quickstart.write(kind, &json!({ "tenant_id": other.tenant_id }));
    }
    quickstart.simulator.forget_requests();
    for kind in kinds {
        succeeds(&quickstart.change(kind));
        assert_eq!(quickstart.state(kind)["tenant_id"], json!(other.tenant_id), "{kind}");
        let id = quickstart.state(kind)["id"].as_str().unwrap().to_owned();
        assert!(id.starts_with(&format!("/tenants/{}/", other.tenant_id)), "{id}");
    }
    // Refresh, plan and update, each by another process.
    quickstart.write(APPLICATION, &json!({ "notes": "elsewhere" }));
    quickstart.write(CONSENT, &json!({ "delegated_permissions": ["Directory.Read.All"] }));
    quickstart.write(SECRET, &json!({ "display_name": "elsewhere" }));
    for kind in kinds {
        quickstart.restart();
        succeeds(&quickstart.change(kind));
        quickstart.restart();
        assert_eq!(quickstart.plan(kind).state, quickstart.state(kind), "{kind}");
    }
    // Without the argument, what is known stays; and an import names the tenant in its id.
    for kind in kinds {
        quickstart.write(kind, &json!({ "tenant_id": null }));
        quickstart.restart();
        assert_eq!(quickstart.plan(kind).state, quickstart.state(kind), "{kind}");
        let made = quickstart.take(kind);
        quickstart.import(kind, made.state["id"].as_str().unwrap());
        assert_eq!(quickstart.state(kind)["id"], made.state["id"], "{kind}");
        assert_eq!(quickstart.state(kind)["tenant_id"], json!(other.tenant_id), "{kind}");
        quickstart.put(kind, made);
    }
    for by in [&other.tenant_id, &other.domain] {
        let (tenant, said) = quickstart.data("proofpoint_azure_tenant", json!({ "tenant_id": by }));
        said.expect_none();
        assert_eq!(tenant["id"], json!(other.tenant_id));
    }
    for kind in kinds.into_iter().rev() {
        quickstart.restart();
        quickstart.destroy_one(kind);
    }
    let log: Json = quickstart.simulator.control(reqwest::Method::GET, "requests", None);
    let elsewhere: Vec<&Json> =
        log.as_array().unwrap().iter().filter(|one| one["tenant"] == json!(own.tenant_id)).collect();
    assert!(elsewhere.is_empty(), "{elsewhere:#?}");
    quickstart.simulator.assert_every_route_was_known();
}

#[test]
fn an_imported_synchronization_is_of_the_tenant_whose_domain_it_names() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--tenants", "2", "--users", "1"]));
    let (own, other) =
        (quickstart.simulator.ready().tenants[0].clone(), quickstart.simulator.ready().tenants[1].clone());
    for (name, value) in [
        ("ARM_CLIENT_ID", &other.client_id),
        ("ARM_CLIENT_SECRET", &other.client_secret),
        ("ARM_TENANT_ID", &own.tenant_id),
        ("PROOFPOINT_ESSENTIALS_USERNAME", &other.essentials_username),
        ("PROOFPOINT_ESSENTIALS_PASSWORD", &other.essentials_password),
    ] {
        quickstart.set(name, value);
    }
    quickstart.write(
        SYNC,
        &json!({
            "domain": other.domain, "tenant_id": other.tenant_id, "client_id": other.client_id, "frequency": 0,
            "managed_client_secret": null, "client_secret": other.client_secret,
        }),
    );
    succeeds(&quickstart.change(SYNC));
    quickstart.restart();
    quickstart.import(SYNC, &format!("/orgs/{}/settings/azure", other.domain));
    assert_eq!(quickstart.state(SYNC)["tenant_id"], json!(other.tenant_id));
}
