//! Managed resources.

pub(crate) mod azure_admin_consent;
pub(crate) mod azure_application;
pub(crate) mod azure_client_secret;
pub(crate) mod azure_sync;
pub(crate) mod azure_sync_run;
pub(crate) mod domain;
pub(crate) mod domain_verification;
pub(crate) mod organization;

mod enterprise_application;
mod last_write;
mod on_destroy;
