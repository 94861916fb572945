//! Who has an address that several want: two directory objects, or an object and an account that keeps it
//! ([`Rule::AddressClash`](super::Rule::AddressClash), [`Rule::AddressTaken`](super::Rule::AddressTaken)).

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::address::Domains;
use super::desired::aliases;
use super::directory::DirectoryObject;

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
    pub(super) fn of(
        objects: &'a [DirectoryObject],
        wants_account: impl Fn(u32) -> bool,
        domains: &'a Domains,
    ) -> Self {
        let mut claims = Self::default();
        let mut taken: HashMap<&str, u32> = HashMap::with_capacity(2 * objects.len());
        for (index, object) in (0u32..).zip(objects).filter(|(index, _)| wants_account(*index)) {
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

    /// Takes an alias from an object.
    pub(super) fn leave_out(&mut self, index: u32, alias: &'a str) {
        self.left_out.entry(index).or_default().push(alias);
    }
}
