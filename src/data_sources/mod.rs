//! What configurations can read.

mod account;
mod azure_tenant;

pub use account::AccountSource;
pub use azure_tenant::AzureTenantSource;
