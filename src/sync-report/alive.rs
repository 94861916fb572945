//! Addresses that would be lost with an account although somebody in the directory has them
//! ([`Rule::AddressAlive`](super::Rule::AddressAlive)).

use std::collections::{BTreeMap, HashMap};

use super::accounts::Verdicts;
use super::claims::Claims;
use super::classes::AccountClass;
use super::desired::{Wishes, aliases};
use super::input::Input;
use super::roster::AccountType;

/// What decides who gets an address in the run.
pub(super) struct Allotment<'s, 'a> {
    pub(super) input: &'a Input,
    /// By object: the index of its account.
    pub(super) account_of: &'s [Option<u32>],
    pub(super) wishes: &'s Wishes,
    pub(super) claims: &'s Claims<'a>,
    pub(super) verdicts: &'s Verdicts<'a>,
}

/// An address of an account that somebody in the directory has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Alive<'a> {
    pub(super) address: &'a str,
    /// Index of the first object that has it.
    pub(super) object: u32,
}

/// The addresses of accounts to be deleted that objects other than their own have: by address, the index of its account and
/// those of the objects.
type Held<'a> = HashMap<&'a str, (u32, Vec<u32>)>;

/// The objects at which the primary addresses of these accounts live on, as an alias or a user principal name: their people
/// were renamed.
pub(super) fn living_on(input: &Input, accounts: impl Iterator<Item = u32>) -> BTreeMap<u32, Alive<'_>> {
    let by_address: HashMap<&str, u32> =
        accounts.filter_map(|index| Some((input.account(index)?.address(), index))).collect();
    let mut found = BTreeMap::new();
    if by_address.is_empty() {
        return found;
    }
    for (object, each) in (0u32..).zip(input.directory.objects()) {
        for address in each.all_addresses() {
            if let Some((address, account)) = by_address.get_key_value(address) {
                found.entry(*account).or_insert(Alive { address, object });
            }
        }
    }
    found
}

impl<'a> Allotment<'_, 'a> {
    /// Of the accounts that are to be deleted those with an address that an object has and none gets, each with the first
    /// such address.
    ///
    /// Who is added at the primary address of such an account is not added while it stays, and then gets nothing else either:
    /// so it is asked again until no more accounts stay. All others may go together, since a run deletes before it adds.
    pub(super) fn addresses_lost(&self) -> BTreeMap<u32, Alive<'a>> {
        let held = self.held();
        let mut lost = BTreeMap::new();
        loop {
            let known = lost.len();
            lost = self.lost_while_these_stay(&held, &lost);
            if lost.len() == known {
                return lost;
            }
        }
    }

    fn lost_while_these_stay(
        &self,
        held: &Held<'a>,
        staying: &BTreeMap<u32, Alive<'a>>,
    ) -> BTreeMap<u32, Alive<'a>> {
        let mut lost: BTreeMap<u32, Alive<'a>> = BTreeMap::new();
        for (address, (account, holders)) in held {
            let Some(&object) = holders.first() else { continue };
            if !holders.iter().any(|object| self.gets(*object, address, held, staying)) {
                let found = Alive { address, object };
                lost.entry(*account)
                    .and_modify(|first| *first = std::cmp::min_by_key(*first, found, |one| one.address))
                    .or_insert(found);
            }
        }
        lost
    }

    fn held(&self) -> Held<'a> {
        let mut held = Held::new();
        let accounts = self.input.roster.accounts().iter();
        for (index, (account, class)) in (0u32..).zip(accounts.zip(&self.verdicts.decided)) {
            if let Some(AccountClass::Deleting(_)) = class {
                held.extend(account.addresses().map(|address| (address, (index, Vec::new()))));
            }
        }
        if held.is_empty() {
            return held;
        }
        for (index, (object, own)) in (0u32..).zip(self.input.directory.objects().iter().zip(self.account_of))
        {
            for address in object.all_addresses() {
                // An account's own object is what proves that it is not wanted.
                if let Some((account, holders)) = held.get_mut(address)
                    && *own != Some(*account)
                {
                    holders.push(index);
                }
            }
        }
        held.retain(|_, (_, holders)| !holders.is_empty());
        held
    }

    /// Whether an object gets an address that an account to be deleted gives up.
    fn gets(&self, index: u32, address: &str, held: &Held<'_>, staying: &BTreeMap<u32, Alive<'_>>) -> bool {
        let Some(object) = self.input.object(index) else { return false };
        let primary = object.primary_address();
        if !self.wishes.account(index)
            || self.claims.lost.contains_key(&index)
            || self.input.exemptions.contains(primary)
        {
            return false;
        }
        let actions = self.input.actions_for(object);
        let account = self.account_of.get(index as usize).copied().flatten();
        let account = account.and_then(|at| self.input.account(at));
        let changes = if let Some(account) = account {
            actions.update && account.account_type != AccountType::Administrator
        } else {
            let taken = held.get(primary).is_some_and(|(holder, _)| staying.contains_key(holder));
            actions.add && !taken && !self.verdicts.kept.contains_key(primary)
        };
        let left_out = self.claims.left_out.get(&index).is_some_and(|aliases| aliases.contains(&address));
        let mut addresses = std::iter::once(primary).chain(aliases(object, &self.input.roster.domains));
        changes && !left_out && addresses.any(|one| one == address)
    }
}
