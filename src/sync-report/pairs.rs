//! Which object and which account belong together ([`Rule::Matching`](super::Rule::Matching)).

use std::collections::HashMap;

use super::accounts::{Excluded, Standing};
use super::claims::Claims;
use super::desired::{Desired, Wishes};
use super::directory::DirectoryObject;
use super::input::Input;
use super::roster::Account;

/// Objects and accounts, each with the index of its counterpart.
#[derive(Debug)]
pub(super) struct Pairs {
    /// By object: the index of its account.
    pub(super) account_of: Vec<Option<u32>>,
    /// By account: the index of its object. Of several objects with one address it is the one that speaks loudest.
    pub(super) object_of: Vec<Option<u32>>,
}

impl Pairs {
    pub(super) fn of(input: &Input, wishes: &Wishes) -> Self {
        let (objects, accounts) = (input.directory.objects(), input.roster.accounts());
        let by_address: HashMap<&str, u32> = accounts.iter().map(Account::address).zip(0u32..).collect();
        let account_of: Vec<Option<u32>> =
            objects.iter().map(|object| by_address.get(object.primary_address()).copied()).collect();
        // The first object of the highest rank.
        let mut object_of: Vec<Option<u32>> = vec![None; accounts.len()];
        for (index, account) in (0u32..).zip(&account_of) {
            let Some(slot) = account.and_then(|at| object_of.get_mut(at as usize)) else { continue };
            if slot.is_none_or(|held| rank(held, wishes) < rank(index, wishes)) {
                *slot = Some(index);
            }
        }
        Self { account_of, object_of }
    }

    /// How the directory sees the address of each account.
    pub(super) fn standings(&self, input: &Input, wishes: &Wishes, claims: &Claims<'_>) -> Vec<Standing> {
        let standing = |index: &Option<u32>| {
            let Some(index) = *index else { return Standing::Nowhere };
            match (wishes.of_object(index), input.object(index)) {
                (Desired::Nothing(because), object) => Standing::OutOfScope(Excluded {
                    because,
                    may_receive_mail: object.is_some_and(DirectoryObject::may_receive_mail),
                    blocked_user: object.is_some_and(DirectoryObject::is_blocked_user),
                }),
                (Desired::Account(_), Some(object)) if !claims.lost.contains_key(&index) => {
                    Standing::Wanted { may_update: input.actions_for(object).update }
                }
                _ => Standing::Blocked,
            }
        };
        self.object_of.iter().map(standing).collect()
    }
}

/// An object that would be evidence for a deletion comes last: whatever else has the address speaks against it. Of those that
/// want an account the first is the one that gets it, if any does.
fn rank(index: u32, wishes: &Wishes) -> u8 {
    match wishes.of_object(index) {
        Desired::Account(_) | Desired::ForeignDomain => 2,
        Desired::Nothing(because) if because.excludes_user() => 0,
        Desired::Nothing(_) => 1,
    }
}
