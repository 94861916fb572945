//! Nothing syncs before it is judged: what a change that starts or widens syncing would do to people.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::preview::{self, Wanted};
use crate::provider_block::{Failure, Session};
use clients::essentials::Settings;
use clients::graph::Graph;
use clients::http::Call;
use framework::diagnostic::Diagnostic;
use sync_report::{Estimate, Exemptions, Gravity, Input, Limit, ObjectClass, Report, Section};

use super::model::SyncModel;
use super::sides::Side;

/// Rows of a section in a warning: who approves the plan should see the beginning of each.
const ROWS: usize = 10;

/// Rows of people who lose something in a warning. Beyond that the report of the preview lists them.
const LOSSES: usize = 500;

/// Who judges the run of these settings, with the present directory and accounts.
#[derive(Clone, Copy)]
pub(super) struct Judge<'a> {
    pub(super) session: &'a Session,
    pub(super) call: &'a Call,
    pub(super) graph: Option<&'a Graph>,
    pub(super) side: Side<'a>,
    pub(super) model: &'a SyncModel,
    pub(super) settings: &'a Settings,
}

/// What a run is expected to do.
pub(super) struct Foreseen {
    /// The warning for whoever approves the plan; none where nothing happens to anybody.
    pub(super) told: Option<Diagnostic>,
    /// Addresses of the objects whose accounts it leaves in line with the directory.
    pub(super) settled: BTreeSet<String>,
}

/// Why a sync is not let at people.
pub(super) enum Refusal {
    /// Nobody could look: signing in to Entra failed.
    SignIn(Failure),
    /// It was judged, or cannot be.
    Judged(Diagnostic),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::SignIn(told) => told,
            Refusal::Judged(told) => told.into(),
        }
    }
}

impl Judge<'_> {
    /// Above the limit it is an error; within it, what a plan warns of. None where the check is switched off and there is
    /// nothing to say.
    pub(super) async fn judge(&self) -> Result<Option<Foreseen>, Refusal> {
        let domain = self.side.domain();
        let limit: Limit =
            self.model.max_removals.text().parse().map_err(|error: sync_report::LimitError| {
                let told = Diagnostic::error("Invalid limit", format!("{error}."));
                Refusal::Judged(told.at(SyncModel::max_removals()))
            })?;
        let Some(graph) = self.graph else {
            return if limit.allows_everything() { Ok(None) } else { Err(self.without_graph().await) };
        };
        let input = match self.read(graph).await {
            Ok(input) => input,
            Err(_) if limit.allows_everything() => return Ok(None),
            Err(error) if error.is_sign_in() => return Err(Refusal::SignIn(error.into())),
            Err(error) => return Err(Refusal::Judged(unforeseeable(domain, &error))),
        };
        let estimate = Estimate::of(&input);
        let (report, settled) = (estimate.report(ROWS), settled(&input, &estimate));
        let judgement = report.judge(limit);
        let text = told(&report);
        let text = format!(
            "{text}{}{}",
            rest(&report, &self.preview()),
            other_version(input, &report, &text, limit)
        );
        if judgement.exceeded() {
            let told = Diagnostic::error(
                format!("The sync would remove too many accounts of {domain}"),
                format!(
                    "{judgement}. Look at the rows; if they are right, raise `max_removals`, which is {limit} now.\n\n{text}"
                ),
            );
            return Err(Refusal::Judged(told.at(SyncModel::max_removals())));
        }
        // CLIs show warnings of one title as one: each names its organization.
        let title = format!("What the sync will do to people of {domain}");
        let grave = report.findings.iter().any(|finding| finding.severity == Gravity::Error);
        let told = (grave || report.concerns_anybody()).then(|| Diagnostic::warning(title, text));
        Ok(Some(Foreseen { told, settled }))
    }

    /// After a run that was waited for: people that it left otherwise than foreseen. Whoever came into the directory since
    /// is for the next run. So is nothing said of deletions: Proofpoint leaves accounts that no run of it has made.
    pub(super) async fn after_run(&self, foreseen: &BTreeSet<String>) -> Option<Diagnostic> {
        // A report that cannot be read now takes nothing back: the run is over.
        let input = self.read(self.graph?).await.ok()?;
        let report = Estimate::of(&input).report(usize::MAX);
        let mut text = String::new();
        for (title, section) in [
            ("Deactivating", &report.deactivating),
            ("Recreating", &report.recreating),
            ("Updating", &report.updating),
            ("Adding", &report.adding),
        ] {
            write_rows(&mut text, title, section, foreseen);
        }
        (!text.is_empty()).then(|| {
            Diagnostic::warning(
                format!(
                    "Proofpoint's run left some people of {} otherwise than foreseen",
                    self.side.domain()
                ),
                format!(
                    "The report is an estimate, for version {} of the sync (`sync_version`). After the run it still \
                     shows:{text}",
                    report.version.number()
                ),
            )
        })
    }

    /// How to ask for all rows: a data source can't be read before its organization is there.
    fn preview(&self) -> String {
        let mut arguments = format!("`domain = \"{}\"`", self.side.domain());
        if let Some(tenant) = self.model.tenant_id.known() {
            let _ = write!(arguments, " and `tenant_id = \"{tenant}\"`");
        }
        let asked = format!("data source `proofpoint_azure_sync_preview` with {arguments}");
        match self.side {
            Side::There(_) => asked,
            Side::ToCome(..) => format!("{asked}, once the organization is there"),
        }
    }

    /// Nobody could look: since signing in failed, where the provider knows how to.
    async fn without_graph(&self) -> Refusal {
        if self.session.is_configured_for_entra() {
            let tenant = self.model.tenant_id.known().map(String::as_str);
            if let Err(told) = self.session.graph(self.call, tenant).await {
                return Refusal::SignIn(told);
            }
        }
        Refusal::Judged(not_configured(self.side.domain()))
    }

    async fn read(&self, graph: &Graph) -> Result<Input, preview::Error> {
        let exemptions = self.model.exemptions.known();
        let wanted = Wanted {
            switches: preview::switches(self.settings),
            exemptions: exemptions.map(|addresses| Exemptions::new(addresses.iter().map(String::as_str))),
            version: self.model.sync_version.unwrap_or_default().into(),
        };
        match self.side {
            Side::There(organization) => preview::read(self.call, graph, organization, wanted).await,
            Side::ToCome(domain, newcomer) => {
                preview::read_for_newcomer(self.call, graph, (domain, newcomer), wanted).await
            }
        }
    }
}

/// The report as whoever approves the plan reads it: what is grave among the findings follows the rows, and an exemption that
/// protects nobody, which may be a slip of the pen.
fn told(report: &Report) -> String {
    let mut text = report.text(LOSSES, ROWS);
    // What has a section of its own is told already.
    let told = |code: &str| matches!(code, "accounts_turn_inactive" | "accounts_recreated");
    for finding in &report.findings {
        // Writing to a string cannot fail.
        if finding.code == "exemption_idle" {
            let _ = write!(text, "\n\n{}", finding.text);
        } else if finding.severity != Gravity::Info && !told(&finding.code) {
            let _ = write!(text, "\n\n{}: {}", finding.severity, finding.text);
        }
    }
    text
}

/// Where the rows are that a warning does not show, and what it counts without a row. `preview` says how to ask for all.
fn rest(report: &Report, preview: &str) -> String {
    let mut text = String::new();
    let counts = &report.counts;
    for (title, reasons) in [("Out of scope", &counts.out_of_scope_because), ("Kept", &counts.kept_because)] {
        let reasons: Vec<String> =
            reasons.iter().map(|(because, count)| format!("{because} ({count})")).collect();
        if !reasons.is_empty() {
            let _ = write!(text, "\n\n{title}: {}.", reasons.join(", "));
        }
    }
    if report.is_cut(LOSSES, ROWS) {
        let _ = write!(text, "\n\nAll rows: {preview}.");
    }
    text
}

/// What the other version of the sync would do, where that is something else: nothing tells which one a stack runs.
fn other_version(input: Input, report: &Report, told: &str, limit: Limit) -> String {
    const WHERE: &str =
        "The title of the Azure page in Proofpoint's console shows the version; name it in `sync_version`.";
    if !report.findings.iter().any(|finding| finding.code == "versions_differ") {
        return String::new();
    }
    let (assumed, version) = (report.version.number(), report.version.other());
    let otherwise = Estimate::of(&Input { version, ..input }).report(0);
    let version = version.number();
    if otherwise.counts.removals != report.counts.removals {
        let judged = otherwise.judge(limit);
        let too_many = if judged.exceeded() { ", which would be too many" } else { "" };
        format!(
            "\n\nThis assumes version {assumed} of the sync. If the stack runs version {version}: {judged}{too_many}. {WHERE}"
        )
    } else if told.contains(&format!("(version {version} differs)")) {
        format!(
            "\n\nThis assumes version {assumed} of the sync, and marks what version {version} would do otherwise. {WHERE}"
        )
    } else {
        String::new()
    }
}

/// Addresses of the objects that have an account after a run, which is then as they want it.
fn settled(input: &Input, estimate: &Estimate<'_>) -> BTreeSet<String> {
    let objects = input.directory.objects().iter().zip(estimate.object_classes());
    objects
        .filter(|(_, class)| {
            matches!(class, ObjectClass::Adding(_) | ObjectClass::Updating(_) | ObjectClass::Unchanged)
        })
        .map(|(object, _)| object.primary_address().to_owned())
        .collect()
}

fn write_rows(text: &mut String, title: &str, section: &Section, foreseen: &BTreeSet<String>) {
    let left: Vec<_> = section.rows.iter().filter(|(address, _)| foreseen.contains(*address)).collect();
    if left.is_empty() {
        return;
    }
    let _ = write!(text, "\n\n{title} ({}):", left.len());
    for (address, row) in left.iter().take(ROWS) {
        let _ = write!(text, "\n  {address}  {row}");
    }
    if let Some(more) = left.len().checked_sub(ROWS).filter(|more| *more > 0) {
        let _ = write!(text, "\n  and {more} more");
    }
}

fn unforeseeable(domain: &str, error: &preview::Error) -> Diagnostic {
    // Nobody should sync another customer's people unseen.
    let is_wrong = matches!(error, preview::Error::OtherTenant { .. });
    let way_out = if is_wrong { "" } else { " `max_removals = \"100%\"` switches this check off." };
    Diagnostic::error(
        format!("What the sync would do to people of {domain} cannot be foreseen"),
        format!(
            "{}\n\nUntil then syncing is not switched on or widened.{way_out}",
            error.diagnostic().detail
        ),
    )
    .at(SyncModel::max_removals())
}

/// The directory cannot be read for want of a sign-in.
fn not_configured(domain: &str) -> Diagnostic {
    Diagnostic::error(
        format!("What the sync would do to people of {domain} cannot be foreseen"),
        "The provider is not configured for Entra, so that it cannot read the directory. Configure how to sign in there, or \
         switch this check off with `max_removals = \"100%\"`.",
    )
    .at(SyncModel::max_removals())
}

#[cfg(test)]
mod tests {
    use sync_report::{
        Account, AccountFacts, AccountType, Directory, DirectoryObject, Licence, Roster, Row, UserFacts,
    };

    use sync_report::Finding;

    use super::*;

    const ANN: &str = "ann@contoso.com";

    /// An account whose user may be blocked.
    fn world(enabled: bool) -> Input {
        let facts = UserFacts {
            mail: Some(ANN),
            user_principal_name: ANN,
            enabled,
            licence: Licence::Active,
            ..UserFacts::default()
        };
        let account = AccountFacts {
            primary_email: ANN,
            account_type: AccountType::EndUser,
            active: true,
            billable: true,
            first_name: "Ann",
            surname: "Example",
        };
        let user = DirectoryObject::user(uuid::Uuid::from_u128(1), &facts, []);
        let accounts = vec![Account::new(&account, [])];
        Input {
            directory: Directory::new(vec![user], vec![], ["contoso.com"]),
            roster: Roster::new(accounts, ["contoso.com"], None),
            ..Input::default()
        }
    }

    #[test]
    fn the_other_version_is_told_of_only_where_it_takes_something_from_others() {
        for (enabled, told) in [(false, true), (true, false)] {
            let input = world(enabled);
            let report = Estimate::of(&input).report(0);
            let text = other_version(input, &report, "", Limit::Count(0));
            assert_eq!(!text.is_empty(), told, "{text}");
            assert_eq!(text.contains("version 1"), told, "{text}");
        }
        // Both versions want something else of somebody who has no account, and neither takes anything.
        let newcomer = || Input { roster: Roster::new(vec![], ["contoso.com"], None), ..world(false) };
        let report = Estimate::of(&newcomer()).report(ROWS);
        assert!(report.findings.iter().any(|finding| finding.code == "versions_differ"));
        assert_eq!(other_version(newcomer(), &report, "nobody", Limit::Count(0)), "");
        // Where a row is marked, the mark is explained.
        let marked = other_version(newcomer(), &report, &told(&report), Limit::Count(0));
        assert!(marked.contains("marks what version 1 would do otherwise"), "{marked} of {}", told(&report));
    }

    #[test]
    fn nobody_is_shown_how_to_sync_the_people_of_another_customer_unseen() {
        let organization = "contoso.com".to_owned();
        let wrong = preview::Error::OtherTenant { organization, domains: "`fabrikam.com`".to_owned() };
        for (error, offers) in [(wrong, false), (preview::Error::BasicProperties, true)] {
            let told = unforeseeable("contoso.com", &error);
            assert_eq!(told.detail.contains("max_removals"), offers, "{told:?}");
        }
    }

    #[test]
    fn rows_that_were_left_are_counted_beyond_those_that_are_shown() {
        let rows = |count: usize| {
            let rows =
                (0..count).map(|number| (format!("u{number:02}@contoso.com"), Row::from("end_user: x")));
            Section { total: 0, rows: rows.collect() }
        };
        let told = |count: usize| {
            let (section, mut text) = (rows(count), String::new());
            write_rows(&mut text, "Adding", &section, &section.rows.keys().cloned().collect());
            text
        };
        assert_eq!(told(0), "");
        let whole = told(ROWS);
        assert!(whole.starts_with("\n\nAdding (10):\n  u00@contoso.com  end_user: x\n"), "{whole}");
        assert!(!whole.contains("more"), "{whole}");
        assert!(
            told(ROWS + 3).ends_with("\n  u09@contoso.com  end_user: x\n  and 3 more"),
            "{}",
            told(ROWS + 3)
        );
        let mut text = String::new();
        write_rows(&mut text, "Adding", &rows(2), &BTreeSet::from(["u01@contoso.com".to_owned()]));
        assert_eq!(text, "\n\nAdding (1):\n  u01@contoso.com  end_user: x", "nobody else was foreseen");
    }

    #[test]
    fn what_is_grave_is_told_after_the_rows_unless_it_has_a_section_of_its_own() {
        let finding = |severity, code: &str, text: &str| Finding {
            severity,
            code: code.to_owned(),
            text: text.to_owned(),
        };
        let report = Report {
            findings: vec![
                finding(Gravity::Warning, "group_without_members", "Grave."),
                finding(Gravity::Info, "other", "Not grave."),
                finding(Gravity::Info, "exemption_idle", "A slip of the pen."),
                finding(Gravity::Warning, "accounts_turn_inactive", "Told already."),
                finding(Gravity::Warning, "accounts_recreated", "Told already."),
            ],
            ..Report::default()
        };
        let rows = report.text(LOSSES, ROWS);
        assert_eq!(told(&report), format!("{rows}\n\n{}: Grave.\n\nA slip of the pen.", Gravity::Warning));
    }

    #[test]
    fn what_is_counted_without_a_row_is_told_with_its_reasons_and_where_the_rest_of_the_rows_is() {
        assert_eq!(rest(&Report::default(), "ask"), "");
        let mut report = Report::default();
        report.counts.out_of_scope_because = [("guest".to_owned(), 2), ("no address".to_owned(), 1)].into();
        report.counts.kept_because = [("administrator".to_owned(), 3)].into();
        report.deleting.total = 11;
        report.exempt.total = 1000;
        report.adding.total = 10;
        assert_eq!(
            rest(&report, "ask"),
            "\n\nOut of scope: guest (2), no address (1).\n\nKept: administrator (3)."
        );
        report.adding.total = 11;
        assert!(rest(&report, "ask").ends_with("\n\nAll rows: ask."));
        report.adding.total = 0;
        report.deleting.total = 501;
        assert!(rest(&report, "ask").contains("All rows"));
    }

    #[test]
    fn who_is_synced_is_settled_by_a_run() {
        let input = world(true);
        assert_eq!(settled(&input, &Estimate::of(&input)), BTreeSet::from([ANN.to_owned()]));
        // Nobody gets an account where none are made.
        let mut input = Input { roster: Roster::new(vec![], ["contoso.com"], None), ..world(true) };
        assert_eq!(settled(&input, &Estimate::of(&input)), BTreeSet::from([ANN.to_owned()]));
        input.switches.users.add = false;
        assert_eq!(settled(&input, &Estimate::of(&input)), BTreeSet::new());
    }
}
