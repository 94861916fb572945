//! Times that are too short to do anything in.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::support::plugin;
use crate::support::plugin::Plugin;
use crate::support::plugin::calls::Messages;
use crate::support::plugin::messages::schema::Block;

/// The members of the block, where there is one.
fn members(body: Option<&Block>) -> Vec<String> {
    let blocks = body.into_iter().flat_map(|body| &body.block_types);
    let timeouts = blocks.filter(|block| block.type_name == "timeouts");
    let attributes = timeouts.flat_map(|block| block.block.iter().flat_map(|body| &body.attributes));
    attributes.map(|attribute| attribute.name.clone()).collect()
}

async fn validate(plugin: &Plugin, kind: &str, is_source: bool, config: Json) -> Messages {
    if is_source {
        plugin.validate_data(kind, config).await
    } else {
        plugin.resource(kind).await.validate(config).await
    }
}

#[tokio::test]
async fn no_operation_is_given_less_than_a_second() {
    let plugin = plugin::start(&BTreeMap::new()).await;
    let schemas = plugin.schema().await;
    let resources = schemas.resource_schemas.iter().map(|(kind, schema)| (kind, false, schema));
    let sources = schemas.data_source_schemas.iter().map(|(kind, schema)| (kind, true, schema));
    let mut tried = 0;
    for (kind, is_source, schema) in resources.chain(sources) {
        let members = members(schema.block.as_ref());
        assert!(!members.is_empty(), "{kind} has no `timeouts`");
        for member in members {
            let said = async |text: &str| {
                let config = json!({ "timeouts": { member.as_str(): text } });
                let said = validate(&plugin, kind, is_source, config).await;
                let path = format!("timeouts.{member}");
                said.0.into_iter().find(|one| one.path == path).map(|one| one.detail)
            };
            for short in ["0s", "0", "999ms"] {
                let refused = said(short).await.unwrap_or_default();
                assert!(refused.contains("too short"), "{kind} {member} {short}: {refused}");
            }
            assert_eq!(said("1s").await, None, "{kind} {member}");
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried}");
}
