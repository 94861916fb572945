//! What is there already when it is planned as new: the plan says what the apply would be refused for, with an import that works.

use reqwest::Method;
use serde_json::json;

use crate::support::plugin::calls::{Messages, Plan};
use crate::support::plugin::succeeds;
use crate::support::plugin::values::UNKNOWN;
use crate::support::quickstart::{APPLICATION, CONSENT, Quickstart, SYNC};
use crate::support::simulator::Simulator;

const NAME: &str = "The unique name is taken";
const SYNCHRONIZATION: &str = "The organization has a synchronization already";

/// The id in the `import` block of the only warning with this summary.
#[track_caller]
fn import_in(said: &Messages, summary: &str) -> String {
    let told: Vec<_> = said.0.iter().filter(|one| !one.error && one.summary.starts_with(summary)).collect();
    assert_eq!(told.len(), 1, "{said}");
    let (_, id) = told[0].detail.split_once("id = \"").expect("an import");
    id.split_once('"').expect("its end").0.to_owned()
}

/// Planned by a process that knows of no state.
fn planned_as_new(quickstart: &mut Quickstart, kind: &'static str) -> Plan {
    drop(quickstart.take(kind));
    quickstart.restart();
    quickstart.plan(kind)
}

#[test]
fn a_plan_tells_of_an_application_that_holds_the_name_and_how_to_import_it_from_another_tenant() {
    for tenants in ["1", "2"] {
        let simulator = Simulator::start(&["--tenants", tenants, "--users", "1"]);
        let (own, other) = {
            let all = &simulator.ready().tenants;
            (all[0].clone(), all[all.len() - 1].clone())
        };
        let mut quickstart = Quickstart::start(simulator);
        quickstart.set("ARM_CLIENT_ID", &other.client_id);
        quickstart.set("ARM_CLIENT_SECRET", &other.client_secret);
        quickstart.set("ARM_TENANT_ID", &own.tenant_id);
        quickstart.write(APPLICATION, &json!({ "tenant_id": other.tenant_id }));
        succeeds(&quickstart.change(APPLICATION));
        quickstart.simulator.advance_clock("2h");
        let id = quickstart.state(APPLICATION)["id"].clone();

        let planned = planned_as_new(&mut quickstart, APPLICATION);
        assert_eq!(import_in(&planned.messages, NAME), id, "{}", planned.messages);
        let refused = quickstart.apply(APPLICATION, planned);
        let refusal = refused.expect_error();
        assert!(refusal.summary == NAME && refusal.detail.contains(&format!("id = {id}")), "{refused}");
        quickstart.restart();
        quickstart.import(APPLICATION, id.as_str().expect("an id"));
        quickstart.plan(APPLICATION).messages.expect_none();
    }
}

#[test]
fn a_plan_is_silent_where_the_apply_takes_the_holder_of_the_name() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    succeeds(&quickstart.change(APPLICATION));
    // A killed command has left it a moment ago.
    planned_as_new(&mut quickstart, APPLICATION).messages.expect_none();
    succeeds(&quickstart.change(APPLICATION));

    // The same plan replaces it: it is planned as new after the state has been looked at.
    quickstart.simulator.advance_clock("2h");
    quickstart.restart();
    quickstart.plan(APPLICATION).messages.expect_none();
    let stored = quickstart.take(APPLICATION);
    quickstart.plan(APPLICATION).messages.expect_none();

    // Another state has let it go.
    let object_id = stored.state["object_id"].as_str().expect("an id").to_owned();
    let path = format!("applications/{object_id}");
    let ours = json!({ "tags": ["terraform-provider-proofpoint"] });
    quickstart.graph(Method::PATCH, &path, Some(&ours));
    quickstart.restart();
    quickstart.plan(APPLICATION).messages.expect_none();
    succeeds(&quickstart.change(APPLICATION));
    assert_eq!(quickstart.state(APPLICATION)["object_id"], *object_id);

    // Somebody has deleted it.
    quickstart.simulator.advance_clock("2h");
    quickstart.graph(Method::DELETE, &path, None);
    planned_as_new(&mut quickstart, APPLICATION).messages.expect_none();
    succeeds(&quickstart.change(APPLICATION));
    assert_eq!(quickstart.state(APPLICATION)["object_id"], *object_id);
}

/// A synchronization through an application that the plan has yet to make.
fn synchronization_of_an_application_to_come(quickstart: &mut Quickstart) {
    quickstart.write(
        SYNC,
        &json!({ "client_id": UNKNOWN, "managed_client_secret": { "application_id": UNKNOWN } }),
    );
}

#[test]
fn a_plan_tells_of_a_synchronization_that_goes_through_another_application_than_the_one_to_come() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    let tenant = quickstart.simulator.tenant();
    let by_hand = tenant.sync_settings(&json!({}));
    let through = tenant.client_id.clone();
    quickstart.essentials(Method::PUT, "settings/azure", Some(&by_hand));
    synchronization_of_an_application_to_come(&mut quickstart);
    quickstart.simulator.forget_requests();
    let planned = quickstart.plan(SYNC);
    succeeds(&planned.messages);
    let id = import_in(&planned.messages, SYNCHRONIZATION);
    assert!(planned.messages.to_string().contains(&format!("through the application `{through}`")));
    assert_eq!(quickstart.simulator.writes(), []);
    quickstart.import(SYNC, &id);
    let planned = quickstart.plan(SYNC);
    assert!(!planned.messages.to_string().contains(SYNCHRONIZATION), "{}", planned.messages);
    // The same plan replaces it.
    drop(quickstart.take(SYNC));
    let planned = quickstart.plan(SYNC);
    assert!(!planned.messages.to_string().contains(SYNCHRONIZATION), "{}", planned.messages);
}

#[test]
fn a_plan_is_silent_where_the_application_of_a_synchronization_may_come_back() {
    let mut quickstart = Quickstart::prepared(Simulator::start(&["--users", "1"]));
    succeeds(&quickstart.change(SYNC));
    quickstart.simulator.advance_clock("2h");
    let object_id = quickstart.state(APPLICATION)["object_id"].clone();
    let path = format!("applications/{}", object_id.as_str().expect("an id"));
    quickstart.graph(Method::DELETE, &path, None);
    drop((quickstart.take(APPLICATION), quickstart.take(CONSENT)));
    synchronization_of_an_application_to_come(&mut quickstart);
    let planned = planned_as_new(&mut quickstart, SYNC);
    assert!(!planned.messages.to_string().contains(SYNCHRONIZATION), "{}", planned.messages);

    // It is gone for good.
    quickstart.graph(Method::DELETE, &path.replace("applications", "directory/deletedItems"), None);
    quickstart.restart();
    let planned = quickstart.plan(SYNC);
    import_in(&planned.messages, SYNCHRONIZATION);
}
