//! What small random organizations seldom hold by themselves: people and lists that are gone while their addresses live on,
//! addresses in both forms of Unicode, licences that are locked out, states that Entra does not show.

use serde_json::{Value, json};

use super::random::Random;

/// The same local part, composed and decomposed.
const ACCENTED: [&str; 2] = ["jos\u{e9}@contoso.com", "Jose\u{301}@contoso.com"];

/// Changes a document of one directory with its organization.
pub(super) fn vary(document: &mut Value, random: &mut Random) {
    let only = |place: &mut Value| {
        let all = place.as_object_mut().expect("a table");
        all.values_mut().next().map(Value::take).expect("one")
    };
    let (mut tenant, mut organization) =
        (only(&mut document["tenants"]), only(&mut document["organizations"]));
    for user in entries(&mut tenant["users"]) {
        person(user, random);
    }
    for group in entries(&mut tenant["groups"]) {
        if random.chance(5) {
            group["mail"] = json!("list@elsewhere.example");
        }
        rename(group, "mail", random);
    }
    for account in entries(&mut organization["users"]) {
        rename(account, "primary_email", random);
        if random.chance(8) {
            leave(account, &mut tenant["deleted_items"], random);
        }
    }
    unique(&mut organization["users"]);
    for (table, value) in [("tenants", tenant), ("organizations", organization)] {
        let all = document[table].as_object_mut().expect("a table");
        *all.values_mut().next().expect("one") = value;
    }
}

fn person(user: &mut Value, random: &mut Random) {
    match random.below(16) {
        0 => {
            user["accountEnabled"] = Value::Null;
            user["assignedPlans"] = json!([]);
        }
        1 => {
            for plan in entries(&mut user["assignedPlans"]) {
                plan["capabilityStatus"] = json!("LockedOut");
            }
        }
        2 => {
            user["mail"] = Value::Null;
            user["proxyAddresses"] = json!([]);
        }
        _ => {}
    }
    rename(user, "mail", random);
}

/// Gives an address that is there an accent, in either form.
fn rename(row: &mut Value, field: &str, random: &mut Random) {
    if row[field].is_string() && random.chance(4) {
        row[field] = json!(random.pick(&ACCENTED));
    }
}

/// Somebody, or a list, is among the deleted items and had the account.
fn leave(account: &Value, deleted: &mut Value, random: &mut Random) {
    let group = random.chance(40);
    let kind = if group { "#microsoft.graph.group" } else { "#microsoft.graph.user" };
    let address = account["primary_email"].as_str().expect("an address");
    let name = (!group).then(|| format!("{}{address}", "0123456789abcdef".repeat(2)));
    let item = json!({
        "@odata.type": kind, "mail": (group || random.chance(50)).then_some(address), "userPrincipalName": name,
        "deletedDateTime": "2026-01-01T00:00:00Z",
    });
    deleted.as_array_mut().expect("deleted items").push(item);
}

/// Proofpoint lets an address exist once: of the accounts with accents the first stays.
fn unique(accounts: &mut Value) {
    let mut seen = false;
    let accented = |account: &Value| ACCENTED.iter().any(|address| account["primary_email"] == *address);
    let list = accounts.as_array_mut().expect("accounts");
    list.retain(|account| !accented(account) || !std::mem::replace(&mut seen, true));
}

fn entries(list: &mut Value) -> impl Iterator<Item = &mut Value> {
    list.as_array_mut().into_iter().flatten()
}
