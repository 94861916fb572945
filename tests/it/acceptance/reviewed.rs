//! Reviewed runs: what was approved happens, and nothing else.

use super::on_every_cli;
use super::people::planned_rows;

const LEFT_ALONE: [&str; 6] = ["anna.berg", "ben.cole", "scanner", "karen.lopez", "all-staff", "admin"];

#[test]
fn a_reviewed_run_does_what_was_approved_and_nothing_else() {
    on_every_cli(|stage| {
        stage.workspace.remove("versions.tf");
        stage.workspace.copy_from("examples/reviewed-sync");

        // The very first plan, before there is an application, shows everybody by name.
        let (text, plan) = stage.workspace.plan_into("first.bin", &[]);
        let rows = planned_rows(&plan);
        let begin = |row: &String| row.split(' ').take(2).collect::<Vec<_>>().join(" ");
        assert_eq!(
            rows.iter().map(begin).collect::<Vec<_>>(),
            [
                "frank.gomez@contoso.com add",
                "grace.hill@contoso.com add",
                "henry.ito@contoso.com add",
                "irene.jones@contoso.com update",
                "jack.king@contoso.com delete",
            ],
            "{text}"
        );
        for row in &rows {
            let (address, line) = row.split_once(' ').expect("a row");
            let shown = text.stdout.lines().find(|shown| shown.contains(address) && shown.contains(line));
            assert!(shown.is_some(), "one line for {row}: {text}");
        }
        assert!(stage.simulator.writes().is_empty(), "a plan writes: {:#?}", stage.simulator.writes());

        // Who is hired between plan and apply is no error, and not added by it.
        stage.hire("nora.olsen");
        let before = LEFT_ALONE.map(|name| stage.account(name));
        assert!(before.iter().all(serde_json::Value::is_object), "{before:#?}");
        stage.workspace.apply(&["first.bin"]).succeeds();
        assert_eq!(
            stage.account_writes(),
            ["DELETE users/jack.king@contoso.com", "POST users", "PUT users/irene.jones@contoso.com"]
        );
        for name in ["frank.gomez", "grace.hill", "henry.ito"] {
            assert_eq!(stage.account(name)["type"], "end_user", "{name}");
        }
        assert_eq!(stage.account("irene.jones")["surname"], "Jones");
        assert!(stage.account("jack.king").is_null() && stage.account("nora.olsen").is_null());
        assert_eq!(LEFT_ALONE.map(|name| stage.account(name)), before);

        // The next plan shows the hire alone, and the one after it nothing.
        let (_, plan) = stage.workspace.plan_into("second.bin", &[]);
        let rows = planned_rows(&plan);
        assert!(rows.len() == 1 && rows[0].starts_with("nora.olsen@contoso.com add "), "{rows:?}");
        stage.workspace.apply(&["second.bin"]).succeeds();
        assert_eq!(stage.account_writes(), ["POST users"]);
        stage.workspace.assert_nothing_to_do();
    });
}

#[test]
fn a_reviewed_run_deletes_nobody_who_is_back_and_no_more_than_allowed() {
    on_every_cli(|stage| {
        stage.workspace.remove("versions.tf");
        stage.workspace.copy_from("examples/reviewed-sync");
        stage.workspace.apply(&[]).succeeds();

        // A deletion that was approved, of somebody who came back since.
        let ben = stage.delete_person("ben.cole");
        let (_, plan) = stage.workspace.plan_into("deletion.bin", &[]);
        let rows = planned_rows(&plan);
        assert!(rows.len() == 1 && rows[0].starts_with("ben.cole@contoso.com delete "), "{rows:?}");
        stage.bring_back(&ben);
        stage.hire("nora.olsen");
        stage.simulator.forget_requests();
        let refused = stage
            .workspace
            .apply(&["deletion.bin"])
            .fails()
            .says("Planned rows of contoso.com no longer hold");
        refused.says("ben.cole@contoso.com").says("Nothing was written");
        assert_eq!(stage.account_writes(), [""; 0]);

        // Two deletions, where 5% of a dozen accounts allow one.
        stage.delete_person("ben.cole");
        stage.delete_person("anna.berg");
        stage.simulator.forget_requests();
        stage.workspace.plan(&[]).fails().says("More deletions than allowed").says("would delete 2 accounts");
        stage.workspace.apply(&[]).fails().says("More deletions than allowed");
        assert!(stage.simulator.writes().is_empty(), "{:#?}", stage.simulator.writes());

        // The rest can be had without the deletions; they stay in the next plan.
        let path = stage.workspace.path().join("main.tf");
        let text = std::fs::read_to_string(path).expect("the configuration");
        let withholding = "max_deletions = \"5%\"\n  on_excess = \"withhold\"";
        stage.workspace.write("main.tf", &text.replace("max_deletions = \"5%\"", withholding));
        stage.workspace.apply(&[]).succeeds().says("More deletions than allowed");
        assert_eq!(stage.account_writes(), ["POST users"]);
        assert!(stage.account("nora.olsen").is_object() && stage.account("ben.cole").is_object());
        let left = stage.workspace.attributes("proofpoint_azure_sync_run.contoso")["left"].clone();
        assert!(
            left["ben.cole@contoso.com"].as_str().is_some_and(|reason| reason.contains("withheld")),
            "{left:#}"
        );
        let run_at = stage.workspace.attributes("proofpoint_azure_sync_run.contoso")["run_at"].clone();
        // A nightly plan is quiet until the report says something else, and names whom it concerns.
        for _ in 0..2 {
            let quiet = stage.workspace.plan(&[]);
            assert_eq!(quiet.code, Some(0), "{quiet}");
            quiet.says("Withheld from people of contoso.com").says("ben.cole@contoso.com  delete");
        }
        stage.hire("olaf.berg");
        // `run_at` has whole seconds, and all of this can happen within one.
        stage.simulator.advance_clock("2s");
        let (_, plan) = stage.workspace.plan_into("again.bin", &[]);
        assert_eq!(planned_rows(&plan).len(), 3);
        stage.workspace.apply(&["again.bin"]).succeeds();
        stage.workspace.assert_nothing_to_do();
        assert_ne!(stage.workspace.attributes("proofpoint_azure_sync_run.contoso")["run_at"], run_at);
    });
}
