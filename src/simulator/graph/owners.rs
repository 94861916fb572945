//! Owners of applications and service principals.

use serde_json::{Value, json};

use super::applications;
use super::call::Call;
use super::errors::{Failure, Outcome};
use super::{directory_objects, service_principals};
use crate::directory::application::Application;
use crate::directory::key::Key;
use crate::directory::lookup;
use crate::graph::references;
use crate::moods::OwnersReaders;
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
    if call.world.moods.owners_readers == OwnersReaders::Documented {
        // The other half of what changing them takes.
        call.allow("POST", &format!("/{}/{{id}}/owners/$ref", holder.set()))?;
    }
    let missing = || Failure::not_found(key.shown());
    let owners = match holder {
        Owned::Application => {
            lookup::see_application(call.tenant(), key, call.view).ok_or_else(missing)?.owners.clone()
        }
        Owned::ServicePrincipal => {
            lookup::see_principal(call.tenant(), key, call.view).ok_or_else(missing)?.owners.clone()
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
    let owner = references::referred(call, reference)?;
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
