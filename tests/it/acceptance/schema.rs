//! What needs neither configuration nor network.

use std::collections::BTreeMap;

use crate::support::cli::with_each;
use crate::support::workspace::{Install, workspace};

#[test]
fn every_cli_reads_the_schema_without_configuration_or_network() {
    with_each(|cli| {
        let workspace = workspace(cli, Install::Override, &BTreeMap::new());
        let schemas = workspace.run(&["providers", "schema", "-json"]).succeeds().json();
        let provider = &schemas["provider_schemas"][format!("{}/azuresync/proofpoint", cli.registry())];
        assert!(provider["provider"]["block"]["attributes"]["tenant_id"].is_object(), "{cli}: {provider}");
        for (kind, name) in [
            ("resource_schemas", "proofpoint_azure_application"),
            ("resource_schemas", "proofpoint_azure_sync"),
            ("data_source_schemas", "proofpoint_account"),
        ] {
            let block = &provider[kind][name]["block"];
            assert_eq!(block["description_kind"], "markdown", "{cli}: {name}: {block}");
        }
    });
}
