//! Objects by the names that paths and clients give them.

use std::sync::Arc;

use super::application::Application;
use super::key::Key;
use super::service_principal::ServicePrincipal;
use super::tenant::Tenant;
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

/// The values of the application roles that a principal holds on a resource, as a read sees them.
pub(crate) fn granted_roles(tenant: &Tenant, principal: &str, resource: &str, view: View) -> Vec<String> {
    let Some(resource) = tenant.service_principals.get(resource) else { return Vec::new() };
    let assignments = tenant.app_role_assignments.seen_after(None, view).filter(|assignment| {
        assignment.principal_id == principal && assignment.resource_id == resource.text("id")
    });
    assignments.filter_map(|assignment| resource.role_value(&assignment.app_role_id)).collect()
}
