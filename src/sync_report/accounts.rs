//! What becomes of the accounts, and which objects fail on an address that an account keeps.

use std::collections::HashMap;

use super::desired::{Desired, aliases, desired, differences};
use super::estimate::{
    AccountClass, Block, Estimate, Evidence, Handover, KeptBecause, ObjectClass, OutOfScopeBecause,
};
use super::organization::{Account, AccountType};

/// What becomes of each account, as far as the objects alone decide it.
pub(super) fn classes(estimate: &Estimate<'_>) -> Vec<AccountClass> {
    let accounts = estimate.input.organization.accounts();
    accounts
        .iter()
        .zip(&estimate.object_of)
        .map(|(account, object)| {
            if account.account_type == AccountType::Administrator {
                AccountClass::Kept(KeptBecause::Administrator)
            } else if estimate.input.exemptions.contains(&account.address) {
                AccountClass::Exempt
            } else {
                match object {
                    Some(object) => class_with_object(estimate, account, *object),
                    None => class_without_object(estimate, account),
                }
            }
        })
        .collect()
}

fn class_with_object(estimate: &Estimate<'_>, account: &Account, object: u32) -> AccountClass {
    match estimate.objects.get(object as usize).map(|fate| fate.class) {
        Some(ObjectClass::Updating(_)) => AccountClass::Updating,
        Some(ObjectClass::Blocked(_)) => AccountClass::Kept(KeptBecause::ObjectBlocked),
        Some(ObjectClass::OutOfScope(because)) => class_of_excluded(estimate, account, because),
        // Such an object is unchanged because nothing differs, or because updating is switched off.
        _ if differs(estimate, account, object) => AccountClass::Kept(KeptBecause::UpdatingSwitchedOff),
        _ => AccountClass::Unchanged,
    }
}

fn differs(estimate: &Estimate<'_>, account: &Account, object: u32) -> bool {
    let input = estimate.input;
    let domains = &input.organization.domains;
    input.directory.objects().get(object as usize).is_some_and(|object| {
        match desired(object, input.settings.what, input.version, domains) {
            Desired::Account(target) => differences(object, target, account, &input.settings, domains).any(),
            _ => false,
        }
    })
}

/// An account whose object is in the directory, but not one that the sync looks at.
fn class_of_excluded(estimate: &Estimate<'_>, account: &Account, because: OutOfScopeBecause) -> AccountClass {
    let removing = removes(estimate, account.account_type);
    match because {
        _ if !removing => kept(account),
        OutOfScopeBecause::Guest | OutOfScopeBecause::NoExchangeLicence if account.account_type.is_user() => {
            AccountClass::Deleting(Evidence::Excluded(because))
        }
        // A functional account goes with a group; that a user is excluded says nothing of it.
        OutOfScopeBecause::Guest | OutOfScopeBecause::NoExchangeLicence => {
            AccountClass::Kept(KeptBecause::FunctionalAccount)
        }
        _ => AccountClass::Unmatched,
    }
}

fn class_without_object(estimate: &Estimate<'_>, account: &Account) -> AccountClass {
    let settings = &estimate.input.settings;
    match estimate.input.directory.deleted_group(&account.address) {
        Some(true) if settings.groups.remove_deleted => AccountClass::Deleting(Evidence::DeletedGroup),
        Some(false) if settings.users.remove_deleted => AccountClass::Deleting(Evidence::DeletedUser),
        None if removes(estimate, account.account_type) => AccountClass::Unmatched,
        _ => kept(account),
    }
}

fn removes(estimate: &Estimate<'_>, account_type: AccountType) -> bool {
    let settings = &estimate.input.settings;
    if account_type.is_user() { settings.users.remove_deleted } else { settings.groups.remove_deleted }
}

fn kept(account: &Account) -> AccountClass {
    AccountClass::Kept(if account.account_type.is_user() {
        KeptBecause::RemovalSwitchedOff
    } else {
        KeptBecause::FunctionalAccount
    })
}

/// Blocks the objects that want an address which another account keeps ([`Rule::AddressTaken`](super::Rule::AddressTaken)),
/// and notes the addresses that change hands.
///
/// A blocked update keeps the account's old addresses, which may block others in turn: worked through until nothing
/// changes, so that the result does not depend on any order.
pub(super) fn settle_taken_addresses(estimate: &mut Estimate<'_>) {
    let found = handovers(estimate);
    let mut by_account: HashMap<u32, Vec<usize>> = HashMap::new();
    for (at, (handover, _)) in found.iter().enumerate() {
        by_account.entry(handover.account).or_default().push(at);
    }
    let mut pending: Vec<usize> = (0..found.len()).collect();
    while let Some(at) = pending.pop() {
        let Some(&(handover, address)) = found.get(at) else { continue };
        if !keeps(estimate, handover.account, address) {
            continue;
        }
        let holder = account_address(estimate, handover.account);
        let Some(fate) = estimate.objects.get_mut(handover.object as usize) else { continue };
        match fate.class {
            ObjectClass::Updating(_) => {
                let account = fate.account;
                fate.class = ObjectClass::Blocked(Block::Taken { address, holder });
                let Some(account) = account else { continue };
                if let Some(class) = estimate.accounts.get_mut(account as usize) {
                    *class = AccountClass::Kept(KeptBecause::ObjectBlocked);
                }
                pending.extend(by_account.get(&account).into_iter().flatten());
            }
            ObjectClass::Adding(_) => fate.class = ObjectClass::Blocked(Block::Taken { address, holder }),
            _ => {}
        }
    }
    // Among several obstacles the first by holder is named, so that the text does not depend on the order above either.
    for (handover, address) in found.iter().rev() {
        let named = Block::Taken { address, holder: account_address(estimate, handover.account) };
        if keeps(estimate, handover.account, address)
            && let Some(fate) = estimate.objects.get_mut(handover.object as usize)
            && matches!(fate.class, ObjectClass::Blocked(Block::Taken { .. }))
        {
            fate.class = ObjectClass::Blocked(named);
        }
    }
    estimate.handovers = found.into_iter().map(|(handover, _)| handover).collect();
}

/// The addresses that objects want for their accounts and that other accounts have today, in the order of these accounts.
fn handovers<'a>(estimate: &Estimate<'a>) -> Vec<(Handover, &'a str)> {
    let input = estimate.input;
    let domains = &input.organization.domains;
    let accounts = input.organization.accounts();
    let mut wanted: HashMap<&str, u32> = HashMap::new();
    for (index, (fate, object)) in (0u32..).zip(estimate.objects.iter().zip(input.directory.objects())) {
        match fate.class {
            ObjectClass::Adding(_) => {
                wanted.insert(object.primary_address(), index);
                wanted.extend(aliases(object, domains).map(|address| (address, index)));
            }
            ObjectClass::Updating(_) => {
                let Some(own) = fate.account.and_then(|at| accounts.get(at as usize)) else { continue };
                let new = aliases(object, domains).filter(|address| !own.aliases.contains(address));
                wanted.extend(new.map(|address| (address, index)));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    if wanted.is_empty() {
        return found;
    }
    for (index, account) in (0u32..).zip(accounts) {
        for address in std::iter::once(account.address()).chain(account.aliases.iter()) {
            if let Some((address, &object)) = wanted.get_key_value(address)
                && estimate.objects.get(object as usize).is_some_and(|fate| fate.account != Some(index))
            {
                found.push((Handover { object, account: index }, *address));
            }
        }
    }
    found
}

/// Whether an account still has this address after the run.
fn keeps(estimate: &Estimate<'_>, account: u32, address: &str) -> bool {
    let input = estimate.input;
    match estimate.accounts.get(account as usize) {
        Some(AccountClass::Deleting(_)) | None => false,
        Some(AccountClass::Updating) => {
            let own = input.organization.accounts().get(account as usize);
            let object = estimate.object_of.get(account as usize).copied().flatten();
            let object = object.and_then(|object| input.directory.objects().get(object as usize));
            own.is_some_and(|own| own.address() == address)
                || object.is_some_and(|object| {
                    aliases(object, &input.organization.domains).any(|alias| alias == address)
                })
        }
        Some(_) => true,
    }
}

fn account_address<'a>(estimate: &Estimate<'a>, account: u32) -> &'a str {
    estimate.input.organization.accounts().get(account as usize).map_or("", |account| account.address())
}
