//! At a terminal: a bar while it works, colours for who wants them, and a question before a report is written.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::*;

/// Runs the program at a terminal of its own, types `answer` once it asks, and gives its exit code and all that the terminal
/// was sent.
fn at_terminal(
    environment: &BTreeMap<String, String>,
    arguments: &[&str],
    answer: &str,
) -> (Option<i32>, String) {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&ours).expect("its other end");
    unlockpt(&ours).expect("its other end");
    let name = ptsname(&ours, Vec::new()).expect("its name");
    let path = Path::new(std::ffi::OsStr::from_bytes(name.to_bytes())).to_owned();
    let theirs = || OpenOptions::new().read(true).write(true).open(&path).expect("the terminal");
    let mut command = command(environment, arguments);
    command.stdin(theirs()).stdout(theirs()).stderr(theirs());
    let mut process = command.spawn().expect("the program runs");
    // Only the program holds the other end now: its end ends the reading.
    drop(command);
    let mut ours = File::from(ours);
    let (mut shown, mut buffer, mut asked) = (Vec::new(), [0; 4096], false);
    while let Ok(read @ 1..) = ours.read(&mut buffer) {
        shown.extend(&buffer[..read]);
        if !asked && String::from_utf8_lossy(&shown).contains("[y/N]") {
            asked = true;
            ours.write_all(answer.as_bytes()).expect("typed");
        }
    }
    let code = process.wait().expect("its end").code();
    (code, String::from_utf8_lossy(&shown).into_owned())
}

/// What is left on the screen: a line that is taken off is not.
fn left(shown: &str) -> String {
    let line =
        |line: &str| line.rsplit("\r\u{1b}[2K").next().unwrap_or_default().trim_end_matches('\r').to_owned();
    shown.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_bar_shows_how_far_it_is_and_leaves_nothing_behind() {
    let simulator = Simulator::within(&["--users", "2"]);
    let (code, shown) = at_terminal(&simulator.environment(), &["contoso.com"], "");
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("]  0/13 Entra credential") && shown.contains("] 12/13 Next run"), "{shown}");
    let left = left(&shown);
    assert!(!left.contains("/13") && left.contains("Healthy: nothing stands in the way."), "{left}");
    let steps = left.lines().filter(|line| line.starts_with("\u{1b}[32mok   \u{1b}[0m  "));
    assert_eq!(steps.count(), 13, "{left}");
}

#[test]
fn colours_are_spared_whoever_does_not_want_them() {
    let simulator = Simulator::within(&["--users", "2"]);
    for (name, value) in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let mut environment = simulator.environment();
        environment.insert(name.to_owned(), value.to_owned());
        let (code, shown) = at_terminal(&environment, &["contoso.com"], "");
        assert!(code == Some(0) && !shown.contains("\u{1b}[3"), "{name}: {shown}");
    }
}

#[test]
fn a_report_is_written_when_somebody_says_yes_and_only_then() {
    let simulator = Simulator::within(&["--users", "2"]);
    let directory = tempfile::tempdir().expect("a directory");
    for (number, (answer, is_written)) in [
        ("y\r", true),
        ("Yes\r", true),
        ("n\r", false),
        ("\r", false),
        ("yes please\r", false),
        ("\u{4}", false),
    ]
    .into_iter()
    .enumerate()
    {
        let file = directory.path().join(format!("report-{number}.md"));
        let name = file.to_str().expect("UTF-8");
        let (code, shown) = at_terminal(&simulator.environment(), &["contoso.com", "--report", name], answer);
        assert_eq!((code, file.exists()), (Some(0), is_written), "{answer:?}: {shown}");
        // It is shown before anybody is asked.
        let (before, after) = shown.split_once("[y/N]").expect("a question");
        assert!(before.contains("# Conformance report") && before.contains("## Members"), "{before}");
        // What it comes to is still on the screen.
        let (_, last) = before.rsplit_once("## Members").expect("the report");
        assert!(
            last.contains("Healthy: nothing stands in the way.") && last.contains("terraform plan"),
            "{last}"
        );
        let told = if is_written { "is written: 0 differences" } else { "Nothing was written." };
        assert!(after.contains(told), "{answer:?}: {after}");
    }
}

#[test]
fn an_interruption_at_the_question_writes_nothing() {
    let simulator = Simulator::within(&["--users", "2"]);
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("report.md");
    let name = file.to_str().expect("UTF-8");
    // The terminal is not the one that rules the program: its ^C is a letter, which is no yes.
    let (code, shown) = at_terminal(&simulator.environment(), &["contoso.com", "--report", name], "\u{3}\r");
    assert!(matches!(code, Some(0 | 130)) && !file.exists(), "{code:?} {shown}");
}

#[test]
fn a_file_that_can_never_be_written_is_refused_before_anybody_is_asked() {
    let simulator = Simulator::within(&["--users", "2"]);
    let directory = tempfile::tempdir().expect("a directory");
    let link = directory.path().join("link.md");
    std::os::unix::fs::symlink(directory.path().join("nowhere"), &link).expect("a link");
    let gone = directory.path().join("gone/report.md");
    simulator.forget_requests();
    for file in [link.as_path(), gone.as_path(), Path::new("")] {
        let name = file.to_str().expect("UTF-8");
        let (code, shown) = at_terminal(&simulator.environment(), &["contoso.com", "--report", name], "y\r");
        assert!(code == Some(1) && !shown.contains("[y/N]"), "{name}: {shown}");
    }
    assert!(simulator.requests().is_empty());
}
