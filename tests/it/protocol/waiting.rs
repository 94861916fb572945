//! Waiting for Proofpoint's own next run: what ends the wait, what is told of it, and what it proves.

use std::thread;

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::support::plugin::calls::Messages;
use crate::support::plugin::values::UNKNOWN;
use crate::support::quickstart::{APPLICATION, Quickstart, SYNC, strings};
use crate::support::simulator::Simulator;

const MISSED: &str = "No run of the sync was seen in time (contoso.com)";
const OTHERWISE: &str = "Proofpoint's run left some people of contoso.com otherwise than foreseen";

/// The default story, with a sync that is waited for. The deadline is for a wait that would not end.
fn world(arguments: &Json) -> Quickstart {
    let mut quickstart = Quickstart::prepared(Simulator::start(&[]));
    quickstart.write(
        SYNC,
        &json!({
            "exemptions": ["scanner@contoso.com"], "wait_for_sync": true,
            "timeouts": { "create": "90s", "update": "90s" },
        }),
    );
    quickstart.write(SYNC, arguments);
    quickstart
}

/// A sync that is in place already and was not waited for; the next change of it mints another key.
fn in_place(arguments: &Json) -> Quickstart {
    let mut quickstart = world(arguments);
    quickstart.write(SYNC, &json!({ "wait_for_sync": false }));
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    let trigger = json!({ "rotate_when_changed": { "round": "2" } });
    quickstart.write(SYNC, &json!({ "wait_for_sync": true, "managed_client_secret": trigger }));
    quickstart.configure();
    quickstart.simulator.forget_requests();
    quickstart
}

/// Plans and applies while somebody else does something; what the apply said.
fn apply_while(quickstart: &Quickstart, meanwhile: impl FnOnce(&Quickstart) + Send) -> Messages {
    let planned = quickstart.plan(SYNC);
    assert!(!planned.messages.has_errors(), "{}", planned.messages);
    thread::scope(|scope| {
        scope.spawn(|| meanwhile(quickstart));
        quickstart.apply(SYNC, planned)
    })
}

/// Somebody with a mailbox comes into the directory.
pub(super) fn hire(quickstart: &Quickstart, name: &str) {
    let address = format!("{name}@contoso.com");
    let person = json!({
        "accountEnabled": true, "displayName": name, "mailNickname": name, "mail": address, "userPrincipalName": address,
        "passwordProfile": { "password": "not-used-anywhere-1" },
        "assignedPlans": [{
            "service": "exchange", "capabilityStatus": "Enabled", "assignedDateTime": "2026-01-01T00:00:00Z",
            "servicePlanId": "9aaf7827-d63c-4b61-89c3-182f06f82e5c",
        }],
    });
    quickstart.graph(Method::POST, "users", Some(&person));
}

/// More than an hour passes once the run is waited for.
fn an_hour_passes(quickstart: &Quickstart) {
    quickstart.simulator.advance_clock_while_a_run_is_waited_for("61m");
}

#[test]
fn a_run_that_did_what_was_foreseen_is_told_in_the_log_only_and_routing_is_waited_for() {
    let mut quickstart = world(&json!({ "frequency": 3, "wait_for_routing": true }));
    quickstart.set("TF_LOG", "INFO");
    // Nobody can tell that this account was made by hand: Proofpoint leaves it, and rightly so.
    hire(&quickstart, "zoe");
    quickstart.graph(Method::DELETE, "users/zoe@contoso.com", None);
    quickstart.essentials(Method::POST, "users", Some(&json!({ "primary_email": "zoe@contoso.com" })));

    let said = apply_while(&quickstart, |quickstart| {
        quickstart.simulator.advance_clock_while_a_run_is_waited_for("181m");
        // Too late for this run.
        hire(quickstart, "nora");
        an_hour_passes(quickstart);
    });
    said.expect_none();
    quickstart.expect_log("waiting for the next run of the sync");
    quickstart.expect_log("waiting for mail routing");
    let state = quickstart.simulator.state();
    let accounts = state["organizations"]["contoso.com"]["users"].as_array().expect("accounts");
    for (name, kept) in [("zoe", true), ("jack.king", false), ("frank.gomez", true), ("nora", false)] {
        let address = format!("{name}@contoso.com");
        assert_eq!(accounts.iter().any(|account| account["primary_email"] == *address), kept, "{address}");
    }

    let ready: jiff::Timestamp =
        quickstart.state(SYNC)["routing_ready_at"].as_str().unwrap().parse().unwrap();
    let clock = quickstart.simulator.control(Method::GET, "clock", None);
    let now: jiff::Timestamp = clock["now"].as_str().unwrap().parse().unwrap();
    assert!(ready <= now, "{ready} is not over at {now}");
}

#[test]
fn a_run_of_the_other_version_is_told_and_one_of_the_named_version_is_not() {
    for (named, otherwise) in [(Json::Null, true), (json!(1), false)] {
        let quickstart = world(&json!({ "sync_version": named }));
        quickstart.simulator.control(Method::POST, "moods", Some(&json!({ "sync_version": 1 })));
        let said = apply_while(&quickstart, an_hour_passes);
        assert!(!said.has_errors(), "{named}: {said}");
        assert_eq!(said.warns(OTHERWISE), otherwise, "{named}: {said}");
        if otherwise {
            let text = said.to_string();
            assert!(text.contains("karen.lopez@contoso.com") && text.contains("`sync_version`"), "{said}");
            assert!(!text.contains("jack.king@contoso.com"), "{said}");
        }
    }
}

#[test]
fn a_missed_deadline_is_a_warning_and_leaves_time_to_look_at_the_keys() {
    let mut quickstart = in_place(&json!({}));
    let before = quickstart.state(SYNC)["key_id"].clone();
    quickstart.write(SYNC, &json!({ "timeouts": { "update": "4s" } }));
    let said = quickstart.change(SYNC);
    assert!(said.warns(MISSED), "{said}");
    let others = said.0.iter().filter(|message| message.error || message.path != "wait_for_sync");
    assert_eq!(others.count(), 0, "{said}");
    // No run has proven the new key.
    assert_eq!(quickstart.state(SYNC)["superseded_key_ids"], json!([before]));
    quickstart.assert_sound("after a missed deadline");
}

#[test]
fn a_stack_that_never_shows_a_run_is_not_waited_for() {
    let quickstart = world(&json!({}));
    quickstart.simulator.control(
        Method::POST,
        "moods",
        Some(&json!({ "last_successful_sync": "absent", "secret_expiry": "absent" })),
    );
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    assert!(
        said.warns("This stack does not tell when a sync has run (contoso.com)") && !said.warns(MISSED),
        "{said}"
    );
    assert_eq!(quickstart.state(SYNC)["routing_ready_at"], Json::Null);
    quickstart.assert_sound("not waited for");
}

#[test]
fn a_frequency_that_turns_out_to_be_none_is_not_waited_for() {
    let quickstart = world(&json!({ "frequency": UNKNOWN, "max_removals": "100%" }));
    let mut planned = quickstart.plan(SYNC);
    assert!(!planned.messages.has_errors(), "{}", planned.messages);
    planned.config["frequency"] = 0.into();
    planned.state["frequency"] = 0.into();
    quickstart.apply(SYNC, planned).expect_none();
    assert_eq!(quickstart.settings()["sync_frequency"], 0);
}

#[test]
fn a_stack_that_shows_nothing_before_the_first_run_is_waited_for() {
    let quickstart = in_place(&json!({}));
    let absent = json!({ "unset_timestamp": "absent" });
    quickstart.simulator.control(Method::POST, "moods", Some(&absent));
    apply_while(&quickstart, an_hour_passes).expect_none();
    assert_eq!(quickstart.state(SYNC)["superseded_key_ids"], json!([]), "the run has proven the new key");
    quickstart.assert_sound("waited for");
}

#[test]
fn an_interruption_ends_the_wait_and_keeps_what_was_done() {
    let mut quickstart = world(&json!({}));
    let said = apply_while(&quickstart, |quickstart| {
        quickstart.simulator.await_looks();
        quickstart.stop();
    });
    assert!(!said.has_errors() && said.warns("Interrupted (contoso.com)"), "{said}");
    assert!(quickstart.state(SYNC)["key_id"].is_string());
    quickstart.restart();
    assert!(quickstart.converge().is_empty(), "{:#}", quickstart.state(SYNC));
    quickstart.assert_sound("interrupted");
}

#[test]
fn a_run_with_the_old_key_during_the_apply_proves_nothing() {
    let mut quickstart = in_place(&json!({}));
    quickstart.write(SYNC, &json!({ "wait_for_sync": false }));
    let before = quickstart.state(SYNC)["key_id"].clone();
    // The new key is not made before Proofpoint has run once more with the old one.
    let patience = json!({ "path": "**/addPassword", "status": 429, "headers": { "Retry-After": "0" } });
    quickstart.simulator.set_faults(&json!([patience]));
    let said = apply_while(&quickstart, |quickstart| {
        let throttled = |simulator: &Simulator| {
            simulator.requests().iter().any(|request| request.path.ends_with("/addPassword"))
        };
        while !throttled(&quickstart.simulator) {}
        let run =
            quickstart.simulator.control(Method::POST, "sync", Some(&json!({ "domain": "contoso.com" })));
        assert_eq!(run["outcome"], "success", "{run:#}");
        quickstart.simulator.set_faults(&json!([]));
    });
    assert!(!said.has_errors(), "{said}");
    assert_eq!(quickstart.state(SYNC)["superseded_key_ids"], json!([before]));

    quickstart.configure();
    let shown = quickstart.plan(SYNC);
    assert_eq!(shown.state["superseded_key_ids"], json!([before]), "removed without a proof");
    // The next run is one.
    quickstart.simulator.advance_clock("61m");
    quickstart.configure();
    assert_eq!(strings(&quickstart.plan(SYNC).state["superseded_key_ids"]).len(), 0);
}

#[test]
fn a_wait_that_fails_has_seen_no_run_and_proves_no_key() {
    let quickstart = in_place(&json!({}));
    let before = quickstart.state(SYNC)["key_id"].clone();
    let said = apply_while(&quickstart, |quickstart| {
        quickstart.simulator.await_looks();
        let refused = json!({ "method": "GET", "path": "**/settings/azure", "status": 401, "count": 1 });
        quickstart.simulator.set_faults(&json!([refused]));
    });
    assert!(!said.has_errors(), "the key was handed over: {said}");
    assert!(said.0.iter().any(|message| message.detail.contains("user name or password")), "{said}");
    let state = quickstart.state(SYNC);
    assert_eq!(state["superseded_key_ids"], json!([before]), "{state:#}");
    assert!(quickstart.keys().contains(before.as_str().unwrap()), "the key that Proofpoint may still hold");
    quickstart.assert_sound("a wait that failed");
}

#[test]
fn a_key_that_is_removed_while_its_run_is_waited_for_ends_the_wait() {
    let quickstart = in_place(&json!({ "timeouts": { "update": "200s" } }));
    let before = quickstart.keys();
    let object_id = quickstart.state(APPLICATION)["object_id"].as_str().expect("an id").to_owned();
    let began = std::time::Instant::now();
    let said = apply_while(&quickstart, |quickstart| {
        quickstart.simulator.await_looks();
        for key in quickstart.keys().difference(&before) {
            let path = format!("applications/{object_id}/removePassword");
            quickstart.graph(Method::POST, &path, Some(&json!({ "keyId": key })));
        }
    });
    assert!(said.warns("The new key was removed while it was proven (contoso.com)"), "{said}");
    assert!(!said.has_errors() && began.elapsed().as_secs() < 150, "{:?}: {said}", began.elapsed());
    assert_eq!(quickstart.keys(), before, "no key was proven, and none of the others goes");
}

#[test]
fn when_routing_was_ready_stays_told_by_a_change_that_waits_for_nothing() {
    let mut quickstart = world(&json!({}));
    let said = apply_while(&quickstart, an_hour_passes);
    assert!(!said.has_errors(), "{said}");
    let ready = quickstart.state(SYNC)["routing_ready_at"].clone();
    assert!(ready.is_string(), "{ready}");
    quickstart.write(SYNC, &json!({ "wait_for_sync": false, "frequency": 24 }));
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    assert_eq!(quickstart.state(SYNC)["routing_ready_at"], ready);
}
