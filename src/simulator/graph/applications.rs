//! Application registrations: what they hold and how they are shown.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::call::{Call, Key, Kind};
use super::entity::Entity;
use super::errors::{Failure, Outcome};
use super::listing;
use crate::moods::{Cascade, Conflict};
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
    let window = call.world.moods.key_flapping.0;
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
    let window = call.world.moods.concurrency_window.0;
    match application.last_write {
        Some(last) if milliseconds_since(last, call.now) < window => Err(Failure::new(
            match call.world.moods.concurrency_status {
                Conflict::Conflict => 409,
                Conflict::Unavailable => 503,
            },
            "Directory_ConcurrencyViolation",
            "Error due to concurrent requests being made to the tenant. Please wait briefly and retry.",
        )),
        _ => Ok(()),
    }
}

/// Stores a changed application and lets its principal in this tenant follow.
pub(crate) fn store(call: &mut Call<'_>, application: Application) {
    keep(call, application, Kind::Application);
}

/// Stores an application whose keys have changed.
pub(crate) fn store_keys(call: &mut Call<'_>, application: Application) {
    keep(call, application, Kind::Keys);
}

fn keep(call: &mut Call<'_>, mut application: Application, kind: Kind) {
    let (now, settles) = (call.now, call.settles(kind));
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
    if call.world.moods.principal_of_deleted_application == Cascade::GoesAlong {
        super::service_principal_writes::delete_with_application(call, application.app_id());
    }
    let (now, settles, deleted) = (call.now, call.settles(Kind::Application), call.timestamp());
    let items = call.settles(Kind::Deleted);
    let id = application.id().to_owned();
    let tenant = call.tenant_mut();
    tenant.applications.remove(&id, now, settles);
    let mut gone = Application::clone(&application);
    gone.document.insert("deletedDateTime".to_owned(), Value::from(deleted));
    tenant.deleted_applications.put(&id, gone, now, items);
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
        "oauth2RequirePostResponse": false,
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

#[cfg(test)]
mod tests {
    use super::super::desk::Desk;
    use serde_json::{Value, json};

    #[test]
    fn a_fresh_application_is_unknown_until_replicas_have_heard_of_it() {
        let mut desk = Desk::new();
        desk.behave(&json!({ "replica_lag": 20_000 }));
        let (id, app_id) = desk.register("app");
        let address = format!("/applications/{id}");
        assert_eq!(desk.get(&address).code(), "Request_ResourceNotFound");
        assert_eq!(desk.patch(&address, &json!({ "displayName": "b" })).status, 404);
        assert_eq!(desk.post(&format!("{address}/addPassword"), &json!({})).status, 404);
        let principal = desk.post("/servicePrincipals", &json!({ "appId": app_id }));
        assert_eq!(
            (principal.status, principal.text("/error/details/0/code").as_str()),
            (400, "NoBackingApplicationObject")
        );
        desk.advance("20s");
        assert_eq!(desk.get(&address).status, 200);
        desk.principal(&app_id);
        assert_eq!(desk.patch(&address, &json!({ "displayName": "b" })).status, 204);
        assert_eq!(desk.get(&address).text("/displayName"), "app");
        desk.advance("20s");
        assert_eq!(desk.get(&address).text("/displayName"), "b");
    }

    #[test]
    fn a_taken_unique_name_is_refused_even_while_its_holder_is_deleted() {
        let mut desk = Desk::new();
        let (id, _) = desk.register("app");
        let again = json!({ "displayName": "x", "uniqueName": "app" });
        assert_eq!(desk.post("/applications", &again).text("/error/details/0/target"), "uniqueName");
        desk.delete(&format!("/applications/{id}"));
        assert_eq!(desk.post("/applications", &again).status, 400);
        desk.advance("30d");
        assert_eq!(desk.post("/applications", &again).status, 201);
    }

    #[test]
    fn deleting_an_application_takes_principal_and_grants_along() {
        let mut desk = Desk::new();
        let (id, app_id) = desk.register("app");
        let (principal, graph) = (desk.principal(&app_id), desk.graph());
        let grant = desk.post(
            "/oauth2PermissionGrants",
            &json!({ "clientId": principal, "consentType": "AllPrincipals", "resourceId": graph, "scope": "User.Read" }),
        );
        assert_eq!(grant.status, 201);
        desk.delete(&format!("/applications/{id}"));
        assert_eq!(desk.get(&format!("/oauth2PermissionGrants/{}", grant.text("/id"))).status, 404);
        assert_eq!(desk.get(&format!("/servicePrincipals/{principal}")).status, 404);
        let restore = |id: &str| format!("/directory/deletedItems/{id}/restore");
        assert_eq!(desk.send("POST", &restore(&principal), None, &[]).status, 400);
        assert_eq!(desk.send("POST", &restore(&id), None, &[]).status, 200);
        assert_eq!(desk.get(&format!("/servicePrincipals/{principal}")).status, 404);
        assert_eq!(desk.send("POST", &restore(&principal), None, &[]).status, 200);
    }

    #[test]
    fn beta_answers_as_the_version_does_and_an_own_id_in_a_change_is_no_change() {
        let mut desk = Desk::new();
        let (id, _) = desk.register("app");
        let address = format!("/applications/{id}");
        assert_eq!(desk.patch(&address, &json!({ "id": id, "displayName": "b" })).status, 204);
        assert_eq!(desk.patch(&address, &json!({ "id": "x" })).status, 400);
        let beta = desk.beta("GET", &format!("{address}?$select=displayName")).value();
        assert_eq!(beta["displayName"], "b");
        assert!(beta["@odata.context"].as_str().unwrap().contains("/beta/$metadata"), "{beta}");
        let me = desk.get("/me");
        assert_eq!((me.status, me.code().as_str()), (400, "BadRequest"));
    }

    #[test]
    fn a_second_write_within_the_window_is_a_conflict() {
        let mut desk = Desk::new();
        let (id, _) = desk.register("app");
        desk.behave(&json!({ "concurrency_window": 2000 }));
        let secret = desk.post(&format!("/applications/{id}/addPassword"), &json!({}));
        assert_eq!(secret.status, 200);
        let removal = json!({ "keyId": secret.text("/keyId") });
        let refused = desk.post(&format!("/applications/{id}/removePassword"), &removal);
        assert_eq!((refused.status, refused.code().as_str()), (409, "Directory_ConcurrencyViolation"));
        desk.advance("2s");
        assert_eq!(desk.post(&format!("/applications/{id}/removePassword"), &removal).status, 204);
    }

    #[test]
    fn a_fresh_key_comes_and_goes_while_the_list_flaps() {
        let mut desk = Desk::new();
        let (id, _) = desk.register("app");
        desk.behave(&json!({ "key_flapping": 10_000 }));
        desk.post(&format!("/applications/{id}/addPassword"), &json!({}));
        let keys = |desk: &mut Desk| {
            desk.get(&format!("/applications/{id}")).value()["passwordCredentials"].as_array().map(Vec::len)
        };
        let mut seen: Vec<_> = (0..4).map(|_| keys(&mut desk)).collect();
        seen.sort();
        assert_eq!(seen, [Some(0), Some(0), Some(1), Some(1)]);
        desk.advance("10s");
        assert_eq!((keys(&mut desk), keys(&mut desk)), (Some(1), Some(1)));
    }

    #[test]
    fn secrets_are_shown_once_and_last_two_years() {
        let mut desk = Desk::new();
        let (id, _) = desk.register("app");
        let asked =
            json!({ "passwordCredential": { "startDateTime": "2027-03-01T00:00:00Z", "displayName": "a" } });
        let secret = desk.post(&format!("/applications/{id}/addPassword"), &asked);
        assert_eq!(secret.text("/endDateTime"), "2029-03-01T00:00:00Z");
        assert_eq!(secret.text("/secretText").len(), 40);
        let shown = desk.get(&format!("/applications/{id}")).value();
        assert_eq!(shown["passwordCredentials"][0]["secretText"], Value::Null);
        assert_eq!(shown["passwordCredentials"][0]["hint"], secret.text("/secretText")[..3]);
    }

    #[test]
    fn a_policy_forbids_or_shortens_secrets() {
        let mut desk = Desk::new();
        let (id, _) = desk.register("app");
        let restriction = |kind: &str| {
            json!({ "defaultAppManagementPolicy": { "isEnabled": true, "applicationRestrictions": {
                "passwordCredentials": [{ "restrictionType": kind, "state": "enabled", "maxLifetime": "P90D" }],
            } } })
        };
        let mut refusal = |kind: &str| {
            let document = restriction(kind);
            desk.world.tenants[0].policies.apply(document.as_object().unwrap()).unwrap();
            desk.post(&format!("/applications/{id}/addPassword"), &json!({})).code()
        };
        assert_eq!(refusal("passwordAddition"), "CredentialTypeNotAllowedAsPerAppPolicy");
        assert_eq!(refusal("passwordLifetime"), "CredentialInvalidLifetimeAsPerAppPolicy");
    }

    #[test]
    fn owned_by_manages_what_it_made_and_nothing_else() {
        let mut desk = Desk::new();
        let (other, _) = desk.register("other");
        let mut desk = desk.with_roles(&["Application.ReadWrite.OwnedBy"]);
        let (own, app_id) = desk.register("own");
        assert_eq!(desk.patch(&format!("/applications/{own}"), &json!({ "notes": "x" })).status, 204);
        assert_eq!(desk.patch(&format!("/applications/{other}"), &json!({ "notes": "x" })).status, 403);
        desk.principal(&app_id);
    }

    #[test]
    fn a_patch_merges_complex_properties_and_replaces_lists() {
        let mut desk = Desk::new();
        let (id, _) = desk.register("app");
        let address = format!("/applications/{id}");
        desk.patch(
            &address,
            &json!({ "web": { "redirectUris": ["https://a.example/"], "homePageUrl": "https://b" } }),
        );
        desk.patch(&address, &json!({ "web": { "redirectUris": ["https://c.example/"] }, "tags": ["x"] }));
        let shown = desk.get(&address).value();
        assert_eq!(shown["web"]["homePageUrl"], "https://b");
        assert_eq!(shown["web"]["redirectUris"], json!(["https://c.example/"]));
        for body in [
            json!({ "appId": "x" }),
            json!({ "colour": "red" }),
            json!({ "tags": null }),
            json!({ "displayName": "" }),
        ] {
            assert_eq!(desk.patch(&address, &body).status, 400, "{body}");
        }
        assert_eq!(desk.patch(&address, &json!({ "uniqueName": "other" })).status, 400);
    }
}
