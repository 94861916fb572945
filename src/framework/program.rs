//! A provider's whole `main`: serve a host, or something for the person at the terminal.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use tonic::service::Routes;

use crate::plugin::{self, HostWishes, Lifecycle, NoHost};
use crate::service::Service;
use crate::{ordered, server, stdout};

/// What a provider's program says of itself.
#[derive(Debug, Clone, Copy)]
pub struct Program {
    /// The provider's type, with which the names of its resources begin: `proofpoint`.
    pub name: &'static str,
    /// Its address as users write it in `required_providers`: `azuresync/proofpoint`.
    pub source: &'static str,
    /// Its version, without a `v`.
    pub version: &'static str,
    /// What it is for, in a sentence.
    pub help: &'static str,
}

impl Program {
    /// The name of the program's file, as hosts look for it.
    fn file(&self) -> String {
        format!("terraform-provider-{}", self.name)
    }

    fn help(&self) -> String {
        let (help, file) = (self.help, self.file());
        format!(
            "\
{help}

Usage: {file} [OPTION]

`terraform` and `tofu` start this program without options and talk to it; there is no reason to do so by hand.

Options:
  --debug    Serve until interrupted and print what to set so that a CLI attaches to this process
  --version  Print the version
  --help     Print this text"
        )
    }

    fn started_by_hand(&self) -> String {
        let (name, source) = (self.name, self.source);
        format!(
            "\
This is a provider plugin: `terraform` and `tofu` start it themselves. Name it in a configuration

    terraform {{
      required_providers {{
        {name} = {{ source = \"{source}\" }}
      }}
    }}

and run `terraform init` or `tofu init`. `--help` lists what this program can do by itself."
        )
    }

    /// Name, version and platform.
    fn version(&self) -> String {
        let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
        format!("{} {} ({os}/{arch})", self.file(), self.version)
    }
}

/// The environment of this process, read once and passed on; variables that are not UTF-8 are left out.
#[expect(clippy::disallowed_methods, reason = "the one place where a provider's environment is read")]
fn environment() -> BTreeMap<String, String> {
    let utf8 =
        |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
    ordered::map(std::env::vars_os().filter_map(utf8))
}

/// Runs the program of a provider, with the arguments and the environment of this process. `provider` makes the provider
/// from the environment, when it is needed.
pub fn run<S: Service>(program: Program, provider: impl FnOnce(&BTreeMap<String, String>) -> S) -> ExitCode {
    let arguments: Vec<String> =
        std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    let env = &environment();
    let routes = |lifecycle: &Lifecycle| server::routes(Arc::new(provider(env)), lifecycle);
    plugin::log::install(program.name, env);
    plugin::panic::install_hook();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => serve(program, env, routes),
        ["--debug" | "-debug"] => report(plugin::serve_for_debugging(program.source, env, routes)),
        ["--version" | "-version" | "version"] => say(&program.version()),
        ["--help" | "-help" | "-h" | "help"] => say(&program.help()),
        other => complain(&format!("unknown arguments: {}\n\n{}", other.join(" "), program.help())),
    }
}

fn serve(
    program: Program,
    env: &BTreeMap<String, String>,
    routes: impl FnOnce(&Lifecycle) -> Routes,
) -> ExitCode {
    match HostWishes::from_env(env) {
        Ok(host) => report(plugin::serve(&host, env, routes)),
        Err(NoHost::ByHand) => complain(&program.started_by_hand()),
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
