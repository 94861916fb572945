//! What `action` blocks and `terraform apply -invoke` start: done on demand, with nothing to manage afterwards.

mod azure_sync_run;
mod azure_wait_for_sync;

pub(crate) use azure_sync_run::AzureSyncRunAction;
pub(crate) use azure_wait_for_sync::AzureWaitForSync;
