//! Proofpoint Essentials: its organizations and its Interface API under `/api/v1`.

pub(crate) mod account;
mod azure;
mod azure_given;
mod azure_members;
mod azure_shown;
mod call;
mod domains;
mod errors;
mod exemptions;
pub(crate) mod features;
mod fields;
mod limit;
mod login_settings;
pub(crate) mod organization;
pub(crate) mod organizations;
mod orgs;
pub(crate) mod packages;
pub(crate) mod run;
pub(crate) mod settings;
#[cfg(test)]
mod tests;
mod users;

use serde_json::json;

use crate::moods::{Moods, ReadOnlyWrites};
use crate::server::exchange::{Answer, Request};
use crate::server::patience::told_to_wait;
use crate::state::World;
use call::Call;
use errors::{Failure, Outcome};

/// Answers a request under `/api/v1`; `None` when there is no such route.
pub(crate) fn answer(world: &mut World, request: &Request) -> Option<Answer> {
    let form = world.moods.error_body;
    let outcome = match Call::sign_in(world, request) {
        Ok(mut call) => match limit::exceeded(&mut call) {
            Some(seconds) => {
                let failure = Failure::new(429, "too many requests", "");
                return Some(told_to_wait(world, failure.answer(form), seconds));
            }
            None => route(&mut call)?,
        },
        Err(failure) => Err(failure),
    };
    let answer = outcome.unwrap_or_else(|failure| failure.answer(form));
    Some(match request.header("x-correlator") {
        Some(correlator) => answer.header("x-correlator", correlator),
        None => answer,
    })
}

/// Milliseconds of real time that a request takes before it has an effect.
pub(crate) fn takes(moods: &Moods, request: &Request) -> u64 {
    let put = request.method == "PUT" && request.path.ends_with("/settings/azure");
    if put && request.path.starts_with("/api/v1/") { moods.put_takes.0 } else { 0 }
}

fn route(call: &mut Call<'_>) -> Option<Outcome> {
    let request = call.request;
    let segments = request.segments();
    let path: Vec<&str> = segments.iter().skip(2).map(String::as_str).collect();
    let method = request.method.as_str();
    if method != "GET" && call.caller.read_only && is_known(method, &path) {
        return Some(Err(match call.moods().read_only_writes {
            ReadOnlyWrites::Forbidden => Failure::forbidden(&call.caller.address),
            ReadOnlyWrites::Unauthorized => Failure::new(401, "invalid credentials", &call.caller.address),
        }));
    }
    Some(match (method, path.as_slice()) {
        ("GET", ["me"]) => me(call),
        ("GET", ["endpoints", domain]) => endpoints(call, domain),
        (_, ["orgs", domain, rest @ ..]) => return within(call, method, domain, rest),
        _ => return None,
    })
}

/// A read-only administrator is refused only what there is.
fn is_known(method: &str, path: &[&str]) -> bool {
    let ["orgs", _, rest @ ..] = path else { return false };
    match method {
        "PATCH" => rest.is_empty(),
        "POST" => matches!(rest, ["orgs" | "users" | "domains"]),
        "PUT" => matches!(
            rest,
            ["users" | "domains", _]
                | ["domains", _, "verify", _]
                | ["licensing" | "features" | "package"]
                | ["settings", "azure"]
                | ["settings", "azure", "exemptions"]
                | ["authentication", "settings", "login"]
        ),
        "DELETE" => matches!(
            rest,
            [] | ["users" | "domains", _]
                | ["settings", "azure"]
                | ["settings", "azure", "exemptions"]
                | ["settings", "azure", "exemptions", _]
        ),
        _ => false,
    }
}

fn within(call: &mut Call<'_>, method: &str, domain: &str, rest: &[&str]) -> Option<Outcome> {
    Some(match (method, rest) {
        ("GET", []) => orgs::get(call, domain),
        ("PATCH", []) => orgs::change(call, domain),
        ("DELETE", []) => orgs::delete(call, domain),
        ("GET", ["orgs"]) => orgs::list(call, domain),
        ("POST", ["orgs"]) => orgs::create(call, domain),
        ("GET", ["users"]) => users::list(call, domain),
        ("POST", ["users"]) => users::create(call, domain),
        ("GET", ["users", address]) => users::get(call, domain, address),
        ("PUT", ["users", address]) => users::update(call, domain, address),
        ("DELETE", ["users", address]) => users::delete(call, domain, address),
        ("GET", ["domains"]) => domains::list(call, domain),
        ("POST", ["domains"]) => domains::create(call, domain),
        ("GET", ["domains", target]) => domains::get(call, domain, target),
        ("PUT", ["domains", target]) => domains::update(call, domain, target),
        ("DELETE", ["domains", target]) => domains::delete(call, domain, target),
        ("GET", ["domains", target, "verification-code"]) => domains::verification_code(call, domain, target),
        ("PUT", ["domains", target, "verify", method]) => domains::verify(call, domain, target, method),
        ("GET", ["licensing"]) => features::licensing(call, domain),
        ("PUT", ["licensing"]) => features::set_licensing(call, domain),
        ("PUT", ["package"]) => features::set_package(call, domain),
        ("GET", ["features"]) => features::get(call, domain),
        ("PUT", ["features"]) => features::put(call, domain),
        ("GET", ["settings", "azure"]) => azure::get(call, domain),
        ("PUT", ["settings", "azure"]) => azure::put(call, domain),
        ("DELETE", ["settings", "azure"]) => azure::delete(call, domain),
        ("GET", ["settings", "azure", "exemptions"]) => exemptions::list(call, domain),
        ("PUT", ["settings", "azure", "exemptions"]) => exemptions::add(call, domain),
        ("DELETE", ["settings", "azure", "exemptions"]) => exemptions::remove_all(call, domain),
        ("DELETE", ["settings", "azure", "exemptions", address]) => exemptions::remove(call, domain, address),
        ("GET", ["authentication", "settings", "login"]) => login_settings::get(call, domain),
        ("PUT", ["authentication", "settings", "login"]) => login_settings::put(call, domain),
        _ => return None,
    })
}

/// Who is calling.
fn me(call: &Call<'_>) -> Outcome {
    let caller = &call.caller;
    let home = call.world.organizations.find(&caller.home).ok_or_else(|| Failure::forbidden(&caller.home))?;
    let account = home.accounts.get(&caller.address).ok_or_else(|| Failure::forbidden(&caller.address))?;
    Ok(Answer::json(
        200,
        &json!({
            "user_id": account.uid, "firstname": account.firstname, "surname": account.surname,
            "primary_email": account.address, "type": account.kind, "is_admin": account.kind.is_admin(),
            "is_partner_admin": account.kind.is_partner_admin(), "entity_id": home.eid,
            "entity_primary_domain": home.primary_domain, "entity_type": home.kind,
            "read_only_user": account.read_only,
        }),
    ))
}

/// The one stack there is: this listener, by the name the client used.
fn endpoints(call: &Call<'_>, domain: &str) -> Outcome {
    call.primary(domain)?;
    Ok(call.listed("endpoints", &json!([call.request.base])))
}
