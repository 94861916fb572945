//! What becomes of the accounts.

use std::collections::HashMap;

use super::classes::{AccountClass, Evidence, KeptBecause, OutOfScopeBecause};
use super::input::Input;
use super::roster::{Account, AccountType};

/// How the directory sees the address of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// No object has it.
    Nowhere,
    /// Its object is out of scope.
    OutOfScope(OutOfScopeBecause),
    /// Its object is blocked.
    Blocked,
    /// Its object wants this account, and may change it or not.
    Wanted { may_update: bool },
}

/// What becomes of the accounts, as far as that needs no comparison with their objects.
#[derive(Debug)]
pub(super) struct Verdicts<'a> {
    /// By account; none where its object decides.
    pub(super) decided: Vec<Option<AccountClass>>,
    /// The addresses of the accounts that a run leaves as they are, each with the index of its account.
    pub(super) kept: HashMap<&'a str, u32>,
}

impl<'a> Verdicts<'a> {
    pub(super) fn of(input: &'a Input, standings: &[Standing]) -> Self {
        let mut verdicts = Self { decided: Vec::with_capacity(standings.len()), kept: HashMap::new() };
        for ((index, account), standing) in (0u32..).zip(input.roster.accounts()).zip(standings) {
            let class = decide(input, account, *standing);
            let stays = match class {
                Some(AccountClass::Deleting(_)) => false,
                Some(_) => true,
                None => *standing == Standing::Wanted { may_update: false },
            };
            if stays {
                verdicts.kept.extend(account.addresses().map(|address| (address, index)));
            }
            verdicts.decided.push(class);
        }
        verdicts
    }

    /// Takes the deletion of an account back, despite the evidence for it.
    pub(super) fn spare(&mut self, input: &'a Input, index: u32) {
        if let (Some(class), Some(account)) = (self.decided.get_mut(index as usize), input.account(index)) {
            *class = Some(AccountClass::Unmatched);
            self.kept.extend(account.addresses().map(|address| (address, index)));
        }
    }
}

/// What becomes of an account, as far as that needs no comparison with its object.
fn decide(input: &Input, account: &Account, place: Standing) -> Option<AccountClass> {
    if account.account_type == AccountType::Administrator {
        return Some(AccountClass::Kept(KeptBecause::Administrator));
    }
    if input.exemptions.contains(&account.address) {
        return Some(AccountClass::Exempt);
    }
    match place {
        Standing::Wanted { .. } => None,
        Standing::Blocked => Some(AccountClass::Kept(KeptBecause::ObjectBlocked)),
        Standing::OutOfScope(because) => Some(of_excluded(input, account, because)),
        Standing::Nowhere => Some(without_object(input, account)),
    }
}

/// An account whose object is in the directory, but not one that the sync looks at.
fn of_excluded(input: &Input, account: &Account, because: OutOfScopeBecause) -> AccountClass {
    let of_user = because.excludes_user();
    let removes_users = input.switches.users.remove_deleted;
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
    let switches = &input.switches;
    let groups_synced = switches.what.distribution_groups || switches.what.security_groups;
    let lost_user = switches.users.remove_deleted && input.directory.lost_user(&account.address);
    // Groups become functional accounts: of a person's account their deletion says nothing.
    let lost_group = switches.groups.remove_deleted
        && !account.account_type.is_user()
        && input.directory.lost_group(&account.address);
    if lost_user && switches.what.active_users {
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
    let switches = &input.switches;
    if account_type.is_user() { switches.users.remove_deleted } else { switches.groups.remove_deleted }
}

fn kept(account: &Account) -> AccountClass {
    AccountClass::Kept(if account.account_type.is_user() {
        KeptBecause::RemovalSwitchedOff
    } else {
        KeptBecause::FunctionalAccount
    })
}
