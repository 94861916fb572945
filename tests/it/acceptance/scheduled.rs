//! Scheduled syncs: judged before anything is switched on, waited for, and watched at night.

use std::thread;

use reqwest::Method;
use serde_json::{Value, json};

use super::on_every_cli;
use crate::support::workspace::repository;

/// The names in a section of the report that a plan shows.
fn names(plan: &Value, section: &str) -> Vec<String> {
    let report = &plan["planned_values"]["outputs"]["sync_report"]["value"];
    report[section].as_object().unwrap_or_else(|| panic!("no {section}: {plan:#}")).keys().cloned().collect()
}

#[test]
fn a_scheduled_sync_is_judged_before_and_waited_for() {
    on_every_cli(|stage| {
        stage.workspace.remove("versions.tf");
        stage.workspace.copy_from("examples/quickstart");
        let path = stage.workspace.path().join("main.tf");
        let text = std::fs::read_to_string(path).expect("the configuration");
        // The deadline is for a wait that would not end.
        let waiting = text.replace(
            "frequency    = 1 # hours",
            "frequency = 1\n  wait_for_sync = true\n  timeouts {\n    create = \"2m\"\n  }",
        );
        assert_ne!(waiting, text);
        stage.workspace.write("main.tf", &waiting);
        stage.workspace.write(
            "comment.tf",
            "output \"comment\" {\n  value = \
             provider::proofpoint::report_markdown(data.proofpoint_azure_sync_preview.this.report)\n}\n",
        );

        // More removals than `max_removals` allows, here two of a dozen accounts: refused, and nothing is written.
        let ben = stage.delete_person("ben.cole");
        stage.simulator.forget_requests();
        stage.workspace.apply(&[]).fails().says("max_removals").says("ben.cole@contoso.com");
        assert!(stage.simulator.writes().is_empty(), "{:#?}", stage.simulator.writes());
        stage.bring_back(&ben);

        let (text, plan) = stage.workspace.plan_into("first.bin", &[]);
        let hired = ["frank.gomez@contoso.com", "grace.hill@contoso.com", "henry.ito@contoso.com"];
        assert_eq!(names(&plan, "adding"), hired);
        assert_eq!(names(&plan, "updating"), ["irene.jones@contoso.com"]);
        assert_eq!(names(&plan, "deleting"), ["jack.king@contoso.com"]);
        for address in hired.iter().chain(&["irene.jones@contoso.com", "jack.king@contoso.com"]) {
            assert!(text.stdout.contains(address), "{address} is not shown: {text}");
        }
        let comment = &plan["planned_values"]["outputs"]["comment"]["value"];
        let comment = comment.as_str().expect("Markdown");
        assert!(comment.contains("1 to delete, 0 unmatched; 3 to add, 1 to update"), "{comment}");
        assert!(comment.contains("| `jack.king@contoso.com` | end\\_user |"), "{comment}");

        stage.simulator.forget_requests();
        let (simulator, workspace) = (&stage.simulator, &stage.workspace);
        let applied = thread::scope(|scope| {
            scope.spawn(|| simulator.advance_clock_while_a_run_is_waited_for("61m"));
            workspace.apply(&["first.bin"]).succeeds()
        });
        applied.does_not_say("otherwise than foreseen").does_not_say("No run of the sync was seen");
        let state = stage.simulator.state();
        let runs = &state["organizations"]["contoso.com"]["runs"];
        assert_eq!((&runs[0]["outcome"], &runs[0]["added"]), (&json!("success"), &json!(hired)));
        assert_eq!(stage.account_writes(), [""; 0], "a scheduled sync leaves accounts to Proofpoint");
        let sync = stage.workspace.attributes("proofpoint_azure_sync.this");
        assert!(sync["routing_ready_at"].is_string(), "{sync:#}");

        let (_, plan) = stage.workspace.plan_into("second.bin", &[]);
        for section in ["adding", "updating", "deleting", "unmatched"] {
            assert_eq!(names(&plan, section), [""; 0], "{section}");
        }
        let changes = plan["resource_changes"].as_array().expect("changes");
        assert!(changes.iter().all(|one| one["change"]["actions"] == json!(["no-op"])), "{changes:#?}");
    });
}

/// What the example's pipeline runs once the configuration is initialized.
fn nightly_steps() -> Vec<String> {
    let pipeline = repository().join("examples/pipelines/nightly.yml");
    let pipeline = std::fs::read_to_string(pipeline).expect("the pipeline");
    let steps = pipeline.lines().filter_map(|line| line.trim_start().strip_prefix("- run: "));
    let steps: Vec<String> = steps.filter(|step| !step.starts_with("tofu init")).map(str::to_owned).collect();
    assert_eq!(steps.len(), 2, "{steps:?}");
    steps
}

#[test]
fn a_nightly_pipeline_is_quiet_while_people_come_and_go_and_fails_when_the_sync_stands_still() {
    let steps = nightly_steps();
    on_every_cli(|stage| {
        stage.workspace.remove("versions.tf");
        stage.workspace.copy_from("examples/pipelines");
        stage.workspace.apply(&[]).succeeds();
        stage.workspace.set("PROOFPOINT_READ_ONLY", "true");
        stage.workspace.run_steps(&steps).succeeds();

        stage.hire("nora.olsen");
        stage.delete_person("ben.cole");
        stage.workspace.run_steps(&steps).succeeds().does_not_say("needs attention");
        stage.simulator.advance_clock("25h");
        assert!(stage.account("nora.olsen").is_object(), "Proofpoint has run");
        stage.workspace.run_steps(&steps).succeeds().does_not_say("needs attention");

        // A domain that Proofpoint does not know stops every run.
        for (path, body) in
            [("domains", json!({ "id": "contoso.net" })), ("domains/contoso.net/verify", json!({}))]
        {
            stage.simulator.graph_done(Method::POST, path, Some(&body));
        }
        stage.simulator.advance_clock("25h");
        let alarm = stage.workspace.run_steps(&steps).fails();
        alarm.says("No changes").says("needs attention").says("The last good run ended");
    });
}
