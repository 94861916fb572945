//! Objects of any kind, as mixed collections show them.

use serde_json::{Map, Value, json};

use super::call::Call;
use super::errors::{Failure, Outcome};
use crate::directory::entity::Entity;
use crate::directory::tenant::Tenant;
use crate::server::exchange::Answer;
use crate::state::table::{Table, View};

/// The object with this id and its type, whatever it is.
pub(crate) fn shown(tenant: &Tenant, id: &str, view: View) -> Option<Value> {
    from(&tenant.users, id, view)
        .or_else(|| from(&tenant.groups, id, view))
        .or_else(|| from(&tenant.service_principals, id, view))
        .or_else(|| from(&tenant.applications, id, view))
}

fn from<T: Entity>(table: &Table<T>, id: &str, view: View) -> Option<Value> {
    table.seen(id, view).map(|object| typed(object.as_ref(), T::DEFAULT))
}

/// These properties of an object, after its type.
pub(crate) fn typed<T: Entity>(object: &T, properties: &[&str]) -> Value {
    let mut document = Map::new();
    document.insert("@odata.type".to_owned(), Value::from(format!("#microsoft.graph.{}", T::TYPE)));
    for property in properties {
        document.insert((*property).to_owned(), object.value(property));
    }
    Value::Object(document)
}

/// Mixed collections tell each object's type; what a kind does not have is left out.
pub(crate) fn selected(call: &Call<'_>, mut object: Value, typed: bool) -> Value {
    if let Value::Object(properties) = &mut object {
        if let Some(select) = &call.options.select {
            properties.retain(|name, _| name == "@odata.type" || name == "id" || select.contains(name));
        }
        if !typed {
            properties.remove("@odata.type");
        }
    }
    object
}

/// `POST /directoryObjects/getByIds`: at most 1,000 ids; unknown ones are left out.
pub(crate) fn get_by_ids(call: &Call<'_>) -> Outcome {
    call.allow("POST", "/directoryObjects/getByIds")?;
    let body = call.body()?;
    let strings = |name: &str| -> Outcome<Option<Vec<String>>> {
        match body.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => {
                serde_json::from_value(value.clone()).map(Some).map_err(|_| Failure::invalid_value(name))
            }
        }
    };
    let ids = strings("ids")?.filter(|ids| ids.len() <= 1000).ok_or_else(|| Failure::invalid_value("ids"))?;
    let types = strings("types")?;
    let wanted = |object: &Value| {
        let kind = object["@odata.type"].as_str().unwrap_or_default().trim_start_matches("#microsoft.graph.");
        types
            .as_ref()
            .is_none_or(|types| types.iter().any(|wanted| wanted == kind || wanted == "directoryObject"))
    };
    let objects: Vec<Value> =
        ids.iter().filter_map(|id| shown(call.tenant(), id, call.view)).filter(wanted).collect();
    Ok(Answer::json(200, &json!({ "@odata.context": call.context("directoryObjects"), "value": objects })))
}
