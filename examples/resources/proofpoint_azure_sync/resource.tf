resource "proofpoint_azure_application" "sync" {
  display_name = "Proofpoint Essentials Azure Sync"
}

resource "proofpoint_azure_admin_consent" "sync" {
  client_id               = proofpoint_azure_application.sync.client_id
  delegated_permissions   = proofpoint_azure_application.sync.delegated_permissions
  application_permissions = proofpoint_azure_application.sync.application_permissions
}

resource "proofpoint_azure_sync" "contoso" {
  domain       = "contoso.com"
  client_id    = proofpoint_azure_application.sync.client_id
  default_role = "end_user"
  frequency    = 1

  managed_client_secret = {
    application_id = proofpoint_azure_application.sync.id
    lifetime       = "17520h" # two years
    rotate_before  = "720h"
  }

  what   = { active_users = true, distribution_groups = true, security_groups = false }
  users  = { add = true, update = true, remove_deleted = true }
  groups = { add = true, update = true, remove_deleted = false }

  exemptions   = ["scanner@contoso.com"]
  max_removals = "5%"

  depends_on = [proofpoint_azure_admin_consent.sync]
}
