//! Customers with identities of their own, as `examples/msp-own-credentials` has them: a plan and an apply for each, by another
//! identity, a state for each, and passwords that nothing keeps.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use super::{Stage, on_every_cli, on_every_cli_with};
use crate::support::simulator::Tenant;
use crate::support::workspace::{Install, Outcome, repository};

/// What a job of the example's pipeline runs for a customer, with the variables that the file gives it and those of GitHub.
fn job(stage: &Stage, pipeline: &Value, name: &str, tenant: &Tenant, password: &str) -> Outcome {
    let job = &pipeline["jobs"][name];
    let filled = |text: &str| {
        let filled = text
            .replace("${{ matrix.customer }}", &tenant.domain)
            .replace("${{ secrets.PROOFPOINT_ESSENTIALS_PASSWORD }}", password);
        assert!(!filled.contains("${{"), "nobody gives a job {filled}");
        filled
    };
    let root = stage.workspace.root().display();
    let mut environment: BTreeMap<String, String> = job["env"]
        .as_object()
        .expect("variables")
        .iter()
        .map(|(name, value)| (name.clone(), filled(value.as_str().expect("a text"))))
        .collect();
    // The simulator's own: here a secret stands for the token of a job.
    environment.insert("ARM_USE_OIDC".to_owned(), "false".to_owned());
    environment.insert("PROOFPOINT_ESSENTIALS_REGION".to_owned(), String::new());
    let reads = name == "plan";
    let secret = if reads { &tenant.reader_client_secret } else { &tenant.client_secret };
    environment.insert("ARM_CLIENT_SECRET".to_owned(), secret.clone());
    for name in ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"] {
        environment.insert(name.to_owned(), format!("{root}/{name}"));
    }
    let steps = job["steps"].as_array().expect("steps").iter();
    // What is run at night only is not run after a merge.
    let scripts: Vec<&str> = steps
        .filter(|step| step["if"] != "github.event_name == 'schedule'")
        .filter_map(|step| step["run"].as_str())
        .collect();
    assert!(scripts.len() > 1, "{job:#}");
    stage.workspace.run_script(&scripts.join("\n"), &environment)
}

/// A file of YAML, as the CLI reads it.
fn read(stage: &Stage, file: &str) -> Value {
    let script = format!(
        "mkdir -p ../reading && cp '{}' ../reading/file && cd ../reading && echo 'jsonencode(yamldecode(file(\"file\")))' | tofu console",
        repository().join(file).display()
    );
    let printed = stage.workspace.run_script(&script, &BTreeMap::new()).succeeds().stdout;
    let text: String = serde_json::from_str(printed.trim()).expect("a text");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn each_customer_is_planned_by_its_reader_and_applied_by_its_writer_into_its_own_state() {
    on_every_cli_with(&["--tenants", "2", "--users", "4"], Install::Mirror, |stage| {
        let pipeline = read(stage, "examples/msp-own-credentials/shards.yml");
        stage.workspace.remove("versions.tf");
        stage.workspace.copy_from("examples/msp-own-credentials");
        let tenants = stage.simulator.ready().tenants.clone();
        let lines: Vec<String> = tenants
            .iter()
            .map(|one| {
                let who = json!({
                    "tenant_id": one.tenant_id,
                    "reader": { "client_id": one.reader_client_id, "username": one.essentials_reader_username },
                    "writer": { "client_id": one.client_id, "username": one.essentials_username },
                });
                format!("{}: {who}\n", one.domain)
            })
            .collect();
        stage.workspace.write("tenants.yaml", &lines.concat());
        // Whose identity it is comes from the file, not from these.
        for name in ["ARM_TENANT_ID", "ARM_CLIENT_ID", "ARM_CLIENT_SECRET"] {
            stage.workspace.set(name, "");
        }
        for name in ["PROOFPOINT_ESSENTIALS_USERNAME", "PROOFPOINT_ESSENTIALS_PASSWORD"] {
            stage.workspace.set(name, "");
        }
        for tenant in &tenants {
            stage.simulator.forget_requests();
            job(stage, &pipeline, "plan", tenant, &tenant.essentials_reader_password).succeeds();
            assert!(stage.simulator.writes().is_empty(), "{:#?}", stage.simulator.writes());
            assert_eq!(stage.workspace.read(&format!("changed-{}", tenant.domain)).trim(), tenant.domain);
            job(stage, &pipeline, "apply", tenant, &tenant.essentials_password)
                .succeeds()
                .says("3 added, 0 changed, 0 destroyed");
            let again = job(stage, &pipeline, "plan", tenant, &tenant.essentials_reader_password);
            again.succeeds().says("No changes");
        }
        let state = stage.simulator.state();
        for tenant in &tenants {
            let settings = &state["organizations"][&tenant.domain]["settings"];
            assert_eq!(settings["sync_frequency"], json!(1), "{settings:#}");
            let kept = format!("terraform.tfstate.d/{}/terraform.tfstate", tenant.domain);
            assert!(stage.workspace.read(&kept).contains(&tenant.domain));
            for password in [&tenant.essentials_password, &tenant.essentials_reader_password] {
                for (file, content) in stage.workspace.files() {
                    let held = content.windows(password.len()).any(|part| part == password.as_bytes());
                    assert!(!held, "{} holds the password", file.display());
                }
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
