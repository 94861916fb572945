//! `terraform query`, where a CLI has it: what it finds can be imported with the configuration that comes with it, and then
//! nothing is left to do.

use serde_json::Value as Json;

use super::{Stage, on_every_cli};
use crate::support::workspace::{Outcome, Workspace, requirement};

const EVERYTHING: &str = r#"
list "proofpoint_azure_application" "all" {
  provider         = proofpoint
  include_resource = true
}

list "proofpoint_azure_sync" "all" {
  provider         = proofpoint
  include_resource = true
}
"#;

/// Applies the quick start, then forgets all about it: what is there might as well have been made by hand.
fn made_and_forgotten(stage: &mut Stage) {
    let domain = stage.simulator.tenant().domain.clone();
    stage.workspace.set("TF_VAR_domain", &domain);
    stage.workspace.remove("versions.tf");
    stage.workspace.copy_from("examples/quickstart");
    stage.workspace.apply(&[]).succeeds();
    stage.workspace.forget_state();
    stage.workspace.remove("main.tf");
    stage.workspace.write("versions.tf", &requirement());
    stage.workspace.write("provider.tf", "provider \"proofpoint\" {}\n");
}

/// The finds of a query, and what was said about it.
fn query(workspace: &Workspace) -> (Vec<Json>, Outcome) {
    let outcome = workspace.run(&["query", "-json", "-no-color"]);
    let lines = outcome.stdout.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
    let finds = lines.filter(|line| line["type"] == "list_resource_found");
    (finds.map(|line| line["list_resource_found"].clone()).collect(), outcome)
}

#[test]
fn what_a_query_finds_is_imported_with_its_configuration_and_nothing_is_left_to_do() {
    on_every_cli(|stage| {
        if !stage.cli.queries() {
            return;
        }
        made_and_forgotten(stage);
        let tenant = stage.simulator.tenant().clone();
        stage.workspace.write("search.tfquery.hcl", EVERYTHING);
        let (finds, outcome) = query(&stage.workspace);
        let found = |kind: &str| {
            let mut of_kind = finds.iter().filter(|find| find["resource_type"] == kind);
            let find = of_kind.next().unwrap_or_else(|| panic!("{kind}: {outcome}"));
            assert!(of_kind.next().is_none(), "{kind}: {outcome}");
            find.clone()
        };
        let application = found("proofpoint_azure_application");
        assert_eq!(application["display_name"], "Proofpoint Essentials Azure Sync", "{outcome}");
        assert_eq!(application["identity"]["tenant_id"], tenant.tenant_id.as_str(), "{outcome}");
        let sync = found("proofpoint_azure_sync");
        assert_eq!(sync["display_name"], tenant.domain.as_str(), "{outcome}");
        assert_eq!(sync["identity"], serde_json::json!({ "organization": tenant.domain }), "{outcome}");

        stage.workspace.run(&["query", "-no-color", "-generate-config-out=found.tf"]).succeeds();
        stage.workspace.remove("search.tfquery.hcl");
        let (plan, changes) = stage.workspace.plan_into("plan.bin", &[]);
        for change in changes["resource_changes"].as_array().expect("changes") {
            assert_eq!(change["change"]["actions"], serde_json::json!(["no-op"]), "{plan}");
            assert!(!change["change"]["importing"].is_null(), "{plan}");
        }
        stage.simulator.forget_requests();
        stage.workspace.apply(&["plan.bin"]).succeeds();
        stage.workspace.assert_nothing_to_do();
        assert!(stage.simulator.writes().is_empty(), "{:#?}", stage.simulator.writes());
    });
}
