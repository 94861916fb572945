//! A command of a CLI that may die on its way.

use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use reqwest::Method;

use super::disturbance::Death;
use super::wire::Fatal;
use crate::support::simulator::Simulator;
use crate::support::workspace::{Outcome, Workspace};

/// A command that hangs longer has failed the rule that waiting ends at its deadline.
const HANGS: Duration = Duration::from_secs(240);

/// Between two looks at whether a command has got to where it dies.
const BETWEEN_LOOKS: Duration = Duration::from_millis(15);

/// Runs a command, which dies at a request where it ever gets there. None when it died.
pub(super) fn run(
    workspace: &Workspace,
    simulator: &Simulator,
    arguments: &[&str],
    death: Option<(Death, Fatal)>,
    faults: &[serde_json::Value],
) -> Option<Outcome> {
    let mut orders: Vec<serde_json::Value> = death.iter().map(|(_, fatal)| fatal.order()).collect();
    orders.extend_from_slice(faults);
    simulator.set_faults(&orders.into());
    let mut child = workspace.start("command", arguments);
    let (process, start) = (child.id(), Instant::now());
    let (ended, end) = mpsc::channel();
    thread::spawn(move || ended.send(child.wait().expect("the CLI's exit code").code()));
    let mut to_kill = death.map(|(death, _)| death);
    let code = loop {
        let patience = if to_kill.is_some() { BETWEEN_LOOKS } else { HANGS.saturating_sub(start.elapsed()) };
        if let Ok(code) = end.recv_timeout(patience) {
            break code;
        }
        // The fatal one is the first in the list.
        if to_kill.is_some() && simulator.control(Method::GET, "faults", None)[0]["count"] == 0 {
            match to_kill.take() {
                Some(Death::Provider) => drop(workspace.kill_provider()),
                Some(Death::Cli) => signal("-9", process),
                Some(Death::Interrupted) => signal("-INT", process),
                None => {}
            }
        }
        if start.elapsed() > HANGS {
            signal("-9", process);
            panic!("`{}` hangs: {}", arguments.join(" "), printed(workspace));
        }
    };
    let killed = death.is_some() && to_kill.is_none();
    simulator.set_faults(&serde_json::json!([]));
    if killed && death.is_some_and(|(death, _)| death == Death::Cli) {
        assert_provider_ends(workspace);
        return None;
    }
    let (stdout, stderr) = workspace.printed("command");
    Some(Outcome { command: arguments.join(" "), code, stdout, stderr })
}

fn printed(workspace: &Workspace) -> String {
    let (stdout, stderr) = workspace.printed("command");
    format!("{stdout}\n{stderr}")
}

fn signal(kind: &str, process: u32) {
    let _ = Command::new("kill").args([kind, &process.to_string()]).status();
}

/// A provider whose CLI has died ends by itself: what was under way may finish, what waits does not go on.
fn assert_provider_ends(workspace: &Workspace) {
    let start = Instant::now();
    // Each look is a process of its own, which is pause enough.
    while workspace.providers() > 0 {
        if start.elapsed() > Duration::from_secs(75) {
            // A planted fault is to be noticed, and not to stay.
            workspace.kill_provider();
            panic!("the provider lives on after its CLI");
        }
    }
}
