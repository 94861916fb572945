//! The part of the report that a reviewed run may enact through the users API.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::classes::{AccountClass, Loss, ObjectClass, Target};
use super::estimate::Estimate;
use super::report::Report;
use super::roster::{Account, AccountType};
use super::rows::{Plain, Row};
use super::switches::SyncVersion;

/// What a run does to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// Removes it.
    Delete,
    /// Changes it so that mail to it is refused.
    Deactivate,
    /// Makes another kind of account of it, whatever else changes.
    Convert,
    /// Changes it.
    Update,
    /// Creates it.
    Add,
}

impl Verb {
    const ALL: [Self; 5] = [Self::Delete, Self::Deactivate, Self::Convert, Self::Update, Self::Add];

    /// The verb that a line of a plan begins with.
    pub fn of_line(line: &str) -> Option<Self> {
        let (word, _) = line.split_once(' ')?;
        Self::ALL.into_iter().find(|verb| verb.to_string() == word)
    }

    /// Whether a limit on deletions counts it. In version 1 a change of the kind of account is a deletion and an account that
    /// is made again, as far as is known.
    pub fn is_limited(self, version: SyncVersion) -> bool {
        match self {
            Self::Delete | Self::Deactivate => true,
            Self::Convert => version == SyncVersion::V1,
            Self::Update | Self::Add => false,
        }
    }

    /// What it means for the person behind the account, and the way out; nothing where that goes without saying.
    pub fn consequence(self) -> Option<&'static str> {
        match self {
            Self::Delete => Report::consequence("Deleting"),
            Self::Deactivate => Report::consequence("Deactivating"),
            Self::Convert | Self::Update | Self::Add => None,
        }
    }

    /// Every verb, in the order in which they are told: who loses something comes first.
    pub fn all() -> [Self; 5] {
        Self::ALL
    }

    /// When it is made: what frees addresses comes before what takes them.
    fn phase(self) -> u8 {
        match self {
            Self::Delete => 0,
            Self::Deactivate | Self::Convert | Self::Update => 1,
            Self::Add => 2,
        }
    }
}

/// Which changes a run may make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// All that Proofpoint's own run makes.
    #[default]
    Everything,
    /// None that concerns a functional account, before or after it.
    UsersOnly,
}

impl fmt::Display for Verb {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Delete => "delete",
            Self::Deactivate => "deactivate",
            Self::Convert => "convert",
            Self::Update => "update",
            Self::Add => "add",
        })
    }
}

/// The fields that a change sets, as the users API names them; absent ones stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fields {
    /// `firstname`
    pub first_name: Option<String>,
    /// `surname`
    pub surname: Option<String>,
    /// `alias_emails`, the whole set in order
    pub alias_emails: Option<Vec<String>>,
    /// `is_active`
    pub is_active: Option<bool>,
    /// `type`, where it changes
    pub account_type: Option<AccountType>,
}

/// One change that a run may enact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The primary address, in lower case.
    pub address: String,
    /// What is done.
    pub verb: Verb,
    /// The account's primary address as Proofpoint spells it; the address itself for a new account.
    pub written_address: String,
    /// The type of the account; of a new one, the type it gets.
    pub account_type: AccountType,
    /// What is set; empty for a deletion.
    pub fields: Fields,
    /// Changes of one verb and wave depend on no other of their own; lower waves come first.
    pub wave: u32,
    row: Row,
}

impl Change {
    /// Whether both may be under way at the same time: neither waits for the other.
    pub fn goes_with(&self, other: &Self) -> bool {
        (self.verb.phase(), self.wave) == (other.verb.phase(), other.wave)
    }

    /// What a reader of the plan approves: the same text means the same change.
    pub fn line(&self) -> String {
        format!("{} {}", self.verb, self.row)
    }
}

fn within(reach: Reach, users_only: bool) -> bool {
    users_only || reach == Reach::Everything
}

/// The changes in the order in which they can be made: deletions free addresses, updates hand aliases over, additions
/// take what is free then.
struct Order {
    deletions: BTreeSet<u32>,
    /// Each with its wave.
    updates: Vec<(u32, u32)>,
    additions: Vec<u32>,
}

impl Estimate<'_> {
    /// The changes that a reviewed run may enact, in the order in which they can be made.
    ///
    /// Never an administrator, an exempt address or an account that nothing proves to be gone, and nothing that waits for a
    /// change that is not made.
    pub fn changes(&self, reach: Reach) -> impl Iterator<Item = Change> + '_ {
        let Order { deletions, updates, additions } = self.order(reach);
        let deletions = deletions.into_iter().filter_map(|account| self.deletion(account));
        let updates = updates.into_iter().filter_map(|(object, wave)| self.update(object, wave));
        let additions = additions.into_iter().filter_map(|object| self.addition(object));
        deletions.chain(updates).chain(additions)
    }

    /// The rows of the report that a reviewed run of this reach does not make, each with the reason.
    pub fn left(&self, reach: Reach) -> BTreeMap<String, String> {
        const OUT_OF_REACH: &str = "functional accounts are left out";
        let Order { deletions, updates, additions } = self.order(reach);
        let objects: BTreeSet<_> = updates.into_iter().map(|(object, _)| object).chain(additions).collect();
        let mut left = BTreeMap::new();
        for (index, (class, account)) in
            (0u32..).zip(self.account_classes().zip(self.input.roster.accounts()))
        {
            if matches!(class, AccountClass::Deleting(_)) && !deletions.contains(&index) {
                let reason = if within(reach, account.account_type.is_user()) {
                    "an address goes to somebody whose own change is not made"
                } else {
                    OUT_OF_REACH
                };
                left.insert(Plain(account.address()).to_string(), format!("delete: {reason}"));
            }
        }
        for (index, (fate, object)) in (0u32..).zip(self.objects.iter().zip(self.input.directory.objects())) {
            let (verb, target) = match fate.class {
                _ if objects.contains(&index) => continue,
                ObjectClass::Adding(target) => (Verb::Add, target),
                ObjectClass::Updating(target) => (self.kind_of_update(index, target), target),
                _ => continue,
            };
            let reason = if within(reach, self.concerns_users_only(index, target)) {
                "waits for an address that another account gives up"
            } else {
                OUT_OF_REACH
            };
            left.insert(Plain(object.primary_address()).to_string(), format!("{verb}: {reason}"));
        }
        left
    }

    /// Whether what happens to this object is a change from user to user.
    fn concerns_users_only(&self, index: u32, target: Target) -> bool {
        self.input.object(index).is_some_and(|object| !object.is_group())
            && !target.functional
            && self.account_of(index).is_none_or(|account| account.account_type.is_user())
    }

    fn account_of(&self, object: u32) -> Option<&Account> {
        self.objects.get(object as usize)?.account.and_then(|at| self.input.account(at))
    }

    fn kind_of_update(&self, index: u32, target: Target) -> Verb {
        let Some(account) = self.account_of(index) else { return Verb::Update };
        let account_type = target.account_type(Some(account.account_type), self.input.switches.default_role);
        match self.loss(account, target) {
            Some(Loss::Mail) => Verb::Deactivate,
            _ if account_type != account.account_type => Verb::Convert,
            _ => Verb::Update,
        }
    }

    fn order(&self, reach: Reach) -> Order {
        let accounts = self.input.roster.accounts();
        let mut deletions: BTreeSet<u32> = (0u32..)
            .zip(accounts.iter().zip(&self.accounts))
            .filter(|(_, (account, class))| {
                matches!(class, AccountClass::Deleting(_)) && within(reach, account.account_type.is_user())
            })
            .map(|(index, _)| index)
            .collect();
        let mut updates = Vec::new();
        let mut additions = Vec::new();
        for (index, fate) in (0u32..).zip(&self.objects) {
            match fate.class {
                ObjectClass::Adding(target) if within(reach, self.concerns_users_only(index, target)) => {
                    additions.push(index);
                }
                ObjectClass::Updating(target) if within(reach, self.concerns_users_only(index, target)) => {
                    updates.push(index);
                }
                _ => {}
            }
        }
        let candidates: BTreeSet<u32> = updates.iter().chain(&additions).copied().collect();
        let waves = loop {
            let waves = self.waves(&candidates, &deletions);
            // An address is taken from an account only for somebody whom this run gives it.
            let made = |object| candidates.contains(object) && waves.get(object).is_none_or(Option::is_some);
            let before = deletions.len();
            for handover in self.handovers.iter().filter(|handover| !made(&handover.object)) {
                deletions.remove(&handover.account);
            }
            if deletions.len() == before {
                break waves;
            }
        };
        let address = |index: &u32| {
            self.input.directory.objects().get(*index as usize).map(super::DirectoryObject::primary_address)
        };
        let wave = |index: &u32| waves.get(index).copied().unwrap_or(Some(0));
        let mut updates: Vec<(u32, u32)> =
            updates.into_iter().filter_map(|index| Some((index, wave(&index)?))).collect();
        updates.sort_by(|one, other| (one.1, address(&one.0)).cmp(&(other.1, address(&other.0))));
        additions.retain(|index| wave(index).is_some());
        additions.sort_by(|one, other| address(one).cmp(&address(other)));
        Order { deletions, updates, additions }
    }

    /// For each object that waits for another account to give up an address: after how many rounds of updates it may take
    /// it, or none when the other account is not changed by this run, or waits in a circle.
    fn waves(&self, candidates: &BTreeSet<u32>, deletions: &BTreeSet<u32>) -> BTreeMap<u32, Option<u32>> {
        // By waiting object: the objects whose updates it waits for; none for a change that this run does not make.
        let mut waiting: BTreeMap<u32, Vec<Option<u32>>> = BTreeMap::new();
        for handover in self.handovers.iter().filter(|handover| candidates.contains(&handover.object)) {
            let needs = waiting.entry(handover.object).or_default();
            if !deletions.contains(&handover.account) {
                let giver = self.object_of.get(handover.account as usize).copied().flatten();
                needs.push(giver.filter(|giver| candidates.contains(giver)));
            }
        }
        let mut settled: BTreeMap<u32, Option<u32>> = BTreeMap::new();
        loop {
            let before = settled.len();
            for (object, needs) in &waiting {
                if settled.contains_key(object) {
                    continue;
                }
                let waves: Option<Vec<Option<u32>>> = needs
                    .iter()
                    .map(|giver| match giver {
                        None => Some(None),
                        Some(giver) if waiting.contains_key(giver) => settled.get(giver).copied(),
                        Some(_) => Some(Some(0)),
                    })
                    .collect();
                if let Some(waves) = waves {
                    let wave = waves.into_iter().try_fold(0, |latest: u32, wave| Some(latest.max(wave? + 1)));
                    settled.insert(*object, wave);
                }
            }
            if settled.len() == before {
                break;
            }
        }
        for object in waiting.into_keys() {
            settled.entry(object).or_insert(None);
        }
        settled
    }

    fn deletion(&self, index: u32) -> Option<Change> {
        let account = self.input.roster.accounts().get(index as usize)?;
        let AccountClass::Deleting(evidence) = *self.accounts.get(index as usize)? else { return None };
        Some(Change {
            address: account.address().to_owned(),
            verb: Verb::Delete,
            written_address: account.written_address().to_owned(),
            account_type: account.account_type,
            fields: Fields::default(),
            wave: 0,
            row: Row::deleting(self, account, evidence),
        })
    }

    fn update(&self, index: u32, wave: u32) -> Option<Change> {
        let input = self.input;
        let object = input.directory.objects().get(index as usize)?;
        let fate = self.objects.get(index as usize)?;
        let ObjectClass::Updating(target) = fate.class else { return None };
        let account = input.roster.accounts().get(fate.account? as usize)?;
        let differing = self.differences(index, object, target, account);
        Some(Change {
            address: account.address().to_owned(),
            verb: self.kind_of_update(index, target),
            written_address: account.written_address().to_owned(),
            account_type: account.account_type,
            fields: Fields {
                first_name: differing.first_name.then(|| object.first_name.to_string()),
                surname: differing.surname.then(|| object.surname.to_string()),
                alias_emails: differing.aliases.then(|| self.aliases_of(index).map(str::to_owned).collect()),
                is_active: differing.active.then_some(target.active),
                account_type: differing
                    .account_type
                    .then(|| target.account_type(Some(account.account_type), input.switches.default_role)),
            },
            wave,
            row: Row::updating(self, index, object, target, account),
        })
    }

    fn addition(&self, index: u32) -> Option<Change> {
        let input = self.input;
        let object = input.directory.objects().get(index as usize)?;
        let ObjectClass::Adding(target) = self.objects.get(index as usize)?.class else { return None };
        Some(Change {
            address: object.primary_address().to_owned(),
            verb: Verb::Add,
            written_address: object.primary_address().to_owned(),
            account_type: target.account_type(None, input.switches.default_role),
            fields: Fields {
                first_name: Some(object.first_name.to_string()),
                surname: Some(object.surname.to_string()),
                alias_emails: Some(self.aliases_of(index).map(str::to_owned).collect()),
                is_active: Some(target.active),
                account_type: None,
            },
            wave: 0,
            row: Row::adding(self, index, object, target),
        })
    }
}
