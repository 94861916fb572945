//! What becomes of the accounts.

use std::collections::HashMap;

use super::estimate::{AccountClass, Evidence, Input, KeptBecause, OutOfScopeBecause};
use super::organization::{Account, AccountType};

/// How the directory sees the address of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// No object has it.
    Nowhere,
    /// Its object is out of scope.
    OutOfScope(OutOfScopeBecause),
    /// Its object is blocked.
    Blocked,
    /// Its object wants this account, and may change it or not.
    Wanted { may_update: bool },
}

/// What becomes of an account, as far as that needs no comparison with its object.
pub(super) fn decide(input: &Input, account: &Account, place: Place) -> Option<AccountClass> {
    if account.account_type == AccountType::Administrator {
        return Some(AccountClass::Kept(KeptBecause::Administrator));
    }
    if input.exemptions.contains(&account.address) {
        return Some(AccountClass::Exempt);
    }
    match place {
        Place::Wanted { .. } => None,
        Place::Blocked => Some(AccountClass::Kept(KeptBecause::ObjectBlocked)),
        Place::OutOfScope(because) => Some(of_excluded(input, account, because)),
        Place::Nowhere => Some(without_object(input, account)),
    }
}

/// An account whose object is in the directory, but not one that the sync looks at.
fn of_excluded(input: &Input, account: &Account, because: OutOfScopeBecause) -> AccountClass {
    let of_user = because.excludes_user();
    let removes_users = input.settings.users.remove_deleted;
    if of_user && account.account_type.is_user() && removes_users {
        AccountClass::Deleting(Evidence::Excluded(because))
    } else if (of_user && removes_users) || removes(input, account.account_type) {
        // A functional account may have been made by hand of an unlicensed user's mailbox.
        AccountClass::Unmatched
    } else {
        kept(account)
    }
}

fn without_object(input: &Input, account: &Account) -> AccountClass {
    let settings = &input.settings;
    let groups_synced = settings.what.distribution_groups || settings.what.security_groups;
    let lost_user = settings.users.remove_deleted && input.directory.lost_user(&account.address);
    // Groups become functional accounts: of a person's account their deletion says nothing.
    let lost_group = settings.groups.remove_deleted
        && !account.account_type.is_user()
        && input.directory.lost_group(&account.address);
    if lost_user && settings.what.active_users {
        AccountClass::Deleting(Evidence::DeletedUser)
    } else if lost_group && groups_synced {
        AccountClass::Deleting(Evidence::DeletedGroup)
    } else if lost_user || removes(input, account.account_type) {
        AccountClass::Unmatched
    } else {
        kept(account)
    }
}

fn removes(input: &Input, account_type: AccountType) -> bool {
    let settings = &input.settings;
    if account_type.is_user() { settings.users.remove_deleted } else { settings.groups.remove_deleted }
}

fn kept(account: &Account) -> AccountClass {
    AccountClass::Kept(if account.account_type.is_user() {
        KeptBecause::RemovalSwitchedOff
    } else {
        KeptBecause::FunctionalAccount
    })
}

/// The addresses of the accounts that a run leaves as they are, each with the index of its account.
pub(super) fn addresses_kept<'a>(
    accounts: &'a [Account],
    decided: &[Option<AccountClass>],
    places: &[Place],
) -> HashMap<&'a str, u32> {
    let mut kept = HashMap::new();
    for ((index, account), (decided, place)) in (0u32..).zip(accounts).zip(decided.iter().zip(places)) {
        let stays = match decided {
            Some(AccountClass::Deleting(_)) => false,
            Some(_) => true,
            None => *place == Place::Wanted { may_update: false },
        };
        if stays {
            kept.extend(account.addresses().map(|address| (address, index)));
        }
    }
    kept
}
