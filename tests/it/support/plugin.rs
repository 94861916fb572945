//! The built provider as its host sees it, with the machine of a test around it.

use std::collections::BTreeMap;
use std::path::Path;

pub(crate) use plugin_client::identity;
pub(crate) use plugin_client::{COOKIE, Plugin, calls, messages, values, wire};
use tokio::process::Command;

use super::authority;
use calls::Messages;

/// How to start the provider.
pub(crate) struct Start;

impl Start {
    /// As a host does: with mutual TLS, and nothing in the environment but what is given.
    pub(crate) fn with_tls(environment: &BTreeMap<String, String>) -> plugin_client::Start {
        trusting_nobody(plugin_client::Start::new(program(), environment))
    }

    /// Without TLS, as a host does for tests of its own.
    pub(crate) fn plain(environment: &BTreeMap<String, String>) -> plugin_client::Start {
        trusting_nobody(plugin_client::Start::plain(program(), environment))
    }

    /// Without a host: the debugger's mode.
    pub(crate) fn debug(environment: &BTreeMap<String, String>) -> plugin_client::Start {
        trusting_nobody(plugin_client::Start::debug(program(), environment))
    }
}

fn trusting_nobody(start: plugin_client::Start) -> plugin_client::Start {
    let file = authority::write_into(start.temporary());
    start.env(authority::VARIABLE, file.to_str().expect("a path in UTF-8"))
}

/// Starts the provider as a host does.
pub(crate) async fn start(environment: &BTreeMap<String, String>) -> Plugin {
    Start::with_tls(environment).run().await
}

/// The built provider with a clean environment.
pub(crate) fn provider() -> Command {
    plugin_client::command(program())
}

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_terraform-provider-proofpoint"))
}

/// Fails where an error was said; warnings are no failure.
#[track_caller]
pub(crate) fn succeeds(said: &Messages) {
    assert!(!said.has_errors(), "{said}");
}
