//! The report's input from a state document, and its rows held against what changed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sync_report::{
    Account, AccountClass, AccountFacts, AccountType, Actions, DeletedItem, Directory, DirectoryObject,
    Estimate, Evidence, Exemptions, GroupFacts, Input, KeptBecause, Licence, Role, Roster, Row, Switches,
    SyncVersion, UserFacts, What,
};
use uuid::Uuid;

use super::shake::Plan;
use super::told;

/// How much was compared.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// Accounts that a run changed.
    pub(super) changed: usize,
    /// Rows to add or update.
    pub(super) foreseen: usize,
    /// Those of them that were compared with the account field by field.
    pub(super) told: usize,
}

impl Rows {
    pub(super) fn add(&mut self, more: &Self) {
        self.changed += more.changed;
        self.foreseen += more.foreseen;
        self.told += more.told;
    }
}

pub(crate) fn input(state: &Value, domain: &str, version: SyncVersion) -> Input {
    let tenants = state["tenants"].as_object().expect("tenants");
    let tenant = tenants.values().find(|tenant| tenant["domain"] == domain).expect("the tenant");
    let organization = &state["organizations"][domain];
    let users = list(&tenant["users"]).iter().map(user);
    let objects = users.chain(list(&tenant["groups"]).iter().map(group)).collect();
    let deleted = list(&tenant["deleted_items"]).iter().filter_map(deleted).collect();
    let accounts = list(&organization["users"]).iter().map(account).collect();
    let domains = list(&tenant["domains"]).iter().filter_map(|domain| domain["id"].as_str());
    let exemptions = list(&organization["exemptions"]).iter();
    let exemptions = exemptions.filter_map(|item| item.as_str().or_else(|| item["email"].as_str()));
    Input {
        directory: Directory::new(objects, deleted, domains),
        roster: Roster::new(
            accounts,
            list(&organization["domains"]).iter().filter_map(|domain| domain["name"].as_str()),
            None,
        ),
        exemptions: Exemptions::new(exemptions),
        switches: switches(&organization["settings"]),
        version,
    }
}

/// Holds the report of one organization against what its accounts became.
pub(super) fn check(
    estimate: &Estimate<'_>,
    before: &Value,
    after: &Value,
    domain: &str,
    place: &str,
) -> Rows {
    let run = list(&after["organizations"][domain]["runs"]).last().cloned().unwrap_or_default();
    assert_eq!(run["outcome"], "success", "{place}: {run}");
    let (before, after) = (accounts(before, domain), accounts(after, domain));
    let report = estimate.report(usize::MAX);
    let adding = rows_of(&report.adding);
    let sections = [&report.updating, &report.deactivating, &report.recreating];
    let to_update: BTreeSet<String> = sections.iter().flat_map(|section| rows_of(section)).collect();
    let row_of = |address: &String| sections.iter().find_map(|section| section.rows.get(address));
    let deleted: BTreeSet<String> =
        before.keys().filter(|address| !after.contains_key(*address)).cloned().collect();
    // The report cannot know which accounts runs have made. Those that a run removes although nothing proves that their user
    // is gone free their addresses for others; those that it leaves although their user is gone keep theirs.
    let foreseen = rows_of(&report.deleting);
    let freed: BTreeSet<String> =
        deleted.symmetric_difference(&foreseen).flat_map(|address| addresses(&before[address])).collect();

    let added: BTreeSet<String> =
        after.keys().filter(|address| !before.contains_key(*address)).cloned().collect();
    let surprising: Vec<_> =
        added.symmetric_difference(&adding).filter(|address| !freed.contains(*address)).collect();
    assert!(surprising.is_empty(), "{place}: added {added:?}, the report says {adding:?}");

    let changed = |address: &&String| {
        let free_of_freed = |account: &Value| facts(account, &freed);
        after.get(*address).is_some_and(|now| free_of_freed(now) != free_of_freed(&before[*address]))
    };
    let updated: BTreeSet<String> = before.keys().filter(changed).cloned().collect();
    let about_freed = |address: &&String| {
        let gained =
            after.get(*address).is_some_and(|now| addresses(now).iter().any(|alias| freed.contains(alias)));
        let foreseen = row_of(address).map(|row| row.text.as_str()).unwrap_or_default();
        gained || freed.iter().any(|alias| foreseen.contains(alias.as_str()))
    };
    let surprising: Vec<_> =
        updated.symmetric_difference(&to_update).filter(|address| !about_freed(address)).collect();
    assert!(
        surprising.is_empty(),
        "{place}: {surprising:?}\nupdated {updated:?}\nthe report says {:#?}\nbefore {:#?}\nafter {:#?}",
        report.updating.rows,
        surprising.iter().map(|address| &before[*address]).collect::<Vec<_>>(),
        surprising.iter().map(|address| after.get(*address)).collect::<Vec<_>>(),
    );

    // An address that became free or stayed in a way that nobody could foresee leaves the fields of whoever has it open.
    let open = |account: &Value, row: &Row| {
        addresses(account).iter().any(|address| freed.contains(address))
            || freed.iter().any(|address| row.text.contains(address.as_str()))
    };
    let mut rows = Rows { foreseen: adding.len() + to_update.len(), ..Rows::default() };
    for (section, is_new) in
        std::iter::once((&report.adding, true)).chain(sections.iter().map(|section| (*section, false)))
    {
        for (address, row) in &section.rows {
            let Some(now) = after.get(address).filter(|now| !open(now, row)) else { continue };
            rows.told += 1;
            if is_new {
                told::expect_added(row, now, place);
            } else {
                told::expect_updated(row, &before[address], now, place);
            }
        }
    }

    let mut removed = BTreeSet::new();
    for (account, class) in list_of_accounts(estimate, &before) {
        let address = account["primary_email"].as_str().expect("an address").to_lowercase();
        match class {
            AccountClass::Deleting(evidence) => {
                let group = evidence == Evidence::DeletedGroup;
                // What nobody knows to come from a run of the sync, a run does not remove.
                let made_by_run = account["origin"]["kind"] == if group { "group" } else { "user" };
                assert!(!made_by_run || deleted.contains(&address), "{place}: {address} is still there");
                removed.insert(address);
            }
            AccountClass::Unmatched => {
                removed.insert(address);
            }
            // Rule::RemovalFlags: the flags bind accounts by their type, a run goes by what it made the account of.
            // Rule::Evidence: nothing explains the account, and a run remembers that it made it.
            AccountClass::Kept(KeptBecause::FunctionalAccount) if account["origin"].is_object() => {}
            AccountClass::Kept(KeptBecause::RemovalSwitchedOff) if account["origin"]["kind"] == "group" => {}
            _ => assert!(
                !deleted.contains(&address),
                "{place}: {address} was removed, the report says {class:?}"
            ),
        }
    }
    Rows { changed: added.len() + updated.len() + removed.len(), ..rows }
}

fn rows_of(section: &sync_report::Section) -> BTreeSet<String> {
    section.rows.keys().cloned().collect()
}

/// The accounts of the estimate in their order, each with its entry in the document.
fn list_of_accounts<'a>(
    estimate: &Estimate<'_>,
    before: &'a BTreeMap<String, Value>,
) -> Vec<(&'a Value, AccountClass)> {
    // Both are in the order of addresses.
    before.values().zip(estimate.account_classes()).collect()
}

/// What a run can change in an account, without addresses that became free in an unforeseeable way.
fn facts(account: &Value, freed: &BTreeSet<String>) -> Vec<String> {
    let aliases: BTreeSet<String> =
        addresses(account).into_iter().skip(1).filter(|alias| !freed.contains(alias)).collect();
    let mut facts: Vec<String> =
        ["firstname", "surname", "type", "is_active"].map(|field| account[field].to_string()).to_vec();
    facts.extend(aliases);
    facts
}

/// The primary address and the aliases.
fn addresses(account: &Value) -> Vec<String> {
    let aliases = list(&account["alias_emails"]).iter();
    let all = std::iter::once(&account["primary_email"]).chain(aliases);
    all.map(|address| address.as_str().expect("an address").to_lowercase()).collect()
}

fn accounts(state: &Value, domain: &str) -> BTreeMap<String, Value> {
    let users = list(&state["organizations"][domain]["users"]).iter();
    users
        .map(|user| (user["primary_email"].as_str().expect("an address").to_lowercase(), user.clone()))
        .collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    list(value).iter().filter_map(Value::as_str)
}

fn id(object: &Value) -> Uuid {
    object["id"].as_str().and_then(|id| Uuid::try_parse(id).ok()).expect("an object id")
}

fn user(user: &Value) -> DirectoryObject {
    let facts = UserFacts {
        mail: user["mail"].as_str(),
        user_principal_name: user["userPrincipalName"].as_str().unwrap_or_default(),
        given_name: user["givenName"].as_str(),
        surname: user["surname"].as_str(),
        enabled: user["accountEnabled"].as_bool().unwrap_or(true),
        guest: user["userType"] == "Guest",
        licence: licence(user),
    };
    DirectoryObject::user(id(user), &facts, texts(&user["proxyAddresses"]))
}

/// By the ids of [`shake::PLANS`](super::shake::PLANS).
fn licence(user: &Value) -> Licence {
    let plans = list(&user["assignedPlans"]).iter().filter(|plan| plan["capabilityStatus"] != "Deleted");
    let best = plans.filter_map(|plan| {
        let (_, kind) = *super::shake::PLANS.iter().find(|(id, _)| plan["servicePlanId"] == *id)?;
        let in_effect = ["Enabled", "Warning"].iter().any(|status| plan["capabilityStatus"] == *status);
        match kind {
            Plan::Mailbox if in_effect => Some(Licence::Active),
            Plan::Mailbox | Plan::Unknown => Some(Licence::Unclear),
            Plan::WithoutMailbox => None,
        }
    });
    match best.min() {
        Some(licence) => licence,
        // Rule::AccountState: a caller who may not see the one sees nothing of the others.
        None if user["accountEnabled"].is_null() => Licence::Unclear,
        None => Licence::None,
    }
}

fn group(group: &Value) -> DirectoryObject {
    let facts = GroupFacts {
        mail: group["mail"].as_str(),
        display_name: group["displayName"].as_str().unwrap_or_default(),
        mail_enabled: group["mailEnabled"] == true,
        security_enabled: group["securityEnabled"] == true,
        unified: texts(&group["groupTypes"]).any(|kind| kind == "Unified"),
    };
    DirectoryObject::group(id(group), &facts, texts(&group["proxyAddresses"]))
}

fn deleted(item: &Value) -> Option<DeletedItem> {
    let (mail, time) = (item["mail"].as_str(), item["deletedDateTime"].as_str());
    match item["@odata.type"].as_str()? {
        "#microsoft.graph.user" => {
            let name = item["userPrincipalName"].as_str().unwrap_or_default();
            Some(DeletedItem::user(mail, name, time))
        }
        "#microsoft.graph.group" => Some(DeletedItem::group(mail, time)),
        _ => None,
    }
}

fn account(user: &Value) -> Account {
    let text = |field: &str| user[field].as_str().unwrap_or_default();
    let facts = AccountFacts {
        primary_email: text("primary_email"),
        account_type: AccountType::from_name(text("type")),
        active: user["is_active"] == true,
        billable: user["is_billable"] == true,
        first_name: text("firstname"),
        surname: text("surname"),
    };
    Account::new(&facts, texts(&user["alias_emails"]))
}

fn switches(settings: &Value) -> Switches {
    let flag = |name: &str| settings[name] == true;
    Switches {
        default_role: if settings["default_user_role_name"] == "silent_user" {
            Role::SilentUser
        } else {
            Role::EndUser
        },
        what: What {
            active_users: flag("sync_active_users"),
            distribution_groups: flag("sync_distribution_groups"),
            security_groups: flag("sync_security_groups"),
        },
        users: Actions {
            add: flag("add_users"),
            update: flag("update_users"),
            remove_deleted: flag("remove_deleted_users"),
        },
        groups: Actions {
            add: flag("add_groups"),
            update: flag("update_groups"),
            remove_deleted: flag("remove_deleted_groups"),
        },
    }
}
