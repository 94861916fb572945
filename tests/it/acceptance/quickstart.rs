//! The quick start as the README tells it: init from a mirror, plan, apply, nothing to do, destroy.

use super::on_every_cli_with;
use crate::support::workspace::Install;

#[test]
fn the_quick_start_applies_settles_and_goes() {
    on_every_cli_with(&[], Install::Mirror, |stage| {
        let workspace = &mut stage.workspace;
        workspace.set("TF_VAR_domain", &stage.simulator.tenant().domain);
        workspace.remove("versions.tf");
        workspace.copy_from("examples/quickstart");
        workspace.init();

        let (plan, json) = workspace.plan_into("plan.bin", &[]);
        assert_eq!(plan.code, Some(2), "{plan}");
        assert!(json["resource_changes"].as_array().is_some_and(|changes| changes.len() == 3), "{json:#}");
        assert!(stage.simulator.writes().is_empty(), "a plan writes: {:#?}", stage.simulator.writes());

        workspace.apply(&["plan.bin"]).succeeds();
        let application = workspace.attributes("proofpoint_azure_application.sync");
        let tenant = stage.simulator.tenant();
        let state = stage.simulator.state();
        let settings = &state["organizations"][&tenant.domain]["settings"];
        assert_eq!(settings["application_id"], application["client_id"], "{settings:#}");

        stage.simulator.forget_requests();
        workspace.assert_nothing_to_do();
        assert!(stage.simulator.writes().is_empty(), "an empty plan writes: {:#?}", stage.simulator.writes());

        workspace.destroy().succeeds();
        let state = stage.simulator.state();
        assert!(state["organizations"][&tenant.domain]["settings"].is_null(), "{state:#}");
    });
}
