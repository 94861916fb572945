//! Verifying domains.

use std::time::Instant;

use super::hand::{Hand, with};
use super::*;
use crate::support::plugin::values::UNKNOWN;

const DOMAIN: &str = "proofpoint_domain";
const VERIFICATION: &str = "proofpoint_domain_verification";
const NAME: &str = "second.example";

fn config() -> Json {
    json!({ "organization": "contoso.com", "domain": NAME })
}

/// An organization with a second domain.
fn simulator(moods: &[&str]) -> Simulator {
    let mut arguments = vec!["--users", "1"];
    arguments.extend(moods.iter().flat_map(|mood| ["--mood", mood]));
    let simulator = Simulator::start(&arguments);
    let domain = json!({ "name": NAME, "is_relay": true });
    simulator.essentials_done(Method::POST, "orgs/contoso.com/domains", Some(&domain));
    simulator.essentials_done(
        Method::GET,
        &format!("orgs/contoso.com/domains/{NAME}/verification-code"),
        None,
    );
    simulator.forget_requests();
    simulator
}

/// The verifications that were asked for: the last part of their paths.
fn asked(simulator: &Simulator) -> Vec<String> {
    let writes = simulator.writes();
    let path = format!("/api/v1/orgs/contoso.com/domains/{NAME}/verify/");
    writes.iter().map(|one| one.path.strip_prefix(&path).expect("no other write").to_owned()).collect()
}

#[test]
fn a_domain_is_verified_by_the_method_that_is_written_and_once() {
    for (arguments, method) in
        [(json!({}), "txt"), (json!({ "method": "txt" }), "txt"), (json!({ "method": "meta" }), "meta")]
    {
        let simulator = simulator(&[]);
        let hand = Hand::with(&simulator.environment());
        let config = with(&config(), arguments);
        let stored = hand.apply(VERIFICATION, None, config.clone());
        assert_eq!(stored.state["id"], "/orgs/contoso.com/domains/second.example/verification");
        assert_eq!(asked(&simulator), [method]);
        // Afterwards nobody is asked any more: no API tells.
        simulator.forget_requests();
        hand.assert_nothing_to_do(VERIFICATION, &stored, config.clone());
        let other = if method == "txt" { "meta" } else { "txt" };
        let changed = hand.apply(VERIFICATION, Some(&stored), with(&config, json!({ "method": other })));
        assert_eq!(changed.state["method"], other);
        let (said, gone) = hand.destroy(VERIFICATION, &changed);
        said.expect_none();
        assert!(gone.state.is_null());
        assert!(simulator.requests().is_empty(), "{:?}", simulator.requests());
    }
}

#[test]
fn it_is_asked_again_while_the_record_is_not_found_and_the_create_ends_at_its_timeout() {
    let found_late = simulator(&["verifications_in_vain=2"]);
    Hand::with(&found_late.environment()).apply(VERIFICATION, None, config()).messages.expect_none();
    assert_eq!(asked(&found_late).len(), 3);

    let never = simulator(&["domain_records=missing"]);
    let hand = Hand::with(&never.environment());
    let start = Instant::now();
    let config = with(&config(), json!({ "timeouts": { "create": "4s" } }));
    let stored = hand.try_apply(VERIFICATION, None, config);
    assert!(stored.state.is_null() && start.elapsed().as_secs() < 20);
    let refusal = stored.messages.expect_error();
    assert_eq!(
        (refusal.path.as_str(), refusal.summary.as_str()),
        ("domain", "Proofpoint has not verified `second.example`")
    );
    for words in
        ["not verifiable now", "`txt_value`", "/orgs/contoso.com/domains/second.example/verification"]
    {
        assert!(refusal.detail.contains(words), "{words}: {refusal}");
    }
    assert!(asked(&never).len() >= 2);
}

#[test]
fn a_domain_that_is_verified_already_is_verified_again_or_imported() {
    for (mood, is_taken) in [("verify_again=no_content", true), ("verify_again=conflict", false)] {
        let simulator = simulator(&[mood]);
        simulator.essentials_done(Method::PUT, &format!("orgs/contoso.com/domains/{NAME}/verify/txt"), None);
        let hand = Hand::with(&simulator.environment());
        let stored =
            hand.try_apply(VERIFICATION, None, with(&config(), json!({ "timeouts": { "create": "2s" } })));
        assert_eq!(!stored.messages.has_errors(), is_taken, "{}", stored.messages);
        let id = "/orgs/contoso.com/domains/second.example/verification";
        assert!(is_taken || stored.messages.expect_error().detail.contains(id), "{}", stored.messages);
        let identity = json!({ "organization": "contoso.com", "domain": NAME });
        for imported in [hand.import(VERIFICATION, id), hand.import_identity(VERIFICATION, &identity)] {
            assert_eq!(imported.identity, identity);
            hand.assert_nothing_to_do(VERIFICATION, &imported, config());
        }
    }
}

#[test]
fn a_domain_that_is_made_anew_is_verified_anew() {
    let simulator = simulator(&[]);
    let hand = Hand::with(&simulator.environment());
    let with_code = |code: &str| with(&config(), json!({ "txt_value": code }));
    let stored = hand.apply(VERIFICATION, None, with_code("ppe-1"));
    let replaces = |stored: &_, config| hand.plan(VERIFICATION, Some(stored), config).replace;
    assert_eq!(replaces(&stored, with_code("ppe-2")), ["txt_value"]);
    assert_eq!(replaces(&stored, with_code(UNKNOWN)), ["txt_value"]);
    assert!(replaces(&stored, config()).is_empty(), "not told any more");
    let imported = hand.import(VERIFICATION, "/orgs/contoso.com/domains/second.example/verification");
    assert!(replaces(&imported, with_code("ppe-1")).is_empty(), "not known before");
    for (argument, value) in [("domain", "third.example"), ("organization", "second.example")] {
        assert_eq!(replaces(&stored, with(&with_code("ppe-1"), json!({ argument: value }))), [argument]);
    }
}

#[test]
fn a_domain_and_its_verification_live_together() {
    let simulator = Simulator::start(&["--users", "1"]);
    let hand = Hand::with(&simulator.environment());
    let domain =
        json!({ "organization": "contoso.com", "name": "third.example", "destination": "mx.third.example" });
    let made = hand.apply(DOMAIN, None, domain);
    let config = json!({ "organization": "contoso.com", "domain": "third.example", "txt_value": made.state["txt_value"] });
    let verified = hand.apply(VERIFICATION, None, config.clone());
    hand.assert_nothing_to_do(VERIFICATION, &verified, config);
    let domains = simulator.state()["organizations"]["contoso.com"]["domains"].clone();
    let third =
        domains.as_array().expect("domains").iter().find(|one| one["name"] == "third.example").cloned();
    assert_eq!(third.expect("the domain")["verified"], true);
    simulator.assert_every_route_was_known();
}

#[test]
fn what_cannot_be_verified_is_an_error_on_its_argument() {
    let simulator = simulator(&[]);
    let hand = Hand::with(&simulator.environment());
    for (arguments, path) in [
        (json!({ "domain": "nobody.example" }), "domain"),
        (json!({ "organization": "nobody.example" }), "organization"),
    ] {
        let said = hand.try_apply(VERIFICATION, None, with(&config(), arguments)).messages;
        assert_eq!(said.expect_error().path, path, "{said}");
    }
    assert_eq!(
        hand.validate(VERIFICATION, with(&config(), json!({ "method": "dns" }))).expect_error().path,
        "method"
    );
    let said = hand.refused_import(VERIFICATION, "/orgs/contoso.com/domains/second.example");
    assert!(said.expect_error().detail.contains("/verification"), "{said}");
}
