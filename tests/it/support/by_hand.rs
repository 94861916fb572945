//! What people do beside the provider: an edit by hand of each attribute that the other side holds. The plan after it
//! changes exactly that back.

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::simulator::Simulator;

/// A person with an administrator's rights on both sides, and the objects of the quick start.
pub(crate) struct Hand<'a> {
    pub(crate) simulator: &'a Simulator,
    /// What the provider has in its state for the application.
    pub(crate) application: Json,
    /// The secret that the sync is configured with: the console sends it with every change.
    pub(crate) key: String,
}

/// An edit of the attribute it is named after.
pub(crate) struct Edit {
    pub(crate) attribute: &'static str,
    make: Box<dyn Fn(&Hand<'_>) + Sync>,
}

impl Edit {
    fn new(attribute: &'static str, make: impl Fn(&Hand<'_>) + Sync + 'static) -> Self {
        Self { attribute, make: Box::new(make) }
    }

    /// Makes the edit.
    pub(crate) fn make(&self, hand: &Hand<'_>) {
        (self.make)(hand);
    }
}

impl Hand<'_> {
    /// A Graph request, which must succeed.
    #[track_caller]
    pub(crate) fn graph(&self, method: Method, path: &str, body: &Json) -> Json {
        self.simulator.graph_done(method, path, Some(body).filter(|body| !body.is_null()))
    }

    /// Path of the application.
    pub(crate) fn application(&self) -> String {
        format!("applications/{}", self.application["object_id"].as_str().expect("an object id"))
    }

    /// Makes a secret of the application.
    pub(crate) fn make_secret(&self) -> String {
        let password = self.graph(Method::POST, &format!("{}/addPassword", self.application()), &json!({}));
        password["secretText"].as_str().expect("a secret").to_owned()
    }

    fn change_application(&self, changes: &Json) {
        self.graph(Method::PATCH, &self.application(), changes);
    }

    /// Takes the permissions of all kinds but one (`Scope` or `Role`) off the registration.
    fn declare_only(&self, kind: &str) {
        let application = self.graph(Method::GET, &self.application(), &Json::Null);
        let mut access = application["requiredResourceAccess"].clone();
        let permissions = access[0]["resourceAccess"].as_array_mut().expect("permissions");
        permissions.retain(|permission| permission["type"] == kind);
        self.change_application(&json!({ "requiredResourceAccess": access }));
    }

    fn principal(&self) -> String {
        principal_of(self.simulator, self.application["client_id"].as_str().expect("a client id"))
    }

    /// An Essentials request below the settings, which must succeed.
    #[track_caller]
    fn essentials(&self, method: Method, part: &str, body: Option<&Json>) -> Json {
        let path = format!("orgs/{}/settings/azure{part}", self.simulator.tenant().domain);
        self.simulator.essentials_done(method, &path, body)
    }

    /// Changes a field of the settings as the console does.
    fn change_settings(&self, field: &str, value: &Json) {
        let mut settings = self.essentials(Method::GET, "", None);
        settings["ad_key"] = self.key.as_str().into();
        settings[field] = value.clone();
        self.essentials(Method::PUT, "", Some(&settings));
    }
}

/// Object id of the service principal of an application.
pub(crate) fn principal_of(simulator: &Simulator, client_id: &str) -> String {
    let path = format!("servicePrincipals(appId='{client_id}')?$select=id");
    simulator.graph_done(Method::GET, &path, None)["id"].as_str().expect("an id").to_owned()
}

/// Somebody with a mailbox, as Graph makes users.
pub(crate) fn newcomer(name: &str, domain: &str) -> Json {
    let address = format!("{name}@{domain}");
    json!({
        "accountEnabled": true, "displayName": name, "givenName": name, "surname": "New", "mailNickname": name,
        "userPrincipalName": address, "mail": address, "passwordProfile": { "password": "not-used-anywhere-1" },
        "assignedPlans": [{
            "service": "exchange", "capabilityStatus": "Enabled", "assignedDateTime": "2026-01-01T00:00:00Z",
            "servicePlanId": "9aaf7827-d63c-4b61-89c3-182f06f82e5c",
        }],
    })
}

/// The arguments of the application with which each edit shows; it has the first tenant's automation identity as owner.
pub(crate) fn application_arguments(simulator: &Simulator) -> Json {
    json!({
        "redirect_uris": ["https://us1.proofpointessentials.com"],
        "sign_in_audience": "AzureADMyOrg",
        "owners": [principal_of(simulator, &simulator.tenant().client_id)],
        "notes": "Made by Terraform",
        "tags": ["mail"],
    })
}

/// The edits of an application that leave its principal alone.
pub(crate) fn edits_of_application() -> Vec<Edit> {
    vec![
        Edit::new("display_name", |hand| hand.change_application(&json!({ "displayName": "Renamed" }))),
        Edit::new("redirect_uris", |hand| {
            hand.change_application(&json!({ "web": { "redirectUris": ["https://elsewhere.example/"] } }));
        }),
        Edit::new("sign_in_audience", |hand| {
            hand.change_application(&json!({ "signInAudience": "AzureADMultipleOrgs" }));
        }),
        Edit::new("delegated_permissions", |hand| hand.declare_only("Role")),
        Edit::new("application_permissions", |hand| hand.declare_only("Scope")),
        Edit::new("owners", |hand| {
            let owner = principal_of(hand.simulator, &hand.simulator.tenant().client_id);
            let path = format!("{}/owners/{owner}/$ref", hand.application());
            hand.graph(Method::DELETE, &path, &Json::Null);
        }),
        Edit::new("notes", |hand| hand.change_application(&json!({ "notes": "Changed by hand" }))),
        Edit::new("tags", |hand| {
            hand.change_application(&json!({ "tags": ["terraform-provider-proofpoint", "other"] }));
        }),
    ]
}

/// Deletes the principal, and with it what was consented to.
pub(crate) fn edit_of_principal() -> Edit {
    Edit::new("service_principal_object_id", |hand| {
        hand.graph(Method::DELETE, &format!("servicePrincipals/{}", hand.principal()), &Json::Null);
    })
}

/// The edits of a consent.
pub(crate) fn edits_of_consent() -> Vec<Edit> {
    vec![
        Edit::new("delegated_permissions", |hand| {
            let filter = format!("oauth2PermissionGrants?$filter=clientId eq '{}'", hand.principal());
            let grants = hand.graph(Method::GET, &filter, &Json::Null);
            let id = grants["value"][0]["id"].as_str().expect("a grant");
            let less = json!({ "scope": "Directory.Read.All" });
            hand.graph(Method::PATCH, &format!("oauth2PermissionGrants/{id}"), &less);
        }),
        Edit::new("application_permissions", |hand| {
            let path = format!("servicePrincipals/{}/appRoleAssignments", hand.principal());
            let assigned = hand.graph(Method::GET, &path, &Json::Null);
            let id = assigned["value"][0]["id"].as_str().expect("an assignment");
            hand.graph(Method::DELETE, &format!("{path}/{id}"), &Json::Null);
        }),
    ]
}

/// The edits of a sync that is configured with [`Hand::key`], an hourly frequency, one exemption and no removal of users.
pub(crate) fn edits_of_sync() -> Vec<Edit> {
    let field = |attribute: &'static str, field: &'static str, value: Json| {
        Edit::new(attribute, move |hand| hand.change_settings(field, &value))
    };
    vec![
        field("primary_domain", "primary_domain", json!("elsewhere.example")),
        field("client_id", "application_id", json!("99999999-9999-4999-8999-999999999999")),
        field("default_role", "default_user_role_name", json!("silent_user")),
        field("frequency", "sync_frequency", json!(24)),
        field("what.active_users", "sync_active_users", json!(false)),
        field("what.distribution_groups", "sync_distribution_groups", json!(false)),
        field("what.security_groups", "sync_security_groups", json!(true)),
        field("users.add", "add_users", json!(false)),
        field("users.update", "update_users", json!(false)),
        field("users.remove_deleted", "remove_deleted_users", json!(true)),
        field("groups.add", "add_groups", json!(false)),
        field("groups.update", "update_groups", json!(false)),
        field("groups.remove_deleted", "remove_deleted_groups", json!(true)),
        field("allow_microsoft_login", "disable_login", json!(true)),
        Edit::new("exemptions", |hand| {
            let added = json!([format!("by-hand@{}", hand.simulator.tenant().domain)]);
            hand.essentials(Method::PUT, "/exemptions", Some(&added));
        }),
    ]
}
