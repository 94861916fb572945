//! Everything the provider offers, one line each.

use crate::data_sources::{
    AccountSource, AzureSyncHealthSource, AzureSyncPreviewSource, AzureSyncSource, AzureTenantSource,
};
use crate::env::EnvMap;
use crate::framework::provider::Provider;
use crate::functions::{ConsoleUrl, ParseId, PermissionId, ReportMarkdown};
use crate::provider::{ProviderModel, Session, configure, validate};
use crate::resources::azure_admin_consent::AzureAdminConsent;
use crate::resources::azure_application::AzureApplication;
use crate::resources::azure_client_secret::AzureClientSecret;
use crate::resources::azure_sync::AzureSync;
use crate::resources::azure_sync_run::AzureSyncRun;

/// The provider, for a process with this environment. Opens nothing.
pub fn provider(env: &EnvMap) -> Provider<Session> {
    let env = env.clone();
    let configured = move |model: ProviderModel, _version: &str| {
        configure(&model, &env).map(|configuration| Session::new(configuration, &env))
    };
    Provider::new("proofpoint", configured)
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
    use crate::framework::service::Service as _;
    use crate::provider::permissions;

    #[test]
    fn whatever_needs_permissions_is_something_that_the_provider_offers() {
        let provider = provider(&EnvMap::default());
        let (resources, data_sources) = (provider.resource_schemas(), provider.data_source_schemas());
        for (name, occasions) in permissions::BY_TYPE {
            assert!(resources.contains_key(*name) || data_sources.contains_key(*name), "{name}");
            assert!(!occasions.is_empty(), "{name}");
        }
        assert!(permissions::of("proofpoint_account").is_empty());
    }

    #[test]
    fn core_would_load_every_schema() {
        assert_eq!(provider(&EnvMap::default()).check(), Vec::<String>::new());
    }
}
