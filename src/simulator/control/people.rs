//! Hiring and dismissing people of a directory, as its administrator would.

use jiff::Timestamp;
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization as _;

use crate::directory::tenant::Tenant;
use crate::directory::user::User;
use crate::generate;
use crate::graph::user_writes;
use crate::state::World;
use crate::state::clock::graph_time;
use crate::state::lags::Kind;
use crate::state::random::Random;

/// Invented names that are tried as they are; those after them have a number.
const PLAIN_NAMES: usize = 100;

/// Adds somebody to the directory of the tenant that has this domain.
pub(crate) fn hire(world: &mut World, domain: &str, name: Option<&str>) -> Result<Value, String> {
    let at = position(world, domain)?;
    let (now, settles) = (world.clock.now(), world.settles(Kind::Person));
    let tenant = &mut world.tenants[at];
    let user = match name {
        Some(name) => named(tenant, name, now, &mut world.random)?,
        None => invented(tenant, now, &mut world.random),
    };
    let (id, shown) = (user.id.clone(), shown(&user));
    tenant.users.put(&id, user, now, settles);
    Ok(shown)
}

/// Puts a user among the deleted items, as Graph's DELETE does.
pub(crate) fn dismiss(world: &mut World, domain: &str, name: &str) -> Result<Value, String> {
    let at = position(world, domain)?;
    let (now, settles) = (world.clock.now(), world.settles(Kind::Person));
    let items = world.settles(Kind::Deleted);
    let tenant = &mut world.tenants[at];
    let is_meant = |user: &User| {
        let names = [Some(&user.id), Some(&user.user_principal_name), user.mail.as_ref()];
        names.into_iter().flatten().any(|known| known.eq_ignore_ascii_case(name))
    };
    let user = tenant.users.iter().find(|user| is_meant(user)).cloned();
    let user = user.ok_or_else(|| format!("`{name}` is nobody of `{}`", tenant.domain))?;
    tenant.users.remove(&user.id, now, settles);
    tenant.deleted_users.put(&user.id, user_writes::deleted_form(&user, &graph_time(now)), now, items);
    Ok(shown(&user))
}

fn position(world: &World, domain: &str) -> Result<usize, String> {
    let found = world.tenants.iter().position(|tenant| tenant.is_called(domain));
    found.ok_or_else(|| format!("no tenant has the domain `{domain}`"))
}

/// Somebody of this name, whose address follows from it.
fn named(tenant: &Tenant, name: &str, now: Timestamp, random: &mut Random) -> Result<User, String> {
    let (given, surname) = name.trim().split_once(char::is_whitespace).unwrap_or((name.trim(), ""));
    // Accents go, as most administrators have it.
    let letters = |word: &str| -> String { word.nfd().filter(char::is_ascii_alphanumeric).collect() };
    let words: Vec<String> = name.split_whitespace().map(letters).filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        return Err(format!("no address follows from the name `{name}`"));
    }
    let mailbox = words.join(".").to_lowercase();
    let user = generate::member(tenant, &mailbox, given, surname.trim(), now, random);
    if is_taken(tenant, &user.user_principal_name) {
        return Err(format!("`{}` is somebody's already", user.user_principal_name));
    }
    let display_name = Some(format!("{given} {}", surname.trim()).trim().to_owned());
    Ok(User { display_name, created_date_time: Some(graph_time(now)), ..user })
}

fn invented(tenant: &Tenant, now: Timestamp, random: &mut Random) -> User {
    let mut number = 0;
    loop {
        let (given, surname, numbered) = generate::person(number, random);
        let mailbox = format!("{}.{}", given.to_lowercase(), surname.to_lowercase());
        let mailbox = if number < PLAIN_NAMES { mailbox } else { numbered };
        if !is_taken(tenant, &format!("{mailbox}@{}", tenant.domain)) {
            let user = generate::member(tenant, &mailbox, given, surname, now, random);
            return User { created_date_time: Some(graph_time(now)), ..user };
        }
        number += 1;
    }
}

fn is_taken(tenant: &Tenant, address: &str) -> bool {
    let is_it = |known: &str| known.eq_ignore_ascii_case(address);
    let with_scheme = format!("smtp:{address}");
    let proxies = |addresses: &[String]| addresses.iter().any(|one| one.eq_ignore_ascii_case(&with_scheme));
    let by_user = |user: &User| {
        is_it(&user.user_principal_name)
            || user.mail.as_deref().is_some_and(is_it)
            || proxies(&user.proxy_addresses)
    };
    tenant.users.iter().any(|user| by_user(user))
        || tenant.groups.iter().any(|group| proxies(&group.proxy_addresses))
}

fn shown(user: &User) -> Value {
    json!({ "id": user.id, "name": user.display_name, "address": user.mail })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::desk::Desk;

    #[test]
    fn somebody_is_hired_under_a_name_or_an_invented_one() {
        let mut desk = Desk::new();
        let zoe = hire(&mut desk.world, "contoso.com", Some(" Zoë van der Berg ")).unwrap();
        assert_eq!(zoe["address"], "zoe.van.der.berg@contoso.com");
        let found = desk.get("/users/zoe.van.der.berg@contoso.com?$select=surname,assignedPlans").value();
        assert_eq!(found["surname"], "van der Berg");
        assert_eq!(found["assignedPlans"][0]["capabilityStatus"], "Enabled");
        let again = hire(&mut desk.world, "contoso.com", Some("zoe van der berg")).unwrap_err();
        assert!(again.contains("zoe.van.der.berg@contoso.com"), "{again}");
        let invented: Vec<Value> =
            (0..3).map(|_| hire(&mut desk.world, "contoso.com", None).unwrap()).collect();
        assert!(invented[0] != invented[1] && invented[1]["address"] != invented[2]["address"]);
        assert!(hire(&mut desk.world, "contoso.com", Some("  ")).is_err());
        assert!(hire(&mut desk.world, "elsewhere.example", None).unwrap_err().contains("elsewhere.example"));
    }

    #[test]
    fn who_is_dismissed_is_among_the_deleted_items_and_can_come_back() {
        let mut desk = Desk::new();
        let id = desk.get("/users/anna.berg@contoso.com").text("/id");
        let gone = dismiss(&mut desk.world, "contoso.com", "Anna.Berg@contoso.com").unwrap();
        assert_eq!(gone["id"], id);
        assert_eq!(desk.get(&format!("/users/{id}")).status, 404);
        assert!(dismiss(&mut desk.world, "contoso.com", &id).is_err());
        let restored = desk.post(&format!("/directory/deletedItems/{id}/restore"), &serde_json::json!({}));
        assert_eq!(restored.status, 200, "{}", restored.value());
        assert_eq!(desk.get("/users/anna.berg@contoso.com").text("/id"), id);
    }
}
