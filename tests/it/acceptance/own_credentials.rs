//! Customers with an identity each, as `examples/msp-own-credentials` has them: a run and a state for each, and a password that
//! nothing keeps.

use std::fs;

use serde_json::json;

use super::{on_every_cli, on_every_cli_with};
use crate::support::workspace::{Install, repository};

/// What the example's pipeline runs for a customer.
fn steps() -> Vec<String> {
    let pipeline = repository().join("examples/msp-own-credentials/shards.yml");
    let pipeline = fs::read_to_string(pipeline).expect("the pipeline");
    let steps = pipeline.lines().filter_map(|line| line.trim_start().strip_prefix("- run: "));
    let steps: Vec<String> = steps.filter(|step| step.starts_with("tofu ")).map(str::to_owned).collect();
    assert_eq!(steps.len(), 3, "{steps:?}");
    steps
}

#[test]
fn each_customer_is_applied_by_its_own_identity_into_its_own_state() {
    on_every_cli_with(&["--tenants", "2", "--users", "4"], Install::Mirror, |stage| {
        stage.workspace.remove("versions.tf");
        stage.workspace.copy_from("examples/msp-own-credentials");
        let tenants = stage.simulator.ready().tenants.clone();
        let lines: Vec<String> = tenants
            .iter()
            .map(|one| {
                let who = json!({
                    "tenant_id": one.tenant_id, "client_id": one.client_id, "username": one.essentials_username,
                });
                format!("{}: {who}\n", one.domain)
            })
            .collect();
        stage.workspace.write("tenants.yaml", &lines.concat());
        // Whose identity it is comes from the file, not from these.
        for name in ["ARM_TENANT_ID", "ARM_CLIENT_ID", "PROOFPOINT_ESSENTIALS_USERNAME"] {
            stage.workspace.set(name, "");
        }
        stage.workspace.set("PROOFPOINT_ESSENTIALS_PASSWORD", "");
        for tenant in &tenants {
            stage.workspace.set("ARM_CLIENT_SECRET", &tenant.client_secret);
            stage.workspace.set("TF_VAR_customer", &tenant.domain);
            stage.workspace.set("TF_VAR_proofpoint_password", &tenant.essentials_password);
            stage.workspace.run_steps(&steps()).succeeds();
            stage.workspace.assert_nothing_to_do();
            stage.workspace.plan_into(&format!("{}.bin", tenant.domain), &[]);
        }
        let state = stage.simulator.state();
        for tenant in &tenants {
            let settings = &state["organizations"][&tenant.domain]["settings"];
            assert_eq!(settings["sync_frequency"], json!(1), "{settings:#}");
            let kept = format!("terraform.tfstate.d/{}/terraform.tfstate", tenant.domain);
            assert!(stage.workspace.read(&kept).contains(&tenant.domain));
            for (file, content) in stage.workspace.files() {
                let held = content
                    .windows(tenant.essentials_password.len())
                    .any(|part| part == tenant.essentials_password.as_bytes());
                assert!(!held, "{} holds the password", file.display());
            }
        }
    });
}

#[test]
fn a_password_from_a_vault_signs_in_and_is_kept_nowhere() {
    on_every_cli(|stage| {
        let password = stage.simulator.tenant().essentials_password.clone();
        let example =
            fs::read_to_string(repository().join("examples/provider/provider-password-from-a-vault.tf"))
                .expect("the example");
        stage.workspace.write("provider.tf", &example);
        stage.workspace.write("main.tf", "data \"proofpoint_account\" \"this\" {}\n\noutput \"address\" {\n  value = data.proofpoint_account.this.primary_email\n}\n");
        stage.workspace.set("PROOFPOINT_ESSENTIALS_PASSWORD", "");
        // What a vault's command line prints.
        stage.workspace.set("TF_VAR_proofpoint_password", &password);
        let applied = stage.workspace.apply(&[]).succeeds();
        assert!(!format!("{applied}").contains(&password));
        stage.workspace.plan_into("saved.bin", &[]);
        for (file, content) in stage.workspace.files() {
            let held = content.windows(password.len()).any(|part| part == password.as_bytes());
            assert!(!held, "{} holds the password", file.display());
        }
        stage.workspace.set("TF_VAR_proofpoint_password", "another");
        stage.workspace.plan(&[]).fails().says("refused the sign-in").does_not_say(&password);
    });
}
