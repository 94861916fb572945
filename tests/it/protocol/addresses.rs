//! What can't be an address or a domain is refused before anything is sent, wherever one is written.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::support::plugin;
use crate::support::plugin::Plugin;
use crate::support::plugin::calls::Messages;
use crate::support::plugin::messages::schema::{Attribute, Block};

async fn validate(plugin: &Plugin, kind: &str, is_source: bool, config: Json) -> Messages {
    if is_source {
        plugin.validate_data(kind, config).await
    } else {
        plugin.resource(kind).await.validate(config).await
    }
}

const TEXT: &[u8] = br#""string""#;

/// A street and a house.
const POSTAL: &str = "proofpoint_organization address";

/// The arguments that take addresses or domains, by their names.
fn arguments(body: &Block) -> impl Iterator<Item = &Attribute> {
    let texts = |one: &&Attribute| one.r#type == TEXT || one.r#type.ends_with(br#","string"]"#);
    body.attributes.iter().filter(texts).filter(|one| {
        let name = one.name.as_str();
        let takes = ["domain", "email", "address", "exemption", "parent", "alias"];
        (one.required || one.optional) && takes.iter().any(|word| name.contains(word))
    })
}

#[tokio::test]
async fn wherever_an_address_or_a_domain_is_written_nothing_else_passes() {
    let plugin = plugin::start(&BTreeMap::new()).await;
    let schemas = plugin.schema().await;
    let resources = schemas.resource_schemas.iter().map(|(kind, schema)| (kind, false, schema));
    let sources = schemas.data_source_schemas.iter().map(|(kind, schema)| (kind, true, schema));
    let mut tried = Vec::new();
    for (kind, is_source, schema) in resources.chain(sources) {
        for argument in arguments(schema.block.as_ref().expect("a body")) {
            if (kind.as_str(), argument.name.as_str()) == ("proofpoint_organization", "address") {
                // Where letters go.
                continue;
            }
            let name = argument.name.as_str();
            if format!("{kind} {name}") == POSTAL {
                continue;
            }
            let is_text = argument.r#type == TEXT;
            // Wrong as an address and as a domain.
            for wrong in ["a b", "a@b@contoso.com", "contoso.com ", "Contoso.com", "a@contoso..com"] {
                let value = if is_text { json!(wrong) } else { json!([wrong]) };
                let said = validate(&plugin, kind, is_source, json!({ name: value })).await;
                let refused = said.0.iter().any(|one| one.error && one.path.starts_with(name));
                assert!(refused, "{kind} {name}: `{wrong}` passes: {said}");
            }
            tried.push(format!("{kind} {name} {is_source}"));
        }
    }
    for known in [
        "proofpoint_azure_sync domain false",
        "proofpoint_azure_sync primary_domain false",
        "proofpoint_azure_sync exemptions false",
        "proofpoint_azure_sync_preview exemptions true",
        "proofpoint_azure_sync_health domain true",
    ] {
        assert!(tried.iter().any(|one| one == known), "{known}: {tried:?}");
    }
}

#[tokio::test]
async fn an_administrator_has_an_address() {
    let plugin = plugin::start(&BTreeMap::new()).await;
    let said = async |email: &str| {
        let config = json!({ "admin_user": { "email": email } });
        let said = plugin.resource("proofpoint_organization").await.validate(config).await;
        said.0.iter().any(|one| one.error && one.path == "admin_user.email")
    };
    for (email, is_refused) in [
        ("Ann@contoso.com", false),
        ("a b@contoso.com", true),
        ("a@b@contoso.com", true),
        ("ann@contoso", true),
    ] {
        assert_eq!(said(email).await, is_refused, "{email}");
    }
}

#[tokio::test]
async fn a_row_of_a_run_is_named_by_an_address() {
    let plugin = plugin::start(&BTreeMap::new()).await;
    for wrong in ["jack", "a@b@contoso.com", "a b@contoso.com", "jack@contoso"] {
        let config =
            json!({ "domain": "contoso.com", "changes": { wrong: "delete end_user: its user was deleted" } });
        let said = plugin.resource("proofpoint_azure_sync_run").await.validate(config).await;
        let error = said.expect_error();
        assert_eq!(error.path, format!("changes[\"{wrong}\"]"), "{said}");
        assert!(error.detail.contains("not an e-mail address"), "{said}");
    }
}
