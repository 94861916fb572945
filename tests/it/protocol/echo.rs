//! What Proofpoint shows of what it accepted: late, in another spelling, not at all, or another value for good.

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::support::plugin::calls::Messages;
use crate::support::quickstart::{APPLICATION, Quickstart, SYNC};
use crate::support::simulator::Simulator;

pub(super) const OTHERWISE: &str = "Proofpoint shows another value for `contoso.com` than it accepted";
const MORE: &str = "The sync of `contoso.com` does more than was asked";

/// A sync that nothing runs of by itself.
pub(super) fn idle() -> Quickstart {
    let mut quickstart = Quickstart::prepared(Simulator::start(&[]));
    quickstart.write(SYNC, &json!({ "frequency": 0, "users": { "remove_deleted": false } }));
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    quickstart
}

/// What a GET shows, with some members otherwise; null takes one out.
pub(super) fn shown(quickstart: &Quickstart, members: &Json) -> Json {
    let mut shown = quickstart.essentials(Method::GET, "settings/azure", None);
    for (name, value) in members.as_object().expect("members") {
        if value.is_null() {
            shown.as_object_mut().expect("settings").remove(name);
        } else {
            shown[name] = value.clone();
        }
    }
    shown
}

pub(super) fn show(quickstart: &Quickstart, body: &Json, skip: u64, count: Option<u64>) {
    let mut fault =
        json!({ "method": "GET", "path": "**/settings/azure", "status": 200, "body": body, "skip": skip });
    if let Some(count) = count {
        fault["count"] = count.into();
    }
    quickstart.simulator.set_faults(&json!([fault]));
}

/// Plans first and applies while GET answers so, from the third time on: two looks come before the PUT.
pub(super) fn apply_showing(quickstart: &Quickstart, members: &Json, count: Option<u64>) -> Messages {
    quickstart.configure();
    let planned = quickstart.plan(SYNC);
    assert!(!planned.messages.has_errors(), "{}", planned.messages);
    show(quickstart, &shown(quickstart, members), 2, count);
    quickstart.apply(SYNC, planned)
}

/// What a plan of the next command says; fails when it has anything to do.
#[track_caller]
pub(super) fn nothing_to_do(quickstart: &Quickstart) -> Messages {
    quickstart.configure();
    let planned = quickstart.plan(SYNC);
    assert_eq!(planned.state, quickstart.state(SYNC), "{}", planned.messages);
    planned.messages
}

fn has_to_do(quickstart: &Quickstart) -> bool {
    quickstart.configure();
    quickstart.plan(SYNC).state != quickstart.state(SYNC)
}

#[test]
fn a_value_that_the_stack_keeps_is_warned_of_and_plans_nothing() {
    let mut quickstart = idle();
    quickstart.write(SYNC, &json!({ "default_role": "silent_user", "allow_microsoft_login": false }));
    let forced =
        json!({ "default_user_role_name": "silent_user", "disable_login": false, "secret_expiry": null });
    let said = apply_showing(&quickstart, &forced, None);
    assert!(!said.has_errors() && said.warns(OTHERWISE), "{said}");
    assert_eq!(said.0[0].path, "allow_microsoft_login", "{said}");
    assert!(said.0[0].detail.contains("`allow_microsoft_login` was sent as `false`"), "{said}");
    assert_eq!(quickstart.state(SYNC)["allow_microsoft_login"], false);
    let keys = quickstart.keys();
    for _ in 0..2 {
        assert!(nothing_to_do(&quickstart).warns(OTHERWISE));
    }
    assert_eq!(quickstart.keys(), keys, "a key was minted for it");

    // It shows what was sent after all; from now on another value is somebody's work.
    quickstart.simulator.set_faults(&json!([]));
    nothing_to_do(&quickstart).expect_none();
    show(&quickstart, &shown(&quickstart, &json!({ "disable_login": false })), 0, None);
    assert!(has_to_do(&quickstart));
}

#[test]
fn a_value_that_is_late_is_looked_for_again_and_never_learnt() {
    let mut quickstart = idle();
    quickstart.write(SYNC, &json!({ "default_role": "silent_user" }));
    let old = json!({ "secret_expiry": null });
    apply_showing(&quickstart, &old, Some(3)).expect_none();
    quickstart.simulator.set_faults(&json!([]));
    nothing_to_do(&quickstart).expect_none();

    // Later than anybody looks: warned of, and not taken for the stack's own value.
    quickstart.write(SYNC, &json!({ "default_role": "end_user" }));
    let said = apply_showing(&quickstart, &old, None);
    assert!(!said.has_errors() && said.warns(OTHERWISE), "{said}");
    show(&quickstart, &shown(&quickstart, &json!({ "default_user_role_name": "silent_user" })), 0, None);
    let keys = quickstart.keys();
    quickstart.restart();
    assert!(nothing_to_do(&quickstart).warns(OTHERWISE), "no key for what may only be late");
    assert_eq!(quickstart.keys(), keys);
    quickstart.simulator.advance_clock("21m");
    assert!(has_to_do(&quickstart), "somebody may have set it back");
    quickstart.simulator.set_faults(&json!([]));
    nothing_to_do(&quickstart);
    quickstart.assert_sound("late");
}

#[test]
fn a_value_that_does_more_to_people_is_warned_of_and_is_drift() {
    let mut quickstart = idle();
    quickstart.write(SYNC, &json!({ "default_role": "silent_user" }));
    let forced = json!({ "default_user_role_name": "silent_user", "remove_deleted_users": true });
    let said = apply_showing(&quickstart, &forced, None);
    assert!(!said.has_errors() && said.warns(MORE), "{said}");
    assert_eq!(quickstart.state(SYNC)["users"]["remove_deleted"], false);
    for _ in 0..2 {
        assert!(has_to_do(&quickstart));
        quickstart.configure();
        assert!(quickstart.plan(SYNC).messages.warns(MORE));
    }
}

#[test]
fn members_that_a_stack_does_not_show_stay_as_they_were_sent() {
    let mut quickstart = idle();
    quickstart.write(SYNC, &json!({ "default_role": "silent_user", "users": { "update": false } }));
    let lacking = json!({ "update_users": null, "default_user_role_name": null, "sync_frequency": null, "application_id": null, "secret_expiry": null });
    apply_showing(&quickstart, &lacking, None).expect_none();
    nothing_to_do(&quickstart).expect_none();
}

#[test]
fn settings_in_capitals_are_imported_without_a_change() {
    let mut quickstart = idle();
    let known = quickstart.settings();
    let capitals = json!({
        "primary_domain": "CONTOSO.com", "default_user_role_name": "End_User",
        "application_id": known["application_id"].as_str().expect("an id").to_uppercase(),
    });
    show(&quickstart, &shown(&quickstart, &capitals), 0, None);
    quickstart.take(SYNC);
    quickstart.configure();
    quickstart.import(SYNC, "/orgs/contoso.com/settings/azure");
    let none = json!({ "managed_client_secret": null, "max_removals": "10%" });
    quickstart.write(SYNC, &none);
    nothing_to_do(&quickstart).expect_none();
}

#[test]
fn nothing_is_switched_on_before_everything_is_seen_in_place() {
    let mut quickstart = idle();
    let key = quickstart.state(SYNC)["key_id"].clone();
    quickstart.write(
        SYNC,
        &json!({ "frequency": 1, "users": { "update": true, "remove_deleted": true }, "timeouts": { "update": "6s" } }),
    );
    let said =
        apply_showing(&quickstart, &json!({ "remove_deleted_users": false, "secret_expiry": null }), None);
    let error = said.expect_error();
    assert_eq!(error.summary, "The sync of `contoso.com` was not switched on", "{said}");
    assert!(error.detail.contains("`users.remove_deleted` is `false` instead of `true`"), "{said}");
    assert_eq!(quickstart.settings()["sync_frequency"], 0, "something would run");
    let state = quickstart.state(SYNC);
    assert_eq!((&state["frequency"], &state["superseded_key_ids"]), (&json!(0), &json!([key])), "{state:#}");

    quickstart.simulator.set_faults(&json!([]));
    quickstart.configure();
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    assert_eq!(quickstart.settings()["sync_frequency"], 1);
    quickstart.assert_sound("switched on");
}

#[test]
fn an_exemption_that_is_not_listed_keeps_the_sync_off() {
    let mut quickstart = idle();
    quickstart.write(
        SYNC,
        &json!({ "frequency": 1, "exemptions": ["scanner@contoso.com"], "timeouts": { "update": "15s" } }),
    );
    quickstart.configure();
    let planned = quickstart.plan(SYNC);
    let ignored = json!({ "method": "PUT", "path": "**/exemptions", "status": 204, "body": "" });
    quickstart.simulator.set_faults(&json!([ignored]));
    let said = quickstart.apply(SYNC, planned);
    assert!(said.expect_error().detail.contains("scanner@contoso.com"), "{said}");
    assert_eq!(quickstart.settings()["sync_frequency"], 0, "something would run");
    quickstart.assert_sound("kept off");
}

#[test]
fn members_that_nobody_knows_are_sent_back_and_left_out_where_they_are_refused() {
    let mut quickstart = idle();
    let unknown = shown(&quickstart, &json!({ "sync_disabled_accounts": true }));
    quickstart.write(SYNC, &json!({ "default_role": "silent_user" }));
    quickstart.configure();
    let planned = quickstart.plan(SYNC);
    let seen =
        json!({ "method": "GET", "path": "**/settings/azure", "status": 200, "body": unknown, "count": 1 });
    let refused = json!({ "method": "PUT", "path": "**/settings/azure", "status": 400, "count": 1 });
    quickstart.simulator.set_faults(&json!([seen, refused]));
    quickstart.simulator.forget_requests();
    quickstart.apply(SYNC, planned).expect_none();
    let puts: Vec<u16> = quickstart
        .simulator
        .writes()
        .iter()
        .filter(|request| request.method == "PUT" && request.path.ends_with("/settings/azure"))
        .map(|request| request.status)
        .collect();
    assert_eq!(puts, [400, 204]);
    assert_eq!(quickstart.state(APPLICATION)["client_id"], quickstart.settings()["application_id"]);
}

#[track_caller]
pub(super) fn succeeds(said: &Messages) {
    assert!(!said.has_errors(), "{said}");
}

pub(super) fn under(mood: &str, arguments: &Json) -> Quickstart {
    let mut quickstart = Quickstart::prepared(Simulator::start(&["--mood", mood]));
    quickstart.write(SYNC, arguments);
    quickstart
}

#[test]
fn a_switch_that_the_stack_turns_off_is_named_and_what_the_error_says_helps() {
    let mut quickstart =
        under("forced_setting=add_groups_false", &json!({ "timeouts": { "create": "20s" } }));
    for _ in 0..2 {
        quickstart.restart();
        let said = quickstart.change(SYNC);
        assert!(said.expect_error().detail.contains("`groups.add` is `false` instead of `true`"), "{said}");
        assert!(quickstart.settings().is_null() && quickstart.keys().is_empty(), "left over: {said}");
    }
    quickstart.write(SYNC, &json!({ "groups": { "add": false } }));
    succeeds(&quickstart.change(SYNC));
    quickstart.assert_sound("as the error says");
}

#[test]
fn a_change_that_is_refused_again_and_again_leaves_no_keys_behind() {
    let mut quickstart = under(
        "forced_setting=add_groups_false",
        &json!({ "groups": { "add": false }, "timeouts": { "update": "20s" } }),
    );
    succeeds(&quickstart.change(SYNC));
    quickstart.write(SYNC, &json!({ "groups": { "add": true } }));
    for _ in 0..3 {
        quickstart.restart();
        let said = quickstart.change(SYNC);
        assert!(said.expect_error().detail.contains("`groups.add` is `false` instead of `true`"), "{said}");
        assert_eq!(quickstart.settings()["sync_frequency"], 0, "something would run");
        quickstart.assert_sound("refused");
        assert_eq!(quickstart.keys().len(), 1, "{:#}", quickstart.state(SYNC));
    }
    quickstart.write(SYNC, &json!({ "groups": { "add": false } }));
    succeeds(&quickstart.change(SYNC));
    assert_eq!(quickstart.settings()["sync_frequency"], 1);
}

#[test]
fn a_frequency_that_the_stack_keeps_is_warned_of_and_plans_nothing() {
    let mut quickstart = under("forced_setting=frequency_daily", &json!({}));
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors() && said.warns(OTHERWISE), "{said}");
    let keys = quickstart.keys();
    for _ in 0..2 {
        quickstart.restart();
        assert!(nothing_to_do(&quickstart).warns(OTHERWISE));
    }
    assert_eq!((quickstart.keys(), &quickstart.state(SYNC)["frequency"]), (keys, &json!(1)));
}

#[test]
fn an_option_that_the_stack_demands_is_sent_as_it_is_shown() {
    let mut quickstart = under("further_members=shown_and_required", &json!({}));
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    assert!(said.to_string().contains("`sync_shared_mailboxes`"), "{said}");
    assert_eq!(quickstart.settings()["sync_shared_mailboxes"], false, "sent as off");
    quickstart.assert_sound("demanded");
    quickstart.restart();
    quickstart.write(SYNC, &json!({ "default_role": "silent_user" }));
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors() && !said.to_string().contains("sync_shared_mailboxes"), "{said}");
}

#[test]
fn settings_that_are_not_shown_yet_are_not_taken_for_deleted() {
    let mut quickstart = under("settings_lag=60s", &json!({ "frequency": 0 }));
    let said = quickstart.change(SYNC);
    assert!(
        !said.has_errors()
            && said.warns("Proofpoint does not show the settings of `contoso.com` that it accepted"),
        "{said}"
    );
    let keys = quickstart.keys();
    quickstart.restart();
    assert!(nothing_to_do(&quickstart).warns("Proofpoint does not show the settings of `contoso.com` yet"));
    quickstart.simulator.advance_clock("2m");
    quickstart.restart();
    nothing_to_do(&quickstart).expect_none();
    assert_eq!(quickstart.keys(), keys, "a key was minted for it");

    // A change that is late: an application, and what a run may do, as they were before.
    quickstart.write(SYNC, &json!({ "default_role": "silent_user", "users": { "remove_deleted": false } }));
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors() && said.warns(OTHERWISE) && said.warns(MORE), "{said}");
    quickstart.simulator.advance_clock("40s");
    quickstart.restart();
    nothing_to_do(&quickstart);
    quickstart.simulator.advance_clock("1m");
    quickstart.restart();
    nothing_to_do(&quickstart).expect_none();
    quickstart.assert_sound("late");
}

#[test]
fn what_is_sent_may_be_late_for_as_long_as_timeouts_say() {
    let mut quickstart = idle();
    quickstart.simulator.control(Method::POST, "moods", Some(&json!({ "settings_lag": "50m" })));
    quickstart.write(SYNC, &json!({ "default_role": "silent_user", "timeouts": { "update": "45m" } }));
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors() && said.warns(OTHERWISE), "{said}");
    quickstart.simulator.advance_clock("30m");
    quickstart.restart();
    assert!(nothing_to_do(&quickstart).warns(OTHERWISE));
    quickstart.simulator.advance_clock("16m");
    assert!(has_to_do(&quickstart), "somebody may have set it back");
}

#[test]
fn settings_that_cannot_be_read_back_are_no_error() {
    let mut quickstart = idle();
    quickstart.write(SYNC, &json!({ "default_role": "silent_user" }));
    quickstart.configure();
    let planned = quickstart.plan(SYNC);
    let unread = json!([{ "method": "GET", "path": "**/settings/azure", "status": 403, "skip": 2 }]);
    quickstart.simulator.set_faults(&unread);
    let said = quickstart.apply(SYNC, planned);
    assert!(
        !said.has_errors()
            && said.warns("Proofpoint does not show the settings of `contoso.com` that it accepted"),
        "{said}"
    );
    assert_eq!(quickstart.settings()["default_user_role_name"], "silent_user");
    let keys = quickstart.keys();
    quickstart.simulator.set_faults(&json!([]));
    quickstart.restart();
    nothing_to_do(&quickstart).expect_none();
    assert_eq!(quickstart.keys(), keys, "a key was minted for it");
}
