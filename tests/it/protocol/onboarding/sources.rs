//! The data sources that find what is there.

use std::time::Instant;

use serde_json::json;

use super::*;

const EACH_OF_PROOFPOINT: [&str; 4] =
    ["proofpoint_organization", "proofpoint_organizations", "proofpoint_domains", "proofpoint_users"];

fn member<'j>(list: &'j Json, name: &str, value: &str) -> &'j Json {
    let items = list.as_array().unwrap_or_else(|| panic!("no list: {list}"));
    items.iter().find(|one| one[name] == value).unwrap_or_else(|| panic!("no {value}: {list:#}"))
}

fn names(list: &Json, name: &str) -> Vec<String> {
    list.as_array()
        .expect("a list")
        .iter()
        .map(|one| one[name].as_str().expect("a name").to_owned())
        .collect()
}

#[test]
fn an_organization_is_shown_by_any_of_its_domains() {
    let simulator = Simulator::start(&["--users", "3"]);
    let domain = simulator.tenant().domain.clone();
    simulator.essentials_done(
        Method::POST,
        &format!("orgs/{domain}/domains"),
        Some(&json!({ "name": "second.example" })),
    );
    let state =
        shown(&simulator.environment(), "proofpoint_organization", json!({ "domain": "second.example" }));
    let organization = &simulator.state()["organizations"][&domain];
    let expected = json!({
        "domain": "second.example", "id": format!("/orgs/{domain}"), "primary_domain": domain,
        "name": organization["organization"]["name"], "eid": organization["organization"]["eid"], "active": true,
        "type": "organization", "licensing_package": "business", "on_trial": false, "www": null,
        "user_licenses": organization["licences"]["user_licenses"],
        "active_users": organization["licences"]["active_users"],
        "admin_email": simulator.tenant().essentials_username,
    });
    for (name, value) in expected.as_object().expect("an object") {
        assert_eq!(state[name], *value, "{name}: {state:#}");
    }
    let domains = state["domains"].as_array().expect("domains");
    assert!(domains.contains(&json!(domain)) && domains.contains(&json!("second.example")), "{domains:?}");
    simulator.assert_every_route_was_known();
}

#[test]
fn a_partner_sees_its_customers_and_filters_them() {
    let simulator = Simulator::start(&["--users", "1", "--tenants", "3"]);
    let environment = as_partner(&simulator);
    let domains: Vec<String> = simulator.ready().tenants.iter().map(|one| one.domain.clone()).collect();
    let by_hand = format!("orgs/{}", domains[0]);
    simulator.essentials_done(Method::PATCH, &by_hand, Some(&json!({ "is_active": false })));
    let list = |config: Json| shown(&environment, "proofpoint_organizations", config);

    let mut sorted = domains.clone();
    sorted.sort();
    for everything in [list(json!({})), list(json!({ "parent": PARTNER }))] {
        assert_eq!(
            names(&everything["organizations"], "primary_domain"),
            sorted,
            "without the partner itself"
        );
        assert_eq!(everything["primary_domains"], json!(sorted));
    }
    assert_eq!(list(json!({ "active": false }))["primary_domains"], json!([domains[0]]));
    assert_eq!(list(json!({ "active": true }))["primary_domains"].as_array().expect("domains").len(), 2);
    assert_eq!(list(json!({ "type": "channel" }))["primary_domains"], json!([]));
    assert_eq!(list(json!({ "parent": domains[1] }))["primary_domains"], json!([]), "a customer has none");
    let first = member(&list(json!({}))["organizations"], "primary_domain", &domains[0]).clone();
    assert_eq!((&first["id"], &first["active"]), (&json!(format!("/orgs/{}", domains[0])), &json!(false)));
    simulator.assert_every_route_was_known();
}

#[test]
fn domains_are_shown_by_name_and_filtered() {
    let simulator = Simulator::start(&["--users", "1"]);
    let domain = simulator.tenant().domain.clone();
    let add = |body: Json| {
        simulator.essentials_done(Method::POST, &format!("orgs/{domain}/domains"), Some(&body));
    };
    add(json!({
        "name": "a.example", "is_relay": true, "is_active": true, "destination": "mx.a.example",
        "failovers": ["mx2.a.example", "mx1.a.example"],
    }));
    add(json!({ "name": "b.example", "is_relay": true, "destination": "mx.b.example" }));
    add(json!({ "name": "c.example" }));
    let list = |mut config: Json| {
        config["domain"] = json!(domain);
        shown(&simulator.environment(), "proofpoint_domains", config)
    };
    let all = list(json!({}));
    let listed = names(&all["domains"], "name");
    assert!(listed.is_sorted() && listed.contains(&domain), "{listed:?}");
    assert_eq!(
        *member(&all["domains"], "name", "a.example"),
        json!({
            "name": "a.example", "active": true, "relay": true, "destination": "mx.a.example",
            "failovers": ["mx2.a.example", "mx1.a.example"],
        })
    );
    assert_eq!(list(json!({ "relay": false }))["names"], json!(["c.example"]));
    assert_eq!(list(json!({ "active": false }))["names"], json!(["b.example", "c.example"]));
    assert_eq!(list(json!({ "active": false, "relay": true }))["names"], json!(["b.example"]));
    simulator.assert_every_route_was_known();
}

#[test]
fn accounts_are_filtered_and_nothing_secret_is_shown() {
    let simulator = Simulator::start(&["--users", "12", "--groups", "3"]);
    let domain = simulator.tenant().domain.clone();
    let add = |body: Json| {
        simulator.essentials_done(Method::POST, &format!("orgs/{domain}/users"), Some(&body));
    };
    add(json!({ "primary_email": format!("Gone@{domain}"), "is_active": false, "type": "silent_user" }));
    let list = |mut config: Json| {
        config["domain"] = json!(domain);
        shown(&simulator.environment(), "proofpoint_users", config)
    };
    let all = list(json!({}));
    let accounts = simulator.state()["organizations"][&domain]["users"].as_array().expect("users").clone();
    assert_eq!(all["total"], json!(accounts.len()));
    assert!(names(&all["users"], "email").is_sorted());
    let gone = member(&all["users"], "email", &format!("gone@{domain}"));
    assert_eq!((&gone["active"], &gone["type"]), (&json!(false), &json!("silent_user")));
    let of_type = |kind: &str| accounts.iter().filter(|one| one["type"] == kind).count();
    assert_eq!(list(json!({ "types": ["silent_user"] }))["total"], json!(of_type("silent_user")));
    assert_eq!(
        list(json!({ "types": ["end_user", "functional_account"] }))["total"],
        json!(of_type("end_user") + of_type("functional_account"))
    );
    let inactive = accounts.iter().filter(|one| one["is_active"] == false).count();
    assert_eq!(list(json!({ "active": false }))["total"], json!(inactive));
    assert_eq!(list(json!({ "active": true }))["total"], json!(accounts.len() - inactive));
    assert_eq!(list(json!({ "address_domain": "other.example" }))["total"], json!(0));
    let text = all.to_string();
    for secret in simulator.secrets() {
        assert!(!text.contains(&secret), "a secret is shown");
    }
    simulator.assert_every_route_was_known();
}

#[test]
fn what_is_not_there_or_somebody_elses_is_refused_on_its_argument() {
    let simulator = Simulator::start(&["--users", "1", "--tenants", "2"]);
    let foreign = simulator.ready().tenants[1].domain.clone();
    for (source, argument) in EACH_OF_PROOFPOINT.into_iter().zip(["domain", "parent", "domain", "domain"]) {
        for domain in [foreign.as_str(), "nobody.example"] {
            let (_, said) = data(&simulator.environment(), source, json!({ argument: domain }));
            let refusal = said.expect_error();
            assert_eq!(refusal.path, argument, "{source}: {refusal}");
            assert!(refusal.summary.contains(domain), "{source}: {refusal}");
        }
    }
}

#[test]
fn each_reading_ends_at_its_own_timeout() {
    let simulator = Simulator::start(&["--users", "1"]);
    let client_id = simulator.tenant().client_id.clone();
    simulator.set_faults(
        &json!([{ "path": "/api/v1/**", "delay": 40_000 }, { "path": "/v1.0/**", "delay": 40_000 }]),
    );
    let configs = ["domain", "parent", "domain", "domain"].map(|name| json!({ name: "contoso.com" }));
    let of_entra = ("proofpoint_azure_application", json!({ "client_id": client_id }));
    for (source, mut config) in EACH_OF_PROOFPOINT.into_iter().zip(configs).chain([of_entra]) {
        config["timeouts"] = json!({ "read": "1s" });
        let start = Instant::now();
        let (_, said) = data(&simulator.environment(), source, config);
        assert!(said.has_errors(), "{source}");
        assert!(start.elapsed().as_secs() < 20, "{source}: {:?}", start.elapsed());
    }
}

const APPLICATION: &str = "proofpoint_azure_application";

/// An application made by hand, with its principal and a secret: its three ids.
fn by_hand(simulator: &Simulator, name: &str) -> (String, String, String) {
    let made = simulator.graph_done(
        Method::POST,
        "applications",
        Some(&json!({ "displayName": name, "web": { "redirectUris": ["https://x.example/"] }, "notes": "By hand" })),
    );
    let text = |value: &Json| value.as_str().expect("an id").to_owned();
    let (object, client) = (text(&made["id"]), text(&made["appId"]));
    let principal =
        simulator.graph_done(Method::POST, "servicePrincipals", Some(&json!({ "appId": client })));
    let path = format!("applications/{object}/addPassword");
    simulator.graph_done(Method::POST, &path, Some(&json!({ "passwordCredential": { "displayName": "k" } })));
    (object, client, text(&principal["id"]))
}

#[test]
fn an_application_is_found_in_three_ways_with_what_imports_take() {
    let simulator = Simulator::start(&["--users", "1"]);
    let (object, client, principal) = by_hand(&simulator, "O'Hara's sync & more");
    let rename = json!({ "uniqueName": "own-name" });
    simulator.graph_done(Method::PATCH, &format!("applications/{object}"), Some(&rename));
    let environment = simulator.environment();
    let tenant = simulator.tenant().tenant_id.clone();
    for config in [
        json!({ "client_id": client }),
        json!({ "unique_name": "own-name" }),
        json!({ "display_name": "O'Hara's sync & more" }),
        json!({ "client_id": client, "tenant_id": tenant }),
    ] {
        let state = shown(&environment, APPLICATION, config.clone());
        let expected = json!({
            "id": format!("/applications/{object}"), "object_id": object, "client_id": client,
            "unique_name": "own-name", "display_name": "O'Hara's sync & more", "tenant_id": tenant,
            "service_principal_object_id": principal, "notes": "By hand", "sign_in_audience": "AzureADMyOrg",
            "consent_id": format!("/servicePrincipals/{principal}/adminConsent"),
            "redirect_uris": ["https://x.example/"],
        });
        for (name, value) in expected.as_object().expect("an object") {
            assert_eq!(state[name], *value, "{name} by {config}");
        }
        let key = &state["client_secrets"][0];
        let path = format!("/applications/{object}/password/{}", key["key_id"].as_str().expect("an id"));
        assert_eq!((&key["id"], &key["display_name"]), (&json!(path), &json!("k")));
    }
    simulator.assert_every_route_was_known();
}

#[test]
fn an_application_of_another_tenant_is_found_there_only() {
    let simulator = Simulator::start(&["--users", "1", "--tenants", "2"]);
    let other = simulator.ready().tenants[1].clone();
    let mut environment = simulator.environment();
    let config = json!({ "client_id": other.client_id, "tenant_id": other.tenant_id });
    let (_, said) = data(&environment, APPLICATION, json!({ "client_id": other.client_id }));
    assert!(said.expect_error().detail.contains("`tenant_id`"), "{said}");
    environment.insert("ARM_CLIENT_ID".to_owned(), other.client_id.clone());
    environment.insert("ARM_CLIENT_SECRET".to_owned(), other.client_secret);
    let state = shown(&environment, APPLICATION, config);
    let id = state["id"].as_str().expect("an id");
    assert!(id.starts_with(&format!("/tenants/{}/applications/", other.tenant_id)), "{id}");
}

#[test]
fn an_application_that_is_not_told_from_others_is_an_error_that_lists_them() {
    let simulator = Simulator::start(&["--users", "1"]);
    let twins = [by_hand(&simulator, "Twin"), by_hand(&simulator, "Twin")];
    let (_, said) = data(&simulator.environment(), APPLICATION, json!({ "display_name": "Twin" }));
    let refusal = said.expect_error();
    assert_eq!(refusal.path, "display_name");
    for (_, client, _) in &twins {
        assert!(refusal.detail.contains(client), "{refusal}");
    }
    for config in [
        json!({ "display_name": "Nobody's" }),
        json!({ "unique_name": "nobodys" }),
        json!({ "client_id": "00000000-0000-4000-8000-000000000000" }),
    ] {
        let (_, said) = data(&simulator.environment(), APPLICATION, config.clone());
        let refusal = said.expect_error();
        assert!(config.get(&refusal.path).is_some(), "{refusal}");
        assert!(refusal.summary.starts_with("There is no such application"), "{refusal}");
    }
    let (_, said) = data(&simulator.environment(), APPLICATION, json!({}));
    assert!(said.has_errors(), "nothing to find it by");
}
