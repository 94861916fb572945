//! `/orgs/{domain}/domains`.

use serde_json::{Map, Value, json};

use super::call::{self, Call};
use super::errors::{Failure, Outcome};
use super::organization::{Domain, domain_from};
use crate::moods::DomainRecords;
use crate::server::exchange::Answer;

pub(crate) fn list(call: &Call<'_>, domain: &str) -> Outcome {
    let domains: Vec<Value> = call.organization(domain)?.domains.iter().map(Domain::shown).collect();
    Ok(call.listed("domains", &domains))
}

pub(crate) fn get(call: &Call<'_>, domain: &str, target: &str) -> Outcome {
    let found = call.organization(domain)?.domain(target).ok_or_else(|| missing(target))?;
    Ok(Answer::json(200, &found.shown()))
}

pub(crate) fn create(call: &mut Call<'_>, domain: &str) -> Outcome {
    call.organization(domain)?;
    call::create(call, "domains", |call, map| create_one(call, domain, map))
}

fn create_one(call: &mut Call<'_>, domain: &str, map: &Map<String, Value>) -> Outcome<Value> {
    let made = domain_from(map, call.moods().booleans)?;
    if call.world.organizations.find(&made.name).is_some() {
        return Err(Failure::exists(&made.name));
    }
    let shown = made.shown();
    call.organization_mut(domain)?.domains.push(made);
    Ok(shown)
}

pub(crate) fn update(call: &mut Call<'_>, domain: &str, target: &str) -> Outcome {
    let body = call.object()?;
    let fields = call.fields(&body);
    let found = target_mut(call, domain, target)?;
    let mut changed = found.clone();
    changed.change(&fields)?;
    if changed.name != found.name {
        return Err(Failure::invalid("`name` can't be changed", target));
    }
    *found = changed;
    Ok(Answer::empty(204))
}

/// The primary domain stays: it names the organization.
pub(crate) fn delete(call: &mut Call<'_>, domain: &str, target: &str) -> Outcome {
    let organization = call.organization_mut(domain)?;
    let name = organization.domain(target).ok_or_else(|| missing(target))?.name.clone();
    if name == organization.primary_domain {
        return Err(Failure::new(400, "bad request: the primary domain can't be deleted", target));
    }
    organization.domains.retain(|domain| domain.name != name);
    Ok(Answer::empty(204))
}

pub(crate) fn verification_code(call: &mut Call<'_>, domain: &str, target: &str) -> Outcome {
    let fresh = format!("ppe-{}", call.world.random.guid().replace('-', ""));
    let found = target_mut(call, domain, target)?;
    let code = found.verification_code.get_or_insert(fresh);
    Ok(Answer::json(200, &json!({ "code": code })))
}

/// Nobody looks at a DNS: a domain is verifiable once its code was asked for, unless a switch says otherwise.
pub(crate) fn verify(call: &mut Call<'_>, domain: &str, target: &str, method: &str) -> Outcome {
    if !["txt", "meta"].contains(&method.to_ascii_lowercase().as_str()) {
        return Err(Failure::new(400, "bad request: the method is `txt` or `meta`", method));
    }
    let published = call.moods().domain_records == DomainRecords::Published;
    let found = target_mut(call, domain, target)?;
    if !published || found.verification_code.is_none() {
        return Err(Failure::new(409, "the domain is not verifiable now", target));
    }
    found.verified = true;
    Ok(Answer::empty(204))
}

fn target_mut<'c>(call: &'c mut Call<'_>, domain: &str, target: &str) -> Outcome<&'c mut Domain> {
    call.organization_mut(domain)?
        .domains
        .iter_mut()
        .find(|domain| domain.name.eq_ignore_ascii_case(target))
        .ok_or_else(|| missing(target))
}

fn missing(target: &str) -> Failure {
    Failure::new(404, "not found", target)
}
