//! Creating and changing application registrations.

use serde_json::{Map, Value, json};

use super::applications;
use super::authorize::Reach;
use super::call::Call;
use super::errors::{Failure, Outcome};
use super::passwords;
use crate::directory::application;
use crate::directory::application::Application;
use crate::directory::entity::Entity;
use crate::directory::ids::is_guid;
use crate::directory::key::Key;
use crate::directory::lookup;
use crate::graph::references;
use crate::server::exchange::Answer;
use crate::state::lags::Kind;

/// What a client may send; all else is computed or unknown.
const WRITABLE: &[&str] = &[
    "addIns",
    "api",
    "appRoles",
    "authenticationBehaviors",
    "defaultRedirectUri",
    "description",
    "displayName",
    "groupMembershipClaims",
    "identifierUris",
    "info",
    "isDeviceOnlyAuthSupported",
    "isDisabled",
    "isFallbackPublicClient",
    "keyCredentials",
    "nativeAuthenticationApisEnabled",
    "notes",
    "oauth2RequirePostResponse",
    "optionalClaims",
    "parentalControlSettings",
    "publicClient",
    "requestSignatureVerification",
    "requiredResourceAccess",
    "samlMetadataUrl",
    "serviceManagementReference",
    "servicePrincipalLockConfiguration",
    "signInAudience",
    "spa",
    "tags",
    "tokenEncryptionKeyId",
    "uniqueName",
    "web",
];

const AUDIENCES: [&str; 4] =
    ["AzureADMyOrg", "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"];

pub(crate) fn create(call: &mut Call<'_>) -> Outcome {
    let reach = call.allow("POST", "/applications")?;
    let body = call.body()?;
    create_from(call, reach, body)
}

fn create_from(call: &mut Call<'_>, reach: Reach, mut body: Map<String, Value>) -> Outcome {
    if !body.contains_key("displayName") {
        return Err(Failure::bad(
            "A value is required for property 'displayName' of resource 'Application'.",
        )
        .detail("MissingValue", "displayName"));
    }
    let bound = references::bound(call, body.remove("owners@odata.bind"))?;
    let asked_passwords = match body.remove("passwordCredentials") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(asked)) => asked,
        Some(_) => return Err(Failure::invalid_value("passwordCredentials")),
    };
    let (id, app_id, created) = (call.guid(), call.guid(), call.timestamp());
    let domain = call.tenant().domain.clone();
    let mut application = Application {
        document: application::blank(&id, &app_id, &created, Some(&call.caller.app_id), &domain),
        owners: bound,
        ..Application::default()
    };
    apply(call, &mut application, body)?;
    if reach == Reach::Owned && !application.owners.contains(&call.caller.object_id) {
        application.owners.push(call.caller.object_id.clone());
    }
    let mut shown = Vec::new();
    for asked in asked_passwords {
        let asked = asked.as_object().cloned().unwrap_or_default();
        shown.push(passwords::issue_for_application(call, &mut application, &asked)?);
    }
    let (now, settles) = (call.now, call.settles(Kind::Application));
    // A creation is no write that a following one could collide with.
    application.last_write = None;
    application.keys_before = None;
    let mut answered = application.clone();
    call.tenant_mut().applications.put(&id, application, now, settles);
    if !shown.is_empty() {
        answered.document.insert("passwordCredentials".to_owned(), Value::Array(shown));
    }
    call.object(201, "applications", &answered, Application::DEFAULT)
}

/// PATCH; with an alternate key and `Prefer: create-if-missing` it creates what is not there.
pub(crate) fn update(call: &mut Call<'_>, key: &Key) -> Outcome {
    let reach = call.allow("PATCH", "/applications/{id}")?;
    let mut body = call.body()?;
    let create_if_missing = call
        .request
        .header("prefer")
        .is_some_and(|prefer| prefer.to_ascii_lowercase().contains("create-if-missing"));
    if let Key::Alternate(name, value) = key
        && create_if_missing
        && name == "uniqueName"
        && lookup::find_application(call.tenant(), key).is_none()
    {
        body.insert("uniqueName".to_owned(), Value::from(value.as_str()));
        let reach = call.allow("POST", "/applications")?;
        return create_from(call, reach, body);
    }
    let current = applications::target(call, key)?;
    call.owned(reach, &current.owners)?;
    applications::concurrency(call, &current)?;
    let mut application = Application::clone(&current);
    apply(call, &mut application, call.changes(current.id())?)?;
    applications::store(call, application);
    Ok(Answer::empty(204))
}

/// Puts the properties of a body into an application, or refuses them all.
fn apply(call: &Call<'_>, application: &mut Application, body: Map<String, Value>) -> Outcome<()> {
    for (name, value) in body {
        if name.starts_with("@odata.") {
            continue;
        }
        if name == "passwordCredentials" {
            return Err(Failure::bad(
                "Updates to passwordCredentials via PATCH are not supported; use addPassword.",
            ));
        }
        if !WRITABLE.contains(&name.as_str()) {
            let known = Application::PROPERTIES.contains(&name.as_str());
            let fault = if known { "is read-only and cannot be set" } else { "is invalid" };
            return Err(Failure::bad(format!("Property '{name}' {fault}.")));
        }
        check(call, application, &name, &value)?;
        let merged = match (application.document.remove(&name), value) {
            (Some(Value::Object(old)), Value::Object(new)) => Value::Object(merge(old, new)),
            (Some(Value::Array(_)), Value::Null) => return Err(Failure::invalid_value(&name)),
            (_, new) => new,
        };
        application.document.insert(name, merged);
    }
    audience_fits_its_tokens(application)?;
    if let Some(Value::Object(web)) = application.document.get_mut("web") {
        let uris = web.get("redirectUris").and_then(Value::as_array).cloned().unwrap_or_default();
        let settings = uris.iter().map(|uri| json!({ "uri": uri, "index": null })).collect();
        web.insert("redirectUriSettings".to_owned(), Value::Array(settings));
    }
    Ok(())
}

/// Personal accounts get tokens of version 2 only, and the application has to say that it takes them.
fn audience_fits_its_tokens(application: &Application) -> Outcome<()> {
    let personal = application.text("signInAudience").contains("Personal");
    let version = application.document.get("api").and_then(|api| api.get("requestedAccessTokenVersion"));
    if personal && version.and_then(Value::as_u64) != Some(2) {
        return Err(Failure::bad("Property api.requestedAccessTokenVersion is invalid."));
    }
    Ok(())
}

/// A complex property keeps the members that a PATCH does not name.
fn merge(mut old: Map<String, Value>, new: Map<String, Value>) -> Map<String, Value> {
    for (name, value) in new {
        let merged = match (old.remove(&name), value) {
            (Some(Value::Object(old)), Value::Object(new)) => Value::Object(merge(old, new)),
            (_, new) => new,
        };
        old.insert(name, merged);
    }
    old
}

fn check(call: &Call<'_>, application: &Application, name: &str, value: &Value) -> Outcome<()> {
    let invalid = || Failure::invalid_value(name);
    match name {
        "displayName" => {
            let length = value.as_str().ok_or_else(invalid)?.chars().count();
            if length == 0 || length > 256 {
                return Err(invalid());
            }
        }
        "description"
        | "notes"
        | "groupMembershipClaims"
        | "serviceManagementReference"
        | "defaultRedirectUri"
        | "samlMetadataUrl" => {
            if !(value.is_null() || value.is_string()) {
                return Err(invalid());
            }
            if name == "description" && value.as_str().is_some_and(|text| text.chars().count() > 1024) {
                return Err(invalid());
            }
        }
        "signInAudience" if !value.as_str().is_some_and(|audience| AUDIENCES.contains(&audience)) => {
            return Err(invalid());
        }
        "tags" | "identifierUris" => strings(value).map(|_| ()).ok_or_else(invalid)?,
        "web" | "spa" | "publicClient" => redirect_uris(value).ok_or_else(invalid)?,
        "requiredResourceAccess" => required_resource_access(value)?,
        "keyCredentials" => {
            let keys = value.as_array().ok_or_else(invalid)?;
            if !keys.iter().all(Value::is_object) {
                return Err(invalid());
            }
        }
        "uniqueName" => unique_name(call, application, value)?,
        _ => {}
    }
    if name == "identifierUris" {
        for uri in strings(value).unwrap_or_default() {
            let taken = call.tenant().applications.iter().any(|other| {
                other.id() != application.id()
                    && other.list("identifierUris").iter().any(|known| known == uri)
            });
            if taken {
                return Err(conflict("identifierUris"));
            }
        }
    }
    Ok(())
}

fn strings(value: &Value) -> Option<Vec<&str>> {
    value.as_array()?.iter().map(Value::as_str).collect()
}

/// Redirect URIs are absolute.
fn redirect_uris(value: &Value) -> Option<()> {
    let object = value.as_object()?;
    let Some(uris) = object.get("redirectUris") else { return Some(()) };
    strings(uris)?.iter().all(|uri| url::Url::parse(uri).is_ok()).then_some(())
}

/// At most 50 resources and 400 permissions; ids are not looked up anywhere.
fn required_resource_access(value: &Value) -> Outcome<()> {
    let invalid = || Failure::invalid_value("requiredResourceAccess");
    let resources = value.as_array().ok_or_else(invalid)?;
    let mut permissions = 0;
    for resource in resources {
        resource.get("resourceAppId").and_then(Value::as_str).ok_or_else(invalid)?;
        let accesses = resource.get("resourceAccess").and_then(Value::as_array).ok_or_else(invalid)?;
        permissions += accesses.len();
        for access in accesses {
            let id = access.get("id").and_then(Value::as_str).ok_or_else(invalid)?;
            let kind = access.get("type").and_then(Value::as_str).ok_or_else(invalid)?;
            if !is_guid(id) || !["Scope", "Role"].contains(&kind) {
                return Err(invalid());
            }
        }
    }
    if resources.len() > 50 || permissions > 400 {
        return Err(invalid());
    }
    Ok(())
}

/// Set once, never changed; a soft-deleted application keeps its name until it is purged.
fn unique_name(call: &Call<'_>, application: &Application, value: &Value) -> Outcome<()> {
    let current = application.text("uniqueName");
    let wanted = match value {
        Value::Null if current.is_empty() => return Ok(()),
        Value::String(wanted) if !wanted.is_empty() => wanted.as_str(),
        _ => return Err(Failure::invalid_value("uniqueName")),
    };
    if !current.is_empty() {
        if current == wanted {
            return Ok(());
        }
        return Err(Failure::bad("Property 'uniqueName' is read-only and cannot be set."));
    }
    let tenant = call.tenant();
    let taken = tenant
        .applications
        .iter()
        .chain(tenant.deleted_applications.iter())
        .any(|other| other.id() != application.id() && other.text("uniqueName") == wanted);
    if taken { Err(conflict("uniqueName")) } else { Ok(()) }
}

fn conflict(property: &'static str) -> Failure {
    Failure::bad(format!("Another object with the same value for property {property} already exists."))
        .detail("ObjectConflict", property)
}

#[cfg(test)]
mod tests {
    use super::super::desk::Desk;
    use serde_json::json;

    #[test]
    fn personal_accounts_need_tokens_of_version_two() {
        let mut desk = Desk::new();
        let (id, _) = desk.register("app");
        let address = format!("/applications/{id}");
        for audience in ["AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"] {
            let plain = json!({ "displayName": "x", "signInAudience": audience });
            let refused = desk.post("/applications", &plain);
            assert_eq!(refused.status, 400);
            assert!(refused.text("/error/message").contains("requestedAccessTokenVersion"));
            assert_eq!(desk.patch(&address, &json!({ "signInAudience": audience })).status, 400);
            let told = json!({
                "displayName": "x", "signInAudience": audience, "api": { "requestedAccessTokenVersion": 2 },
            });
            assert_eq!(desk.post("/applications", &told).status, 201);
        }
        assert_eq!(desk.get(&address).text("/signInAudience"), "AzureADMyOrg");
    }
}
