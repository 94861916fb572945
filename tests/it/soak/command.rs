//! A command of a CLI that may die on its way.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use reqwest::Method;

use super::disturbance::Death;
use super::wire::Fatal;
use crate::support::simulator::Simulator;
use crate::support::workspace::{Outcome, Workspace};

/// A command that hangs longer has failed the rule that waiting ends at its deadline.
const HANGS: Duration = Duration::from_secs(240);

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
    let start = Instant::now();
    let mut killed = false;
    let code = loop {
        if let Some(status) = child.try_wait().expect("the CLI's exit code") {
            break status.code();
        }
        if let Some((death, _)) = death.filter(|_| !killed) {
            // The fatal one is the first in the list.
            if simulator.control(Method::GET, "faults", None)[0]["count"] == 0 {
                killed = true;
                match death {
                    Death::Provider => {
                        workspace.kill_provider();
                    }
                    Death::Cli => child.kill().expect("a process to kill"),
                    Death::Interrupted => signal(child.id()),
                }
            }
        }
        if start.elapsed() > HANGS {
            let _ = child.kill();
            let _ = child.wait();
            panic!("`{}` hangs: {}", arguments.join(" "), printed(workspace));
        }
        thread::sleep(Duration::from_millis(15));
    };
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

fn signal(process: u32) {
    let _ = Command::new("kill").args(["-INT", &process.to_string()]).status();
}

/// A provider whose CLI has died ends by itself: what was under way may finish, what waits does not go on.
fn assert_provider_ends(workspace: &Workspace) {
    let start = Instant::now();
    while workspace.providers() > 0 {
        assert!(start.elapsed() < Duration::from_secs(75), "the provider lives on after its CLI");
        thread::sleep(Duration::from_millis(50));
    }
}
