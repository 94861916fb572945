//! A client secret for use elsewhere, on every CLI.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::{Stage, on_every_cli};

const SECRET: &str = "proofpoint_azure_client_secret.elsewhere";

#[test]
fn a_secret_is_made_rotated_kept_for_its_overlap_imported_and_destroyed() {
    on_every_cli(|stage| {
        stage.configure("1");
        stage.workspace.apply(&[]).succeeds();
        let first = stage.secret();
        assert_eq!(stage.keys(), BTreeSet::from([key(&first)]), "{first}");
        assert!(
            first["value"].as_str().is_some_and(|value| stage.simulator.secrets().contains(&value.into()))
        );
        assert!(first["id"].as_str().is_some_and(|id| id.ends_with(&format!("/password/{}", key(&first)))));
        stage.workspace.assert_nothing_to_do();

        stage.configure("2");
        stage.workspace.apply(&[]).succeeds();
        let second = stage.secret();
        assert_ne!(second["value"], first["value"]);
        assert_eq!(stage.keys(), BTreeSet::from([key(&first), key(&second)]));
        assert_eq!(second["previous_key_ids"], json!([key(&first)]));

        // The plan is applied a while after it was made.
        stage.simulator.advance_clock("25h");
        let (_, plan) = stage.workspace.plan_into("over", &[]);
        assert_eq!(actions(&plan), ["update"], "{plan}");
        stage.simulator.advance_clock("48h");
        stage.workspace.apply(&["over"]).succeeds();
        assert_eq!(stage.keys(), BTreeSet::from([key(&second)]));
        assert_eq!(stage.secret()["value"], second["value"]);

        stage.workspace.run(&["state", "rm", SECRET]).succeeds();
        stage.workspace.import(SECRET, second["id"].as_str().expect("an id")).succeeds();
        let imported = stage.secret();
        assert_eq!(imported["value"], Value::Null);
        for name in ["id", "key_id", "display_name", "end_date", "start_date", "hint", "application_id"] {
            assert_eq!(imported[name], second[name], "{name}");
        }
        // What Entra does not show is taken over from the configuration; the secret stays.
        stage.workspace.apply(&[]).succeeds();
        assert_eq!(stage.secret()["key_id"], second["key_id"]);
        stage.workspace.assert_nothing_to_do();
        stage.workspace.destroy().succeeds();
    });
}

impl Stage {
    fn configure(&self, trigger: &str) {
        let text = r#"
resource "proofpoint_azure_application" "sync" {
  display_name  = "For reports"
  redirect_uris = ["https://reports.example.com/"]
}

resource "proofpoint_azure_client_secret" "elsewhere" {
  application_id      = proofpoint_azure_application.sync.id
  display_name        = "reporting"
  end_date_relative   = "4320h"
  rotate_before       = "720h"
  rotate_when_changed = { trigger = "TRIGGER" }
  overlap             = "24h"
}
"#;
        self.workspace.write("main.tf", &text.replace("TRIGGER", trigger));
    }

    fn secret(&self) -> Value {
        self.workspace.attributes(SECRET)
    }

    /// Ids of the secrets that the application has.
    fn keys(&self) -> BTreeSet<String> {
        let application = self.workspace.attributes("proofpoint_azure_application.sync");
        let path = format!("applications/{}", application["object_id"].as_str().expect("an id"));
        let (status, found) = self.simulator.graph(Method::GET, &path, None);
        assert_eq!(status, 200, "{found}");
        let keys = found["passwordCredentials"].as_array().cloned().unwrap_or_default();
        keys.iter().map(|key| key["keyId"].as_str().expect("a key id").to_owned()).collect()
    }
}

fn key(secret: &Value) -> String {
    secret["key_id"].as_str().expect("a key id").to_owned()
}

/// What the plan does to the secret.
fn actions(plan: &Value) -> Vec<&str> {
    let changes = plan["resource_changes"].as_array().expect("changes");
    let secret = changes.iter().find(|change| change["address"] == SECRET).expect("the secret in the plan");
    secret["change"]["actions"].as_array().expect("actions").iter().filter_map(Value::as_str).collect()
}
