//! Groups of the directory and their members.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::call::Call;
use super::errors::{Failure, Outcome};
use super::listing;
use crate::directory::entity::Entity;
use crate::directory::group::Group;
use crate::directory::group::Member;
use crate::graph::references;
use crate::server::exchange::Answer;
use crate::state::lags::Kind;

pub(crate) fn list(call: &Call<'_>) -> Outcome {
    call.allow("GET", "/groups")?;
    if let Some(stored_elsewhere) = call
        .options
        .select
        .iter()
        .flatten()
        .find(|name| ["hideFromAddressLists", "hideFromOutlookClients"].contains(&name.as_str()))
    {
        return Err(Failure::new(
            501,
            "NotImplemented",
            format!("This operation target is not yet supported: '{stored_elsewhere}' on a collection."),
        ));
    }
    listing::table(call, "groups", &call.tenant().groups)
}

pub(crate) fn count(call: &Call<'_>) -> Outcome {
    call.allow("GET", "/groups/$count")?;
    listing::count(call, &call.tenant().groups)
}

pub(crate) fn get(call: &Call<'_>, id: &str) -> Outcome {
    call.allow("GET", "/groups/{id}")?;
    let group = call.tenant().groups.seen(id, call.view).cloned().ok_or_else(|| Failure::not_found(id))?;
    call.object(200, "groups", group.as_ref(), Group::DEFAULT)
}

pub(crate) fn create(call: &mut Call<'_>) -> Outcome {
    call.allow("POST", "/groups")?;
    let mut body = call.body()?;
    for required in ["displayName", "mailEnabled", "mailNickname", "securityEnabled"] {
        if body.get(required).is_none_or(Value::is_null) {
            return Err(Failure::bad(format!(
                "A value is required for property '{required}' of resource 'Group'."
            )));
        }
    }
    let members = body.remove("members@odata.bind").unwrap_or_default();
    body.remove("owners@odata.bind");
    let blank = Group { id: call.guid(), created_date_time: Some(call.timestamp()), ..Group::default() };
    let mut group = changed(&blank, body)?;
    let unified = group.group_types.iter().any(|kind| kind == "Unified");
    if group.mail_enabled == Some(true) && !unified {
        return Err(Failure::bad(
            "Mail-enabled security groups and distribution lists are managed in Exchange.",
        ));
    }
    if unified && group.mail.is_none() {
        let mail = format!("{}@{}", group.mail_nickname.clone().unwrap_or_default(), call.tenant().domain);
        group.proxy_addresses = vec![format!("SMTP:{mail}")];
        group.mail = Some(mail);
    }
    for reference in members.as_array().into_iter().flatten() {
        let reference = reference.as_str().ok_or_else(|| Failure::invalid_value("members@odata.bind"))?;
        group.members.push(member(call, reference)?);
    }
    let answer = call.object(201, "groups", &group, Group::DEFAULT)?;
    let (now, settles, id) = (call.now, call.settles(Kind::Person), group.id.clone());
    call.tenant_mut().groups.put(&id, group, now, settles);
    Ok(answer)
}

pub(crate) fn update(call: &mut Call<'_>, id: &str) -> Outcome {
    call.allow("PATCH", "/groups/{id}")?;
    let current = target(call, id)?;
    let group = changed(&current, call.changes(id)?)?;
    let (now, settles) = (call.now, call.settles(Kind::Person));
    call.tenant_mut().groups.put(id, group, now, settles);
    Ok(Answer::empty(204))
}

/// Microsoft 365 groups can be restored for 30 days; all others are gone at once.
pub(crate) fn delete(call: &mut Call<'_>, id: &str) -> Outcome {
    call.allow("DELETE", "/groups/{id}")?;
    let current = target(call, id)?;
    let (now, settles, deleted) = (call.now, call.settles(Kind::Person), call.timestamp());
    let items = call.settles(Kind::Deleted);
    let tenant = call.tenant_mut();
    tenant.groups.remove(id, now, settles);
    if current.group_types.iter().any(|kind| kind == "Unified") {
        let gone = Group { deleted_date_time: Some(deleted), ..Group::clone(&current) };
        tenant.deleted_groups.put(id, gone, now, items);
    }
    Ok(Answer::empty(204))
}

/// The group that a write is for.
pub(crate) fn target(call: &Call<'_>, id: &str) -> Outcome<Arc<Group>> {
    let groups = &call.tenant().groups;
    groups.get(id).filter(|_| groups.reached(id, call.now)).cloned().ok_or_else(|| Failure::not_found(id))
}

fn changed(group: &Group, body: Map<String, Value>) -> Outcome<Group> {
    let Ok(Value::Object(mut document)) = serde_json::to_value(group) else {
        return Err(Failure::bad("The group can't be changed."));
    };
    for (name, value) in body {
        if name.starts_with("@odata.") {
            continue;
        }
        if ["id", "createdDateTime", "deletedDateTime"].contains(&name.as_str()) {
            return Err(Failure::bad(format!("Property '{name}' is read-only and cannot be set.")));
        }
        if !Group::PROPERTIES.contains(&name.as_str()) {
            return Err(Failure::bad(format!("Property '{name}' is invalid.")));
        }
        document.insert(name, value);
    }
    serde_json::from_value(Value::Object(document)).map_err(|error| Failure::bad(error.to_string()))
}

/// The member that a reference names.
pub(crate) fn member(call: &Call<'_>, reference: &str) -> Outcome<Member> {
    let id = references::referred(call, reference)?;
    let tenant = call.tenant();
    let kind = if tenant.users.get(&id).is_some() {
        "user"
    } else if tenant.groups.get(&id).is_some() {
        "group"
    } else {
        "servicePrincipal"
    };
    Ok(Member { kind: format!("#microsoft.graph.{kind}"), id })
}

#[cfg(test)]
mod tests {
    use super::super::desk::Desk;
    use serde_json::json;

    #[test]
    fn a_group_takes_its_own_id_in_a_change_and_refuses_another() {
        let mut desk = Desk::new();
        let groups = desk.get("/groups?$top=2&$select=id").value();
        let [own, other] = [0, 1].map(|place| groups["value"][place]["id"].clone());
        let address = format!("/groups/{}", own.as_str().unwrap());
        assert_eq!(desk.patch(&address, &json!({ "id": own, "description": "told" })).status, 204);
        assert_eq!(desk.get(&address).text("/description"), "told");
        assert_eq!(desk.patch(&address, &json!({ "id": other, "description": "untold" })).status, 400);
        assert_eq!(desk.get(&address).text("/description"), "told");
    }
}
