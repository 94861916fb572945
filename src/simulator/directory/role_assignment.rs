//! App role assignments: an application permission (or a user's access) granted on a resource.

use super::entity::entity;

entity! {
    /// An app role assignment.
    AppRoleAssignment as "appRoleAssignment", default [
        "id", "deletedDateTime", "appRoleId", "createdDateTime", "principalDisplayName", "principalId",
        "principalType", "resourceDisplayName", "resourceId",
    ] {
        id: String = "id",
        deleted_date_time: Option<String> = "deletedDateTime",
        app_role_id: String = "appRoleId",
        created_date_time: Option<String> = "createdDateTime",
        principal_display_name: Option<String> = "principalDisplayName",
        principal_id: String = "principalId",
        /// `User`, `Group`, `ServicePrincipal`.
        principal_type: String = "principalType",
        resource_display_name: Option<String> = "resourceDisplayName",
        resource_id: String = "resourceId",
    }
}
