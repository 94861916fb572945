//! A synchronization is that of one organization: another domain of it changes nothing, and one of another organization is refused.

use reqwest::Method;
use serde_json::json;

use super::onboarding::as_partner;
use crate::support::plugin::calls::Messages;
use crate::support::plugin::values::UNKNOWN;
use crate::support::quickstart::{APPLICATION, CONSENT, Quickstart, SYNC};
use crate::support::simulator::Simulator;

const SECOND: &str = "second.example";

/// A synchronization of the first of two organizations, which has a second domain. Both have one partner, who signs in.
fn synced() -> Quickstart {
    let mut quickstart = Quickstart::start(Simulator::start(&["--tenants", "2", "--users", "1"]));
    quickstart.graph(Method::POST, "domains", Some(&json!({ "id": SECOND })));
    quickstart.graph(Method::POST, &format!("domains/{SECOND}/verify"), None);
    quickstart.essentials(Method::POST, "domains", Some(&json!({ "name": SECOND, "is_relay": true })));
    for (name, value) in as_partner(&quickstart.simulator) {
        quickstart.set(&name, &value);
    }
    quickstart.write(SYNC, &json!({ "frequency": 0 }));
    for kind in [APPLICATION, CONSENT, SYNC] {
        let said = quickstart.change(kind);
        assert!(!said.has_errors(), "{kind}: {said}");
    }
    quickstart.restart();
    quickstart
}

#[track_caller]
fn refused(said: &Messages, other: &str) {
    let refusal = said.expect_error();
    assert!(refusal.summary.starts_with("The domain belongs to another organization"), "{said}");
    assert_eq!(refusal.path, "domain", "{said}");
    assert!(refusal.detail.contains(&format!("`{other}` belongs to `{other}`")), "{said}");
}

#[test]
fn a_domain_of_another_organization_is_refused_in_the_plan_and_before_the_first_write() {
    let mut quickstart = synced();
    let other = quickstart.simulator.ready().tenants[1].domain.clone();
    let before = quickstart.state(SYNC);
    quickstart.write(SYNC, &json!({ "domain": other }));
    quickstart.simulator.forget_requests();
    refused(&quickstart.plan(SYNC).messages, &other);

    // It turns out to be one of another organization only when it is applied.
    quickstart.write(SYNC, &json!({ "domain": UNKNOWN }));
    let mut planned = quickstart.plan(SYNC);
    assert!(!planned.messages.has_errors(), "{}", planned.messages);
    planned.config["domain"] = json!(other);
    planned.state["domain"] = json!(other);
    refused(&quickstart.apply(SYNC, planned), &other);
    assert_eq!(quickstart.simulator.writes(), []);
    assert_eq!(quickstart.state(SYNC), before);
}

#[test]
fn another_domain_of_the_same_organization_names_the_same_synchronization() {
    let mut quickstart = synced();
    let before = quickstart.state(SYNC);
    quickstart.write(SYNC, &json!({ "domain": SECOND }));
    quickstart.simulator.forget_requests();
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    let after = quickstart.state(SYNC);
    assert_eq!((&after["domain"], &after["id"]), (&json!(SECOND), &before["id"]));
    quickstart.restart();
    assert_eq!(quickstart.plan(SYNC).state, after);
}

#[test]
fn whose_a_domain_is_is_asked_only_where_it_is_another_one() {
    let mut quickstart = synced();
    quickstart.write(SYNC, &json!({ "max_removals": "50%" }));
    quickstart.simulator.forget_requests();
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    let profiles: Vec<_> = quickstart
        .simulator
        .requests()
        .into_iter()
        .filter(|request| request.path.ends_with("/orgs/contoso.com"))
        .collect();
    assert_eq!(profiles, []);
}
