//! Changes a world at random, as a state document: people come, go, change and collide; accounts are made and changed by
//! hand; settings and exemptions vary.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::random::Random;

pub(super) fn world(state: &mut Value, random: &mut Random) {
    let tenants: Vec<String> = state["tenants"].as_object().expect("tenants").keys().cloned().collect();
    for tenant in tenants {
        let domain = state["tenants"][&tenant]["domain"].as_str().expect("a domain").to_owned();
        let pool = addresses(&state["organizations"][&domain], &domain);
        directory(&mut state["tenants"][&tenant], &pool, random);
        organization(&mut state["organizations"][&domain], &pool, random);
    }
}

/// Addresses that occur, so that they collide.
fn addresses(organization: &Value, domain: &str) -> Vec<String> {
    let users = organization["users"].as_array().expect("users").iter();
    let mut pool: Vec<String> =
        users.map(|user| user["primary_email"].as_str().expect("an address").to_owned()).collect();
    pool.extend(["x", "Y", "z", "office"].map(|name| format!("{name}@{domain}")));
    pool.extend([
        "x@elsewhere.example".to_owned(),
        format!("x@{}", domain.replace(".com", ".onmicrosoft.com")),
    ]);
    pool
}

fn directory(tenant: &mut Value, pool: &[String], random: &mut Random) {
    let mut deleted = tenant["deleted_items"].take().as_array().cloned().unwrap_or_default();
    let mut users = tenant["users"].take().as_array().cloned().unwrap_or_default();
    let mut kept = Vec::new();
    for mut user in users.drain(..) {
        person(&mut user, pool, random);
        match random.below(100) {
            0..4 => {
                let name = user["userPrincipalName"].as_str().expect("a name");
                user["userPrincipalName"] = json!(format!("{}{name}", "0123456789abcdef".repeat(2)));
                user["@odata.type"] = json!("#microsoft.graph.user");
                user["deletedDateTime"] = json!("2026-01-01T00:00:00Z");
                deleted.push(user);
            }
            4..6 => {}
            _ => kept.push(user),
        }
    }
    tenant["users"] = Value::Array(kept);
    tenant["deleted_items"] = Value::Array(deleted);
    for group in tenant["groups"].as_array_mut().expect("groups") {
        if random.chance(15) {
            group["mailEnabled"] = json!(random.chance(80));
            group["securityEnabled"] = json!(random.chance(50));
            group["groupTypes"] = if random.chance(50) { json!(["Unified"]) } else { json!([]) };
        }
        if random.chance(10) {
            group["mail"] = json!(random.pick(pool));
        }
        aliases(group, pool, random);
    }
}

fn person(user: &mut Value, pool: &[String], random: &mut Random) {
    match random.below(20) {
        0 | 1 => user["accountEnabled"] = json!(random.chance(50)),
        2 => user["userType"] = json!(if random.chance(50) { "Guest" } else { "Member" }),
        3 => user["assignedPlans"] = json!([]),
        4 | 10 => user["assignedPlans"] = plans(random),
        5 => user["mail"] = Value::Null,
        6 | 7 => user["mail"] = json!(random.pick(pool)),
        8 => user["givenName"] = Value::Null,
        9 => user["surname"] = json!(random.pick(NAMES)),
        11 => user["userPrincipalName"] = json!(random.pick(pool)),
        12 => {
            user["mail"] = Value::Null;
            user["proxyAddresses"] = json!([]);
        }
        _ => {}
    }
    aliases(user, pool, random);
}

/// What is known of a service plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plan {
    Mailbox,
    WithoutMailbox,
    Unknown,
}

/// Service plans that people have: Exchange Online, Foundation, Bookings, and one that nobody has heard of.
pub(super) const PLANS: &[(&str, Plan)] = &[
    ("9aaf7827-d63c-4b61-89c3-182f06f82e5c", Plan::Mailbox),
    ("efb87545-963c-4e0d-99df-69c6916d9eb0", Plan::Mailbox),
    ("4a82b400-a79f-41a4-b4e2-e94f5787b113", Plan::Mailbox),
    ("113feb6c-3fe4-4440-bddc-54d774bf0318", Plan::WithoutMailbox),
    ("199a5c09-e0ca-4e37-8f7c-b05d533e1ea2", Plan::WithoutMailbox),
    ("0feaeb32-d00e-4d66-bd5a-43b5b83db82c", Plan::Unknown),
];

/// Names as they are: composed and decomposed, with joiners, from right to left, and some that end in the other direction.
pub(crate) const NAMES: &[&str] = &[
    "One",
    "Two",
    "Jos\u{e9}",
    "Jose\u{301}",
    "A\u{30a}ngstro\u{308}m",
    "\u{646}\u{6cc}\u{200c}\u{627}",
    "\u{05d0}\u{05d1}\u{200f}",
    "D'Arcy, the 1st",
];

/// One to three plans.
pub(crate) fn plans(random: &mut Random) -> Value {
    let plan = |random: &mut Random| {
        json!({
            "service": "exchange", "servicePlanId": random.pick(PLANS).0,
            "capabilityStatus": *random.pick(&["Enabled", "Enabled", "Warning", "Suspended", "Deleted"]),
            "assignedDateTime": "2026-01-01T00:00:00Z",
        })
    };
    (0..=random.below(3)).map(|_| plan(random)).collect::<Vec<_>>().into()
}

fn aliases(object: &mut Value, pool: &[String], random: &mut Random) {
    if random.chance(12) {
        let count = random.below(3);
        let list: Vec<String> = (0..count).map(|_| format!("smtp:{}", random.pick(pool))).collect();
        object["proxyAddresses"] = json!(list);
    }
}

fn organization(organization: &mut Value, pool: &[String], random: &mut Random) {
    let mut users = organization["users"].take().as_array().cloned().unwrap_or_default();
    users.retain(|_| !random.chance(5));
    for user in &mut users {
        match random.below(20) {
            0 => user["is_active"] = json!(random.chance(50)),
            1 => user["type"] = json!(random.pick(&["end_user", "silent_user", "functional_account"])),
            2 => user["type"] = json!("organization_admin"),
            3 => user["surname"] = json!(random.pick(&["One", "Two"])),
            // Somebody made it by hand.
            4 => drop(user.as_object_mut().expect("a user").remove("origin")),
            5 => user["alias_emails"] = json!([random.pick(pool).to_lowercase()]),
            _ => {}
        }
    }
    if random.chance(30) {
        let address =
            format!("by-hand{}@{}", random.below(50), pool[0].split_once('@').expect("an address").1);
        let kind = random.pick(&["end_user", "functional_account"]);
        users.push(json!({ "primary_email": address, "type": kind, "is_active": true, "is_billable": true,
            "firstname": "", "surname": "", "alias_emails": [] }));
    }
    organization["users"] = Value::Array(unique(users));
    let exemptions: Vec<_> = (0..random.below(3)).map(|_| random.pick(pool).to_lowercase()).collect();
    organization["exemptions"] = json!(exemptions.into_iter().collect::<BTreeSet<_>>());
    let settings = &mut organization["settings"];
    for flag in FLAGS {
        settings[*flag] = json!(random.chance(85));
    }
    settings["default_user_role_name"] = json!(random.pick(&["end_user", "silent_user"]));
}

const FLAGS: &[&str] = &[
    "sync_active_users",
    "sync_distribution_groups",
    "sync_security_groups",
    "add_users",
    "update_users",
    "remove_deleted_users",
    "add_groups",
    "update_groups",
    "remove_deleted_groups",
];

/// Proofpoint lets an address exist once.
fn unique(users: Vec<Value>) -> Vec<Value> {
    let mut taken: BTreeSet<String> = users.iter().map(|user| text(&user["primary_email"])).collect();
    let mut seen = BTreeSet::new();
    let mut kept = Vec::new();
    for mut user in users {
        if !seen.insert(text(&user["primary_email"])) {
            continue;
        }
        let aliases = user["alias_emails"].as_array().cloned().unwrap_or_default();
        let aliases: Vec<Value> = aliases.into_iter().filter(|alias| taken.insert(text(alias))).collect();
        user["alias_emails"] = Value::Array(aliases);
        kept.push(user);
    }
    kept
}

fn text(value: &Value) -> String {
    value.as_str().expect("an address").to_lowercase()
}
