//! `doctor`, the program's look at both sides: what a person reads, what a pipeline reads, and that nothing changes.

mod screens;

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

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
