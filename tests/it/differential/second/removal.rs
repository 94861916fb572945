//! What becomes of an account that no object of the directory asks for.

use super::scope::Ask;
use super::tables::{Account, Object, Tables};

/// The fate of such an account, by the rule of the page that decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Removal {
    Delete(&'static str),
    Unmatched(&'static str),
    Keep(&'static str),
}

/// Rules `evidence`, `removal-flags` and `kind-switched-off`. `holders` are the objects with the account's primary address,
/// all of them out of scope, in the order of ids. Deleted items count only where nobody is there.
pub(super) fn of_unasked(tables: &Tables, account: &Account, holders: &[(&Object, &Ask)]) -> Removal {
    // Rule `matching`: one that another rule excludes comes before those.
    let holder = holders.iter().find(|holder| !is_excluded(holder)).or_else(|| holders.first());
    if account.is_functional() {
        of_functional(tables, account, holder.map(|(object, _)| *object))
    } else {
        of_user(tables, account, holder)
    }
}

fn is_excluded((_, ask): &(&Object, &Ask)) -> bool {
    matches!(ask, Ask::Nothing("guests" | "unlicensed-user"))
}

fn of_user(tables: &Tables, account: &Account, holder: Option<&(&Object, &Ask)>) -> Removal {
    match (tables.on("remove_deleted_users"), tables.on("sync_active_users")) {
        (false, true) => return Removal::Keep("removal-flags"),
        (false, false) => return Removal::Keep("kind-switched-off"),
        (true, false) => return Removal::Unmatched("kind-switched-off"),
        (true, true) => {}
    }
    match holder {
        None if tables.deleted_users.contains(&account.primary) => Removal::Delete("deleted-user"),
        Some(holder) if is_excluded(holder) && holder.0.mail.is_none() && holder.0.smtp.is_empty() => {
            Removal::Delete("evidence")
        }
        _ => Removal::Unmatched("evidence"),
    }
}

fn of_functional(tables: &Tables, account: &Account, holder: Option<&Object>) -> Removal {
    let groups = tables.on("sync_distribution_groups") || tables.on("sync_security_groups");
    let (of_user, of_deleted_group) = match holder {
        Some(holder) => (holder.is_blocked(), false),
        None => (
            tables.deleted_users.contains(&account.primary),
            groups && tables.deleted_groups.contains(&account.primary),
        ),
    };
    let either_flag = tables.on("remove_deleted_users") || tables.on("remove_deleted_groups");
    if of_user && either_flag {
        Removal::Unmatched("removal-flags")
    } else if !of_user && of_deleted_group && tables.on("remove_deleted_groups") {
        Removal::Delete("removal-flags")
    } else {
        Removal::Keep("evidence")
    }
}
