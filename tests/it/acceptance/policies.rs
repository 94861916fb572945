//! The policies of `examples/pipelines/policy`, by Conftest, on plans that real CLIs have printed: what they let through, and for
//! each rule a plan that it refuses.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{Stage, on_every_cli, on_every_cli_with};
use crate::support::printed::blocks;
use crate::support::workspace::{Install, Outcome, repository};

/// The one that `.ci/lint-workflows` has built.
#[expect(clippy::print_stderr, reason = "a test that shows nothing says so")]
fn conftest() -> Option<PathBuf> {
    let test = std::env::current_exe().expect("the path of this test");
    let tools = test.ancestors().nth(3).expect("cargo builds into target/PROFILE/deps").join("tools");
    let found = tools.read_dir().ok()?.flatten().map(|entry| entry.path().join("bin/conftest"));
    let found = found.filter(|path| path.is_file()).max();
    if found.is_none() {
        eprintln!(
            "NOT RUN: there is no Conftest in target/tools; `.ci/lint-workflows --install` builds it, with Go"
        );
    }
    found
}

/// Holds a plan, as the workspace's CLI prints it, against the policies.
fn judged(stage: &Stage, conftest: &Path, more: &[&str]) -> Outcome {
    let (_, plan) = stage.workspace.plan_into("policy.tfplan", more);
    stage.workspace.write("plan.json", &plan.to_string());
    let policy = repository().join("examples/pipelines/policy");
    let command =
        format!("'{}' test --no-color --policy '{}' plan.json", conftest.display(), policy.display());
    stage.workspace.run_script(&command, &std::collections::BTreeMap::new())
}

/// The names of people who have an account and nothing that keeps it.
fn people(stage: &Stage) -> Vec<String> {
    let world = stage.simulator.state();
    let tenant = &world["tenants"][&stage.simulator.tenant().tenant_id];
    let users = tenant["users"].as_array().expect("users");
    let name = |user: &Value| Some(user["userPrincipalName"].as_str()?.split_once('@')?.0.to_owned());
    let mut names: Vec<String> = users.iter().filter_map(name).collect();
    names.retain(|name| stage.account(name)["type"] == "end_user");
    names
}

#[test]
fn the_example_passes_and_each_of_its_faults_is_refused() {
    let Some(conftest) = conftest() else { return };
    on_every_cli(|stage| {
        let judge = |stage: &Stage, more: &[&str]| judged(stage, &conftest, more);
        stage.workspace.remove("versions.tf");
        stage.workspace.copy_from("examples/pipelines");
        judge(stage, &["-var=report=true"]).succeeds();

        // In the place of what main.tf says.
        for (fault, said, failures) in [
            (
                "resource \"proofpoint_azure_application\" \"sync\" {\n  application_permissions = [\"Directory.Read.All\", \"Mail.Read\"]\n}\n",
                "`Mail.Read` is more than the sync needs (application_permissions)",
                "2 failures",
            ),
            (
                "resource \"proofpoint_azure_admin_consent\" \"sync\" {\n  delegated_permissions = [\"Directory.ReadWrite.All\"]\n}\n",
                "`Directory.ReadWrite.All` is more than the sync needs (delegated_permissions)",
                "1 failure",
            ),
            (
                "resource \"proofpoint_azure_sync\" \"this\" {\n  managed_client_secret = null\n  client_secret         = \"literal\"\n}\n",
                "its secret is not managed by the provider",
                "1 failure",
            ),
            (
                "provider \"proofpoint\" {\n  read_only = true\n}\n",
                "leave `read_only` to the environment of each job",
                "1 failure",
            ),
            (
                "provider \"proofpoint\" {\n  client_certificate_password = \"literal\"\n}\n",
                "`client_certificate_password` is written in the configuration",
                "1 failure",
            ),
        ] {
            stage.workspace.write("fault_override.tf", fault);
            judge(stage, &[]).fails().says(said).says(failures);
        }
        stage.workspace.remove("fault_override.tf");
        stage.workspace.write(
            "elsewhere.tf",
            "resource \"proofpoint_azure_client_secret\" \"elsewhere\" {\n  application_id = proofpoint_azure_application.sync.id\n}\n",
        );
        judge(stage, &[]).fails().says("its value is in the state").says("1 failure");
        stage.workspace.remove("elsewhere.tf");

        stage.workspace.apply(&[]).succeeds();
        judge(stage, &[]).succeeds();
        judge(stage, &["-destroy", "-target=proofpoint_azure_sync.this"])
            .fails()
            .says("too much would be destroyed or replaced, 1 where 0 may: proofpoint_azure_sync.this");

        // One more than the limit leaves: what Proofpoint's next run would do, as the report knows it.
        for name in people(stage).iter().take(6) {
            stage.delete_person(name);
        }
        judge(stage, &["-var=report=true"]).fails().says("the next run would remove too many accounts");
        // Without the report nothing is changed by this plan.
        judge(stage, &[]).succeeds();
    });
}

#[test]
fn a_run_that_takes_too_many_is_refused() {
    let Some(conftest) = conftest() else { return };
    on_every_cli_with(&[], Install::Override, |stage| {
        stage.workspace.remove("versions.tf");
        stage.workspace.copy_from("examples/reviewed-sync");
        judged(stage, &conftest, &[]).succeeds();
        let text = fs::read_to_string(stage.workspace.path().join("main.tf")).expect("the configuration");
        stage.workspace.write("main.tf", &text.replace("max_deletions = \"5%\"", "max_deletions = \"100%\""));
        for name in people(stage).iter().take(6) {
            stage.delete_person(name);
        }
        judged(stage, &conftest, &[])
            .fails()
            .says("proofpoint_azure_sync_run.contoso: too many would lose mail")
            .says("would remove too many accounts");
    });
}

#[test]
fn the_pipelines_of_every_example_pass_by_the_command_of_the_guide() {
    let Some(conftest) = conftest() else { return };
    let command = blocks("docs/guides/pipelines.md", "Policies", "shell").swap_remove(0);
    let place = tempfile::tempdir().expect("a temporary directory");
    let examples = repository().join("examples");
    let copy = |from: &str, to: &str| {
        let to = place.path().join(to);
        std::fs::create_dir_all(to.parent().expect("a directory")).expect("a directory");
        std::fs::copy(examples.join(from), to).expect("a copy");
    };
    for file in ["plan.yml", "apply.yml", "nightly.yml"] {
        copy(&format!("pipelines/github/{file}"), &format!(".github/workflows/{file}"));
    }
    copy("msp-own-credentials/shards.yml", ".github/workflows/shards.yml");
    for file in ["changes.rego", "jobs.rego", "limits.rego", "plan.rego"] {
        copy(&format!("pipelines/policy/{file}"), &format!("policy/{file}"));
    }
    let script = format!("conftest() {{ '{}' \"$@\" --no-color; }}\n{command}", conftest.display());
    let run = || {
        let output = Command::new("sh").args(["-e", "-c", &script]).current_dir(place.path()).output();
        output.expect("a shell")
    };
    let output = run();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.contains(" passed, 0 warnings, 0 failures"), "{said}");
    // It looks at each of them: one that applies what nobody has seen is found.
    let file = place.path().join(".github/workflows/shards.yml");
    let text = std::fs::read_to_string(&file).expect("the pipeline");
    std::fs::write(&file, text.replace("apply -input=false tfplan", "apply -input=false -auto-approve"))
        .expect("a file");
    assert!(!run().status.success());
}

/// Plans in which the same is asked for in a way that a rule could overlook.
#[test]
fn what_is_written_otherwise_is_refused_as_well() {
    let Some(conftest) = conftest() else { return };
    on_every_cli_with(&[], Install::Override, |stage| {
        stage.workspace.remove("versions.tf");
        stage.workspace.write("main.tf", OTHERWISE);
        let mut said = judged(stage, &conftest, &[]).fails();
        for reason in [
            "data.proofpoint_azure_sync_preview.later: what the next run would do is not known yet",
            "proofpoint_azure_application.more: `application_permissions` is not known yet",
            "proofpoint_azure_sync_run.rows: what it will do to people is not known yet",
            "`password` is written in the configuration",
            "leave `read_only` to the environment of each job",
        ] {
            said = said.says(reason);
        }
        said.says("5 failures");

        if stage.cli.invokes() {
            for name in people(stage).iter().take(6) {
                stage.delete_person(name);
            }
            stage.workspace.write("main.tf", BY_ACTION);
            let said = judged(stage, &conftest, &[]).fails();
            said.says("action.proofpoint_azure_sync_run.now: too many would lose mail").says("2 failures");
        }
    });
}

/// A provider by another name, with a password that is pieced together; and what is known only when it is applied.
const OTHERWISE: &str = r#"
terraform {
  required_providers {
    mail = { source = "azuresync/proofpoint" }
  }
}
provider "mail" {
  password  = join("", ["lit", "eral"])
  read_only = false
}
resource "terraform_data" "later" {
  input = { domain = "contoso.com", permission = "Mail.Read", row = "delete end_user: its user was deleted in Entra" }
}
resource "proofpoint_azure_application" "more" {
  provider                = mail
  display_name            = "More"
  application_permissions = ["Directory.Read.All", terraform_data.later.output.permission]
}
data "proofpoint_azure_sync_preview" "later" {
  provider = mail
  domain   = terraform_data.later.output.domain
}
resource "proofpoint_azure_sync_run" "rows" {
  provider = mail
  domain   = "contoso.com"
  changes  = { "anna.berg@contoso.com" = terraform_data.later.output.row }
}
"#;

/// A run that no state keeps, started by a change of something else.
const BY_ACTION: &str = r#"
terraform {
  required_providers {
    proofpoint = { source = "azuresync/proofpoint" }
  }
}
data "proofpoint_azure_sync_preview" "this" {
  domain = "contoso.com"
  users  = { remove_deleted = true }
}
action "proofpoint_azure_sync_run" "now" {
  config {
    domain        = "contoso.com"
    changes       = data.proofpoint_azure_sync_preview.this.changes
    max_deletions = "100%"
  }
}
resource "terraform_data" "start" {
  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.proofpoint_azure_sync_run.now]
    }
  }
}
"#;
