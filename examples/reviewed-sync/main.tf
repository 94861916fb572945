# Nothing runs by itself: every change to people goes through plan and apply.

terraform {
  required_version = ">= 1.8"

  required_providers {
    proofpoint = {
      source  = "azuresync/proofpoint"
      version = "~> 0.1"
    }
  }
}

provider "proofpoint" {}

locals {
  domain       = "contoso.com"
  default_role = "end_user"
  what         = { active_users = true, distribution_groups = true, security_groups = false }
  users        = { add = true, update = true, remove_deleted = true }
  groups       = { add = false, update = false, remove_deleted = false }
  exemptions   = ["scanner@contoso.com"]
}

resource "proofpoint_azure_application" "sync" {
  display_name = "Proofpoint Essentials Azure Sync"
}

resource "proofpoint_azure_admin_consent" "sync" {
  client_id               = proofpoint_azure_application.sync.client_id
  delegated_permissions   = proofpoint_azure_application.sync.delegated_permissions
  application_permissions = proofpoint_azure_application.sync.application_permissions
}

resource "proofpoint_azure_sync" "contoso" {
  domain       = local.domain
  client_id    = proofpoint_azure_application.sync.client_id
  default_role = local.default_role
  frequency    = 0

  managed_client_secret = {
    application_id = proofpoint_azure_application.sync.id
  }

  what       = local.what
  users      = local.users
  groups     = local.groups
  exemptions = local.exemptions

  depends_on = [proofpoint_azure_admin_consent.sync]
}

# It names its settings itself and refers to no resource, so that it is known in the very first plan.
data "proofpoint_azure_sync_preview" "contoso" {
  domain       = local.domain
  default_role = local.default_role
  what         = local.what
  users        = local.users
  groups       = local.groups
  exemptions   = local.exemptions
}

resource "proofpoint_azure_sync_run" "contoso" {
  domain        = local.domain
  changes       = data.proofpoint_azure_sync_preview.contoso.changes
  max_deletions = "5%"

  depends_on = [proofpoint_azure_sync.contoso]
}
