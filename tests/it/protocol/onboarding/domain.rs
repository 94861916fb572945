//! Domains of an organization.

use std::time::Instant;

use super::hand::{Hand, patience, with};
use super::*;

const DOMAIN: &str = "proofpoint_domain";
const NAME: &str = "second.example";

fn config() -> Json {
    json!({ "organization": "contoso.com", "name": NAME, "destination": "mx.second.example" })
}

fn simulator(moods: &[&str]) -> Simulator {
    let mut arguments = vec!["--users", "2"];
    arguments.extend(moods.iter().flat_map(|mood| ["--mood", mood]));
    Simulator::start(&arguments)
}

/// What Proofpoint holds of a domain; null where the organization lacks it.
fn held(simulator: &Simulator, name: &str) -> Json {
    let domains = simulator.state()["organizations"]["contoso.com"]["domains"].clone();
    domains.as_array().expect("domains").iter().find(|one| one["name"] == name).cloned().unwrap_or_default()
}

#[test]
fn a_domain_is_added_and_every_argument_arrives() {
    let simulator = simulator(&[]);
    let hand = Hand::with(&simulator.environment());
    let mut stored = hand.apply(DOMAIN, None, config());
    stored.messages.expect_none();
    let state = &stored.state;
    assert_eq!(state["id"], "/orgs/contoso.com/domains/second.example");
    assert_eq!(
        (&state["relay"], &state["active"], &state["on_destroy"]),
        (&json!(true), &json!(true), &json!("keep"))
    );
    assert_eq!((&state["failovers"], &state["txt_name"]), (&json!([]), &json!(NAME)));
    let code = held(&simulator, NAME)["verification_code"].clone();
    assert_eq!((&state["txt_value"], &state["meta_tag"]), (&code, &code));
    hand.assert_nothing_to_do(DOMAIN, &stored, config());
    for (argument, value, member) in [
        ("destination", json!("mx2.second.example"), "destination"),
        ("failovers", json!(["b.second.example", "a.second.example"]), "failovers"),
        ("active", json!(false), "is_active"),
    ] {
        let config = with(&config(), json!({ argument: value }));
        stored = hand.apply(DOMAIN, Some(&stored), config.clone());
        assert_eq!(held(&simulator, NAME)[member], value, "{argument}");
        assert_eq!(stored.state["txt_value"], code, "the code stays");
        hand.assert_nothing_to_do(DOMAIN, &stored, config);
    }
    // What is left out goes back to its default, and what has none stays.
    stored = hand.apply(DOMAIN, Some(&stored), config());
    assert_eq!(held(&simulator, NAME)["is_active"], true);
    assert_eq!(stored.state["failovers"], json!(["b.second.example", "a.second.example"]));
    let silent = with(&config(), json!({ "relay": false }));
    stored = hand.apply(DOMAIN, Some(&stored), silent.clone());
    let now = held(&simulator, NAME);
    assert_eq!((&now["is_relay"], &now["is_active"]), (&json!(false), &json!(false)));
    hand.assert_nothing_to_do(DOMAIN, &stored, silent);
    simulator.assert_every_route_was_known();
}

#[test]
fn a_change_of_what_is_kept_here_only_writes_nothing() {
    let simulator = simulator(&[]);
    let hand = Hand::with(&simulator.environment());
    let stored = hand.apply(DOMAIN, None, config());
    simulator.forget_requests();
    let config = with(&config(), json!({ "on_destroy": "delete", "destination": "MX.Second.Example" }));
    let stored = hand.apply(DOMAIN, Some(&stored), config);
    assert_eq!(stored.state["on_destroy"], "delete");
    assert!(simulator.writes().is_empty(), "{:?}", simulator.writes());
}

#[test]
fn what_contradicts_itself_is_refused_beforehand() {
    let simulator = simulator(&[]);
    let hand = Hand::with(&simulator.environment());
    for (arguments, path) in [
        (json!({ "relay": false, "active": true }), "active"),
        (json!({ "name": "Second.example" }), "name"),
        (json!({ "organization": "https://contoso.com" }), "organization"),
        (json!({ "destination": "" }), "destination"),
        (json!({ "destination": "http://mx con" }), "destination"),
        (json!({ "destination": "https://mx.second.example/" }), "destination"),
        (json!({ "destination": "mx.second.example." }), "destination"),
        (json!({ "destination": "x_y" }), "destination"),
        (json!({ "failovers": ["b.second.example", "not a host!!"] }), "failovers[1]"),
        (json!({ "failovers": [""] }), "failovers[0]"),
        (json!({ "on_destroy": "remove" }), "on_destroy"),
    ] {
        let said = hand.validate(DOMAIN, with(&config(), arguments));
        assert_eq!(said.expect_error().path, path);
    }
    let address = json!({ "destination": "192.0.2.25", "failovers": ["2001:db8::25", "MX.second.example"] });
    hand.validate(DOMAIN, with(&config(), address)).expect_none();
    for id in ["second.example", "/orgs/contoso.com", "/orgs/contoso.com/domains/x/y"] {
        let said = hand.refused_import(DOMAIN, id);
        assert!(said.expect_error().detail.contains("/orgs/{organization}/domains/{domain}"), "{said}");
    }
}

#[test]
fn drift_is_shown_and_put_right_and_a_domain_that_is_gone_is_made_again() {
    let simulator = simulator(&[]);
    let hand = Hand::with(&simulator.environment());
    let stored = hand.apply(DOMAIN, None, config());
    simulator.advance_clock("2h");
    let by_hand =
        json!({ "name": NAME, "is_relay": true, "is_active": false, "destination": "elsewhere.example" });
    let path = format!("orgs/contoso.com/domains/{NAME}");
    simulator.essentials_done(Method::PUT, &path, Some(&by_hand));
    let read = hand.read(DOMAIN, &stored);
    assert_eq!(
        (&read.state["active"], &read.state["destination"]),
        (&json!(false), &json!("elsewhere.example"))
    );
    let stored = hand.apply(DOMAIN, Some(&read), config());
    assert_eq!(held(&simulator, NAME)["destination"], "mx.second.example");
    hand.assert_nothing_to_do(DOMAIN, &stored, config());
    simulator.advance_clock("2h");
    simulator.essentials_done(Method::DELETE, &path, None);
    assert!(hand.read(DOMAIN, &stored).state.is_null());
    let stored = hand.apply(DOMAIN, None, config());
    assert_eq!(held(&simulator, NAME)["destination"], "mx.second.example");
    hand.assert_nothing_to_do(DOMAIN, &stored, config());
}

#[test]
fn a_domain_that_is_there_is_taken_over_with_a_warning_at_plan_and_apply() {
    let simulator = simulator(&[]);
    let hand = Hand::with(&simulator.environment());
    let by_hand = json!({ "name": NAME, "is_relay": true, "destination": "MX.second.example", "failovers": ["f.example"] });
    simulator.essentials_done(Method::POST, "orgs/contoso.com/domains", Some(&by_hand));
    let summary = format!("The organization has `{NAME}` already");
    let planned = hand.plan(DOMAIN, None, config());
    assert!(planned.messages.warns(&summary), "{}", planned.messages);
    assert!(planned.messages.0[0].detail.contains("What changes: `active`."), "{}", planned.messages);
    // Another process, which has not planned it.
    let stored = Hand::with(&simulator.environment()).apply_planned(DOMAIN, None, planned);
    assert!(stored.messages.warns(&summary), "{}", stored.messages);
    let now = held(&simulator, NAME);
    assert_eq!(
        (&now["is_active"], &now["failovers"]),
        (&json!(true), &json!(["f.example"])),
        "left out, it stays"
    );
    hand.assert_nothing_to_do(DOMAIN, &stored, config());
}

#[test]
fn the_first_domain_of_an_organization_is_no_surprise_unless_something_of_it_changes() {
    let simulator = simulator(&[]);
    let hand = Hand::with(&simulator.environment());
    let destination = held(&simulator, "contoso.com")["destination"].clone();
    let first =
        with(&config(), json!({ "name": "contoso.com", "destination": destination, "failovers": null }));
    let summary = "The organization has `contoso.com` already";
    let planned = hand.plan(DOMAIN, None, first.clone());
    assert!(!planned.messages.warns(summary), "{}", planned.messages);
    let stored = hand.apply(DOMAIN, None, first.clone());
    assert!(!stored.messages.warns(summary), "{}", stored.messages);
    let other = with(&first, json!({ "destination": "mx.other.example" }));
    let planned = hand.plan(DOMAIN, None, other);
    assert!(planned.messages.warns(summary), "{}", planned.messages);
}

#[test]
fn a_domain_of_somebody_else_is_an_error_that_says_so() {
    let simulator = Simulator::start(&["--users", "1", "--tenants", "2"]);
    let foreign = simulator.ready().tenants[1].domain.clone();
    let hand = Hand::with(&simulator.environment());
    let stored = hand.try_apply(DOMAIN, None, with(&config(), json!({ "name": foreign })));
    let refusal = stored.messages.expect_error();
    assert_eq!(
        (refusal.path.as_str(), refusal.summary.as_str()),
        ("name", format!("The domain `{foreign}` is taken").as_str())
    );
    assert!(refusal.detail.contains("resource already exists"), "{refusal}");
    assert!(stored.state.is_null());
    let other = with(&config(), json!({ "organization": foreign }));
    let refusal = hand.try_apply(DOMAIN, None, other).messages;
    assert_eq!(refusal.expect_error().path, "organization");
}

#[test]
fn destroying_does_what_on_destroy_says_and_the_plan_tells() {
    for (how, warns) in [("keep", false), ("deactivate", true), ("delete", true)] {
        let simulator = simulator(&[]);
        let hand = Hand::with(&simulator.environment());
        let stored = hand.apply(DOMAIN, None, with(&config(), json!({ "on_destroy": how })));
        simulator.forget_requests();
        let (said, gone) = hand.destroy(DOMAIN, &stored);
        assert_eq!(
            said.warns(&format!("Proofpoint will take no more mail for `{NAME}`")),
            warns,
            "{how}: {said}"
        );
        assert!(!gone.messages.has_errors() && gone.state.is_null(), "{how}: {}", gone.messages);
        let now = held(&simulator, NAME);
        match how {
            "keep" => {
                assert_eq!(now["is_active"], true);
                assert!(simulator.requests().is_empty(), "{:?}", simulator.requests());
            }
            "deactivate" => assert_eq!((&now["is_active"], &now["is_relay"]), (&json!(false), &json!(true))),
            _ => assert!(now.is_null(), "{now}"),
        }
        // Once more: what is gone is no error.
        let (_, again) = hand.destroy(DOMAIN, &stored);
        assert!(!again.messages.has_errors(), "{how}: {}", again.messages);
    }
}

#[test]
fn the_primary_domain_is_managed_and_never_deleted() {
    let simulator = simulator(&[]);
    let hand = Hand::with(&simulator.environment());
    let second = json!({ "name": NAME, "is_relay": true });
    simulator.essentials_done(Method::POST, "orgs/contoso.com/domains", Some(&second));
    let config = json!({ "organization": "contoso.com", "name": "contoso.com", "on_destroy": "delete" });
    let stored = hand.apply(DOMAIN, None, config.clone());
    let (said, _) = hand.destroy(DOMAIN, &stored);
    assert_eq!(said.expect_error().path, "on_destroy");
    // Addressed by another domain, it is found out when it is destroyed.
    let stored = hand.apply(DOMAIN, None, with(&config, json!({ "organization": NAME })));
    let (said, kept) = hand.destroy(DOMAIN, &stored);
    assert!(!said.has_errors(), "{said}");
    assert_eq!(kept.messages.expect_error().summary, "The primary domain `contoso.com` can't be deleted");
    assert!(!held(&simulator, "contoso.com").is_null() && !kept.state.is_null());
}

#[test]
fn another_name_or_organization_is_another_domain() {
    let simulator = simulator(&[]);
    let hand = Hand::with(&simulator.environment());
    let stored = hand.apply(DOMAIN, None, config());
    for (argument, value) in [("name", "third.example"), ("organization", "fourth.example")] {
        let planned = hand.plan(DOMAIN, Some(&stored), with(&config(), json!({ argument: value })));
        assert_eq!(planned.replace, [argument]);
    }
}

#[test]
fn a_domain_is_imported_by_id_and_by_identity() {
    let simulator = simulator(&[]);
    let hand = Hand::with(&simulator.environment());
    let stored = hand.apply(DOMAIN, None, config());
    let identity = json!({ "organization": "contoso.com", "name": NAME });
    assert_eq!(stored.identity, identity);
    for imported in [
        hand.import(DOMAIN, "/orgs/contoso.com/domains/second.example"),
        hand.import_identity(DOMAIN, &identity),
    ] {
        assert_eq!(imported.state, stored.state);
        assert_eq!(imported.identity, identity);
        hand.assert_nothing_to_do(DOMAIN, &imported, config());
    }
}

#[test]
fn each_operation_ends_at_its_own_timeout() {
    let simulator = simulator(&[]);
    let hand = Hand::with(&simulator.environment());
    let config = with(&config(), json!({ "timeouts": patience("1s"), "on_destroy": "delete" }));
    let stored = hand.apply(DOMAIN, None, config.clone());
    simulator.set_faults(&json!([{ "path": "/api/v1/**", "delay": 40_000 }]));
    let start = Instant::now();
    let changed = with(&config, json!({ "destination": "other.example" }));
    assert!(hand.try_apply(DOMAIN, Some(&stored), changed).messages.has_errors());
    assert!(
        hand.try_apply(DOMAIN, None, with(&config, json!({ "name": "x.example" }))).messages.has_errors()
    );
    assert!(hand.destroy(DOMAIN, &stored).1.messages.has_errors());
    assert!(start.elapsed().as_secs() < 25, "{:?}", start.elapsed());
}

#[test]
fn a_stack_that_keeps_a_domain_inactive_until_it_is_verified_is_told_of() {
    for mood in ["unverified_domain=inactive", "unverified_domain=forgotten"] {
        let simulator = simulator(&[mood]);
        let hand = Hand::with(&simulator.environment());
        let stored = hand.apply(DOMAIN, None, config());
        assert!(
            stored.messages.warns(&format!("Proofpoint does not show `{NAME}` as active yet")),
            "{}",
            stored.messages
        );
        simulator.advance_clock("2h");
        let read = hand.read(DOMAIN, &stored);
        assert_eq!(read.state["active"], false, "{mood}: it is no active domain");
        let verify = format!("orgs/contoso.com/domains/{NAME}/verify/txt");
        simulator.essentials_done(Method::PUT, &verify, None);
        let stored = hand.apply(DOMAIN, Some(&read), config());
        stored.messages.expect_none();
        hand.assert_nothing_to_do(DOMAIN, &stored, config());
    }
}
