//! The report against the simulator's sync engine, which was written from the references alone: hundreds of random
//! directories, both versions. What the report foresees is what a run then does.

mod agreement;
pub(crate) mod compare;
mod draws;
pub(crate) mod random;
mod second;
pub(crate) mod shake;
mod told;

use std::fs;

use reqwest::Method;
use serde_json::{Value, json};
use sync_report::{Estimate, SyncVersion};
use tempfile::TempDir;

use crate::support::simulator::Simulator;
use random::Random;

/// Directories a round.
const TENANTS: usize = 60;
/// Rounds; each goes on from where the one before left the organizations, so that some accounts were made by runs.
const ROUNDS: u64 = 3;

#[test]
fn a_run_does_what_the_report_foresees() {
    let dir = TempDir::new().expect("a temporary directory");
    let file = dir.path().join("state.json");
    let mut random = Random::new(20_260_302);
    let mut state = first_state();
    let mut rows = compare::Rows::default();
    for round in 0..ROUNDS {
        for version in [SyncVersion::V2, SyncVersion::V1] {
            shake::world(&mut state, &mut random);
            give_secrets(&mut state);
            fs::write(&file, state.to_string()).expect("the state file");
            let simulator = Simulator::start(&["--data", file.to_str().expect("a path in UTF-8")]);
            simulator.control(Method::POST, "moods", Some(&json!({ "sync_version": version.number() })));
            // As the simulator took it up: it sees to it that its ready line is true.
            let before = simulator.state();
            for domain in domains(&before) {
                simulator.control(Method::POST, "sync", Some(&json!({ "domain": domain })));
            }
            let after = simulator.state();
            for domain in domains(&before) {
                let input = compare::input(&before, &domain, version);
                let estimate = Estimate::of(&input);
                let place = format!("round {round}, {version:?}, {domain}");
                rows.add(&compare::check(&estimate, &before, &after, &domain, &place));
            }
            state = after;
        }
    }
    assert!(rows.changed > TENANTS * 10, "the directories hold too little to compare: {rows:?}");
    assert!(rows.told * 10 > rows.foreseen * 9, "too few rows are compared field by field: {rows:?}");
}

/// Many small directories with a configured sync each.
fn first_state() -> Value {
    let simulator = Simulator::start(&["--tenants", &TENANTS.to_string(), "--users", "9", "--groups", "4"]);
    let mut state = simulator.state();
    for tenant in &simulator.ready().tenants {
        state["organizations"][&tenant.domain]["settings"] =
            tenant.sync_settings(&json!({ "sync_security_groups": true, "remove_deleted_groups": true }));
    }
    state
}

/// A state document shows no secret; this gives each sync's application the one that its settings hold.
fn give_secrets(state: &mut Value) {
    let organizations = state["organizations"].clone();
    for tenant in state["tenants"].as_object_mut().expect("tenants").values_mut() {
        let settings = &organizations[tenant["domain"].as_str().expect("a domain")]["settings"];
        let applications = tenant["applications"].as_array_mut().expect("applications");
        let application =
            applications.iter_mut().find(|application| application["appId"] == settings["application_id"]);
        let keys = &mut application.expect("the sync's application")["passwordCredentials"];
        let keys = keys.as_array_mut().expect("keys");
        keys.retain(|key| key["keyId"] != KEY_ID);
        let mut key = keys.first().expect("a key").clone();
        key["keyId"] = json!(KEY_ID);
        key["secretText"] = settings["ad_key"].clone();
        keys.push(key);
    }
}

const KEY_ID: &str = "00000000-0000-4000-8000-000000000001";

/// The domains of the organizations that have a directory.
fn domains(state: &Value) -> Vec<String> {
    let tenants = state["tenants"].as_object().expect("tenants");
    tenants.values().map(|tenant| tenant["domain"].as_str().expect("a domain").to_owned()).collect()
}
