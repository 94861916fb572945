//! A provider's whole `main`: serve a host, or something for the person at the terminal.

mod terminal;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

use crate::diagnostic::Diagnostics;
use crate::plugin::{self, HostWishes, Lifecycle, NoHost};
use crate::service::Service;
use crate::subcommand::{Completion, Invocation, Subcommand};
use crate::{ordered, server, stdout};
use terminal::Console;

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
    /// What it does besides serving a host.
    pub subcommands: &'static [Subcommand],
}

impl Program {
    /// The name of the program's file, as hosts look for it.
    fn file(&self) -> String {
        format!("terraform-provider-{}", self.name)
    }

    fn help(&self) -> String {
        let (help, file) = (self.help, self.file());
        let usage = if self.subcommands.is_empty() {
            String::new()
        } else {
            format!("\n       {file} COMMAND [--help]")
        };
        let commands = self.listed();
        format!(
            "\
{help}

Usage: {file} [OPTION]{usage}

`terraform` and `tofu` start this program without options and talk to it; there is no reason to do so by hand.{commands}

Options:
  --debug    Serve until interrupted and print what to set so that a CLI attaches to this process
  --version  Print the version
  --help     Print this text"
        )
    }

    /// The subcommands, a line each.
    fn listed(&self) -> String {
        let width = self.subcommands.iter().map(|one| one.name.len()).max().unwrap_or_default();
        let line = |one: &Subcommand| format!("  {:width$}  {}", one.name, one.summary);
        match self.subcommands.iter().map(line).collect::<Vec<_>>().as_slice() {
            [] => String::new(),
            lines => format!("\n\nCommands:\n{}", lines.join("\n")),
        }
    }

    /// The subcommand of this name.
    fn subcommand(&self, name: &str) -> Option<Subcommand> {
        self.subcommands.iter().find(|one| one.name == name).copied()
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
    let mut words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
    let started_as = words.next().unwrap_or_else(|| program.file());
    let arguments: Vec<String> = words.collect();
    let env = &environment();
    let routes = |lifecycle: &Lifecycle| server::routes(Arc::new(provider(env)), lifecycle);
    plugin::log::install(program.name, env);
    plugin::panic::install_hook();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => serve(program, env, routes),
        ["--debug" | "-debug"] => report(plugin::serve_for_debugging(program.source, env, routes)),
        ["--version" | "-version" | "version"] => say(&program.version()),
        ["--help" | "-help" | "-h" | "help"] => say(&program.help()),
        [name, rest @ ..] => match program.subcommand(name) {
            Some(subcommand) if rest.iter().any(|word| ["--help", "-help", "-h"].contains(word)) => {
                say(&format!("Usage: {} {name} {}", program.file(), subcommand.help))
            }
            Some(subcommand) => {
                let rest = arguments.get(1..).unwrap_or_default();
                perform(subcommand, &started_as, rest, env)
            }
            None => complain(&format!("unknown arguments: {}\n\n{}", arguments.join(" "), program.help())),
        },
    }
}

/// Runs a subcommand to its end, or until it is interrupted: it may end itself, and has little time to.
fn perform(
    subcommand: Subcommand,
    program: &str,
    arguments: &[String],
    env: &BTreeMap<String, String>,
) -> ExitCode {
    let (program, arguments, env) = (program.to_owned(), arguments.to_vec(), env.clone());
    let outcome = plugin::run_to_end(async move {
        let interruption = plugin::interruption()?;
        let cancel = CancellationToken::new();
        let (console, token) = (Console::of_this_process(), cancel.clone());
        // In a task, since nothing ends a read of standard input, or a write that nobody takes.
        let mut work = tokio::spawn(async move {
            let invocation = Invocation {
                program: &program,
                arguments: &arguments,
                environment: &env,
                cancel: token,
                terminal: &console,
            };
            (subcommand.run)(invocation).await
        });
        let done = tokio::select! {
            biased;
            done = &mut work => Ok(done),
            () = interruption => {
                cancel.cancel();
                tokio::time::timeout(LAST_WORDS, work).await
            }
        };
        done.ok().transpose().map_err(io::Error::other)
    });
    match outcome.flatten() {
        Ok(Some(Ok(Completion::Whole))) => ExitCode::SUCCESS,
        Ok(Some(Ok(Completion::Partial))) => ExitCode::from(2),
        Ok(Some(Ok(Completion::Interrupted))) => ExitCode::from(INTERRUPTED),
        Ok(Some(Ok(Completion::Answer(code)))) => ExitCode::from(code),
        Ok(Some(Err(diagnostics))) => complain(&told(&diagnostics)),
        Ok(None) => {
            // In a thread of its own: that nobody takes what is written may be why.
            let (done, wait) = mpsc::channel();
            std::thread::spawn(move || {
                complain("Interrupted. What it was writing may not be whole.");
                done.send(())
            });
            let _ = wait.recv_timeout(LAST_WORDS);
            ExitCode::from(INTERRUPTED)
        }
        Err(error) => complain(&format!("the program could not start: {error}")),
    }
}

/// How long a subcommand may take to end itself.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// The exit code of a subcommand that was interrupted, as shells have it.
const INTERRUPTED: u8 = 130;

/// Messages as CLIs show them, without the frame.
fn told(diagnostics: &Diagnostics) -> String {
    let one = |diagnostic: &crate::diagnostic::Diagnostic| {
        format!("Error: {}\n\n{}", diagnostic.summary, diagnostic.detail)
    };
    diagnostics.iter().map(one).collect::<Vec<_>>().join("\n\n")
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
