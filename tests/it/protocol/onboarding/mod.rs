//! A partner's work: its customers, their domains and accounts, and finding what is there already.

mod departed;
mod domain;
mod domain_mail;
mod fairness;
mod fleet;
mod hand;
mod imports;
mod late_deletion;
mod newcomer;
mod organization;
mod replans;
mod sources;
mod sources_shown;
mod verification;

pub(crate) use hand::{Hand, with};

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

use crate::support::plugin::calls::Messages;
use crate::support::plugin::{self, Plugin};
use crate::support::simulator::Simulator;

/// The partner above every customer of the simulator.
const PARTNER: &str = "partner.example";

/// The environment of a provider that signs in as the partner's administrator.
pub(crate) fn as_partner(simulator: &Simulator) -> BTreeMap<String, String> {
    let mut environment = simulator.environment();
    let login = &simulator.line()["tenants"][0];
    for (name, member) in [("USERNAME", "partner_username"), ("PASSWORD", "partner_password")] {
        let value = login[member].as_str().expect("a partner's login").to_owned();
        environment.insert(format!("PROOFPOINT_ESSENTIALS_{name}"), value);
    }
    environment
}

async fn configured(environment: &BTreeMap<String, String>) -> Plugin {
    let plugin = plugin::start(environment).await;
    plugin.configure(json!({})).await.expect_none();
    plugin
}

/// Reads a data source once.
fn data(environment: &BTreeMap<String, String>, name: &str, config: Json) -> (Json, Messages) {
    Runtime::new()
        .expect("a runtime")
        .block_on(async { configured(environment).await.data(name, config).await })
}

/// The same where nothing may be said.
#[track_caller]
fn shown(environment: &BTreeMap<String, String>, name: &str, config: Json) -> Json {
    let (state, said) = data(environment, name, config);
    said.expect_none();
    state
}
