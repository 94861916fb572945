//! Reviewed runs in the middle of a life: somebody comes and is given an account, and it goes with them.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::support::plugin::calls::Messages;
use crate::support::quickstart::{Quickstart, RUN, SYNC};

/// Long enough for every lag that is tried, and for a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whoever comes and goes.
const NAME: &str = "new.comer";

/// One run makes the account, another one removes it; what fails says what to do, and the next plan goes on from there.
#[track_caller]
pub(super) fn live(quickstart: &mut Quickstart) {
    let address = format!("{NAME}@{}", quickstart.simulator.tenant().domain);
    let person = json!({
        "accountEnabled": true, "displayName": "New Comer", "givenName": "New", "surname": "Comer",
        "mailNickname": NAME, "userPrincipalName": address, "mail": address,
        "passwordProfile": { "password": "not-used-anywhere-1" },
        "assignedPlans": [{
            "service": "exchange", "capabilityStatus": "Enabled", "assignedDateTime": "2026-01-01T00:00:00Z",
            "servicePlanId": "9aaf7827-d63c-4b61-89c3-182f06f82e5c",
        }],
    });
    by_hand(quickstart, &Method::POST, "users", Some(&person));
    enact_until(quickstart, &address, true);
    by_hand(quickstart, &Method::DELETE, &format!("users/{address}"), None);
    enact_until(quickstart, &address, false);
}

/// A change of the directory, which may be throttled, or find a replica that is behind.
#[track_caller]
fn by_hand(quickstart: &Quickstart, method: &Method, path: &str, body: Option<&Json>) {
    let start = Instant::now();
    loop {
        let (status, answer) = quickstart.simulator.graph(method.clone(), path, body);
        if (200..300).contains(&status) {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "{path}: {status} {answer}");
    }
}

/// Previews, plans and applies, as each next command does, until the account is there or gone.
#[track_caller]
fn enact_until(quickstart: &mut Quickstart, address: &str, there: bool) {
    let start = Instant::now();
    let mut said = Messages::default();
    while has_account(quickstart, address) != there {
        assert!(start.elapsed() < PATIENCE, "reviewed runs do not lead to {address} {there}: {said}");
        quickstart.restart();
        said = enact(quickstart);
        for message in said.0.iter().filter(|message| message.error) {
            assert!(!message.summary.is_empty() && message.detail.len() > 20, "reviewed run: {message}");
        }
    }
}

/// One command: what the preview shows is planned and applied.
fn enact(quickstart: &mut Quickstart) -> Messages {
    let sync = quickstart.state(SYNC);
    let mut config = json!({});
    for name in ["domain", "what", "users", "groups", "exemptions", "sync_version"] {
        config[name] = sync[name].clone();
    }
    let (preview, said) = quickstart.data("proofpoint_azure_sync_preview", config);
    if said.has_errors() {
        return said;
    }
    quickstart.write_anew(RUN, json!({ "changes": preview["changes"], "max_deletions": "100%" }));
    quickstart.change(RUN)
}

fn has_account(quickstart: &Quickstart, address: &str) -> bool {
    let domain = &quickstart.simulator.tenant().domain;
    let accounts = quickstart.simulator.state()["organizations"][domain]["users"].take();
    accounts.as_array().into_iter().flatten().any(|account| account["primary_email"] == address)
}
