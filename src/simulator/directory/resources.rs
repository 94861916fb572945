//! Resources that Microsoft itself publishes in every tenant, with their permissions.

use std::sync::OnceLock;

use serde_json::{Value, json};

const GRAPH_PERMISSIONS: &str = include_str!("../data/graph-permissions.txt");
const AZURE_AD_GRAPH_PERMISSIONS: &str = include_str!("../data/azure-ad-graph-permissions.txt");

/// The tenant that owns Microsoft's own applications.
pub(crate) const MICROSOFT_TENANT: &str = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

/// One permission by name: its delegated and its application form.
#[derive(Debug)]
struct Permission {
    value: &'static str,
    scope: Option<(&'static str, &'static str)>,
    role: Option<&'static str>,
}

/// A published resource. Its long lists are rendered once and shared by all tenants.
#[derive(Debug)]
pub(crate) struct Resource {
    pub(crate) app_id: &'static str,
    pub(crate) display_name: &'static str,
    permissions: Vec<Permission>,
    /// `appRoles`, as JSON.
    pub(crate) app_roles: String,
    /// `oauth2PermissionScopes`, as JSON.
    pub(crate) scopes: String,
}

impl Resource {
    /// The value of the application role with this id.
    pub(crate) fn role_value(&self, id: &str) -> Option<&'static str> {
        self.permissions
            .iter()
            .find(|permission| permission.role == Some(id))
            .map(|permission| permission.value)
    }

    /// The value of the delegated permission with this id.
    pub(crate) fn scope_value(&self, id: &str) -> Option<&'static str> {
        let has_id = |permission: &&Permission| permission.scope.is_some_and(|(scope, _)| scope == id);
        self.permissions.iter().find(has_id).map(|permission| permission.value)
    }

    /// The id of the application role with this value.
    pub(crate) fn role_id(&self, value: &str) -> Option<&'static str> {
        self.permissions.iter().find(|permission| permission.value == value)?.role
    }

    fn read(app_id: &'static str, display_name: &'static str, list: &'static str) -> Self {
        let permissions: Vec<Permission> = list.lines().filter_map(permission).collect();
        let app_roles: Vec<Value> = permissions
            .iter()
            .filter_map(|permission| {
                Some(json!({
                    "allowedMemberTypes": ["Application"], "description": permission.value,
                    "displayName": permission.value, "id": permission.role?, "isEnabled": true,
                    "origin": "Application", "value": permission.value,
                }))
            })
            .collect();
        let scopes: Vec<Value> = permissions
            .iter()
            .filter_map(|permission| {
                let (id, consent) = permission.scope?;
                Some(json!({
                    "adminConsentDescription": permission.value, "adminConsentDisplayName": permission.value,
                    "id": id, "isEnabled": true, "type": if consent == "A" { "Admin" } else { "User" },
                    "userConsentDescription": null, "userConsentDisplayName": null, "value": permission.value,
                }))
            })
            .collect();
        Self {
            app_id,
            display_name,
            permissions,
            app_roles: Value::Array(app_roles).to_string(),
            scopes: Value::Array(scopes).to_string(),
        }
    }
}

fn permission(line: &'static str) -> Option<Permission> {
    if line.starts_with('#') {
        return None;
    }
    let mut words = line.split(' ');
    let (value, scope, consent, role) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let present = |id: &'static str| (id != "-").then_some(id);
    Some(Permission { value, scope: present(scope).map(|id| (id, consent)), role: present(role) })
}

/// Microsoft Graph.
pub(crate) fn microsoft_graph() -> &'static Resource {
    static GRAPH: OnceLock<Resource> = OnceLock::new();
    GRAPH.get_or_init(|| {
        Resource::read("00000003-0000-0000-c000-000000000000", "Microsoft Graph", GRAPH_PERMISSIONS)
    })
}

/// The retired Azure AD Graph, which old registrations still name.
pub(crate) fn azure_ad_graph() -> &'static Resource {
    static AZURE_AD_GRAPH: OnceLock<Resource> = OnceLock::new();
    AZURE_AD_GRAPH.get_or_init(|| {
        Resource::read(
            "00000002-0000-0000-c000-000000000000",
            "Windows Azure Active Directory",
            AZURE_AD_GRAPH_PERMISSIONS,
        )
    })
}

/// The published resource with this application id.
pub(crate) fn published(app_id: &str) -> Option<&'static Resource> {
    [microsoft_graph(), azure_ad_graph()].into_iter().find(|resource| resource.app_id == app_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_complete() {
        let count = |text: &str| serde_json::from_str::<Vec<Value>>(text).unwrap().len();
        assert_eq!((count(&microsoft_graph().scopes), count(&microsoft_graph().app_roles)), (807, 716));
    }

    #[test]
    fn roles_are_found_by_name_and_by_id() {
        let id = microsoft_graph().role_id("Directory.Read.All").unwrap();
        assert_eq!(id, "7ab1d382-f21e-4acd-a863-ba3e13f7da61");
        assert_eq!(microsoft_graph().role_value(id), Some("Directory.Read.All"));
        assert_eq!(microsoft_graph().role_id("User.Read"), None);
    }
}
