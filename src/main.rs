//! The provider's binary.

use std::process::ExitCode;

use terraform_provider_proofpoint::commands;
use terraform_provider_proofpoint::env::EnvMap;

mod unassembled;

fn main() -> ExitCode {
    let arguments: Vec<String> =
        std::env::args_os().skip(1).map(|arg| arg.to_string_lossy().into_owned()).collect();
    commands::run(&arguments, &EnvMap::of_process(), unassembled::service)
}
