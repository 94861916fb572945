//! What becomes of each directory object and each account.

use std::collections::{BTreeMap, HashMap};

use super::accounts::Verdicts;
use super::alive::{Alive, Allotment, living_on};
use super::claims::Claims;
use super::classes::{AccountClass, KeptBecause, Loss, ObjectClass, Obstacle, OutOfScopeBecause, Target};
use super::desired::{Desired, Differences, Wishes, aliases, differences};
use super::directory::DirectoryObject;
use super::input::Input;
use super::pairs::Pairs;
use super::roster::{Account, AccountType};
use super::switches::SyncVersion;

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
    /// Accounts that nothing removes for certain, each with an address of theirs that somebody in the directory has: those
    /// that are not deleted, despite evidence, since nobody gets it, and those of people who were renamed.
    pub(super) alive: BTreeMap<u32, Alive<'a>>,
    /// Of exempt objects: what would have become of them.
    pub(super) saved_objects: BTreeMap<u32, ObjectClass<'a>>,
    /// Of exempt accounts: what would have become of them; none where their object would have decided.
    pub(super) saved_accounts: BTreeMap<u32, Option<AccountClass>>,
}

impl<'a> Estimate<'a> {
    /// Computes what a run would do.
    pub fn of(input: &'a Input) -> Self {
        let wishes = Wishes::of(input);
        let mut claims = Claims::of(input, &wishes);
        let pairs = Pairs::of(input, &wishes);
        let mut verdicts = Verdicts::of(input, &pairs.standings(input, &wishes, &claims));
        let account_of = &pairs.account_of;
        let allotment =
            Allotment { input, account_of, wishes: &wishes, claims: &claims, verdicts: &verdicts };
        let alive = allotment.addresses_lost();
        for index in alive.keys() {
            verdicts.spare(input, *index);
        }
        claims.leave_to_accounts(input, &wishes, account_of, &verdicts.kept);
        let mut estimate = Self {
            input,
            objects: Vec::with_capacity(account_of.len()),
            accounts: Vec::new(),
            object_of: pairs.object_of,
            left_out: claims.left_out,
            handovers: Vec::new(),
            alive,
            saved_objects: BTreeMap::new(),
            saved_accounts: verdicts.saved,
        };
        estimate.classify_objects(&wishes, &claims.lost, account_of, &verdicts.kept);
        estimate.classify_accounts(verdicts.decided, &wishes);
        estimate.handovers = estimate.find_handovers();
        let absent = (0u32..).zip(&estimate.accounts).zip(&estimate.object_of);
        let absent =
            absent.filter(|((_, class), object)| **class == AccountClass::Unmatched && object.is_none());
        for (account, alive) in living_on(input, absent.map(|((index, _), _)| index)) {
            estimate.alive.entry(account).or_insert(alive);
        }
        estimate
    }

    fn classify_objects(
        &mut self,
        wishes: &Wishes,
        lost: &HashMap<u32, u32>,
        account_of: &[Option<u32>],
        kept: &HashMap<&'a str, u32>,
    ) {
        let input = self.input;
        let objects = input.directory.objects();
        for ((index, object), ((wanted, versions_differ), &account)) in
            (0u32..).zip(objects).zip(wishes.iter().zip(account_of))
        {
            let mut class = match wanted {
                Desired::Nothing(because) => ObjectClass::OutOfScope(because),
                Desired::ForeignDomain => ObjectClass::Blocked(Obstacle::ForeignDomain),
                Desired::Account(_) if lost.contains_key(&index) => ObjectClass::Blocked(Obstacle::Clash),
                Desired::Account(target) => match (account, kept.get(object.primary_address())) {
                    (None, Some(holder)) if input.actions_for(object).add => {
                        let holder = input.account(*holder).map_or("", Account::address);
                        ObjectClass::Blocked(Obstacle::Taken { holder })
                    }
                    _ => self.class_of(index, object, target, account),
                },
            };
            if input.exemptions.contains(object.primary_address()) {
                self.saved_objects.insert(index, std::mem::replace(&mut class, ObjectClass::Exempt));
            }
            self.objects.push(ObjectFate { class, account, versions_differ });
        }
    }

    /// What becomes of an object that wants an account and has its primary address to itself.
    fn class_of(
        &self,
        index: u32,
        object: &DirectoryObject,
        target: Target,
        account: Option<u32>,
    ) -> ObjectClass<'a> {
        let actions = self.input.actions_for(object);
        let account = account.and_then(|at| self.input.account(at));
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

    /// Completes the verdicts by comparing accounts with their objects.
    fn classify_accounts(&mut self, decided: Vec<Option<AccountClass>>, wishes: &Wishes) {
        let accounts = self.input.roster.accounts().iter().zip(&self.object_of);
        let classes = decided.into_iter().zip(accounts).map(|(decided, (account, object))| {
            decided.unwrap_or_else(|| {
                object.map_or(AccountClass::Unchanged, |index| self.compared(account, index, wishes))
            })
        });
        self.accounts = classes.collect();
    }

    fn compared(&self, account: &Account, index: u32, wishes: &Wishes) -> AccountClass {
        let Some(object) = self.input.object(index) else { return AccountClass::Unchanged };
        match (self.objects.get(index as usize).map(|fate| fate.class), wishes.of_object(index)) {
            (Some(ObjectClass::Updating(_)), _) => AccountClass::Updating,
            // Whatever differs would be updated.
            _ if self.input.actions_for(object).update => AccountClass::Unchanged,
            (_, Desired::Account(target)) if self.differences(index, object, target, account).any() => {
                AccountClass::Kept(KeptBecause::UpdatingSwitchedOff)
            }
            _ => AccountClass::Unchanged,
        }
    }

    /// The aliases that the account of an object gets.
    pub(super) fn aliases_of(&self, index: u32) -> impl Iterator<Item = &'a str> + Clone + use<'a, '_> {
        let left_out = self.left_out.get(&index).map_or(&[][..], Vec::as_slice);
        let domains = &self.input.roster.domains;
        let object = self.input.object(index).into_iter();
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
        differences(object, target, account, &self.input.switches, self.aliases_of(index))
    }

    /// What bringing this account in line with its object takes from the people behind it.
    pub(super) fn loss(&self, account: &Account, target: Target) -> Option<Loss> {
        if account.active && !target.active {
            Some(Loss::Mail)
        } else if self.is_made_again(account, target) {
            Some(Loss::Lists)
        } else {
            None
        }
    }

    /// Whether an account is deleted and made again, as version 1 does where it changes its type.
    pub(super) fn is_made_again(&self, account: &Account, target: Target) -> bool {
        let account_type = target.account_type(Some(account.account_type), self.input.switches.default_role);
        self.input.version == SyncVersion::V1 && account_type != account.account_type
    }

    /// The addresses that objects want for their accounts and that other accounts have today and give up in the same run.
    fn find_handovers(&self) -> Vec<Handover> {
        let accounts = self.input.roster.accounts();
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

    /// What becomes of each account, in the order of [`Roster::accounts`].
    pub fn account_classes(&self) -> impl Iterator<Item = AccountClass> {
        self.accounts.iter().copied()
    }
}
