//! The built provider under every Terraform and OpenTofu on this machine, against the simulator.

mod actions;
mod adoption;
mod bad_input;
mod client_secret;
#[cfg(unix)] // it is a script
mod demo;
mod doctor;
mod drift;
mod examples;
mod face;
mod installing;
mod kill;
mod late;
mod life;
mod many_organizations;
mod mocked;
mod msp;
mod names;
mod onboarding;
mod own_credentials;
mod people;
mod pipelines;
mod policies;
mod printed_commands;
mod query;
mod quickstart;
mod read_only;
mod replacement;
mod requests;
mod reviewed;
mod scheduled;
mod schema;
mod secrets;
mod simulator;
mod untidy;
mod users_tests;

use crate::support::cli::{self, Cli};
use crate::support::simulator::Simulator;
use crate::support::workspace::{Install, Workspace, workspace};

/// One CLI in a workspace of its own, with a simulator of its own.
pub(crate) struct Stage {
    pub(crate) cli: &'static Cli,
    pub(crate) simulator: Simulator,
    pub(crate) workspace: Workspace,
}

/// Plays `test` on every CLI, each with a fresh simulator and workspace and all at the same time. Fails when there is no
/// CLI or when a request met a route that the simulator does not know.
pub(crate) fn on_every_cli(test: impl Fn(&mut Stage) + Sync) {
    on_every_cli_with(&[], Install::Override, test);
}

/// The same with further arguments for the simulator and another way to install the provider.
pub(crate) fn on_every_cli_with(arguments: &[&str], install: Install, test: impl Fn(&mut Stage) + Sync) {
    cli::with_each(|cli| {
        let simulator = Simulator::start(arguments);
        let workspace = workspace(cli, install, &simulator.environment());
        let mut stage = Stage { cli, simulator, workspace };
        test(&mut stage);
        stage.simulator.assert_every_route_was_known();
    });
}
