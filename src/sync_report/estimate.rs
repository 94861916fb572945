//! What becomes of each directory object and each account.

use std::collections::HashMap;

use super::accounts;
use super::claims;
use super::desired::{Desired, Target, desired, differences};
use super::directory::Directory;
use super::organization::{Account, Exemptions, Organization};
use super::settings::{Actions, Settings, SyncVersion};

/// Everything the report is computed from.
#[derive(Debug, Clone, Default)]
pub struct Input {
    /// Users, groups, deleted items and verified domains of the tenant.
    pub directory: Directory,
    /// Accounts, domains and licences of the organization.
    pub organization: Organization,
    /// Addresses left alone.
    pub exemptions: Exemptions,
    /// What the run is told to do.
    pub settings: Settings,
    /// Which version of the sync runs.
    pub version: SyncVersion,
}

/// What becomes of a directory object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectClass<'a> {
    /// An account is created for it.
    Adding(Target),
    /// Its account is changed.
    Updating(Target),
    /// Its account is as it should be, or must not be changed.
    Unchanged,
    /// Its address is exempt.
    Exempt,
    /// It would be added or updated, and that would fail.
    Blocked(Block<'a>),
    /// The sync does not look at it.
    OutOfScope(OutOfScopeBecause),
}

/// Why adding or updating would fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block<'a> {
    /// Its `mail` is on a domain that the organization lacks.
    ForeignDomain,
    /// Another directory object gets this address.
    Clash {
        /// The address in question.
        address: &'a str,
        /// Primary address of the object that gets it.
        winner: &'a str,
    },
    /// Another account has this address and keeps it.
    Taken {
        /// The address in question.
        address: &'a str,
        /// Primary address of the account that has it.
        holder: &'a str,
    },
}

/// Why the sync does not look at an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutOfScopeBecause {
    /// Its kind is switched off in `what`.
    KindSwitchedOff,
    /// It is a guest.
    Guest,
    /// It is a group without mail.
    GroupWithoutMail,
    /// Its address is on `*.onmicrosoft.com`.
    OnMicrosoftAddress,
    /// It has no address on a domain of the organization.
    NoAddressHere,
    /// It is enabled and has no Exchange licence (version 2).
    NoExchangeLicence,
    /// It has no account, and adding is switched off.
    AddingSwitchedOff,
}

/// What becomes of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountClass {
    /// As it should be.
    Unchanged,
    /// Changed to what the directory says.
    Updating,
    /// Removed, with positive evidence that its object is gone.
    Deleting(Evidence),
    /// The directory has no object for it. Proofpoint may remove it if an earlier run made it.
    Unmatched,
    /// Its address is exempt.
    Exempt,
    /// Left alone.
    Kept(KeptBecause),
}

/// Why an account counts as deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// A user with its address is among Entra's deleted items.
    DeletedUser,
    /// A group with its address is among Entra's deleted items.
    DeletedGroup,
    /// Its user is there and excluded by a rule.
    Excluded(OutOfScopeBecause),
}

/// Why an account is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeptBecause {
    /// Administrators are never touched.
    Administrator,
    /// A functional account without a group.
    FunctionalAccount,
    /// Its object is gone and removal is switched off.
    RemovalSwitchedOff,
    /// It differs from its object and updating is switched off.
    UpdatingSwitchedOff,
    /// Its object is blocked.
    ObjectBlocked,
}

/// What becomes of one object.
#[derive(Debug, Clone, Copy)]
pub(super) struct ObjectFate<'a> {
    pub(super) class: ObjectClass<'a>,
    /// Index of its account.
    pub(super) account: Option<u32>,
    /// Whether the other version of the sync would want something else.
    pub(super) versions_differ: bool,
}

/// An object's address that another account gives up in the same run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Handover {
    /// Index of the object that gets it.
    pub(super) object: u32,
    /// Index of the account that gives it up.
    pub(super) account: u32,
}

/// What a run would do, object by object and account by account.
#[derive(Debug)]
pub struct Estimate<'a> {
    pub(super) input: &'a Input,
    pub(super) objects: Vec<ObjectFate<'a>>,
    pub(super) accounts: Vec<AccountClass>,
    /// By account: the index of its object.
    pub(super) object_of: Vec<Option<u32>>,
    pub(super) handovers: Vec<Handover>,
}

impl<'a> Estimate<'a> {
    /// Computes what a run would do.
    pub fn of(input: &'a Input) -> Self {
        let domains = &input.organization.domains;
        let objects = input.directory.objects();
        let accounts = input.organization.accounts();

        let wanted: Vec<(Desired, bool)> = objects
            .iter()
            .map(|object| {
                let wanted = desired(object, input.settings.what, input.version, domains);
                (wanted, wanted != desired(object, input.settings.what, input.version.other(), domains))
            })
            .collect();
        let exempt = |index: u32| {
            objects
                .get(index as usize)
                .is_some_and(|object| input.exemptions.contains(object.primary_address()))
        };
        let wants_account = |index: u32| {
            matches!(wanted.get(index as usize), Some((Desired::Account(_), _))) && !exempt(index)
        };
        let clashes = claims::clashes(objects, wants_account, domains);

        let by_address: HashMap<&str, u32> = accounts.iter().map(Account::address).zip(0u32..).collect();
        let mut object_of = vec![None; accounts.len()];
        let fates = (0u32..)
            .zip(objects.iter().zip(&wanted))
            .map(|(index, (object, &(wanted, versions_differ)))| {
                let account = by_address.get(object.primary_address()).copied();
                let class = match wanted {
                    _ if exempt(index) => ObjectClass::Exempt,
                    Desired::Nothing(because) => ObjectClass::OutOfScope(because),
                    Desired::ForeignDomain => ObjectClass::Blocked(Block::ForeignDomain),
                    Desired::Account(target) => match clashes.get(&index) {
                        Some(clash) => ObjectClass::Blocked(Block::Clash {
                            address: clash.address,
                            winner: objects
                                .get(clash.winner as usize)
                                .map_or("", |winner| winner.primary_address()),
                        }),
                        None => {
                            class_of(object, target, account.and_then(|at| accounts.get(at as usize)), input)
                        }
                    },
                };
                ObjectFate { class, account, versions_differ }
            })
            .collect::<Vec<_>>();
        // The object that gets the account is the one that is not out of scope; among blocked ones, the first.
        for (index, fate) in (0u32..).zip(&fates) {
            let Some(slot) = fate.account.and_then(|at| object_of.get_mut(at as usize)) else { continue };
            let rank = |class: &ObjectClass<'_>| match class {
                ObjectClass::OutOfScope(_) => 0,
                ObjectClass::Blocked(_) => 1,
                _ => 2,
            };
            let held = slot.and_then(|held: u32| fates.get(held as usize)).map(|held| rank(&held.class));
            if held.is_none_or(|held| held < rank(&fate.class)) {
                *slot = Some(index);
            }
        }
        let mut estimate =
            Self { input, objects: fates, accounts: Vec::new(), object_of, handovers: Vec::new() };
        estimate.accounts = accounts::classes(&estimate);
        accounts::settle_taken_addresses(&mut estimate);
        estimate
    }

    /// What becomes of each object, in the order of [`Directory::objects`].
    pub fn object_classes(&self) -> impl Iterator<Item = ObjectClass<'a>> {
        self.objects.iter().map(|fate| fate.class)
    }

    /// What becomes of each account, in the order of [`Organization::accounts`].
    pub fn account_classes(&self) -> impl Iterator<Item = AccountClass> {
        self.accounts.iter().copied()
    }
}

/// What becomes of an object that wants an account and has the address to itself.
fn class_of<'a>(
    object: &super::DirectoryObject,
    target: Target,
    account: Option<&Account>,
    input: &Input,
) -> ObjectClass<'a> {
    let actions = actions_for(object, &input.settings);
    match account {
        None if actions.add => ObjectClass::Adding(target),
        None => ObjectClass::OutOfScope(OutOfScopeBecause::AddingSwitchedOff),
        Some(account) if account.account_type == super::AccountType::Administrator => ObjectClass::Unchanged,
        Some(account)
            if actions.update
                && differences(object, target, account, &input.settings, &input.organization.domains)
                    .any() =>
        {
            ObjectClass::Updating(target)
        }
        Some(_) => ObjectClass::Unchanged,
    }
}

/// The flags that bind an object.
pub(super) fn actions_for<'s>(object: &super::DirectoryObject, settings: &'s Settings) -> &'s Actions {
    if object.is_group() { &settings.groups } else { &settings.users }
}
