//! The report as an object that configurations can use.

use std::collections::BTreeMap;

use super::vocabulary::{FindingSeverity, StackVersion};
use framework::attr::Attr;
use framework::model;
use sync_report::{Counts, Finding, Gravity, Report, Row, Section};

model! {
    /// What a run of the sync would do. An estimate of what Proofpoint's own run does.
    pub struct ReportModel {
        /// Two reports with the same rows have the same digest, whether all rows are shown or not.
        digest: Attr<String> => computed(),

        /// The organization whose report it is: `domain` of the data source.
        domain: Attr<String> => computed(),

        /// The version of the sync that is assumed.
        sync_version: Attr<StackVersion> => computed(),

        /// The counts in one line.
        summary: Attr<String> => computed(),

        /// How many there are of each.
        counts: Attr<CountsModel> => computed(),

        /// Accounts that are created, by address.
        adding: Attr<BTreeMap<String, String>> => computed(),

        /// Accounts that are changed, with the fields that change, by address.
        updating: Attr<BTreeMap<String, String>> => computed(),

        /// Accounts that are removed, by address: their user or group is among Entra's deleted items, or excluded by a rule
        /// and without any address for mail. All of them are listed, whatever `detail_limit` says.
        deleting: Attr<BTreeMap<String, String>> => computed(),

        /// Active accounts that turn inactive, by address, so that mail to them is refused. All of them are listed.
        deactivating: Attr<BTreeMap<String, String>> => computed(),

        /// Accounts that are deleted and made again since their type changes, by address, which version 1 of the sync does.
        /// All of them are listed.
        recreating: Attr<BTreeMap<String, String>> => computed(),

        /// Accounts of which nothing proves that they should go, where removal is on, by address: nobody in the directory has
        /// the address, or somebody has it whom the sync does not look at. Proofpoint removes those that an earlier run made;
        /// its API does not tell which these are.
        unmatched: Attr<BTreeMap<String, String>> => computed(),

        /// Exempt addresses that are in the directory or the organization, with what they are saved from.
        exempt: Attr<BTreeMap<String, String>> => computed(),

        /// Directory objects for which adding or updating would fail, by address, with the reason.
        blocked: Attr<BTreeMap<String, String>> => computed(),

        /// What there is to know beside the rows, the gravest first.
        findings: Attr<Vec<FindingModel>> => computed(),
    }
}

model! {
    /// How many there are of each.
    pub struct CountsModel {
        /// Accounts that are created.
        adding: Attr<i64> => computed(),
        /// Accounts that are changed.
        updating: Attr<i64> => computed(),
        /// Accounts that are removed.
        deleting: Attr<i64> => computed(),
        /// Accounts of which nothing proves that they should go, where removal is on.
        unmatched: Attr<i64> => computed(),
        /// Exempt addresses.
        exempt: Attr<i64> => computed(),
        /// Directory objects for which adding or updating would fail.
        blocked: Attr<i64> => computed(),
        /// Accounts that are as they should be.
        unchanged: Attr<i64> => computed(),
        /// Accounts that are left alone.
        kept: Attr<i64> => computed(),
        /// Directory objects that the sync does not look at.
        out_of_scope: Attr<i64> => computed(),
        /// Active accounts that turn inactive, so that mail to them is refused.
        deactivating: Attr<i64> => computed(),
        /// Accounts that are deleted and made again.
        recreating: Attr<i64> => computed(),
        /// What `max_removals` limits: accounts that are removed, unmatched, turn inactive or are made again.
        removals: Attr<i64> => computed(),
        /// What a percentage of removals refers to: active accounts that are not administrators.
        active_accounts: Attr<i64> => computed(),
        /// Why accounts are left alone, each reason with its number.
        kept_because: Attr<BTreeMap<String, i64>> => computed(),
        /// Why directory objects are not looked at, each reason with its number.
        out_of_scope_because: Attr<BTreeMap<String, i64>> => computed(),
    }
}

model! {
    /// Something to know beside the rows.
    pub struct FindingModel {
        /// How much it matters: `error`, `warning` or `info`.
        severity: Attr<FindingSeverity> => computed(),
        /// A stable name for use in checks.
        code: Attr<String> => computed(),
        /// What was found, and what to do.
        text: Attr<String> => computed(),
    }
}

fn number(count: u64) -> Attr<i64> {
    Attr::Known(i64::try_from(count).unwrap_or(i64::MAX))
}

fn count(number: &Attr<i64>) -> u64 {
    number.known().and_then(|number| u64::try_from(*number).ok()).unwrap_or_default()
}

fn numbers(counts: &BTreeMap<String, u64>) -> Attr<BTreeMap<String, i64>> {
    let numbers =
        counts.iter().map(|(reason, count)| (reason.clone(), i64::try_from(*count).unwrap_or(i64::MAX)));
    numbers.collect()
}

fn reasons(numbers: &Attr<BTreeMap<String, i64>>) -> BTreeMap<String, u64> {
    let reasons = numbers.known().into_iter().flatten();
    let mut known = BTreeMap::new();
    known.extend(reasons.filter_map(|(reason, number)| Some((reason.clone(), u64::try_from(*number).ok()?))));
    known
}

fn rows(section: &Section) -> Attr<BTreeMap<String, String>> {
    section.rows.iter().map(|(address, row)| (address.clone(), row.to_string())).collect()
}

fn section(rows: &Attr<BTreeMap<String, String>>, total: u64) -> Section {
    let rows = rows.known().into_iter().flatten();
    Section { total, rows: rows.map(|(address, row)| (address.clone(), Row::from(row.as_str()))).collect() }
}

impl From<&Finding> for FindingModel {
    fn from(finding: &Finding) -> Self {
        Self {
            severity: FindingSeverity(finding.severity).into(),
            code: finding.code.as_str().into(),
            text: finding.text.as_str().into(),
        }
    }
}

impl From<&FindingModel> for Finding {
    fn from(model: &FindingModel) -> Self {
        Self {
            severity: model.severity.known().map_or(Gravity::Info, |severity| severity.0),
            code: model.code.text().to_owned(),
            text: model.text.text().to_owned(),
        }
    }
}

impl From<&Counts> for CountsModel {
    fn from(counts: &Counts) -> Self {
        Self {
            adding: number(counts.adding),
            updating: number(counts.updating),
            deleting: number(counts.deleting),
            unmatched: number(counts.unmatched),
            exempt: number(counts.exempt),
            blocked: number(counts.blocked),
            unchanged: number(counts.unchanged),
            kept: number(counts.kept),
            out_of_scope: number(counts.out_of_scope),
            deactivating: number(counts.deactivating),
            recreating: number(counts.recreating),
            removals: number(counts.removals),
            active_accounts: number(counts.active_accounts),
            kept_because: numbers(&counts.kept_because),
            out_of_scope_because: numbers(&counts.out_of_scope_because),
        }
    }
}

impl From<&CountsModel> for Counts {
    fn from(model: &CountsModel) -> Self {
        Self {
            adding: count(&model.adding),
            updating: count(&model.updating),
            deleting: count(&model.deleting),
            unmatched: count(&model.unmatched),
            exempt: count(&model.exempt),
            blocked: count(&model.blocked),
            unchanged: count(&model.unchanged),
            kept: count(&model.kept),
            out_of_scope: count(&model.out_of_scope),
            deactivating: count(&model.deactivating),
            recreating: count(&model.recreating),
            removals: count(&model.removals),
            active_accounts: count(&model.active_accounts),
            kept_because: reasons(&model.kept_because),
            out_of_scope_because: reasons(&model.out_of_scope_because),
        }
    }
}

impl From<&Report> for ReportModel {
    fn from(report: &Report) -> Self {
        Self {
            digest: report.digest.as_str().into(),
            domain: report.domain.as_str().into(),
            sync_version: StackVersion(report.version).into(),
            summary: report.summary().into(),
            counts: Attr::Known((&report.counts).into()),
            adding: rows(&report.adding),
            updating: rows(&report.updating),
            deleting: rows(&report.deleting),
            deactivating: rows(&report.deactivating),
            recreating: rows(&report.recreating),
            unmatched: rows(&report.unmatched),
            exempt: rows(&report.exempt),
            blocked: rows(&report.blocked),
            findings: Attr::Known(report.findings.iter().map(FindingModel::from).collect()),
        }
    }
}

impl From<&ReportModel> for Report {
    /// The report that was shown; what was not shown is only in its counts.
    fn from(model: &ReportModel) -> Self {
        let counts: Counts = model.counts.known().map(Counts::from).unwrap_or_default();
        Self {
            digest: model.digest.text().to_owned(),
            domain: model.domain.text().to_owned(),
            version: model.sync_version.unwrap_or_default().into(),
            adding: section(&model.adding, counts.adding),
            updating: section(&model.updating, counts.updating),
            deleting: section(&model.deleting, counts.deleting),
            deactivating: section(&model.deactivating, counts.deactivating),
            recreating: section(&model.recreating, counts.recreating),
            unmatched: section(&model.unmatched, counts.unmatched),
            exempt: section(&model.exempt, counts.exempt),
            blocked: section(&model.blocked, counts.blocked),
            counts,
            findings: model.findings.known().into_iter().flatten().map(Finding::from).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use framework::attr::AttributeType;
    use framework::model;
    use sync_report::SyncVersion;

    #[test]
    fn a_report_survives_the_way_into_a_configuration_and_back() {
        let row = |text: &str| Row { kind: "end_user".to_owned(), text: text.to_owned() };
        let section = |address: &str, total| Section {
            total,
            rows: BTreeMap::from([(address.to_owned(), row("why: x"))]),
        };
        let report = Report {
            digest: "00ff".to_owned(),
            domain: "contoso.com".to_owned(),
            version: SyncVersion::V1,
            counts: Counts {
                adding: 400,
                updating: 1,
                deleting: 2,
                unmatched: 3,
                exempt: 4,
                blocked: 5,
                unchanged: 6,
                kept: 7,
                out_of_scope: 8,
                deactivating: 9,
                recreating: 12,
                removals: 10,
                active_accounts: 11,
                kept_because: BTreeMap::from([("administrator".to_owned(), 7)]),
                out_of_scope_because: BTreeMap::from([("guest".to_owned(), 8)]),
            },
            adding: section("a@contoso.com", 400),
            updating: section("b@contoso.com", 1),
            deleting: section("c@contoso.com", 2),
            deactivating: section("g@contoso.com", 9),
            recreating: section("h@contoso.com", 12),
            unmatched: section("d@contoso.com", 3),
            exempt: section("e@contoso.com", 4),
            blocked: section("f@contoso.com", 5),
            findings: vec![Finding {
                severity: Gravity::Warning,
                code: "licences_exceeded".to_owned(),
                text: "too many".to_owned(),
            }],
        };
        let value = ReportModel::from(&report).write();
        assert_eq!(Report::from(&model::read::<ReportModel>(&value).unwrap()), report);
    }
}
