//! `lifetime = "max"`: a managed key lives as long as policies allow, and the plan says how long that is.

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::support::plugin::calls::Messages;
use crate::support::quickstart::{APPLICATION, Quickstart, SYNC};
use crate::support::sign_in::application_with;
use crate::support::simulator::Simulator;

const DAY: i64 = 86_400;
const TWO_YEARS: i64 = 17_520 * 3_600;
const TOLD: &str = "How long the new key of contoso.com lives";

fn limit(longest: &str) -> Json {
    json!([{ "restrictionType": "passwordLifetime", "state": "enabled", "maxLifetime": longest }])
}

fn set_tenants(quickstart: &Quickstart, restrictions: &Json) {
    let restrictions = json!({ "passwordCredentials": restrictions, "keyCredentials": [] });
    let policy = json!({ "isEnabled": true, "applicationRestrictions": restrictions });
    let policies = json!({ "defaultAppManagementPolicy": policy });
    quickstart.simulator.control(Method::POST, "policies", Some(&policies));
}

/// A policy of the application itself, which goes before the tenant's.
fn set_own(quickstart: &Quickstart, restrictions: &Json) {
    let object_id = quickstart.state(APPLICATION)["object_id"].clone();
    let own = json!({
        "id": "0f0f0f0f-0000-0000-0000-000000000001", "displayName": "Own", "isEnabled": true,
        "restrictions": { "passwordCredentials": restrictions, "keyCredentials": [] },
        "appliesTo": [{ "id": object_id }],
    });
    quickstart.simulator.control(Method::POST, "policies", Some(&json!({ "appManagementPolicies": [own] })));
}

fn prepared() -> Quickstart {
    let mut quickstart = Quickstart::prepared(Simulator::start(&["--users", "2"]));
    let managed = json!({ "lifetime": "max", "rotate_before": "24h" });
    quickstart.write(SYNC, &json!({ "managed_client_secret": managed }));
    quickstart
}

/// Asks for another key, and gives what was said and how many seconds the newest one lives.
#[track_caller]
fn rotated(quickstart: &mut Quickstart, trigger: &str) -> (Messages, i64) {
    let managed = json!({ "rotate_when_changed": { "test": trigger } });
    quickstart.write(SYNC, &json!({ "managed_client_secret": managed }));
    quickstart.restart();
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    let now: jiff::Timestamp =
        serde_json::from_value(quickstart.simulator.control(Method::GET, "clock", None)["now"].clone())
            .expect("the time");
    let state = quickstart.state(SYNC);
    assert_eq!(state["managed_client_secret"]["lifetime"], "max");
    let end: jiff::Timestamp = state["key_end_date"].as_str().expect("an end").parse().expect("a time");
    (said, end.as_second() - now.as_second())
}

#[track_caller]
fn lives(life: i64, allowed: i64) {
    // A key ends up to an hour early, so that each has an end of its own.
    assert!((allowed - 3_900..=allowed).contains(&life), "{life} of {allowed} seconds");
}

#[test]
fn a_key_lives_as_long_as_the_policies_of_tenant_and_application_allow() {
    let mut quickstart = prepared();
    set_tenants(&quickstart, &limit("P90D"));
    let (said, life) = rotated(&mut quickstart, "1");
    lives(life, 90 * DAY);
    let told = said.0.iter().find(|one| one.summary == TOLD).unwrap_or_else(|| panic!("{said}"));
    assert!(told.detail.starts_with("`2159h`: the app management policies allow no more"), "{said}");

    // A month may have 28 days: more than that may be refused.
    set_tenants(&quickstart, &limit("P6M"));
    let (_, life) = rotated(&mut quickstart, "2");
    lives(life, 6 * 28 * DAY);

    // The application's own policy goes first, for better or worse.
    set_own(&quickstart, &limit("P7D"));
    let (_, life) = rotated(&mut quickstart, "3");
    lives(life, 7 * DAY);
    set_own(&quickstart, &json!([]));

    // Nothing to do: what a policy says now is for the next key.
    set_tenants(&quickstart, &limit("P3D"));
    quickstart.restart();
    let planned = quickstart.plan(SYNC);
    assert_eq!(planned.state, quickstart.state(SYNC), "{}", planned.messages);
    assert!(!planned.messages.warns(TOLD), "{}", planned.messages);

    // Nor does a change that needs no key.
    quickstart.write(SYNC, &json!({ "exemptions": ["scanner@contoso.com"] }));
    assert!(!quickstart.change(SYNC).has_errors());
    quickstart.write(SYNC, &json!({ "exemptions": [] }));
    quickstart.restart();
    let planned = quickstart.plan(SYNC);
    assert_eq!(planned.state["key_id"], quickstart.state(SYNC)["key_id"]);
    assert!(!planned.messages.warns(TOLD), "{}", planned.messages);
    quickstart.simulator.assert_every_route_was_known();
}

#[test]
fn without_a_limit_or_where_it_may_not_be_read_a_key_lives_two_years_and_the_plan_says_so() {
    let mut quickstart = prepared();
    let (said, life) = rotated(&mut quickstart, "1");
    lives(life, TWO_YEARS);
    assert!(said.to_string().contains("since no app management policy sets a limit"), "{said}");

    let powers = ["Application.ReadWrite.All", "User.Read.All", "Group.Read.All", "Domain.Read.All"];
    let (client_id, secret) = application_with(&quickstart.simulator, powers);
    quickstart.set("ARM_CLIENT_ID", &client_id);
    quickstart.set("ARM_CLIENT_SECRET", &secret);
    let (said, life) = rotated(&mut quickstart, "2");
    lives(life, TWO_YEARS);
    assert!(said.to_string().contains("since the app management policies can't be read"), "{said}");
}

#[test]
fn a_policy_that_changes_after_the_plan_or_after_it_was_read_is_learnt_of() {
    let mut quickstart = prepared();
    set_tenants(&quickstart, &limit("P90D"));
    let planned = quickstart.plan(SYNC);
    assert!(planned.messages.warns(TOLD), "{}", planned.messages);
    set_tenants(&quickstart, &limit("P30D"));
    let said = quickstart.apply(SYNC, planned);
    assert!(!said.has_errors(), "{said}");
    // It is told once, by the plan.
    assert!(!said.warns(TOLD), "{said}");
    let now: jiff::Timestamp =
        quickstart.simulator.control(Method::GET, "clock", None)["now"].as_str().unwrap().parse().unwrap();
    let end: jiff::Timestamp = quickstart.state(SYNC)["key_end_date"].as_str().unwrap().parse().unwrap();
    lives(end.as_second() - now.as_second(), 30 * DAY);

    // The one that asks for the key hears of it first.
    let refusal = json!({ "error": {
        "code": "CredentialInvalidLifetimeAsPerAppPolicy", "message": "Credential lifetime exceeds the max value",
    } });
    let once = json!({
        "method": "POST", "path": "/v1.0/applications/*/addPassword", "status": 400, "body": refusal, "count": 1,
    });
    quickstart.simulator.set_faults(&json!([once]));
    let (_, life) = rotated(&mut quickstart, "2");
    lives(life, 30 * DAY);
}

#[test]
fn a_limit_that_would_have_every_key_replaced_at_once_is_refused_before_the_first_write() {
    let mut quickstart = prepared();
    quickstart.write(SYNC, &json!({ "managed_client_secret": { "rotate_before": "720h" } }));
    set_tenants(&quickstart, &limit("P7D"));
    let planned = quickstart.plan(SYNC);
    let due = "Every key would be due at once (contoso.com)";
    let told = planned.messages.0.iter().find(|one| one.summary == due);
    let told = told.unwrap_or_else(|| panic!("{}", planned.messages));
    assert!(told.detail.starts_with("Policies allow a life of `167h`."), "{}", planned.messages);
    quickstart.simulator.forget_requests();
    let said = quickstart.apply(SYNC, planned);
    assert_eq!(said.expect_error().path, "managed_client_secret.rotate_before", "{said}");
    assert_eq!(quickstart.simulator.writes(), []);

    for (lifetime, words) in [("maximum", "`max`"), ("0s", "too short")] {
        quickstart.write(SYNC, &json!({ "managed_client_secret": { "lifetime": lifetime } }));
        let said = quickstart.validate(SYNC, true);
        assert!(said.expect_error().detail.contains(words), "{said}");
    }
}

#[test]
fn a_key_may_live_exactly_as_long_as_a_policy_allows_and_no_hour_longer() {
    let mut quickstart = Quickstart::prepared(Simulator::start(&["--users", "2"]));
    set_tenants(&quickstart, &limit("P90D"));
    let longer = "A policy of the tenant requires client secrets to end earlier (contoso.com)";
    for (lifetime, is_warned_of) in [("2159h", false), ("2160h", false), ("2161h", true)] {
        quickstart.write(SYNC, &json!({ "managed_client_secret": { "lifetime": lifetime } }));
        quickstart.restart();
        let said = quickstart.plan(SYNC).messages;
        assert_eq!(said.warns(longer), is_warned_of, "{lifetime}: {said}");
        assert!(!said.has_errors(), "{lifetime}: {said}");
    }
}
