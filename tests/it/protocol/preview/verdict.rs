//! Whether a report and a run agree.

use std::collections::BTreeSet;
use std::fmt::Debug;

use serde_json::Value;

use super::directories::{Case, Origin, addresses};

type Addresses = BTreeSet<String>;

/// What the directories have shown so far, so that a run of the test that never came upon something fails.
#[derive(Debug, Default)]
pub(super) struct Seen {
    directories: usize,
    added: usize,
    updated: usize,
    deleted: usize,
    unmatched: usize,
    exempt: usize,
    blocked: usize,
    /// Accounts that turn inactive or are made again.
    losing: usize,
    /// How often a run did otherwise because of an account of which no API tells whether a run made it.
    undecided: usize,
    differences: Vec<String>,
}

impl Seen {
    fn expect_same(&mut self, case: &Case, what: &str, said: &impl Debug, done: &impl Debug) {
        let (said, done) = (format!("{said:?}"), format!("{done:?}"));
        if said != done {
            self.differences.push(format!(
                "directory {} version {}: {what}: report {said}, run {done}",
                case.seed, case.version
            ));
        }
    }

    /// The same for two sets, in which the addresses may differ that nobody could foresee.
    fn expect_same_but_for(
        &mut self,
        undecided: &Addresses,
        case: &Case,
        what: &str,
        said: &Addresses,
        done: &Addresses,
    ) {
        let decided = |all: &Addresses| -> Addresses { all.difference(undecided).cloned().collect() };
        self.expect_same(case, what, &decided(said), &decided(done));
        self.undecided += said.symmetric_difference(done).filter(|one| undecided.contains(*one)).count();
    }

    /// Notes where the run did something that the report had not said, or left out something that it had.
    pub(super) fn compare(&mut self, case: &Case, report: &Value, run: &Value) {
        let said = |section: &str| keys(&report[section]);
        let done = |list: &str| strings(&run[list]);
        let (deleting, unmatched, deleted) = (said("deleting"), said("unmatched"), done("deleted"));
        let foreseen: Addresses = deleting.union(&unmatched).cloned().collect();
        let surprises: Vec<_> =
            deleted.difference(&foreseen).filter(|address| intended(case, address).is_none()).collect();
        self.expect_same(case, "deleted without a row", &none(), &surprises);
        // What an earlier run made goes, on evidence or for being absent; what was made by hand stays.
        // Rule `address-alive`: a run is not known to look at other objects' addresses, and goes on.
        let absent = |address: &&String| {
            let row = report["unmatched"][address.as_str()].as_str().unwrap_or_default();
            row.contains("not in Entra") || row.contains("lives on") || row.contains("was deleted in Entra")
        };
        let due = deleting.iter().chain(unmatched.iter().filter(absent));
        let made = |address: &&String| case.origins.get(*address).is_some_and(|origin| case.removes(*origin));
        let left: Vec<_> = due.filter(made).filter(|address| !deleted.contains(*address)).collect();
        self.expect_same(case, "not deleted despite its row", &left, &none());

        // The API does not tell who made an account. Where that decides whether an address becomes free, the report has
        // to guess, and objects that want the address may fare otherwise.
        let unsure: Addresses = deleting
            .iter()
            .filter(|address| !deleted.contains(*address))
            .chain(deleted.difference(&deleting))
            .flat_map(|address| addresses_of_account(case, address))
            .collect();
        let objects = case.users.iter().chain(&case.groups).map(addresses);
        let undecided: Addresses = objects
            .filter(|addresses| addresses.iter().any(|address| unsure.contains(address)))
            .filter_map(|addresses| addresses.first().cloned())
            .collect();
        let updating = ["updating", "deactivating", "recreating"].map(said).into_iter().flatten().collect();
        for (list, said) in [("added", &said("adding")), ("updated", &updating)] {
            self.expect_same_but_for(&undecided, case, list, said, &done(list));
        }
        self.losing += said("deactivating").len() + said("recreating").len();
        // An address on a domain that the organization lacks gets no account either way.
        let exempt: Addresses = case.exemptions.iter().cloned().collect();
        let at_home = |all: &Addresses| -> Addresses {
            all.iter()
                .filter(|one| one.ends_with("@contoso.com") && !exempt.contains(*one))
                .cloned()
                .collect()
        };
        let failed: Addresses =
            run["blocked"].as_array().into_iter().flatten().filter_map(|one| text(&one[0])).collect();
        self.expect_same_but_for(&undecided, case, "blocked", &at_home(&said("blocked")), &at_home(&failed));

        self.directories += 1;
        self.added += done("added").len();
        self.updated += done("updated").len();
        self.deleted += deleted.len();
        self.unmatched += unmatched.len();
        self.exempt += said("exempt").len();
        self.blocked += failed.len();
    }

    /// Fails the test when there are differences, or when something never occurred.
    pub(super) fn expect_everything(&self) {
        let Self {
            directories, added, updated, deleted, unmatched, exempt, blocked, losing, undecided, ..
        } = *self;
        let differences = &self.differences;
        assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
        if directories >= 100 {
            assert!(added.min(updated) > directories / 2, "{self:?}");
            assert!(
                deleted.min(unmatched).min(exempt).min(blocked).min(losing) > directories / 20,
                "{self:?}"
            );
            assert!(undecided * 12 < added + updated, "too much is left undecided: {self:?}");
        }
    }
}

/// The differences that are meant, each with its reason; everything else fails the test.
fn intended(case: &Case, address: &str) -> Option<&'static str> {
    let functional = case.accounts[address]["type"] == "functional_account";
    let made = case.origins[address] != Origin::Hand;
    (functional && made).then_some(
        "Rule `evidence`: a functional account that nothing in the directory explains is kept, since many are made by hand. A \
         run remembers which accounts it made, and no API tells",
    )
}

fn none() -> Vec<&'static str> {
    Vec::new()
}

fn keys(rows: &Value) -> Addresses {
    rows.as_object().expect("rows by address").keys().cloned().collect()
}

fn strings(list: &Value) -> Addresses {
    list.as_array().expect("a list").iter().filter_map(text).collect()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// Its primary address and its aliases: who is removed frees all of them.
fn addresses_of_account(case: &Case, address: &str) -> Addresses {
    let aliases = case.accounts.get(address).map(|account| strings(&account["alias_emails"]));
    aliases.unwrap_or_default().into_iter().chain([address.to_owned()]).collect()
}
