//! `/orgs/{domain}/domains`.

use serde_json::{Map, Value, json};

use super::call::{self, Call};
use super::errors::{Failure, Outcome};
use super::organization::{Domain, domain_from};
use crate::moods::{
    DomainRecords, MissingDomain, RepeatedCreate, UnverifiedDomain, UsedDomain, VerificationCode, VerifyAgain,
};
use crate::server::exchange::Answer;
use crate::state::late::Late;

pub(crate) fn list(call: &mut Call<'_>, domain: &str) -> Outcome {
    let seen: Vec<Value> = seen(call, domain)?.iter().map(|one| one.shown(call.moods())).collect();
    Ok(call.listed("domains", &seen))
}

pub(crate) fn get(call: &mut Call<'_>, domain: &str, target: &str) -> Outcome {
    let seen = seen(call, domain)?;
    let found = seen.iter().find(|one| one.name.eq_ignore_ascii_case(target));
    Ok(Answer::json(200, &found.ok_or_else(|| missing(call, target))?.shown(call.moods())))
}

/// The domains as this look at them shows them.
fn seen(call: &mut Call<'_>, domain: &str) -> Outcome<Vec<Domain>> {
    let now = call.world.clock.now();
    let organization = call.organization_mut(domain)?;
    let before = organization.domains_before.as_mut().and_then(|late| late.look(now).cloned());
    Ok(before.unwrap_or_else(|| organization.domains.clone()))
}

/// Changes the domains, which is seen later.
fn changed<T>(
    call: &mut Call<'_>,
    domain: &str,
    change: impl FnOnce(&mut Vec<Domain>) -> Outcome<T>,
) -> Outcome<T> {
    let settling = call.world.settling(call.moods().domains_lag);
    let now = call.world.clock.now();
    let organization = call.organization_mut(domain)?;
    let before = organization.domains.clone();
    let done = change(&mut organization.domains)?;
    Late::begin(&mut organization.domains_before, before, settling, now);
    Ok(done)
}

pub(crate) fn create(call: &mut Call<'_>, domain: &str) -> Outcome {
    call.organization(domain)?;
    call::create(call, "domains", |call, map| create_one(call, domain, map))
}

fn create_one(call: &mut Call<'_>, domain: &str, map: &Map<String, Value>) -> Outcome<Value> {
    let mut made = domain_from(map, call.moods().booleans)?;
    forget_active(call, &mut made);
    let own = call.organization(domain)?.domain(&made.name).map(|own| own.shown(call.moods()));
    if call.world.organizations.find(&made.name).is_some() {
        return repeated(call, &made.name, own);
    }
    let shown = made.shown(call.moods());
    changed(call, domain, |domains| {
        domains.push(made);
        Ok(shown)
    })
}

/// The answer to a POST of what is there; `own` is what is there of the caller's.
pub(super) fn repeated(call: &Call<'_>, name: &str, own: Option<Value>) -> Outcome<Value> {
    match (call.moods().repeated_create, own) {
        (RepeatedCreate::Returns, Some(own)) => Ok(own),
        (RepeatedCreate::Unprocessable, _) => Err(Failure::invalid("it exists", name)),
        (RepeatedCreate::BadRequest, _) => Err(Failure::new(400, "bad request: it exists", name)),
        (RepeatedCreate::Conflict | RepeatedCreate::Returns, _) => Err(Failure::exists(name)),
    }
}

/// A stack may not take it that a domain is active before it is verified.
fn forget_active(call: &Call<'_>, domain: &mut Domain) {
    let forgets = call.moods().unverified_domain == UnverifiedDomain::Forgotten;
    domain.is_active &= domain.verified || !forgets;
}

pub(crate) fn update(call: &mut Call<'_>, domain: &str, target: &str) -> Outcome {
    let body = call.object()?;
    let fields = call.fields(&body);
    let found = target_mut(call, domain, target)?;
    let name = found.name.clone();
    let mut new = found.clone();
    new.change(&fields)?;
    forget_active(call, &mut new);
    if new.name != name {
        return Err(Failure::invalid("`name` can't be changed", target));
    }
    changed(call, domain, |domains| {
        domains.iter_mut().filter(|one| one.name == name).for_each(|one| one.clone_from(&new));
        Ok(Answer::empty(204))
    })
}

/// The primary domain stays: it names the organization.
pub(crate) fn delete(call: &mut Call<'_>, domain: &str, target: &str) -> Outcome {
    let name = target_mut(call, domain, target)?.name.clone();
    let organization = call.organization(domain)?;
    if name == organization.primary_domain {
        return Err(Failure::new(400, "bad request: the primary domain can't be deleted", target));
    }
    let used = organization.accounts.keys().any(|address| super::account::domain_of(address) == name);
    match call.moods().used_domain {
        UsedDomain::Conflict if used => {
            return Err(Failure::new(409, "conflict: the domain is in use", target));
        }
        UsedDomain::Unprocessable if used => return Err(Failure::invalid("the domain is in use", target)),
        _ => {}
    }
    changed(call, domain, |domains| {
        domains.retain(|domain| domain.name != name);
        Ok(Answer::empty(204))
    })
}

pub(crate) fn verification_code(call: &mut Call<'_>, domain: &str, target: &str) -> Outcome {
    let new = format!("ppe-{}", call.world.random.guid().replace('-', ""));
    let fresh = call.moods().verification_code == VerificationCode::Fresh;
    let found = target_mut(call, domain, target)?;
    if fresh {
        found.verification_code = None;
    }
    let code = found.verification_code.get_or_insert(new);
    Ok(Answer::json(200, &json!({ "code": code })))
}

/// Nobody looks at a DNS: a domain is verifiable once its code was asked for, unless a switch says otherwise.
pub(crate) fn verify(call: &mut Call<'_>, domain: &str, target: &str, method: &str) -> Outcome {
    if !["txt", "meta"].contains(&method.to_ascii_lowercase().as_str()) {
        return Err(Failure::new(400, "bad request: the method is `txt` or `meta`", method));
    }
    let published = call.moods().domain_records == DomainRecords::Published;
    let (in_vain, again) = (call.moods().verifications_in_vain, call.moods().verify_again);
    let found = target_mut(call, domain, target)?;
    let not_now = || Err(Failure::new(409, "the domain is not verifiable now", target));
    if found.verified {
        return if again == VerifyAgain::Conflict { not_now() } else { Ok(Answer::empty(204)) };
    }
    found.verifications += 1;
    if !published || found.verification_code.is_none() || found.verifications <= in_vain {
        return not_now();
    }
    found.verified = true;
    Ok(Answer::empty(204))
}

fn target_mut<'c>(call: &'c mut Call<'_>, domain: &str, target: &str) -> Outcome<&'c mut Domain> {
    let missing = missing(call, target);
    call.organization_mut(domain)?
        .domains
        .iter_mut()
        .find(|domain| domain.name.eq_ignore_ascii_case(target))
        .ok_or(missing)
}

fn missing(call: &Call<'_>, target: &str) -> Failure {
    match call.moods().missing_domain {
        MissingDomain::NotFound => Failure::new(404, "not found", target),
        MissingDomain::Forbidden => Failure::forbidden(target),
        MissingDomain::BadRequest => Failure::new(400, "bad request", target),
    }
}
