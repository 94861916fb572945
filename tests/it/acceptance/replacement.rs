//! Replacements through every CLI: own and forced `create_before_destroy`, `-replace`, a rename without a `moved` block, and
//! an apply that is interrupted between both halves. An apply that says yes leaves what the state says.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::{Stage, on_every_cli_with};
use crate::support::workspace::{Install, Outcome};

const APPLICATION: &str = "proofpoint_azure_application";
const CONSENT: &str = "proofpoint_azure_admin_consent";
const SECRET: &str = "proofpoint_azure_client_secret";

/// The three objects under these names. `lifecycle` stands in each, or in the secret alone, which forces it on the others.
fn configuration(name: &str, lifecycle: &str, everywhere: bool, secret: &str) -> String {
    let others = if everywhere { lifecycle } else { "" };
    format!(
        r#"
resource "{APPLICATION}" "{name}" {{
  display_name  = "Replaced"
  redirect_uris = ["https://reports.example.com/"]
  {others}
}}

resource "{CONSENT}" "{name}" {{
  client_id               = {APPLICATION}.{name}.client_id
  delegated_permissions   = ["Directory.Read.All"]
  application_permissions = ["Directory.Read.All"]
  {others}
}}

resource "{SECRET}" "{name}" {{
  application_id = {APPLICATION}.{name}.id
  display_name   = "{secret}"
  depends_on     = [{CONSENT}.{name}]
  {lifecycle}
}}
"#
    )
}

const BEFORE: &str = "lifecycle { create_before_destroy = true }";

impl Stage {
    fn write_all(&self, text: &str) {
        self.workspace.write("main.tf", text);
    }

    /// Fails unless Entra has what the state says: the application with its principal, both kinds of consent and one secret.
    #[track_caller]
    fn assert_all_there(&self, name: &str) {
        let application = self.workspace.attributes(&format!("{APPLICATION}.{name}"));
        let secret = self.workspace.attributes(&format!("{SECRET}.{name}"));
        let directory = self.simulator.state()["tenants"][&self.simulator.tenant().tenant_id].take();
        let count = |list: &str, member: &str, value: &Value| {
            directory[list].as_array().into_iter().flatten().filter(|one| one[member] == *value).count()
        };
        let principal = &application["service_principal_object_id"];
        assert!(principal.is_string(), "{application:#}");
        assert_eq!(count("applications", "displayName", &json!("Replaced")), 1);
        assert_eq!(count("applications", "id", &application["object_id"]), 1);
        assert_eq!(count("service_principals", "id", principal), 1);
        assert_eq!(count("grants", "clientId", principal), 1);
        assert_eq!(count("app_role_assignments", "principalId", principal), 1);
        assert_eq!(
            self.keys_of(&application),
            BTreeSet::from([secret["key_id"].as_str().unwrap().to_owned()])
        );
        self.workspace.assert_nothing_to_do();
    }

    fn keys_of(&self, application: &Value) -> BTreeSet<String> {
        let path = format!("applications/{}", application["object_id"].as_str().expect("an id"));
        let found = self.simulator.graph_done(Method::GET, &path, None);
        let keys = found["passwordCredentials"].as_array().cloned().unwrap_or_default();
        keys.iter().map(|key| key["keyId"].as_str().expect("a key id").to_owned()).collect()
    }

    fn id_of(&self, address: &str) -> String {
        self.workspace.attributes(address)["id"].as_str().expect("an id").to_owned()
    }

    fn replace(&self, kinds: &[&str], name: &str) -> Outcome {
        let arguments: Vec<String> = kinds.iter().map(|kind| format!("-replace={kind}.{name}")).collect();
        self.workspace.apply(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

fn stage(test: impl Fn(&mut Stage) + Sync) {
    on_every_cli_with(&["--users", "1", "--groups", "0"], Install::Override, test);
}

#[test]
fn replace_makes_each_object_anew() {
    stage(|stage| {
        stage.write_all(&configuration("one", "", false, "a"));
        stage.workspace.apply(&[]).succeeds();
        stage.assert_all_there("one");
        for kind in [SECRET, CONSENT, APPLICATION] {
            let before = stage.id_of(&format!("{kind}.one"));
            stage.replace(&[kind], "one").succeeds();
            stage.assert_all_there("one");
            if kind != CONSENT {
                assert_ne!(stage.id_of(&format!("{kind}.one")), before, "{kind}");
            }
        }
    });
}

#[test]
fn create_before_destroy_leaves_what_the_state_says() {
    stage(|stage| {
        for everywhere in [true, false] {
            stage.simulator.control(Method::POST, "reset", None);
            stage.workspace.forget_state();
            stage.write_all(&configuration("one", BEFORE, everywhere, "a"));
            stage.workspace.apply(&[]).succeeds();
            stage.replace(&[SECRET], "one").succeeds();
            stage.assert_all_there("one");
            // What was granted is there already, and stays when the earlier consent goes.
            stage.replace(&[CONSENT], "one").succeeds().says("The consent stays");
            stage.assert_all_there("one");
            // Both applications would need the unique name at once: the apply says no, and nothing is lost.
            stage.replace(&[APPLICATION], "one").fails().says("create_before_destroy");
            stage.workspace.apply(&[]).succeeds();
            stage.assert_all_there("one");
        }
    });
}

#[test]
fn a_bare_application_is_taken_over_by_its_successor() {
    stage(|stage| {
        let text = |name: &str| {
            format!(
                "resource \"{APPLICATION}\" \"{name}\" {{\n  display_name = \"Replaced\"\n  redirect_uris = [\"https://reports.example.com/\"]\n  {BEFORE}\n}}\n"
            )
        };
        stage.write_all(&text("one"));
        stage.workspace.apply(&[]).succeeds();
        stage.replace(&[APPLICATION], "one").succeeds().says("The application stays");
        stage.workspace.assert_nothing_to_do();
        let path = format!(
            "applications/{}",
            stage.workspace.attributes(&format!("{APPLICATION}.one"))["object_id"].as_str().unwrap()
        );
        stage.simulator.graph_done(Method::GET, &path, None);
        stage.workspace.destroy().succeeds().does_not_say("The application stays");
        assert_eq!(stage.simulator.graph(Method::GET, &path, None).0, 404);
    });
}

#[test]
fn a_rename_without_a_moved_block_ends_in_what_the_state_says() {
    stage(|stage| {
        stage.write_all(&configuration("one", "", false, "a"));
        stage.workspace.apply(&[]).succeeds();
        stage.write_all(&configuration("two", "", false, "a"));
        // Both addresses are unrelated for the CLI, which makes the one while it destroys the other.
        stage.workspace.apply(&[]).succeeds();
        stage.assert_all_there("two");
    });
}

#[test]
fn an_application_that_is_renamed_alone_is_handed_over() {
    stage(|stage| {
        let text = |name: &str| {
            format!("resource \"{APPLICATION}\" \"{name}\" {{\n  display_name = \"Replaced\"\n}}\n")
        };
        stage.write_all(&text("one"));
        stage.workspace.apply(&[]).succeeds();
        for (name, age) in [("two", None), ("three", Some("48h")), ("four", None)] {
            if let Some(age) = age {
                stage.simulator.advance_clock(age);
            }
            stage.write_all(&text(name));
            stage.workspace.apply(&[]).succeeds();
            stage.workspace.assert_nothing_to_do();
        }
        stage.workspace.destroy().succeeds();
    });
}

#[test]
fn the_quick_start_under_other_names_is_what_the_state_says_after_one_apply() {
    on_every_cli_with(&[], Install::Override, |stage| {
        let (domain, text) = (stage.simulator.tenant().domain.clone(), quickstart());
        stage.workspace.set("TF_VAR_domain", &domain);
        stage.workspace.remove("versions.tf");
        stage.write_all(&text);
        stage.workspace.apply(&[]).succeeds();
        let renamed =
            text.replace("\"sync\" {", "\"other\" {").replace(".sync", ".other").replace("this", "that");
        for (text, name, sync) in [(&renamed, "other", "that"), (&text, "sync", "this")] {
            stage.write_all(text);
            stage.workspace.apply(&[]).succeeds();
            let sync = stage.workspace.attributes(&format!("proofpoint_azure_sync.{sync}"));
            let application = stage.workspace.attributes(&format!("{APPLICATION}.{name}"));
            let settings = stage.simulator.state()["organizations"][&domain]["settings"].take();
            assert_eq!(settings["application_id"], application["client_id"], "{settings:#}");
            let key = settings["ad_key"].as_str().expect("a key");
            assert!(key.starts_with(sync["key_hint"].as_str().expect("a hint")), "{sync:#}");
            assert!(stage.simulator.signs_in(application["client_id"].as_str().expect("an id"), key));
            let key_id = sync["key_id"].as_str().expect("a key id").to_owned();
            assert_eq!(stage.keys_of(&application), BTreeSet::from([key_id]));
            stage.workspace.assert_nothing_to_do();
        }
        stage.workspace.destroy().succeeds();
    });
}

fn quickstart() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/quickstart/main.tf");
    std::fs::read_to_string(path).expect("the example")
}

#[test]
fn a_rename_of_the_consent_and_the_secret_alone_ends_in_what_the_state_says() {
    stage(|stage| {
        let text = configuration("one", "", false, "a");
        stage.write_all(&text);
        stage.workspace.apply(&[]).succeeds();
        let renamed = text
            .replace(&format!("\"{CONSENT}\" \"one\""), &format!("\"{CONSENT}\" \"two\""))
            .replace(&format!("[{CONSENT}.one]"), &format!("[{CONSENT}.two]"));
        stage.write_all(&renamed);
        stage.workspace.apply(&[]).succeeds();
        stage.assert_all_there("one");
    });
}

#[test]
fn an_apply_that_is_interrupted_between_both_halves_is_finished_by_the_next() {
    stage(|stage| {
        stage.write_all(&configuration("one", BEFORE, true, "a"));
        stage.workspace.apply(&[]).succeeds();
        // The earlier secret cannot be removed now, and the earlier consent cannot be looked at.
        let fault = |path: &str, method: &str| json!([{ "method": method, "path": path, "status": 400, "body": { "error": { "code": "x", "message": "no" } } }]);
        stage.simulator.set_faults(&fault("**/removePassword", "POST"));
        stage.replace(&[SECRET], "one").fails();
        stage.simulator.set_faults(&json!([]));
        stage.workspace.apply(&[]).succeeds();
        stage.assert_all_there("one");

        // The refresh looks at the principal once and the new consent three times; the look of the earlier one fails.
        let client_id = stage.workspace.attributes(&format!("{APPLICATION}.one"))["client_id"].clone();
        let principal =
            format!("/v1.0/servicePrincipals(appId='{}')", client_id.as_str().expect("a client id"));
        let look = json!([{ "method": "GET", "path": principal, "skip": 4, "status": 400 }]);
        stage.simulator.set_faults(&look);
        let halves = stage.replace(&[CONSENT], "one");
        stage.simulator.set_faults(&json!([]));
        halves.fails().says("Creation complete");
        stage.workspace.apply(&[]).succeeds().says("The consent stays");
        stage.assert_all_there("one");
        // Without `create_before_destroy`: destroyed, and not made yet.
        stage.write_all(&configuration("one", "", false, "a"));
        stage.workspace.apply(&[]).succeeds();
        stage.simulator.set_faults(&fault("/v1.0/servicePrincipals", "POST"));
        stage.replace(&[APPLICATION], "one").fails();
        stage.simulator.set_faults(&json!([]));
        stage.workspace.apply(&[]).succeeds();
        stage.assert_all_there("one");
    });
}
