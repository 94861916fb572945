//! App management policies: the tenant's default, and those assigned to one application.

use serde_json::{Map, Value, json};

/// The policies of a tenant, as Graph shows them.
#[derive(Clone, Debug)]
pub(crate) struct Policies {
    pub(crate) default: Value,
    /// Custom policies; `appliesTo` lists objects with the `id` of applications.
    pub(crate) custom: Vec<Value>,
}

impl Default for Policies {
    fn default() -> Self {
        Self {
            default: json!({
                "id": "00000000-0000-0000-0000-000000000000",
                "displayName": "Default app management tenant policy",
                "description": "Default tenant policy that enforces app management restrictions.",
                "isEnabled": false,
                "applicationRestrictions": { "passwordCredentials": [], "keyCredentials": [] },
                "servicePrincipalRestrictions": { "passwordCredentials": [], "keyCredentials": [] },
            }),
            custom: Vec::new(),
        }
    }
}

impl Policies {
    /// Takes over what a document in Graph's own shapes names.
    pub(crate) fn apply(&mut self, document: &Map<String, Value>) -> Result<(), String> {
        for (name, value) in document {
            match (name.as_str(), value) {
                ("tenant_id", Value::String(_)) => {}
                ("defaultAppManagementPolicy", Value::Object(changes)) => {
                    if let Value::Object(default) = &mut self.default {
                        default.extend(changes.clone());
                    }
                }
                ("appManagementPolicies", Value::Array(policies)) => self.custom.clone_from(policies),
                _ => {
                    return Err(format!(
                        "`{name}` is not a policy; there are `defaultAppManagementPolicy` (object) and `appManagementPolicies` (array)"
                    ));
                }
            }
        }
        Ok(())
    }

    /// The custom policy of an application.
    pub(crate) fn assigned(&self, id: &str) -> Option<&Value> {
        self.custom.iter().find(|policy| {
            policy.get("appliesTo").and_then(Value::as_array).is_some_and(|targets| {
                targets.iter().any(|target| target.get("id").and_then(Value::as_str) == Some(id))
            })
        })
    }
}
