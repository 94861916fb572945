//! Items that nothing uses, `pub` ones too.
//!
//! What only tests use is dead as well, but for the libraries that others build on: theirs count as used when an example or
//! a test of the workspace uses them.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value as Json;

use crate::Findings;
use crate::merged::Merged;
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
    Ok(all.into_iter().map(|dead| format!("{}:{}: {}", dead.file, dead.line, dead.message)).collect())
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
            let fate = [" never used", " never read", " never constructed"].into_iter();
            let fate = fate.filter(|fate| message.contains(fate)).next().unwrap_or(message);
            found.push(Dead {
                file: file.display().to_string(),
                line: span["line_start"].as_u64().unwrap_or_default(),
                message: format!("`{name}` is{fate}"),
            });
        }
    }
    Ok(found)
}
