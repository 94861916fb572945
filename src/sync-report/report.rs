//! The report: counts, rows and findings.

use std::collections::BTreeMap;
use std::fmt::Write;

use aws_lc_rs::digest;

use super::classes::{AccountClass, Evidence, Loss, ObjectClass, Obstacle, Target};
use super::estimate::Estimate;
use super::findings::{Finding, findings};
use super::limit::{Judgement, Limit};
use super::rows::Row;
use super::switches::SyncVersion;

/// How many there are of each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// Accounts that are created.
    pub adding: u64,
    /// Accounts that are changed.
    pub updating: u64,
    /// Accounts that are removed.
    pub deleting: u64,
    /// Accounts whose removal nothing proves to be right, where removal is on.
    pub unmatched: u64,
    /// Exempt addresses that are in the directory or the organization.
    pub exempt: u64,
    /// Objects for which adding or updating would fail.
    pub blocked: u64,
    /// Accounts that are as they should be.
    pub unchanged: u64,
    /// Accounts that are left alone.
    pub kept: u64,
    /// Directory objects that the sync does not look at.
    pub out_of_scope: u64,
    /// Active accounts that turn inactive, so that mail to them is refused.
    pub deactivating: u64,
    /// Accounts that are deleted and made again.
    pub recreating: u64,
    /// What a limit on removals counts: accounts that are removed, unmatched, turn inactive or are made again.
    pub removals: u64,
    /// What a percentage of removals refers to: active accounts that are no administrators.
    pub active_accounts: u64,
    /// Why accounts are left alone, each reason with its number.
    pub kept_because: BTreeMap<String, u64>,
    /// Why objects are out of scope, each reason with its number.
    pub out_of_scope_because: BTreeMap<String, u64>,
}

/// One section of the report.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Section {
    /// How many rows there are in all.
    pub total: u64,
    /// The first rows by address.
    pub rows: BTreeMap<String, Row>,
}

/// What a run would do, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The same for the same rows, whether they are all shown or not: 32 hexadecimal digits.
    pub digest: String,
    /// The organization, as it was asked for; empty where it is not told.
    pub domain: String,
    /// The version of the sync that is assumed.
    pub version: SyncVersion,
    /// How many there are of each.
    pub counts: Counts,
    /// Accounts that are created.
    pub adding: Section,
    /// Accounts that are changed, with the fields that change.
    pub updating: Section,
    /// Accounts that are removed; all of them are listed.
    pub deleting: Section,
    /// Accounts that turn inactive; all of them are listed.
    pub deactivating: Section,
    /// Accounts that are deleted and made again; all of them are listed.
    pub recreating: Section,
    /// Accounts whose removal nothing proves to be right.
    pub unmatched: Section,
    /// Exempt addresses.
    pub exempt: Section,
    /// Objects for which adding or updating would fail.
    pub blocked: Section,
    /// What there is to know beside the rows, the gravest first.
    pub findings: Vec<Finding>,
}

impl Report {
    /// The sections with their titles, in the order in which they are shown: who loses something comes first.
    pub fn sections(&self) -> [(&'static str, &Section); 8] {
        [
            ("Deleting", &self.deleting),
            ("Deactivating", &self.deactivating),
            ("Recreating", &self.recreating),
            ("Unmatched", &self.unmatched),
            ("Updating", &self.updating),
            ("Adding", &self.adding),
            ("Blocked", &self.blocked),
            ("Exempt", &self.exempt),
        ]
    }

    /// Holds the removals of this report against a limit.
    pub fn judge(&self, limit: Limit) -> Judgement {
        Judgement::of(self.counts.removals, self.counts.active_accounts, limit)
    }

    /// The counts in one line: who loses something comes first.
    pub fn summary(&self) -> String {
        let Counts { adding, updating, deleting, deactivating, recreating, .. } = self.counts;
        let mut line = format!("{deleting} to delete");
        for (count, what) in [(deactivating, "to deactivate"), (recreating, "to delete and make again")] {
            if count > 0 {
                // Writing to a string cannot fail.
                let _ = write!(line, ", {count} {what}");
            }
        }
        let Counts { unmatched, exempt, blocked, unchanged, kept, out_of_scope, .. } = self.counts;
        let _ = write!(
            line,
            ", {unmatched} unmatched; {adding} to add, {updating} to update; {exempt} exempt, {blocked} blocked, \
             {unchanged} unchanged, {kept} kept, {out_of_scope} out of scope"
        );
        line
    }

    /// Whether a run would do anything to anybody, or fail to.
    pub fn concerns_anybody(&self) -> bool {
        let Counts { adding, updating, deleting, deactivating, recreating, unmatched, blocked, .. } =
            self.counts;
        adding + updating + deleting + deactivating + recreating + unmatched + blocked > 0
    }

    /// What the rows of a section mean for the people behind them, and the way out; nothing where that goes without saying.
    pub(super) fn consequence(title: &str) -> Option<&'static str> {
        match title {
            "Deleting" => Some(
                "Once they are deleted, mail to these addresses is refused, and their sender lists, filters and logs cannot be \
                 restored; to keep somebody, add the address to `exemptions`.",
            ),
            "Deactivating" => Some(
                "Mail to these addresses is refused as long as the account is inactive; to keep somebody, add the address to \
                 `exemptions`.",
            ),
            "Recreating" => Some(
                "Their sender lists, filters and logs cannot be restored; to keep an account as it is, add the address to \
                 `exemptions`.",
            ),
            "Unmatched" => Some(
                "Nothing proves that these accounts should go. Proofpoint's own run removes those of them that an earlier run \
                 made, which its API does not tell; to keep somebody for certain, add the address to `exemptions`.",
            ),
            _ => None,
        }
    }

    /// The sections of a message, each with the most rows of it. Exempt rows are left out: a run does nothing to them.
    fn told(&self, losses: usize, others: usize) -> impl Iterator<Item = (&'static str, &Section, usize)> {
        let told = |(title, section): &(&str, &Section)| section.total > 0 && *title != "Exempt";
        self.sections().into_iter().filter(told).map(move |(title, section)| {
            let is_loss = matches!(title, "Deleting" | "Deactivating" | "Recreating");
            (title, section, if is_loss { losses } else { others })
        })
    }

    /// Whether [`Self::text`] of so many rows leaves some out.
    pub fn is_cut(&self, losses: usize, others: usize) -> bool {
        self.told(losses, others)
            .any(|(_, section, rows)| section.total > u64::try_from(rows).unwrap_or(u64::MAX))
    }

    /// The counts and the beginning of each section, as plain text for a message: at most so many rows of people who lose
    /// something for certain, and so many of the others.
    pub fn text(&self, losses: usize, others: usize) -> String {
        let mut text = self.summary();
        text.push('.');
        for (title, section, rows) in self.told(losses, others) {
            let _ = write!(text, "\n\n{title} ({}):", section.total);
            for (address, row) in section.rows.iter().take(rows) {
                let _ = write!(text, "\n  {address}  {row}");
            }
            let shown = u64::try_from(section.rows.len().min(rows)).unwrap_or(u64::MAX);
            if section.total > shown {
                let _ = write!(text, "\n  and {} more", section.total - shown);
            }
            if let Some(consequence) = Self::consequence(title) {
                let _ = write!(text, "\n{consequence}");
            }
        }
        text
    }
}

/// A row before it is put into words.
#[derive(Clone, Copy)]
enum Entry<'a> {
    Adding(u32, Target),
    Updating(u32, Target),
    Blocked(u32, Obstacle<'a>),
    Deleting(u32, Evidence),
    Unmatched(u32),
    Exempt { object: Option<u32>, account: Option<u32> },
}

/// The entries of each section, in words only when they are shown or hashed.
#[derive(Default)]
struct Entries<'a> {
    adding: Vec<(&'a str, Entry<'a>)>,
    updating: Vec<(&'a str, Entry<'a>)>,
    blocked: Vec<(&'a str, Entry<'a>)>,
    deleting: Vec<(&'a str, Entry<'a>)>,
    deactivating: Vec<(&'a str, Entry<'a>)>,
    recreating: Vec<(&'a str, Entry<'a>)>,
    unmatched: Vec<(&'a str, Entry<'a>)>,
    exempt: Vec<(&'a str, Entry<'a>)>,
}

impl<'a> Estimate<'a> {
    /// The report with at most `detail_limit` rows a section; whoever loses something for certain is listed.
    pub fn report(&self, detail_limit: usize) -> Report {
        let (entries, mut counts) = self.entries();
        let mut hash = digest::Context::new(&digest::SHA256);
        let mut section = |title: &str, entries: Vec<(&'a str, Entry<'a>)>, limit: usize| {
            hash.update(title.as_bytes());
            hash.update(b"\n");
            self.section(entries, limit, &mut hash)
        };
        let adding = section("Adding", entries.adding, detail_limit);
        let updating = section("Updating", entries.updating, detail_limit);
        let deleting = section("Deleting", entries.deleting, usize::MAX);
        let deactivating = section("Deactivating", entries.deactivating, usize::MAX);
        let recreating = section("Recreating", entries.recreating, usize::MAX);
        let unmatched = section("Unmatched", entries.unmatched, detail_limit);
        let exempt = section("Exempt", entries.exempt, detail_limit);
        let blocked = section("Blocked", entries.blocked, detail_limit);
        counts.adding = adding.total;
        counts.updating = updating.total;
        counts.deleting = deleting.total;
        counts.deactivating = deactivating.total;
        counts.recreating = recreating.total;
        counts.unmatched = unmatched.total;
        counts.exempt = exempt.total;
        counts.blocked = blocked.total;
        counts.removals = counts.deleting + counts.unmatched + counts.deactivating + counts.recreating;
        let findings = findings(self);
        for finding in &findings {
            hash.update(finding.text.as_bytes());
            hash.update(b"\n");
        }
        let digest =
            hash.finish().as_ref().iter().take(16).fold(String::with_capacity(32), |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            });
        let version = self.input.version;
        Report {
            digest,
            domain: String::new(),
            version,
            counts,
            adding,
            updating,
            deleting,
            deactivating,
            recreating,
            unmatched,
            exempt,
            blocked,
            findings,
        }
    }

    /// Sorts the fates into sections, and counts the rest.
    fn entries(&self) -> (Entries<'a>, Counts) {
        let input = self.input;
        let mut entries = Entries::default();
        let mut counts = Counts::default();
        let mut exempt: BTreeMap<&str, (Option<u32>, Option<u32>)> = BTreeMap::new();
        for (index, (fate, object)) in (0u32..).zip(self.objects.iter().zip(input.directory.objects())) {
            let address = object.primary_address();
            match fate.class {
                ObjectClass::Adding(target) => entries.adding.push((address, Entry::Adding(index, target))),
                ObjectClass::Updating(target) => {
                    let account = fate.account.and_then(|at| input.account(at));
                    let section = match account.and_then(|account| self.loss(account, target)) {
                        Some(Loss::Mail) => &mut entries.deactivating,
                        Some(Loss::Lists) => &mut entries.recreating,
                        None => &mut entries.updating,
                    };
                    section.push((address, Entry::Updating(index, target)));
                }
                ObjectClass::Blocked(block) => entries.blocked.push((address, Entry::Blocked(index, block))),
                ObjectClass::Exempt => {
                    exempt.entry(address).or_default().0.get_or_insert(index);
                }
                ObjectClass::OutOfScope(because) => {
                    counts.out_of_scope += 1;
                    *counts.out_of_scope_because.entry(because.to_string()).or_default() += 1;
                }
                ObjectClass::Unchanged => {}
            }
        }
        for (index, (class, account)) in (0u32..).zip(self.account_classes().zip(input.roster.accounts())) {
            let address = account.address();
            match class {
                AccountClass::Deleting(evidence) => {
                    entries.deleting.push((address, Entry::Deleting(index, evidence)));
                }
                AccountClass::Unmatched => entries.unmatched.push((address, Entry::Unmatched(index))),
                AccountClass::Exempt => exempt.entry(address).or_default().1 = Some(index),
                AccountClass::Unchanged => counts.unchanged += 1,
                AccountClass::Kept(because) => {
                    counts.kept += 1;
                    *counts.kept_because.entry(because.to_string()).or_default() += 1;
                }
                AccountClass::Updating => {}
            }
        }
        entries.exempt = exempt
            .into_iter()
            .map(|(address, (object, account))| (address, Entry::Exempt { object, account }))
            .collect();
        counts.active_accounts = input.roster.active_accounts();
        (entries, counts)
    }

    fn section(
        &self,
        mut entries: Vec<(&'a str, Entry<'a>)>,
        limit: usize,
        hash: &mut digest::Context,
    ) -> Section {
        // Stable: entries of one address stay in the order of their object ids.
        entries.sort_by_key(|(address, _)| *address);
        let mut section =
            Section { total: u64::try_from(entries.len()).unwrap_or(u64::MAX), ..Section::default() };
        let mut before = None;
        for (at, (address, entry)) in entries.into_iter().enumerate() {
            let Some(row) = self.row(entry) else { continue };
            let address = super::rows::Plain(address).to_string();
            // Only blocked objects can share an address.
            let key = match entry {
                Entry::Blocked(object, _) if before.as_ref() == Some(&address) => {
                    let id =
                        self.input.directory.objects().get(object as usize).map(super::DirectoryObject::id);
                    format!("{address} ({})", id.unwrap_or_default())
                }
                _ => address.clone(),
            };
            for part in [&key, " ", &row.kind, " ", &row.text, "\n"] {
                hash.update(part.as_bytes());
            }
            before = Some(address);
            if at < limit {
                section.rows.insert(key, row);
            }
        }
        section
    }

    fn row(&self, entry: Entry<'_>) -> Option<Row> {
        let object = |index: u32| self.input.object(index);
        let account = |index: u32| self.input.account(index);
        let fate = |index: u32| self.objects.get(index as usize);
        let object_of = |index: u32| self.object_of.get(index as usize).copied().flatten();
        let differ = |index: u32| fate(index).is_some_and(|fate| fate.versions_differ);
        Some(match entry {
            Entry::Adding(index, target) => {
                Row::adding(self, index, object(index)?, target).marked(self, differ(index))
            }
            Entry::Updating(index, target) => {
                let account = account(fate(index)?.account?)?;
                Row::updating(self, index, object(index)?, target, account).marked(self, differ(index))
            }
            Entry::Blocked(index, block) => {
                Row::blocked(self, object(index)?, block).marked(self, differ(index))
            }
            Entry::Deleting(index, evidence) => Row::deleting(self, account(index)?, evidence)
                .marked(self, object_of(index).is_some_and(differ)),
            Entry::Unmatched(index) => Row::unmatched(self, index, account(index)?),
            Entry::Exempt { object, account } => Row::exempt(self, object, account),
        })
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::super::samples::*;
    use super::*;

    #[test]
    fn the_summary_tells_of_losses_only_where_there_are_any() {
        let mut report = Report::default();
        let others =
            "0 unmatched; 0 to add, 0 to update; 0 exempt, 0 blocked, 0 unchanged, 0 kept, 0 out of scope";
        assert_eq!(report.summary(), format!("0 to delete, {others}"));
        report.counts.recreating = 2;
        assert_eq!(report.summary(), format!("0 to delete, 2 to delete and make again, {others}"));
        report.counts.deactivating = 1;
        assert_eq!(
            report.summary(),
            format!("0 to delete, 1 to deactivate, 2 to delete and make again, {others}")
        );
    }

    #[test]
    fn whoever_is_touched_or_stuck_is_concerned_and_whoever_stays_is_not() {
        let concerned = |set: fn(&mut Counts)| {
            let mut report = Report::default();
            set(&mut report.counts);
            report.concerns_anybody()
        };
        let touched: [fn(&mut Counts); 7] = [
            |counts| counts.adding = 1,
            |counts| counts.updating = 1,
            |counts| counts.deleting = 1,
            |counts| counts.deactivating = 1,
            |counts| counts.recreating = 1,
            |counts| counts.unmatched = 1,
            |counts| counts.blocked = 1,
        ];
        for (at, set) in touched.into_iter().enumerate() {
            assert!(concerned(set), "number {at}");
        }
        let left: [fn(&mut Counts); 5] = [
            |_| {},
            |counts| counts.exempt = 1,
            |counts| counts.unchanged = 1,
            |counts| counts.kept = 1,
            |counts| counts.out_of_scope = 1,
        ];
        for (at, set) in left.into_iter().enumerate() {
            assert!(!concerned(set), "number {at}");
        }
    }

    #[test]
    fn what_rows_mean_is_told_below_them_and_more_only_where_there_is_more() {
        let row = Row::from("end_user: gone");
        let section = Section { total: 1, rows: [(ANN.to_owned(), row)].into() };
        for (title, told) in [
            ("Deleting", Some("Once they are deleted, mail to these addresses is refused")),
            ("Deactivating", Some("Mail to these addresses is refused as long as the account is inactive")),
            ("Recreating", Some("Their sender lists, filters and logs cannot be restored")),
            ("Unmatched", Some("Nothing proves that these accounts should go.")),
            ("Updating", None),
        ] {
            let mut report = Report::default();
            let place = match title {
                "Deleting" => &mut report.deleting,
                "Deactivating" => &mut report.deactivating,
                "Recreating" => &mut report.recreating,
                "Unmatched" => &mut report.unmatched,
                _ => &mut report.updating,
            };
            *place = section.clone();
            let text = report.text(5, 5);
            let rest = text.split_once(&format!("{title} (1):\n  {ANN}  end_user: gone")).unwrap().1;
            match told {
                Some(told) => assert!(rest.starts_with(&format!("\n{told}")), "{title}: {rest}"),
                None => assert_eq!(rest, "", "{title}"),
            }
        }
    }

    #[test]
    fn every_object_that_is_blocked_at_one_address_has_a_row() {
        let world = input(vec![user(1, facts(ANN)), user(2, facts(ANN)), user(3, facts(ANN))], vec![]);
        let report = Estimate::of(&world).report(10);
        assert_eq!(report.blocked.total, 2);
        assert_eq!(
            report.blocked.rows.into_keys().collect::<Vec<_>>(),
            [ANN.to_owned(), format!("{ANN} ({})", id(3))]
        );
    }
}
