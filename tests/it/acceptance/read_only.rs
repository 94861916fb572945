//! `read_only`: whatever is asked of it, the provider changes nothing on either side, and says why.

use super::{Stage, on_every_cli};

const APPLICATION: &str = "proofpoint_azure_application.sync";
const BLOCK: &str = "provider \"proofpoint\" {\n  read_only = true\n}\n";

/// Whatever the CLI does reaches the services and changes nothing there.
#[track_caller]
fn assert_only_read(stage: &Stage) {
    let requests = stage.simulator.requests();
    let reads = requests.iter().filter(|request| !request.path.ends_with("/oauth2/v2.0/token")).count();
    assert!(reads > 0, "{}: nothing was asked", stage.cli);
    let writes = stage.simulator.writes();
    assert!(writes.is_empty(), "{}: {writes:#?}", stage.cli);
    stage.simulator.forget_requests();
}

#[test]
fn read_only_lets_everything_work_but_a_change() {
    on_every_cli(|stage| {
        stage.workspace.set("TF_VAR_domain", &stage.simulator.tenant().domain);
        stage.workspace.remove("versions.tf");
        stage.workspace.copy_from("examples/quickstart");

        // By the environment.
        stage.workspace.set("PROOFPOINT_READ_ONLY", "true");
        stage.workspace.validate().succeeds();
        assert_eq!(stage.workspace.plan(&[]).code, Some(2));
        let refused = stage.workspace.apply(&[]).fails();
        refused.says("nothing was sent").says("set `read_only` to false").says("PROOFPOINT_READ_ONLY");
        assert_only_read(stage);

        stage.workspace.set("PROOFPOINT_READ_ONLY", "");
        stage.workspace.apply(&[]).succeeds();
        stage.simulator.forget_requests();

        // By the argument, with something to change, to refresh, to import and to destroy.
        stage.workspace.write("provider_override.tf", BLOCK);
        stage.workspace.assert_nothing_to_do();
        let batches = stage.simulator.requests();
        assert!(batches.iter().any(|request| request.path.ends_with("/$batch")), "{batches:#?}");
        stage.workspace.apply(&["-refresh-only"]).succeeds();
        let change = "resource \"proofpoint_azure_sync\" \"this\" {\n  frequency = 24\n}\n";
        stage.workspace.write("change_override.tf", change);
        assert_eq!(stage.workspace.plan(&[]).code, Some(2));
        stage.workspace.apply(&[]).fails().says("nothing was sent").says("set `read_only` to false");
        stage.workspace.destroy().fails().says("nothing was sent").says("set `read_only` to false");
        let id = stage.workspace.attributes(APPLICATION)["id"].as_str().unwrap_or_default().to_owned();
        stage.workspace.forget_state();
        stage.workspace.import(APPLICATION, &id).succeeds();
        assert_only_read(stage);
    });
}
