//! Who has an address that several want: two directory objects, or an object and an account that keeps it
//! ([`Rule::AddressClash`](super::Rule::AddressClash), [`Rule::AddressTaken`](super::Rule::AddressTaken)).

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::desired::{Wishes, aliases};
use super::input::Input;

/// What objects do not get.
#[derive(Debug, Default)]
pub(super) struct Claims<'a> {
    /// Objects whose primary address another object has: by index, the index of that object.
    pub(super) lost: HashMap<u32, u32>,
    /// Aliases that an object does not get, by its index.
    pub(super) left_out: HashMap<u32, Vec<&'a str>>,
}

impl<'a> Claims<'a> {
    /// Gives each address to the first object (in the order of object ids) that wants it.
    pub(super) fn of(input: &'a Input, wishes: &Wishes) -> Self {
        let (objects, domains) = (input.directory.objects(), &input.roster.domains);
        let mut claims = Self::default();
        let mut taken: HashMap<&str, u32> = HashMap::with_capacity(2 * objects.len());
        for (index, object) in (0u32..).zip(objects).filter(|(index, _)| wishes.account(*index)) {
            match taken.entry(object.primary_address()) {
                Entry::Occupied(winner) => {
                    claims.lost.insert(index, *winner.get());
                    continue;
                }
                Entry::Vacant(free) => free.insert(index),
            };
            for alias in aliases(object, domains) {
                if let Entry::Vacant(free) = taken.entry(alias) {
                    free.insert(index);
                } else {
                    claims.leave_out(index, alias);
                }
            }
        }
        claims
    }

    /// Takes from the objects the aliases that other accounts keep.
    pub(super) fn leave_to_accounts(
        &mut self,
        input: &'a Input,
        wishes: &Wishes,
        account_of: &[Option<u32>],
        kept: &HashMap<&str, u32>,
    ) {
        if kept.is_empty() {
            return;
        }
        for ((index, object), own) in (0u32..).zip(input.directory.objects()).zip(account_of) {
            let foreign = |alias: &&str| kept.get(alias).is_some_and(|holder| Some(*holder) != *own);
            if wishes.account(index) {
                let aliases = aliases(object, &input.roster.domains);
                aliases.filter(foreign).for_each(|alias| self.leave_out(index, alias));
            }
        }
    }

    /// Takes an alias from an object.
    fn leave_out(&mut self, index: u32, alias: &'a str) {
        self.left_out.entry(index).or_default().push(alias);
    }
}
