//! `/orgs/{domain}` and the organizations below it.

use serde_json::{Map, Value, json};

use super::account::{Account, AccountType};
use super::call::{self, Call};
use super::errors::{Failure, Outcome};
use super::features;
use super::organization::{Organization, domain_from};
use super::organizations::admin;
use crate::server::exchange::Answer;

pub(crate) fn get(call: &Call<'_>, domain: &str) -> Outcome {
    Ok(Answer::json(200, &shown(call, call.organization(domain)?)))
}

/// `is_active` is the one field that can be changed.
pub(crate) fn change(call: &mut Call<'_>, domain: &str) -> Outcome {
    let body = call.object()?;
    let active = call.fields(&body).boolean("is_active")?;
    let organization = call.organization_mut(domain)?;
    organization.is_active = active.ok_or_else(|| Failure::invalid("`is_active` is required", domain))?;
    Ok(Answer::empty(204))
}

/// Only somebody above an organization can delete it.
pub(crate) fn delete(call: &mut Call<'_>, domain: &str) -> Outcome {
    let primary = call.primary(domain)?;
    if primary == call.caller.home {
        return Err(Failure::forbidden(domain));
    }
    call.world.organizations.remove(&primary);
    Ok(Answer::empty(204))
}

/// The organization itself and those directly below it.
pub(crate) fn list(call: &Call<'_>, domain: &str) -> Outcome {
    let own = call.organization(domain)?;
    let children = call
        .world
        .organizations
        .iter()
        .filter(|organization| organization.parent.as_deref() == Some(&own.primary_domain));
    let orgs: Vec<Value> = std::iter::once(own).chain(children).map(|one| shown(call, one)).collect();
    Ok(call.listed("orgs", &orgs))
}

pub(crate) fn create(call: &mut Call<'_>, domain: &str) -> Outcome {
    let parent = call.organization(domain)?;
    if parent.kind == "organization" || !call.caller.kind.is_partner_admin() {
        return Err(Failure::forbidden(domain));
    }
    let parent = parent.primary_domain.clone();
    call::create(call, "orgs", |call, map| create_one(call, &parent, map))
}

fn create_one(call: &mut Call<'_>, parent: &str, map: &Map<String, Value>) -> Outcome<Value> {
    let fields = call.fields(map);
    let required = |name: &str| {
        Failure::invalid(
            &format!("`{name}` is required"),
            map.get("name").and_then(Value::as_str).unwrap_or(""),
        )
    };
    let primary = fields.text("primary_domain")?.ok_or_else(|| required("primary_domain"))?.to_lowercase();
    let name = fields.text("name")?.ok_or_else(|| required("name"))?;
    let licences = fields.integer("user_licenses")?.ok_or_else(|| required("user_licenses"))?;
    let user = map.get("admin_user").and_then(Value::as_object).ok_or_else(|| required("admin_user"))?;
    let domains = map.get("domains").and_then(Value::as_array).ok_or_else(|| required("domains"))?;
    let mut made = Organization { user_licenses: licences, ..Organization::named(&name, &primary) };
    made.domains.clear();
    for domain in domains {
        let domain = domain.as_object().ok_or_else(|| required("domains"))?;
        made.domains.push(domain_from(domain, call.moods().booleans)?);
    }
    if made.domain(&primary).is_none() {
        return Err(Failure::invalid("`domains` must hold the primary domain", &primary));
    }
    if let Some(package) = fields.text("licensing_package")? {
        made.package = features::known_package(&package)?;
    }
    if let Some(kind) = fields.text("type")?.filter(|kind| !kind.is_empty()) {
        if !["organization", "channel", "strategic_partner"].contains(&kind.as_str()) {
            return Err(Failure::invalid("`type` is unknown", &kind));
        }
        made.kind = kind;
    }
    made.is_active = fields.boolean("is_active")?.unwrap_or(true);
    made.is_on_trial = fields.boolean("is_on_trial")?.unwrap_or_default();
    made.features = features::of_package(&made.package);
    made.take_details(map);
    check_address(&made)?;
    let mut head = Account::new("");
    head.change(&call.fields(user))?;
    if head.address.is_empty() {
        return Err(required("admin_user"));
    }
    let taken = made.domains.iter().find(|domain| call.world.organizations.find(&domain.name).is_some());
    if let Some(taken) = taken {
        return Err(Failure::exists(&taken.name));
    }
    let kind =
        if made.kind == "organization" { AccountType::OrganizationAdmin } else { AccountType::ChannelAdmin };
    let login = admin(&head.address, kind, false, &mut call.world.random);
    call.world.secrets.extend(login.password.clone());
    made.insert(Account { kind, password: login.password, is_billable: false, ..head });
    made.parent = Some(parent.to_owned());
    call.world.organizations.insert(made);
    let made = call.world.organizations.find(&primary).ok_or_else(|| required("primary_domain"))?;
    Ok(shown(call, made))
}

/// A country has two letters; in the United States and Canada the state or province is needed.
fn check_address(organization: &Organization) -> Outcome<()> {
    let text = |name: &str| organization.details.get(name).and_then(Value::as_str).unwrap_or_default();
    let country = text("country");
    if !country.is_empty()
        && (country.len() != 2 || !country.bytes().all(|letter| letter.is_ascii_alphabetic()))
    {
        return Err(Failure::invalid("`country` must have two letters", country));
    }
    if ["US", "CA"].contains(&country.to_ascii_uppercase().as_str()) && text("stateprov").is_empty() {
        return Err(Failure::invalid("`stateprov` is required in this country", country));
    }
    Ok(())
}

fn shown(call: &Call<'_>, organization: &Organization) -> Value {
    let mut shown = organization.shown();
    let hierarchy = call.world.organizations.hierarchy(organization);
    shown.insert("organization_hierarchy".to_owned(), json!(hierarchy));
    Value::Object(shown)
}
