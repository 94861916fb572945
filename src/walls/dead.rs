//! Items that nothing uses, `pub` ones too; `reach` adds those that are `pub` without need.
//!
//! What only tests use is dead as well, but for the libraries that others build on: theirs count as used when an example or
//! a test of the workspace uses them.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value as Json;

use crate::Findings;
use crate::merged::Merged;
use crate::reach;
use crate::workspace::{Kind, Workspace, cargo};

/// Packages whose public items are there for other packages than ours.
const FOR_OTHERS: &[&str] = &["tf-provider-framework", "tf-plugin-client"];

pub(crate) fn check(workspace: &Workspace) -> Findings {
    let merged = Merged::write(workspace)?;
    let in_production = unused(workspace, &merged, &["--bins"])?;
    let in_tests = unused(workspace, &merged, &["--tests"])?;
    let for_others = |finding: &Dead| {
        let libraries =
            workspace.packages.iter().filter(|package| FOR_OTHERS.contains(&package.name.as_str()));
        let mut homes = libraries.filter_map(|package| Some(package.library()?.file.parent()?.to_owned()));
        homes.any(|home| Path::new(&finding.file).starts_with(workspace.relative(&home)))
    };
    let tests = workspace.sources().filter(|(_, target)| target.kind == Kind::Test);
    let homes: Vec<_> = tests.filter_map(|(_, target)| target.file.parent()).collect();
    let of_tests = |finding: &Dead| {
        homes.iter().any(|home| Path::new(&finding.file).starts_with(workspace.relative(home)))
    };
    let production = in_production.into_iter().filter(|finding| !for_others(finding));
    let tests = in_tests.into_iter().filter(|finding| for_others(finding) || of_tests(finding));
    let all: BTreeSet<Dead> = production.chain(tests).collect();
    // What is dead is told once.
    let is_dead =
        |told: &String| all.iter().any(|dead| told.starts_with(&format!("{}:{}: ", dead.file, dead.line)));
    let mut unasked = reach::check(workspace, FOR_OTHERS)?;
    unasked.retain(|told| !is_dead(told));
    Ok([judge(&all, KNOWN), unasked].concat())
}

/// What is known to be dead, each with who is to connect it. The list only ever gets shorter: what has come to life or was
/// deleted has to go from here too.
const KNOWN: &str = include_str!("known-dead.txt");

/// What is wrong with the dead items found, when those are known.
fn judge(found: &BTreeSet<Dead>, known: &str) -> Vec<String> {
    let known: BTreeSet<&str> =
        known.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let key = |dead: &Dead| format!("{}: {}", dead.file, dead.message);
    let keys: BTreeSet<String> = found.iter().map(key).collect();
    let new = found.iter().filter(|dead| !known.contains(key(dead).as_str()));
    let new = new.map(|dead| format!("{}:{}: {}", dead.file, dead.line, dead.message));
    let gone = known.iter().filter(|known| !keys.contains(**known));
    new.chain(gone.map(|known| format!("no longer dead, take it from known-dead.txt: {known}"))).collect()
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Dead {
    file: String,
    line: u64,
    message: String,
}

/// What rustc calls dead.
fn unused(workspace: &Workspace, merged: &Merged, arguments: &[&str]) -> Result<Vec<Dead>, String> {
    let mut command = cargo(&workspace.root);
    command.args(["check", "--quiet", "--offline", "--message-format=json", "--manifest-path"]);
    command.arg(merged.home.join("Cargo.toml")).arg("--target-dir").arg(&workspace.target).args(arguments);
    command.envs(merged.variables.iter().cloned());
    let output = command.output().map_err(|error| format!("cargo did not start: {error}"))?;
    let messages = String::from_utf8_lossy(&output.stdout).into_owned();
    let messages: Vec<Json> = messages.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    if !output.status.success() {
        let errors = messages.iter().map(|message| &message["message"]).filter(|m| m["level"] == "error");
        let errors: String = errors.filter_map(|message| message["rendered"].as_str()).collect();
        return Err(format!("{errors}{}", String::from_utf8_lossy(&output.stderr)));
    }
    let mut found = Vec::new();
    for message in
        messages.iter().map(|message| &message["message"]).filter(|m| m["code"]["code"] == "dead_code")
    {
        let spans = message["spans"].as_array().into_iter().flatten();
        for span in spans.filter(|span| span["is_primary"] == true) {
            let file = Path::new(span["file_name"].as_str().unwrap_or_default());
            let file = file.strip_prefix(&merged.home).unwrap_or(file);
            if file.starts_with("out") {
                continue; // what a build script wrote
            }
            let text = span["text"][0]["text"].as_str().unwrap_or_default();
            let number =
                |key: &str| span[key].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(1) - 1;
            let name: String = text.chars().take(number("column_end")).skip(number("column_start")).collect();
            let message = message["message"].as_str().unwrap_or_default();
            let mut fate = [" never used", " never read", " never constructed"].into_iter();
            let fate = fate.find(|fate| message.contains(fate)).unwrap_or(message);
            found.push(Dead {
                file: file.display().to_string(),
                line: span["line_start"].as_u64().unwrap_or_default(),
                message: format!("`{name}` is{fate}"),
            });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A workspace of a library and a program that uses some of it.
    fn workspace(library: &str, program: &str) -> (tempfile::TempDir, Workspace) {
        let home = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = home.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let package =
            |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n");
        write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"library\", \"program\"]\n");
        write("library/Cargo.toml", &package("the-library"));
        write("library/src/lib.rs", library);
        write(
            "program/Cargo.toml",
            &(package("program")
                + "[dependencies]\nshelf = { path = \"../library\", package = \"the-library\" }\n"),
        );
        write("program/src/main.rs", program);
        let workspace = Workspace::read(home.path()).unwrap();
        (home, workspace)
    }

    #[test]
    fn planted_dead_items_are_found_and_what_another_crate_uses_is_not() {
        let (_home, workspace) = workspace(
            "pub mod a {\n    pub struct Used { pub read: u8, pub unread: u8 }\n    impl Used {\n        pub fn dead(&self) {}\n    }\n\
             }\npub fn used() -> a::Used { a::Used { read: 1, unread: 2 } }\npub fn unused() {}\npub enum Word { One, Two }\n\
             #[cfg(test)]\nmod tests { #[test] fn t() { crate::unused(); } }\n",
            "use shelf::Word;\nfn main() { let _ = (shelf::used().read, Word::One); }\n",
        );
        let found = check(&workspace).unwrap();
        let found: Vec<&String> =
            found.iter().filter(|finding| !finding.starts_with("no longer dead")).collect();
        assert_eq!(
            found,
            [
                "library/src/lib.rs:2: `unread` is never read",
                "library/src/lib.rs:4: `dead` is never used",
                "library/src/lib.rs:8: `unused` is never used",
                "library/src/lib.rs:9: `Two` is never constructed",
            ]
        );
    }

    #[test]
    fn what_is_known_passes_until_it_is_alive() {
        let dead = Dead { file: "a.rs".to_owned(), line: 3, message: "`f` is never used".to_owned() };
        let found = BTreeSet::from([dead]);
        assert_eq!(judge(&found, "# why\na.rs: `f` is never used\n"), Vec::<String>::new());
        assert_eq!(judge(&found, ""), ["a.rs:3: `f` is never used"]);
        assert_eq!(judge(&BTreeSet::new(), "a.rs: `f` is never used").len(), 1);
    }
}
