//! Scheduled syncs: judged before anything is switched on, and waited for.

use std::thread;

use serde_json::{Value, json};

use super::on_every_cli;

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
