//! What configurations can read.

mod account;
mod azure_application;
mod azure_fleet_health;
mod azure_sync;
mod azure_sync_health;
mod azure_sync_preview;
mod azure_tenant;
mod domains;
mod organization;
mod organizations;
mod users;

pub(crate) use account::AccountSource;
pub(crate) use azure_application::AzureApplicationSource;
pub(crate) use azure_fleet_health::AzureFleetHealthSource;
pub(crate) use azure_sync::AzureSyncSource;
pub(crate) use azure_sync_health::{APPLICATION_DISABLED, AzureSyncHealthSource, HealthModel, examine};
pub(crate) use azure_sync_preview::AzureSyncPreviewSource;
pub(crate) use azure_tenant::AzureTenantSource;
pub(crate) use domains::DomainsSource;
pub(crate) use organization::OrganizationSource;
pub(crate) use organizations::OrganizationsSource;
pub(crate) use users::UsersSource;
