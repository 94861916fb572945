//! Organizations and tenants: a line for each, and one of each whole.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::directory::tenant::Tenant;
use crate::essentials::organization::Organization;
use crate::essentials::run::Ending;
use crate::state::World;

/// An organization with the tenant of the same domain, or one of the two alone.
#[derive(Serialize)]
pub(super) struct Place {
    pub(super) domain: String,
    name: String,
    has_tenant: bool,
    has_organization: bool,
    users: usize,
    groups: usize,
    accounts: usize,
    /// Hours; none where there is no sync.
    frequency: Option<u16>,
    next_run: Option<Timestamp>,
    last_run: Option<Timestamp>,
    last_outcome: Option<Ending>,
}

/// Tenants in the order of the ready line, then organizations without one.
pub(super) fn all(world: &World) -> Vec<Place> {
    let with_tenant = world
        .tenants
        .iter()
        .map(|tenant| place(&tenant.domain, Some(tenant), world.organizations.find(&tenant.domain)));
    let mut places: Vec<Place> = with_tenant.collect();
    let alone = world.organizations.iter().filter(|one| world.tenant(&one.primary_domain).is_none());
    places.extend(alone.map(|organization| place(&organization.primary_domain, None, Some(organization))));
    places
}

fn place(domain: &str, tenant: Option<&Tenant>, organization: Option<&Organization>) -> Place {
    let settings = organization.and_then(|organization| organization.settings.as_ref());
    let last = organization.and_then(|organization| organization.runs.last());
    let name = organization.map(|one| &one.name).or(tenant.map(|tenant| &tenant.display_name));
    Place {
        domain: domain.to_owned(),
        name: name.cloned().unwrap_or_default(),
        has_tenant: tenant.is_some(),
        has_organization: organization.is_some(),
        users: tenant.map_or(0, |tenant| tenant.users.iter().count()),
        groups: tenant.map_or(0, |tenant| tenant.groups.iter().count()),
        accounts: organization.map_or(0, |organization| organization.accounts.len()),
        frequency: settings.map(|settings| settings.sync_frequency),
        next_run: settings.and_then(|settings| settings.next_run),
        last_run: last.map(|run| run.time),
        last_outcome: last.map(|run| run.outcome),
    }
}

/// A tenant; its domains with whether the organization has them too.
pub(super) fn tenant(tenant: &Tenant, organization: Option<&Organization>) -> Value {
    let domains = tenant.domains.iter().map(|domain| {
        json!({
            "name": domain.id, "verified": domain.is_verified,
            "shared": organization.is_some_and(|organization| organization.domain(&domain.id).is_some()),
        })
    });
    json!({
        "id": tenant.id, "name": tenant.display_name, "domains": domains.collect::<Vec<_>>(),
        "users": tenant.users.iter().count(), "groups": tenant.groups.iter().count(),
        "deleted_users": tenant.deleted_users.iter().count(),
    })
}

pub(super) fn organization(organization: &Organization) -> Value {
    let domains = organization.domains.iter().map(
        |domain| json!({ "name": domain.name, "verified": domain.verified, "active": domain.is_active }),
    );
    json!({
        "name": organization.name, "eid": organization.eid, "kind": organization.kind,
        "parent": organization.parent, "package": organization.package, "active": organization.is_active,
        "licences": organization.user_licenses, "licences_taken": organization.licences_taken(),
        "domains": domains.collect::<Vec<_>>(),
    })
}

/// The settings of a sync: which key it holds is told by the key's name and id.
pub(super) fn settings(world: &World, organization: &Organization) -> Option<Value> {
    let settings = organization.settings.as_ref()?;
    let mut members = serde_json::to_value(settings).ok()?;
    let object = members.as_object_mut()?;
    object.remove("ad_key");
    let (next_run, expiry) = (object.remove("next_run"), object.remove("secret_expiry"));
    let last_run = object.remove("last_successful_sync");
    let application = world
        .tenant(&settings.primary_domain)
        .and_then(|tenant| tenant.applications.iter().find(|one| one.app_id() == settings.application_id));
    let key = application.and_then(|application| {
        let (id, _) = application.secrets.iter().find(|(_, held)| held.text == settings.ad_key)?;
        let listed =
            application.list("passwordCredentials").iter().find(|key| key["keyId"] == id.as_str())?;
        Some(json!({ "id": id, "name": listed["displayName"], "ends": listed["endDateTime"] }))
    });
    Some(json!({
        "members": members,
        "exemptions": organization.exemptions,
        "application": application.map(|application| application.text("displayName")),
        "key": key,
        "expiry": expiry,
        "next_run": next_run,
        "last_run": last_run,
    }))
}
