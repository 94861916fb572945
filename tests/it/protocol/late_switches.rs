//! Switches that were lowered a moment ago and are raised again, while Proofpoint still shows them as they were: nothing is
//! switched on unseen, whatever the stack shows and whether or not the command reads it first.

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::support::plugin::calls::Messages;
use crate::support::plugin::succeeds;
use crate::support::quickstart::{Quickstart, SYNC};
use crate::support::simulator::Simulator;

const REFUSED: &str = "The sync would remove too many accounts of contoso.com";

/// A sync that was judged, on a stack that shows everything late from now on. From now on nobody may be removed.
fn judged_once() -> Quickstart {
    let mut quickstart = Quickstart::prepared(Simulator::start(&[]));
    quickstart.write(SYNC, &json!({ "exemptions": ["scanner@contoso.com"] }));
    succeeds(&quickstart.change(SYNC));
    quickstart.write(SYNC, &json!({ "max_removals": "0" }));
    succeeds(&quickstart.change(SYNC));
    quickstart.simulator.control(Method::POST, "moods", Some(&json!({ "settings_lag": "10m" })));
    quickstart
}

/// Lowers and raises again: as the second command plans it.
fn raised_again(lowered: &Json, raised: &Json) -> (Quickstart, Messages) {
    let mut quickstart = judged_once();
    quickstart.write(SYNC, lowered);
    succeeds(&quickstart.change_unrefreshed(SYNC));
    quickstart.restart();
    let shown = quickstart.essentials(Method::GET, "settings/azure", None);
    assert_eq!((&shown["sync_frequency"], &shown["remove_deleted_users"]), (&json!(1), &json!(true)), "late");
    quickstart.write(SYNC, raised);
    let said = quickstart.plan_unrefreshed(SYNC).messages;
    (quickstart, said)
}

#[test]
fn a_frequency_that_is_raised_again_is_judged_although_the_stack_still_shows_it() {
    let (_, said) = raised_again(&json!({ "frequency": 0 }), &json!({ "frequency": 1 }));
    assert_eq!(said.expect_error().summary, REFUSED, "{said}");
}

#[test]
fn a_switch_that_is_raised_again_is_judged_although_the_stack_still_shows_it() {
    let removes = |removes: bool| json!({ "users": { "remove_deleted": removes } });
    let (_, said) = raised_again(&removes(false), &removes(true));
    assert_eq!(said.expect_error().summary, REFUSED, "{said}");
}

#[test]
fn a_sync_that_is_raised_again_runs_only_once_it_is_seen_at_rest() {
    let (mut quickstart, said) = raised_again(&json!({ "frequency": 0 }), &json!({ "frequency": 1 }));
    assert!(said.has_errors(), "{said}");
    quickstart.simulator.control(Method::POST, "moods", Some(&json!({ "settings_lag": "2s" })));
    quickstart.write(SYNC, &json!({ "max_removals": "100%" }));
    quickstart.simulator.forget_requests();
    succeeds(&quickstart.change_unrefreshed(SYNC));
    let puts = quickstart.simulator.writes();
    let puts = puts.iter().filter(|one| one.method == "PUT" && one.path.ends_with("/settings/azure"));
    assert_eq!(puts.count(), 2, "at rest first");
    assert_eq!(quickstart.settings()["sync_frequency"], 1);
}

#[test]
fn a_sync_that_is_made_again_is_judged_although_the_stack_still_shows_the_one_that_was_destroyed() {
    let mut quickstart = judged_once();
    quickstart.destroy_one(SYNC);
    quickstart.restart();
    assert!(quickstart.settings().is_null());
    assert_eq!(quickstart.essentials(Method::GET, "settings/azure", None)["sync_frequency"], 1, "late");
    let said = quickstart.change(SYNC);
    assert_eq!(said.expect_error().summary, REFUSED, "{said}");
}
