//! Identities for the provider to sign in as.

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::simulator::Simulator;

const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// Makes an application that holds exactly these application permissions of Microsoft Graph; gives its client id and secret.
pub(crate) fn application_with<'a>(
    simulator: &Simulator,
    permissions: impl IntoIterator<Item = &'a str>,
) -> (String, String) {
    let post = |path: &str, body: Json| simulator.graph_done(Method::POST, path, Some(&body));
    let text = |answer: &Json, name: &str| answer[name].as_str().expect(name).to_owned();
    let application = post("applications", json!({ "displayName": "An identity of a test" }));
    let client_id = text(&application, "appId");
    let password = format!("applications/{}/addPassword", text(&application, "id"));
    let secret = text(&post(&password, json!({})), "secretText");
    let principal = text(&post("servicePrincipals", json!({ "appId": client_id })), "id");
    let api = format!("servicePrincipals(appId='{GRAPH}')?$select=id,appRoles");
    let api = simulator.graph_done(Method::GET, &api, None);
    let roles = api["appRoles"].as_array().expect("roles");
    for permission in permissions {
        let role = roles.iter().find(|role| role["value"] == permission);
        let role = role.unwrap_or_else(|| panic!("Graph has no permission {permission}"));
        let grant = json!({ "principalId": principal, "resourceId": api["id"], "appRoleId": role["id"] });
        post(&format!("servicePrincipals/{principal}/appRoleAssignments"), grant);
    }
    (client_id, secret)
}
