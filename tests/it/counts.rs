//! What every message has to be like: numbers of things go through `grammar::counted`, so that none says `1 accounts`, and no
//! text has a gap where a line of the source was broken without saying so.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::workspace::repository;

/// What messages count.
const THINGS: &[&str] = &[
    "accounts",
    "additions",
    "addresses",
    "applications",
    "arguments",
    "attempts",
    "attributes",
    "bytes",
    "changes",
    "characters",
    "credentials",
    "days",
    "deletions",
    "domains",
    "elements",
    "errors",
    "exemptions",
    "groups",
    "hours",
    "items",
    "keys",
    "licences",
    "lines",
    "minutes",
    "objects",
    "organizations",
    "pages",
    "permissions",
    "removals",
    "requests",
    "rows",
    "seconds",
    "secrets",
    "tenants",
    "times",
    "users",
    "warnings",
];

/// Where a plural stands behind a number all the same, each with the reason.
const ALLOWED: &[(&str, &str)] = &[
    ("src/framework/validators/text.rs", "{} to {} characters are required"),
    ("src/framework/validators/collection.rs", "{} to {} elements are required"),
    ("src/clients/graph/grants.rs", "the scopes take {} characters, of which"),
    ("src/clients/http/body.rs", "Body({} bytes)"),
    ("src/clients/http/error.rs", "more than {limit} bytes"),
    ("src/provider/resources/azure_application/model.rs", "at most {LONGEST_ADDRESS} characters"),
    // An option of a command.
    ("src/provider/commands/doctor/next.rs", "{program} import-blocks --domains"),
];

/// Crates whose texts nobody reads who uses the provider: what the services say, and our own tools.
const NOT_OURS: &[&str] = &["src/simulator/", "src/tools/", "src/walls/", "src/plugin-client/"];

#[test]
fn no_message_counts_by_hand() {
    let mut stray = Vec::new();
    let mut used = vec![false; ALLOWED.len()];
    for (relative, text) in texts() {
        for (number, line) in text.lines().enumerate().filter(|(_, line)| counts_by_hand(line)) {
            match ALLOWED.iter().position(|(file, words)| *file == relative && line.contains(words)) {
                Some(at) => used[at] = true,
                None => stray.push(format!("{relative}:{}: {}", number + 1, line.trim())),
            }
        }
    }
    assert!(stray.is_empty(), "not counted by `grammar::counted`:\n{}", stray.join("\n"));
    let idle: Vec<_> = ALLOWED.iter().zip(used).filter(|(_, used)| !used).collect();
    assert!(idle.is_empty(), "no longer needed: {idle:?}");
}

#[test]
fn no_message_has_a_gap() {
    let mut gaps = Vec::new();
    for (relative, text) in texts() {
        let found = text.lines().enumerate().filter(|(_, line)| has_a_gap(line));
        gaps.extend(found.map(|(number, line)| format!("{relative}:{}: {}", number + 1, line.trim())));
    }
    assert!(gaps.is_empty(), "a text that goes on after a row of blanks:\n{}", gaps.join("\n"));
}

/// Whether a text goes on after a row of blanks, other than at the beginning of a line of its own.
fn has_a_gap(line: &str) -> bool {
    let Some((_, literal)) = line.split_once('"') else { return false };
    let indents = |before: &str| before.ends_with("\\n") || before.trim_end().is_empty();
    literal.match_indices("   ").any(|(at, _)| !indents(literal[..at].trim_end()))
}

/// The sources of what the provider says, with their paths in the repository.
fn texts() -> Vec<(String, String)> {
    let relative = |path: &Path| {
        let path = path.strip_prefix(repository()).expect("a file of this repository");
        path.to_string_lossy().into_owned()
    };
    let all = sources(&repository().join("src")).into_iter().map(|path| (relative(&path), path));
    let ours = all.filter(|(relative, _)| !NOT_OURS.iter().any(|folder| relative.starts_with(folder)));
    ours.map(|(relative, path)| {
        let text = fs::read_to_string(&path).expect("a source file");
        (relative, text.split("#[cfg(test)]").next().unwrap_or_default().to_owned())
    })
    .collect()
}

/// Whether a value is put before a plural, or a text leaves it open whether there are several.
fn counts_by_hand(line: &str) -> bool {
    if ["//", "assert", "panic"].iter().any(|start| line.trim_start().starts_with(start))
        || !line.contains('"') && !line.trim_end().ends_with('\\')
    {
        return false;
    }
    let plural =
        |word: &str| THINGS.contains(&word.trim_matches(|letter: char| !letter.is_ascii_alphabetic()));
    // A word may stand between a number and what is counted: `3 active accounts`.
    let behind_a_value = line.split('}').skip(1).any(|rest| {
        rest.strip_prefix(' ')
            .is_some_and(|rest| rest.split(' ').take(2).any(plural) && !rest.starts_with("of "))
    });
    behind_a_value
        || THINGS
            .iter()
            .any(|things| things.strip_suffix('s').is_some_and(|one| line.contains(&format!("{one}(s)"))))
}

fn sources(directory: &Path) -> Vec<PathBuf> {
    let entries = directory.read_dir().expect("a directory of sources").flatten().map(|entry| entry.path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let files = files.into_iter().filter(|path| {
        path.extension().is_some_and(|ending| ending == "rs") && !path.to_string_lossy().ends_with("tests.rs")
    });
    files.chain(folders.iter().flat_map(|folder| sources(folder))).collect()
}

#[test]
fn what_is_counted_by_hand_is_found() {
    for stray in [
        r#"format!("{days} days")"#,
        r#"    "{} active accounts are"#,
        r#""{n} user(s)""#,
        "  {left} rows remain \\",
    ] {
        assert!(counts_by_hand(stray), "{stray}");
    }
    for fine in [
        r#"format!("{} of them", counted(1, "row"))"#,
        "// {days} days",
        r#"format!("{name} keeps its keys")"#,
    ] {
        assert!(!counts_by_hand(fine), "{fine}");
    }
}

#[test]
fn a_gap_is_found() {
    assert!(has_a_gap(r#"    "made with the description              `{name}`","#));
    for fine in [r#""import {{\n    to = x""#, r#""a  b""#, r#"    "  - {name}""#] {
        assert!(!has_a_gap(fine), "{fine}");
    }
}
