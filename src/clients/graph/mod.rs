//! Microsoft Graph v1.0 for one tenant: its objects with the verbs that registration, consent, secrets and the report
//! need. Knows nothing of Terraform.
//!
//! Facts about Graph's behaviour come from Microsoft's documentation and its published metadata; what was only observed
//! (error texts, replication) is said where it is used.

pub mod needs;

mod app_role_assignments;
mod applications;
mod ask;
mod batch;
mod connection;
mod consistency;
mod deleted_items;
mod error;
mod error_body;
mod gone;
mod grants;
mod groups;
mod guid;
mod lenient;
mod mailbox_plans;
mod memory;
mod nearest;
mod owners;
mod ownership;
mod paging;
mod password_credential;
mod passwords;
mod permission_table;
mod permissions;
mod policies;
mod question;
mod replacement;
mod service_principals;
mod sign_in_activity;
mod snapshot;
mod succession;
mod tenant;
mod users;

#[cfg(test)]
mod testing;

pub use app_role_assignments::{AppRoleAssignment, AppRoleAssignments};
pub use applications::{
    Application, ApplicationChange, Applications, NewApplication, ResourceAccess, ResourceAccessEntry, Web,
};
pub use connection::Graph;
pub use consistency::Sight;
pub use deleted_items::{DeletedItems, purge_date};
pub use error::{Error, ErrorKind, Refusal};
pub use gone::{DeletedPrincipal, Thing};
pub use grants::{Grant, Grants};
pub use groups::{DeletedGroup, Group, Groups};
pub use nearest::nearest;
pub use ownership::{Deletion, Mark, owner_in};
pub use password_credential::PasswordCredential;
pub use passwords::{MintedPassword, NewPassword};
pub use permission_table::{PermissionKind, names as permission_names, permission_id};
pub use permissions::{Permissions, UnknownPermission};
pub use policies::{PasswordRules, Policies};
pub use question::Heard;
pub use replacement::InPlace;
pub use service_principals::{
    NewServicePrincipal, ServicePrincipal, ServicePrincipalChange, ServicePrincipals,
};
pub use sign_in_activity::KeyUse;
pub use snapshot::Snapshot;
pub use succession::{Alone, Departure};
pub use tenant::{Domain, Domains, TenantDetails, VerifiedDomain};
pub use users::{DeletedUser, ExchangePlan, User, Users};
