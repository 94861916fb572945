//! `doctor`, the program's look at both sides: what a person reads, what a pipeline reads, and that nothing changes.

mod findings;
mod mutations;
mod next_command;
mod screens;
mod sign_ins;
#[cfg(unix)]
mod terminal;
mod weather;

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::simulator::Simulator;
use crate::support::workspace::provider;

/// What a run came to.
#[derive(Debug)]
struct Seen {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

/// The program with this environment and no other.
fn command(environment: &BTreeMap<String, String>, arguments: &[&str]) -> Command {
    let mut command = Command::new(provider());
    command.arg("doctor").args(arguments).env_clear().envs(environment).stdin(Stdio::null());
    command
}

/// Runs it to its end.
fn doctor(environment: &BTreeMap<String, String>, arguments: &[&str]) -> Seen {
    let output = command(environment, arguments).output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Seen { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// The command that looks again, as the program tells it: with itself as it was started.
fn again(arguments: &str) -> String {
    format!("{} doctor {arguments}", provider().display())
}

/// The same, which may have changed nothing and may tell no secret.
#[track_caller]
fn look(simulator: &Simulator, environment: &BTreeMap<String, String>, arguments: &[&str]) -> Seen {
    simulator.forget_requests();
    let seen = doctor(environment, arguments);
    assert!(simulator.writes().is_empty(), "{:#?}", simulator.writes());
    simulator.assert_every_route_was_known();
    for secret in simulator.secrets() {
        let tells = seen.stdout.contains(&secret) || seen.stderr.contains(&secret);
        assert!(!tells, "a secret was told");
    }
    seen
}

#[test]
#[cfg(unix)]
fn an_interruption_ends_it_at_once() {
    for json in [&["contoso.com"][..], &["contoso.com", "--json"]] {
        let simulator = Simulator::within(&["--users", "2"]);
        simulator.set_faults(&json!([{ "method": "GET", "path": "/api/v1/me", "delay": 60_000 }]));
        let environment = simulator.environment();
        let process = command(&environment, json).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let process = process.expect("the program runs");
        let start = Instant::now();
        // The log has what was answered: the token, and what the tenant is called.
        while simulator.requests().len() < 2 && start.elapsed() < Duration::from_secs(30) {}
        let sent = Command::new("kill").args(["-INT", &process.id().to_string()]).status().expect("kill");
        assert!(sent.success());
        let interrupted = Instant::now();
        let output = process.wait_with_output().expect("its end");
        assert!(interrupted.elapsed() < Duration::from_secs(5), "{:?}", interrupted.elapsed());
        assert_eq!(output.status.code(), Some(130), "{output:?}");
        let told = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(told.contains("Interrupted. Nothing was changed."), "{told}");
    }
}

#[test]
fn a_side_that_hangs_leaves_time_for_the_other() {
    let simulator = Simulator::within(&["--users", "2"]);
    simulator.set_faults(&json!([{ "method": "POST", "path": "/*/oauth2/v2.0/token", "delay": 60_000 }]));
    let start = Instant::now();
    let seen = doctor(&simulator.environment(), &["contoso.com"]);
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    assert_eq!(seen.code, Some(4), "{seen:?}");
    assert!(seen.stdout.contains("ok     Organization           `contoso.com` on "), "{}", seen.stdout);
    assert!(seen.stdout.contains("The sign-in to Entra was not finished."), "{}", seen.stdout);
    // Nobody says that the secret is wrong.
    assert!(seen.stdout.ends_with(&format!("\nNext:\n\n  {}\n", again("contoso.com"))), "{}", seen.stdout);
}

#[test]
fn what_is_not_understood_does_nothing() {
    let none = BTreeMap::new();
    for (arguments, told) in [
        (&[][..], "It takes a domain of the organization"),
        (&["contoso.com", "--frobnicate"], "`--frobnicate` is not an option"),
    ] {
        let seen = doctor(&none, arguments);
        assert_eq!((seen.code, seen.stdout.as_str()), (Some(1), ""), "{seen:?}");
        assert!(seen.stderr.contains(told), "{seen:?}");
    }
    let list = Command::new(provider()).arg("--help").output().expect("the program runs").stdout;
    let list = String::from_utf8(list).expect("UTF-8");
    assert!(list.contains("\n  doctor         Look at both sides of a domain"), "{list}");
    let help = doctor(&none, &["--help"]);
    assert!(help.stdout.starts_with("Usage: terraform-provider-proofpoint doctor DOMAIN ["), "{help:?}");
    assert!(help.stdout.contains("Exit codes:\n  0    healthy"), "{help:?}");
}
