//! What a plan says of the mail of a domain that takes it.

use super::hand::{Hand, with};
use super::*;
use crate::support::plugin::values::UNKNOWN;

const DOMAIN: &str = "proofpoint_domain";
const NAME: &str = "second.example";
const ENDS: &str = "Proofpoint will take no more mail for `second.example`";
const GOES_ELSEWHERE: &str = "The mail of `second.example` will go to another server";
const FAILS_OVER: &str = "The mail of `second.example` will have other failovers";

fn config() -> Json {
    json!({
        "organization": "contoso.com", "name": NAME, "destination": "mx.second.example",
        "failovers": ["a.second.example"],
    })
}

const UNFORESEEN: &str = "What becomes of the mail of `second.example` is not known yet";

/// The only message, a warning with this summary on this argument.
#[track_caller]
fn only<'m>(said: &'m Messages, summary: &str, argument: &str) -> &'m str {
    assert!(said.0.len() == 1 && said.warns(summary), "{said}");
    assert_eq!(said.0[0].path, argument);
    &said.0[0].detail
}

#[test]
fn a_plan_that_ends_or_redirects_mail_says_so_and_what_to_do() {
    let simulator = Simulator::start(&["--users", "1"]);
    let hand = Hand::with(&simulator.environment());
    let stored = hand.apply(DOMAIN, None, config());
    stored.messages.expect_none();
    let plan = |changes: Json| hand.plan(DOMAIN, Some(&stored), with(&config(), changes)).messages;

    let said = plan(json!({ "relay": false }));
    let detail = only(&said, ENDS, "relay");
    assert!(detail.starts_with("`relay` becomes false.") && detail.contains("leave `relay` out"), "{detail}");
    let said = plan(json!({ "active": false, "destination": "mx2.second.example" }));
    let detail = only(&said, ENDS, "active");
    assert!(detail.contains("mail to it is refused: change them first"), "{detail}");

    let said = plan(json!({ "destination": "mx2.second.example" }));
    let detail = only(&said, GOES_ELSEWHERE, "destination");
    assert!(
        detail.contains("to `mx.second.example` today, and to `mx2.second.example` after the apply"),
        "{detail}"
    );
    assert!(detail.contains("write `destination = \"mx.second.example\"`"), "{detail}");

    let said = plan(json!({ "failovers": ["b.second.example", "a.second.example"] }));
    let detail = only(&said, FAILS_OVER, "failovers");
    assert!(
        detail.contains(
            "to `a.second.example` today, and to `b.second.example`, then `a.second.example` after"
        ),
        "{detail}"
    );
    let said = plan(json!({ "failovers": [] }));
    assert!(only(&said, FAILS_OVER, "failovers").contains("and to no other server after"), "{said}");
    assert_eq!(plan(json!({ "destination": "x.example", "failovers": ["y.example"] })).0.len(), 2);

    // What somebody has changed by hand is put back, which is a change like any other.
    simulator.advance_clock("2h");
    let by_hand =
        json!({ "name": NAME, "is_relay": true, "is_active": true, "destination": "elsewhere.example" });
    simulator.essentials_done(Method::PUT, &format!("orgs/contoso.com/domains/{NAME}"), Some(&by_hand));
    let read = hand.read(DOMAIN, &stored);
    let said = hand.plan(DOMAIN, Some(&read), config()).messages;
    assert!(only(&said, GOES_ELSEWHERE, "destination").contains("to `elsewhere.example` today"), "{said}");
}

#[test]
fn a_plan_that_does_not_know_where_mail_goes_says_so() {
    let simulator = Simulator::start(&["--users", "1"]);
    let hand = Hand::with(&simulator.environment());
    let stored = hand.apply(DOMAIN, None, config());
    for (changes, argument, names) in [
        (json!({ "destination": UNKNOWN }), "destination", "during the apply: `destination`."),
        (json!({ "relay": UNKNOWN }), "relay", "during the apply: `relay`."),
        (json!({ "active": UNKNOWN, "failovers": UNKNOWN }), "active", "`active`, `failovers`."),
    ] {
        let said = hand.plan(DOMAIN, Some(&stored), with(&config(), changes)).messages;
        let detail = only(&said, UNFORESEEN, argument);
        assert!(detail.contains(names) && detail.contains("goes to `mx.second.example`"), "{detail}");
    }
    // A domain that takes no mail has none to lose.
    let silent = hand.apply(DOMAIN, Some(&stored), with(&config(), json!({ "active": false })));
    let open = with(&config(), json!({ "active": false, "destination": UNKNOWN }));
    hand.plan(DOMAIN, Some(&silent), open).messages.expect_none();
    // One that is taken over says it beside that.
    let taken_over =
        hand.plan(DOMAIN, None, with(&config(), json!({ "active": false, "destination": UNKNOWN })));
    assert!(!taken_over.messages.warns(UNFORESEEN), "{}", taken_over.messages);
    hand.apply(DOMAIN, Some(&silent), config()).messages.expect_none();
    let taken_over = hand.plan(DOMAIN, None, with(&config(), json!({ "destination": UNKNOWN })));
    assert!(taken_over.messages.warns(UNFORESEEN), "{}", taken_over.messages);
}

#[test]
fn a_plan_that_leaves_mail_alone_says_nothing() {
    let simulator = Simulator::start(&["--users", "1"]);
    let hand = Hand::with(&simulator.environment());
    let stored = hand.apply(DOMAIN, None, config());
    let plan = |stored, changes: Json| hand.plan(DOMAIN, Some(stored), with(&config(), changes));
    for same in [
        json!({}),
        json!({ "on_destroy": "deactivate" }),
        json!({ "destination": null, "failovers": null }),
        json!({ "destination": "MX.second.example", "failovers": ["A.second.example"] }),
        // Another domain: the one that is left has an `on_destroy` of its own.
        json!({ "name": "third.example", "destination": "mx.third.example" }),
    ] {
        plan(&stored, same).messages.expect_none();
    }
    // A domain that takes no mail.
    let silent = hand.apply(DOMAIN, Some(&stored), with(&config(), json!({ "active": false })));
    for change in [
        json!({}),
        json!({ "relay": false }),
        json!({ "active": false, "destination": "other.example" }),
        json!({ "destination": "other.example" }),
    ] {
        plan(&silent, change).messages.expect_none();
    }
}

#[test]
fn taking_over_a_domain_says_what_becomes_of_its_mail() {
    for (changes, summary, argument) in [
        (json!({ "relay": false }), ENDS, "relay"),
        (json!({ "active": false }), ENDS, "active"),
        (json!({ "destination": "other.example" }), GOES_ELSEWHERE, "destination"),
        (json!({ "failovers": null }), "", ""),
    ] {
        let simulator = Simulator::start(&["--users", "1"]);
        let hand = Hand::with(&simulator.environment());
        let by_hand = with(&config(), json!({ "is_relay": true, "is_active": true }));
        simulator.essentials_done(Method::POST, "orgs/contoso.com/domains", Some(&by_hand));
        let config = with(&config(), changes);
        let planned = hand.plan(DOMAIN, None, config.clone());
        let foreseen = planned.messages.clone();
        // A process whose plan could not look says it when it creates; one that has said it does not say it twice.
        let applied = Hand::with(&simulator.environment()).apply_planned(DOMAIN, None, planned);
        hand.apply(DOMAIN, None, config).messages.expect_none();
        for said in [foreseen, applied.messages] {
            assert!(said.warns("The organization has `second.example` already"), "{said}");
            let (_, others) = said.0.split_first().expect("a warning");
            let others: Vec<_> =
                others.iter().map(|other| (other.summary.as_str(), other.path.as_str())).collect();
            let expected: &[_] = if summary.is_empty() { &[] } else { &[(summary, argument)] };
            assert_eq!(others, expected, "{said}");
        }
    }
}
