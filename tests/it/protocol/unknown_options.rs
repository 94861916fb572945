//! Options of a stack that this version does not know: they keep what somebody gave them, and go out only where they are taken.

use reqwest::Method;
use serde_json::json;

use super::echo::{show, shown, succeeds, under};
use crate::support::quickstart::{Quickstart, SYNC};

const OPTION: &str = "sync_shared_mailboxes";

#[test]
fn an_option_that_nobody_knows_keeps_the_value_that_somebody_gave_it() {
    let mut quickstart = under("further_members=shown", &json!({ "frequency": 0 }));
    succeeds(&quickstart.change(SYNC));
    let mut by_hand = shown(&quickstart, &json!({ OPTION: true }));
    by_hand["ad_key"] = quickstart.settings()["ad_key"].clone();
    quickstart.essentials(Method::PUT, "settings/azure", Some(&by_hand));
    quickstart.write(SYNC, &json!({ "default_role": "silent_user" }));
    quickstart.restart();
    succeeds(&quickstart.change(SYNC));
    let settings = quickstart.settings();
    assert_eq!(
        (&settings["default_user_role_name"], &settings[OPTION]),
        (&json!("silent_user"), &json!(true))
    );
}

#[test]
fn an_option_that_shows_only_after_the_first_write_goes_back_as_it_is_shown() {
    let arguments = json!({ "frequency": 0, "users": { "remove_deleted": false } });
    let mut quickstart = under("further_members=shown", &arguments);
    succeeds(&quickstart.change(SYNC));
    quickstart.write(SYNC, &json!({ "frequency": 1 }));
    quickstart.configure();
    let planned = quickstart.plan(SYNC);
    // Two looks come before the first write, and one between both.
    show(&quickstart, &shown(&quickstart, &json!({ OPTION: true })), 2, Some(1));
    succeeds(&quickstart.apply(SYNC, planned));
    let settings = quickstart.settings();
    assert_eq!((&settings["sync_frequency"], &settings[OPTION]), (&json!(1), &json!(true)));
}

/// The statuses of the writes of the settings since the last look.
fn writes(quickstart: &Quickstart) -> Vec<u16> {
    let writes = quickstart.simulator.writes().into_iter();
    let writes = writes.filter(|write| write.method == "PUT" && write.path.ends_with("/settings/azure"));
    let statuses = writes.map(|write| write.status).collect();
    quickstart.simulator.forget_requests();
    statuses
}

#[test]
fn an_option_that_is_shown_and_refused_is_left_out_from_then_on() {
    let arguments = json!({ "frequency": 0, "timeouts": { "update": "10s" } });
    let mut quickstart = under("further_members=shown_and_refused", &arguments);
    succeeds(&quickstart.change(SYNC));
    quickstart.simulator.forget_requests();
    for (role, expected) in [("silent_user", vec![400, 204]), ("end_user", vec![204])] {
        quickstart.write(SYNC, &json!({ "default_role": role }));
        succeeds(&quickstart.change(SYNC));
        assert_eq!(writes(&quickstart), expected, "{role}");
    }
}
