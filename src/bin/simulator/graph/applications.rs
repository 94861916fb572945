//! Application registrations: what they hold and how they are shown.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::call::{Call, Key};
use super::entity::Entity;
use super::errors::{Failure, Outcome};
use super::listing;
use crate::server::exchange::Answer;
use crate::state::table::View;
use crate::state::tenant::Tenant;

/// A secret of an application or principal; Graph never shows its text again.
#[derive(Clone, Debug)]
pub(crate) struct HeldSecret {
    pub(crate) text: String,
    pub(crate) since: Timestamp,
}

/// A federated identity credential as Graph shows it, and since when it exists.
#[derive(Clone, Debug)]
pub(crate) struct Federated {
    pub(crate) document: Map<String, Value>,
    pub(crate) since: Timestamp,
}

/// An application registration.
#[derive(Clone, Debug, Default)]
pub(crate) struct Application {
    pub(crate) document: Map<String, Value>,
    /// Texts of its secrets, by key id.
    pub(crate) secrets: BTreeMap<String, HeldSecret>,
    pub(crate) federated: Vec<Federated>,
    /// Object ids.
    pub(crate) owners: Vec<String>,
    pub(crate) last_write: Option<Timestamp>,
    /// When the list of keys last changed, and what it was before.
    pub(crate) keys_before: Option<(Timestamp, Value)>,
}

impl Application {
    pub(crate) fn text(&self, property: &str) -> &str {
        self.document.get(property).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn app_id(&self) -> &str {
        self.text("appId")
    }

    pub(crate) fn list(&self, property: &str) -> &[Value] {
        self.document.get(property).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}

const PROPERTIES: &[&str] = &[
    "id",
    "deletedDateTime",
    "appId",
    "applicationTemplateId",
    "disabledByMicrosoftStatus",
    "createdByAppId",
    "createdDateTime",
    "displayName",
    "description",
    "groupMembershipClaims",
    "identifierUris",
    "isDeviceOnlyAuthSupported",
    "isDisabled",
    "isFallbackPublicClient",
    "nativeAuthenticationApisEnabled",
    "notes",
    "publisherDomain",
    "serviceManagementReference",
    "signInAudience",
    "tags",
    "tokenEncryptionKeyId",
    "uniqueName",
    "samlMetadataUrl",
    "defaultRedirectUri",
    "certification",
    "optionalClaims",
    "servicePrincipalLockConfiguration",
    "requestSignatureVerification",
    "addIns",
    "api",
    "appRoles",
    "info",
    "keyCredentials",
    "parentalControlSettings",
    "passwordCredentials",
    "publicClient",
    "requiredResourceAccess",
    "verifiedPublisher",
    "web",
    "spa",
    "oauth2RequirePostResponse",
    "authenticationBehaviors",
    "managerApplications",
];

impl Entity for Application {
    const TYPE: &'static str = "application";
    const PROPERTIES: &'static [&'static str] = PROPERTIES;
    const DEFAULT: &'static [&'static str] = PROPERTIES;

    fn id(&self) -> &str {
        self.text("id")
    }

    fn write(&self, property: &str, out: &mut Vec<u8>) {
        write_property(&self.document, property, out);
    }
}

/// A property of a document; what was never set is null.
pub(crate) fn write_property(document: &Map<String, Value>, property: &str, out: &mut Vec<u8>) {
    let start = out.len();
    if serde_json::to_writer(&mut *out, document.get(property).unwrap_or(&Value::Null)).is_err() {
        out.truncate(start);
        out.extend_from_slice(b"null");
    }
}

/// The application a path names, as the directory has it.
pub(crate) fn find<'a>(tenant: &'a Tenant, key: &Key) -> Option<&'a Arc<Application>> {
    match key {
        Key::Id(id) => tenant.applications.get(id),
        Key::Alternate(name, value) if ["appId", "uniqueName"].contains(&name.as_str()) => {
            tenant.applications.iter().find(|application| application.text(name) == value)
        }
        Key::Alternate(..) => None,
    }
}

/// The application that a write is for; one that has not reached every replica is not found yet.
pub(crate) fn target(call: &Call<'_>, key: &Key) -> Outcome<Arc<Application>> {
    find(call.tenant(), key)
        .filter(|application| call.tenant().applications.reached(application.id(), call.now))
        .cloned()
        .ok_or_else(|| Failure::not_found(key.shown()))
}

/// The application that a read sees.
pub(crate) fn seen(tenant: &Tenant, key: &Key, view: View) -> Option<Arc<Application>> {
    let found = match key {
        Key::Id(id) => tenant.applications.seen(id, view),
        Key::Alternate(name, value) if ["appId", "uniqueName"].contains(&name.as_str()) => {
            tenant.applications.seen_after(None, view).find(|application| application.text(name) == value)
        }
        Key::Alternate(..) => None,
    };
    found.cloned()
}

pub(crate) fn list(call: &Call<'_>) -> Outcome {
    call.allow("GET", "/applications")?;
    listing::table(call, "applications", &call.tenant().applications)
}

pub(crate) fn count(call: &Call<'_>) -> Outcome {
    call.allow("GET", "/applications/$count")?;
    listing::count(call, &call.tenant().applications)
}

pub(crate) fn get(call: &mut Call<'_>, key: &Key) -> Outcome {
    call.allow("GET", "/applications/{id}")?;
    let application = seen(call.tenant(), key, call.view).ok_or_else(|| Failure::not_found(key.shown()))?;
    let shown = as_read(call, application);
    call.object(200, "applications", shown.as_ref(), Application::DEFAULT)
}

/// What a read shows while the list of keys flaps between its old and its new state.
fn as_read(call: &mut Call<'_>, application: Arc<Application>) -> Arc<Application> {
    let mut shown = application;
    let window = call.world.behaviour.microsoft.key_flapping;
    if let Some((changed, before)) = &shown.keys_before
        && milliseconds_since(*changed, call.now) < window
    {
        let before = before.clone();
        if call.world.alternate() {
            Arc::make_mut(&mut shown).document.insert("passwordCredentials".to_owned(), before);
        }
    }
    let keys_selected =
        call.options.select.as_ref().is_some_and(|select| select.iter().any(|name| name == "keyCredentials"));
    if !keys_selected && !shown.list("keyCredentials").is_empty() {
        let document = &mut Arc::make_mut(&mut shown).document;
        if let Some(Value::Array(keys)) = document.get_mut("keyCredentials") {
            for key in keys {
                key["key"] = Value::Null;
            }
        }
    }
    shown
}

pub(crate) fn milliseconds_since(earlier: Timestamp, now: Timestamp) -> u64 {
    u64::try_from(now.duration_since(earlier).as_millis()).unwrap_or(0)
}

/// Refuses a second write to one application within the configured time.
pub(crate) fn concurrency(call: &Call<'_>, application: &Application) -> Outcome<()> {
    let window = call.world.behaviour.microsoft.concurrency_window;
    match application.last_write {
        Some(last) if milliseconds_since(last, call.now) < window => Err(Failure::new(
            409,
            "Directory_ConcurrencyViolation",
            "Error due to concurrent requests being made to the tenant. Please wait briefly and retry.",
        )),
        _ => Ok(()),
    }
}

/// Stores a changed application and lets its principal in this tenant follow.
pub(crate) fn store(call: &mut Call<'_>, mut application: Application) {
    let (now, settles) = (call.now, call.settles());
    application.last_write = Some(now);
    super::service_principals::mirror(call, &application);
    let id = application.id().to_owned();
    call.tenant_mut().applications.put(&id, application, now, settles);
}

pub(crate) fn delete(call: &mut Call<'_>, key: &Key) -> Outcome {
    let reach = call.allow("DELETE", "/applications/{id}")?;
    let application = target(call, key)?;
    call.owned(reach, &application.owners)?;
    concurrency(call, &application)?;
    super::service_principal_writes::delete_with_application(call, application.app_id());
    let (now, settles, deleted) = (call.now, call.settles(), call.timestamp());
    let id = application.id().to_owned();
    let tenant = call.tenant_mut();
    tenant.applications.remove(&id, now, settles);
    let mut gone = Application::clone(&application);
    gone.document.insert("deletedDateTime".to_owned(), Value::from(deleted));
    tenant.deleted_applications.put(&id, gone, now, settles);
    Ok(Answer::empty(204))
}

/// An application with nothing set that has a default.
pub(crate) fn blank(
    id: &str,
    app_id: &str,
    created: &str,
    created_by: Option<&str>,
    domain: &str,
) -> Map<String, Value> {
    let document = json!({
        "id": id, "appId": app_id, "createdDateTime": created, "createdByAppId": created_by,
        "publisherDomain": domain, "signInAudience": "AzureADMyOrg",
        "identifierUris": [], "tags": [], "addIns": [], "appRoles": [], "keyCredentials": [],
        "passwordCredentials": [], "requiredResourceAccess": [], "managerApplications": [],
        "api": {
            "acceptMappedClaims": null, "knownClientApplications": [], "requestedAccessTokenVersion": null,
            "oauth2PermissionScopes": [], "preAuthorizedApplications": [],
        },
        "info": {
            "logoUrl": null, "marketingUrl": null, "privacyStatementUrl": null, "supportUrl": null,
            "termsOfServiceUrl": null,
        },
        "parentalControlSettings": { "countriesBlockedForMinors": [], "legalAgeGroupRule": "Allow" },
        "publicClient": { "redirectUris": [] },
        "spa": { "redirectUris": [] },
        "verifiedPublisher": { "displayName": null, "verifiedPublisherId": null, "addedDateTime": null },
        "web": {
            "homePageUrl": null, "logoutUrl": null, "redirectUris": [],
            "implicitGrantSettings": { "enableAccessTokenIssuance": false, "enableIdTokenIssuance": false },
            "redirectUriSettings": [],
        },
    });
    match document {
        Value::Object(document) => document,
        _ => Map::new(),
    }
}
