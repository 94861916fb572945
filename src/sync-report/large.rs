//! A report for many people: right, and of a size that can be read.

use std::cmp::Reverse;

use pretty_assertions::assert_eq;

use super::samples::*;
use super::*;

/// How many people there are of each kind; 30,000 in all.
const UNCHANGED: u128 = 20_000;
const NEW: u128 = 6_000;
const RENAMED: u128 = 2_000;
const DELETED: u128 = 1_000;
const ABSENT: u128 = 700;
const EXEMPT: u128 = 300;

fn addresses(kind: &str, count: u128) -> impl Iterator<Item = String> {
    (0..count).map(move |number| format!("{kind}{number:05}@contoso.com"))
}

/// The parts in an order that `key` gives them.
fn world<K: Ord>(key: impl Fn(&str) -> K) -> Input {
    let mut objects = Vec::new();
    let mut accounts = Vec::new();
    let mut deleted = Vec::new();
    for address in addresses("same", UNCHANGED) {
        objects.push(user(objects.len() as u128, facts(&address)));
        accounts.push(account(&address, AccountType::EndUser));
    }
    for address in addresses("new", NEW) {
        objects.push(user(objects.len() as u128, facts(&address)));
    }
    for address in addresses("renamed", RENAMED) {
        objects.push(user(objects.len() as u128, UserFacts { surname: Some("Other"), ..facts(&address) }));
        accounts.push(account(&address, AccountType::EndUser));
    }
    for address in addresses("deleted", DELETED) {
        deleted.push(DeletedItem::user(Some(&address), "", None));
        accounts.push(account(&address, AccountType::EndUser));
    }
    accounts.extend(addresses("absent", ABSENT).map(|address| account(&address, AccountType::EndUser)));
    let exempt: Vec<String> = addresses("exempt", EXEMPT).collect();
    accounts.extend(exempt.iter().map(|address| account(address, AccountType::EndUser)));
    objects.sort_by_key(|object| key(object.primary_address()));
    accounts.sort_by_key(|account| key(account.address()));
    deleted.sort_by_key(|item| key(&format!("{item:?}")));
    Input {
        directory: Directory::new(objects, deleted, ["contoso.com"]),
        exemptions: Exemptions::new(exempt.iter().map(String::as_str)),
        ..input(vec![], accounts)
    }
}

#[test]
fn a_report_for_thirty_thousand_people_is_right_and_reads_well() {
    const LIMIT: usize = 100;
    let input = world(str::to_owned);
    let report = Estimate::of(&input).report(LIMIT);
    let counts = &report.counts;
    let number = |count: u128| u64::try_from(count).unwrap();
    assert_eq!(
        (counts.unchanged, counts.adding, counts.updating, counts.deleting, counts.unmatched, counts.exempt),
        (number(UNCHANGED), number(NEW), number(RENAMED), number(DELETED), number(ABSENT), number(EXEMPT))
    );
    assert_eq!((counts.removals, counts.kept, counts.blocked), (number(DELETED + ABSENT), 0, 0));
    for (title, section) in report.sections() {
        match title {
            "Blocked" | "Deactivating" | "Recreating" => assert_eq!(section.rows.len(), 0),
            "Deleting" => assert_eq!(section.rows.len() as u128, DELETED),
            _ => assert_eq!(section.rows.len(), LIMIT, "{title}"),
        }
    }
    let first: Vec<String> = addresses("new", NEW).take(LIMIT).collect();
    assert_eq!(report.adding.rows.keys().collect::<Vec<_>>(), first.iter().collect::<Vec<_>>());

    // Ten rows of each of four sections, their titles and ends, and the counts.
    let text = report.text(10, 10);
    assert!(text.lines().count() < 60 && text.len() < 6_000, "{text}");
    assert!(text.contains("\n  and 5990 more"), "{text}");
    let findings: usize = report.findings.iter().map(|finding| finding.text.len()).sum();
    assert!(findings < 2_000, "{:?}", report.findings);

    // Whatever the order in which everything comes.
    let backwards = world(|address| Reverse(address.to_owned()));
    assert_eq!(Estimate::of(&backwards).report(LIMIT), report);
    let mixed = world(|address| address.bytes().rev().collect::<Vec<_>>());
    assert_eq!(Estimate::of(&mixed).report(LIMIT), report);
}

#[test]
fn a_comment_holds_the_report_whatever_its_size_and_begins_with_who_loses_something() {
    let report = Estimate::of(&world(str::to_owned)).report(100_000);
    let markdown = report.markdown();
    assert!(markdown.len() <= 60_000, "{} bytes", markdown.len());
    assert!(markdown.len() > 59_000, "{} bytes: there was more to show", markdown.len());
    let begin = "#### Deleting (1000)\n\nOnce they are deleted, mail to these addresses is refused";
    assert!(markdown.contains(begin) && !markdown.contains("<summary>Deleting"), "{}", &markdown[..600]);
    assert_eq!(markdown.matches("| `deleted").count(), 608, "as many as fit");
    for left_out in
        ["\n… and 392 more.", "<summary>Unmatched (700)", "<summary>Adding (6000)", "\n… and 5994 more."]
    {
        assert!(markdown.contains(left_out), "{left_out}: {}", &markdown[markdown.len() - 900..]);
    }
}
