//! Creating, changing and removing service principals.

use serde_json::{Map, Value};

use super::authorize::Reach;
use super::call::Call;
use super::errors::{Failure, Outcome};
use super::service_principals::{store, target};
use crate::directory::entity::Entity;
use crate::directory::key::Key;
use crate::directory::lookup;
use crate::directory::resources;
use crate::directory::service_principal::ServicePrincipal;
use crate::directory::service_principal::from_application;
use crate::directory::service_principal::from_resource;
use crate::graph::references;
use crate::moods::FreshApplication;
use crate::server::exchange::Answer;
use crate::state::lags::Kind;

/// What a client may send besides `appId`.
const WRITABLE: &[&str] = &[
    "accountEnabled",
    "addIns",
    "alternativeNames",
    "appRoleAssignmentRequired",
    "appRoles",
    "description",
    "displayName",
    "homepage",
    "info",
    "isDisabled",
    "keyCredentials",
    "loginUrl",
    "logoutUrl",
    "notes",
    "notificationEmailAddresses",
    "oauth2PermissionScopes",
    "preferredSingleSignOnMode",
    "preferredTokenSigningKeyThumbprint",
    "replyUrls",
    "samlSingleSignOnSettings",
    "servicePrincipalNames",
    "tags",
    "tokenEncryptionKeyId",
];

pub(crate) fn create(call: &mut Call<'_>) -> Outcome {
    let reach = call.allow("POST", "/servicePrincipals")?;
    let body = call.body()?;
    create_from(call, reach, body)
}

fn create_from(call: &mut Call<'_>, reach: Reach, mut body: Map<String, Value>) -> Outcome {
    let Some(Value::String(app_id)) = body.remove("appId") else {
        return Err(Failure::bad("A value is required for property 'appId' of resource 'ServicePrincipal'.")
            .detail("MissingValue", "appId"));
    };
    let bound = references::bound(call, body.remove("owners@odata.bind"))?;
    let mut principal = backing(call, reach, &app_id)?;
    let taken =
        lookup::find_principal(call.tenant(), &Key::Alternate("appId".to_owned(), app_id.clone())).is_some();
    if taken {
        let message = format!(
            "The service principal cannot be created, updated, or restored because the service principal name {app_id} is already in use."
        );
        return Err(Failure::new(409, "Request_MultipleObjectsWithSameKeyValue", message)
            .detail("ObjectConflict", "servicePrincipalNames"));
    }
    principal.owners = bound;
    if reach == Reach::Owned && !principal.owners.contains(&call.caller.object_id) {
        principal.owners.push(call.caller.object_id.clone());
    }
    apply(&mut principal, body)?;
    let (now, settles) = (call.now, call.settles(Kind::Principal));
    let id = principal.id().to_owned();
    let answer = call.object(201, "servicePrincipals", &principal, ServicePrincipal::DEFAULT)?;
    call.tenant_mut().service_principals.put(&id, principal, now, settles);
    Ok(answer)
}

/// Whether the application exists, though not everywhere yet.
fn find_application(call: &Call<'_>, key: &Key) -> bool {
    lookup::find_application(call.tenant(), key).is_some()
}

const NOT_LOCAL: &str = "When using this permission, the backing application of the service principal being created must in the local tenant";

/// The principal that an application or a published resource gets in this tenant.
fn backing(call: &mut Call<'_>, reach: Reach, app_id: &str) -> Outcome<ServicePrincipal> {
    let key = Key::Alternate("appId".to_owned(), app_id.to_owned());
    let (id, created, creator) = (call.guid(), call.timestamp(), call.caller.app_id.clone());
    let tenant = call.tenant();
    let local = lookup::find_application(tenant, &key)
        .filter(|application| tenant.applications.reached(application.id(), call.now));
    if reach == Reach::Owned && !local.is_some_and(|local| local.owners.contains(&call.caller.object_id)) {
        return Err(Failure::new(403, "Authorization_RequestDenied", NOT_LOCAL));
    }
    if let Some(application) = local {
        return Ok(from_application(application, &id, &tenant.id, &created, &creator));
    }
    if let Some(resource) = resources::published(app_id) {
        return Ok(from_resource(resource, &id, &created));
    }
    let foreign = call.world.tenants.iter().find_map(|home| {
        let application = lookup::find_application(home, &key)?;
        (application.text("signInAudience") != "AzureADMyOrg").then(|| (home.id.clone(), application.clone()))
    });
    let late = find_application(call, &key);
    match foreign {
        None if late && call.world.moods.fresh_application_refusal == FreshApplication::Forbidden => {
            Err(Failure::new(403, "Authorization_RequestDenied", NOT_LOCAL))
        }
        Some((home, application)) => Ok(from_application(&application, &id, &home, &created, &creator)),
        None => Err(Failure::bad(format!(
            "The appId '{app_id}' of the service principal does not reference a valid application object."
        ))
        .detail("NoBackingApplicationObject", "appId")),
    }
}

pub(crate) fn update(call: &mut Call<'_>, key: &Key) -> Outcome {
    let reach = call.allow("PATCH", "/servicePrincipals/{id}")?;
    let mut body = call.body()?;
    let create_if_missing = call
        .request
        .header("prefer")
        .is_some_and(|prefer| prefer.to_ascii_lowercase().contains("create-if-missing"));
    if let Key::Alternate(name, app_id) = key
        && create_if_missing
        && name == "appId"
        && lookup::find_principal(call.tenant(), key).is_none()
    {
        body.insert("appId".to_owned(), Value::from(app_id.as_str()));
        let reach = call.allow("POST", "/servicePrincipals")?;
        return create_from(call, reach, body);
    }
    let mut principal = target(call, key)?;
    call.owned(reach, &principal.owners)?;
    let changes = call.changes(principal.id())?;
    apply(&mut principal, changes)?;
    store(call, principal);
    Ok(Answer::empty(204))
}

fn apply(principal: &mut ServicePrincipal, body: Map<String, Value>) -> Outcome<()> {
    for (name, value) in body {
        if name.starts_with("@odata.") {
            continue;
        }
        if !WRITABLE.contains(&name.as_str()) {
            let known = ServicePrincipal::PROPERTIES.contains(&name.as_str());
            let fault = if known { "is read-only and cannot be set" } else { "is invalid" };
            return Err(Failure::bad(format!("Property '{name}' {fault}.")));
        }
        let fits = match name.as_str() {
            "accountEnabled" | "appRoleAssignmentRequired" => value.is_boolean(),
            "tags"
            | "alternativeNames"
            | "servicePrincipalNames"
            | "replyUrls"
            | "notificationEmailAddresses" => {
                value.as_array().is_some_and(|items| items.iter().all(Value::is_string))
            }
            "description" | "notes" | "homepage" | "loginUrl" | "logoutUrl" => {
                value.is_null() || value.is_string()
            }
            _ => true,
        };
        if !fits {
            return Err(Failure::invalid_value(&name));
        }
        if name == "tags" {
            let inherited: Vec<Value> =
                shown_tags(principal).into_iter().filter(|tag| !principal.own_tags.contains(tag)).collect();
            principal.own_tags = value.as_array().cloned().unwrap_or_default();
            let mut all = principal.own_tags.clone();
            all.extend(inherited.into_iter().filter(|tag| !principal.own_tags.contains(tag)));
            principal.document.insert(name, Value::Array(all));
        } else {
            principal.document.insert(name, value);
        }
    }
    Ok(())
}

fn shown_tags(principal: &ServicePrincipal) -> Vec<Value> {
    principal.document.get("tags").and_then(Value::as_array).cloned().unwrap_or_default()
}

pub(crate) fn delete(call: &mut Call<'_>, key: &Key) -> Outcome {
    let reach = call.allow("DELETE", "/servicePrincipals/{id}")?;
    let principal = target(call, key)?;
    call.owned(reach, &principal.owners)?;
    soft_delete(call, principal);
    Ok(Answer::empty(204))
}

/// Deleting an application takes its principal in the home tenant along.
pub(crate) fn delete_with_application(call: &mut Call<'_>, app_id: &str) {
    let key = Key::Alternate("appId".to_owned(), app_id.to_owned());
    if let Some(principal) =
        lookup::find_principal(call.tenant(), &key).map(|principal| ServicePrincipal::clone(principal))
    {
        soft_delete(call, principal);
    }
}

/// What was granted to the principal, or to others on it, goes with it.
fn soft_delete(call: &mut Call<'_>, mut principal: ServicePrincipal) {
    let (now, settles, deleted) = (call.now, call.settles(Kind::Principal), call.timestamp());
    let (of_grants, of_assignments, items) =
        (call.settles(Kind::Grant), call.settles(Kind::RoleAssignment), call.settles(Kind::Deleted));
    let id = principal.id().to_owned();
    let tenant = call.tenant_mut();
    let grants: Vec<String> = tenant
        .grants
        .iter()
        .filter(|grant| grant.client_id == id || grant.resource_id == id)
        .map(|grant| grant.id.clone())
        .collect();
    for grant in grants {
        tenant.grants.remove(&grant, now, of_grants);
    }
    let assignments: Vec<String> = tenant
        .app_role_assignments
        .iter()
        .filter(|assignment| assignment.principal_id == id || assignment.resource_id == id)
        .map(|assignment| assignment.id.clone())
        .collect();
    for assignment in assignments {
        tenant.app_role_assignments.remove(&assignment, now, of_assignments);
    }
    tenant.service_principals.remove(&id, now, settles);
    principal.document.insert("deletedDateTime".to_owned(), Value::from(deleted));
    tenant.deleted_service_principals.put(&id, principal, now, items);
}

#[cfg(test)]
mod tests {
    use super::super::desk::Desk;
    use serde_json::json;

    #[test]
    fn a_principal_takes_its_own_id_in_a_change_and_refuses_another() {
        let mut desk = Desk::new();
        let (other, app_id) = desk.register("app");
        let id = desk.post("/servicePrincipals", &json!({ "appId": app_id })).text("/id");
        let address = format!("/servicePrincipals/{id}");
        assert_eq!(desk.patch(&address, &json!({ "id": id, "notes": "told" })).status, 204);
        assert_eq!(desk.get(&address).text("/notes"), "told");
        assert_eq!(desk.patch(&address, &json!({ "id": other, "notes": "untold" })).status, 400);
        assert_eq!(desk.get(&address).text("/notes"), "told");
    }
}
