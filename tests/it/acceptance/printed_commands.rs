//! Commands that guides print, typed as they stand there.

use std::collections::BTreeMap;

use super::{Stage, on_every_cli_with};
use crate::support::printed::blocks;
use crate::support::workspace::{Install, Outcome};

/// Types commands where the configuration is; `terraform` is the CLI of the stage.
fn typed(stage: &Stage, commands: &str) -> Outcome {
    stage.workspace.provide("terraform", &format!("exec '{}' \"$@\"", stage.cli.path.display()));
    stage.workspace.run_script(commands, &BTreeMap::new())
}

/// What our provider has written to the log; CLIs quote it with a name in front, and log of themselves as well.
fn ours(stage: &Stage) -> Vec<String> {
    let log = stage.workspace.read("provider.log");
    stage.workspace.remove("provider.log");
    log.lines()
        .filter(|line| line.contains("provider.terraform-provider-proofpoint"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_log_that_the_guide_asks_for_is_written() {
    let command = blocks("docs/guides/logging-and-bug-reports.md", "Logging", "shell").swap_remove(0);
    on_every_cli_with(&[], Install::Mirror, |stage| {
        stage.workspace.write("main.tf", "data \"proofpoint_account\" \"me\" {}\n");
        stage.workspace.init();
        typed(stage, &command).succeeds();
        let log = ours(stage);
        let has = |log: &[String], level: &str| log.iter().any(|line| line.contains(level));
        assert!(has(&log, "[DEBUG]"), "{log:#?}");

        // Beside it, the variable of this provider alone makes it quieter, and never louder.
        for (level, heard) in [("WARN", &["[WARN]"][..]), ("TRACE", &["[DEBUG]"][..])] {
            typed(stage, &format!("export TF_LOG_PROVIDER_PROOFPOINT={level}\n{command}")).succeeds();
            let log = ours(stage);
            assert_eq!(has(&log, "[DEBUG]"), heard.contains(&"[DEBUG]"), "{level}: {log:#?}");
            assert!(!has(&log, "[TRACE]"), "{level}: {log:#?}");
        }

        // By itself it writes nothing: should a CLI learn to listen to it, the guide has something better to tell.
        let alone = command.replace("TF_LOG_PROVIDER=", "TF_LOG_PROVIDER_PROOFPOINT=");
        assert_ne!(alone, command);
        typed(stage, &alone).succeeds();
        assert!(!stage.workspace.path().join("provider.log").exists() || ours(stage).is_empty());
    });
}
