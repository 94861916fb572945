//! A secret that `hashicorp/azuread` has made goes on under this provider: with its value, and without a new one.

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::support::plugin::succeeds;
use crate::support::quickstart::{APPLICATION, Quickstart, SECRET};
use crate::support::simulator::Simulator;

const AZUREAD: &str = "registry.terraform.io/hashicorp/azuread";
const PASSWORD: &str = "azuread_application_password";

/// An application with a secret, and the state that `azuread` has of that, but for the name of the application.
fn made_elsewhere() -> (Quickstart, Json) {
    let quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    succeeds(&quickstart.change(APPLICATION));
    let object_id = quickstart.state(APPLICATION)["object_id"].as_str().unwrap().to_owned();
    let body = json!({ "passwordCredential": { "displayName": "reports" } });
    let made = quickstart.graph(Method::POST, &format!("applications/{object_id}/addPassword"), Some(&body));
    let key = made["keyId"].as_str().unwrap();
    let state = json!({
        "display_name": "reports", "end_date": made["endDateTime"], "end_date_relative": "17520h", "key_id": key,
        "id": format!("{object_id}/password/{key}"), "rotate_when_changed": { "round": "1" },
        "start_date": made["startDateTime"], "timeouts": null, "value": made["secretText"],
    });
    (quickstart, state)
}

#[test]
fn a_secret_of_azuread_keeps_its_value_its_life_and_its_triggers() {
    for name in ["application_id", "application_object_id"] {
        let (mut quickstart, mut before) = made_elsewhere();
        let object_id = quickstart.state(APPLICATION)["object_id"].as_str().unwrap().to_owned();
        let path = format!("/applications/{object_id}");
        // Before version 3 it was the bare object id.
        before[name] = json!(if name == "application_id" { path.clone() } else { object_id });
        quickstart.simulator.forget_requests();
        quickstart.moved(SECRET, AZUREAD, PASSWORD, &before);
        let after = quickstart.state(SECRET);
        for same in ["value", "key_id", "display_name", "end_date_relative", "rotate_when_changed"] {
            assert_eq!(after[same], before[same], "{name}: {same}");
        }
        assert_eq!(after["application_id"], json!(path), "{name}");
        assert_eq!(after["id"], json!(format!("{path}/password/{}", before["key_id"].as_str().unwrap())));
        let client_id = quickstart.state(APPLICATION)["client_id"].as_str().unwrap().to_owned();
        assert!(quickstart.simulator.signs_in(&client_id, after["value"].as_str().unwrap()), "{name}");

        // The same configuration is no change, a new trigger a new secret, and the old one goes.
        quickstart.write(
            SECRET,
            &json!({ "end_date_relative": "17520h", "rotate_when_changed": { "round": "1" } }),
        );
        quickstart.restart();
        assert_eq!(quickstart.plan(SECRET).state, after, "{name}");
        assert_eq!(quickstart.simulator.writes(), [], "{name}");
        quickstart.write(SECRET, &json!({ "rotate_when_changed": { "round": "2" } }));
        succeeds(&quickstart.change(SECRET));
        assert_ne!(quickstart.state(SECRET)["value"], before["value"], "{name}");
        assert_eq!(quickstart.keys().len(), 1, "{name}");
        quickstart.destroy_one(SECRET);
        assert_eq!(quickstart.keys().len(), 0, "{name}");
    }
}
