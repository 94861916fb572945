//! What configurations can read.

mod account;
mod azure_sync;
mod azure_sync_health;
mod azure_sync_preview;
mod azure_tenant;

pub use account::AccountSource;
pub use azure_sync::AzureSyncSource;
pub use azure_sync_health::AzureSyncHealthSource;
pub use azure_sync_preview::AzureSyncPreviewSource;
pub use azure_tenant::AzureTenantSource;
