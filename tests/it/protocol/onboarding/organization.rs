//! A partner's customers.

use std::time::Instant;

use super::hand::{Hand, patience, with};
use super::*;

pub(super) const ORGANIZATION: &str = "proofpoint_organization";
pub(super) const NEW: &str = "adatum.example";

pub(super) fn config() -> Json {
    json!({
        "primary_domain": NEW, "name": "Adatum", "user_licenses": 25,
        "admin_user": { "email": "it@adatum.example", "first_name": "Ida", "last_name": "Tech" },
        "domain": { "destination": "adatum-example.mail.protection.outlook.com" },
    })
}

pub(super) fn simulator(moods: &[&str]) -> Simulator {
    let mut arguments = vec!["--users", "1"];
    arguments.extend(moods.iter().flat_map(|mood| ["--mood", mood]));
    Simulator::start(&arguments)
}

/// What Proofpoint holds of an organization; null where there is none.
pub(super) fn held(simulator: &Simulator, domain: &str) -> Json {
    simulator.state()["organizations"][domain].clone()
}

/// A request by hand of the partner's administrator.
#[track_caller]
fn as_partner_by_hand(simulator: &Simulator, method: Method, path: &str, body: &Json) {
    let login = &simulator.line()["tenants"][0];
    let url = format!("{}/api/v1/{path}", simulator.ready().essentials_endpoint.trim_end_matches('/'));
    let text = |name: &str| login[name].as_str().expect("a login").to_owned();
    let ca = std::fs::read(simulator.ready().ca_certificate.as_ref().expect("TLS")).expect("the certificate");
    let ca = reqwest::Certificate::from_pem(&ca).expect("a certificate");
    let status = Runtime::new().expect("a runtime").block_on(async {
        let client = reqwest::Client::builder().tls_certs_only([ca]).no_proxy().build().expect("a client");
        let request = client.request(method, url).header("X-User", text("partner_username"));
        let request = request.header("X-Password", text("partner_password")).json(body);
        request.send().await.expect("an answer").status()
    });
    assert!(status.is_success(), "{path}: {status}");
}

#[test]
fn an_organization_is_made_and_every_argument_arrives() {
    let simulator = simulator(&[]);
    let hand = Hand::with(&as_partner(&simulator));
    let all = json!({
        "licensing_package": "advanced", "eula_confirmed": true, "trial": true, "active": false, "www": "https://adatum.example",
        "address": "1 Road, Town", "postcode": "12345", "state": "WA", "country": "US", "phone": "555-0100",
        "external_id": "crm-7",
        "domain": { "destination": "mx.adatum.example", "failovers": ["b.example", "a.example"], "active": false },
    });
    let config = with(&config(), all.clone());
    let stored = hand.apply(ORGANIZATION, None, config.clone());
    stored.messages.expect_none();
    let organization = held(&simulator, NEW);
    let details = &organization["organization"]["details"];
    for name in ["www", "address", "postcode", "country", "phone", "external_id"] {
        assert_eq!(details[name], all[name], "{name}");
    }
    assert_eq!(details["stateprov"], "WA");
    assert_eq!(organization["parent"], PARTNER);
    let general = &organization["organization"];
    assert_eq!(
        (&general["name"], &general["is_active"], &general["type"]),
        (&json!("Adatum"), &json!(false), &json!("organization"))
    );
    let licences = &organization["licences"];
    assert_eq!(
        (&licences["user_licenses"], &licences["package"], &licences["is_on_trial"]),
        (&json!(25), &json!("advanced"), &json!(true))
    );
    let admin = &organization["users"][0];
    for (name, value) in [
        ("primary_email", "it@adatum.example"),
        ("firstname", "Ida"),
        ("surname", "Tech"),
        ("type", "organization_admin"),
    ] {
        assert_eq!(admin[name], value, "{name}");
    }
    let domain = &organization["domains"][0];
    let expected = json!({
        "name": NEW, "is_relay": true, "is_active": false, "destination": "mx.adatum.example",
        "failovers": ["b.example", "a.example"],
    });
    for (name, value) in expected.as_object().expect("an object") {
        assert_eq!(domain[name], *value, "{name}");
    }
    let state = &stored.state;
    assert_eq!((&state["id"], &state["parent"]), (&json!("/orgs/adatum.example"), &json!(PARTNER)));
    assert_eq!(
        (&state["eid"], &state["on_destroy"], &state["deletion_protection"]),
        (&general["eid"], &json!("keep"), &json!(true))
    );
    hand.assert_nothing_to_do(ORGANIZATION, &stored, config);
    simulator.assert_every_route_was_known();
}

#[test]
fn what_is_left_out_is_proofpoints_and_a_new_organization_takes_mail() {
    let simulator = simulator(&[]);
    let hand = Hand::with(&as_partner(&simulator));
    let config = with(&config(), json!({ "parent": PARTNER }));
    let stored = hand.apply(ORGANIZATION, None, config.clone());
    let domain = held(&simulator, NEW)["domains"][0].clone();
    assert_eq!((&domain["is_relay"], &domain["is_active"]), (&json!(true), &json!(true)));
    let read = hand.read(ORGANIZATION, &stored);
    assert_eq!((&read.state["licensing_package"], &read.state["www"]), (&json!("business"), &Json::Null));
    hand.assert_nothing_to_do(ORGANIZATION, &read, config);
}

#[test]
fn active_licences_and_package_change_in_place() {
    for mood in ["licensing_answer=no_content", "licensing_answer=shown"] {
        let simulator = simulator(&[mood]);
        let hand = Hand::with(&as_partner(&simulator));
        let mut stored = hand.apply(ORGANIZATION, None, config());
        let mut written = config();
        for (arguments, place, value) in [
            (json!({ "user_licenses": 40 }), "/licences/user_licenses", json!(40)),
            (
                json!({ "licensing_package": "advanced", "eula_confirmed": true }),
                "/licences/package",
                json!("advanced"),
            ),
            (json!({ "active": false }), "/organization/is_active", json!(false)),
            (json!({ "active": null }), "/organization/is_active", json!(true)),
        ] {
            written = with(&written, arguments.clone());
            simulator.forget_requests();
            stored = hand.apply(ORGANIZATION, Some(&stored), written.clone());
            assert_eq!(held(&simulator, NEW).pointer(place), Some(&value), "{arguments}");
            assert_eq!(simulator.writes().len(), 1, "{arguments}: {:?}", simulator.writes());
            assert_eq!(
                stored.messages.0.len()
                    + hand.plan(ORGANIZATION, Some(&stored), written.clone()).messages.0.len(),
                0
            );
            hand.assert_nothing_to_do(ORGANIZATION, &stored, written.clone());
        }
        let deactivates = hand.plan(ORGANIZATION, Some(&stored), with(&written, json!({ "active": false })));
        assert!(deactivates.messages.warns(&format!("The mail of `{NEW}` will not be filtered any more")));
        simulator.forget_requests();
        let local = with(
            &written,
            json!({ "on_destroy": "delete", "deletion_protection": false, "timeouts": { "read": "5m" } }),
        );
        hand.apply(ORGANIZATION, Some(&stored), local);
        assert!(simulator.writes().is_empty(), "{:?}", simulator.writes());
    }
}

#[test]
fn what_the_api_cannot_change_is_an_error_of_the_plan_and_replaces_nothing() {
    let simulator = simulator(&[]);
    let hand = Hand::with(&as_partner(&simulator));
    let details = json!({ "www": "w", "address": "a", "postcode": "p", "state": "s", "country": "DE", "phone": "1", "external_id": "x" });
    let config = with(&with(&config(), details), json!({ "trial": false, "parent": PARTNER }));
    let stored = hand.apply(ORGANIZATION, None, config.clone());
    for (argument, value) in [
        ("primary_domain", json!("other.example")),
        ("name", json!("Other")),
        ("parent", json!("contoso.com")),
        ("www", json!("other")),
        ("address", json!("other")),
        ("postcode", json!("other")),
        ("state", json!("other")),
        ("country", json!("FR")),
        ("phone", json!("other")),
        ("external_id", json!("other")),
        ("trial", json!(true)),
        ("admin_user", json!({ "email": "other@adatum.example", "first_name": null, "last_name": null })),
        (
            "domain",
            json!({ "destination": "other.example", "failovers": null, "relay": null, "active": null }),
        ),
    ] {
        let planned = hand.plan(ORGANIZATION, Some(&stored), with(&config, json!({ argument: value })));
        let refusal = planned.messages.expect_error();
        assert_eq!(refusal.path, argument, "{refusal}");
        assert!(
            refusal.summary.contains(&format!("`{argument}`")) && refusal.summary.contains("adatum.example"),
            "{refusal}"
        );
        assert!(planned.replace.is_empty(), "{:?}", planned.replace);
    }
    // Known only when it is applied: refused before anything is written.
    let mut planned = hand.plan(
        ORGANIZATION,
        Some(&stored),
        with(&config, json!({ "name": crate::support::plugin::values::UNKNOWN, "user_licenses": 99 })),
    );
    planned.messages.expect_none();
    planned.config["name"] = json!("Other");
    planned.state["name"] = json!("Other");
    simulator.forget_requests();
    let said = hand.apply_planned(ORGANIZATION, Some(&stored), planned).messages;
    assert_eq!(said.expect_error().path, "name");
    assert!(simulator.writes().is_empty());
    // What is no longer written stays as it is.
    let silent = with(&config, json!({ "www": null, "trial": null, "admin_user": null, "domain": null }));
    let stored = hand.apply(ORGANIZATION, Some(&stored), silent.clone());
    assert_eq!(stored.state["www"], "w");
    hand.assert_nothing_to_do(ORGANIZATION, &stored, silent);
}

#[test]
fn drift_is_shown_and_put_right_where_that_can_be_done() {
    let simulator = simulator(&[]);
    let hand = Hand::with(&as_partner(&simulator));
    let stored = hand.apply(ORGANIZATION, None, config());
    simulator.advance_clock("2h");
    as_partner_by_hand(&simulator, Method::PATCH, "orgs/adatum.example", &json!({ "is_active": false }));
    as_partner_by_hand(
        &simulator,
        Method::PUT,
        "orgs/adatum.example/licensing",
        &json!({ "license_count": 7 }),
    );
    let read = hand.read(ORGANIZATION, &stored);
    assert_eq!((&read.state["active"], &read.state["user_licenses"]), (&json!(false), &json!(7)));
    let stored = hand.apply(ORGANIZATION, Some(&read), config());
    let now = held(&simulator, NEW);
    assert_eq!(
        (&now["organization"]["is_active"], &now["licences"]["user_licenses"]),
        (&json!(true), &json!(25))
    );
    hand.assert_nothing_to_do(ORGANIZATION, &stored, config());
}

#[test]
fn an_organization_is_gone_only_when_its_partners_list_lacks_it() {
    for mood in ["missing_organization=forbidden", "missing_organization=not_found"] {
        let simulator = simulator(&[mood]);
        let environment = as_partner(&simulator);
        let hand = Hand::with(&environment);
        let stored = hand.apply(ORGANIZATION, None, config());
        simulator.advance_clock("2h");
        // Neither of these says that there is no such organization.
        for status in [403, 404] {
            let hand = Hand::with(&environment);
            simulator.set_faults(&json!([{ "path": "/api/v1/orgs/adatum.example", "status": status }]));
            hand.assert_nothing_to_do(ORGANIZATION, &stored, config());
            simulator.set_faults(&json!([{ "path": "/api/v1/orgs/**", "status": status }]));
            let said = hand.try_read(ORGANIZATION, &stored);
            assert_eq!(
                (said.messages.expect_error().path.as_str(), &said.state),
                ("primary_domain", &stored.state)
            );
        }
        simulator.set_faults(&json!([]));
        as_partner_by_hand(&simulator, Method::DELETE, "orgs/adatum.example", &Json::Null);
        assert!(hand.read(ORGANIZATION, &stored).state.is_null(), "{mood}");
        // The plan makes it again; destroying it is no error.
        let gone = with(&config(), json!({ "on_destroy": "delete", "deletion_protection": false }));
        let again = hand.apply(ORGANIZATION, None, gone);
        as_partner_by_hand(&simulator, Method::DELETE, "orgs/adatum.example", &Json::Null);
        let (_, destroyed) = hand.destroy(ORGANIZATION, &again);
        assert!(!destroyed.messages.has_errors(), "{}", destroyed.messages);
    }
}

#[test]
fn an_organization_that_is_there_is_taken_over_with_a_warning_or_refused_by_what_differs() {
    let simulator = simulator(&[]);
    let hand = Hand::with(&as_partner(&simulator));
    let by_hand = json!({
        "primary_domain": NEW, "name": "Adatum", "user_licenses": 10, "admin_user": { "primary_email": "x@adatum.example" },
        "domains": [{ "name": NEW }], "www": "w", "country": "de",
    });
    as_partner_by_hand(&simulator, Method::POST, "orgs/partner.example/orgs", &by_hand);
    let planned = hand.plan(ORGANIZATION, None, with(&config(), json!({ "name": "Another", "www": "v" })));
    let paths: Vec<&str> = planned.messages.0.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(paths, ["name", "www"], "{}", planned.messages);

    let config = with(&config(), json!({ "country": "DE" }));
    let summary = format!("The partner has `{NEW}` already");
    let planned = hand.plan(ORGANIZATION, None, config.clone());
    assert!(planned.messages.warns(&summary), "{}", planned.messages);
    assert!(planned.messages.0[0].detail.contains("What changes: `user_licenses`."), "{}", planned.messages);
    let stored = hand.apply(ORGANIZATION, None, config.clone());
    assert!(stored.messages.warns(&summary), "{}", stored.messages);
    assert_eq!(held(&simulator, NEW)["licences"]["user_licenses"], 25);
    assert_eq!((&stored.state["www"], &stored.state["licensing_package"]), (&json!("w"), &json!("business")));
    hand.assert_nothing_to_do(ORGANIZATION, &stored, config);
}

#[test]
fn an_organization_of_another_partner_is_an_error_that_names_it() {
    let simulator = simulator(&[]);
    let hand = Hand::with(&as_partner(&simulator));
    // A domain of a customer is taken, and no organization of the list is called so.
    let second = json!({ "name": NEW });
    simulator.essentials_done(Method::POST, "orgs/contoso.com/domains", Some(&second));
    let refusal = hand.plan(ORGANIZATION, None, config()).messages.expect_error().clone();
    assert_eq!(
        (refusal.path.as_str(), refusal.summary.as_str()),
        ("primary_domain", format!("`{NEW}` is a domain of the organization `contoso.com`").as_str())
    );
    assert!(refusal.detail.contains("primary_domain = \"contoso.com\""), "{refusal}");
    // Whose it is may not be read: then only Proofpoint's refusal tells.
    simulator.set_faults(&json!([{ "method": "GET", "path": format!("/api/v1/orgs/{NEW}"), "status": 403 }]));
    let stored = hand.try_apply(ORGANIZATION, None, config());
    let refusal = stored.messages.expect_error();
    assert_eq!(
        (refusal.path.as_str(), refusal.summary.as_str()),
        ("primary_domain", format!("The organization `{NEW}` exists elsewhere").as_str())
    );
    assert!(stored.state.is_null());
    simulator.set_faults(&json!([]));
    // A customer's administrator makes no organizations, and says so while planning where it can.
    let customer = Hand::with(&simulator.environment());
    let said = customer
        .try_apply(ORGANIZATION, None, with(&config(), json!({ "primary_domain": "free.example" })))
        .messages;
    assert!(said.has_errors(), "{said}");
}

#[test]
fn what_contradicts_itself_is_refused_beforehand() {
    let simulator = simulator(&[]);
    let hand = Hand::with(&as_partner(&simulator));
    for (arguments, path) in [
        (json!({ "licensing_package": "advanced" }), "eula_confirmed"),
        (json!({ "licensing_package": "advanced", "eula_confirmed": false }), "eula_confirmed"),
        (json!({ "licensing_package": "gold", "eula_confirmed": true }), "licensing_package"),
        (json!({ "country": "US" }), "state"),
        (json!({ "country": "Germany" }), "country"),
        (json!({ "user_licenses": 0 }), "user_licenses"),
        (json!({ "primary_domain": "Adatum.example" }), "primary_domain"),
        (json!({ "parent": NEW }), "parent"),
        (
            json!({ "domain": { "relay": false, "active": true, "destination": null, "failovers": null } }),
            "domain.active",
        ),
        (
            json!({ "domain": { "destination": "https://mx/", "failovers": null, "relay": null, "active": null } }),
            "domain.destination",
        ),
        (
            json!({ "domain": { "destination": null, "failovers": ["a b"], "relay": null, "active": null } }),
            "domain.failovers[0]",
        ),
    ] {
        let said = hand.validate(ORGANIZATION, with(&config(), arguments));
        assert_eq!(said.expect_error().path, path, "{said}");
    }
    let planned = hand.plan(ORGANIZATION, None, with(&config(), json!({ "admin_user": null })));
    assert_eq!(planned.messages.expect_error().path, "admin_user");
    let planned = hand.plan(ORGANIZATION, None, with(&config(), json!({ "parent": "nobody.example" })));
    assert_eq!(planned.messages.expect_error().path, "parent");
    let said = hand.refused_import(ORGANIZATION, "/orgs/contoso.com/settings/azure");
    assert!(said.has_errors(), "{said}");
}

#[test]
fn destroying_does_what_on_destroy_says_unless_the_organization_is_protected() {
    for mood in ["active_organization=deletes", "active_organization=conflict"] {
        for (how, warns) in [("keep", false), ("deactivate", true), ("delete", true)] {
            let simulator = simulator(&[mood]);
            let hand = Hand::with(&as_partner(&simulator));
            let config = with(&config(), json!({ "on_destroy": how }));
            let protected = hand.apply(ORGANIZATION, None, config.clone());
            let (said, kept) = hand.destroy(ORGANIZATION, &protected);
            if how == "keep" {
                assert!(!said.has_errors() && kept.state.is_null(), "{said}");
                assert!(said.warns(&format!("The organization `{NEW}` stays at Proofpoint")), "{said}");
                assert_eq!(held(&simulator, NEW)["organization"]["is_active"], true);
                continue;
            }
            assert_eq!(said.expect_error().path, "deletion_protection");
            let config = with(&config, json!({ "deletion_protection": false }));
            let stored = hand.apply(ORGANIZATION, Some(&protected), config);
            let (said, gone) = hand.destroy(ORGANIZATION, &stored);
            assert_eq!(
                said.warns(&format!("The mail of `{NEW}` will not be filtered any more")),
                warns,
                "{how}: {said}"
            );
            assert!(!gone.messages.has_errors(), "{how}: {}", gone.messages);
            let now = held(&simulator, NEW);
            if how == "delete" {
                assert!(now.is_null(), "{now}");
            } else {
                assert_eq!(now["organization"]["is_active"], false);
            }
        }
    }
}

#[test]
fn an_organization_is_imported_by_id_and_by_identity() {
    let simulator = simulator(&[]);
    let hand = Hand::with(&as_partner(&simulator));
    let stored = hand.apply(ORGANIZATION, None, config());
    let identity = json!({ "primary_domain": NEW });
    assert_eq!(stored.identity, identity);
    for imported in
        [hand.import(ORGANIZATION, "/orgs/adatum.example"), hand.import_identity(ORGANIZATION, &identity)]
    {
        assert_eq!((&imported.state["parent"], &imported.state["name"]), (&json!(PARTNER), &json!("Adatum")));
        assert_eq!(imported.identity, identity);
        // What is sent on creation only is taken from the configuration, without a request.
        simulator.forget_requests();
        let known = hand.apply(ORGANIZATION, Some(&imported), config());
        assert!(simulator.writes().is_empty());
        hand.assert_nothing_to_do(ORGANIZATION, &known, config());
    }
    let second = json!({ "name": "second.adatum.example" });
    as_partner_by_hand(&simulator, Method::POST, "orgs/adatum.example/domains", &second);
    let said = hand.try_import(ORGANIZATION, "/orgs/second.adatum.example").messages;
    assert!(said.expect_error().detail.contains("/orgs/adatum.example"), "{said}");
    // A customer's own administrator may adopt it as well; its partner is not known then.
    let own = Hand::with(&simulator.environment());
    let imported = own.import(ORGANIZATION, "/orgs/contoso.com");
    assert_eq!(
        (&imported.state["parent"], &imported.state["primary_domain"]),
        (&Json::Null, &json!("contoso.com"))
    );
}

#[test]
fn a_change_that_proofpoint_refuses_is_told_on_its_argument_and_changes_nothing() {
    for mood in ["organization_changes=forbidden", "organization_changes=unprocessable"] {
        let simulator = simulator(&[mood]);
        let hand = Hand::with(&as_partner(&simulator));
        let stored = hand.apply(ORGANIZATION, None, config());
        for (arguments, path) in [
            (json!({ "user_licenses": 40 }), "user_licenses"),
            (json!({ "licensing_package": "advanced", "eula_confirmed": true }), "licensing_package"),
            (json!({ "active": false }), "active"),
        ] {
            let said = hand.try_apply(ORGANIZATION, Some(&stored), with(&config(), arguments));
            let refusal = said.messages.expect_error();
            assert_eq!(refusal.path, path, "{refusal}");
            assert!(refusal.summary.contains(NEW) || refusal.detail.contains(NEW), "{refusal}");
            assert_eq!(said.state, stored.state);
        }
        hand.assert_nothing_to_do(ORGANIZATION, &stored, config());
    }
}

#[test]
fn each_operation_ends_at_its_own_timeout() {
    let simulator = simulator(&[]);
    let hand = Hand::with(&as_partner(&simulator));
    let config = with(
        &config(),
        json!({ "timeouts": patience("1s"), "on_destroy": "delete", "deletion_protection": false }),
    );
    let stored = hand.apply(ORGANIZATION, None, config.clone());
    simulator.set_faults(&json!([{ "path": "/api/v1/**", "delay": 40_000 }]));
    let start = Instant::now();
    assert!(
        hand.try_apply(ORGANIZATION, Some(&stored), with(&config, json!({ "user_licenses": 7 })))
            .messages
            .has_errors()
    );
    assert!(hand.try_read(ORGANIZATION, &stored).messages.has_errors());
    assert!(hand.destroy(ORGANIZATION, &stored).1.messages.has_errors());
    assert!(start.elapsed().as_secs() < 25, "{:?}", start.elapsed());
}
