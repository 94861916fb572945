//! Drift as a person sees it: of everything that was changed by hand, each CLI shows one line that is to be changed back.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{Stage, on_every_cli_with};
use crate::support::by_hand::{
    Edit, Hand, application_arguments, edits_of_application, edits_of_consent, edits_of_sync,
};
use crate::support::workspace::Install;

const APPLICATION: &str = "proofpoint_azure_application";
const CONSENT: &str = "proofpoint_azure_admin_consent";
const SYNC: &str = "proofpoint_azure_sync";

#[test]
fn every_hand_edit_is_one_line_of_the_plan_and_repaired() {
    on_every_cli_with(&["--users", "4", "--groups", "1"], Install::Override, |stage| {
        stage.write(APPLICATION, &application_with(&application_arguments(&stage.simulator)));
        stage.write(CONSENT, &consent());
        stage.workspace.apply(&[]).succeeds();
        let application = stage.workspace.attributes(&format!("{APPLICATION}.this"));
        let mut hand = Hand { simulator: &stage.simulator, application, key: String::new() };
        hand.key = hand.make_secret();
        stage.write(SYNC, &sync(&hand));
        stage.workspace.apply(&[]).succeeds();
        stage.workspace.assert_nothing_to_do();

        // What was written just now and is missing is taken to be on its way.
        stage.simulator.advance_clock("6m");
        let edits: Vec<Edit> =
            [edits_of_application(), edits_of_consent(), edits_of_sync()].into_iter().flatten().collect();
        for edit in &edits {
            edit.make(&hand);
        }
        // Proofpoint tells the end of the secret anew after each change.
        let beside = ["groups", "secret_expiry", "users", "what"];
        let mut expected: Vec<&str> =
            edits.iter().filter_map(|edit| edit.attribute.rsplit('.').next()).chain(beside).collect();
        expected.sort_unstable();
        let plan = stage.workspace.plan(&[]);
        assert_eq!(plan.code, Some(2), "{plan}");
        assert_eq!(plan.changed_attributes(), expected, "{plan}");
        assert!(plan.stdout.contains("0 to add, 3 to change, 0 to destroy"), "{plan}");
        stage.workspace.apply(&[]).succeeds();
        stage.workspace.assert_nothing_to_do();
    });
}

impl Stage {
    /// Writes the one resource of a type, named `this`.
    fn write(&self, kind: &str, arguments: &Json) {
        let configuration = json!({ "resource": { kind: { "this": arguments } } });
        self.workspace.write(&format!("{kind}.tf.json"), &format!("{configuration:#}"));
    }
}

fn application_with(arguments: &Json) -> Json {
    let mut all = arguments.clone();
    all["display_name"] = "Proofpoint Essentials Azure Sync".into();
    all
}

fn consent() -> Json {
    let attribute = |name: &str| (name.to_owned(), json!(format!("${{{APPLICATION}.this.{name}}}")));
    BTreeMap::from(["client_id", "delegated_permissions", "application_permissions"].map(attribute))
        .into_iter()
        .collect()
}

fn sync(hand: &Hand<'_>) -> Json {
    let domain = &hand.simulator.tenant().domain;
    json!({
        "domain": domain,
        "client_id": format!("${{{APPLICATION}.this.client_id}}"),
        "default_role": "end_user",
        "frequency": 1,
        "users": { "remove_deleted": false },
        "exemptions": [format!("scanner@{domain}")],
        "client_secret": hand.key,
        "max_removals": "100%",
        "depends_on": [format!("{CONSENT}.this")],
    })
}
