//! What configurations can read.

mod account;
mod azure_sync;
mod azure_sync_health;
mod azure_sync_preview;
mod azure_tenant;

pub(crate) use account::AccountSource;
pub(crate) use azure_sync::AzureSyncSource;
pub(crate) use azure_sync_health::AzureSyncHealthSource;
pub(crate) use azure_sync_preview::AzureSyncPreviewSource;
pub(crate) use azure_tenant::AzureTenantSource;
