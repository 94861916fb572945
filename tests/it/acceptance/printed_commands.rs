//! Commands that guides print, typed as they stand there.

use std::collections::BTreeMap;

use super::{Stage, on_every_cli_with};
use crate::support::cli::{Cli, with_each};
use crate::support::printed::{blocks, page};
use crate::support::workspace::{Install, Outcome, Workspace, workspace};

const README: &str = "Test your own configurations, without an account";
const SIMULATOR: &str = env!("CARGO_BIN_EXE_proofpoint-azure-simulator");

/// Types commands where the configuration is; `terraform` is the CLI of the stage.
fn typed(stage: &Stage, commands: &str) -> Outcome {
    typed_in(&stage.workspace, stage.cli, commands)
}

fn typed_in(workspace: &Workspace, cli: &Cli, commands: &str) -> Outcome {
    workspace.provide("terraform", &format!("exec '{}' \"$@\"", cli.path.display()));
    workspace.provide("proofpoint-azure-simulator", &format!("exec '{SIMULATOR}' \"$@\""));
    // Nothing is left running where a command in the middle fails.
    let script = format!("trap 'kill $! 2> /dev/null || :' EXIT\n{commands}");
    workspace.run_script(&script, &BTreeMap::new())
}

/// An example in a workspace that knows of no simulator.
fn example(cli: &Cli, name: &str) -> Workspace {
    let workspace = workspace(cli, Install::Mirror, &BTreeMap::new());
    workspace.remove("versions.tf");
    workspace.copy_from(&format!("examples/{name}"));
    workspace
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

#[test]
fn the_simulator_is_started_and_moved_as_the_readme_and_the_guide_say() {
    let readme = blocks("README.md", README, "shell").swap_remove(0);
    let readme = readme.replace("target/release/proofpoint-azure-simulator", "proofpoint-azure-simulator");
    let (start, end) = readme.split_at(readme.find("(. ./env").expect("what is done with it"));
    let guide = "docs/guides/logging-and-bug-reports.md";
    let control = blocks(guide, "Trying it on a simulator", "shell").swap_remove(0);
    with_each(|cli| {
        let workspace = example(cli, "quickstart");
        workspace.write("tests/mocked.tftest.hcl", &workspace.read("simulated/simulated.tftest.hcl"));
        workspace.init();
        let outcome = typed_in(&workspace, cli, &readme).succeeds();
        outcome.says("http://127.0.0.1:").says("2 passed, 0 failed");
        assert!(!workspace.path().join("env").exists() && !workspace.path().join("ready").exists());
        let moved =
            typed_in(&workspace, cli, &format!("{start}{control}\n{}", end.lines().last().expect("its end")));
        moved.succeeds().says("\"now\":").says("nora.quist@contoso.com");
    });
}

#[test]
fn the_simulated_tests_pass_as_the_guide_starts_them() {
    let printed = blocks("docs/guides/pipelines.md", "Tests of a configuration", "shell");
    let [one, partner] = printed.try_into().expect("two ways");
    with_each(|cli| {
        for (name, commands, runs) in
            [("quickstart", &one, 2), ("reviewed-sync", &one, 2), ("msp", &partner, 1)]
        {
            let workspace = example(cli, name);
            typed_in(&workspace, cli, commands)
                .succeeds()
                .says(&format!("{runs} passed, 0 failed"))
                .does_not_say("left the following resources");
            assert!(!workspace.path().join("env").exists(), "{name}");
        }
    });
    // The file in the example says the same.
    let file = page("examples/msp/simulated/simulated.tftest.hcl");
    for option in partner.split_whitespace().filter(|word| word.contains(".com=")) {
        assert!(file.contains(option), "{option}");
    }
}
