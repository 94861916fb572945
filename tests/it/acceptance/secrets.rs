//! No secret leaves the two services: not into state, plans, logs, output, or files of the provider.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Stage, on_every_cli_with};
use crate::support::secret_search::Places;
use crate::support::workspace::{Install, Outcome};

const SYNC: &str = "proofpoint_azure_sync.this";

/// Everything that commands have printed.
#[derive(Default)]
struct Heard(Vec<String>);

impl Heard {
    #[track_caller]
    fn succeeds(&mut self, outcome: Outcome) {
        self.0.push(outcome.succeeds().to_string());
    }

    /// Plans into a file, which stays, and listens to what `show` says of it.
    #[track_caller]
    fn plan(&mut self, stage: &Stage, name: &str) -> Value {
        let (plan, shown) = stage.workspace.plan_into(name, &[]);
        assert_eq!(plan.code, Some(2), "{plan}");
        self.0.extend([plan.to_string(), shown.to_string()]);
        shown
    }

    /// Fails when something that was printed or written holds a secret.
    #[track_caller]
    fn assert_no_secret(&self, stage: &Stage) {
        let secrets = stage.simulator.secrets();
        assert!(secrets.len() > 10, "only {} secrets", secrets.len());
        let places = Places::of(&stage.workspace, &self.0);
        assert!(places.have(": tfplan"), "no plan was looked into");
        assert!(places.have("terraform.tfstate"), "no state was looked into");
        places.hold_none_of(&secrets);
        assert!(self.0.iter().any(|text| text.contains("[TRACE]")), "nothing was said at TRACE");
    }
}

#[test]
fn no_secret_is_ever_seen_and_a_plan_outlives_the_rotation_date() {
    on_every_cli_with(&["--users", "3", "--groups", "1"], Install::Override, |stage| {
        let domain = stage.simulator.tenant().domain.clone();
        stage.workspace.set("TF_VAR_domain", &domain);
        stage.workspace.set("TF_LOG", "TRACE");
        stage.workspace.remove("versions.tf");
        stage.workspace.copy_from("examples/quickstart");
        let mut heard = Heard::default();

        heard.plan(stage, "create.plan");
        heard.succeeds(stage.workspace.apply(&["create.plan"]));
        let created = stage.workspace.attributes(SYNC);

        // Planned before the rotation date, applied after it.
        stage.workspace.write(
            "change_override.tf",
            "resource \"proofpoint_azure_sync\" \"this\" {\n  frequency = 24\n}\n",
        );
        heard.plan(stage, "change.plan");
        stage.simulator.advance_clock("705d");
        heard.succeeds(stage.workspace.apply(&["change.plan"]));
        let changed = stage.workspace.attributes(SYNC);
        assert_ne!(changed["key_id"], created["key_id"]);
        assert_eq!(changed["rotation_reason"], "settings_changed");

        stage.simulator.advance_clock("705d");
        let shown = heard.plan(stage, "rotate.plan");
        let resources = shown["resource_changes"].as_array().cloned().unwrap_or_default();
        let sync = resources.iter().find(|change| change["address"] == SYNC).cloned().unwrap_or_default();
        assert_eq!(sync["change"]["after"]["rotation_reason"], "expiring", "{sync:#}");
        heard.succeeds(stage.workspace.apply(&["rotate.plan"]));
        let rotated = stage.workspace.attributes(SYNC);
        assert_ne!(rotated["key_id"], changed["key_id"]);

        if stage.cli.writes_only() {
            hand_over_by_hand(stage, &mut heard);
        }
        heard.succeeds(stage.workspace.destroy());
        heard.assert_no_secret(stage);
    });
}

/// A secret that somebody made, through an argument that is never stored.
fn hand_over_by_hand(stage: &mut Stage, heard: &mut Heard) {
    let application = stage.workspace.attributes("proofpoint_azure_application.sync");
    let path = format!("applications/{}/addPassword", application["object_id"].as_str().unwrap_or_default());
    let body = json!({ "passwordCredential": { "displayName": "By hand" } });
    let (status, made) = stage.simulator.graph(Method::POST, &path, Some(&body));
    assert_eq!(status, 200, "{made}");
    let secret = made["secretText"].as_str().unwrap_or_default();
    stage.workspace.set("TF_VAR_secret", secret);
    stage.workspace.write(
        "secret.tf",
        "variable \"secret\" {\n  type      = string\n  sensitive = true\n  ephemeral = true\n}\n",
    );
    stage.workspace.write(
        "change_override.tf",
        "resource \"proofpoint_azure_sync\" \"this\" {\n  managed_client_secret    = null\n  client_secret_wo         = var.secret\n  client_secret_wo_version = \"1\"\n}\n",
    );
    heard.succeeds(stage.workspace.apply(&[]));
    let domain = &stage.simulator.tenant().domain;
    assert_eq!(stage.simulator.state()["organizations"][domain]["settings"]["ad_key"], secret);
}

#[test]
fn a_warning_about_a_secret_does_not_quote_its_line() {
    on_every_cli_with(&[], Install::Override, |stage| {
        let literal = "a-literal-in-the-configuration";
        let sync = format!(
            "resource \"proofpoint_azure_sync\" \"this\" {{\n  domain = \"contoso.com\"\n  default_role = \"end_user\"\n  \
             client_id = \"00000000-0000-0000-0000-000000000002\"\n  client_secret = \"{literal}\"\n}}\n"
        );
        stage.workspace.write("sync.tf", &sync);
        let outcome = stage.workspace.validate().succeeds();
        let outcome = outcome.does_not_say(literal);
        if stage.cli.writes_only() {
            outcome.says("A write-only argument is available");
        }
    });
}
