//! People and groups on both sides, each with what a sync would do: the directory's objects and the organization's accounts,
//! matched by address.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Value, json};

use crate::directory::tenant::Tenant;
use crate::engine::outlook::{Outlook, outlook};
use crate::essentials::account::{Account, OriginKind};
use crate::essentials::organization::Organization;
use crate::state::World;

/// Rows that are shown; those that something would happen to come first.
const SHOWN: usize = 200;

/// What a sync would do, in the order in which rows are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Fate {
    Delete,
    Add,
    Update,
    Blocked,
    Exempt,
    Nothing,
    /// No sync is set up.
    Unknown,
}

#[derive(Serialize)]
struct Row {
    fate: Fate,
    why: String,
    address: String,
    object: Option<Value>,
    account: Option<Value>,
}

impl Row {
    /// By what would happen, then by address; objects without one come last.
    fn place(&self) -> (Fate, bool, &str) {
        (self.fate, self.address.is_empty(), &self.address)
    }
}

/// The rows whose text holds `find`, those that are shown, and what the run would come to; the world is given up for it.
pub(super) fn shown(world: World, domain: &str, find: &str) -> Value {
    let objects = world.tenant(domain).map(objects).unwrap_or_default();
    let before = world.organizations.find(domain).cloned().unwrap_or_default();
    let Some(outlook) = outlook(world, domain) else {
        let unmatched = objects.into_values().map(|object| Row {
            fate: Fate::Unknown,
            why: String::new(),
            address: String::new(),
            object: Some(object),
            account: None,
        });
        return listed(unmatched.collect(), find, &Value::Null);
    };
    let run = outlook.run.as_ref().map(|run| json!({ "counts": run.counts, "error": run.error }));
    listed(rows(&before, objects, &outlook), find, &run.unwrap_or_default())
}

fn listed(mut rows: Vec<Row>, find: &str, run: &Value) -> Value {
    let total = rows.len();
    let find = find.trim().to_lowercase();
    if !find.is_empty() {
        let has = |side: &Option<Value>| {
            side.as_ref()
                .is_some_and(|side| side["name"].as_str().unwrap_or_default().to_lowercase().contains(&find))
        };
        rows.retain(|row| row.address.contains(&find) || has(&row.object) || has(&row.account));
    }
    rows.sort_by(|one, other| one.place().cmp(&other.place()));
    let found = rows.len();
    rows.truncate(SHOWN);
    json!({ "total": total, "found": found, "rows": rows, "run": run })
}

/// The directory's users and groups, by id.
fn objects(tenant: &Tenant) -> BTreeMap<String, Value> {
    let users = tenant.users.iter().map(|user| {
        let name = user.display_name.as_deref().unwrap_or(&user.user_principal_name);
        let blocked = user.account_enabled == Some(false);
        let guest = user.user_type.as_deref() == Some("Guest");
        let kind = if guest {
            "guest"
        } else if blocked {
            "blocked user"
        } else {
            "user"
        };
        (user.id.clone(), json!({ "id": user.id, "name": name, "kind": kind, "person": true }))
    });
    let groups = tenant.groups.iter().map(|group| {
        let name = group.display_name.as_deref().unwrap_or_default();
        (group.id.clone(), json!({ "id": group.id, "name": name, "kind": "group", "person": false }))
    });
    users.chain(groups).collect()
}

fn rows(before: &Organization, mut objects: BTreeMap<String, Value>, outlook: &Outlook) -> Vec<Row> {
    let fails = outlook.run.as_ref().is_none_or(|run| run.error.is_some());
    let blocked: BTreeMap<&str, &str> = outlook
        .run
        .iter()
        .flat_map(|run| &run.blocked)
        .map(|(address, reason)| (address.as_str(), reason.as_ref()))
        .collect();
    let mut met = BTreeSet::new();
    let mut rows = Vec::new();
    for candidate in &outlook.candidates {
        // Objects that share an address have a row each; the account is shown with the first.
        let first = met.insert(candidate.address.as_str());
        let was = before.accounts.get(&candidate.address).filter(|_| first);
        let becomes = outlook.accounts.get(&candidate.address).filter(|_| first);
        let (fate, why) = if fails {
            (Fate::Unknown, String::new())
        } else if was.is_none() && becomes.is_none() {
            let reason = candidate.excluded.or(blocked.get(candidate.address.as_str()).copied());
            let reason = if first { reason } else { Some("another object has the address") };
            let stopped = candidate.excluded.is_none() || blocked.contains_key(candidate.address.as_str());
            let fate = if stopped && reason.is_some() { Fate::Blocked } else { Fate::Nothing };
            (fate, reason.unwrap_or("accounts of its kind are not added").to_owned())
        } else {
            let (fate, why) = between(before, was, becomes);
            let told = if why.is_empty() { candidate.excluded.unwrap_or_default().to_owned() } else { why };
            (fate, told)
        };
        let object = objects.remove(&candidate.id).map(|mut object| {
            if candidate.kind == OriginKind::Group && candidate.address.is_empty() {
                object["kind"] = json!("group without mail");
            }
            object
        });
        let account = was.map(account);
        rows.push(Row { fate, why, address: candidate.address.clone(), object, account });
    }
    for (address, was) in before.accounts.iter().filter(|(address, _)| !met.contains(address.as_str())) {
        let (fate, why) = if fails {
            (Fate::Unknown, String::new())
        } else {
            between(before, Some(was), outlook.accounts.get(address))
        };
        let why = match (fate, why.is_empty()) {
            (Fate::Nothing, true) if was.kind.is_admin() => "an administrator".to_owned(),
            (Fate::Nothing, true) if was.origin.is_none() => "made by hand".to_owned(),
            _ => why,
        };
        rows.push(Row { fate, why, address: address.clone(), object: None, account: Some(account(was)) });
    }
    rows
}

/// What happens to an account, from what it is before and after.
fn between(organization: &Organization, was: Option<&Account>, becomes: Option<&Account>) -> (Fate, String) {
    match (was, becomes) {
        (None, None) => (Fate::Nothing, String::new()),
        (None, Some(_)) => (Fate::Add, String::new()),
        (Some(was), None) => {
            let why = if was.origin.is_some() { "its user or group is gone" } else { "" };
            (Fate::Delete, why.to_owned())
        }
        (Some(was), Some(becomes)) => match changes(was, becomes) {
            changes if !changes.is_empty() => (Fate::Update, changes),
            _ if organization.exemptions.contains(&was.address) => (Fate::Exempt, String::new()),
            _ => (Fate::Nothing, String::new()),
        },
    }
}

/// What differs, in a few words.
fn changes(was: &Account, becomes: &Account) -> String {
    let mut told = Vec::new();
    let mut differ = |name: &str, before: &str, after: &str| {
        if before != after {
            told.push(format!("{name} {before} → {after}"));
        }
    };
    differ("given name", &was.firstname, &becomes.firstname);
    differ("surname", &was.surname, &becomes.surname);
    differ("type", &kind(was), &kind(becomes));
    differ("aliases", &was.aliases.join(" "), &becomes.aliases.join(" "));
    let active = |account: &Account| if account.is_active { "active" } else { "inactive" };
    differ("", active(was), active(becomes));
    told.join(", ").trim().to_owned()
}

fn kind(account: &Account) -> String {
    let kind = serde_json::to_value(account.kind).unwrap_or_default();
    kind.as_str().unwrap_or_default().replace('_', " ")
}

fn account(account: &Account) -> Value {
    let name = format!("{} {}", account.firstname, account.surname);
    json!({ "name": name.trim(), "kind": kind(account), "active": account.is_active })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::essentials::settings::Settings;
    use crate::graph::desk::Desk;

    fn fates(shown: &Value) -> Vec<(String, String)> {
        let rows = shown["rows"].as_array().unwrap().iter();
        rows.map(|row| (row["address"].as_str().unwrap().into(), row["fate"].as_str().unwrap().into()))
            .collect()
    }

    #[test]
    fn each_row_says_what_a_sync_would_do() {
        let mut desk = Desk::new();
        let automation = desk.world.tenants[0].automation.clone();
        let contoso = desk.world.organizations.find_mut("contoso.com").unwrap();
        contoso.exemptions.insert("scanner@contoso.com".to_owned());
        contoso.settings = Some(Settings {
            primary_domain: "contoso.com".to_owned(),
            application_id: automation.client_id,
            ad_key: automation.client_secret,
            sync_active_users: true,
            add_users: true,
            update_users: true,
            remove_deleted_users: true,
            ..Settings::default()
        });
        let told = shown(desk.world.copied(), "contoso.com", "");
        let fates = fates(&told);
        let fate = |name: &str| {
            let address = format!("{name}@contoso.com");
            let found = fates.iter().find(|(known, _)| *known == address);
            found.unwrap_or_else(|| panic!("{name}: {fates:#?}")).1.clone()
        };
        for (name, expected) in [
            ("jack.king", "delete"),
            ("frank.gomez", "add"),
            ("irene.jones", "update"),
            ("anna.berg", "nothing"),
            ("scanner", "exempt"),
            ("admin", "nothing"),
            ("finance", "nothing"),
        ] {
            assert_eq!(fate(name), expected, "{name}: {told:#}");
        }
        assert_eq!(fates[0].0, "jack.king@contoso.com");
        let irene = told["rows"].as_array().unwrap().iter().find(|row| row["fate"] == "update").unwrap();
        assert_eq!(irene["why"], "surname Archer → Jones");
        assert_eq!(
            (&told["run"]["counts"]["added"], &told["run"]["counts"]["deleted"]),
            (&json!(3), &json!(1))
        );
        let found = shown(desk.world.copied(), "contoso.com", " ANNA ");
        assert_eq!((found["found"].as_u64(), found["total"].as_u64()), (Some(1), Some(fates.len() as u64)));
    }

    #[test]
    fn a_sync_that_would_fail_says_so_and_promises_nothing() {
        let mut desk = Desk::new();
        desk.world.organizations.find_mut("contoso.com").unwrap().settings =
            Some(Settings { primary_domain: "contoso.com".to_owned(), ..Settings::default() });
        let told = shown(desk.world.copied(), "contoso.com", "");
        assert!(told["run"]["error"].as_str().unwrap().contains("AADSTS"), "{told:#}");
        assert!(fates(&told).iter().all(|(_, fate)| fate == "unknown"));
    }
}
