//! Our requests, and the simulator's answers, against what the services publish of themselves.
//!
//! Everywhere else our client is held against our simulator, which would pass over a mistake that both make. Here a
//! quick start with all that may follow it is recorded and held against descriptions in the form of OpenAPI: the excerpts
//! beside this file, and those in the directory that `TEST_OPENAPI_DIR` names, under the same file names.

mod document;
mod schema;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use clients::env::EnvMap;
use reqwest::Method;
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

use crate::protocol::onboarding::{Hand, with};
use crate::support::plugin::Start;
use crate::support::quickstart::{APPLICATION, CONSENT, Quickstart, SYNC};
use crate::support::relay::{Exchange, Relay};
use crate::support::simulator::Simulator;
use crate::support::workspace::repository;
use document::{Document, Verdict};

#[test]
fn our_requests_and_the_simulators_answers_are_as_the_services_publish_them() {
    let excerpts = repository().join("tests/it/interfaces");
    let larger = EnvMap::of_process().get("TEST_OPENAPI_DIR").map(PathBuf::from);
    let described = |file: &str| -> Vec<Document> {
        [Some(&excerpts), larger.as_ref()]
            .into_iter()
            .flatten()
            .map(|dir| Document::read(&dir.join(file)))
            .collect()
    };
    let graph = described("graph-openapi-subset.json");
    let beta = described("graph-beta-openapi-subset.json");
    let essentials = described("proofpoint-openapi-subset.json");

    let mut wrong = BTreeSet::new();
    let mut met = BTreeSet::new();
    for exchange in everything().exchanges.iter().cloned() {
        let (documents, path) = [(&graph, "/v1.0"), (&beta, "/beta"), (&essentials, "/api/v1")]
            .into_iter()
            .find_map(|(documents, version)| {
                Some((documents, exchange.path.strip_prefix(version)?.to_owned()))
            })
            .unwrap_or_else(|| panic!("of no service: {}", exchange.path));
        let exchange = Exchange { path, ..exchange };
        let verdicts: Vec<Verdict> =
            documents.iter().filter_map(|document| document.judge(&exchange)).collect();
        if verdicts.is_empty() {
            wrong.insert(format!("{} {}: not described", exchange.method, exchange.path));
        }
        for verdict in verdicts {
            wrong.extend(
                verdict.mistakes.into_iter().map(|mistake| format!("{}: {mistake}", verdict.operation)),
            );
            met.insert(verdict.operation);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let excerpted = [&graph, &beta, &essentials].into_iter().filter_map(|documents| documents.first());
    let excerpted = excerpted.flat_map(Document::operations);
    let unmet: Vec<String> = excerpted.filter(|operation| !met.contains(operation)).collect();
    assert!(unmet.is_empty(), "the excerpts describe what nobody asks: {unmet:#?}");
}

/// All that a life that does everything comes to.
pub(crate) struct Everything {
    /// What is asked of both services, items of batches as exchanges of their own.
    pub(crate) exchanges: Vec<Exchange>,
    /// What is asked, sent and read, by the lines of the ledger.
    pub(crate) relied_on: BTreeSet<String>,
}

/// Lived once for all who look at it.
pub(crate) fn everything() -> &'static Everything {
    static EVERYTHING: OnceLock<Everything> = OnceLock::new();
    EVERYTHING.get_or_init(everything_we_ask)
}

/// Everything that a configuration's life asks of both services.
fn everything_we_ask() -> Everything {
    let simulator = Simulator::start(&["--plain", "--mood", "sign_in_activity=at_once"]);
    let relay = Relay::before(&simulator.ready().graph_endpoint);
    let domain = simulator.tenant().domain.clone();
    let directory = &simulator.state()["tenants"][&simulator.tenant().tenant_id];
    let owners = ["users", "service_principals"].map(|list| directory[list][0]["id"].clone());
    let mut environment = simulator.environment();
    let mut quickstart = Quickstart::start(simulator);
    for side in ["PROOFPOINT_GRAPH_ENDPOINT", "PROOFPOINT_ESSENTIALS_ENDPOINT"] {
        environment.insert(side.to_owned(), relay.address().to_owned());
        quickstart.set(side, relay.address());
    }
    let address = |name: &str| format!("{name}@{domain}");

    // Made, left alone, changed in every way.
    quickstart.write(APPLICATION, &json!({ "owners": owners }));
    quickstart.write(SYNC, &json!({ "exemptions": [address("scanner")], "max_removals": "99%" }));
    quickstart.converge();
    quickstart.configure();
    quickstart.write(
        APPLICATION,
        &json!({
            "display_name": "Another name", "notes": "A note", "tags": ["mail"], "owners": owners[..1],
        }),
    );
    let permissions = json!({
        "delegated_permissions": ["User.Read.All"], "application_permissions": ["Directory.Read.All", "User.Read.All"],
    });
    quickstart.write(APPLICATION, &permissions);
    quickstart.converge();
    let rotate = json!({ "rotate_when_changed": { "reason": "test" } });
    quickstart.write(SYNC, &json!({ "exemptions": [], "frequency": 3, "managed_client_secret": rotate }));
    quickstart.write(APPLICATION, &json!({ "delegated_permissions": [] }));
    quickstart.write(CONSENT, &json!({ "remove_extra": true }));
    quickstart.configure();
    quickstart.converge();

    people(&environment, &domain, &relay);
    domains(&environment, &domain);
    for (name, member) in [("USERNAME", "partner_username"), ("PASSWORD", "partner_password")] {
        let value = quickstart.simulator.line()["tenants"][0][member].as_str().expect("a login").to_owned();
        environment.insert(format!("PROOFPOINT_ESSENTIALS_{name}"), value);
    }
    customer(&environment);

    // Which of both keys Proofpoint holds is in Entra's record by then.
    quickstart.simulator.advance_clock("3h");
    quickstart.restart();
    assert!(!quickstart.plan(SYNC).messages.has_errors());

    // Gone, and made again from what Entra ID still holds.
    quickstart.destroy();
    quickstart.configure();
    quickstart.converge();
    let application = quickstart.state(APPLICATION)["object_id"].as_str().expect("an id").to_owned();
    quickstart.simulator.graph_done(Method::DELETE, &format!("applications/{application}"), None);
    quickstart.destroy();
    quickstart.simulator.assert_every_route_was_known();
    let relied_on = quickstart.simulator.relied_on();
    Everything { exchanges: unpacked(&relay.exchanges()), relied_on }
}

/// Looks at everything that can be looked at, and enacts a reviewed run.
fn people(environment: &BTreeMap<String, String>, domain: &str, relay: &Relay) {
    let run = "proofpoint_azure_sync_run";
    let of_domain = json!({ "domain": domain });
    Runtime::new().expect("a runtime").block_on(async {
        let plugin = Start::plain(environment).run().await;
        plugin.configure(json!({})).await.expect_none();
        let sources = [
            ("proofpoint_account", json!({})),
            ("proofpoint_azure_tenant", json!({})),
            ("proofpoint_azure_sync", of_domain.clone()),
            ("proofpoint_azure_sync_health", of_domain.clone()),
            ("proofpoint_azure_application", json!({ "display_name": "Terraform automation" })),
            ("proofpoint_azure_fleet_health", json!({ "tenants": { domain: environment["ARM_TENANT_ID"] } })),
            ("proofpoint_organization", of_domain.clone()),
            ("proofpoint_organizations", json!({})),
            ("proofpoint_domains", of_domain.clone()),
            ("proofpoint_users", of_domain.clone()),
        ];
        let schema = plugin.schema().await;
        for name in schema.data_source_schemas.keys().filter(|name| *name != "proofpoint_azure_sync_preview")
        {
            assert!(sources.iter().any(|(read, _)| read == name), "nobody reads `{name}` here");
        }
        let asked_graph =
            || relay.exchanges().iter().filter(|exchange| !exchange.path.starts_with("/api/")).count();
        for (name, config) in sources {
            let before = asked_graph();
            plugin.data(name, config).await.1.expect_none();
            let page = name.replacen("proofpoint_", "docs/data-sources/", 1) + ".md";
            let page = fs::read_to_string(repository().join(page)).expect("its page");
            let told = page.contains("## API Permissions");
            assert!(
                told || asked_graph() == before,
                "`{name}` asks Graph: `provider_block/permissions.rs` says nothing of it"
            );
        }
        let (preview, said) = plugin.data("proofpoint_azure_sync_preview", of_domain).await;
        said.expect_none();
        let config = json!({ "domain": domain, "changes": preview["changes"], "max_deletions": "100%" });
        let resource = plugin.resource(run).await;
        let planned = resource.plan(None, config).await;
        let summaries: Vec<&str> =
            planned.messages.0.iter().map(|message| message.summary.as_str()).collect();
        let does = format!("What this run does to people of {domain}");
        let leaves = format!("What this run leaves of {domain}");
        assert_eq!(summaries, [does, leaves], "{}", planned.messages);
        resource.apply(None, planned).await.messages.expect_none();
    });
}

/// Adds a domain, changes it, verifies it, and deletes it.
fn domains(environment: &BTreeMap<String, String>, organization: &str) {
    let hand = Hand::with(environment);
    let (domain, verification) = ("proofpoint_domain", "proofpoint_domain_verification");
    let config = json!({ "organization": organization, "name": "added.example", "on_destroy": "delete" });
    let added = hand.apply(domain, None, config.clone());
    let added = hand.apply(domain, Some(&added), with(&config, json!({ "destination": "mx.added.example" })));
    let config = json!({ "organization": organization, "domain": "added.example" });
    hand.apply(verification, None, config);
    assert!(!hand.destroy(domain, &added).1.messages.has_errors());
}

/// Makes a customer, changes what can be changed, and deletes it.
fn customer(environment: &BTreeMap<String, String>) {
    let (hand, organization) = (Hand::with(environment), "proofpoint_organization");
    let config = json!({
        "primary_domain": "adatum.example", "name": "Adatum", "user_licenses": 5, "country": "DE", "phone": "1",
        "admin_user": { "email": "it@adatum.example", "first_name": null, "last_name": null },
        "on_destroy": "delete", "deletion_protection": false,
    });
    let made = hand.apply(organization, None, config.clone());
    let changes = json!({
        "user_licenses": 6, "licensing_package": "advanced", "eula_confirmed": true, "active": false,
    });
    let grown = hand.apply(organization, Some(&made), with(&config, changes));
    assert!(!hand.destroy(organization, &grown).1.messages.has_errors());
}

/// The exchanges, and beside each batch its items.
fn unpacked(exchanges: &[Exchange]) -> Vec<Exchange> {
    let items = exchanges.iter().flat_map(|batch| {
        let answers = batch.answered["responses"].as_array().into_iter().flatten();
        let asked = batch.sent["requests"].as_array().into_iter().flatten();
        let of = |id: &Json| answers.clone().find(|answer| answer["id"] == *id).cloned().unwrap_or_default();
        asked.map(move |item| item_exchange(item, &of(&item["id"]))).collect::<Vec<_>>()
    });
    items.chain(exchanges.iter().cloned()).collect()
}

fn item_exchange(asked: &Json, answer: &Json) -> Exchange {
    let url = asked["url"].as_str().unwrap_or_default();
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    Exchange {
        method: asked["method"].as_str().unwrap_or_default().to_owned(),
        path: format!("/v1.0/{}", path.trim_start_matches('/')),
        query: query.to_owned(),
        sent: asked["body"].clone(),
        status: answer["status"].as_u64().and_then(|status| status.try_into().ok()).unwrap_or_default(),
        answered: answer["body"].clone(),
    }
}

#[test]
fn a_wrong_exchange_is_found_out() {
    let document = Document::read(&repository().join("tests/it/interfaces/proofpoint-openapi-subset.json"));
    let exchange = |method: &str, path: &str, sent: Json, answered: Json| Exchange {
        method: method.to_owned(),
        path: path.to_owned(),
        query: String::new(),
        status: if method == "GET" { 200 } else { 204 },
        sent,
        answered,
    };
    let user = json!({ "primary_email": "a@contoso.com", "is_active": true });
    let put =
        |user: &Json| exchange("PUT", "/orgs/contoso.com/users/a@contoso.com", user.clone(), Json::Null);
    let right = put(&user);
    assert!(document.judge(&right).is_some_and(|verdict| verdict.mistakes.is_empty()));

    let with = |name: &str, value: Json| {
        let mut wrong = user.clone();
        wrong[name] = value;
        put(&wrong)
    };
    let users = |of: Json| exchange("GET", "/orgs/contoso.com/users", Json::Null, of);
    for wrong in [
        with("is_active", json!("true")),
        with("type", json!("admin")),
        with("email", json!("a@contoso.com")),
        put(&json!({ "is_active": true })),
        put(&Json::Null),
        Exchange { query: "force=1".to_owned(), ..right.clone() },
        Exchange { status: 200, ..right.clone() },
        Exchange { answered: json!({}), ..right.clone() },
        users(json!([user])),
        users(json!({ "users": [{ "primary_email": 7 }] })),
        exchange("GET", "/orgs/contoso.com/domains", Json::Null, json!({ "name": "contoso.com" })),
    ] {
        let verdict = document.judge(&wrong).unwrap_or_else(|| panic!("not described: {wrong:?}"));
        assert_eq!(verdict.mistakes.len(), 1, "{wrong:?}: {:?}", verdict.mistakes);
    }
    assert!(document.judge(&Exchange { method: "PATCH".to_owned(), ..right }).is_none());
}
