//! Objects by the names that paths and clients give them.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::application::Application;
use super::key::Key;
use super::role_assignment::AppRoleAssignment;
use super::service_principal::ServicePrincipal;
use super::tenant::Tenant;
use crate::moods::TokenRoles;
use crate::state::table::View;

/// The application a path names, as the directory has it.
pub(crate) fn find_application<'a>(tenant: &'a Tenant, key: &Key) -> Option<&'a Arc<Application>> {
    match key {
        Key::Id(id) => tenant.applications.get(id),
        Key::Alternate(name, value) if ["appId", "uniqueName"].contains(&name.as_str()) => {
            tenant.applications.iter().find(|application| application.text(name) == value)
        }
        Key::Alternate(..) => None,
    }
}

/// The application that a read sees.
pub(crate) fn see_application(tenant: &Tenant, key: &Key, view: View) -> Option<Arc<Application>> {
    let found = match key {
        Key::Id(id) => tenant.applications.seen(id, view),
        Key::Alternate(name, value) if ["appId", "uniqueName"].contains(&name.as_str()) => {
            tenant.applications.seen_after(None, view).find(|application| application.text(name) == value)
        }
        Key::Alternate(..) => None,
    };
    found.cloned()
}

/// The principal a path names, as the directory has it.
pub(crate) fn find_principal<'a>(tenant: &'a Tenant, key: &Key) -> Option<&'a Arc<ServicePrincipal>> {
    match key {
        Key::Id(id) => tenant.service_principals.get(id),
        Key::Alternate(name, value) if name == "appId" => {
            tenant.service_principals.iter().find(|principal| principal.app_id() == value)
        }
        Key::Alternate(..) => None,
    }
}

/// The principal that a read sees.
pub(crate) fn see_principal(tenant: &Tenant, key: &Key, view: View) -> Option<Arc<ServicePrincipal>> {
    let found = match key {
        Key::Id(id) => tenant.service_principals.seen(id, view),
        Key::Alternate(name, value) if name == "appId" => {
            tenant.service_principals.seen_after(None, view).find(|principal| principal.app_id() == value)
        }
        Key::Alternate(..) => None,
    };
    found.cloned()
}

/// By how much tokens may be behind with roles.
const BEHIND: SignedDuration = SignedDuration::from_millis(1_500);

/// The values of the application roles that a principal holds on a resource, as the token service sees them.
pub(crate) fn granted_roles(
    tenant: &Tenant,
    principal: &str,
    resource: &str,
    view: View,
    roles: TokenRoles,
) -> Vec<String> {
    let Some(resource) = tenant.service_principals.get(resource) else { return Vec::new() };
    let table = &tenant.app_role_assignments;
    let known: Vec<_> = match roles {
        TokenRoles::Ahead => table.iter().collect(),
        TokenRoles::LikeReplicas | TokenRoles::Behind => table.seen_after(None, view).collect(),
    };
    let is_known = |assignment: &AppRoleAssignment| {
        let made = assignment.created_date_time.as_deref().and_then(|time| time.parse::<Timestamp>().ok());
        roles != TokenRoles::Behind || made.is_none_or(|made| view.now.duration_since(made) >= BEHIND)
    };
    let of_principal = known.into_iter().filter(|assignment| {
        assignment.principal_id == principal
            && assignment.resource_id == resource.text("id")
            && is_known(assignment)
    });
    of_principal.filter_map(|assignment| resource.role_value(&assignment.app_role_id)).collect()
}
