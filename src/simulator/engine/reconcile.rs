//! Bringing accounts in step with what the directory asks for.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization as _;

use super::Run;
use super::rules::{Object, Verdict, Wanted};
use crate::essentials::account::{Account, AccountType, Origin, OriginKind};
use crate::essentials::organization::Organization;
use crate::essentials::settings::Settings;
use crate::moods::SyncVersion;

/// Addresses that a run lists.
const LISTED: usize = 1_000;

/// Applies the objects' wishes to the organization and completes the run's record.
pub(super) fn apply(
    organization: &mut Organization,
    mut objects: Vec<Object>,
    version: SyncVersion,
    capped: bool,
    run: Run,
) -> Run {
    let Some(settings) = organization.settings.clone() else { return run };
    objects.sort_by(|left, right| left.id.cmp(&right.id));
    let mut work = Work { organization, settings, version, capped, run };
    let claims = work.claim(objects);
    work.remove(&claims);
    let foreign = work.foreign(&claims.winners);
    for winner in claims.winners.into_values() {
        work.settle(winner, &foreign);
    }
    let run = &mut work.run;
    run.counts.added = run.added.len();
    run.counts.updated = run.updated.len();
    run.counts.deleted = run.deleted.len();
    run.counts.blocked = run.blocked.len();
    for list in [&mut run.added, &mut run.updated, &mut run.deleted] {
        list.truncate(LISTED);
    }
    run.blocked.truncate(LISTED);
    work.run
}

/// An object that has its address, and the account it asks for.
struct Winner {
    origin: Origin,
    address: String,
    wanted: Wanted,
}

struct Claims {
    /// By address.
    winners: BTreeMap<String, Winner>,
    /// Addresses of all objects that no rule excludes.
    present: BTreeSet<String>,
}

struct Work<'a> {
    organization: &'a mut Organization,
    settings: Settings,
    version: SyncVersion,
    capped: bool,
    run: Run,
}

impl Work<'_> {
    /// Gives each address to the first object that asks for it.
    fn claim(&mut self, objects: Vec<Object>) -> Claims {
        let mut claims = Claims { winners: BTreeMap::new(), present: BTreeSet::new() };
        let mut taken: BTreeSet<String> = BTreeSet::new();
        for object in objects {
            if object.verdict != Verdict::OutOfScope {
                claims.present.insert(object.address.clone());
            }
            let mut wanted = match object.verdict {
                Verdict::OutOfScope | Verdict::SwitchedOff => {
                    self.run.counts.out_of_scope += 1;
                    continue;
                }
                Verdict::Blocked(reason) => {
                    self.run.blocked.push((object.address, reason.into()));
                    continue;
                }
                Verdict::Wanted(wanted) => wanted,
            };
            if !taken.insert(object.address.clone()) {
                self.run
                    .blocked
                    .push((object.address, "another object of the directory has the address".into()));
                continue;
            }
            wanted.aliases.retain(|alias| taken.insert(alias.clone()));
            let origin = Origin { kind: object.kind, object_id: object.id };
            let winner = Winner { origin, address: object.address.clone(), wanted };
            claims.winners.insert(object.address, winner);
        }
        claims
    }

    fn is_exempt(&self, address: &str) -> bool {
        self.organization.exemptions.contains(address)
    }

    fn is_gone(&self, account: &Account, present: &BTreeSet<String>) -> bool {
        let Some(origin) = &account.origin else { return false };
        let settings = &self.settings;
        let allowed = match origin.kind {
            OriginKind::User => settings.sync_active_users && settings.remove_deleted_users,
            OriginKind::Group => {
                (settings.sync_distribution_groups || settings.sync_security_groups)
                    && settings.remove_deleted_groups
            }
        };
        allowed
            && !account.kind.is_admin()
            && !self.is_exempt(&account.address)
            && !present.contains(&account.address)
    }

    fn remove(&mut self, claims: &Claims) {
        let accounts = self.organization.accounts.values();
        let gone: Vec<String> = accounts
            .filter(|account| self.is_gone(account, &claims.present))
            .map(|account| account.address.clone())
            .collect();
        for address in gone {
            self.organization.accounts.remove(&address);
            self.run.deleted.push(address);
        }
    }

    fn may_update(&self, kind: OriginKind) -> bool {
        match kind {
            OriginKind::User => self.settings.update_users,
            OriginKind::Group => self.settings.update_groups,
        }
    }

    /// Addresses of accounts that this run leaves as they are.
    fn foreign(&self, winners: &BTreeMap<String, Winner>) -> BTreeSet<String> {
        let untouched = self.organization.accounts.values().filter(|account| {
            let matched = winners.get(&account.address);
            account.kind.is_admin()
                || self.is_exempt(&account.address)
                || !matched.is_some_and(|winner| self.may_update(winner.origin.kind))
        });
        untouched.flat_map(|account| account.addresses().map(str::to_owned)).collect()
    }

    fn settle(&mut self, mut winner: Winner, foreign: &BTreeSet<String>) {
        if self.is_exempt(&winner.address) {
            self.run.counts.exempt += 1;
            return;
        }
        winner.wanted.aliases.retain(|alias| !foreign.contains(alias));
        match self.organization.accounts.get(&winner.address) {
            Some(account) if account.kind.is_admin() => self.run.counts.unchanged += 1,
            Some(account) => {
                let account = account.clone();
                self.update(&account, winner);
            }
            None => self.add(winner, foreign),
        }
    }

    fn add(&mut self, winner: Winner, foreign: &BTreeSet<String>) {
        let allowed = match winner.origin.kind {
            OriginKind::User => self.settings.add_users,
            OriginKind::Group => self.settings.add_groups,
        };
        if !allowed {
            self.run.counts.unchanged += 1;
            return;
        }
        if foreign.contains(&winner.address) {
            self.run.blocked.push((winner.address, "an account of the organization has the address".into()));
            return;
        }
        let mut account = self.fields(&Account::new(&winner.address), &winner, true);
        if self.capped
            && account.takes_licence()
            && self.organization.licences_taken() >= self.organization.user_licenses
        {
            self.run.blocked.push((winner.address, "all licences are taken".into()));
            return;
        }
        account.origin = Some(winner.origin);
        self.organization.insert(account);
        self.run.added.push(winner.address);
    }

    fn update(&mut self, account: &Account, winner: Winner) {
        let changed = self.fields(account, &winner, false);
        let same = changed == *account;
        let allowed = self.may_update(winner.origin.kind);
        let mut kept = if allowed { changed } else { account.clone() };
        kept.origin = Some(winner.origin);
        if kept.kind != account.kind && self.version == SyncVersion::One {
            kept.uid = 0;
            kept.safe_list.clear();
            kept.block_list.clear();
        }
        self.organization.accounts.remove(&account.address);
        self.organization.insert(kept);
        if same || !allowed {
            self.run.counts.unchanged += 1;
        } else {
            self.run.updated.push(winner.address);
        }
    }

    /// The account with what the directory says of it.
    fn fields(&self, account: &Account, winner: &Winner, fresh: bool) -> Account {
        let wanted = &winner.wanted;
        let mut changed = account.clone();
        changed.is_active = wanted.active;
        changed.kind = match (wanted.user, account.kind) {
            (false, _) => AccountType::FunctionalAccount,
            (true, kept @ (AccountType::EndUser | AccountType::SilentUser)) if !fresh => kept,
            (true, _) => self.settings.default_user_role_name,
        };
        if fresh || winner.origin.kind == OriginKind::User {
            for (name, wanted) in
                [(&mut changed.firstname, &wanted.firstname), (&mut changed.surname, &wanted.surname)]
            {
                // Two spellings of one text are one name.
                if !wanted.is_empty() && !name.nfc().eq(wanted.chars()) {
                    name.clone_from(wanted);
                }
            }
        }
        // The order of aliases means nothing.
        let known: BTreeSet<&String> = account.aliases.iter().collect();
        if known != wanted.aliases.iter().collect() {
            changed.aliases.clone_from(&wanted.aliases);
        }
        changed
    }
}
