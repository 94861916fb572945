//! App role assignments: an application permission (or a user's access) granted on a resource.

use std::sync::Arc;

use super::call::Call;
use super::errors::{Failure, Outcome};
use super::{listing, service_principals};
use crate::directory::entity::Entity;
use crate::directory::ids;
use crate::directory::key::Key;
use crate::directory::lookup;
use crate::directory::role_assignment::AppRoleAssignment;
use crate::directory::tenant::Tenant;
use crate::moods::{Duplicate, DuplicateCheck};
use crate::server::exchange::Answer;
use crate::state::lags::Kind;

/// The id that stands for default access where a resource declares no roles.
const DEFAULT_ACCESS: &str = "00000000-0000-0000-0000-000000000000";

/// From which side assignments are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Roles granted to the principal of the path.
    Principal,
    /// Roles granted on the resource of the path.
    Resource,
}

impl Side {
    fn segment(self) -> &'static str {
        match self {
            Self::Principal => "appRoleAssignments",
            Self::Resource => "appRoleAssignedTo",
        }
    }

    fn id(self, assignment: &AppRoleAssignment) -> &str {
        match self {
            Self::Principal => &assignment.principal_id,
            Self::Resource => &assignment.resource_id,
        }
    }

    fn operation(self, rest: &str) -> String {
        format!("/servicePrincipals/{{id}}/{}{rest}", self.segment())
    }
}

pub(crate) fn list(call: &Call<'_>, side: Side, key: &Key) -> Outcome {
    call.allow("GET", &side.operation(""))?;
    let owner = lookup::see_principal(call.tenant(), key, call.view)
        .ok_or_else(|| Failure::not_found(key.shown()))?;
    let rows = listing::matching(&call.tenant().app_role_assignments, call.view, |assignment| {
        side.id(assignment) == owner.id()
    });
    listing::gathered(call, &format!("servicePrincipals('{}')/{}", owner.id(), side.segment()), rows)
}

pub(crate) fn get(call: &Call<'_>, side: Side, key: &Key, id: &str) -> Outcome {
    call.allow("GET", &side.operation("/{id}"))?;
    let assignment = one(call, side, key, id)?;
    let set = format!("servicePrincipals('{}')/{}", side.id(&assignment), side.segment());
    call.object(200, &set, assignment.as_ref(), AppRoleAssignment::DEFAULT)
}

fn one(call: &Call<'_>, side: Side, key: &Key, id: &str) -> Outcome<Arc<AppRoleAssignment>> {
    let owner = lookup::see_principal(call.tenant(), key, call.view)
        .ok_or_else(|| Failure::not_found(key.shown()))?;
    call.tenant()
        .app_role_assignments
        .seen(id, call.view)
        .filter(|assignment| side.id(assignment) == owner.id())
        .cloned()
        .ok_or_else(|| Failure::not_found(id))
}

pub(crate) fn create(call: &mut Call<'_>, side: Side, key: &Key) -> Outcome {
    call.allow("POST", &side.operation(""))?;
    let owner = service_principals::target(call, key)?;
    let body = call.body()?;
    let text = |name: &'static str| {
        body.get(name)
            .and_then(serde_json::Value::as_str)
            .filter(|value| ids::is_guid(value))
            .map(str::to_owned)
            .ok_or_else(|| Failure::invalid_value(name))
    };
    let (principal, resource, role) = (text("principalId")?, text("resourceId")?, text("appRoleId")?);
    let expected = if side == Side::Principal { &principal } else { &resource };
    if expected != owner.id() {
        let property = if side == Side::Principal { "principalId" } else { "resourceId" };
        return Err(Failure::bad(format!(
            "The '{property}' of the assignment is not the object of the request."
        )));
    }
    let tenant = call.tenant();
    let (principal_type, principal_name) = principal_of(tenant, &principal, call)?;
    let published = tenant
        .service_principals
        .get(&resource)
        .filter(|_| tenant.service_principals.reached(&resource, call.now))
        .cloned()
        .ok_or_else(|| Failure::not_found(&resource))?;
    let default_access = role == DEFAULT_ACCESS && published.has_no_roles();
    if !default_access && published.role_value(&role).is_none() {
        return Err(Failure::bad("Permission being assigned was not found on application"));
    }
    let is_same = |other: &Arc<AppRoleAssignment>| {
        other.principal_id == principal && other.resource_id == resource && other.app_role_id == role
    };
    let table = &tenant.app_role_assignments;
    let exists = table.iter().any(is_same)
        || call.world.moods.duplicate_check == DuplicateCheck::WhatReplicasShow
            && table.seen_after(None, call.view).any(is_same);
    if exists {
        let status = match call.world.moods.duplicate_assignment {
            Duplicate::BadRequest => 400,
            Duplicate::Conflict => 409,
        };
        let message = "Permission being assigned already exists on the object";
        return Err(Failure::new(status, "Request_BadRequest", message));
    }
    let random = call.guid();
    let id =
        ids::app_role_assignment(&principal, &random).ok_or_else(|| Failure::invalid_value("principalId"))?;
    let assignment = AppRoleAssignment {
        id: id.clone(),
        deleted_date_time: None,
        app_role_id: role,
        created_date_time: Some(call.timestamp()),
        principal_display_name: principal_name,
        principal_id: principal,
        principal_type: principal_type.to_owned(),
        resource_display_name: Some(published.text("displayName").to_owned()),
        resource_id: resource,
    };
    let set = format!("servicePrincipals('{}')/{}", owner.id(), side.segment());
    let answer = call.object(201, &set, &assignment, AppRoleAssignment::DEFAULT)?;
    let (now, settles) = (call.now, call.settles(Kind::RoleAssignment));
    call.tenant_mut().app_role_assignments.put(&id, assignment, now, settles);
    Ok(answer)
}

fn principal_of(tenant: &Tenant, id: &str, call: &Call<'_>) -> Outcome<(&'static str, Option<String>)> {
    if tenant.service_principals.reached(id, call.now)
        && let Some(principal) = tenant.service_principals.get(id)
    {
        return Ok(("ServicePrincipal", Some(principal.text("displayName").to_owned())));
    }
    if let Some(user) = tenant.users.get(id).filter(|_| tenant.users.reached(id, call.now)) {
        return Ok(("User", user.display_name.clone()));
    }
    if let Some(group) = tenant.groups.get(id).filter(|_| tenant.groups.reached(id, call.now)) {
        return Ok(("Group", group.display_name.clone()));
    }
    Err(Failure::bad("Not a valid reference update."))
}

pub(crate) fn delete(call: &mut Call<'_>, side: Side, key: &Key, id: &str) -> Outcome {
    call.allow("DELETE", &side.operation("/{id}"))?;
    let owner = service_principals::target(call, key)?;
    call.tenant()
        .app_role_assignments
        .get(id)
        .filter(|assignment| side.id(assignment) == owner.id())
        .ok_or_else(|| Failure::not_found(id))?;
    let (now, settles) = (call.now, call.settles(Kind::RoleAssignment));
    call.tenant_mut().app_role_assignments.remove(id, now, settles);
    Ok(Answer::empty(204))
}
