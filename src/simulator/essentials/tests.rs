//! The Interface API as a client meets it, on the default world.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value, json};

use super::answer;
use super::organizations::Credentials;
use crate::arguments::Arguments;
use crate::entra::jwt::Signer;
use crate::server::exchange::{Answer, Request};
use crate::state::World;

const SETTINGS: &str = "/orgs/contoso.com/settings/azure";

fn world() -> World {
    crate::beginning::world(&Arguments::default(), Arc::new(Signer::generate().unwrap())).unwrap()
}

fn set(world: &mut World, switch: &str, value: Value) {
    world.moods.apply(&Map::from_iter([(switch.to_owned(), value)])).unwrap();
}

fn send_as(world: &mut World, login: &Credentials, method: &str, path: &str, body: &Value) -> Answer {
    let mut headers = HeaderMap::new();
    for (name, value) in [("x-user", &login.username), ("x-password", &login.password)] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    let request = Request {
        method: method.to_owned(),
        path: format!("/api/v1{path}"),
        query: String::new(),
        headers,
        body: if body.is_null() { Vec::new().into() } else { body.to_string().into() },
        base: "https://127.0.0.1:1".to_owned(),
    };
    answer(world, &request).unwrap_or_else(|| Answer::empty(501))
}

fn send(world: &mut World, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let login = world.organizations.credentials("contoso.com");
    let answer = send_as(world, &login, method, path, body);
    (answer.status, serde_json::from_slice(&answer.body).unwrap_or_default())
}

fn get(world: &mut World, path: &str) -> (u16, Value) {
    send(world, "GET", path, &Value::Null)
}

fn settings() -> Value {
    json!({
        "primary_domain": "contoso.com", "application_id": "11111111-2222-3333-4444-555555555555",
        "ad_key": "not-a-real-secret-value", "disable_login": false, "default_user_role_name": "silent_user",
        "sync_frequency": 6, "sync_active_users": "true", "sync_distribution_groups": "False",
        "sync_security_groups": false, "add_users": true, "update_users": true, "remove_deleted_users": false,
        "add_groups": false, "update_groups": false, "remove_deleted_groups": false,
    })
}

#[test]
fn a_wrong_password_is_401_and_a_foreign_organization_403() {
    let mut world = world();
    let mut login = world.organizations.credentials("contoso.com");
    assert_eq!(get(&mut world, "/orgs/elsewhere.com/users").0, 403);
    login.password.push('x');
    assert_eq!(send_as(&mut world, &login, "GET", "/me", &Value::Null).status, 401);
}

#[test]
fn a_read_only_administrator_reads_and_changes_nothing() {
    let mut world = world();
    let reader = world.organizations.reader("contoso.com");
    assert_eq!(send_as(&mut world, &reader, "GET", "/orgs/contoso.com/users/", &Value::Null).status, 200);
    assert_eq!(send_as(&mut world, &reader, "PUT", SETTINGS, &settings()).status, 403);
    assert_eq!(send_as(&mut world, &reader, "DELETE", SETTINGS, &Value::Null).status, 403);
    assert_eq!(send_as(&mut world, &reader, "PUT", "/nowhere", &Value::Null).status, 501);
}

#[test]
fn settings_are_404_until_put_and_then_read_back_with_the_key_masked() {
    let mut world = world();
    assert_eq!(get(&mut world, SETTINGS).0, 404);
    assert_eq!(send(&mut world, "PUT", SETTINGS, &settings()).0, 204);
    let (status, read) = get(&mut world, SETTINGS);
    assert_eq!((status, &read["ad_key"], &read["sync_active_users"]), (200, &json!("****"), &json!(true)));
    assert_eq!(read["last_successful_sync"], Value::Null);
    assert!(read.get("next_run").is_none());
    assert!(world.secrets.contains("not-a-real-secret-value"));
    assert_eq!(send(&mut world, "DELETE", SETTINGS, &Value::Null).0, 204);
    assert_eq!(get(&mut world, SETTINGS).0, 404);
}

#[test]
fn wrong_settings_are_400() {
    let mut world = world();
    for (name, value) in [
        ("sync_frequency", json!(2)),
        ("default_user_role_name", json!("organization_admin")),
        ("ad_key", json!("****")),
        ("add_users", json!("perhaps")),
        ("application_id", Value::Null),
    ] {
        let mut body = settings();
        body[name] = value;
        assert_eq!(send(&mut world, "PUT", SETTINGS, &body).0, 400, "{name}");
    }
    assert_eq!(get(&mut world, SETTINGS).0, 404);
}

#[test]
fn switches_change_the_answers_about_settings() {
    let mut world = world();
    set(&mut world, "put_when_absent", json!("not_found"));
    assert_eq!(send(&mut world, "PUT", SETTINGS, &settings()).0, 404);
    set(&mut world, "put_when_absent", json!("create"));
    set(&mut world, "credentials_check", json!("sign_in"));
    let (status, body) = send(&mut world, "PUT", SETTINGS, &settings());
    assert_eq!(status, 400);
    assert!(body["errors"][0]["error_message"].as_str().unwrap().contains("AADSTS700016"));
    set(&mut world, "credentials_check", json!("none"));
    send(&mut world, "PUT", SETTINGS, &settings());
    for (switch, value) in [("missing_fields", "keep"), ("masked_key", "keep"), ("unset_timestamp", "empty")]
    {
        set(&mut world, switch, json!(value));
    }
    assert_eq!(send(&mut world, "PUT", SETTINGS, &json!({ "ad_key": "****", "sync_frequency": 24 })).0, 204);
    let (_, read) = get(&mut world, SETTINGS);
    assert_eq!((&read["sync_frequency"], &read["last_successful_sync"]), (&json!(24), &json!("")));
    let held = world.organizations.find("contoso.com").unwrap().settings.clone().unwrap();
    assert_eq!(held.ad_key, "not-a-real-secret-value");
    set(&mut world, "secret_expiry", json!("absent"));
    set(&mut world, "last_successful_sync", json!("absent"));
    let (_, read) = get(&mut world, SETTINGS);
    assert_eq!((read.get("secret_expiry"), read.get("last_successful_sync")), (None, None));
}

#[test]
fn settings_come_back_as_the_stack_likes_them_and_late() {
    let mut world = world();
    send(&mut world, "PUT", SETTINGS, &settings());
    for (mood, value) in [
        ("domain_case", json!("upper")),
        ("forced_setting", json!("remove_deleted_users_true")),
        ("disable_login_shows", json!("absent")),
        ("flags_shown", json!("texts")),
        ("settings_lag", json!("2 reads")),
    ] {
        set(&mut world, mood, value);
    }
    let mut changed = settings();
    changed["sync_frequency"] = json!(24);
    changed["remove_deleted_users"] = json!(false);
    assert_eq!(send(&mut world, "PUT", SETTINGS, &changed).0, 204);
    let shown: Vec<Value> = (0..3).map(|_| get(&mut world, SETTINGS).1["sync_frequency"].clone()).collect();
    assert_eq!(shown[..2], [settings()["sync_frequency"].clone(), settings()["sync_frequency"].clone()]);
    assert_eq!(shown[2], json!(24));
    let (_, read) = get(&mut world, SETTINGS);
    assert_eq!(
        (&read["primary_domain"], &read["remove_deleted_users"]),
        (&json!("CONTOSO.COM"), &json!("true"))
    );
    assert!(read.get("disable_login").is_none());
}

#[test]
fn members_that_nobody_described_are_shown_and_taken_as_the_mood_says() {
    let mut world = world();
    let mut with = settings();
    with["sync_shared_mailboxes"] = json!(true);
    for (mood, plain, sent_back) in
        [("shown", 204, 204), ("shown_and_refused", 204, 400), ("shown_and_required", 400, 204)]
    {
        set(&mut world, "further_members", json!(mood));
        assert_eq!(send(&mut world, "PUT", SETTINGS, &settings()).0, plain, "{mood}");
        assert_eq!(send(&mut world, "PUT", SETTINGS, &with).0, sent_back, "{mood}");
        // What is left out, or refused, is off.
        let is_on = mood != "shown_and_refused";
        assert_eq!(get(&mut world, SETTINGS).1["sync_shared_mailboxes"], json!(is_on), "{mood}");
    }
    set(&mut world, "further_members", json!("none"));
    set(&mut world, "unknown_members", json!("refused"));
    assert_eq!(send(&mut world, "PUT", SETTINGS, &with).0, 400);
    assert_eq!(send(&mut world, "PUT", SETTINGS, &settings()).0, 204);
}

#[test]
fn a_key_that_another_region_does_not_know_yet_is_refused_for_a_while() {
    let mut world = world();
    let tenant = &world.tenants[0];
    let application = tenant.applications.iter().find(|one| one.app_id() == tenant.automation.client_id);
    let mut application = crate::directory::application::Application::clone(application.unwrap());
    let now = world.clock.now();
    application.secrets.values_mut().for_each(|held| held.since = now);
    let mut body = settings();
    body["application_id"] = json!(tenant.automation.client_id);
    body["ad_key"] = json!(tenant.automation.client_secret);
    let id = application.document["id"].as_str().unwrap().to_owned();
    world.tenants[0].applications.seed(&id, application);
    set(&mut world, "credentials_check", json!("late_secret"));
    set(&mut world, "region_lag", json!("2m"));
    let (status, refused) = send(&mut world, "PUT", SETTINGS, &body);
    assert_eq!(status, 400);
    assert!(refused.to_string().contains("AADSTS7000215"), "{refused}");
    world.clock.advance(jiff::SignedDuration::from_mins(2)).unwrap();
    assert_eq!(send(&mut world, "PUT", SETTINGS, &body).0, 204);
    set(&mut world, "credentials_check", json!("refused"));
    assert_eq!(send(&mut world, "PUT", SETTINGS, &body).0, 400);
}

#[test]
fn exemptions_add_up_and_are_removed_one_by_one() {
    let mut world = world();
    let path = "/orgs/contoso.com/settings/azure/exemptions";
    assert_eq!(send(&mut world, "PUT", path, &json!(["Scanner@contoso.com"])).0, 204);
    assert_eq!(send(&mut world, "PUT", path, &json!(["a@contoso.com"])).0, 204);
    let both = json!([{ "email": "a@contoso.com" }, { "email": "scanner@contoso.com" }]);
    assert_eq!(get(&mut world, path).1, both);
    assert_eq!(send(&mut world, "DELETE", &format!("{path}/scanner%40contoso.com"), &Value::Null).0, 204);
    assert_eq!(send(&mut world, "DELETE", &format!("{path}/scanner@contoso.com"), &Value::Null).0, 404);
    assert_eq!(send(&mut world, "PUT", path, &json!({ "exemptions": ["b@contoso.com"] })).0, 400);
    assert_eq!(send(&mut world, "DELETE", path, &Value::Null).0, 204);
    assert_eq!(get(&mut world, path).1, json!([]));
}

#[test]
fn a_batch_of_users_tells_of_each_what_became_of_it() {
    let mut world = world();
    let batch = json!([
        { "primary_email": "new@contoso.com", "type": "silent_user" },
        { "primary_email": "anna.berg@contoso.com" },
        { "primary_email": "x@elsewhere.com" },
    ]);
    let (status, body) = send(&mut world, "POST", "/orgs/contoso.com/users", &batch);
    assert_eq!((status, body["users"].as_array().unwrap().len()), (207, 1));
    assert_eq!(body["errors"][0]["status"], 409);
    assert_eq!(body["errors"][1]["status"], 422);
    let user = "/orgs/contoso.com/users/new@contoso.com";
    assert_eq!(send(&mut world, "PUT", user, &json!({ "is_active": false })).0, 204);
    let (_, read) = get(&mut world, user);
    assert_eq!((&read["is_active"], &read["type"]), (&json!(false), &json!("silent_user")));
    assert_eq!(send(&mut world, "DELETE", user, &Value::Null).0, 204);
    assert_eq!(get(&mut world, user).0, 404);
    set(&mut world, "missing_user", json!("bad_request"));
    assert_eq!(get(&mut world, user).0, 400);
}

#[test]
fn any_domain_of_the_organization_selects_it_and_the_primary_one_stays() {
    let mut world = world();
    let domains = "/orgs/contoso.com/domains";
    assert_eq!(send(&mut world, "POST", domains, &json!({ "name": "contoso.net", "is_relay": true })).0, 201);
    assert_eq!(send(&mut world, "POST", domains, &json!({ "name": "contoso.net" })).0, 409);
    assert_eq!(get(&mut world, "/orgs/contoso.net").1["primary_domain"], "contoso.com");
    assert_eq!(
        send(&mut world, "PUT", "/orgs/contoso.com/domains/contoso.net/verify/txt", &Value::Null).0,
        409
    );
    let (_, code) = get(&mut world, "/orgs/contoso.com/domains/contoso.net/verification-code");
    assert!(code["code"].as_str().unwrap().starts_with("ppe-"));
    assert_eq!(
        send(&mut world, "PUT", "/orgs/contoso.com/domains/contoso.net/verify/TXT", &Value::Null).0,
        204
    );
    assert_eq!(send(&mut world, "DELETE", "/orgs/contoso.com/domains/contoso.com", &Value::Null).0, 400);
    assert_eq!(send(&mut world, "DELETE", "/orgs/contoso.com/domains/contoso.net", &Value::Null).0, 204);
}

#[test]
fn a_partner_makes_and_deletes_customers() {
    let mut world = world();
    let partner = world.organizations.partner("contoso.com");
    let customer = json!({
        "primary_domain": "adatum.com", "name": "Adatum", "user_licenses": 10,
        "admin_user": { "primary_email": "it@adatum.com" }, "domains": [{ "name": "adatum.com" }],
    });
    let made = send_as(&mut world, &partner, "POST", "/orgs/partner.example/orgs", &customer);
    assert_eq!(made.status, 201);
    assert_eq!(send_as(&mut world, &partner, "POST", "/orgs/partner.example/orgs", &customer).status, 409);
    assert_eq!(get(&mut world, "/orgs/adatum.com").0, 403);
    let licences = json!({ "license_count": 20 });
    assert_eq!(send_as(&mut world, &partner, "PUT", "/orgs/adatum.com/licensing", &licences).status, 204);
    assert_eq!(send_as(&mut world, &partner, "DELETE", "/orgs/adatum.com", &Value::Null).status, 204);
    assert!(world.organizations.find("adatum.com").is_none());
}
