# Preview, sync and run go by the same settings: they are written once.
locals {
  domain       = "contoso.com"
  default_role = "end_user"
  what         = { active_users = true, distribution_groups = true, security_groups = false }
  users        = { add = true, update = true, remove_deleted = true }
  groups       = { add = true, update = true, remove_deleted = false }
  exemptions   = ["scanner@contoso.com"]
}

resource "proofpoint_azure_sync" "contoso" {
  domain       = local.domain
  client_id    = proofpoint_azure_application.sync.client_id
  default_role = local.default_role
  frequency    = 0
  what         = local.what
  users        = local.users
  groups       = local.groups
  exemptions   = local.exemptions

  managed_client_secret = {
    application_id = proofpoint_azure_application.sync.id
  }
}

data "proofpoint_azure_sync_preview" "contoso" {
  domain       = local.domain
  default_role = local.default_role
  what         = local.what
  users        = local.users
  groups       = local.groups
  exemptions   = local.exemptions
}

# Enacts the reviewed rows: one line of the plan a person.
resource "proofpoint_azure_sync_run" "contoso" {
  domain        = local.domain
  changes       = data.proofpoint_azure_sync_preview.contoso.changes
  max_deletions = "5%"
  on_excess     = "error"

  depends_on = [proofpoint_azure_sync.contoso]
}

resource "proofpoint_azure_application" "sync" {
  display_name = "Proofpoint Essentials Azure Sync"
}
