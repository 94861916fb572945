//! Numbers of things go through `grammar::counted`: no message says `1 accounts`.

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
];

/// Crates whose texts nobody reads who uses the provider: what the services say, and our own tools.
const NOT_OURS: &[&str] = &["src/simulator/", "src/tools/", "src/walls/", "src/plugin-client/"];

#[test]
fn no_message_counts_by_hand() {
    let mut stray = Vec::new();
    let mut used = vec![false; ALLOWED.len()];
    for path in sources(&repository().join("src")) {
        let relative = path
            .strip_prefix(repository())
            .expect("a file of this repository")
            .to_string_lossy()
            .into_owned();
        if NOT_OURS.iter().any(|folder| relative.starts_with(folder)) {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a source file");
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
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
