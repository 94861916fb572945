use std::collections::BTreeSet;

use pretty_assertions::assert_eq;
use sync_report::{
    Directory, DirectoryObject, Estimate, Input, Licence, Reach, Roster, Row, SyncVersion, UserFacts,
};
use uuid::Uuid;

use super::*;

const DOMAIN: &str = "contoso.com";

/// So many rows, each with this text.
fn rows(count: usize, text: &str) -> BTreeMap<String, String> {
    (0..count).map(|number| (format!("u{number:02}@contoso.com"), text.to_owned())).collect()
}

/// So many accounts that match nobody, of which so many are shown.
fn unmatched_accounts(total: u64, shown: usize) -> Section {
    let rows = rows(shown, "end_user: not in Entra; removed if an earlier run made it");
    Section {
        total,
        rows: rows.into_iter().map(|(address, row)| (address, Row::from(row.as_str()))).collect(),
    }
}

fn preview(left: usize, unmatched: Section) -> PreviewIntention {
    PreviewIntention {
        switches: sync_report::Switches::default(),
        named: BTreeSet::new(),
        exemptions: None,
        version: SyncVersion::default(),
        changes: rows(2, "add end_user: new"),
        left: rows(left, "group: nested"),
        unmatched,
    }
}

fn sync(frequency: i64) -> SyncIntention {
    SyncIntention { switches: sync_report::Switches::default(), exemptions: None, version: None, frequency }
}

/// What is told of a run that is planned with all rows, of a sync that runs every so many hours.
fn told(preview: &PreviewIntention, frequency: i64) -> String {
    let diagnostic = leaves(DOMAIN, preview, Some(&sync(frequency)), None).unwrap();
    assert_eq!(diagnostic.summary, "What this run leaves of contoso.com");
    assert_eq!(diagnostic.attribute, Some(RunModel::changes()));
    diagnostic.detail
}

#[test]
fn a_run_that_leaves_nothing_says_nothing() {
    let nothing = preview(0, Section::default());
    assert_eq!(leaves(DOMAIN, &nothing, Some(&sync(0)), None), None);
    assert_eq!(leaves(DOMAIN, &nothing, Some(&sync(0)), Some(&nothing.changes)), None);
    assert_eq!(left_behind(DOMAIN, &BTreeMap::new()), None);
    assert_eq!(does(DOMAIN, &BTreeMap::new()), None);
}

#[test]
fn rows_that_are_left_are_told_without_a_word_of_accounts_where_all_match() {
    let text = told(&preview(1, Section::default()), 24);
    assert_eq!(
        text,
        "The run leaves 1 row of the report. Proofpoint's own run does, every 24 hours.\n  u00@contoso.com  group: nested"
    );
    let text = told(&preview(1, Section::default()), 0);
    assert!(text.contains("Nobody does that while `frequency = 0`."), "{text}");
    let nobody = leaves(DOMAIN, &preview(1, Section::default()), None, None).unwrap();
    assert!(nobody.detail.contains("Nobody does that before a sync is configured."), "{}", nobody.detail);
}

#[test]
fn a_row_of_the_preview_that_the_run_does_not_name_is_left() {
    let preview = preview(0, Section::default());
    let chosen = BTreeMap::from([("u01@contoso.com".to_owned(), "add end_user: new".to_owned())]);
    let diagnostic = leaves(DOMAIN, &preview, None, Some(&chosen)).unwrap();
    assert!(
        diagnostic.detail.ends_with("\n  u00@contoso.com  add: not among the run's `changes`"),
        "{}",
        diagnostic.detail
    );
}

#[test]
fn an_unmatched_account_is_told_alone_where_no_row_is_left() {
    assert_eq!(
        told(&preview(0, unmatched_accounts(1, 1)), 1),
        "The run leaves 1 unmatched account, of which nothing proves that it should go or stay. Proofpoint's own run removes \
         it if an earlier one made it.\n  u00@contoso.com  end_user: not in Entra; removed if an earlier run made it"
    );
    // Where nothing else runs, no other run removes it.
    assert_eq!(
        told(&preview(0, unmatched_accounts(1, 1)), 0),
        "The run leaves 1 unmatched account, of which nothing proves that it should go or stay. Delete it by hand if it is \
         not needed.\n  u00@contoso.com  end_user: not in Entra"
    );
    let without_a_sync = leaves(DOMAIN, &preview(0, unmatched_accounts(1, 1)), None, None).unwrap().detail;
    assert!(without_a_sync.contains("Delete it by hand"), "{without_a_sync}");
}

#[test]
fn many_unmatched_accounts_are_counted_beyond_those_that_are_shown() {
    let text = told(&preview(1, unmatched_accounts(2, 2)), 1);
    assert!(text.contains("The run leaves 1 row of the report."), "{text}");
    assert!(
        text.contains(
            "\n\nThe run leaves 2 unmatched accounts, of which nothing proves that they should go or stay. Proofpoint's own \
             run removes those that an earlier one made.\n"
        ),
        "{text}"
    );
    assert!(!text.contains("more"), "{text}");
    let text = told(&preview(0, unmatched_accounts(30, 25)), 0);
    assert!(text.contains("Delete by hand those that are not needed."), "{text}");
    assert!(text.ends_with("\n  u19@contoso.com  end_user: not in Entra\n  and 10 more"), "{text}");
    let text = told(&preview(0, unmatched_accounts(20, 20)), 0);
    assert!(text.ends_with("\n  u19@contoso.com  end_user: not in Entra"), "{text}");
}

#[test]
fn rows_are_told_by_what_they_do_and_only_those_that_there_are() {
    let changes = BTreeMap::from([
        ("ann@contoso.com".to_owned(), "delete end_user: deleted in Entra".to_owned()),
        ("bea@contoso.com".to_owned(), "add end_user: new".to_owned()),
    ]);
    let diagnostic = does(DOMAIN, &changes).unwrap();
    assert_eq!(diagnostic.summary, "What this run does to people of contoso.com");
    let consequence = Verb::Delete.consequence().unwrap();
    assert_eq!(
        diagnostic.detail,
        format!(
            "1 to delete, 1 to add.\n\nTo delete (1):\n  ann@contoso.com  end_user: deleted in Entra\n{consequence}\n\nTo \
             add (1):\n  bea@contoso.com  end_user: new"
        )
    );
}

#[test]
fn a_run_without_a_state_says_what_it_left() {
    let diagnostic = left_behind(DOMAIN, &rows(2, "add: refused")).unwrap();
    assert_eq!(
        diagnostic,
        Diagnostic::warning(
            "What this run left of contoso.com",
            "The run left 2 rows of the report.\n  u00@contoso.com  add: refused\n  u01@contoso.com  add: refused",
        )
        .at(RunModel::changes())
    );
}

#[test]
fn as_many_rows_as_there_is_room_for_are_told_whole() {
    assert_eq!(listed(&BTreeMap::new(), ROWS), "");
    let whole = listed(&rows(ROWS, "x"), ROWS);
    assert!(whole.ends_with("\n  u19@contoso.com  x"), "{whole}");
    let cut = listed(&rows(ROWS + 2, "x"), ROWS);
    assert_eq!(cut, format!("{whole}\n  and 2 more"));
}

/// Two people who are new.
fn additions() -> Vec<Change> {
    let user = |number: u128, address: &str| {
        let facts = UserFacts {
            mail: Some(address),
            user_principal_name: address,
            enabled: true,
            licence: Licence::Active,
            ..UserFacts::default()
        };
        DirectoryObject::user(Uuid::from_u128(number), &facts, [])
    };
    let people = vec![user(1, "u00@contoso.com"), user(2, "u01@contoso.com")];
    let input = Input {
        directory: Directory::new(people, vec![], [DOMAIN]),
        roster: Roster::new(vec![], [DOMAIN], None),
        ..Input::default()
    };
    Estimate::of(&input).changes(Reach::Everything).collect()
}

#[test]
fn what_was_not_enacted_is_counted_of_what_was_to_be() {
    let (enact, told) = (additions(), |left: usize, stopped| {
        let outcome = Outcome { made: 2 - left, left: rows(left, "add: refused"), stopped };
        not_enacted(DOMAIN, &additions(), &outcome)
    });
    assert_eq!(enact.len(), 2);
    assert_eq!(told(0, None), None);
    let one = told(1, None).unwrap();
    assert_eq!(one.summary, "1 of 2 rows was not enacted at contoso.com");
    assert!(one.detail.starts_with("Each row was refused or failed for the reason given."), "{}", one.detail);
    let both = told(2, Some(Stop::Cancelled)).unwrap();
    assert_eq!(both.summary, "2 of 2 rows were not enacted at contoso.com");
    assert!(both.detail.starts_with("The run was interrupted."), "{}", both.detail);
}

#[test]
fn additions_that_no_longer_hold_are_counted() {
    assert_eq!(outdated(DOMAIN, &BTreeMap::new()), None);
    let summary = |count| outdated(DOMAIN, &rows(count, "add end_user: new")).unwrap().summary;
    assert_eq!(summary(1), "1 planned addition of contoso.com no longer holds");
    assert_eq!(summary(2), "2 planned additions of contoso.com no longer hold");
}

#[test]
fn settings_that_differ_are_told_with_who_has_which() {
    let found = [
        Disagreement { name: Disagreement::VERSION, holds: "2".to_owned(), approved: "1".to_owned() },
        Disagreement { name: "users.remove_deleted", holds: "false".to_owned(), approved: "true".to_owned() },
    ];
    let told = "  sync_version: X 1, and this run goes by 2\n  users.remove_deleted: X true, and the organization has false\n";
    let text = |words: &str| told.replace('X', words);
    let rows = rows(1, "delete end_user: deleted in Entra");
    let detail = disagree(DOMAIN, &found, &rows).detail;
    assert!(detail.contains(&text("the rows were made with")), "{detail}");
    assert!(detail.ends_with("\n  u00@contoso.com  delete end_user: deleted in Entra"), "{detail}");
    let detail = either(DOMAIN, &found, &rows).detail;
    assert!(detail.contains(&text("they would hold with")), "{detail}");
}

#[test]
fn an_excess_withholds_or_refuses_and_says_whom_it_counts() {
    let judgement = Judgement { removals: 2, allowed: Some(1), active_accounts: 10 };
    let told = |limit: &str, on_excess: OnExcess, line: &str| {
        let model = RunModel { domain: DOMAIN.into(), on_excess: on_excess.into(), ..RunModel::default() };
        excess(&model, limit.parse().unwrap(), judgement, &rows(2, line))
    };
    let refused = told("1", OnExcess::Error, "delete end_user: gone");
    assert_eq!(refused.severity, framework::diagnostic::Severity::Error);
    assert!(
        refused.detail.starts_with("The run would delete 2 accounts; `max_deletions` allows 1."),
        "{}",
        refused.detail
    );
    assert!(!refused.detail.contains("u00@contoso.com"), "{}", refused.detail);
    let withheld = told("10%", OnExcess::Withhold, "deactivate end_user: blocked");
    assert_eq!(withheld.severity, framework::diagnostic::Severity::Warning);
    assert!(
        withheld.detail.starts_with(
            "The run would delete or deactivate 2 accounts; `max_deletions` = 10% allows 1 of 10 active accounts."
        ),
        "{}",
        withheld.detail
    );
    assert!(
        withheld.detail.ends_with(
            "\n\nWithheld (2):\n  u00@contoso.com  deactivate end_user: blocked\n  u01@contoso.com  deactivate end_user: blocked"
        ),
        "{}",
        withheld.detail
    );
    let again = super::withheld(DOMAIN, &rows(1, "delete end_user: gone")).detail;
    assert!(again.ends_with("\n\nWithheld (1):\n  u00@contoso.com  delete end_user: gone"), "{again}");
}
