//! Soft-deleted objects: kept for 30 days, restorable.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::call::Call;
use super::directory_objects::typed;
use super::errors::{Failure, Outcome};
use super::listing;
use crate::directory::application::Application;
use crate::directory::entity::Entity;
use crate::directory::group::Group;
use crate::directory::key::Key;
use crate::directory::lookup;
use crate::directory::service_principal::ServicePrincipal;
use crate::directory::user::User;
use crate::moods::DeletedReaders;
use crate::server::exchange::Answer;
use crate::state::World;
use crate::state::lags::Kind as Lagging;
use crate::state::table::Table;

const RETENTION: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The kinds that are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Application,
    ServicePrincipal,
    User,
    Group,
}

impl Kind {
    /// `microsoft.graph.user`, or `graph.user` for short.
    fn of_segment(segment: &str) -> Option<Self> {
        let name = segment.strip_prefix("microsoft.").unwrap_or(segment).strip_prefix("graph.")?;
        match name.to_ascii_lowercase().as_str() {
            "application" => Some(Self::Application),
            "serviceprincipal" => Some(Self::ServicePrincipal),
            "user" => Some(Self::User),
            "group" => Some(Self::Group),
            _ => None,
        }
    }

    /// How the permission table calls a deleted object of this kind.
    fn placeholder(self) -> &'static str {
        match self {
            Self::Application | Self::ServicePrincipal => "{id}",
            Self::User => "{user}",
            Self::Group => "{group}",
        }
    }
}

/// Whether the segment after `deletedItems` names a kind.
pub(crate) fn is_kind(segment: &str) -> bool {
    Kind::of_segment(segment).is_some()
}

fn kind_of(call: &Call<'_>, id: &str) -> Outcome<Kind> {
    // One that was restored or purged is shown for as long as this is late.
    fn holds<T>(call: &Call<'_>, table: &Table<T>, id: &str) -> bool {
        table.get(id).is_some() || table.seen(id, call.view).is_some()
    }
    let tenant = call.tenant();
    if holds(call, &tenant.deleted_applications, id) {
        Ok(Kind::Application)
    } else if holds(call, &tenant.deleted_service_principals, id) {
        Ok(Kind::ServicePrincipal)
    } else if holds(call, &tenant.deleted_users, id) {
        Ok(Kind::User)
    } else if holds(call, &tenant.deleted_groups, id) {
        Ok(Kind::Group)
    } else {
        Err(Failure::not_found(id))
    }
}

pub(crate) fn list(call: &Call<'_>, segment: &str) -> Outcome {
    let kind = Kind::of_segment(segment).ok_or_else(|| Failure::not_found(segment))?;
    let tenant = call.tenant();
    let operation = |name: &str| format!("/directory/deletedItems/microsoft.graph.{name}");
    match kind {
        Kind::Application => {
            allow_reading(call, &operation("application"))?;
            listing::table(call, "applications", &tenant.deleted_applications)
        }
        Kind::ServicePrincipal => {
            allow_reading(call, &operation("servicePrincipal"))?;
            listing::table(call, "servicePrincipals", &tenant.deleted_service_principals)
        }
        Kind::User => {
            call.allow("GET", &operation("user"))?;
            listing::table(call, "users", &tenant.deleted_users)
        }
        Kind::Group => {
            allow_reading(call, &operation("group"))?;
            listing::table(call, "groups", &tenant.deleted_groups)
        }
    }
}

/// Documentation and permission data differ in who may read what was deleted.
fn allow_reading(call: &Call<'_>, operation: &str) -> Outcome<()> {
    let further = match operation.rsplit('/').next().unwrap_or_default() {
        "microsoft.graph.application" | "microsoft.graph.servicePrincipal" | "{id}" => {
            "Application.ReadWrite.OwnedBy"
        }
        "microsoft.graph.group" | "{group}" => "GroupMember.Read.All",
        _ => "",
    };
    let wider = call.world.moods.deleted_items_readers == DeletedReaders::Wider;
    if wider && call.caller.roles.contains(further) {
        return Ok(());
    }
    call.allow("GET", operation).map(|_| ())
}

pub(crate) fn get(call: &Call<'_>, id: &str) -> Outcome {
    // What somebody may not read must not be told apart from what is not there by its kind alone.
    let kind = kind_of(call, id);
    let placeholder = kind.as_ref().map_or("{id}", |kind| kind.placeholder());
    let operation = format!("/directory/deletedItems/{placeholder}");
    allow_reading(call, &operation)?;
    let tenant = call.tenant();
    let object = match kind? {
        Kind::Application => shown(call, &tenant.deleted_applications, id),
        Kind::ServicePrincipal => shown(call, &tenant.deleted_service_principals, id),
        Kind::User => shown(call, &tenant.deleted_users, id),
        Kind::Group => shown(call, &tenant.deleted_groups, id),
    }?;
    Ok(Answer::json(200, &object))
}

fn shown<T: Entity>(call: &Call<'_>, table: &Table<T>, id: &str) -> Outcome<Value> {
    let object = table.seen(id, call.view).ok_or_else(|| Failure::not_found(id))?;
    let properties = call.options.shown::<T>(T::PROPERTIES)?;
    let mut document = typed(object.as_ref(), &properties);
    document["@odata.context"] = Value::from(call.context("directoryObjects/$entity"));
    Ok(document)
}

pub(crate) fn purge(call: &mut Call<'_>, id: &str) -> Outcome {
    let kind = kind_of(call, id);
    let placeholder = kind.as_ref().map_or("{id}", |kind| kind.placeholder());
    let reach = call.allow("DELETE", &format!("/directory/deletedItems/{placeholder}"))?;
    let kind = kind?;
    call.owned(reach, &owners_of(call, kind, id))?;
    let (now, settles) = (call.now, call.settles(Lagging::Deleted));
    let tenant = call.tenant_mut();
    match kind {
        Kind::Application => drop(tenant.deleted_applications.remove(id, now, settles)),
        Kind::ServicePrincipal => drop(tenant.deleted_service_principals.remove(id, now, settles)),
        Kind::User => drop(tenant.deleted_users.remove(id, now, settles)),
        Kind::Group => drop(tenant.deleted_groups.remove(id, now, settles)),
    }
    Ok(Answer::empty(204))
}

fn owners_of(call: &Call<'_>, kind: Kind, id: &str) -> Vec<String> {
    let tenant = call.tenant();
    match kind {
        Kind::Application => tenant.deleted_applications.get(id).map(|object| object.owners.clone()),
        Kind::ServicePrincipal => {
            tenant.deleted_service_principals.get(id).map(|object| object.owners.clone())
        }
        Kind::User | Kind::Group => None,
    }
    .unwrap_or_default()
}

/// Restoring an application does not restore its principal.
pub(crate) fn restore(call: &mut Call<'_>, id: &str) -> Outcome {
    let kind = kind_of(call, id);
    let placeholder = kind.as_ref().map_or("{id}", |kind| kind.placeholder());
    let reach = call.allow("POST", &format!("/directory/deletedItems/{placeholder}/restore"))?;
    let kind = kind?;
    call.owned(reach, &owners_of(call, kind, id))?;
    if kind == Kind::ServicePrincipal {
        check_principal(call, id)?;
    }
    let (now, settles) = (call.now, call.settles(Lagging::Deleted));
    let shown = call.settles(match kind {
        Kind::Application => Lagging::Application,
        Kind::ServicePrincipal => Lagging::Principal,
        Kind::User | Kind::Group => Lagging::Person,
    });
    let missing = || Failure::not_found(id);
    let tenant = call.tenant_mut();
    let restored = match kind {
        Kind::Application => {
            let gone = tenant.deleted_applications.remove(id, now, settles).ok_or_else(missing)?;
            let mut object = Application::clone(&gone);
            object.document.insert("deletedDateTime".to_owned(), Value::Null);
            let restored = typed(&object, Application::DEFAULT);
            tenant.applications.put(id, object, now, shown);
            restored
        }
        Kind::ServicePrincipal => {
            let gone = tenant.deleted_service_principals.remove(id, now, settles).ok_or_else(missing)?;
            let mut object = ServicePrincipal::clone(&gone);
            object.document.insert("deletedDateTime".to_owned(), Value::Null);
            let restored = typed(&object, ServicePrincipal::DEFAULT);
            tenant.service_principals.put(id, object, now, shown);
            restored
        }
        Kind::User => {
            let gone = tenant.deleted_users.remove(id, now, settles).ok_or_else(missing)?;
            let object = super::user_writes::restored(&gone);
            let restored = typed(&object, User::DEFAULT);
            tenant.users.put(id, object, now, shown);
            restored
        }
        Kind::Group => {
            let gone = tenant.deleted_groups.remove(id, now, settles).ok_or_else(missing)?;
            let object = Group { deleted_date_time: None, ..Group::clone(&gone) };
            let restored = typed(&object, Group::DEFAULT);
            tenant.groups.put(id, object, now, shown);
            restored
        }
    };
    let mut answer = restored;
    answer["@odata.context"] = json!(call.context("directoryObjects/$entity"));
    Ok(Answer::json(200, &answer))
}

/// A principal comes back only while its application is there and nobody took its name.
fn check_principal(call: &Call<'_>, id: &str) -> Outcome<()> {
    let tenant = call.tenant();
    let Some(principal) = tenant.deleted_service_principals.get(id) else {
        return Err(Failure::not_found(id));
    };
    let key = Key::Alternate("appId".to_owned(), principal.app_id().to_owned());
    if lookup::find_principal(tenant, &key).is_some() {
        let message = format!(
            "The service principal cannot be created, updated, or restored because the service principal name {} is already in use.",
            principal.app_id()
        );
        return Err(Failure::new(409, "Request_MultipleObjectsWithSameKeyValue", message)
            .detail("ObjectConflict", "servicePrincipalNames"));
    }
    let home = principal.text("appOwnerOrganizationId") == tenant.id;
    if home && lookup::find_application(tenant, &key).is_none() {
        return Err(Failure::bad(format!(
            "The appId '{}' of the service principal does not reference a valid application object.",
            principal.app_id()
        ))
        .detail("NoBackingApplicationObject", "appId"));
    }
    Ok(())
}

/// Removes for good what was deleted more than 30 days ago.
pub(crate) fn purge_expired(world: &mut World) {
    let now = world.clock.now();
    if now.duration_since(world.purged) < SignedDuration::from_mins(1) {
        return;
    }
    world.purged = now;
    for tenant in &mut world.tenants {
        purge_table(&mut tenant.deleted_applications, now);
        purge_table(&mut tenant.deleted_service_principals, now);
        purge_table(&mut tenant.deleted_users, now);
        purge_table(&mut tenant.deleted_groups, now);
    }
}

fn purge_table<T: Entity>(table: &mut Table<T>, now: Timestamp) {
    let expired: Vec<String> = table
        .iter()
        .filter(|object| {
            let deleted = object.value("deletedDateTime");
            let deleted: Option<Timestamp> = deleted.as_str().and_then(|deleted| deleted.parse().ok());
            deleted.is_some_and(|deleted| now.duration_since(deleted) >= RETENTION)
        })
        .map(|object| object.id().to_owned())
        .collect();
    for id in expired {
        table.remove(&id, now, now);
    }
}
