//! Every resource, planned while parts of its configuration are unknown and once more when all is known: what the first plan
//! knew stays, or core refuses to apply it.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

use crate::support::plugin;
use crate::support::quickstart::{APPLICATION, CONSENT, Quickstart, SECRET, SYNC};
use crate::support::simulator::Simulator;
use crate::support::steps::merge;

/// Enough for each pair of arguments to be hidden and changed together some times.
const ROUNDS: u64 = 400;

fn quickstart() -> Quickstart {
    let quickstart = Quickstart::start(Simulator::start(&["--users", "4", "--groups", "1"]));
    quickstart.converge();
    let said = quickstart.change(SECRET);
    assert!(!said.has_errors(), "{said}");
    quickstart
}

/// What the resources may be changed into.
fn others(kind: &str) -> Vec<Json> {
    let another = "6f1b7c1e-8d7a-4e0b-9d5f-0a6b7c8d9e0f";
    match kind {
        APPLICATION => vec![json!({
            "display_name": "Other", "tenant_id": another, "unique_name": "sync", "notes": "n", "tags": ["a"],
            "redirect_uris": ["https://us1.proofpointessentials.com/"], "sign_in_audience": "AzureADMultipleOrgs",
            "delegated_permissions": ["User.Read"], "application_permissions": ["User.Read.All"], "owners": [another],
            "deletion_protection": true, "timeouts": { "create": "5m" },
        })],
        CONSENT => vec![json!({
            "tenant_id": another, "client_id": another, "delegated_permissions": ["User.Read"],
            "application_permissions": null, "remove_extra": true, "mode": "verify",
        })],
        SECRET => vec![
            json!({
                "tenant_id": another, "display_name": "other", "end_date": "2031-01-01T00:00:00Z",
                "rotate_when_changed": { "round": "2", "who": "me" }, "rotate_before": "720h", "overlap": "24h",
            }),
            json!({ "end_date_relative": "8760h", "rotate_before": "8000h", "application_id": format!("/applications/{another}") }),
        ],
        _ => {
            let other = json!({
                "tenant_id": another, "domain": "other.example", "primary_domain": "third.example", "client_id": another,
                "default_role": "silent_user", "frequency": 24, "allow_microsoft_login": false,
                "what": { "active_users": true, "security_groups": true }, "users": { "add": false, "remove_deleted": false },
                "groups": { "update": false }, "exemptions": ["scanner@contoso.com", "two@contoso.com"], "max_removals": "3",
                "sync_version": 1, "wait_for_sync": true, "wait_for_routing": true,
                "managed_client_secret": {
                    "application_id": format!("/applications/{another}"), "lifetime": "8760h", "rotate_before": "720h",
                    "rotate_when_changed": { "round": "2", "who": "me" }, "description": "other",
                },
            });
            let without = |arguments: Json| {
                let mut config = json!({ "managed_client_secret": null });
                config
                    .as_object_mut()
                    .expect("an object")
                    .extend(arguments.as_object().expect("an object").clone());
                config
            };
            vec![
                other,
                without(json!({ "client_secret": "a~b" })),
                without(json!({ "client_secret_wo": "a~b", "client_secret_wo_version": "2" })),
            ]
        }
    }
}

/// Fails with what core would refuse, one example for each resource, and when the rounds showed nothing.
#[track_caller]
fn assert_agreement(quickstart: &Quickstart, kinds: &[&'static str], objects: bool) {
    let mut refused = Vec::new();
    let runtime = Runtime::new().expect("a runtime");
    // It is not configured, so that nothing is looked up meanwhile.
    let plugin = runtime.block_on(plugin::start(&BTreeMap::new()));
    for kind in kinds {
        let object = quickstart.stored(kind).filter(|_| objects);
        let own = quickstart.configuration(kind);
        let other = |arguments: Json| {
            let mut config = own.clone();
            merge(&mut config, &arguments);
            config
        };
        let samples: Vec<Json> =
            std::iter::once(own.clone()).chain(others(kind).into_iter().map(other)).collect();
        let found = runtime
            .block_on(async { plugin.resource(kind).await.replans(object.as_ref(), &samples, ROUNDS).await });
        assert!(
            found.compared > 50 && found.told_more > 20,
            "{kind}: {} {}",
            found.compared,
            found.told_more
        );
        if let Some(first) = found.refused.first() {
            refused.push(format!("{kind}, {} of {}: {first}", found.refused.len(), found.compared));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn what_a_first_plan_of_a_new_object_knew_stays() {
    assert_agreement(&quickstart(), &[APPLICATION, CONSENT, SECRET, SYNC], false);
}

#[test]
fn what_a_first_plan_of_a_change_knew_stays() {
    assert_agreement(&quickstart(), &[APPLICATION, CONSENT, SECRET, SYNC], true);
}

#[test]
fn what_a_first_plan_of_an_expiring_secret_knew_stays() {
    let mut quickstart = quickstart();
    quickstart.write(SECRET, &json!({ "rotate_before": "720h" }));
    let said = quickstart.change(SECRET);
    assert!(!said.has_errors(), "{said}");
    quickstart.simulator.advance_clock("17000h");
    quickstart.configure();
    // What is learnt by reading is kept.
    quickstart.plan(SECRET);
    quickstart.plan(SYNC);
    assert_agreement(&quickstart, &[SECRET, SYNC], true);
}

#[test]
fn what_a_first_plan_of_a_sync_with_a_secret_of_its_own_knew_stays() {
    let mut quickstart = quickstart();
    quickstart.write(SYNC, &json!({ "managed_client_secret": null, "client_secret": "a~b" }));
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    assert!(quickstart.state(SYNC)["key_id"].is_null());
    assert_agreement(&quickstart, &[SYNC], true);
}
