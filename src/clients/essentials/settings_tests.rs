//! Settings as they are read, compared and sent.

use std::collections::BTreeSet;

use serde_json::json;

use super::*;
use crate::http::{Misfit, read_json};
use crate::ledger::Reading;

fn answer() -> Value {
    json!({
        "primary_domain": "example.com", "application_id": "11111111-2222-3333-4444-555555555555",
        "ad_key": "****", "disable_login": "False", "default_user_role_name": "end_user", "sync_frequency": "6",
        "sync_active_users": true, "sync_distribution_groups": 1, "sync_security_groups": 0, "add_users": true,
        "update_users": true, "remove_deleted_users": false, "add_groups": true, "update_groups": true,
        "remove_deleted_groups": false, "sync_disabled_accounts": true,
    })
}

pub(in super::super) fn known() -> Settings {
    Settings {
        primary_domain: "known.example".to_owned(),
        application_id: "known".to_owned(),
        disable_login: true,
        default_user_role_name: "silent_user".to_owned(),
        sync_frequency: 24,
        sync_active_users: false,
        sync_distribution_groups: false,
        sync_security_groups: true,
        add_users: false,
        update_users: false,
        remove_deleted_users: true,
        add_groups: false,
        update_groups: false,
        remove_deleted_groups: true,
        others: Map::new(),
    }
}

/// As a GET is read.
pub(in super::super) fn from_answer(answer: &Value) -> Result<Option<Shown>, Misfit> {
    let settings = Reading::named("essentials.settings.get");
    read_json::<Shown>(answer.to_string().as_bytes(), &settings).map(Shown::whole)
}

fn shown(answer: &Value) -> Shown {
    from_answer(answer).unwrap().expect("settings")
}

fn read(answer: &Value) -> Settings {
    shown(answer).over(&known())
}

#[test]
fn what_an_answer_lacks_stays_as_it_was() {
    let whole = answer();
    for (name, value) in whole.as_object().unwrap() {
        let mut answer = whole.clone();
        answer.as_object_mut().unwrap().remove(name);
        let settings = serde_json::to_value(read(&answer)).unwrap();
        let known = serde_json::to_value(known()).unwrap();
        assert_eq!(settings.get(name), known.get(name), "{name}");
        let null = json!({ name: null });
        let mut answer = whole.clone();
        answer.as_object_mut().unwrap().extend(null.as_object().unwrap().clone());
        if name != "sync_disabled_accounts" {
            assert_eq!(serde_json::to_value(read(&answer)).unwrap(), settings, "{name}: {value}");
        }
    }
    assert_eq!(from_answer(&json!({})).unwrap(), None);
    assert_eq!(
        from_answer(&json!({ "application_id": "", "primary_domain": "", "sync_frequency": 0 })).unwrap(),
        None
    );
}

#[test]
fn every_member_that_differs_is_named_and_case_is_no_difference() {
    let before = read(&answer());
    let after = known();
    let names: BTreeSet<String> =
        before.differences(&after).iter().map(|difference| difference.member.to_string()).collect();
    let every = serde_json::to_value(&after).unwrap();
    let same = BTreeSet::from([]);
    let expected: BTreeSet<String> = every.as_object().unwrap().keys().cloned().collect();
    assert_eq!(expected.difference(&names).cloned().collect::<BTreeSet<_>>(), same);
    let capitals = Settings {
        primary_domain: before.primary_domain.to_uppercase(),
        application_id: before.application_id.to_uppercase(),
        default_user_role_name: "End_User".to_owned(),
        ..before.clone()
    };
    assert_eq!(before.differences(&capitals), []);
}

#[test]
fn the_mask_is_neither_kept_nor_sent() {
    let settings = read(&answer());
    assert!(!serde_json::to_string(&settings).unwrap().contains("****"));
    assert!(matches!(settings.to_body(&SecretString::from("****")), Err(BodyError::NoSecret)));
    assert!(matches!(settings.to_body(&SecretString::from("")), Err(BodyError::NoSecret)));
}

#[test]
fn unknown_members_survive_a_read_and_write_and_flags_go_out_as_booleans() {
    let settings = read(&answer());
    let body = settings.to_body(&SecretString::from("a secret")).unwrap();
    let sent: Value = serde_json::from_slice(&body.bytes()).unwrap();
    assert_eq!(sent["sync_disabled_accounts"], json!(true));
    assert_eq!(sent["disable_login"], json!(false));
    assert_eq!(sent["sync_frequency"], json!(6));
    assert_eq!(sent["ad_key"], json!("a secret"));
    assert_eq!(sent.as_object().unwrap().len(), settings.members().len() + 2);
}

#[test]
fn a_field_that_does_not_fit_is_named_and_its_value_is_not() {
    let mut answer = answer();
    answer["sync_frequency"] = json!("hush");
    let misfit = from_answer(&answer).unwrap_err();
    assert_eq!(
        misfit.to_string(),
        "at `sync_frequency`: its value is not one that is expected. What is relied on, `essentials.settings.get < \
         sync_frequency`: a number or a number as text. What came: text"
    );
}

#[test]
fn what_only_some_stacks_show_is_never_sent() {
    let mut answer = answer();
    answer["secret_expiry"] = json!("2027-05-01 00:00:00");
    answer["last_successful_sync"] = json!("2026-03-02 09:00:12");
    let shown = shown(&answer);
    assert_eq!(shown.secret_expiry.as_deref(), Some("2027-05-01 00:00:00"));
    assert_eq!(shown.last_run.at(), Some("2026-03-02 09:00:12"));
    let settings = shown.over(&known());
    let sent: Value =
        serde_json::from_slice(&settings.to_body(&SecretString::from("s")).unwrap().bytes()).unwrap();
    assert!(sent.get("secret_expiry").is_none() && sent.get("last_successful_sync").is_none());
}

#[test]
fn no_run_yet_is_told_from_a_field_that_is_not_shown() {
    assert_eq!(shown(&answer()).last_run, LastRun::NotShown);
    let mut answer = answer();
    answer["last_successful_sync"] = Value::Null;
    assert_eq!(shown(&answer).last_run, LastRun::Never);
    answer["last_successful_sync"] = json!("");
    assert_eq!(shown(&answer).last_run, LastRun::Never);
}
