//! Delegated permission grants.

use serde_json::Value;

use super::call::Call;
use super::errors::{Failure, Outcome};
use super::listing;
use crate::directory::entity::Entity;
use crate::directory::grant::Grant;
use crate::directory::ids;
use crate::directory::key::Key;
use crate::directory::lookup;
use crate::moods::{DuplicateCheck, EmptyScope, FreshPrincipal, ScopeNames};
use crate::server::exchange::Answer;
use crate::state::lags::Kind;

/// The longest `scope` a grant takes, in characters.
const SCOPE_LIMIT: usize = 3850;

pub(crate) fn list(call: &Call<'_>) -> Outcome {
    call.allow("GET", "/oauth2PermissionGrants")?;
    listing::table(call, "oauth2PermissionGrants", &call.tenant().grants)
}

pub(crate) fn count(call: &Call<'_>) -> Outcome {
    call.allow("GET", "/oauth2PermissionGrants/$count")?;
    listing::count(call, &call.tenant().grants)
}

/// The grants of one client.
pub(crate) fn of_client(call: &Call<'_>, key: &Key) -> Outcome {
    call.allow("GET", "/servicePrincipals/{id}/oauth2PermissionGrants")?;
    let client = lookup::see_principal(call.tenant(), key, call.view)
        .ok_or_else(|| Failure::not_found(key.shown()))?;
    let rows = listing::matching(&call.tenant().grants, call.view, |grant| grant.client_id == client.id());
    listing::gathered(call, "oauth2PermissionGrants", rows)
}

pub(crate) fn get(call: &Call<'_>, id: &str) -> Outcome {
    call.allow("GET", "/oauth2PermissionGrants/{id}")?;
    let grant = call.tenant().grants.seen(id, call.view).cloned().ok_or_else(|| Failure::not_found(id))?;
    call.object(200, "oauth2PermissionGrants", grant.as_ref(), Grant::DEFAULT)
}

pub(crate) fn create(call: &mut Call<'_>) -> Outcome {
    call.allow("POST", "/oauth2PermissionGrants")?;
    let body = call.body()?;
    let guid = |name: &'static str| match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(id)) if ids::is_guid(id) => Ok(Some(id.clone())),
        Some(_) => Err(Failure::invalid_value(name)),
    };
    let client = guid("clientId")?.ok_or_else(|| Failure::invalid_value("clientId"))?;
    let resource = guid("resourceId")?.ok_or_else(|| Failure::invalid_value("resourceId"))?;
    let principal = guid("principalId")?;
    let consent_type = body.get("consentType").and_then(Value::as_str).unwrap_or_default();
    let fits = match consent_type {
        "AllPrincipals" => principal.is_none(),
        "Principal" => principal.is_some(),
        _ => return Err(Failure::invalid_value("consentType")),
    };
    if !fits {
        return Err(Failure::invalid_value("principalId"));
    }
    let scope = scope(body.get("scope"))?;
    for id in [&client, &resource] {
        if !call.tenant().service_principals.reached(id, call.now) {
            return Err(unknown_principal(call, id));
        }
    }
    if let Some(user) = &principal
        && !call.tenant().users.reached(user, call.now)
    {
        return Err(unknown_principal(call, user));
    }
    check_scope(call, &resource, scope.as_deref())?;
    let id = ids::grant(&client, &resource, principal.as_deref())
        .ok_or_else(|| Failure::invalid_value("clientId"))?;
    let grants = &call.tenant().grants;
    let exists = grants.get(&id).is_some()
        || call.world.moods.duplicate_check == DuplicateCheck::WhatReplicasShow
            && grants.seen(&id, call.view).is_some();
    if exists {
        return Err(Failure::new(
            409,
            "Request_MultipleObjectsWithSameKeyValue",
            "Permission entry already exists.",
        ));
    }
    let grant = Grant {
        client_id: client,
        consent_type: consent_type.to_owned(),
        id: id.clone(),
        principal_id: principal,
        resource_id: resource,
        scope,
    };
    let answer = call.object(201, "oauth2PermissionGrants", &grant, Grant::DEFAULT)?;
    let (now, settles) = (call.now, call.settles(Kind::Grant));
    call.tenant_mut().grants.put(&id, grant, now, settles);
    Ok(answer)
}

/// Seen both as 404 and as 400 for a principal that has not reached every replica.
fn unknown_principal(call: &mut Call<'_>, id: &str) -> Failure {
    let failure = Failure::not_found(id);
    let bad = match call.world.moods.fresh_principal_refusal {
        FreshPrincipal::Either => call.coin(),
        FreshPrincipal::NotFound => false,
        FreshPrincipal::BadRequest => true,
    };
    if bad { Failure::bad(failure.message) } else { failure }
}

/// What is refused of a `scope` that is long enough not to be refused by itself.
fn check_scope(call: &Call<'_>, resource: &str, scope: Option<&str>) -> Outcome<()> {
    let names: Vec<&str> = scope.unwrap_or_default().split_whitespace().collect();
    if names.is_empty() && call.world.moods.empty_scope == EmptyScope::Refused {
        return Err(Failure::invalid_value("scope"));
    }
    if call.world.moods.scope_names == ScopeNames::Checked
        && let Some(resource) = call.tenant().service_principals.get(resource)
    {
        let published: Value = resource.value("oauth2PermissionScopes");
        let known = |name: &str| published.as_array().into_iter().flatten().any(|one| one["value"] == *name);
        if let Some(unknown) = names.iter().find(|name| !known(name)) {
            return Err(Failure::bad(format!("The scope '{unknown}' is not published by the resource.")));
        }
    }
    Ok(())
}

fn scope(value: Option<&Value>) -> Outcome<Option<String>> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(scope)) if scope.chars().count() <= SCOPE_LIMIT => Ok(Some(scope.clone())),
        Some(_) => Err(Failure::invalid_value("scope")),
    }
}

pub(crate) fn update(call: &mut Call<'_>, id: &str) -> Outcome {
    call.allow("PATCH", "/oauth2PermissionGrants/{id}")?;
    let body = call.changes(id)?;
    let current = call
        .tenant()
        .grants
        .get(id)
        .filter(|_| call.tenant().grants.reached(id, call.now))
        .cloned()
        .ok_or_else(|| Failure::not_found(id))?;
    let mut grant = Grant::clone(&current);
    for (name, value) in &body {
        match name.as_str() {
            "scope" => grant.scope = scope(Some(value))?,
            name if name.starts_with("@odata.") => {}
            name => return Err(Failure::bad(format!("Property '{name}' is read-only and cannot be set."))),
        }
    }
    check_scope(call, &grant.resource_id, grant.scope.as_deref())?;
    let (now, settles) = (call.now, call.settles(Kind::Grant));
    call.tenant_mut().grants.put(id, grant, now, settles);
    Ok(Answer::empty(204))
}

pub(crate) fn delete(call: &mut Call<'_>, id: &str) -> Outcome {
    call.allow("DELETE", "/oauth2PermissionGrants/{id}")?;
    if !call.tenant().grants.reached(id, call.now) {
        return Err(Failure::not_found(id));
    }
    let (now, settles) = (call.now, call.settles(Kind::Grant));
    call.tenant_mut().grants.remove(id, now, settles);
    Ok(Answer::empty(204))
}
