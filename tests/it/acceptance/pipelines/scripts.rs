//! The scripts alone, with a CLI that says what a test wants: what a forge would see of a plan that is not as it usually is.

use std::fs;
use std::process::{Command, Output};

use tempfile::TempDir;

use super::MARKER;
use crate::support::workspace::repository;

/// Runs a script in a directory with these files, and gives what is there then.
fn run(script: &str, files: &[(&str, &str)], path: &str) -> (TempDir, Output) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    for (name, text) in files {
        fs::write(dir.path().join(name), text).expect("a file");
    }
    if dir.path().join("tofu").exists() {
        let status = Command::new("chmod").arg("755").arg(dir.path().join("tofu")).status().expect("chmod");
        assert!(status.success());
    }
    let mut command = Command::new("/bin/sh");
    command.arg(repository().join("examples/pipelines/ci").join(script)).current_dir(dir.path());
    let output = command.env("TOFU", "./tofu").env("PATH", path).output().expect("sh");
    (dir, output)
}

const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// A CLI whose plan is empty, and which shows this of it.
fn cli(shown: &str) -> String {
    let saved = "for one; do case $one in -out=*) : > \"${one#-out=}\" ;; esac; done";
    format!("#!/bin/sh\nif [ \"$1\" = plan ]; then {saved}; else echo '{shown}'; fi\n")
}

#[test]
fn a_nightly_look_that_cannot_be_read_is_no_good_news() {
    let look = |shown: &str, path: &str| run("nightly.sh", &[("tofu", &cli(shown))], path).1;
    for shown in ["{}", r#"{ "checks": [] }"#, r#"{ "checks": [{ "status": "pass" }] }"#] {
        let output = look(shown, PATH);
        assert_eq!(output.status.code(), Some(0), "{shown}: {output:?}");
    }
    let failed = r#"{ "checks": [{ "status": "fail", "address": { "to_display": "check.one" } }] }"#;
    let output = look(failed, PATH);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "Failed: check.one\n");
    // What jq can't read; and no jq at all.
    for (shown, path) in [(r#"{ "checks": 7 "#, PATH), (failed, "/nowhere")] {
        let output = look(shown, path);
        assert!(!matches!(output.status.code(), Some(0 | 3)), "{shown} {path}: {output:?}");
    }
}

#[test]
fn a_report_that_is_not_known_yet_is_told_to_be_so() {
    let unknown = cli(r#"{ "planned_values": { "outputs": {} } }"#);
    let (dir, output) = run("plan.sh", &[("tofu", &unknown)], PATH);
    assert!(output.status.success(), "{output:?}");
    let report = fs::read_to_string(dir.path().join("report.md")).expect("the report");
    assert!(report.contains("not known yet") && !report.contains("null"), "{report}");
}

/// As where the output joins the reports of many organizations, with parts that are folded.
#[test]
fn a_report_that_is_longer_than_a_comment_is_cut_and_leaves_room_for_the_plan() {
    let row = "| `a@contoso.com` | of whom there is much to say |\n";
    let report = format!("### One\n<details><summary>Adding (9)</summary>\n\n{}", row.repeat(4000));
    let plan = "  + proofpoint_azure_sync.this will be created\n".repeat(10);
    let files = [("report.md", report.as_str()), ("plan.txt", &plan), ("changes", "true\n")];
    let (dir, output) = run("comment.sh", &files, PATH);
    assert!(output.status.success(), "{output:?}");
    let comment = fs::read_to_string(dir.path().join("comment.md")).expect("the comment");
    assert!(comment.len() <= 65_536 && comment.len() > 62_000, "{} bytes", comment.len());
    assert!(comment.starts_with(MARKER) && comment.ends_with("</pre></details>\n"));
    assert_eq!(comment.matches("will be created").count(), 10);
    assert_eq!(comment.matches("<details>").count(), comment.matches("</details>").count());
    let after =
        "</details>\n\n... the rest is in the log of the job.\n\n<details><summary>The plan</summary>";
    assert!(comment.contains(after), "{}", &comment[comment.len() - 1200..]);
    // Where it says that the rest is.
    assert!(String::from_utf8_lossy(&output.stdout).contains(&report));
}
