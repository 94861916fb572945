//! Every attribute of every data source is what the services say: the whole state is compared, and each attribute of the
//! schema has a value in it that nothing would have by chance.

use std::collections::BTreeSet;

use super::*;
use crate::support::plugin::messages::schema::Attribute;
use crate::support::quickstart::{APPLICATION, Quickstart, RUN, SECRET, SYNC};

/// A data source, its configuration, and what else its state must hold.
struct Reading {
    source: &'static str,
    config: Json,
    shown: Json,
}

/// What no row can show here: `preview/verdict.rs` holds the report against the sync's engine, row by row.
const APART: [&str; 1] = ["proofpoint_azure_sync_preview.report"];

/// Paths of the attributes below, without arguments, whose values are the configuration's.
fn paths(of: &str, attributes: &[Attribute], into: &mut BTreeSet<String>) {
    for one in attributes.iter().filter(|one| one.computed) {
        let path = format!("{of}.{}", one.name);
        match &one.nested_type {
            _ if APART.contains(&path.as_str()) => {}
            Some(nested) => paths(&path, &nested.attributes, into),
            None => drop(into.insert(path)),
        }
    }
}

/// Paths that have a value: not null, and not empty.
fn told(of: &str, value: &Json, into: &mut BTreeSet<String>) {
    match value {
        Json::Null => {}
        Json::Array(items) if items.iter().any(Json::is_object) => {
            for item in items {
                told(of, item, into);
            }
        }
        Json::Array(items) if items.is_empty() => {}
        Json::Object(members) if members.is_empty() => {}
        Json::Object(members) => {
            into.insert(of.to_owned());
            for (name, value) in members {
                told(&format!("{of}.{name}"), value, into);
            }
        }
        _ => drop(into.insert(of.to_owned())),
    }
}

/// The quick start with an organization and an application of which everything is known.
fn world() -> Quickstart {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "5", "--groups", "1"]));
    let domain = quickstart.simulator.tenant().domain.clone();
    let relayed = json!({
        "name": "second.example", "is_relay": true, "is_active": true, "destination": "mx.second.example",
        "failovers": ["mx2.second.example"],
    });
    quickstart.essentials(Method::POST, "domains", Some(&relayed));
    let person = json!({
        "primary_email": format!("pat@{domain}"), "firstname": "Pat", "surname": "Person", "type": "silent_user",
        "alias_emails": [format!("p.person@{domain}")],
    });
    quickstart.essentials(Method::POST, "users", Some(&person));
    let people = quickstart.graph(Method::GET, "users?$select=id&$top=1", None);
    quickstart.write(
        APPLICATION,
        &json!({ "owners": [people["value"][0]["id"]], "notes": "Of the mail team", "tags": ["mail"] }),
    );
    quickstart.write(SYNC, &json!({ "exemptions": [format!("pat@{domain}")] }));
    quickstart.converge();
    assert!(!quickstart.change(SECRET).has_errors());
    quickstart.simulator.advance_clock("2h");
    // Texts that only a partner's console can write.
    let mut organization = quickstart.essentials(Method::GET, "", None);
    for (name, value) in [
        ("www", "https://contoso.com"),
        ("address", "1 Way"),
        ("postcode", "12345"),
        ("stateprov", "WA"),
        ("country", "US"),
        ("phone", "+1 206 555 0100"),
        ("external_id", "C-17"),
        ("when_renewal", "2027-01-31"),
    ] {
        organization[name] = json!(value);
    }
    let answers =
        |path: String, body: Json| json!({ "method": "GET", "path": path, "status": 200, "body": body });
    quickstart.simulator.set_faults(&json!([
        answers(format!("/api/v1/orgs/{domain}"), organization.clone()),
        answers(format!("/api/v1/orgs/{PARTNER}/orgs*"), json!({ "orgs": [organization] })),
    ]));
    quickstart.restart();
    quickstart
}

fn sorted(list: &Json, by: &str) -> Vec<Json> {
    let mut items = list.as_array().expect("a list").clone();
    items.sort_by_key(|one| one[by].as_str().map(str::to_lowercase));
    items
}

fn set(items: &[Json], member: &str) -> Json {
    let texts: BTreeSet<&str> = items.iter().filter_map(|one| one[member].as_str()).collect();
    json!(texts)
}

/// What Proofpoint says, in the words of the data sources.
fn of_proofpoint(quickstart: &Quickstart) -> Vec<Reading> {
    let simulator = &quickstart.simulator;
    let domain = simulator.tenant().domain.clone();
    let by_domain = json!({ "domain": domain });
    let me = simulator.essentials_done(Method::GET, "me", None);
    let organization = quickstart.essentials(Method::GET, "", None);
    let domains = quickstart.essentials(Method::GET, "domains", None);
    let domains = sorted(domains.get("domains").unwrap_or(&domains), "name");
    let users = sorted(&quickstart.essentials(Method::GET, "users", None)["users"], "primary_email");
    let shown_domains: Vec<Json> = domains
        .iter()
        .map(|one| {
            json!({
                "name": one["name"], "active": one["is_active"], "relay": one["is_relay"],
                "destination": one["destination"], "failovers": one["failovers"],
            })
        })
        .collect();
    let shown_users: Vec<Json> = users
        .iter()
        .map(|one| {
            json!({
                "email": one["primary_email"], "uid": one["uid"], "type": one["type"], "active": one["is_active"],
                "billable": one["is_billable"], "first_name": one["firstname"], "last_name": one["surname"],
                "aliases": one["alias_emails"],
            })
        })
        .collect();
    let of_account = json!({
        "user_id": me["user_id"], "primary_email": me["primary_email"], "firstname": me["firstname"],
        "surname": me["surname"], "type": me["type"], "is_admin": me["is_admin"],
        "is_partner_admin": me["is_partner_admin"], "read_only_user": me["read_only_user"],
        "entity_id": me["entity_id"], "entity_primary_domain": me["entity_primary_domain"],
        "entity_type": me["entity_type"],
    });
    let of_organization = json!({
        "id": format!("/orgs/{domain}"), "primary_domain": domain, "name": organization["name"],
        "active": organization["is_active"], "type": organization["type"], "eid": organization["eid"],
        "licensing_package": organization["licensing_package"], "on_trial": organization["is_on_trial"],
        "user_licenses": organization["user_licenses"], "active_users": organization["active_users"],
        "renewal": "2027-01-31", "admin_email": simulator.tenant().essentials_username,
        "domains": set(&domains, "name"), "www": "https://contoso.com", "address": "1 Way", "postcode": "12345",
        "state": "WA", "country": "US", "phone": "+1 206 555 0100", "external_id": "C-17",
    });
    let reading = |source, config: &Json, shown: Json| Reading { source, config: config.clone(), shown };
    vec![
        reading("proofpoint_account", &json!({}), of_account),
        reading("proofpoint_organization", &by_domain, of_organization),
        reading(
            "proofpoint_domains",
            &by_domain,
            json!({ "names": set(&domains, "name"), "domains": shown_domains }),
        ),
        reading("proofpoint_users", &by_domain, json!({ "total": users.len(), "users": shown_users })),
    ]
}

/// What Entra says, and what both say of a sync.
fn of_entra(quickstart: &Quickstart) -> Vec<Reading> {
    let simulator = &quickstart.simulator;
    let (domain, tenant) = (simulator.tenant().domain.clone(), simulator.tenant().tenant_id.clone());
    let client_id = quickstart.state(APPLICATION)["client_id"].as_str().unwrap().to_owned();
    let registered = quickstart.graph(Method::GET, &format!("applications(appId='{client_id}')"), None);
    let object = registered["id"].as_str().unwrap();
    let principal = quickstart.state(APPLICATION)["service_principal_object_id"].clone();
    let seconds = |time: &Json| time.as_str().unwrap().parse::<jiff::Timestamp>().unwrap().to_string();
    let mut secrets: Vec<Json> = registered["passwordCredentials"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| {
            let id = format!("/applications/{object}/password/{}", key["keyId"].as_str().unwrap());
            json!({
                "id": id, "key_id": key["keyId"], "display_name": key["displayName"],
                "end_date": seconds(&key["endDateTime"]),
            })
        })
        .collect();
    secrets.sort_by_key(|one| one["key_id"].to_string());
    let application = json!({
        "unique_name": registered["uniqueName"], "display_name": registered["displayName"], "tenant_id": tenant,
        "id": format!("/applications/{object}"), "object_id": object, "service_principal_object_id": principal,
        "consent_id": format!("/servicePrincipals/{}/adminConsent", principal.as_str().unwrap()),
        "client_secrets": secrets, "sign_in_audience": registered["signInAudience"],
        "redirect_uris": registered["web"]["redirectUris"], "notes": "Of the mail team",
        "delegated_permissions": quickstart.state(APPLICATION)["delegated_permissions"],
        "application_permissions": quickstart.state(APPLICATION)["application_permissions"],
        "owners": quickstart.state(APPLICATION)["owners"], "tags": set_of(&registered["tags"]),
        "publisher_domain": registered["publisherDomain"],
    });
    let details = quickstart.graph(Method::GET, "organization", None)["value"][0].take();
    let verified = details["verifiedDomains"].as_array().unwrap();
    let named = |flag: &str| verified.iter().find(|one| one[flag] == true).unwrap()["name"].clone();
    let of_tenant = json!({
        "id": tenant, "display_name": details["displayName"], "verified_domains": set(verified, "name"),
        "initial_domain": named("isInitial"), "default_domain": named("isDefault"),
        "on_premises_sync_enabled": details["onPremisesSyncEnabled"].as_bool().unwrap_or_default(),
    });
    let settings = quickstart.essentials(Method::GET, "settings/azure", None);
    let sync = json!({
        "id": format!("/orgs/{domain}/settings/azure"), "organization": domain,
        "primary_domain": settings["primary_domain"], "client_id": client_id, "default_role": "end_user",
        "frequency": 1, "allow_microsoft_login": true, "exemptions": [format!("pat@{domain}")],
        "what": { "active_users": true, "distribution_groups": true, "security_groups": false },
        "users": { "add": true, "update": true, "remove_deleted": true },
        "groups": { "add": true, "update": true, "remove_deleted": false },
        "secret_expiry": settings["secret_expiry"], "last_successful_sync": settings["last_successful_sync"],
    });
    vec![
        Reading {
            source: "proofpoint_azure_application",
            config: json!({ "client_id": client_id }),
            shown: application,
        },
        Reading { source: "proofpoint_azure_tenant", config: json!({}), shown: of_tenant },
        Reading { source: "proofpoint_azure_sync", config: json!({ "domain": domain }), shown: sync },
    ]
}

fn set_of(list: &Json) -> Json {
    let texts: BTreeSet<&str> = list.as_array().expect("a list").iter().filter_map(Json::as_str).collect();
    json!(texts)
}

/// Reads, compares the whole, and notes which attributes had a value.
#[track_caller]
fn holds(quickstart: &Quickstart, reading: &Reading, seen: &mut BTreeSet<String>) {
    let (mut state, said) = quickstart.data(reading.source, reading.config.clone());
    said.expect_none();
    if let Some(secrets) = state["client_secrets"].as_array_mut() {
        secrets.sort_by_key(|one| one["key_id"].to_string());
    }
    let mut expected = reading.config.clone();
    let members = expected.as_object_mut().expect("arguments");
    members.extend(reading.shown.as_object().expect("attributes").clone());
    for (name, value) in state.as_object().expect("a state") {
        // Arguments that are left out.
        let expected = members.get(name).unwrap_or(&Json::Null);
        assert_eq!(value, expected, "{}: {name}", reading.source);
    }
    told(reading.source, &state, seen);
}

#[test]
fn every_attribute_of_every_data_source_is_what_the_services_say() {
    let mut quickstart = world();
    let mut seen = BTreeSet::new();
    for reading in of_proofpoint(&quickstart).iter().chain(&of_entra(&quickstart)) {
        holds(&quickstart, reading, &mut seen);
    }
    fleet_and_health(&quickstart, &mut seen);
    partner(&quickstart, &mut seen);
    preview(&mut quickstart, &mut seen);

    let mut all = BTreeSet::new();
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let plugin = configured(&quickstart.simulator.environment()).await;
        for (source, schema) in &plugin.schema().await.data_source_schemas {
            paths(source, &schema.block.as_ref().expect("a body").attributes, &mut all);
        }
    });
    let silent: Vec<&String> = all.difference(&seen).collect();
    assert!(silent.is_empty(), "no value of these was ever seen: {silent:#?}");
    quickstart.simulator.assert_every_route_was_known();
}

/// A sync that works, then one whose consent somebody took back; the fleet says the same, and why one cannot be read.
fn fleet_and_health(quickstart: &Quickstart, seen: &mut BTreeSet<String>) {
    let (domain, tenant) =
        (quickstart.simulator.tenant().domain.clone(), quickstart.simulator.tenant().tenant_id.clone());
    let client_id = quickstart.state(APPLICATION)["client_id"].clone();
    let settings = quickstart.essentials(Method::GET, "settings/azure", None);
    let keys =
        quickstart.graph(Method::GET, &format!("applications(appId={client_id})").replace('"', "'"), None);
    let ends = keys["passwordCredentials"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["endDateTime"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap());
    let health = |finding: Option<(&str, &str, Json)>, missing: Json| {
        json!({
            "configured": true, "healthy": finding.is_none(), "frequency": 1,
            "last_successful_sync": settings["last_successful_sync"], "overdue": false, "client_id": client_id,
            "application_found": true, "secret_expiry": settings["secret_expiry"],
            "key_end_date": ends.clone().max().unwrap().to_string(), "days_left": 729,
            "consent_complete": finding.is_none(), "missing_permissions": missing,
            "findings": finding.map_or_else(|| json!([]), |(severity, code, text)| {
                json!([{ "severity": severity, "code": code, "text": text }])
            }),
        })
    };
    let source = "proofpoint_azure_sync_health";
    let config = json!({ "domain": domain });
    holds(quickstart, &Reading { source, config: config.clone(), shown: health(None, json!([])) }, seen);

    let principal = quickstart.state(APPLICATION)["service_principal_object_id"].clone();
    let path = format!("servicePrincipals/{}/appRoleAssignments", principal.as_str().unwrap());
    let given = quickstart.graph(Method::GET, &path, None)["value"][0]["id"].clone();
    quickstart.graph(Method::DELETE, &format!("{path}/{}", given.as_str().unwrap()), None);
    quickstart.configure();
    let (state, _) = quickstart.data(source, config.clone());
    let text = state["findings"][0]["text"].clone();
    assert!(text.as_str().is_some_and(|text| text.contains("Directory.Read.All (application)")), "{text}");
    let finding = Some(("error", "consent_incomplete", text));
    let shown = health(finding, json!(["Directory.Read.All (application)"]));
    holds(quickstart, &Reading { source, config, shown: shown.clone() }, seen);

    let mut row = json!({ "domain": domain, "tenant_id": tenant, "problem": null });
    for name in
        ["healthy", "configured", "last_successful_sync", "overdue", "client_id", "days_left", "findings"]
    {
        row[name] = shown[name].clone();
    }
    let asked = json!({ "tenants": { &domain: tenant, "nobody.example": tenant } });
    let (fleet, said) = quickstart.data("proofpoint_azure_fleet_health", asked);
    said.expect_none();
    let rows = fleet["organizations"].as_array().unwrap();
    let [unread, own] = rows.as_slice() else { panic!("{fleet:#}") };
    assert_eq!(*own, row);
    assert_eq!((&unread["domain"], &unread["healthy"]), (&json!("nobody.example"), &json!(false)));
    assert!(unread["problem"].is_string(), "{unread:#}");
    assert_eq!(fleet["unhealthy"], json!([domain, "nobody.example"]));
    assert_eq!(fleet["healthy"], json!(false));
    assert!(fleet["summary"].as_str().is_some_and(|line| line.contains("2 need attention")), "{fleet:#}");
    told("proofpoint_azure_fleet_health", &fleet, seen);
}

/// A partner's list says of a customer what the customer says of itself.
fn partner(quickstart: &Quickstart, seen: &mut BTreeSet<String>) {
    let (domain, source) = (quickstart.simulator.tenant().domain.clone(), "proofpoint_organizations");
    let list = shown(&as_partner(&quickstart.simulator), source, json!({}));
    let (own, said) = quickstart.data("proofpoint_organization", json!({ "domain": domain }));
    said.expect_none();
    let row = &list["organizations"][0];
    for (name, value) in row.as_object().unwrap() {
        assert_eq!(*value, own[name], "{name}");
    }
    assert_eq!(list["primary_domains"], json!([domain]));
    told(source, &list, seen);
}

/// What a run would do, and what none does, which a run then says of the same people.
fn preview(quickstart: &mut Quickstart, seen: &mut BTreeSet<String>) {
    let domain = quickstart.simulator.tenant().domain.clone();
    let accounts = quickstart.essentials(Method::GET, "users", None)["users"].take();
    let leaver = accounts.as_array().unwrap().iter().find(|one| one["type"] == "end_user").unwrap();
    let leaver = leaver["primary_email"].as_str().unwrap();
    let blocked = json!({ "accountEnabled": false });
    quickstart.graph(Method::PATCH, &format!("users/{leaver}"), Some(&blocked));
    let person = crate::support::by_hand::newcomer("nora", &domain);
    quickstart.graph(Method::POST, "users", Some(&person));
    let source = "proofpoint_azure_sync_preview";
    let (state, said) = quickstart.data(source, json!({ "domain": domain, "functional_accounts": false }));
    said.expect_none();
    let nora = format!("nora@{domain}");
    assert_eq!(state["changes"], json!({ &nora: state["changes"][&nora] }));
    assert!(
        state["changes"][&nora].as_str().is_some_and(|row| row.starts_with("add end_user: ")),
        "{state:#}"
    );
    assert_eq!(state["left"], json!({ leaver: "convert: functional accounts are left out" }));
    told(source, &state, seen);
    quickstart.write(RUN, &json!({ "changes": state["changes"] }));
    assert!(!quickstart.change(RUN).has_errors());
}
