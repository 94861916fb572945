//! Arguments and promises of the documentation of the sync, its data sources and its reviewed runs: what no other test of those
//! in `tested_arguments.rs` would miss is tested here.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value as Json, json};

use super::waiting::hire;
use crate::support::plugin::calls::Messages;
use crate::support::plugin::succeeds;
use crate::support::plugin::values::UNKNOWN;
use crate::support::quickstart::{APPLICATION, Quickstart, RUN, SYNC};
use crate::support::simulator::Simulator;

fn synced(arguments: &Json) -> Quickstart {
    let mut quickstart = Quickstart::prepared(Simulator::start(&["--users", "3", "--groups", "1"]));
    quickstart.write(SYNC, arguments);
    succeeds(&quickstart.change(SYNC));
    quickstart
}

#[test]
fn every_setting_arrives_as_it_is_written() {
    let mut quickstart = synced(&json!({}));
    for (arguments, member, value) in [
        (json!({ "default_role": "silent_user" }), "default_user_role_name", json!("silent_user")),
        (json!({ "allow_microsoft_login": false }), "disable_login", json!(true)),
        (json!({ "frequency": 12 }), "sync_frequency", json!(12)),
        (json!({ "what": { "active_users": false } }), "sync_active_users", json!(false)),
        (json!({ "what": { "distribution_groups": false } }), "sync_distribution_groups", json!(false)),
        (json!({ "what": { "security_groups": true } }), "sync_security_groups", json!(true)),
        (json!({ "users": { "add": false } }), "add_users", json!(false)),
        (json!({ "users": { "update": false } }), "update_users", json!(false)),
        (json!({ "users": { "remove_deleted": false } }), "remove_deleted_users", json!(false)),
        (json!({ "groups": { "add": false } }), "add_groups", json!(false)),
        (json!({ "groups": { "update": false } }), "update_groups", json!(false)),
        (json!({ "groups": { "remove_deleted": true } }), "remove_deleted_groups", json!(true)),
    ] {
        let mut before = quickstart.settings();
        assert_ne!(before[member], value, "{member}");
        quickstart.write(SYNC, &arguments);
        quickstart.configure();
        succeeds(&quickstart.change(SYNC));
        let mut after = quickstart.settings();
        assert_eq!(after[member], value, "{arguments}");
        for changed in [member, "ad_key", "secret_expiry", "next_run", "last_successful_sync"] {
            (before[changed], after[changed]) = (Json::Null, Json::Null);
        }
        assert_eq!(before, after, "{arguments} changes something else");
    }
}

#[test]
fn a_write_only_secret_is_sent_again_with_another_version_only() {
    let mut quickstart = synced(&json!({}));
    let secret = quickstart.settings()["ad_key"].clone();
    let arguments =
        json!({ "managed_client_secret": null, "client_secret_wo": secret, "client_secret_wo_version": "1" });
    quickstart.write(SYNC, &arguments);
    succeeds(&quickstart.change(SYNC));
    for (version, sent) in [("1", false), ("2", true)] {
        quickstart.write(SYNC, &json!({ "client_secret_wo_version": version }));
        quickstart.configure();
        quickstart.simulator.forget_requests();
        succeeds(&quickstart.change(SYNC));
        let writes = quickstart.simulator.writes();
        assert_eq!(
            writes.iter().any(|write| write.path.ends_with("/settings/azure")),
            sent,
            "version {version}"
        );
    }
}

#[test]
fn a_managed_key_is_as_its_block_says() {
    let block = json!({ "description": "ours", "lifetime": "240h", "rotate_before": "48h" });
    let mut quickstart = synced(&json!({ "managed_client_secret": block }));
    let id = quickstart.state(APPLICATION)["object_id"].as_str().expect("an id").to_owned();
    let key =
        quickstart.graph(Method::GET, &format!("applications/{id}"), None)["passwordCredentials"][0].take();
    assert!(key["displayName"].as_str().expect("a name").starts_with("ours "), "{key}");
    let at = |name: &str| key[name].as_str().expect("a time").parse::<Timestamp>().expect("a time");
    let life = at("endDateTime").duration_since(at("startDateTime"));
    assert!(life <= SignedDuration::from_hours(240) && life > SignedDuration::from_hours(239), "{life}");
    for (time, due) in [("180h", false), ("13h", true)] {
        quickstart.simulator.advance_clock(time);
        quickstart.restart();
        let planned = quickstart.plan(SYNC);
        assert_eq!(planned.state["key_id"] == UNKNOWN, due, "{time}: {:#}", planned.state);
    }
}

/// What a preview with these arguments shows.
#[track_caller]
fn preview(quickstart: &Quickstart, mut config: Json) -> Json {
    config["domain"] = json!(quickstart.simulator.tenant().domain);
    let (shown, said) = quickstart.data("proofpoint_azure_sync_preview", config);
    succeeds(&said);
    shown
}

#[test]
fn rows_are_cut_as_asked_and_the_digest_is_not() {
    let quickstart = Quickstart::start(Simulator::start(&["--users", "30", "--groups", "0"]));
    let (all, cut) = (preview(&quickstart, json!({})), preview(&quickstart, json!({ "detail_limit": 1 })));
    let rows = |shown: &Json| shown["report"]["updating"].as_object().expect("rows").len();
    assert!(rows(&all) > 1, "{all:#}");
    assert_eq!(rows(&cut), 1);
    assert_eq!(cut["changes"], all["changes"], "what may be enacted is never cut");
    assert_eq!(cut["report"]["digest"], all["report"]["digest"]);
    let other = preview(&quickstart, json!({ "users": { "add": false } }));
    assert_ne!(other["report"]["digest"], all["report"]["digest"]);
}

#[test]
fn a_secret_is_a_finding_as_many_days_before_its_end_as_asked() {
    let quickstart = synced(&json!({ "managed_client_secret": { "lifetime": "2400h" } }));
    let found = |days: Json| {
        let config = json!({ "domain": quickstart.simulator.tenant().domain, "warn_days": days });
        let (health, said) = quickstart.data("proofpoint_azure_sync_health", config);
        succeeds(&said);
        assert_eq!(health["days_left"], json!(99), "{health:#}");
        let findings = health["findings"].as_array().expect("findings").clone();
        findings.iter().any(|finding| finding["code"].as_str().is_some_and(|code| code.contains("secret")))
    };
    assert!(!found(Json::Null), "thirty days, where nothing is asked");
    assert!(!found(json!(98)));
    assert!(found(json!(101)));
}

#[test]
fn new_users_are_greeted_only_where_that_is_asked() {
    for greeted in [false, true] {
        let mut quickstart = synced(&json!({ "frequency": 0 }));
        hire(&quickstart, "new.comer");
        let mut config = json!({ "users": { "remove_deleted": true } });
        config["domain"] = json!(quickstart.simulator.tenant().domain);
        let changes = preview(&quickstart, config)["changes"].clone();
        let arguments = if greeted { json!({ "send_welcome_email": true }) } else { json!({}) };
        quickstart.write_anew(RUN, arguments);
        quickstart.write(RUN, &json!({ "changes": changes, "max_deletions": "100%" }));
        quickstart.simulator.forget_requests();
        succeeds(&quickstart.change(RUN));
        let requests = quickstart.simulator.control(Method::GET, "requests", None);
        let made = requests.as_array().expect("requests").iter().find(|request| {
            request["method"] == "POST"
                && request["path"].as_str().is_some_and(|path| path.ends_with("/users"))
        });
        assert!(made.is_some(), "nobody was made: {changes}");
        let domain = &quickstart.simulator.tenant().domain;
        let accounts = quickstart.simulator.state()["organizations"][domain]["users"].take();
        let all = accounts.as_array().expect("accounts").iter();
        let new: Vec<&Json> = all
            .filter(|one| changes[one["primary_email"].as_str().unwrap_or_default()].is_string())
            .collect();
        assert!(!new.is_empty());
        assert!(new.iter().all(|one| one["send_welcome_email"] == json!(greeted)), "{greeted}: {new:?}");
    }
}

#[test]
fn every_source_and_run_is_about_the_domain_that_it_names() {
    let mut quickstart = synced(&json!({}));
    let other = json!("nobody.example");
    for source in ["proofpoint_azure_sync", "proofpoint_azure_sync_preview", "proofpoint_azure_sync_health"] {
        let (_, said) = quickstart.data(source, json!({ "domain": other }));
        assert!(said.has_errors(), "{source} asks for nobody.example");
    }
    quickstart.write_anew(
        RUN,
        json!({ "domain": other, "changes": { "a@nobody.example": "delete end_user: gone" } }),
    );
    let planned = quickstart.plan(RUN);
    let said = if planned.messages.has_errors() { planned.messages } else { quickstart.apply(RUN, planned) };
    assert!(said.has_errors(), "a run in nobody.example");
}

#[test]
fn another_tenant_is_another_directory() {
    let mut quickstart = synced(&json!({}));
    let domain = quickstart.simulator.tenant().domain.clone();
    let other = "0badc0de-1111-4222-8333-444455556666";
    for source in ["proofpoint_azure_sync_preview", "proofpoint_azure_sync_health"] {
        let (state, said) = quickstart.data(source, json!({ "domain": domain, "tenant_id": other }));
        let told = said.to_string() + &state["findings"].to_string();
        assert!(told.contains(other) || said.has_errors(), "{source} reads another directory: {told}");
    }
    let changes = json!({ format!("a@{domain}"): "add end_user: new user in Entra" });
    quickstart.write_anew(RUN, json!({ "tenant_id": other, "changes": changes }));
    let planned = quickstart.plan(RUN);
    let said = if planned.messages.has_errors() { planned.messages } else { quickstart.apply(RUN, planned) };
    assert!(said.has_errors(), "a run by another directory: {said}");
}

#[test]
fn every_operation_ends_at_its_own_timeout() {
    let mut quickstart = Quickstart::prepared(Simulator::start(&["--users", "2"]));
    let domain = quickstart.simulator.tenant().domain.clone();
    let slow = json!([{ "path": "/api/v1/**", "delay": 40_000 }]);
    let ends = |operation: &str, act: &mut dyn FnMut() -> Messages| {
        let (began, said) = (Instant::now(), act());
        let took = began.elapsed().as_secs();
        assert!(said.has_errors() && took < 20, "{operation}: {took} s {said}");
    };
    let timeouts = json!({ "create": "2s", "read": "2s", "update": "2s", "delete": "2s" });
    let generous = json!({ "create": "60s", "read": "60s", "update": "60s", "delete": "60s" });
    quickstart.write(SYNC, &json!({ "timeouts": timeouts }));
    let planned = quickstart.plan(SYNC);
    quickstart.simulator.set_faults(&slow);
    ends("create of the sync", &mut || quickstart.apply(SYNC, planned.clone()));
    quickstart.simulator.set_faults(&json!([]));
    quickstart.write(SYNC, &json!({ "timeouts": generous }));
    quickstart.restart();
    succeeds(&quickstart.change(SYNC));
    quickstart.write(SYNC, &json!({ "timeouts": timeouts }));
    quickstart.restart();
    succeeds(&quickstart.change(SYNC));
    quickstart.write(SYNC, &json!({ "default_role": "silent_user" }));
    quickstart.restart();
    let planned = quickstart.plan(SYNC);
    quickstart.simulator.set_faults(&slow);
    ends("update of the sync", &mut || quickstart.apply(SYNC, planned.clone()));
    ends("delete of the sync", &mut || quickstart.try_destroy(SYNC).unwrap_or_else(|said| said));
    quickstart.configure();
    ends("read of the sync", &mut || quickstart.plan(SYNC).messages);
    for source in ["proofpoint_azure_sync", "proofpoint_azure_sync_preview", "proofpoint_azure_sync_health"] {
        quickstart.configure();
        let config = json!({ "domain": domain, "timeouts": { "read": "2s" } });
        ends(source, &mut || quickstart.data(source, config.clone()).1);
    }
    let changes = |name: &str| json!({ format!("{name}@{domain}"): "add end_user: new user in Entra" });
    let run = |name: &str| json!({ "changes": changes(name), "timeouts": timeouts });
    for (operation, name) in [("create of a run", "a"), ("update of a run", "b")] {
        quickstart.simulator.set_faults(&json!([]));
        quickstart.restart();
        quickstart.write_anew(RUN, run(name));
        let planned = quickstart.plan(RUN);
        quickstart.simulator.set_faults(&slow);
        ends(operation, &mut || quickstart.apply(RUN, planned.clone()));
        // What a run that was enacted leaves in the state.
        quickstart.simulator.set_faults(&json!([]));
        quickstart.write_anew(RUN, json!({ "changes": {}, "timeouts": timeouts }));
        succeeds(&quickstart.change(RUN));
    }
}
