//! The state of both sides as one JSON document, objects as their own APIs show them.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::graph::entity::Entity;
use crate::graph::groups::Group;
use crate::graph::users::User;
use crate::state::World;
use crate::state::table::Table;
use crate::state::tenant::Tenant;

/// The document that `GET /_control/state` gives and `--data` takes.
pub(crate) fn write(world: &World) -> Value {
    let tenants: Map<String, Value> =
        world.tenants.iter().map(|tenant| (tenant.id.clone(), directory(tenant))).collect();
    json!({ "tenants": tenants, "organizations": world.organizations.state() })
}

fn directory(tenant: &Tenant) -> Value {
    let users: Vec<&User> = tenant.users.iter().map(AsRef::as_ref).collect();
    let groups: Vec<&Group> = tenant.groups.iter().map(AsRef::as_ref).collect();
    let deleted: Vec<Value> = typed(&tenant.deleted_users).chain(typed(&tenant.deleted_groups)).collect();
    json!({
        "domain": tenant.domain,
        "display_name": tenant.display_name,
        "users": users,
        "groups": groups,
        "deleted_items": deleted,
    })
}

/// The objects of a table with their `@odata.type`, as mixed collections show them.
fn typed<T: Entity + Serialize>(table: &Table<T>) -> impl Iterator<Item = Value> {
    table.iter().filter_map(|object| {
        let mut value = serde_json::to_value(object.as_ref()).ok()?;
        value
            .as_object_mut()?
            .insert("@odata.type".to_owned(), format!("#microsoft.graph.{}", T::TYPE).into());
        Some(value)
    })
}
