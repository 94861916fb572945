//! Actions, where a CLI has them: a reviewed report enacted by hand, and the wait for Proofpoint's own run.

use std::thread;

use serde_json::{Value, json};

use super::{Stage, on_every_cli};
use crate::support::workspace::{Outcome, repository};

const RUN: &str = r#"
action "proofpoint_azure_sync_run" "reviewed" {
  config {
    domain        = local.domain
    changes       = data.proofpoint_azure_sync_preview.contoso.changes
    max_deletions = "5%"
  }
}
"#;

const WAIT: &str = r#"
action "proofpoint_azure_wait_for_sync" "next" {
  config {
    domain  = "contoso.com"
    timeout = "2m"
  }
}
"#;

/// The example of a reviewed sync, whose run is an action instead of a resource.
fn reviewed(stage: &mut Stage) {
    stage.workspace.remove("versions.tf");
    let text =
        std::fs::read_to_string(repository().join("examples/reviewed-sync/main.tf")).expect("an example");
    let (without, _) = text.split_once("resource \"proofpoint_azure_sync_run\"").expect("the run at its end");
    stage.workspace.write("main.tf", without);
    stage.workspace.apply(&[]).succeeds();
    stage.workspace.write("run.tf", RUN);
    stage.simulator.forget_requests();
}

fn invoke(stage: &Stage, action: &str) -> Outcome {
    stage.workspace.apply(&[&format!("-invoke=action.{action}")])
}

#[test]
fn an_invoked_run_warns_in_its_plan_tells_its_progress_and_enacts_what_was_shown() {
    on_every_cli(|stage| {
        if !stage.cli.invokes() {
            return;
        }
        reviewed(stage);
        let plan = stage.workspace.plan(&["-invoke=action.proofpoint_azure_sync_run.reviewed"]);
        plan.says("What this run does to people of contoso.com").says("jack.king@contoso.com");
        assert!(stage.simulator.writes().is_empty(), "a plan writes: {:#?}", stage.simulator.writes());

        let run = invoke(stage, "proofpoint_azure_sync_run.reviewed").succeeds();
        run.says("Reading the directory and the people of contoso.com")
            .says("5 of 5 rows settled at contoso.com")
            .says("5 rows enacted at contoso.com");
        assert_eq!(
            stage.account_writes(),
            ["DELETE users/jack.king@contoso.com", "POST users", "PUT users/irene.jones@contoso.com"]
        );
        for name in ["frank.gomez", "grace.hill", "henry.ito"] {
            assert_eq!(stage.account(name)["type"], "end_user", "{name}");
        }

        // Again: there is nothing left to do, and it says so.
        invoke(stage, "proofpoint_azure_sync_run.reviewed")
            .succeeds()
            .says("Nothing to enact at contoso.com");
        assert_eq!(stage.account_writes(), [""; 0]);
        stage.workspace.remove("run.tf");
        stage.workspace.assert_nothing_to_do();
    });
}

#[test]
fn an_invoked_run_keeps_the_limit_and_fails_when_a_row_is_refused() {
    on_every_cli(|stage| {
        if !stage.cli.invokes() {
            return;
        }
        reviewed(stage);
        stage.workspace.set("PROOFPOINT_READ_ONLY", "true");
        invoke(stage, "proofpoint_azure_sync_run.reviewed").fails().says("set `read_only` to false");
        assert!(stage.simulator.writes().is_empty(), "{:#?}", stage.simulator.writes());
        stage.workspace.set("PROOFPOINT_READ_ONLY", "false");

        // Two deletions more than the one that 5% of a dozen accounts allow.
        let (ben, anna) = (stage.delete_person("ben.cole"), stage.delete_person("anna.berg"));
        stage.simulator.forget_requests();
        invoke(stage, "proofpoint_azure_sync_run.reviewed")
            .fails()
            .says("More deletions than allowed at contoso.com")
            .says("would delete 3 accounts");
        assert!(stage.simulator.writes().is_empty(), "{:#?}", stage.simulator.writes());
        stage.workspace.write("run.tf", &RUN.replace("\"5%\"", "\"5%\"\n    on_excess = \"withhold\""));
        invoke(stage, "proofpoint_azure_sync_run.reviewed").succeeds().says("All of them are withheld");
        assert_eq!(stage.account_writes(), ["POST users", "PUT users/irene.jones@contoso.com"]);
        stage.bring_back(&ben);
        stage.bring_back(&anna);

        // The one deletion that is left is refused: nobody else would notice.
        let path = "/api/v1/orgs/contoso.com/users/jack.king@contoso.com";
        stage.simulator.set_faults(&json!([{ "method": "DELETE", "path": path, "status": 400 }]));
        stage.simulator.forget_requests();
        let failed = invoke(stage, "proofpoint_azure_sync_run.reviewed").fails();
        failed.says("1 of 1 row was not enacted at contoso.com").says("jack.king@contoso.com");
        stage.simulator.set_faults(&json!([]));
        assert!(stage.account("jack.king").is_object());
    });
}

#[test]
fn a_wait_ends_with_the_next_run_and_fails_where_none_would_come() {
    on_every_cli(|stage| {
        if !stage.cli.invokes() {
            return;
        }
        stage.workspace.write("wait.tf", &format!("provider \"proofpoint\" {{}}\n{WAIT}"));
        let wait = "proofpoint_azure_wait_for_sync.next";
        invoke(stage, wait).fails().says("contoso.com has no sync to wait for");

        stage.workspace.remove("versions.tf");
        stage.workspace.copy_from("examples/quickstart");
        stage.workspace.write("wait.tf", WAIT);
        stage.workspace.apply(&[]).succeeds();
        stage.simulator.forget_requests();
        let (simulator, workspace) = (&stage.simulator, &stage.workspace);
        let waited = thread::scope(|scope| {
            scope.spawn(|| {
                simulator.await_more_looks(2);
                simulator.advance_clock("61m");
            });
            workspace.apply(&[&format!("-invoke=action.{wait}")])
        });
        waited
            .succeeds()
            .says("Waiting for the next run at contoso.com")
            .says("A run has succeeded at contoso.com");
        assert!(stage.simulator.writes().is_empty(), "{:#?}", stage.simulator.writes());

        // Against what was seen before, that run is new already.
        let seen = WAIT.replace("timeout = \"2m\"", "timeout   = \"2m\"\n    last_seen = \"never\"");
        stage.workspace.write("wait.tf", &seen);
        invoke(stage, wait).succeeds().says("A run has succeeded at contoso.com");

        stage.workspace.write("wait.tf", &WAIT.replace("2m", "1s"));
        invoke(stage, wait).fails().says("No run of the sync of contoso.com was seen in time");

        let path = stage.workspace.path().join("main.tf");
        let text = std::fs::read_to_string(path).expect("the configuration");
        let paused = text.replace("frequency    = 1 # hours", "frequency = 0");
        assert_ne!(paused, text);
        stage.workspace.write("main.tf", &paused);
        stage.workspace.apply(&[]).succeeds();
        invoke(stage, wait).fails().says("The sync of contoso.com does not run by itself");
    });
}

#[test]
fn every_example_of_an_action_is_valid() {
    on_every_cli(|stage| {
        if !stage.cli.invokes() {
            return;
        }
        let mut seen = 0;
        for example in repository().join("examples/actions").read_dir().expect("examples").flatten() {
            for file in example.path().read_dir().expect("an example").flatten() {
                let text = std::fs::read_to_string(file.path()).expect("an example");
                stage.workspace.write("main.tf", &text);
                stage.workspace.run(&["validate", "-no-color"]).succeeds();
                seen += 1;
            }
        }
        assert!(seen >= 2, "{seen}");
        let wrong: Value = json!("not a row");
        stage.workspace.write(
            "main.tf",
            &format!(
                "action \"proofpoint_azure_sync_run\" \"wrong\" {{\n  config {{\n    domain  = \"contoso.com\"\n    changes = {{ \
                 \"Ann@contoso.com\" = {wrong} }}\n  }}\n}}\n"
            ),
        );
        let refused = stage.workspace.run(&["validate", "-no-color"]).fails();
        refused.says("Not the address of a row").says("Not a row of a report");
    });
}
