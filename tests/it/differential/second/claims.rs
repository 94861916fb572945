//! Who gets which address: claims of the directory, held against what accounts hold and which of them go.

use std::collections::{BTreeMap, BTreeSet};

use super::may;
use super::removal::{Removal, of_unasked};
use super::scope::{Ask, Wish};
use super::tables::{Object, Tables};

/// The addresses as they are given out.
#[derive(Debug)]
pub(super) struct Claims {
    /// The object that gets each address, the first in the order of ids (`address-clash`).
    winners: BTreeMap<String, usize>,
    /// The objects whose primary address another one has.
    clashing: BTreeSet<usize>,
    /// The account with the primary address of each object.
    own: Vec<Option<usize>>,
    /// What becomes of the accounts that nobody asks for.
    removals: Vec<Option<Removal>>,
    /// The addresses of accounts that the run does not change, with the account.
    held: BTreeMap<String, usize>,
}

impl Claims {
    pub(super) fn of(tables: &Tables, asks: &[Ask]) -> Self {
        let (mut winners, mut clashing) = (BTreeMap::new(), BTreeSet::new());
        for (index, (object, ask)) in tables.objects.iter().zip(asks).enumerate() {
            let Ask::Account(wish) = ask else { continue };
            if winners.contains_key(&object.primary) {
                clashing.insert(index);
                continue;
            }
            for address in std::iter::once(&object.primary).chain(&wish.aliases) {
                winners.entry(address.clone()).or_insert(index);
            }
        }
        let account_of =
            |object: &Object| tables.accounts.iter().position(|row| row.primary == object.primary);
        let mut claims = Self {
            winners,
            clashing,
            own: tables.objects.iter().map(account_of).collect(),
            removals: Vec::new(),
            held: BTreeMap::new(),
        };
        claims.removals = (0..tables.accounts.len()).map(|account| unasked(tables, asks, account)).collect();
        claims.settle(tables, asks);
        claims
    }

    /// Rules `address-taken` and `address-alive`: an account that stays after all keeps its addresses, which may keep others.
    fn settle(&mut self, tables: &Tables, asks: &[Ask]) {
        loop {
            let staying = (0..tables.accounts.len()).filter(|account| self.stays(tables, asks, *account));
            let held = staying.flat_map(|account| {
                tables.accounts[account].holds().map(move |held| (held.clone(), account))
            });
            self.held = held.collect();
            let going = |removal: &Option<Removal>| matches!(removal, Some(Removal::Delete(_)));
            let alive = (0..tables.accounts.len())
                .filter(|account| going(&self.removals[*account]) && self.is_alive(tables, asks, *account));
            let alive: Vec<usize> = alive.collect();
            if alive.is_empty() {
                return;
            }
            for account in alive {
                self.removals[account] = Some(Removal::Unmatched("address-alive"));
            }
        }
    }

    /// Whether a run leaves an account as it is.
    fn stays(&self, tables: &Tables, asks: &[Ask], account: usize) -> bool {
        let row = &tables.accounts[account];
        if row.is_administrator() || tables.exemptions.contains(&row.primary) {
            return true;
        }
        if let Some(removal) = self.removals[account] {
            return !matches!(removal, Removal::Delete(_));
        }
        let mut owners = (0..asks.len()).filter(|object| self.own[*object] == Some(account));
        !owners.any(|object| {
            matches!(asks[object], Ask::Account(_))
                && !self.clashing.contains(&object)
                && may(tables, &tables.objects[object], "update")
        })
    }

    /// Whether others have an address of this account of whom none gets it for certain once the account is gone.
    fn is_alive(&self, tables: &Tables, asks: &[Ask], account: usize) -> bool {
        let row = &tables.accounts[account];
        row.holds().any(|address| {
            let others =
                tables.objects.iter().enumerate().filter(|(_, object)| object.primary != row.primary);
            let having: Vec<usize> = others
                .filter(|(_, object)| object.addresses().any(|one| one == address))
                .map(|(at, _)| at)
                .collect();
            !having.is_empty() && !having.iter().any(|at| self.gets(tables, asks, *at, address))
        })
    }

    /// Whether an object gets an address for certain when the account that has it goes.
    fn gets(&self, tables: &Tables, asks: &[Ask], index: usize, address: &str) -> bool {
        let object = &tables.objects[index];
        let own = self.own[index];
        matches!(asks[index], Ask::Account(_))
            && self.winners.get(address) == Some(&index)
            && self.obstacle(tables, index).is_none()
            && !tables.exemptions.contains(&object.primary)
            && own.is_none_or(|own| !tables.accounts[own].is_administrator())
            && may(tables, object, if own.is_some() { "update" } else { "add" })
    }

    pub(super) fn own_account(&self, object: usize) -> Option<usize> {
        self.own[object]
    }

    pub(super) fn removal(&self, account: usize) -> Option<Removal> {
        self.removals[account]
    }

    /// The rule that stands in the way of an object that asks for an account: `address-clash`, or `address-taken` where
    /// another account stays that holds its primary address.
    pub(super) fn obstacle(&self, tables: &Tables, object: usize) -> Option<&'static str> {
        if self.clashing.contains(&object) {
            return Some("address-clash");
        }
        let holder = self.held.get(&tables.objects[object].primary);
        holder.filter(|holder| self.own[object] != Some(**holder)).map(|_| "address-taken")
    }

    /// Whether no object gets this account although one asks for it.
    pub(super) fn is_stuck(&self, tables: &Tables, account: usize) -> bool {
        let mut owners = (0..tables.objects.len()).filter(|object| self.own[*object] == Some(account));
        !owners.any(|object| self.winners.get(&tables.objects[object].primary) == Some(&object))
    }

    /// The aliases that an object gets.
    pub(super) fn granted(&self, object: usize, wish: &Wish) -> BTreeSet<String> {
        let free = |alias: &&String| {
            self.winners.get(*alias) == Some(&object)
                && self.held.get(*alias).is_none_or(|holder| self.own[object] == Some(*holder))
        };
        wish.aliases.iter().filter(free).cloned().collect()
    }
}

/// What becomes of an account, if no object with its address asks for one.
fn unasked(tables: &Tables, asks: &[Ask], account: usize) -> Option<Removal> {
    let row = &tables.accounts[account];
    let holders = tables.objects.iter().zip(asks).filter(|(object, _)| object.primary == row.primary);
    let holders: Vec<(&Object, &Ask)> = holders.collect();
    let spared = row.is_administrator() || tables.exemptions.contains(&row.primary);
    let asked = holders.iter().any(|(_, ask)| !matches!(ask, Ask::Nothing(_)));
    (!spared && !asked).then(|| of_unasked(tables, row, &holders))
}
