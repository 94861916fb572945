//! What `terraform query` can search for.

mod azure_application;

pub(crate) use azure_application::AzureApplicationList;
