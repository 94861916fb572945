//! What the binary does when it is started: serve a host, or something for the person at the terminal.

mod version;

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use tonic::service::Routes;

use crate::env::EnvMap;
use crate::framework::service::Service;
use crate::plugin::{self, Host, Lifecycle, Refusal};
use crate::{server, stdout};

/// Address of the provider as users write it in `required_providers`.
pub const SOURCE: &str = "azuresync/proofpoint";

const HELP: &str = "\
The Terraform and OpenTofu provider for Proofpoint Essentials' Entra ID sync.

Usage: terraform-provider-proofpoint [OPTION]

`terraform` and `tofu` start this program without options and talk to it; there is no reason to do so by hand.

Options:
  --debug    Serve until interrupted and print what to set so that a CLI attaches to this process
  --version  Print the version
  --help     Print this text";

const STARTED_BY_HAND: &str = "\
This is a provider plugin: `terraform` and `tofu` start it themselves. Name it in a configuration

    terraform {
      required_providers {
        proofpoint = { source = \"azuresync/proofpoint\" }
      }
    }

and run `terraform init` or `tofu init`. `--help` lists what this program can do by itself.";

/// Runs the program. `arguments` are those after the program's name; `service` makes the provider when it is needed.
pub fn run(
    arguments: &[String],
    env: &EnvMap,
    service: impl FnOnce(&EnvMap) -> Arc<dyn Service>,
) -> ExitCode {
    let routes = |lifecycle: &Lifecycle| server::routes(service(env), lifecycle);
    plugin::log::install(env);
    plugin::panic::install_hook();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => serve(env, routes),
        ["--debug" | "-debug"] => report(plugin::serve_for_debugging(SOURCE, env, routes)),
        ["--version" | "-version" | "version"] => say(&version::text()),
        ["--help" | "-help" | "-h" | "help"] => say(HELP),
        other => complain(&format!("unknown arguments: {}\n\n{HELP}", other.join(" "))),
    }
}

fn serve(env: &EnvMap, routes: impl FnOnce(&Lifecycle) -> Routes) -> ExitCode {
    match Host::from_env(env) {
        Ok(host) => report(plugin::serve(&host, env, routes)),
        Err(Refusal::ByHand) => complain(STARTED_BY_HAND),
        Err(refusal) => give_up(&refusal),
    }
}

fn report(result: Result<(), plugin::Error>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => give_up(&error),
    }
}

/// The host shows the user one line of standard output, and nothing of standard error.
fn give_up(error: &dyn std::error::Error) -> ExitCode {
    say(&error.to_string());
    ExitCode::FAILURE
}

fn say(text: &str) -> ExitCode {
    match stdout::line(text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn complain(text: &str) -> ExitCode {
    // With standard error closed there is nobody to tell.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
    ExitCode::FAILURE
}
