//! That safety hangs on no list kept by hand: whoever adds an argument of the sync, a member of a PUT or a switch has to
//! decide in each place that matters what it means there, or nothing compiles.
//!
//! Each is added to the copy of the workspace that `dead` makes, and rustc has to object in exactly the functions below.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use crate::Findings;
use crate::merged::Merged;
use crate::workspace::{Workspace, cargo};

/// A field that is added to a struct, and who has to decide about it.
struct Addition {
    file: &'static str,
    /// The line that it comes before.
    before: &'static str,
    field: &'static str,
    /// File, function and rustc's code: E0027 where it is taken apart, E0063 where it is made.
    decide: &'static [(&'static str, &'static str, &'static str)],
}

const ADDITIONS: &[Addition] = &[
    Addition {
        file: "src/provider/resources/azure_sync/model.rs",
        before: "        /// Addresses that the sync leaves alone, in lower case.",
        field: "        /// An argument of the sync.\n        undecided: Attr<bool> => optional(),\n",
        decide: &[
            // What a PUT carries.
            ("src/provider/resources/azure_sync/settings.rs", "of", "E0027"),
            // What keeps a change from being judged while it is unknown.
            ("src/provider/resources/azure_sync/due.rs", "decisive", "E0027"),
        ],
    },
    Addition {
        file: "src/clients/essentials/settings.rs",
        before: "    pub primary_domain: String,",
        field: "    /// A member of a PUT.\n    pub undecided: bool,\n",
        decide: &[
            // What is compared and sent, and what an answer means for it.
            ("src/clients/essentials/settings.rs", "members", "E0027"),
            ("src/clients/essentials/settings.rs", "over", "E0063"),
            // Which argument it comes from.
            ("src/provider/resources/azure_sync/settings.rs", "settings", "E0063"),
        ],
    },
    Addition {
        file: "src/sync-report/switches.rs",
        before: "    pub default_role: Role,",
        field: "    pub undecided: bool,\n    /// Role of new users.\n",
        decide: &[
            // What it is by default, that it widens, and that it may explain what became of a row.
            ("src/sync-report/switches.rs", "default", "E0063"),
            ("src/sync-report/switches.rs", "flags", "E0027"),
            ("src/sync-report/switches.rs", "flags_mut", "E0027"),
            // Where it comes from: a PUT, what the stack shows, and what a preview names itself.
            ("src/provider/preview/organization.rs", "switches", "E0063"),
            ("src/provider/preview/organization.rs", "shown_switches", "E0063"),
            ("src/provider/data_sources/azure_sync_preview/mod.rs", "named_over", "E0063"),
        ],
    },
];

pub(crate) fn check(workspace: &Workspace) -> Findings {
    let merged = Merged::write(workspace)?;
    let mut findings = Vec::new();
    for addition in ADDITIONS {
        let file = merged.home.join(addition.file);
        let told = |error: &std::io::Error| format!("{}: {error}", addition.file);
        let text = fs::read_to_string(&file).map_err(|error| told(&error))?;
        let Some(at) = text.find(addition.before) else {
            findings.push(format!("{}: `{}` is not there any more", addition.file, addition.before.trim()));
            continue;
        };
        let (head, tail) = text.split_at(at);
        fs::write(&file, format!("{head}{}{tail}", addition.field)).map_err(|error| told(&error))?;
    }
    let objections = objections(workspace, &merged)?;
    let expected = ADDITIONS.iter().flat_map(|addition| addition.decide);
    let expected = expected.map(|(file, function, code)| format!("{file}: {function}: {code}")).collect();
    findings.extend(judge(&objections, &expected));
    Ok(findings)
}

fn judge(objections: &BTreeSet<String>, expected: &BTreeSet<String>) -> Vec<String> {
    let silent = expected.difference(objections);
    let silent = silent.map(|place| format!("nobody has to decide there about a new field: {place}"));
    let new = objections.difference(expected);
    let new =
        new.map(|place| format!("a new field is decided on here as well, add it to decided.rs: {place}"));
    silent.chain(new).collect()
}

/// File, function and code of each error of rustc.
fn objections(workspace: &Workspace, merged: &Merged) -> Result<BTreeSet<String>, String> {
    let mut command = cargo(&workspace.root);
    command.args(["check", "--quiet", "--offline", "--message-format=json", "--bins", "--manifest-path"]);
    command.arg(merged.home.join("Cargo.toml")).arg("--target-dir").arg(&workspace.target);
    command.envs(merged.variables.iter().cloned());
    let output = command.output().map_err(|error| format!("cargo did not start: {error}"))?;
    let messages = String::from_utf8_lossy(&output.stdout).into_owned();
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
    let mut objections = BTreeSet::new();
    for message in messages.map(|message| message["message"].clone()).filter(|m| m["level"] == "error") {
        let Some(code) = message["code"]["code"].as_str() else { continue };
        let spans = message["spans"].as_array().into_iter().flatten();
        for span in spans.filter(|span| span["is_primary"] == true) {
            let file = Path::new(span["file_name"].as_str().unwrap_or_default());
            let line =
                span["line_start"].as_u64().and_then(|line| usize::try_from(line).ok()).unwrap_or_default();
            let text = fs::read_to_string(merged.home.join(file)).unwrap_or_default();
            let file = file.strip_prefix(&merged.home).unwrap_or(file).display().to_string();
            objections.insert(format!("{file}: {}: {code}", function_around(&text, line)));
        }
    }
    Ok(objections)
}

/// The name of the function that a line stands in: the nearest one above.
fn function_around(text: &str, line: usize) -> String {
    let above: Vec<&str> = text.lines().take(line).collect();
    let name = above.iter().rev().find_map(|line| {
        let (before, after) = line.split_once("fn ")?;
        let is_declaration = before
            .trim()
            .split(' ')
            .all(|word| matches!(word, "" | "pub" | "pub(crate)" | "pub(super)" | "const" | "async"));
        let end = after.find(|letter: char| !letter.is_alphanumeric() && letter != '_')?;
        is_declaration.then(|| after[..end].to_owned())
    });
    name.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_keeps_silent_and_one_that_nobody_listed_are_both_told() {
        let set = |places: &[&str]| places.iter().map(|place| (*place).to_owned()).collect();
        let told =
            judge(&set(&["a.rs: f: E0027", "c.rs: h: E0063"]), &set(&["a.rs: f: E0027", "b.rs: g: E0027"]));
        assert_eq!(told.len(), 2);
        assert!(told[0].ends_with("b.rs: g: E0027") && told[1].ends_with("c.rs: h: E0063"), "{told:?}");
    }

    #[test]
    fn a_line_belongs_to_the_nearest_function_above() {
        let text = "impl A {\n    pub(super) async fn one(&self) {\n        let f: fn (u8);\n        x\n    }\n\n    fn two<T>() {\n        y\n";
        assert_eq!(function_around(text, 4), "one");
        assert_eq!(function_around(text, 8), "two");
        assert_eq!(function_around("x", 1), "");
    }
}
