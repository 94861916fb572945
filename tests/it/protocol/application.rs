//! What is peculiar to the application: where the console's address comes from, what a tenant's policies and a disabled
//! principal mean for it, and the order in which owners change.

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::support::by_hand::principal_of;
use crate::support::plugin::succeeds;
use crate::support::plugin::values::UNKNOWN;
use crate::support::quickstart::{APPLICATION, CONSENT, Quickstart, SECRET, SYNC, strings};
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

#[test]
fn the_first_plan_is_told_of_a_policy_that_forbids_or_shortens_secrets() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    let unknown = json!({ "client_id": UNKNOWN, "managed_client_secret": { "application_id": UNKNOWN } });
    quickstart.write(SYNC, &unknown);
    quickstart.write(SECRET, &json!({ "application_id": UNKNOWN }));
    let told = |policy: Json, summary: &str| {
        let restrictions = json!({ "passwordCredentials": [policy], "keyCredentials": [] });
        let tenant = json!({ "isEnabled": true, "applicationRestrictions": restrictions });
        let policies = json!({ "defaultAppManagementPolicy": tenant });
        quickstart.simulator.control(Method::POST, "policies", Some(&policies));
        for (kind, summary) in [(SYNC, format!("{summary} (contoso.com)")), (SECRET, summary.to_owned())] {
            quickstart.configure();
            let said = quickstart.plan(kind).messages;
            assert!(said.warns(&summary) && !said.has_errors(), "{kind}: {summary}: {said}");
        }
    };
    told(
        json!({ "restrictionType": "passwordAddition", "state": "enabled" }),
        "A policy of the tenant forbids client secrets",
    );
    told(
        json!({ "restrictionType": "passwordLifetime", "state": "enabled", "maxLifetime": "P90D" }),
        "A policy of the tenant requires client secrets to end earlier",
    );
}

#[test]
fn a_disabled_enterprise_application_is_a_finding() {
    let quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    quickstart.converge();
    let disabled = "The enterprise application is disabled";
    let enable = |enabled: bool| {
        let principal = quickstart.state(APPLICATION)["service_principal_object_id"].clone();
        let path = format!("servicePrincipals/{}", principal.as_str().unwrap());
        quickstart.graph(Method::PATCH, &path, Some(&json!({ "accountEnabled": enabled })));
        quickstart.configure();
    };
    let health = || {
        let domain = &quickstart.simulator.tenant().domain;
        let (health, said) = quickstart.data("proofpoint_azure_sync_health", json!({ "domain": domain }));
        said.expect_none();
        let findings = health["findings"].as_array().unwrap().clone();
        findings
            .iter()
            .any(|finding| finding["code"] == "application_disabled" && finding["severity"] == "error")
    };
    enable(false);
    for kind in [APPLICATION, CONSENT] {
        let said = quickstart.plan(kind).messages;
        assert!(said.warns(disabled) && !said.has_errors(), "{kind}: {said}");
    }
    assert!(health());
    enable(true);
    for kind in [APPLICATION, CONSENT] {
        let said = quickstart.plan(kind).messages;
        assert!(!said.warns(disabled), "{kind}: {said}");
    }
    assert!(!health());
}

#[test]
fn the_caller_is_the_last_of_the_owners_to_go() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "4"]));
    let caller = principal_of(&quickstart.simulator, &quickstart.simulator.tenant().client_id);
    let people = quickstart.graph(Method::GET, "users?$select=id&$top=3", None);
    let people: Vec<&str> =
        people["value"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    let everybody: Vec<&str> = people.iter().copied().chain([caller.as_str()]).collect();
    quickstart.write(APPLICATION, &json!({ "owners": everybody }));
    succeeds(&quickstart.change(APPLICATION));
    quickstart.simulator.forget_requests();
    quickstart.write(APPLICATION, &json!({ "owners": [people[1]] }));
    succeeds(&quickstart.change(APPLICATION));
    let writes = quickstart.simulator.writes();
    let removed: Vec<&str> =
        writes.iter().filter_map(|one| one.path.split("/owners/").nth(1)?.strip_suffix("/$ref")).collect();
    assert_eq!(removed.len(), 3, "{writes:#?}");
    assert_eq!(removed.last(), Some(&caller.as_str()), "{writes:#?}");
}

#[test]
fn a_name_that_somebody_else_has_chosen_tells_a_terminal_nothing() {
    let quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    let name = "Sync\u{1b}[2J\u{202e}evil \u{646}\u{200c}\u{627}";
    let other = json!({ "displayName": name, "uniqueName": "proofpoint-essentials-azure-sync" });
    quickstart.graph(Method::POST, "applications", Some(&other));
    let said = quickstart.change(APPLICATION);
    let refusal = said.expect_error();
    assert!(refusal.detail.contains("`Sync\u{fffd}[2J\u{fffd}evil \u{646}\u{200c}\u{627}`"), "{refusal}");
}

#[test]
fn return_addresses_of_any_scheme_are_read_and_written() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    let addresses = [
        "https://us1.proofpointessentials.com",
        "http://localhost:8080/",
        "ms-appx-web://contoso",
        "urn:ietf:wg:oauth:2.0:oob",
    ];
    quickstart.write(APPLICATION, &json!({ "redirect_uris": addresses }));
    quickstart.validate(APPLICATION, true).expect_none();
    succeeds(&quickstart.change(APPLICATION));
    let id = quickstart.state(APPLICATION)["id"].as_str().unwrap().to_owned();
    quickstart.configure();
    quickstart.import(APPLICATION, &id);
    assert_eq!(strings(&quickstart.state(APPLICATION)["redirect_uris"]), addresses.map(str::to_owned).into());
    for (address, words) in [
        ("http://mail.contoso.com/", "`https`"),
        ("mail.contoso.com", "absolute"),
        ("https://contoso.com/#here", "fragment"),
    ] {
        quickstart.write(APPLICATION, &json!({ "redirect_uris": [address] }));
        let said = quickstart.validate(APPLICATION, true);
        let refusal = said.expect_error();
        assert!(refusal.path == "redirect_uris" && refusal.detail.contains(words), "{refusal}");
    }
}
