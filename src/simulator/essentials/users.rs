//! `/orgs/{domain}/users`.

use serde_json::{Map, Value};

use super::account::{Account, AccountType};
use super::call::{self, Call};
use super::errors::{Failure, Outcome};
use super::organization::Organization;
use crate::moods::{FunctionalAccount, MissingUser};
use crate::server::exchange::Answer;

pub(crate) fn list(call: &Call<'_>, domain: &str) -> Outcome {
    let new_terms = call.new_terms();
    let accounts = &call.organization(domain)?.accounts;
    let users: Vec<_> = accounts.values().map(|account| account.shown(new_terms)).collect();
    Ok(call.listed("users", &users))
}

pub(crate) fn get(call: &Call<'_>, domain: &str, address: &str) -> Outcome {
    let missing = missing(call, address);
    let account = call.organization(domain)?.accounts.get(&address.to_lowercase()).ok_or(missing)?;
    Ok(Answer::json(200, &account.shown(call.new_terms())))
}

/// One user, or a batch.
pub(crate) fn create(call: &mut Call<'_>, domain: &str) -> Outcome {
    call.organization(domain)?;
    call::create(call, "users", |call, map| create_one(call, domain, map))
}

/// A password is not taken here; it is set by a change.
fn create_one(call: &mut Call<'_>, domain: &str, map: &Map<String, Value>) -> Outcome<Value> {
    let fields = call.fields(map);
    let mut account = Account::new("");
    account.change(&fields)?;
    if account.address.is_empty() {
        return Err(Failure::invalid("`primary_email` is required", ""));
    }
    let new_terms = call.new_terms();
    let organization = call.organization_mut(domain)?;
    check(organization, &account, None)?;
    let address = account.address.clone();
    organization.insert(account);
    let made =
        organization.accounts.get(&address).ok_or_else(|| Failure::new(500, "internal server error", ""))?;
    serde_json::to_value(made.shown(new_terms)).map_err(|_| Failure::new(500, "internal server error", ""))
}

/// A partial body changes what it gives.
pub(crate) fn update(call: &mut Call<'_>, domain: &str, address: &str) -> Outcome {
    let missing = missing(call, address);
    let body = call.object()?;
    let fields = call.fields(&body);
    let address = address.to_lowercase();
    let moods = call.moods().clone();
    let organization = call.organization_mut(domain)?;
    let mut account = organization.accounts.get(&address).cloned().ok_or(missing)?;
    let was = account.kind;
    account.change(&fields)?;
    if was != account.kind && [was, account.kind].contains(&AccountType::FunctionalAccount) {
        match moods.functional_account {
            FunctionalAccount::Works => {}
            FunctionalAccount::BadRequest => return Err(Failure::new(400, "bad request", &address)),
            FunctionalAccount::Unprocessable => {
                return Err(Failure::invalid("`type` can't be this", &address));
            }
            FunctionalAccount::NoEffect => return Ok(Answer::empty(204)),
        }
    }
    let password = fields.text("password")?;
    if password.is_some() {
        account.password.clone_from(&password);
    }
    check(organization, &account, Some(&address))?;
    organization.accounts.remove(&address);
    organization.insert(account);
    call.world.secrets.extend(password);
    Ok(Answer::empty(204))
}

pub(crate) fn delete(call: &mut Call<'_>, domain: &str, address: &str) -> Outcome {
    let missing = missing(call, address);
    call.organization_mut(domain)?.accounts.remove(&address.to_lowercase()).ok_or(missing)?;
    Ok(Answer::empty(204))
}

fn missing(call: &Call<'_>, address: &str) -> Failure {
    match call.moods().missing_user {
        MissingUser::NotFound => Failure::new(404, "not found", address),
        MissingUser::BadRequest => Failure::new(400, "bad request", address),
    }
}

/// Addresses lie on domains of the organization and belong to one account.
fn check(organization: &Organization, account: &Account, current: Option<&str>) -> Outcome<()> {
    for address in account.addresses() {
        if !organization.has_domain_of(address) {
            return Err(Failure::invalid("the domain is not one of the organization", address));
        }
        let taken =
            organization.holder(address).is_some_and(|holder| Some(holder.address.as_str()) != current);
        if taken {
            return Err(Failure::exists(address));
        }
    }
    Ok(())
}
