//! What the README claims to be tested with, `.ci/matrix` demands and the nightly workflow runs: each CLI in all three.

use std::collections::BTreeSet;
use std::fs;

use crate::support::workspace::repository;

#[test]
fn each_cli_that_is_claimed_is_run_every_night() {
    let readme = read("README.md");
    let claimed: BTreeSet<String> = readme
        .split("| CLI |")
        .nth(1)
        .expect("the table of CLIs")
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .filter_map(|line| line.trim_matches(['|', ' ']).split(" | ").next())
        .filter(|cell| !cell.starts_with('-'))
        .flat_map(|cell| {
            let (product, versions) = cell.split_once(' ').expect("a product and its versions");
            let of = |version: &str| format!("{product} {version}");
            versions.split(", ").map(of).collect::<Vec<_>>()
        })
        .collect();
    assert!(claimed.len() > 10, "{claimed:?}");

    let demanded = quoted(between(&read(".ci/matrix"), "claimed=(", "\n)"), '\'');
    assert_eq!(claimed, demanded.into_iter().collect());

    let nightly = read(".github/workflows/nightly.yml");
    let mut run = BTreeSet::new();
    for (job, product) in [("\n  terraform:", "Terraform"), ("\n  opentofu:", "OpenTofu")] {
        let versions = quoted(between(between(&nightly, job, "steps:"), "version: [", "]"), '"');
        run.extend(versions.into_iter().map(|version| format!("{product} {version}")));
    }
    assert_eq!(claimed, run);
}

#[test]
fn every_action_of_a_workflow_is_pinned_by_its_hash() {
    let workflows = repository().join(".github/workflows");
    let mut unpinned = Vec::new();
    for entry in workflows.read_dir().expect("workflows").flatten() {
        let text = fs::read_to_string(entry.path()).expect("a workflow");
        for used in
            text.lines().filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("uses: "))
        {
            let (hash, version) =
                used.split_once('@').and_then(|(_, end)| end.split_once(" # v")).unwrap_or_default();
            let pinned = hash.len() == 40 && hash.chars().all(|digit| digit.is_ascii_hexdigit());
            if !pinned || version.is_empty() {
                unpinned.push(format!("{}: {used}", entry.path().display()));
            }
        }
    }
    assert!(unpinned.is_empty(), "{unpinned:#?}");
}

/// `grep -q` leaves when it has found something. Whoever still writes to it fails then, and under `pipefail` the pipe with it:
/// now and then, on what is sound.
#[test]
fn no_script_pipes_into_what_leaves_before_the_end() {
    let mut wrong = Vec::new();
    for entry in repository().join(".ci").read_dir().expect("scripts").flatten() {
        let text = fs::read_to_string(entry.path()).unwrap_or_default();
        if !text.contains("pipefail") {
            continue;
        }
        let quiet = |part: &str| {
            part.trim_start()
                .strip_prefix("grep -")
                .is_some_and(|rest| rest.split(' ').next().is_some_and(|switches| switches.contains('q')))
        };
        // What stands after `||` reads no pipe.
        let piped =
            |line: &&str| line.replace("||", "\n").split('\n').any(|one| one.split('|').skip(1).any(quiet));
        wrong.extend(text.lines().filter(piped).map(|line| format!("{}: {line}", entry.path().display())));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn read(name: &str) -> String {
    fs::read_to_string(repository().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let rest = text.split_once(start).unwrap_or_else(|| panic!("no {start}")).1;
    rest.split_once(end).unwrap_or_else(|| panic!("no {end}")).0
}

/// What stands between marks of quotation.
fn quoted(text: &str, mark: char) -> Vec<String> {
    text.split(mark).skip(1).step_by(2).map(str::to_owned).collect()
}
