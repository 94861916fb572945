resource "proofpoint_azure_application" "sync" {
  display_name = "Proofpoint Essentials Azure Sync"
}

# For a secret that is needed elsewhere. For Proofpoint itself, `managed_client_secret` of `proofpoint_azure_sync` keeps it
# out of the state.
resource "proofpoint_azure_client_secret" "elsewhere" {
  application_id    = proofpoint_azure_application.sync.id
  display_name      = "reporting"
  end_date_relative = "4320h"
  rotate_before     = "720h"
  overlap           = "168h"
}
