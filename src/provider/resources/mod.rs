//! Managed resources.

pub mod azure_admin_consent;
pub mod azure_application;
pub mod azure_client_secret;
pub mod azure_sync;
pub mod azure_sync_run;

mod enterprise_application;
