//! `proofpoint-azure-simulator`: a stand-in for the Microsoft Entra token service, Microsoft Graph and
//! Proofpoint Essentials, in one process and in memory.
//!
//! It is written from the published behaviour of those services and shares no code with the provider, so
//! that the two can be held against each other. It never leaves the machine it runs on, except to fetch the
//! signing keys of an issuer named in a federated credential.

mod arguments;
mod beginning;
mod control;
mod directory;
mod engine;
mod entra;
mod essentials;
mod face;
mod generate;
mod graph;
mod identities;
mod moods;
mod private_file;
mod ready;
mod running;
mod server;
mod state;
mod state_document;
mod stop;

use std::process::ExitCode;

pub use arguments::Arguments;
use arguments::Command;
pub use moods::{Certainty, Mood, moods};
pub use server::{Bound, bind};

/// Runs the program with the arguments of this process.
pub fn main() -> ExitCode {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let command = match arguments::parse(&given) {
        Ok(command) => command,
        Err(problem) => {
            ready::complain(&problem);
            return ExitCode::from(2);
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            ready::complain(&format!("the asynchronous runtime did not start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(perform(command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            ready::complain(&problem);
            ExitCode::FAILURE
        }
    }
}

async fn perform(command: Command) -> Result<(), String> {
    match command {
        Command::Run(arguments) => stop::serve_until_told(*arguments).await,
        Command::StateOf { control, tls_dir } => {
            let state = running::state(&control, tls_dir.as_deref()).await?;
            ready::print_line(&state);
            Ok(())
        }
        Command::Help => {
            let help = format!("{}\n{}\n{}", arguments::HELP, control::summary(), moods::summary());
            ready::print_line(help.trim_end());
            Ok(())
        }
        Command::Print(text) => {
            ready::print_line(&text);
            Ok(())
        }
    }
}
