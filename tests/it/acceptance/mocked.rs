//! `mock_provider`: what people test their modules with. The CLIs put values of their own making in the place of what
//! services would give, and core validates with those, too.

use std::collections::BTreeMap;
use std::fs;

use crate::support::cli::with_each;
use crate::support::workspace::{Install, repository, workspace};

const TEST: &str = r#"
mock_provider "proofpoint" {
  # Ids have a form; whatever else the CLI makes up is fine.
  mock_resource "proofpoint_azure_application" {
    defaults = {
      id        = "/applications/00000000-0000-0000-0000-000000000001"
      client_id = "00000000-0000-0000-0000-000000000002"
    }
  }
}

run "plan" {
  command = plan
}

run "apply" {
  command = apply
}
"#;

#[test]
fn the_configuration_of_the_readme_is_planned_and_applied_with_a_mocked_provider() {
    with_each(|cli| {
        let workspace = workspace(cli, Install::Mirror, &BTreeMap::new());
        let readme = fs::read_to_string(repository().join("README.md")).expect("the README");
        let block =
            readme.split("```hcl\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a block");
        workspace.remove("versions.tf");
        workspace.write("main.tf", block);
        workspace.write("tests/mocked.tftest.hcl", TEST);
        workspace.init();
        let outcome = workspace.run(&["test", "-no-color"]).succeeds();
        outcome.says("2 passed, 0 failed").does_not_say("left the following resources");
    });
}
