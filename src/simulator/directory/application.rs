//! Application registrations: what they hold.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::entity::Entity;

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
