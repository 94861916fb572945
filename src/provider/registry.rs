//! Everything the provider offers, one line each.

use super::configuration::{configure, validate};
use super::model::ProviderModel;
use super::session::Session;
use crate::data_sources::{
    AccountSource, AzureSyncHealthSource, AzureSyncPreviewSource, AzureSyncSource, AzureTenantSource,
};
use crate::env::EnvMap;
use crate::framework::provider::Provider;
use crate::functions::{ConsoleUrl, ParseId, PermissionId, ReportMarkdown};
use crate::resources::azure_admin_consent::AzureAdminConsent;
use crate::resources::azure_application::AzureApplication;
use crate::resources::azure_client_secret::AzureClientSecret;
use crate::resources::azure_sync::AzureSync;
use crate::resources::azure_sync_run::AzureSyncRun;

/// The provider, for a process with this environment. Opens nothing.
pub fn new(env: &EnvMap) -> Provider<Session> {
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

    #[test]
    fn core_would_load_every_schema() {
        assert_eq!(new(&EnvMap::default()).check(), Vec::<String>::new());
    }
}
