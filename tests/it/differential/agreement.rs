//! The report against an implementation from the documentation alone: random organizations, both versions. Where the two
//! part, one of them is wrong, or the page does not say.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde_json::Value;
use sync_report::{Estimate, Report, SyncVersion};

use super::random::Random;
use super::second::Outcome;
use super::{compare, draws, told};
use crate::protocol::preview::directories::Case;

/// Organizations that both implementations look at.
const ORGANIZATIONS: u64 = 2_000;
/// How many of them each rule of the page decides something in, at least.
const DRAWS: usize = 20;

#[test]
fn an_implementation_from_the_documentation_alone_agrees() {
    let (mut differences, mut told) = (Vec::new(), 0);
    for seed in 1..=ORGANIZATIONS {
        let (document, version) = organization(seed);
        let outcome = Outcome::of(&document, version.number());
        let input = compare::input(&document, "contoso.com", version);
        let report = Estimate::of(&input).report(usize::MAX);
        let found = differences_of(&report, &outcome);
        if found.is_empty() {
            told += hold_rows(&report, &outcome, &format!("organization {seed}"));
        } else {
            differences.push((seed, version, found));
        }
    }
    let shown = differences.iter().take(20);
    let shown: Vec<String> = shown
        .map(|(seed, version, found)| format!("organization {seed}, {version:?}: {}", found.join("; ")))
        .collect();
    let count = differences.len();
    assert_eq!(count, 0, "{count} of {ORGANIZATIONS} organizations differ:\n{}", shown.join("\n"));
    assert!(told > 2_000, "too few rows are held against the accounts that they tell of: {told}");
}

#[test]
fn the_draws_exercise_each_rule() {
    let mut organizations: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in 1..=ORGANIZATIONS {
        let (document, version) = organization(seed);
        let outcome = Outcome::of(&document, version.number());
        for rule in outcome.rules.iter().chain(outcome.sections.keys()) {
            *organizations.entry(rule).or_default() += 1;
        }
    }
    let lines: Vec<String> =
        organizations.iter().map(|(rule, count)| format!("{rule:24} {count:5}\n")).collect();
    let table = lines.concat();
    // Shown with `--nocapture`.
    io::stdout().write_all(table.as_bytes()).expect("standard output");
    let rules = rules();
    assert!(rules.len() > 20, "the page's table is not understood: {rules:?}");
    for rule in rules.iter().chain(&SECTIONS) {
        let count = organizations.get(rule).copied().unwrap_or_default();
        assert!(count >= DRAWS, "{rule} decides something in {count} organizations only:\n{table}");
    }
}

/// The names of the page's rules, without `licences`, which shapes a finding and nothing that is compared; and what the page
/// says below them.
fn rules() -> Vec<&'static str> {
    let names = PAGE.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    names.filter(|name| *name != "licences").chain(["version-1", "composed-form"]).collect()
}

const PAGE: &str = include_str!("../../../docs/guides/sync-rules.md");

const SECTIONS: [&str; 8] =
    ["adding", "updating", "deleting", "deactivating", "recreating", "unmatched", "blocked", "exempt"];

fn organization(seed: u64) -> (Value, SyncVersion) {
    let case = Case::of(seed);
    let mut document = case.whole();
    draws::vary(&mut document, &mut Random::new(seed));
    (document, if case.version == 1 { SyncVersion::V1 } else { SyncVersion::V2 })
}

/// Where the two part, in words.
fn differences_of(report: &Report, outcome: &Outcome) -> Vec<String> {
    let mut found = Vec::new();
    for (title, section) in report.sections() {
        let title = title.to_lowercase();
        let of_address = |key: &String| key.split(' ').next().unwrap_or_default().to_owned();
        let first: BTreeSet<String> = section.rows.keys().map(of_address).collect();
        let second = outcome.sections.get(title.as_str()).cloned().unwrap_or_default();
        for (key, row) in section.rows.iter().filter(|(key, _)| !second.contains(&of_address(key))) {
            found.push(format!("{title} of the report only: {key}, {}", row.text));
        }
        for address in second.difference(&first) {
            found.push(format!("{title} of the page only: {address}"));
        }
    }
    let counts = &report.counts;
    for (name, first) in [
        ("adding", counts.adding),
        ("updating", counts.updating),
        ("deleting", counts.deleting),
        ("unmatched", counts.unmatched),
        ("exempt", counts.exempt),
        ("blocked", counts.blocked),
        ("unchanged", counts.unchanged),
        ("deactivating", counts.deactivating),
        ("recreating", counts.recreating),
        ("active_accounts", counts.active_accounts),
        ("kept", counts.kept),
        ("out_of_scope", counts.out_of_scope),
        ("removals", counts.removals),
    ] {
        let of = |name: &str| outcome.counts.get(name).copied().unwrap_or_default();
        let second = match name {
            "kept" => outcome.kept.values().sum(),
            "out_of_scope" => outcome.out_of_scope.values().sum(),
            "removals" => ["deleting", "unmatched", "deactivating", "recreating"].map(of).iter().sum(),
            _ => of(name),
        };
        if first != second {
            found.push(format!("{name}: {first}, by the page {second}"));
        }
    }
    for (what, first, second) in [
        ("kept", &counts.kept_because, &outcome.kept),
        ("out of scope", &counts.out_of_scope_because, &outcome.out_of_scope),
    ] {
        let first: Vec<(&str, u64)> = first.iter().map(|(text, count)| (text.as_str(), *count)).collect();
        let second: Vec<(&str, u64)> = second.iter().map(|(text, count)| (*text, *count)).collect();
        if first != second {
            found.push(format!("{what} because {first:?}, by the page {second:?}"));
        }
    }
    found
}

/// Holds what rows say against the accounts before and after.
fn hold_rows(report: &Report, outcome: &Outcome, place: &str) -> usize {
    for (address, (was, now)) in &outcome.becomes {
        let sections = [&report.adding, &report.updating, &report.deactivating, &report.recreating];
        let row = sections.iter().find_map(|section| section.rows.get(address));
        let row = row.unwrap_or_else(|| panic!("{place}: no row for {address}"));
        match was {
            None => told::expect_added(row, now, place),
            Some(was) => told::expect_updated(row, was, now, place),
        }
    }
    outcome.becomes.len()
}
