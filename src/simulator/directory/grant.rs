//! Delegated permission grants.

use super::entity::entity;

entity! {
    /// A delegated grant.
    Grant as "oAuth2PermissionGrant", default ["clientId", "consentType", "id", "principalId", "resourceId", "scope"] {
        /// Object id of the client's service principal.
        client_id: String = "clientId",
        /// `AllPrincipals` or `Principal`.
        consent_type: String = "consentType",
        /// Computed from client, resource and principal.
        id: String = "id",
        principal_id: Option<String> = "principalId",
        resource_id: String = "resourceId",
        /// Blank-separated.
        scope: Option<String> = "scope",
    }
}
