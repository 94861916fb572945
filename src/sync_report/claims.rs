//! Clashes: two directory objects that want one address, or an object that wants an address which another account keeps.

use std::collections::HashMap;

use super::address::Domains;
use super::desired::aliases;
use super::directory::DirectoryObject;

/// An address that an object wants and does not get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clash<'a> {
    pub(super) address: &'a str,
    /// Index of the object that has it.
    pub(super) winner: u32,
}

/// The clashes among the objects (in the order of their ids) that want an account
/// ([`Rule::AddressClash`](super::Rule::AddressClash)), by the index of the object that loses.
pub(super) fn clashes<'a>(
    objects: &'a [DirectoryObject],
    wants_account: impl Fn(u32) -> bool,
    domains: &'a Domains,
) -> HashMap<u32, Clash<'a>> {
    let wanting = || (0u32..).zip(objects).filter(|(index, _)| wants_account(*index));
    let mut lost = HashMap::new();
    let mut primaries: HashMap<&str, u32> = HashMap::with_capacity(objects.len());
    for (index, object) in wanting() {
        let address = object.primary_address();
        match primaries.get(address) {
            Some(&winner) => {
                lost.insert(index, Clash { address, winner });
            }
            None => {
                primaries.insert(address, index);
            }
        }
    }
    let mut claimed: HashMap<&str, u32> = HashMap::new();
    for (index, object) in wanting() {
        if lost.contains_key(&index) {
            continue;
        }
        let clash = aliases(object, domains).find_map(|address| {
            let winner = *primaries.get(address).or_else(|| claimed.get(address))?;
            Some(Clash { address, winner })
        });
        match clash {
            Some(clash) => {
                lost.insert(index, clash);
            }
            None => claimed.extend(aliases(object, domains).map(|address| (address, index))),
        }
    }
    lost
}
