//! Everything the provider offers, one line each.

use std::collections::BTreeMap;

use crate::PROGRAM;
use crate::data_sources::{
    AccountSource, AzureSyncHealthSource, AzureSyncPreviewSource, AzureSyncSource, AzureTenantSource,
};
use crate::functions::{ConsoleUrl, ParseId, PermissionId, ReportMarkdown};
use crate::provider_block::{ProviderModel, Session, configure, validate};
use crate::resources::azure_admin_consent::AzureAdminConsent;
use crate::resources::azure_application::AzureApplication;
use crate::resources::azure_client_secret::AzureClientSecret;
use crate::resources::azure_sync::AzureSync;
use crate::resources::azure_sync_run::AzureSyncRun;
use clients::env::EnvMap;
use framework::provider::Provider;

/// The provider, for a process with these environment variables. Opens nothing.
pub fn provider(variables: &BTreeMap<String, String>) -> Provider<Session> {
    let env: EnvMap = variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let configured = move |model: ProviderModel, _version: &str| {
        configure(&model, &env).map(|configuration| Session::new(configuration, &env))
    };
    Provider::new(PROGRAM.name, configured)
        .takes_unknowns()
        .validate(validate)
        .resource(AzureApplication)
        .resource(AzureAdminConsent)
        .resource(AzureClientSecret)
        .resource(AzureSync)
        .resource(AzureSyncRun)
        .data_source(AccountSource)
        .data_source(AzureSyncSource)
        .data_source(AzureSyncHealthSource)
        .data_source(AzureSyncPreviewSource)
        .data_source(AzureTenantSource)
        .function(ConsoleUrl)
        .function(ParseId)
        .function(PermissionId)
        .function(ReportMarkdown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider_block::permissions;
    use framework::service::Service as _;

    #[test]
    fn whatever_needs_permissions_is_something_that_the_provider_offers() {
        let provider = provider(&BTreeMap::new());
        let (resources, data_sources) = (provider.resource_schemas(), provider.data_source_schemas());
        for (name, occasions) in permissions::BY_TYPE {
            assert!(resources.contains_key(*name) || data_sources.contains_key(*name), "{name}");
            assert!(!occasions.is_empty(), "{name}");
        }
        assert!(permissions::of("proofpoint_account").is_empty());
    }

    #[test]
    fn core_would_load_every_schema() {
        assert_eq!(provider(&BTreeMap::new()).check(), Vec::<String>::new());
    }
}
