//! Applications of a tenant: what they ask for, what they were granted, and their keys without what opens anything.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::directory::application::Application;
use crate::directory::entity::Entity as _;
use crate::directory::resources::{self, Resource};
use crate::directory::tenant::Tenant;
use crate::essentials::organization::Organization;

/// Applications that are shown; those of a sync come first.
const SHOWN: usize = 20;

/// A permission by what it is on, its kind and its name.
type Permission = (String, &'static str, String);

/// Those that the organization's sync names first, and those that the simulator itself signs in with last.
pub(super) fn all(tenant: &Tenant, organization: Option<&Organization>) -> Value {
    let settings = organization.and_then(|organization| organization.settings.as_ref());
    let key = settings.map_or("", |settings| settings.ad_key.as_str());
    let used = settings.map_or("", |settings| settings.application_id.as_str());
    let is_own = |application: &Application| {
        [&tenant.automation, &tenant.reader].iter().any(|one| one.client_id == application.app_id())
    };
    let mut applications: Vec<&Application> = tenant.applications.iter().map(AsRef::as_ref).collect();
    applications.sort_by_key(|one| (one.app_id() != used, is_own(one), one.text("displayName").to_owned()));
    let total = applications.len();
    let shown = applications.into_iter().take(SHOWN);
    let shown =
        shown.map(|one| shown_with(tenant, one, is_own(one), if one.app_id() == used { key } else { "" }));
    json!({ "total": total, "shown": shown.collect::<Vec<_>>() })
}

fn shown_with(tenant: &Tenant, application: &Application, is_own: bool, key: &str) -> Value {
    let principal = tenant.service_principals.iter().find(|one| one.app_id() == application.app_id());
    let asked = asked(application);
    let granted = principal.map(|principal| granted(tenant, principal.id())).unwrap_or_default();
    let permissions: Vec<Value> = asked
        .union(&granted)
        .map(|permission| {
            json!({
                "on": permission.0, "kind": permission.1, "name": permission.2,
                "asked": asked.contains(permission), "granted": granted.contains(permission),
            })
        })
        .collect();
    let keys = application.list("passwordCredentials").iter().map(|listed| {
        let id = listed["keyId"].as_str().unwrap_or_default();
        let held = !key.is_empty() && application.secrets.get(id).is_some_and(|secret| secret.text == key);
        shown_key("secret", listed, held)
    });
    let certificates =
        application.list("keyCredentials").iter().map(|key| shown_key("certificate", key, false));
    json!({
        "name": application.text("displayName"), "client_id": application.app_id(), "id": application.id(),
        "own": is_own, "principal": principal.map(|principal| principal.id()),
        "enabled": principal.is_none_or(|principal| principal.enabled()),
        "permissions": permissions,
        "keys": keys.chain(certificates).collect::<Vec<_>>(),
        "federated": application.federated.iter().map(|one| one.document.get("name")).collect::<Vec<_>>(),
    })
}

/// Without the hint, which is the beginning of the secret.
fn shown_key(kind: &str, key: &Value, held: bool) -> Value {
    json!({
        "kind": kind, "id": key["keyId"], "name": key["displayName"], "ends": key["endDateTime"],
        "held": held,
    })
}

/// What the registration asks for.
fn asked(application: &Application) -> BTreeSet<Permission> {
    let mut asked = BTreeSet::new();
    for resource in application.list("requiredResourceAccess") {
        let app_id = resource["resourceAppId"].as_str().unwrap_or_default();
        let published = resources::published(app_id);
        for access in resource["resourceAccess"].as_array().into_iter().flatten() {
            let id = access["id"].as_str().unwrap_or_default();
            let kind = if access["type"] == "Role" { "application" } else { "delegated" };
            let name = published.and_then(|resource| value(resource, kind, id));
            let on = published.map_or(app_id, |resource| resource.display_name);
            asked.insert((on.to_owned(), kind, name.unwrap_or_else(|| id.to_owned())));
        }
    }
    asked
}

fn value(resource: &Resource, kind: &str, id: &str) -> Option<String> {
    if kind == "application" {
        return resource.role_value(id).map(str::to_owned);
    }
    resource.scope_value(id).map(str::to_owned)
}

/// What was granted to its principal for the whole tenant.
fn granted(tenant: &Tenant, principal: &str) -> BTreeSet<Permission> {
    let names: BTreeMap<&str, &str> =
        tenant.service_principals.iter().map(|one| (one.id(), one.text("displayName"))).collect();
    let on = |id: &str| names.get(id).copied().unwrap_or(id).to_owned();
    let mut granted = BTreeSet::new();
    for grant in tenant.grants.iter().filter(|grant| grant.client_id == principal) {
        for scope in grant.scope.as_deref().unwrap_or_default().split_whitespace() {
            granted.insert((on(&grant.resource_id), "delegated", scope.to_owned()));
        }
    }
    for assignment in tenant.app_role_assignments.iter().filter(|one| one.principal_id == principal) {
        let resource = tenant.service_principals.get(&assignment.resource_id);
        let role = resource.and_then(|resource| resource.role_value(&assignment.app_role_id));
        let role = role.unwrap_or_else(|| assignment.app_role_id.clone());
        granted.insert((on(&assignment.resource_id), "application", role));
    }
    granted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::desk::Desk;

    #[test]
    fn permissions_have_names_and_tell_whether_they_are_granted() {
        let mut desk = Desk::new();
        let (id, app_id) = desk.register("sync");
        let graph = resources::microsoft_graph();
        let [read, write] =
            ["Directory.Read.All", "Directory.ReadWrite.All"].map(|name| graph.role_id(name).unwrap());
        let access = json!([{ "resourceAppId": graph.app_id, "resourceAccess": [
            { "id": read, "type": "Role" },
            { "id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d", "type": "Scope" },
        ] }]);
        let changed =
            desk.patch(&format!("/applications/{id}"), &json!({ "requiredResourceAccess": access }));
        assert_eq!(changed.status, 204, "{}", changed.value());
        let (principal, resource) = (desk.principal(&app_id), desk.graph());
        for role in [read, write] {
            let body = json!({ "principalId": principal, "resourceId": resource, "appRoleId": role });
            let granted = desk.post(&format!("/servicePrincipals/{principal}/appRoleAssignments"), &body);
            assert_eq!(granted.status, 201, "{}", granted.value());
        }
        let secret =
            desk.post(&format!("/applications/{id}/addPassword"), &json!({ "passwordCredential": {} }));
        let text = secret.text("/secretText");
        let shown = all(&desk.world.tenants[0], None);
        assert_eq!(shown["total"], 3);
        let sync = &shown["shown"][0];
        assert_eq!((&sync["name"], &sync["own"]), (&json!("sync"), &json!(false)));
        let permissions: Vec<String> =
            sync["permissions"].as_array().unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(permissions.len(), 3, "{permissions:#?}");
        let told = |name: &str, asked: bool, granted: bool| {
            let found = sync["permissions"].as_array().unwrap().iter().find(|one| one["name"] == name);
            let found = found.unwrap_or_else(|| panic!("{name}: {permissions:#?}"));
            assert_eq!((&found["asked"], &found["granted"]), (&json!(asked), &json!(granted)), "{name}");
        };
        told("Directory.Read.All", true, true);
        told("Directory.ReadWrite.All", false, true);
        told("User.Read", true, false);
        assert_eq!(sync["keys"].as_array().unwrap().len(), 1);
        assert!(!shown.to_string().contains(&text) && !shown.to_string().contains("hint"));
    }
}
