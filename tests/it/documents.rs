//! What every page and every example has to have, by reading them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::workspace::repository;

/// Our own files below a folder of the repository, with these endings.
fn files(below: &str, endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = vec![repository().join(below)];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            // A CLI leaves its copies of modules and providers there.
            if path.file_name().is_some_and(|name| name != ".terraform") {
                open.extend(path.read_dir().expect("a directory").flatten().map(|entry| entry.path()));
            }
        } else if endings.iter().any(|ending| path.extension().is_some_and(|given| given == *ending)) {
            let text = fs::read_to_string(&path).expect("a text");
            found.push((shown(&path), text));
        }
    }
    found.sort();
    assert!(!found.is_empty(), "{below}");
    found
}

fn shown(path: &Path) -> String {
    path.strip_prefix(repository()).expect("of the repository").display().to_string()
}

/// The description in a page's front matter.
fn description(page: &str) -> &str {
    let front =
        page.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")).expect("front matter").0;
    front.split_once("description: |-\n").expect("a description").1.trim()
}

#[test]
fn front_matter_is_plain_text_of_one_paragraph() {
    for (page, text) in files("docs", &["md"]) {
        let description = description(&text);
        assert!(
            !description.contains(['`', '*', '[', '\n', '<']) && !description.is_empty(),
            "{page}: {description}"
        );
    }
}

#[test]
fn every_configuration_of_its_own_says_which_versions_it_takes() {
    let mut seen = 0;
    let sources = [files("examples", &["tf", "md"]), files("docs", &["md"]), files("README.md", &["md"])];
    for (file, text) in sources.concat() {
        for block in text.split("\nterraform {\n").skip(1).chain(text.strip_prefix("terraform {\n")) {
            let block = block.split("\n}").next().unwrap_or_default();
            let ours =
                ["azuresync/proofpoint\"", "example/another\""].iter().any(|source| block.contains(source));
            if !ours {
                continue;
            }
            seen += 1;
            assert!(block.contains("required_version = \">= "), "{file}: which CLI?\n{block}");
            let provider =
                block.split("\"azuresync/proofpoint\"").nth(1).or(block.split("\"example/another\"").nth(1));
            let rest = provider.unwrap_or_default().split('}').next().unwrap_or_default();
            assert!(rest.contains("version = \"~> "), "{file}: which version of the provider?\n{block}");
        }
    }
    assert!(seen > 8, "{seen}");
}

#[test]
fn a_data_source_lists_its_own_permissions_and_a_function_the_clis_it_needs() {
    for (page, text) in files("docs/data-sources", &["md"]) {
        assert!(text.contains("\n## API Permissions\n"), "{page}");
    }
    for (page, text) in files("docs/functions", &["md"]) {
        assert!(text.contains("Terraform 1.8") && text.contains("OpenTofu 1.7"), "{page}");
    }
}

#[test]
fn terms_are_defined_once_and_where_they_are_looked_for() {
    let terms = fs::read_to_string(repository().join("docs/guides/terms.md")).expect("the guide");
    let defined: Vec<&str> = terms
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(" | ").next())
        .filter(|term| !["Term", "---"].contains(term))
        .collect();
    for term in ["functional account", "silent user", "stack", "exemption", "out of scope"] {
        assert_eq!(defined.iter().filter(|known| **known == term).count(), 1, "{term}");
    }
    let index = fs::read_to_string(repository().join("docs/index.md")).expect("the index");
    for guide in ["terms", "logging-and-bug-reports", "sign-in-openid-connect", "sign-in-proofpoint"] {
        assert!(index.contains(&format!("(guides/{guide}.md)")), "{guide}");
    }
}

#[test]
fn no_link_of_a_page_leaves_the_pages() {
    for (page, text) in files("docs", &["md"]) {
        assert!(!text.contains("](../../"), "{page}: dead where a registry shows it");
    }
}

/// Phrases of another language in English words.
const STILTED: &[&str] =
    &["belongs into", "belong into", "is no valid", "are no valid", "is no usable", "informations"];

#[test]
fn the_english_is_english() {
    let texts =
        [files("docs", &["md"]), files("examples", &["tf", "md", "hcl"]), files("src", &["rs", "md"])]
            .concat();
    for (file, text) in texts {
        for phrase in STILTED {
            assert!(!text.contains(phrase), "{file}: {phrase}");
        }
    }
}

#[test]
fn the_readme_is_about_use_before_it_is_about_tests() {
    let readme = fs::read_to_string(repository().join("README.md")).expect("README.md");
    let place = |heading: &str| readme.find(heading).unwrap_or_else(|| panic!("{heading}"));
    assert!(place("\n## Use it\n") < place("\n## Test your own configurations"));
}
