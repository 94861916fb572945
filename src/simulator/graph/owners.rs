//! Owners of applications and service principals.

use serde_json::{Value, json};

use super::applications::{self, Application};
use super::call::{Call, Key};
use super::errors::{Failure, Outcome};
use super::{directory_objects, service_principals};
use crate::server::exchange::Answer;

/// What is owned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owned {
    Application,
    ServicePrincipal,
}

impl Owned {
    fn set(self) -> &'static str {
        match self {
            Self::Application => "applications",
            Self::ServicePrincipal => "servicePrincipals",
        }
    }
}

pub(crate) fn list(call: &Call<'_>, holder: Owned, key: &Key) -> Outcome {
    call.allow("GET", &format!("/{}/{{id}}/owners", holder.set()))?;
    let missing = || Failure::not_found(key.shown());
    let owners = match holder {
        Owned::Application => {
            applications::seen(call.tenant(), key, call.view).ok_or_else(missing)?.owners.clone()
        }
        Owned::ServicePrincipal => {
            service_principals::seen(call.tenant(), key, call.view).ok_or_else(missing)?.owners.clone()
        }
    };
    let objects: Vec<Value> = owners
        .iter()
        .filter_map(|id| directory_objects::shown(call.tenant(), id, call.view))
        .map(|object| directory_objects::selected(call, object, true))
        .collect();
    Ok(Answer::json(200, &json!({ "@odata.context": call.context("directoryObjects"), "value": objects })))
}

pub(crate) fn add(call: &mut Call<'_>, holder: Owned, key: &Key) -> Outcome {
    let reach = call.allow("POST", &format!("/{}/{{id}}/owners/$ref", holder.set()))?;
    let body = call.body()?;
    let reference =
        body.get("@odata.id").and_then(Value::as_str).ok_or_else(|| Failure::invalid_value("@odata.id"))?;
    let owner = referred(call, reference)?;
    change(call, holder, key, reach, |owners| {
        if owners.contains(&owner) {
            return Err(Failure::bad(
                "One or more added object references already exist for the following modified properties: 'owners'.",
            ));
        }
        owners.push(owner.clone());
        Ok(())
    })
}

pub(crate) fn remove(call: &mut Call<'_>, holder: Owned, key: &Key, owner: &str) -> Outcome {
    let reach = call.allow("DELETE", &format!("/{}/{{id}}/owners/{{id}}/$ref", holder.set()))?;
    change(call, holder, key, reach, |owners| {
        let before = owners.len();
        owners.retain(|other| other != owner);
        if owners.len() == before { Err(Failure::not_found(owner)) } else { Ok(()) }
    })
}

fn change(
    call: &mut Call<'_>,
    holder: Owned,
    key: &Key,
    reach: super::authorize::Reach,
    edit: impl FnOnce(&mut Vec<String>) -> Outcome<()>,
) -> Outcome {
    match holder {
        Owned::Application => {
            let current = applications::target(call, key)?;
            call.owned(reach, &current.owners)?;
            let mut application = Application::clone(&current);
            edit(&mut application.owners)?;
            applications::store(call, application);
        }
        Owned::ServicePrincipal => {
            let mut principal = service_principals::target(call, key)?;
            call.owned(reach, &principal.owners)?;
            edit(&mut principal.owners)?;
            service_principals::store(call, principal);
        }
    }
    Ok(Answer::empty(204))
}

/// The owners that a creation binds, at most 20.
pub(crate) fn bound(call: &Call<'_>, references: Option<Value>) -> Outcome<Vec<String>> {
    let references = match references {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(references)) if references.len() <= 20 => references,
        Some(_) => return Err(Failure::invalid_value("owners@odata.bind")),
    };
    references
        .iter()
        .map(|reference| {
            referred(call, reference.as_str().ok_or_else(|| Failure::invalid_value("owners@odata.bind"))?)
        })
        .collect()
}

/// The id at the end of a reference, when a user or principal has it.
pub(crate) fn referred(call: &Call<'_>, reference: &str) -> Outcome<String> {
    let id = reference.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let tenant = call.tenant();
    let reached = tenant.users.reached(id, call.now)
        || tenant.service_principals.reached(id, call.now)
        || tenant.groups.reached(id, call.now);
    if reached { Ok(id.to_owned()) } else { Err(Failure::not_found(id)) }
}
