//! What becomes of each directory object and each account.

use std::collections::{BTreeMap, HashMap};

use super::accounts::{self, Place};
use super::alive;
use super::claims::Claims;
use super::desired::{Desired, Differences, Target, aliases, desired, differences};
use super::directory::{Directory, DirectoryObject};
use super::organization::{Account, AccountType, Exemptions, Organization};
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
    /// Another directory object has its address.
    Clash,
    /// Its address is an alias of an account that keeps it.
    Taken {
        /// Primary address of that account.
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
    /// It is enabled, and whether it has an Exchange licence is unclear (version 2).
    LicenceUnclear,
    /// It has no account, and adding is switched off.
    AddingSwitchedOff,
}

impl OutOfScopeBecause {
    /// Whether a rule excludes a user whose kind is synced: evidence that its account is not wanted.
    pub(super) fn excludes_user(self) -> bool {
        matches!(self, Self::Guest | Self::NoExchangeLicence)
    }
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
    /// The directory has no object for it, or none that proves anything. Proofpoint may remove it if an earlier run made it.
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
    /// A group with the address of this functional account is among Entra's deleted items.
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
    /// By object: the aliases that its account does not get, since another object or account has them.
    pub(super) left_out: HashMap<u32, Vec<&'a str>>,
    pub(super) handovers: Vec<Handover>,
    /// Accounts that are not deleted, despite evidence, since an object that does not get it has this address of theirs.
    pub(super) alive: BTreeMap<u32, &'a str>,
}

impl<'a> Estimate<'a> {
    /// Computes what a run would do.
    pub fn of(input: &'a Input) -> Self {
        let domains = &input.organization.domains;
        let (objects, accounts) = (input.directory.objects(), input.organization.accounts());
        let wanted: Vec<(Desired, bool)> = objects
            .iter()
            .map(|object| {
                let wanted = desired(object, input.settings.what, input.version, domains);
                (wanted, wanted != desired(object, input.settings.what, input.version.other(), domains))
            })
            .collect();
        let wants_account = |index: u32| matches!(wanted.get(index as usize), Some((Desired::Account(_), _)));
        let mut claims = Claims::of(objects, wants_account, domains);

        let by_address: HashMap<&str, u32> = accounts.iter().map(Account::address).zip(0u32..).collect();
        let account_of: Vec<Option<u32>> =
            objects.iter().map(|object| by_address.get(object.primary_address()).copied()).collect();
        drop(by_address);
        // The ranks put an object last that would be evidence for a deletion: whatever else has the address speaks against.
        let object_of =
            objects_of_accounts(accounts.len(), &account_of, |index| match wanted.get(index as usize) {
                Some((Desired::Account(_), _)) if !claims.lost.contains_key(&index) => 3,
                Some((Desired::Account(_) | Desired::ForeignDomain, _)) => 2,
                Some((Desired::Nothing(because), _)) if because.excludes_user() => 0,
                _ => 1,
            });
        let places: Vec<Place> = object_of
            .iter()
            .map(|index| {
                let Some(index) = *index else { return Place::Nowhere };
                match (wanted.get(index as usize), objects.get(index as usize)) {
                    (Some((Desired::Nothing(because), _)), _) => Place::OutOfScope(*because),
                    (Some((Desired::Account(_), _)), Some(object)) if !claims.lost.contains_key(&index) => {
                        Place::Wanted { may_update: actions_for(object, &input.settings).update }
                    }
                    _ => Place::Blocked,
                }
            })
            .collect();
        let mut decided: Vec<Option<AccountClass>> = accounts
            .iter()
            .zip(&places)
            .map(|(account, place)| accounts::decide(input, account, *place))
            .collect();
        let mut kept = accounts::addresses_kept(accounts, &decided, &places);
        let run = alive::Run {
            input,
            account_of: &account_of,
            wants_account: &wants_account,
            claims: &claims,
            kept: &kept,
        };
        let alive = run.addresses_lost(&decided);
        for &index in alive.keys() {
            if let (Some(class), Some(account)) =
                (decided.get_mut(index as usize), accounts.get(index as usize))
            {
                *class = Some(AccountClass::Unmatched);
                kept.extend(account.addresses().map(|address| (address, index)));
            }
        }
        if !kept.is_empty() {
            for ((index, object), own) in (0u32..).zip(objects).zip(&account_of) {
                let foreign = |alias: &&str| kept.get(alias).is_some_and(|holder| Some(*holder) != *own);
                if wants_account(index) {
                    aliases(object, domains).filter(foreign).for_each(|alias| claims.leave_out(index, alias));
                }
            }
        }
        let address_of = |account: u32| accounts.get(account as usize).map_or("", Account::address);
        let mut estimate = Self {
            input,
            objects: Vec::with_capacity(objects.len()),
            accounts: Vec::new(),
            object_of,
            left_out: claims.left_out,
            handovers: Vec::new(),
            alive,
        };
        for ((index, object), (&(wanted, versions_differ), &account)) in
            (0u32..).zip(objects).zip(wanted.iter().zip(&account_of))
        {
            let class = match wanted {
                _ if input.exemptions.contains(object.primary_address()) => ObjectClass::Exempt,
                Desired::Nothing(because) => ObjectClass::OutOfScope(because),
                Desired::ForeignDomain => ObjectClass::Blocked(Block::ForeignDomain),
                Desired::Account(_) if claims.lost.contains_key(&index) => ObjectClass::Blocked(Block::Clash),
                Desired::Account(target) => match (account, kept.get(object.primary_address())) {
                    (None, Some(holder)) if actions_for(object, &input.settings).add => {
                        ObjectClass::Blocked(Block::Taken { holder: address_of(*holder) })
                    }
                    _ => estimate.class_of(index, object, target, account),
                },
            };
            estimate.objects.push(ObjectFate { class, account, versions_differ });
        }
        estimate.accounts = estimate.final_accounts(decided);
        estimate.handovers = estimate.find_handovers();
        estimate
    }

    /// What becomes of an object that wants an account and has its primary address to itself.
    fn class_of(
        &self,
        index: u32,
        object: &DirectoryObject,
        target: Target,
        account: Option<u32>,
    ) -> ObjectClass<'a> {
        let actions = actions_for(object, &self.input.settings);
        let account = account.and_then(|at| self.input.organization.accounts().get(at as usize));
        match account {
            None if actions.add => ObjectClass::Adding(target),
            None => ObjectClass::OutOfScope(OutOfScopeBecause::AddingSwitchedOff),
            Some(account) if account.account_type == AccountType::Administrator => ObjectClass::Unchanged,
            Some(account) if actions.update && self.differences(index, object, target, account).any() => {
                ObjectClass::Updating(target)
            }
            Some(_) => ObjectClass::Unchanged,
        }
    }

    fn final_accounts(&self, decided: Vec<Option<AccountClass>>) -> Vec<AccountClass> {
        let input = self.input;
        let compare = |account: &Account, index: u32| -> Option<AccountClass> {
            let (object, fate) =
                (input.directory.objects().get(index as usize)?, self.objects.get(index as usize)?);
            if matches!(fate.class, ObjectClass::Updating(_)) {
                return Some(AccountClass::Updating);
            }
            if actions_for(object, &input.settings).update {
                // Whatever differs would be updated.
                return None;
            }
            let domains = &input.organization.domains;
            match desired(object, input.settings.what, input.version, domains) {
                Desired::Account(target) if self.differences(index, object, target, account).any() => {
                    Some(AccountClass::Kept(KeptBecause::UpdatingSwitchedOff))
                }
                _ => None,
            }
        };
        let accounts = input.organization.accounts().iter().zip(&self.object_of);
        decided
            .into_iter()
            .zip(accounts)
            .map(|(decided, (account, object))| {
                decided.or_else(|| compare(account, (*object)?)).unwrap_or(AccountClass::Unchanged)
            })
            .collect()
    }

    /// The aliases that the account of an object gets.
    pub(super) fn aliases_of(&self, index: u32) -> impl Iterator<Item = &'a str> + Clone + use<'a, '_> {
        let left_out = self.left_out.get(&index).map_or(&[][..], Vec::as_slice);
        let domains = &self.input.organization.domains;
        let object = self.input.directory.objects().get(index as usize).into_iter();
        object.flat_map(|object| aliases(object, domains)).filter(move |alias| !left_out.contains(alias))
    }

    /// In which fields the account of an object differs from what a run wants.
    pub(super) fn differences(
        &self,
        index: u32,
        object: &DirectoryObject,
        target: Target,
        account: &Account,
    ) -> Differences {
        differences(object, target, account, &self.input.settings, self.aliases_of(index))
    }

    /// The addresses that objects want for their accounts and that other accounts have today and give up in the same run.
    fn find_handovers(&self) -> Vec<Handover> {
        let accounts = self.input.organization.accounts();
        let mut wanted: HashMap<&str, u32> = HashMap::new();
        for (index, (fate, object)) in (0u32..).zip(self.objects.iter().zip(self.input.directory.objects())) {
            let new = |alias: &&str| {
                let own = fate.account.and_then(|at| accounts.get(at as usize));
                own.is_none_or(|own| !own.aliases.contains(alias))
            };
            if let ObjectClass::Adding(_) | ObjectClass::Updating(_) = fate.class {
                wanted.extend(self.aliases_of(index).filter(new).map(|alias| (alias, index)));
            }
            if let ObjectClass::Adding(_) = fate.class {
                wanted.insert(object.primary_address(), index);
            }
        }
        let mut found = Vec::new();
        if wanted.is_empty() {
            return found;
        }
        for (index, account) in (0u32..).zip(accounts) {
            for address in account.addresses() {
                if let Some(&object) = wanted.get(address)
                    && self.objects.get(object as usize).is_some_and(|fate| fate.account != Some(index))
                {
                    found.push(Handover { object, account: index });
                }
            }
        }
        found
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

/// By account, the index of its object. Of several objects with one address the one of the highest rank is it, and of those
/// the first.
fn objects_of_accounts(
    accounts: usize,
    account_of: &[Option<u32>],
    rank: impl Fn(u32) -> u8,
) -> Vec<Option<u32>> {
    let mut object_of: Vec<Option<u32>> = vec![None; accounts];
    for (index, account) in (0u32..).zip(account_of) {
        let Some(slot) = account.and_then(|at| object_of.get_mut(at as usize)) else { continue };
        if slot.is_none_or(|held| rank(held) < rank(index)) {
            *slot = Some(index);
        }
    }
    object_of
}

/// The flags that bind an object.
pub(super) fn actions_for<'s>(object: &DirectoryObject, settings: &'s Settings) -> &'s Actions {
    if object.is_group() { &settings.groups } else { &settings.users }
}
