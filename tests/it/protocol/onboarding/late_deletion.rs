//! The deletion of an organization ends when nothing shows the organization any more, or says that it is still shown.

use serde_json::json;

use super::hand::{Hand, with};
use super::organization::{NEW, ORGANIZATION, config, held, simulator};
use super::*;

/// Deletes an organization that is shown all the same: so often, or for good.
fn delete_while_it_is_shown(times: Option<u64>, timeout: &str) -> (Simulator, Messages) {
    let simulator = simulator(&[]);
    let hand = Hand::with(&as_partner(&simulator));
    let for_good =
        json!({ "on_destroy": "delete", "deletion_protection": false, "timeouts": { "delete": timeout } });
    let stored = hand.apply(ORGANIZATION, None, with(&config(), for_good));
    // The first look comes before the deletion.
    let mut late = json!({
        "method": "GET", "path": "/api/v1/orgs/adatum.example", "status": 200, "skip": 1,
        "body": { "primary_domain": NEW, "name": "Adatum" },
    });
    if let Some(times) = times {
        late["count"] = times.into();
    }
    simulator.set_faults(&json!([late]));
    let (_, gone) = hand.destroy(ORGANIZATION, &stored);
    assert!(!gone.messages.has_errors() && gone.state.is_null(), "{}", gone.messages);
    assert!(held(&simulator, NEW).is_null(), "it was deleted");
    (simulator, gone.messages)
}

#[test]
fn a_deletion_lasts_until_nothing_shows_the_organization() {
    let (simulator, said) = delete_while_it_is_shown(Some(3), "5m");
    assert_eq!(simulator.control(Method::GET, "faults", None)[0]["count"], 0, "it was looked at again");
    said.expect_none();
}

#[test]
fn an_organization_that_is_shown_to_the_end_of_its_deletion_is_told_of() {
    let (_, said) = delete_while_it_is_shown(None, "4s");
    assert!(said.warns(&format!("Proofpoint still shows `{NEW}`")), "{said}");
}
