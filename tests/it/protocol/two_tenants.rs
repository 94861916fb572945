//! Two tenants behind one provider block: every operation goes to the tenant that the object names. The identity that signs
//! in exists there and nowhere else, so that an operation on the provider's own tenant fails.

use serde_json::{Value as Json, json};

use crate::support::by_hand::newcomer;
use crate::support::plugin::succeeds;
use crate::support::quickstart::{APPLICATION, CONSENT, Quickstart, RUN, SECRET, SYNC};
use crate::support::simulator::{Simulator, Tenant};

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
    let (mut quickstart, other) = of_another_tenant("1");
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

/// A provider whose own tenant is the first, and whose identity and organization are those of the second, with so many users.
fn of_another_tenant(users: &str) -> (Quickstart, Tenant) {
    let mut quickstart = Quickstart::start(Simulator::start(&["--tenants", "2", "--users", users]));
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
    (quickstart, other)
}

/// The same with the application of the quick start in the second tenant, with its consent.
fn at_home_elsewhere() -> Quickstart {
    let (mut quickstart, other) = of_another_tenant("4");
    for kind in [APPLICATION, CONSENT] {
        quickstart.write(kind, &json!({ "tenant_id": other.tenant_id }));
        succeeds(&quickstart.change(kind));
    }
    quickstart.write(
        SYNC,
        // Below 100 % somebody has to look into the directory.
        &json!({ "domain": other.domain, "tenant_id": other.tenant_id, "max_removals": "90%" }),
    );
    quickstart.simulator.forget_requests();
    quickstart
}

#[track_caller]
fn nobody_asked_the_providers_own(quickstart: &Quickstart) {
    let own = json!(quickstart.simulator.ready().tenants[0].tenant_id);
    let log: Json = quickstart.simulator.control(reqwest::Method::GET, "requests", None);
    let elsewhere: Vec<&Json> = log.as_array().unwrap().iter().filter(|one| one["tenant"] == own).collect();
    assert!(elsewhere.is_empty(), "{elsewhere:#?}");
    quickstart.simulator.assert_every_route_was_known();
}

#[test]
fn a_synchronization_is_judged_proven_watched_and_ended_in_the_tenant_that_it_names() {
    let mut quickstart = at_home_elsewhere();
    succeeds(&quickstart.change(SYNC));
    let other = quickstart.simulator.ready().tenants[1].clone();
    assert_eq!(quickstart.state(SYNC)["tenant_id"], json!(other.tenant_id));
    quickstart.restart();
    assert_eq!(quickstart.plan(SYNC).state, quickstart.state(SYNC));

    // A key that somebody removes there is missed, and made anew.
    let application = quickstart.state(APPLICATION)["object_id"].as_str().unwrap().to_owned();
    let path = format!("applications/{application}");
    let by_hand = |quickstart: &Quickstart, method, path: &str, body: Option<&Json>| {
        let (status, answer) = quickstart.simulator.graph_of(&other, method, path, body);
        assert!(status < 300, "{answer}");
        answer
    };
    let key = quickstart.state(SYNC)["key_id"].clone();
    let removal = json!({ "keyId": key });
    by_hand(&quickstart, reqwest::Method::POST, &format!("{path}/removePassword"), Some(&removal));
    quickstart.restart();
    succeeds(&quickstart.change(SYNC));
    assert_eq!(quickstart.state(SYNC)["rotation_reason"], "key_missing");

    // What could not be removed when a secret of one's own took its place goes with the sync.
    let unremovable = json!([{ "method": "POST", "path": "**/removePassword", "status": 403 }]);
    quickstart.simulator.set_faults(&unremovable);
    let own_secret = json!({ "managed_client_secret": null, "client_secret": other.client_secret });
    quickstart.write(SYNC, &own_secret);
    succeeds(&quickstart.change(SYNC));
    quickstart.simulator.set_faults(&json!([]));
    let keys = || by_hand(&quickstart, reqwest::Method::GET, &path, None)["passwordCredentials"].take();
    assert_eq!(keys().as_array().map(Vec::len), Some(1));
    quickstart.destroy_one(SYNC);
    assert_eq!(keys(), json!([]));
    nobody_asked_the_providers_own(&quickstart);
}

#[test]
fn what_is_read_searched_and_run_is_of_the_tenant_that_is_named() {
    let mut quickstart = at_home_elsewhere();
    let other = quickstart.simulator.ready().tenants[1].clone();
    quickstart.write(SYNC, &json!({ "frequency": 0 }));
    succeeds(&quickstart.change(SYNC));
    let named = json!({ "domain": other.domain, "tenant_id": other.tenant_id });
    let (health, said) = quickstart.data("proofpoint_azure_sync_health", named.clone());
    succeeds(&said);
    assert_eq!((&health["application_found"], &health["consent_complete"]), (&json!(true), &json!(true)));
    let client_id = quickstart.state(APPLICATION)["client_id"].clone();
    let by_id = json!({ "client_id": client_id, "tenant_id": other.tenant_id });
    let (found, said) = quickstart.data("proofpoint_azure_application", by_id.clone());
    succeeds(&said);
    assert_eq!(found["object_id"], quickstart.state(APPLICATION)["object_id"]);
    let (found, said) = quickstart.list("proofpoint_azure_application", by_id);
    succeeds(&said);
    let [(_, identity, object)] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!(identity["tenant_id"], json!(other.tenant_id));
    assert_eq!(object["client_id"], client_id);

    let person = newcomer("nora", &other.domain);
    let (status, answer) =
        quickstart.simulator.graph_of(&other, reqwest::Method::POST, "users", Some(&person));
    assert_eq!(status, 201, "{answer}");
    let (preview, said) = quickstart.data("proofpoint_azure_sync_preview", named);
    succeeds(&said);
    assert!(preview["changes"].as_object().is_some_and(|rows| !rows.is_empty()), "{preview:#}");
    quickstart.write(
        RUN,
        &json!({
            "domain": other.domain, "tenant_id": other.tenant_id, "changes": preview["changes"],
            "max_deletions": "100%",
        }),
    );
    succeeds(&quickstart.change(RUN));
    let ran = quickstart.state(RUN);
    assert!(ran["run_at"].is_string() && ran["tenant_id"] == json!(other.tenant_id), "{ran:#}");
    nobody_asked_the_providers_own(&quickstart);
}

#[test]
fn an_identity_that_the_named_tenant_does_not_admit_is_told_by_that_tenants_name() {
    let mut quickstart = Quickstart::prepared(Simulator::start(&["--tenants", "2", "--users", "1"]));
    let other = quickstart.simulator.ready().tenants[1].clone();
    quickstart.write(
        SYNC,
        &json!({
            "tenant_id": other.tenant_id, "max_removals": "10%", "managed_client_secret": null,
            "client_secret": "from elsewhere",
        }),
    );
    let said = quickstart.plan(SYNC).messages;
    let refusal = said.expect_error();
    assert!(refusal.detail.contains(&other.tenant_id) && refusal.summary.contains("sign"), "{said}");
}
