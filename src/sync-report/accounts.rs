//! What becomes of the accounts.

use std::collections::{BTreeMap, HashMap};

use super::classes::{AccountClass, Evidence, KeptBecause, OutOfScopeBecause};
use super::input::Input;
use super::roster::{Account, AccountType};

/// How the directory sees the address of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// No object has it.
    Nowhere,
    /// Its object is out of scope.
    OutOfScope(Excluded),
    /// Its object is blocked.
    Blocked,
    /// Its object wants this account, and may change it or not.
    Wanted { may_update: bool },
}

/// An object that the sync does not look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Excluded {
    pub(super) because: OutOfScopeBecause,
    /// It has `mail` or an SMTP address.
    pub(super) may_receive_mail: bool,
    /// It is a user whose sign-in is blocked.
    pub(super) blocked_user: bool,
}

/// What becomes of the accounts, as far as that needs no comparison with their objects.
#[derive(Debug)]
pub(super) struct Verdicts<'a> {
    /// By account; none where its object decides.
    pub(super) decided: Vec<Option<AccountClass>>,
    /// The addresses of the accounts that a run leaves as they are, each with the index of its account.
    pub(super) kept: HashMap<&'a str, u32>,
    /// Of exempt accounts: what would have become of them; none where their object would have decided.
    pub(super) saved: BTreeMap<u32, Option<AccountClass>>,
}

impl<'a> Verdicts<'a> {
    pub(super) fn of(input: &'a Input, standings: &[Standing]) -> Self {
        let decided = Vec::with_capacity(standings.len());
        let mut verdicts = Self { decided, kept: HashMap::new(), saved: BTreeMap::new() };
        for ((index, account), standing) in (0u32..).zip(input.roster.accounts()).zip(standings) {
            let mut class = decide(input, account, *standing);
            let administrator = account.account_type == AccountType::Administrator;
            if !administrator && input.exemptions.contains(&account.address) {
                verdicts.saved.insert(index, class.replace(AccountClass::Exempt));
            }
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

/// What becomes of an account, as far as that needs no comparison with its object, were it not exempt.
fn decide(input: &Input, account: &Account, standing: Standing) -> Option<AccountClass> {
    if account.account_type == AccountType::Administrator {
        return Some(AccountClass::Kept(KeptBecause::Administrator));
    }
    Some(match (standing, account.account_type.is_user()) {
        (Standing::Wanted { .. }, _) => return None,
        (Standing::Blocked, _) => AccountClass::Kept(KeptBecause::ObjectBlocked),
        (Standing::OutOfScope(object), true) => of_excluded_user(input, object),
        (Standing::Nowhere, true) => without_object(input, account),
        (standing, false) => functional(input, account, standing),
    })
}

/// The account of a person who is in the directory, but not somebody whom the sync looks at. What excludes is a rule of
/// ours for a question that nobody has answered, so that it deletes only where there is nobody to write to.
fn of_excluded_user(input: &Input, object: Excluded) -> AccountClass {
    if !input.switches.users.remove_deleted {
        AccountClass::Kept(KeptBecause::RemovalSwitchedOff)
    } else if object.because.excludes_user() && !object.may_receive_mail {
        AccountClass::Deleting(Evidence::Excluded(object.because))
    } else {
        AccountClass::Unmatched
    }
}

fn without_object(input: &Input, account: &Account) -> AccountClass {
    let switches = &input.switches;
    if !switches.users.remove_deleted {
        AccountClass::Kept(KeptBecause::RemovalSwitchedOff)
    } else if switches.what.active_users && input.directory.lost_user(&account.address).is_some() {
        AccountClass::Deleting(Evidence::DeletedUser)
    } else {
        AccountClass::Unmatched
    }
}

/// Many functional accounts are made by hand, for printers and lists. So one counts only where the directory explains it: a
/// run makes them of groups, and of users whose sign-in is blocked, who may be deleted later.
fn functional(input: &Input, account: &Account, standing: Standing) -> AccountClass {
    let switches = &input.switches;
    let groups_synced = switches.what.distribution_groups || switches.what.security_groups;
    let nowhere = standing == Standing::Nowhere;
    let of_user = match standing {
        Standing::OutOfScope(object) => object.blocked_user,
        _ => nowhere && input.directory.lost_user(&account.address).is_some(),
    };
    let of_group = nowhere && input.directory.lost_group(&account.address).is_some();
    if of_user && (switches.users.remove_deleted || switches.groups.remove_deleted) {
        AccountClass::Unmatched
    } else if of_group && groups_synced && switches.groups.remove_deleted {
        AccountClass::Deleting(Evidence::DeletedGroup)
    } else {
        AccountClass::Kept(KeptBecause::FunctionalAccount)
    }
}
