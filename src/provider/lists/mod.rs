//! What `terraform query` can search for.

mod azure_application;
mod azure_sync;
mod customers;
mod organization;

pub(crate) use azure_application::{AzureApplicationList, is_candidate};
pub(crate) use azure_sync::AzureSyncList;
pub(crate) use organization::OrganizationList;
