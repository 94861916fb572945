//! `/orgs/{domain}` and the organizations below it.

use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use super::account::{Account, AccountType};
use super::call::{self, Call};
use super::domains;
use super::errors::{Failure, Outcome};
use super::organization::{Organization, domain_from};
use super::organizations::admin;
use super::packages;
use crate::moods::{ActiveOrganization, DeletedOrganization, OrganizationChanges};
use crate::server::exchange::Answer;
use crate::state::late::Late;

pub(crate) fn get(call: &mut Call<'_>, domain: &str) -> Outcome {
    let primary = call.primary(domain)?;
    match seen(call, &primary) {
        Some(shown) => Ok(Answer::json(200, &shown)),
        None => Err(call.unknown(domain)),
    }
}

/// What this look at an organization shows; `None` where it is too new.
fn seen(call: &mut Call<'_>, primary: &str) -> Option<Map<String, Value>> {
    let now = call.world.clock.now();
    let organization = call.world.organizations.find_mut(primary)?;
    match organization.shown_before.as_mut().and_then(|late| late.look(now).cloned()) {
        Some(before) => before,
        None => call.world.organizations.find(primary).map(|one| shown(call, one)),
    }
}

/// Changes an organization, which is seen later.
pub(crate) fn changed(
    call: &mut Call<'_>,
    domain: &str,
    change: impl FnOnce(&mut Organization),
) -> Outcome<()> {
    match call.moods().organization_changes {
        OrganizationChanges::Work => {}
        OrganizationChanges::Forbidden => return Err(Failure::forbidden(domain)),
        OrganizationChanges::Unprocessable => {
            return Err(Failure::invalid("this can't be changed", domain));
        }
    }
    let before = Some(shown(call, call.organization(domain)?));
    change(call.organization_mut(domain)?);
    settle(call, domain, before)
}

/// From now on what was before is seen for a while.
fn settle(call: &mut Call<'_>, domain: &str, before: Option<Map<String, Value>>) -> Outcome<()> {
    let settling = call.world.settling(call.moods().organizations_lag);
    let now = call.world.clock.now();
    Late::begin(&mut call.organization_mut(domain)?.shown_before, before, settling, now);
    Ok(())
}

/// `is_active` is the one field that can be changed.
pub(crate) fn change(call: &mut Call<'_>, domain: &str) -> Outcome {
    let body = call.object()?;
    let active = call.fields(&body).boolean("is_active")?;
    let active = active.ok_or_else(|| Failure::invalid("`is_active` is required", domain))?;
    changed(call, domain, |organization| organization.is_active = active)?;
    Ok(Answer::empty(204))
}

/// For how long an organization may be there that was deleted.
const LINGERS: SignedDuration = SignedDuration::from_millis(1_500);

/// Only somebody above an organization can delete it.
pub(crate) fn delete(call: &mut Call<'_>, domain: &str) -> Outcome {
    let primary = call.primary(domain)?;
    if primary == call.caller.home {
        return Err(Failure::forbidden(domain));
    }
    let refuses = call.moods().active_organization == ActiveOrganization::Conflict;
    if refuses && call.organization(domain)?.is_active {
        return Err(Failure::new(409, "conflict: the organization is active", domain));
    }
    match call.moods().deleted_organization {
        DeletedOrganization::Gone => call.world.organizations.remove(&primary),
        DeletedOrganization::Lingers => {
            let end = call.world.clock.now().checked_add(LINGERS).ok();
            call.organization_mut(domain)?.ends = end;
        }
    }
    Ok(Answer::empty(204))
}

/// The organization itself and those directly below it.
pub(crate) fn list(call: &mut Call<'_>, domain: &str) -> Outcome {
    let own = call.primary(domain)?;
    let children: Vec<String> = call
        .world
        .organizations
        .iter()
        .filter(|organization| organization.parent.as_deref() == Some(&own))
        .map(|organization| organization.primary_domain.clone())
        .collect();
    let all = std::iter::once(own).chain(children);
    let orgs: Vec<Map<String, Value>> = all.filter_map(|primary| seen(call, &primary)).collect();
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
        made.package = packages::known_package(&package)?;
    }
    if let Some(kind) = fields.text("type")?.filter(|kind| !kind.is_empty()) {
        if !["organization", "channel", "strategic_partner"].contains(&kind.as_str()) {
            return Err(Failure::invalid("`type` is unknown", &kind));
        }
        made.kind = kind;
    }
    made.is_active = fields.boolean("is_active")?.unwrap_or(true);
    made.is_on_trial = fields.boolean("is_on_trial")?.unwrap_or_default();
    made.features = packages::of_package(&made.package);
    made.take_details(map);
    check_address(&made)?;
    let mut head = Account::new("");
    head.change(&call.fields(user))?;
    if head.address.is_empty() {
        return Err(required("admin_user"));
    }
    let taken = made.domains.iter().find(|domain| call.world.organizations.find(&domain.name).is_some());
    if let Some(taken) = taken {
        let known = call
            .world
            .organizations
            .find(&taken.name)
            .filter(|known| known.primary_domain == primary && known.parent.as_deref() == Some(parent));
        let own = known.map(|known| Value::Object(shown(call, known)));
        return domains::repeated(call, &taken.name, own);
    }
    let kind =
        if made.kind == "organization" { AccountType::OrganizationAdmin } else { AccountType::ChannelAdmin };
    let login = admin(&head.address, kind, false, &mut call.world.random);
    call.world.secrets.extend(login.password.clone());
    made.insert(Account { kind, password: login.password, is_billable: false, ..head });
    made.parent = Some(parent.to_owned());
    call.world.organizations.insert(made);
    let made = call.world.organizations.find(&primary).ok_or_else(|| required("primary_domain"))?;
    let made = Value::Object(shown(call, made));
    settle(call, &primary, None)?;
    Ok(made)
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

fn shown(call: &Call<'_>, organization: &Organization) -> Map<String, Value> {
    let mut shown = organization.shown(call.moods());
    let hierarchy = call.world.organizations.hierarchy(organization);
    shown.insert("organization_hierarchy".to_owned(), json!(hierarchy));
    shown
}
