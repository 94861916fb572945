//! Service principals: what an application, or a resource of Microsoft, is within one tenant.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::application::{Application, HeldSecret, write_property};
use super::entity::Entity;
use super::resources::{MICROSOFT_TENANT, Resource};

/// A service principal.
#[derive(Clone, Debug, Default)]
pub(crate) struct ServicePrincipal {
    pub(crate) document: Map<String, Value>,
    /// For Microsoft's own resources: where their long lists of permissions are.
    pub(crate) resource: Option<&'static Resource>,
    /// Its own secrets, which are not the application's.
    pub(crate) secrets: BTreeMap<String, HeldSecret>,
    pub(crate) owners: Vec<String>,
    /// Its own tags; those shown include the application's.
    pub(crate) own_tags: Vec<Value>,
}

impl ServicePrincipal {
    pub(crate) fn text(&self, property: &str) -> &str {
        self.document.get(property).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn app_id(&self) -> &str {
        self.text("appId")
    }

    pub(crate) fn enabled(&self) -> bool {
        self.document.get("accountEnabled").and_then(Value::as_bool).unwrap_or(true)
    }

    /// The value of the application role with this id, if the principal publishes it.
    pub(crate) fn role_value(&self, id: &str) -> Option<String> {
        if let Some(resource) = self.resource {
            return resource.role_value(id).map(str::to_owned);
        }
        let roles = self.document.get("appRoles")?.as_array()?;
        let role = roles.iter().find(|role| role.get("id").and_then(Value::as_str) == Some(id))?;
        role.get("value").and_then(Value::as_str).map(str::to_owned)
    }

    /// Whether the principal publishes no application roles at all.
    pub(crate) fn has_no_roles(&self) -> bool {
        self.resource.is_none()
            && self.document.get("appRoles").and_then(Value::as_array).is_none_or(Vec::is_empty)
    }
}

const PROPERTIES: &[&str] = &[
    "id",
    "deletedDateTime",
    "accountEnabled",
    "alternativeNames",
    "appDisplayName",
    "appDescription",
    "appId",
    "applicationTemplateId",
    "appOwnerOrganizationId",
    "appRoleAssignmentRequired",
    "createdDateTime",
    "createdByAppId",
    "description",
    "disabledByMicrosoftStatus",
    "displayName",
    "homepage",
    "isDisabled",
    "loginUrl",
    "logoutUrl",
    "notes",
    "notificationEmailAddresses",
    "preferredSingleSignOnMode",
    "preferredTokenSigningKeyThumbprint",
    "replyUrls",
    "servicePrincipalNames",
    "servicePrincipalType",
    "signInAudience",
    "tags",
    "tokenEncryptionKeyId",
    "samlSingleSignOnSettings",
    "addIns",
    "appRoles",
    "info",
    "keyCredentials",
    "oauth2PermissionScopes",
    "passwordCredentials",
    "resourceSpecificApplicationPermissions",
    "verifiedPublisher",
];

impl Entity for ServicePrincipal {
    const TYPE: &'static str = "servicePrincipal";
    const PROPERTIES: &'static [&'static str] = PROPERTIES;
    const BETA: &'static [&'static str] = &["errorUrl", "samlMetadataUrl"];
    const DEFAULT: &'static [&'static str] = PROPERTIES;

    fn id(&self) -> &str {
        self.text("id")
    }

    fn write(&self, property: &str, out: &mut Vec<u8>) {
        match (self.resource, property) {
            (Some(resource), "appRoles") => out.extend_from_slice(resource.app_roles.as_bytes()),
            (Some(resource), "oauth2PermissionScopes") => out.extend_from_slice(resource.scopes.as_bytes()),
            _ => write_property(&self.document, property, out),
        }
    }
}

/// A principal for an application registered in tenant `home`.
pub(crate) fn from_application(
    application: &Application,
    id: &str,
    home: &str,
    created: &str,
    creator: &str,
) -> ServicePrincipal {
    let mut document = blank(id, application.app_id(), created);
    document.insert("appOwnerOrganizationId".to_owned(), Value::from(home));
    document.insert("createdByAppId".to_owned(), Value::from(creator));
    let mut principal = ServicePrincipal { document, ..ServicePrincipal::default() };
    follow(&mut principal, application);
    principal
}

/// The principal of one of Microsoft's own resources.
pub(crate) fn from_resource(resource: &'static Resource, id: &str, created: &str) -> ServicePrincipal {
    let mut document = blank(id, resource.app_id, created);
    document.insert("appOwnerOrganizationId".to_owned(), Value::from(MICROSOFT_TENANT));
    for property in ["displayName", "appDisplayName"] {
        document.insert(property.to_owned(), Value::from(resource.display_name));
    }
    document.insert("signInAudience".to_owned(), Value::from("AzureADMultipleOrgs"));
    ServicePrincipal { document, resource: Some(resource), ..ServicePrincipal::default() }
}

fn blank(id: &str, app_id: &str, created: &str) -> Map<String, Value> {
    let document = json!({
        "id": id, "appId": app_id, "accountEnabled": true, "appRoleAssignmentRequired": false,
        "createdDateTime": created, "servicePrincipalType": "Application", "servicePrincipalNames": [app_id],
        "alternativeNames": [], "notificationEmailAddresses": [], "replyUrls": [], "tags": [], "addIns": [],
        "appRoles": [], "keyCredentials": [], "oauth2PermissionScopes": [], "passwordCredentials": [],
        "resourceSpecificApplicationPermissions": [],
        "info": {
            "logoUrl": null, "marketingUrl": null, "privacyStatementUrl": null, "supportUrl": null,
            "termsOfServiceUrl": null,
        },
        "verifiedPublisher": { "displayName": null, "verifiedPublisherId": null, "addedDateTime": null },
    });
    match document {
        Value::Object(document) => document,
        _ => Map::new(),
    }
}

/// What a principal shows of its application.
pub(crate) fn follow(principal: &mut ServicePrincipal, application: &Application) {
    let property = |name: &str| application.document.get(name).cloned().unwrap_or_default();
    let web = property("web");
    let mut names = vec![Value::from(application.app_id())];
    names.extend(application.list("identifierUris").iter().cloned());
    let mut tags = principal.own_tags.clone();
    tags.extend(application.list("tags").iter().filter(|tag| !principal.own_tags.contains(tag)).cloned());
    let followed = [
        ("displayName", property("displayName")),
        ("appDisplayName", property("displayName")),
        ("appDescription", property("description")),
        ("signInAudience", property("signInAudience")),
        ("appRoles", property("appRoles")),
        ("info", property("info")),
        (
            "oauth2PermissionScopes",
            property("api").get("oauth2PermissionScopes").cloned().unwrap_or(json!([])),
        ),
        ("replyUrls", web.get("redirectUris").cloned().unwrap_or(json!([]))),
        ("homepage", web.get("homePageUrl").cloned().unwrap_or_default()),
        ("logoutUrl", web.get("logoutUrl").cloned().unwrap_or_default()),
        ("servicePrincipalNames", Value::Array(names)),
        ("tags", Value::Array(tags)),
    ];
    for (name, value) in followed {
        principal.document.insert(name.to_owned(), value);
    }
}
