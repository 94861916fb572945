//! What the permissions guide lists is enough: identities that hold exactly that and nothing else.

use std::collections::BTreeSet;

use proofpoint_provider::provider_block::permissions;
use serde_json::json;
use tokio::runtime::Runtime;

use crate::support::by_hand::principal_of;
use crate::support::plugin::Start;
use crate::support::plugin::calls::Messages;
use crate::support::plugin::succeeds;
use crate::support::quickstart::{APPLICATION, CONSENT, Quickstart};
use crate::support::sign_in;
use crate::support::simulator::Simulator;

const PREVIEW: &str = "proofpoint_azure_sync_preview";

/// Lets the provider sign in as an identity that holds exactly these application permissions.
fn sign_in_with(quickstart: &mut Quickstart, permissions: &[&str]) {
    let held = permissions.iter().copied();
    let (client_id, secret) = sign_in::application_with(&quickstart.simulator, held);
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
        let replaced = quickstart.state(APPLICATION)["object_id"].clone();
        assert_ne!(replaced, before, "purged and made anew by the run that destroyed it");
        quickstart.simulator.assert_every_route_was_known();
    }
}

#[test]
fn owners_are_managed_by_each_permission_that_is_listed_for_them_and_an_application_without_needs_no_more() {
    let start =
        || Quickstart::start(Simulator::start(&["--users", "1", "--mood", "owners_readers=documented"]));
    for way in ways(APPLICATION, "with `owners`") {
        let mut quickstart = start();
        let owner = principal_of(&quickstart.simulator, &quickstart.simulator.tenant().client_id);
        sign_in_with(&mut quickstart, &way);
        quickstart.write(APPLICATION, &json!({ "owners": [owner] }));
        succeeds(&quickstart.change(APPLICATION));
        quickstart.restart();
        let planned = quickstart.plan(APPLICATION);
        succeeds(&planned.messages);
        assert_eq!(planned.state, quickstart.state(APPLICATION), "{way:?}");
    }
    let mut quickstart = start();
    sign_in_with(&mut quickstart, &["Application.ReadWrite.OwnedBy"]);
    succeeds(&quickstart.change(APPLICATION));
    let before = quickstart.state(APPLICATION)["object_id"].clone();
    quickstart.forget_all();
    quickstart.restart();
    succeeds(&quickstart.change(APPLICATION));
    assert_eq!(quickstart.state(APPLICATION)["object_id"], before, "an interrupted create is finished");
}

#[test]
fn an_application_that_was_destroyed_is_restored_by_what_is_listed_for_that() {
    for mut way in ways(APPLICATION, "to find one that was destroyed") {
        let restore = ways(APPLICATION, "to restore it").swap_remove(0);
        way.extend(restore);
        let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
        sign_in_with(&mut quickstart, &way);
        succeeds(&quickstart.change(APPLICATION));
        let before = quickstart.state(APPLICATION)["object_id"].clone();
        quickstart.destroy_one(APPLICATION);
        quickstart.restart();
        succeeds(&quickstart.change(APPLICATION));
        assert_eq!(quickstart.state(APPLICATION)["object_id"], before, "{way:?}");
    }
}

#[test]
fn an_application_that_was_destroyed_is_found_by_no_less_and_the_error_says_by_what() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    sign_in_with(&mut quickstart, &["Application.ReadWrite.OwnedBy"]);
    quickstart.write(APPLICATION, &json!({ "timeouts": { "create": "8s" } }));
    succeeds(&quickstart.change(APPLICATION));
    quickstart.destroy_one(APPLICATION);
    quickstart.restart();
    let said = quickstart.change(APPLICATION);
    let refusal = said.expect_error();
    let found = "It needs `Application.Read.All` or `Application.ReadWrite.All` or `Directory.Read.All`";
    assert!(refusal.path == "unique_name" && refusal.detail.contains(found), "{refusal}");
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

/// Reads the report as an identity that holds exactly these permissions.
fn preview(simulator: &Simulator, runtime: &Runtime, permissions: &BTreeSet<&str>) -> Messages {
    let (client_id, secret) = sign_in::application_with(simulator, permissions.iter().copied());
    let mut environment = simulator.environment();
    environment.insert("ARM_CLIENT_ID".to_owned(), client_id);
    environment.insert("ARM_CLIENT_SECRET".to_owned(), secret);
    runtime.block_on(async {
        let plugin = Start::plain(&environment).run().await;
        plugin.configure(json!({})).await.expect_none();
        let (state, said) = plugin.data(PREVIEW, json!({ "domain": simulator.tenant().domain })).await;
        assert!(!said.0.is_empty() || state["report"]["counts"]["adding"] == 3, "{state}");
        said
    })
}

#[test]
fn a_report_needs_the_permissions_that_are_listed_for_it_and_no_more() {
    let simulator = Simulator::start(&["--plain"]);
    let runtime = Runtime::new().expect("a runtime");
    let lists = || permissions::of(&format!("data.{PREVIEW}")).iter().flat_map(|(_, need)| need.permissions);
    let first: BTreeSet<&str> = lists().filter_map(|any_of| any_of.first().copied()).collect();
    let last: BTreeSet<&str> = lists().filter_map(|any_of| any_of.last().copied()).collect();
    for held in [first, last, ["User.Read.All", "GroupMember.Read.All", "Directory.Read.All"].into()] {
        let said = preview(&simulator, &runtime, &held);
        assert!(said.0.is_empty(), "with {held:?}: {said}");
    }
    for (held, missing) in [
        (["Group.Read.All", "Organization.Read.All"].into(), "`User.Read.All`"),
        (["User.Read.All", "Organization.Read.All"].into(), "`Group.Read.All`"),
        (
            ["User.Read.All", "GroupMember.Read.All", "Organization.Read.All"].into(),
            "`Group.Read.All` or `Dir",
        ),
        (["User.ReadBasic.All", "Group.Read.All", "Organization.Read.All"].into(), "`User.Read.All`"),
    ] {
        let said = preview(&simulator, &runtime, &held);
        assert!(said.expect_error().detail.contains(missing), "with {held:?}: {said}");
    }
    simulator.assert_every_route_was_known();
}
