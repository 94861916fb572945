//! The permissions that the guide lists are those that are needed: an identity that holds them and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value as Json, json};
use terraform_provider_proofpoint::graph::{PermissionKind, permission_id};
use terraform_provider_proofpoint::provider::permissions;
use tokio::runtime::Runtime;

use crate::support::plugin::Start;
use crate::support::plugin::calls::Messages;
use crate::support::simulator::Simulator;

const PREVIEW: &str = "proofpoint_azure_sync_preview";

/// The environment of a provider that signs in as a new application with these permissions.
fn identity(simulator: &Simulator, permissions: &BTreeSet<&str>) -> BTreeMap<String, String> {
    let post = |path: &str, body: &Json| {
        let (status, answer) = simulator.graph(Method::POST, path, Some(body));
        assert!((200..300).contains(&status), "{path}: {answer}");
        answer
    };
    let text = |answer: &Json, member: &str| answer[member].as_str().expect(member).to_owned();
    let application = post("applications", &json!({ "displayName": "Reader" }));
    let client_id = text(&application, "appId");
    let principal = post("servicePrincipals", &json!({ "appId": client_id }));
    let password = format!("applications/{}/addPassword", text(&application, "id"));
    let secret = text(&post(&password, &json!({ "passwordCredential": {} })), "secretText");
    let graph = "servicePrincipals(appId='00000003-0000-0000-c000-000000000000')?$select=id";
    let graph = simulator.graph(Method::GET, graph, None).1;
    for permission in permissions {
        let role = permission_id(PermissionKind::Application, permission).expect("a permission");
        let assignment =
            json!({ "principalId": principal["id"], "resourceId": graph["id"], "appRoleId": role });
        post(&format!("servicePrincipals/{}/appRoleAssignments", text(&principal, "id")), &assignment);
    }
    let mut environment = simulator.environment();
    environment.insert("ARM_CLIENT_ID".to_owned(), client_id);
    environment.insert("ARM_CLIENT_SECRET".to_owned(), secret);
    environment
}

fn preview(simulator: &Simulator, runtime: &Runtime, permissions: &BTreeSet<&str>) -> Messages {
    let environment = identity(simulator, permissions);
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
    let lists = || permissions::of(PREVIEW).iter().flat_map(|(_, need)| need.permissions);
    let first: BTreeSet<&str> = lists().filter_map(|any_of| any_of.first().copied()).collect();
    let last: BTreeSet<&str> = lists().filter_map(|any_of| any_of.last().copied()).collect();
    for held in [first, last, ["User.Read.All", "GroupMember.Read.All"].into()] {
        let said = preview(&simulator, &runtime, &held);
        assert!(said.0.is_empty(), "with {held:?}: {said}");
    }
    for (held, missing) in [
        (["Group.Read.All", "Organization.Read.All"].into(), "`User.Read.All`"),
        (["User.Read.All", "Organization.Read.All"].into(), "`Group.Read.All`"),
        (["User.ReadBasic.All", "Group.Read.All", "Organization.Read.All"].into(), "`User.Read.All`"),
    ] {
        let said = preview(&simulator, &runtime, &held);
        assert!(said.expect_error().detail.contains(missing), "with {held:?}: {said}");
    }
    simulator.assert_every_route_was_known();
}
