//! Running the Azure CLI.

use std::ffi::OsStr;
use std::io;
use std::process::{Output, Stdio};

use azure_identity::Executor;
use tokio::process::Command;

/// Starts child processes with nothing to read: standard input belongs to Terraform's core. A child whose caller
/// gave up is killed.
#[derive(Debug)]
pub(super) struct WithoutInput;

#[async_trait::async_trait]
impl Executor for WithoutInput {
    async fn run(&self, program: &OsStr, args: &[&OsStr]) -> io::Result<Output> {
        Command::new(program)
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .output()
            .await
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_child_that_reads_gets_the_end_at_once() {
        let args = [OsStr::new("-c"), OsStr::new("cat; echo done")];
        let output = WithoutInput.run(OsStr::new("/bin/sh"), &args).await.expect("runs");
        assert_eq!(output.stdout, b"done\n");
    }
}
