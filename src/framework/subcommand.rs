//! What a provider's program does besides serving a host: `terraform-provider-acme NAME`, for the person at the terminal.

use std::collections::BTreeMap;
use std::io;

use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::diagnostic::Diagnostics;

/// A subcommand of the program, listed by its `--help`.
#[derive(Debug, Clone, Copy)]
pub struct Subcommand {
    /// As it is typed: `import-blocks`.
    pub name: &'static str,
    /// What it is for, in a line.
    pub summary: &'static str,
    /// Its own help: what it takes, what it answers with, and what its exit code means.
    pub help: &'static str,
    /// What it does.
    pub run: for<'a> fn(Invocation<'a>) -> Running<'a>,
}

/// A subcommand at work. An `Err` is printed, and the program's exit code is 1.
pub type Running<'a> = BoxFuture<'a, Result<Completion, Diagnostics>>;

/// How much of its work a subcommand has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completion {
    /// All of it: exit code 0.
    Whole,
    /// A part, and it has told what is missing: exit code 2.
    Partial,
    /// It was interrupted, has told what is there now, and leaves nothing half done: exit code 130.
    Interrupted,
    /// It has an answer of its own, which its help explains.
    Answer(u8),
}

/// What a subcommand is given.
pub struct Invocation<'a> {
    /// The program as it was started, for commands that the person is told to type next.
    pub program: &'a str,
    /// The words that follow its name.
    pub arguments: &'a [String],
    /// The environment of the process.
    pub environment: &'a BTreeMap<String, String>,
    /// Cancelled when the person interrupts; half a second later the program ends.
    pub cancel: CancellationToken,
    /// The person.
    pub terminal: &'a dyn Terminal,
}

impl Invocation<'_> {
    /// Returns at once unless the person has interrupted, and never after that: what the calls that were broken off came to is no
    /// result, and whoever waits for [`Self::cancel`] beside the work ends it.
    pub async fn unless_interrupted(&self) {
        if self.cancel.is_cancelled() {
            std::future::pending::<()>().await;
        }
    }
}

/// The person at the terminal.
pub trait Terminal: Send + Sync {
    /// Writes the result to standard output, as it is.
    fn print(&self, text: &str) -> io::Result<()>;

    /// Says something that is no part of the result.
    fn tell(&self, text: &str);

    /// Asks a question that takes yes or no; anything but `y` and `yes` is no. `None` where nobody can be asked.
    fn ask<'a>(&'a self, question: &'a str) -> BoxFuture<'a, Option<bool>>;

    /// Whether somebody looks at standard output.
    fn is_watched(&self) -> bool;

    /// Shows how far the work has come, and what was just done: a bar where somebody looks, else a line.
    fn progress(&self, done: usize, of: usize, what: &str);
}
