//! What is peculiar to the application: where the console's address comes from.

use serde_json::json;

use crate::support::plugin::values::UNKNOWN;
use crate::support::quickstart::{APPLICATION, Quickstart};
use crate::support::simulator::Simulator;

#[test]
fn an_application_without_any_address_of_the_console_is_refused_by_the_plan() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    quickstart.set("PROOFPOINT_ESSENTIALS_ENDPOINT", "");
    let said = quickstart.plan(APPLICATION).messages;
    let refusal = said.expect_error();
    assert_eq!(refusal.path, "redirect_uris", "{refusal}");
    assert!(refusal.detail.contains("`region`"), "{refusal}");

    quickstart.write(APPLICATION, &json!({ "redirect_uris": [UNKNOWN] }));
    quickstart.plan(APPLICATION).messages.expect_none();
    quickstart.write(APPLICATION, &json!({ "redirect_uris": ["https://us1.proofpointessentials.com"] }));
    quickstart.plan(APPLICATION).messages.expect_none();
}

#[test]
fn a_console_that_is_known_only_later_is_no_reason_to_refuse_the_plan() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    quickstart.set("PROOFPOINT_ESSENTIALS_ENDPOINT", "");
    quickstart.configure_with(json!({ "region": UNKNOWN }));
    quickstart.plan(APPLICATION).messages.expect_none();
}
