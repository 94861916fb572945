//! The provider's binary.

use std::process::ExitCode;
use std::sync::Arc;

use terraform_provider_proofpoint::env::EnvMap;
use terraform_provider_proofpoint::{commands, registry};

fn main() -> ExitCode {
    let arguments: Vec<String> =
        std::env::args_os().skip(1).map(|arg| arg.to_string_lossy().into_owned()).collect();
    commands::run(&arguments, &EnvMap::of_process(), |env| Arc::new(registry::provider(env)))
}
