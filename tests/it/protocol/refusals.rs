//! Whatever an argument cannot be is refused while the configuration is validated, on the argument, before anybody is asked.
//! That every rule of every model is tried here is itself a test.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::{Value as Json, json};

use crate::support::plugin;
use crate::support::plugin::Plugin;
use crate::support::plugin::calls::Messages;
use crate::support::steps::merge;
use crate::support::workspace::repository;

const ID: &str = "11111111-2222-4333-8444-555555555555";

/// Where a configuration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Resource,
    Source,
    List,
}
use Kind::{List, Resource, Source};

/// A configuration that nothing is wrong with, and what makes it wrong: the argument on which it is told, with its path, and
/// changes of the configuration of which each alone is refused there.
struct Refusals {
    kind: Kind,
    name: &'static str,
    good: Json,
    wrong: Vec<(&'static str, Vec<Json>)>,
}

fn long(length: usize) -> Json {
    json!("x".repeat(length))
}

/// Texts that are no domain.
fn no_domain(argument: &str) -> Vec<Json> {
    ["a b", "Contoso.com", "contoso.com/x", ""].map(|text| json!({ argument: text })).into()
}

fn no_id(argument: &str) -> Vec<Json> {
    ["x", "/applications/11111111-2222-4333-8444-555555555555", ""]
        .map(|text| json!({ argument: text }))
        .into()
}

fn no_duration(argument: &str) -> Vec<Json> {
    ["x", "1", "-1h", "1d", ""].map(|text| json!({ argument: text })).into()
}

/// Too short and too long.
fn no_text(argument: &str, most: usize) -> Vec<Json> {
    vec![json!({ argument: "" }), json!({ argument: long(most + 1) })]
}

fn values(argument: &str, values: &[Json]) -> Vec<Json> {
    values.iter().map(|value| json!({ argument: value })).collect()
}

/// Texts that name no server, for an argument that is one and for one that lists them.
fn no_server(argument: &str) -> Vec<Json> {
    ["", "mx", "a b", "https://mx.contoso.com/", "192.0.2.300"].map(|text| json!({ argument: text })).into()
}

fn no_servers(argument: &str) -> Vec<Json> {
    values(argument, &[json!([""]), json!(["mx.contoso.com", "a b"])])
}

/// The same within a block.
fn within(block: &str, wrong: Vec<Json>) -> Vec<Json> {
    wrong.into_iter().map(|wrong| json!({ block: wrong })).collect()
}

fn no_limit(argument: &str) -> Vec<Json> {
    values(argument, &["ten", "-1", "1.5", "10 percent", "", "5%%"].map(|text| json!(text)))
}

fn of_the_sync() -> Vec<Refusals> {
    let path = format!("/applications/{ID}");
    let managed = |wrong| within("managed_client_secret", wrong);
    let own = json!({ "managed_client_secret": null });
    let with = |mut more: Json| {
        merge(&mut more, &own);
        vec![more]
    };
    let sync = vec![
        ("tenant_id", no_id("tenant_id")),
        ("domain", no_domain("domain")),
        ("primary_domain", no_domain("primary_domain")),
        ("client_id", no_id("client_id")),
        ("default_role", values("default_role", &[json!("organization_admin"), json!("")])),
        ("frequency", values("frequency", &[json!(2), json!(-1), json!(48)])),
        (
            "exemptions",
            values("exemptions", &[json!(["ab"]), json!(["A@contoso.com"]), json!(["contoso.com"])]),
        ),
        ("max_removals", no_limit("max_removals")),
        ("sync_version", values("sync_version", &[json!(0), json!(3)])),
        ("managed_client_secret", vec![json!({ "client_secret": "s" })]),
        ("client_secret", with(json!({ "client_secret": " " }))),
        ("client_secret_wo", with(json!({ "client_secret_wo": "s" }))),
        ("client_secret_wo", with(json!({ "client_secret_wo": "", "client_secret_wo_version": "1" }))),
        ("client_secret_wo_version", with(json!({ "client_secret_wo_version": "1" }))),
        (
            "managed_client_secret.application_id",
            managed(values(
                "application_id",
                &[json!("x"), json!(ID), json!("/servicePrincipals/x"), json!("")],
            )),
        ),
        (
            "managed_client_secret.lifetime",
            managed([no_duration("lifetime"), values("lifetime", &[json!("0s")])].concat()),
        ),
        ("managed_client_secret.rotate_before", managed(no_duration("rotate_before"))),
        (
            "managed_client_secret.rotate_before",
            managed(vec![
                json!({ "rotate_before": "17520h" }),
                json!({ "lifetime": "720h" }),
                json!({ "lifetime": "10h", "rotate_before": "11h" }),
            ]),
        ),
        ("managed_client_secret.description", managed(no_text("description", 60))),
        ("wait_for_routing", vec![json!({ "wait_for_routing": true })]),
        ("wait_for_sync", vec![json!({ "wait_for_sync": true, "frequency": 0 })]),
    ];
    let run = vec![
        ("domain", no_domain("domain")),
        ("tenant_id", no_id("tenant_id")),
        ("changes[\"ann\"]", vec![json!({ "changes": { "ann": "delete end_user: gone" } })]),
        (
            "changes[\"Ann@contoso.com\"]",
            vec![json!({ "changes": { "Ann@contoso.com": "delete end_user: gone" } })],
        ),
        (
            "changes[\"ann@contoso.com\"]",
            vec![json!({ "changes": { "ann@contoso.com": "remove everything" } })],
        ),
        ("max_deletions", no_limit("max_deletions")),
        ("on_excess", values("on_excess", &[json!("ignore"), json!("")])),
        ("sync_version", values("sync_version", &[json!(0), json!(3)])),
    ];
    let good = json!({
        "domain": "contoso.com", "client_id": ID, "default_role": "end_user",
        "managed_client_secret": { "application_id": path },
    });
    vec![
        Refusals { kind: Resource, name: "proofpoint_azure_sync", good, wrong: sync },
        Refusals {
            kind: Resource,
            name: "proofpoint_azure_sync_run",
            good: json!({ "domain": "contoso.com", "changes": {} }),
            wrong: run,
        },
    ]
}

fn of_entra() -> Vec<Refusals> {
    let application = vec![
        ("tenant_id", no_id("tenant_id")),
        ("display_name", no_text("display_name", 256)),
        ("unique_name", no_text("unique_name", 256)),
        ("redirect_uris", values("redirect_uris", &[json!(["http://contoso.com"]), json!(["contoso.com"])])),
        (
            "sign_in_audience",
            values(
                "sign_in_audience",
                &[json!("PersonalMicrosoftAccount"), json!("AzureADandPersonalMicrosoftAccount"), json!("")],
            ),
        ),
        ("owners", values("owners", &[json!(["ann@contoso.com"]), json!([""])])),
        ("notes", no_text("notes", 1024)),
        (
            "tags",
            values("tags", &[json!([""]), json!([long(257)]), json!(["terraform-provider-proofpoint"])]),
        ),
    ];
    let consent = vec![
        ("tenant_id", no_id("tenant_id")),
        ("client_id", no_id("client_id")),
        ("mode", values("mode", &[json!("look"), json!("")])),
        ("", vec![json!({ "application_permissions": null })]),
    ];
    let secret = vec![
        ("tenant_id", no_id("tenant_id")),
        (
            "tenant_id",
            vec![json!({
                "tenant_id": ID,
                "application_id": format!("/tenants/99999999-2222-4333-8444-555555555555/applications/{ID}"),
            })],
        ),
        ("application_id", no_id("application_id")[..1].to_vec()),
        ("display_name", no_text("display_name", 90)),
        ("end_date", values("end_date", &[json!("tomorrow"), json!("2090-01-31"), json!("")])),
        ("end_date", vec![json!({ "end_date": "2090-01-31T00:00:00Z", "end_date_relative": "24h" })]),
        (
            "end_date_relative",
            [no_duration("end_date_relative"), values("end_date_relative", &[json!("0s")])].concat(),
        ),
        ("rotate_before", no_duration("rotate_before")),
        ("rotate_before", vec![json!({ "rotate_before": "1h", "end_date": "2090-01-31T00:00:00Z" })]),
        (
            "rotate_before",
            vec![
                json!({ "rotate_before": "17520h" }),
                json!({ "rotate_before": "24h", "end_date_relative": "24h" }),
            ],
        ),
        ("overlap", no_duration("overlap")),
    ];
    let resource = |name, good, wrong| Refusals { kind: Resource, name, good, wrong };
    vec![
        resource("proofpoint_azure_application", json!({ "display_name": "Sync" }), application),
        resource(
            "proofpoint_azure_admin_consent",
            json!({ "client_id": ID, "application_permissions": ["Directory.Read.All"] }),
            consent,
        ),
        resource(
            "proofpoint_azure_client_secret",
            json!({ "application_id": format!("/applications/{ID}") }),
            secret,
        ),
    ]
}

fn of_a_partner() -> Vec<Refusals> {
    let mut organization = vec![
        ("primary_domain", no_domain("primary_domain")),
        ("name", no_text("name", 255)),
        ("parent", no_domain("parent")),
        ("user_licenses", values("user_licenses", &[json!(0), json!(-5), json!(10_000_001)])),
        ("licensing_package", values("licensing_package", &[json!("platinum")])),
        ("country", values("country", &[json!("Germany"), json!("de"), json!("")])),
        ("on_destroy", values("on_destroy", &[json!("purge")])),
        (
            "admin_user.email",
            within("admin_user", values("email", &["x", "ann", "a b@contoso.com"].map(|text| json!(text)))),
        ),
        ("domain.destination", within("domain", no_server("destination"))),
        ("domain.failovers", within("domain", no_servers("failovers"))),
    ];
    for detail in ["www", "address", "postcode", "state", "phone", "external_id"] {
        organization.push((detail, no_text(detail, 255)));
    }
    let domain = vec![
        ("organization", no_domain("organization")),
        ("name", no_domain("name")),
        ("destination", no_server("destination")),
        ("failovers", no_servers("failovers")),
        ("on_destroy", values("on_destroy", &[json!("purge")])),
    ];
    let verification = vec![
        ("organization", no_domain("organization")),
        ("domain", no_domain("domain")),
        ("txt_value", no_text("txt_value", 255)),
        ("method", values("method", &[json!("mx")])),
    ];
    let resource = |name, good, wrong| Refusals { kind: Resource, name, good, wrong };
    let customer = json!({
        "primary_domain": "adatum.example", "name": "Adatum", "user_licenses": 5,
        "admin_user": { "email": "it@adatum.example" },
    });
    let relayed =
        json!({ "organization": "contoso.com", "name": "contoso.org", "destination": "mx.contoso.org" });
    vec![
        resource("proofpoint_organization", customer, organization),
        resource("proofpoint_domain", relayed, domain),
        resource(
            "proofpoint_domain_verification",
            json!({ "organization": "contoso.com", "domain": "contoso.org" }),
            verification,
        ),
    ]
}

fn of_sources_and_lists() -> Vec<Refusals> {
    let too_many: Json = (0..=10_000)
        .map(|number| (format!("d{number}.example"), json!(ID)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let source = |name, good, wrong| Refusals { kind: Source, name, good, wrong };
    let list = |name, wrong| Refusals { kind: List, name, good: json!({}), wrong };
    let by_domain = || json!({ "domain": "contoso.com" });
    let of_domain = || vec![("domain", no_domain("domain"))];
    let days = || ("warn_days", values("warn_days", &[json!(-1), json!(3651)]));
    let preview = vec![
        ("domain", no_domain("domain")),
        ("tenant_id", no_id("tenant_id")),
        ("exemptions", values("exemptions", &[json!(["A@contoso.com"]), json!(["contoso.com"])])),
        ("detail_limit", values("detail_limit", &[json!(-1), json!(100_001)])),
        ("sync_version", values("sync_version", &[json!(0), json!(3)])),
        ("default_role", values("default_role", &[json!("organization_admin")])),
    ];
    let application = vec![
        ("client_id", no_id("client_id")),
        ("tenant_id", no_id("tenant_id")),
        (
            "unique_name",
            vec![
                json!({ "client_id": null, "unique_name": "" }),
                json!({ "client_id": null, "unique_name": long(257) }),
            ],
        ),
        (
            "display_name",
            vec![
                json!({ "client_id": null, "display_name": "" }),
                json!({ "client_id": null, "display_name": long(257) }),
            ],
        ),
    ];
    let users = vec![
        ("domain", no_domain("domain")),
        ("types", values("types", &[json!([])])),
        ("address_domain", no_domain("address_domain")),
    ];
    vec![
        source("proofpoint_azure_sync", by_domain(), of_domain()),
        source("proofpoint_azure_sync_preview", by_domain(), preview),
        source(
            "proofpoint_azure_sync_health",
            by_domain(),
            vec![("domain", no_domain("domain")), ("tenant_id", no_id("tenant_id")), days()],
        ),
        source("proofpoint_azure_fleet_health", json!({ "tenants": { "contoso.com": ID } }), vec![days()]),
        // That it is left out is for core to refuse.
        source("proofpoint_azure_fleet_health", json!({}), vec![("tenants", values("tenants", &[too_many]))]),
        source("proofpoint_azure_application", json!({ "client_id": ID }), application),
        source("proofpoint_organization", by_domain(), of_domain()),
        source("proofpoint_organizations", json!({}), vec![("parent", no_domain("parent"))]),
        source("proofpoint_domains", by_domain(), of_domain()),
        source("proofpoint_users", by_domain(), users),
        list(
            "proofpoint_azure_application",
            vec![
                ("tenant_id", no_id("tenant_id")),
                ("client_id", no_id("client_id")),
                ("display_name_prefix", no_text("display_name_prefix", 256)),
            ],
        ),
        list(
            "proofpoint_azure_sync",
            vec![("domains", values("domains", &[json!(["a b"]), json!(["Contoso.com"])]))],
        ),
        list("proofpoint_organization", vec![("parent", no_domain("parent"))]),
    ]
}

fn all() -> Vec<Refusals> {
    [of_the_sync(), of_entra(), of_a_partner(), of_sources_and_lists()].into_iter().flatten().collect()
}

async fn validate(plugin: &Plugin, refusals: &Refusals, config: Json) -> Messages {
    match refusals.kind {
        Resource => plugin.resource(refusals.name).await.validate(config).await,
        Source => plugin.validate_data(refusals.name, config).await,
        List => plugin.validate_list(refusals.name, config).await,
    }
}

#[tokio::test]
async fn what_an_argument_cannot_be_is_told_on_it_and_on_nothing_else() {
    // Not configured: nothing could be asked.
    let plugin = plugin::start(&BTreeMap::new()).await;
    let mut odd = Vec::new();
    for refusals in all() {
        let Refusals { kind, name, good, wrong } = &refusals;
        let said = validate(&plugin, &refusals, good.clone()).await;
        assert!(!said.has_errors(), "{kind:?} {name}: {said}");
        for (path, changes) in wrong {
            for change in changes {
                let mut config = good.clone();
                merge(&mut config, change);
                let said = validate(&plugin, &refusals, config).await;
                let mut errors = said.0.iter().filter(|message| message.error).peekable();
                let inside = format!("{path}[");
                let is_told = errors.peek().is_some()
                    && errors.all(|error| {
                        error.path == *path || !path.is_empty() && error.path.starts_with(&inside)
                    });
                if !is_told {
                    odd.push(format!("{kind:?} {name}: {change} at `{path}`: {said}"));
                }
            }
        }
    }
    assert!(odd.is_empty(), "{}", odd.join("\n"));
}

/// The arguments of a model that have a rule, with the name of what the file is about.
fn rules_in(file: &Path, about: &str, found: &mut BTreeSet<String>) {
    let text = fs::read_to_string(file).expect("a source");
    let mut argument = None;
    for line in text.lines().map(str::trim).take_while(|line| *line != "#[cfg(test)]") {
        if let Some((name, _)) = line.split_once(": Attr<") {
            argument = Some(name.trim_start_matches("r#").to_owned());
        }
        let has_rule = [".validate(", ".check(", "detail()"].iter().any(|rule| line.contains(rule));
        if let Some(name) = argument.as_ref().filter(|_| has_rule && !line.starts_with("fn ")) {
            found.insert(format!("{about}.{name}"));
        }
        if line.ends_with(',') || line.ends_with('}') {
            argument = None;
        }
    }
}

#[test]
fn every_rule_of_every_model_is_broken_here() {
    let mut rules = BTreeSet::new();
    for (folder, kind) in [("resources", Resource), ("data_sources", Source), ("lists", List)] {
        let folder = repository().join("src/provider").join(folder);
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
            let file = if path.is_dir() { path.join("model.rs") } else { path };
            if file.exists() {
                rules_in(&file, &format!("{kind:?} proofpoint_{stem}"), &mut rules);
            }
        }
    }
    let mut broken = BTreeSet::new();
    for Refusals { kind, name, wrong, .. } in all() {
        for (path, _) in wrong {
            let argument = path.rsplit('.').next().unwrap_or_default();
            broken.insert(format!("{kind:?} {name}.{argument}"));
        }
    }
    let untried: Vec<&String> = rules.difference(&broken).collect();
    assert!(untried.is_empty() && rules.len() > 50, "no test breaks these: {untried:#?}");
}
