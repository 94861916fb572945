//! Directories with a configuration, in which one CLI runs with the built provider.

use std::collections::BTreeMap;
use std::path::Path;

use plugin_client::workspace::Subject;
pub(crate) use plugin_client::workspace::{Install, Outcome, Workspace};

use super::authority;
use super::cli::Cli;

/// A fresh workspace that holds the `terraform` block and nothing else, and trusts the simulators. `environment` is for the
/// provider.
pub(crate) fn workspace(cli: &Cli, install: Install, environment: &BTreeMap<String, String>) -> Workspace {
    workspace_of(provider(), cli, install, environment)
}

/// The same with another build of the provider.
pub(crate) fn workspace_of(
    program: &Path,
    cli: &Cli,
    install: Install,
    environment: &BTreeMap<String, String>,
) -> Workspace {
    let subject = Subject { program, ..subject() };
    let mut workspace = Workspace::new(subject, cli, install, environment);
    let file = authority::write_into(workspace.root());
    workspace.set(authority::VARIABLE, file.to_str().expect("temporary directories have UTF-8 names"));
    workspace
}

/// The `terraform` block that every configuration needs.
pub(crate) fn requirement() -> String {
    subject().requirement()
}

fn subject() -> Subject<'static> {
    Subject { program: provider(), source: "azuresync/proofpoint", version: env!("CARGO_PKG_VERSION") }
}

/// The root of this repository.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The built provider.
pub(crate) fn provider() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_terraform-provider-proofpoint"))
}
