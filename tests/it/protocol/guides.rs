//! What the guides promise: that the errors they explain exist, and that the identity they make is enough.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::azure_cli::made_by;
use crate::support::printed::blocks;
use crate::support::quickstart::Quickstart;
use crate::support::sign_in::application_with;
use crate::support::simulator::Simulator;
use crate::support::workspace::repository;

fn guide(name: &str) -> String {
    let path = repository().join("docs/guides").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every literal of the code that speaks to people.
fn code() -> String {
    let mut text = String::new();
    let mut directories: Vec<PathBuf> =
        vec![repository().join("src/provider"), repository().join("src/clients")];
    while let Some(directory) = directories.pop() {
        for path in directory.read_dir().expect("a directory").flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                directories.push(path);
            } else if is_code(&path) {
                text += &fs::read_to_string(path).expect("a file of the code");
            }
        }
    }
    text
}

fn is_code(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".rs") && !name.contains("tests")
}

#[test]
fn each_error_of_the_guide_has_its_title_in_the_code() {
    let (guide, code) = (guide("errors.md"), code());
    let literals: Vec<&str> = code.split('"').collect();
    let titles: Vec<&str> = guide.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    assert!(titles.len() > 20, "{titles:?}");
    let is_said = |title: &str| {
        // `…` stands for what the code fills in.
        let parts: Vec<&str> = title.split('…').collect();
        literals.iter().any(|literal| {
            let mut rest = literal.starts_with(parts[0]).then_some(*literal);
            for part in &parts[1..] {
                rest = rest.and_then(|rest| rest.split_once('{')?.1.split_once('}')).map(|(_, rest)| rest);
                rest = rest.filter(|rest| rest.starts_with(part));
            }
            rest.is_some_and(|rest| parts.len() > 1 || rest == title)
        })
    };
    let unknown: Vec<&&str> = titles.iter().filter(|title| !is_said(title)).collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
}

#[test]
fn the_first_identity_is_enough_for_the_quick_start() {
    let blocks = blocks("docs/guides/first-identity.md", "Entra ID, with commands", "shell");
    let [made] = made_by(&blocks).try_into().expect("one identity");
    let permissions = &made.permissions;
    assert!(made.has_secret && made.consents == 2, "{made:?}");
    let simulator = Simulator::start(&["--users", "3"]);
    let (client_id, secret) = application_with(&simulator, permissions.iter().map(String::as_str));
    let mut quickstart = Quickstart::start(simulator);
    quickstart.set("ARM_CLIENT_ID", &client_id);
    quickstart.set("ARM_CLIENT_SECRET", &secret);
    assert_eq!(quickstart.converge().len(), 3);
    quickstart.restart();
    assert!(quickstart.converge().is_empty(), "a second plan changes something");
    quickstart.destroy();
    // None of them is there for nothing: without what grants, there is no consent.
    assert!(
        permissions.iter().any(|one| one == "AppRoleAssignment.ReadWrite.All") && permissions.len() == 5,
        "{permissions:?}"
    );
}
