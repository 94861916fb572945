//! The steps of core, one by one: configure, refresh, plan, apply, and all of them in turn.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value as Json, json};

use super::named::expect_named;
use super::plugin::calls::{Messages, Plan, Stored};
use super::plugin::{self, Plugin};
use super::quickstart::{APPLICATION, CONSENT, ORDER, Objects, RUN, SECRET};

pub(crate) async fn configured(environment: &BTreeMap<String, String>) -> Plugin {
    let plugin = plugin::start(environment).await;
    plugin.configure(json!({})).await.expect_none();
    plugin
}

pub(super) fn configuration(
    kind: &str,
    domain: &str,
    objects: &Objects,
    changes: &BTreeMap<&'static str, Json>,
) -> Json {
    let none = Json::Null;
    let application = objects.get(APPLICATION).map_or(&none, |stored| &stored.state);
    let mut config = match kind {
        APPLICATION => json!({ "display_name": "Proofpoint Essentials Azure Sync" }),
        CONSENT => json!({
            "client_id": application["client_id"],
            "delegated_permissions": application["delegated_permissions"],
            "application_permissions": application["application_permissions"],
        }),
        SECRET => json!({ "application_id": application["id"] }),
        RUN => json!({ "domain": domain }),
        _ => json!({
            "domain": domain, "client_id": application["client_id"], "default_role": "end_user", "frequency": 1,
            "managed_client_secret": { "application_id": application["id"] },
            "users": { "remove_deleted": true },
            "max_removals": "100%",
        }),
    };
    if let Some(changes) = changes.get(kind) {
        merge(&mut config, changes);
    }
    config
}

/// Writes some members of an object, at any depth.
pub(crate) fn merge(into: &mut Json, from: &Json) {
    match (into, from) {
        (Json::Object(into), Json::Object(from)) => {
            for (name, value) in from {
                merge(into.entry(name.clone()).or_insert(Json::Null), value);
            }
        }
        (into, from) => *into = from.clone(),
    }
}

pub(super) fn held(objects: &Mutex<Objects>) -> Objects {
    objects.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

pub(super) fn keep(objects: &Mutex<Objects>, kind: &'static str, stored: Stored) {
    let mut objects = objects.lock().unwrap_or_else(PoisonError::into_inner);
    if stored.state.is_null() {
        objects.remove(kind);
    } else {
        objects.insert(kind, Stored { messages: Messages::default(), ..stored });
    }
}

pub(super) async fn refresh(plugin: &Plugin, kind: &'static str, objects: &Mutex<Objects>) -> Messages {
    let Some(mut stored) = held(objects).remove(kind) else { return Messages::default() };
    // As core does with each state that it loads.
    let resource = plugin.resource(kind).await;
    let (loaded, said) = resource.upgrade(0, &stored.state).await;
    said.expect_none();
    stored.state = loaded;
    let mut read = resource.read(&stored).await;
    let said = std::mem::take(&mut read.messages);
    expect_named(&said, &stored.state["domain"]);
    if said.0.iter().all(|message| !message.error) {
        keep(objects, kind, read);
    }
    said
}

pub(super) async fn plan(
    plugin: &Plugin,
    kind: &'static str,
    domain: &str,
    objects: &Mutex<Objects>,
    changes: &BTreeMap<&'static str, Json>,
) -> Plan {
    let all = held(objects);
    let config = configuration(kind, domain, &all, changes);
    let planned = plugin.resource(kind).await.plan(all.get(kind), config).await;
    expect_named(&planned.messages, &planned.config["domain"]);
    planned
}

pub(super) async fn apply(
    plugin: &Plugin,
    kind: &'static str,
    objects: &Mutex<Objects>,
    planned: Plan,
) -> Messages {
    let prior = held(objects).remove(kind);
    let organization = planned.config["domain"].clone();
    let mut applied = plugin.resource(kind).await.apply(prior.as_ref(), planned).await;
    expect_named(&applied.messages, &organization);
    let said = std::mem::take(&mut applied.messages);
    keep(objects, kind, applied);
    said
}

pub(super) async fn converge(
    plugin: &Plugin,
    domain: &str,
    objects: &Mutex<Objects>,
    changes: &BTreeMap<&'static str, Json>,
) -> Result<Vec<&'static str>, Messages> {
    let failed = |said: &Messages| said.0.iter().any(|message| message.error);
    let mut done = Vec::new();
    for kind in ORDER {
        let said = refresh(plugin, kind, objects).await;
        if failed(&said) {
            return Err(said);
        }
        let planned = plan(plugin, kind, domain, objects, changes).await;
        if failed(&planned.messages) {
            return Err(planned.messages);
        }
        if held(objects).get(kind).is_some_and(|stored| stored.state == planned.state) {
            continue;
        }
        let said = apply(plugin, kind, objects, planned).await;
        if failed(&said) {
            return Err(said);
        }
        done.push(kind);
    }
    Ok(done)
}
