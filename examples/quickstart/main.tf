terraform {
  required_version = ">= 1.8"

  required_providers {
    proofpoint = {
      source  = "azuresync/proofpoint"
      version = "~> 0.1"
    }
  }
}

# Both sides sign in from the environment: ARM_TENANT_ID, ARM_CLIENT_ID and ARM_CLIENT_SECRET for Entra ID,
# PROOFPOINT_ESSENTIALS_USERNAME, _PASSWORD and _REGION for Proofpoint Essentials.
provider "proofpoint" {}

variable "domain" {
  description = "A domain of the Proofpoint Essentials organization that is also verified in the Entra tenant."
  type        = string
  default     = "contoso.com"
}

# What is synchronized, for the sync itself and for the report of what a run would do.
locals {
  default_role = "end_user"
  what         = { active_users = true, distribution_groups = true, security_groups = false }
  users        = { add = true, update = true, remove_deleted = true }
  groups       = { add = true, update = true, remove_deleted = false }
  exemptions   = ["scanner@${var.domain}"]
}

# The application that Proofpoint signs in to Entra ID with.
resource "proofpoint_azure_application" "sync" {
  display_name = "Proofpoint Essentials Azure Sync"
}

# What "Grant admin consent" does in the portal.
resource "proofpoint_azure_admin_consent" "sync" {
  client_id               = proofpoint_azure_application.sync.client_id
  delegated_permissions   = proofpoint_azure_application.sync.delegated_permissions
  application_permissions = proofpoint_azure_application.sync.application_permissions
}

# The sync itself. Its client secret goes from Entra ID to Proofpoint without anybody seeing it, and is replaced in time.
resource "proofpoint_azure_sync" "this" {
  domain       = var.domain
  client_id    = proofpoint_azure_application.sync.client_id
  default_role = local.default_role
  frequency    = 1 # hours

  managed_client_secret = {
    application_id = proofpoint_azure_application.sync.id
  }

  what       = local.what
  users      = local.users
  groups     = local.groups
  exemptions = local.exemptions

  max_removals = "5%" # of the accounts: a change that would remove more fails

  depends_on = [proofpoint_azure_admin_consent.sync]
}

# What a run would do to people, in every plan.
data "proofpoint_azure_sync_preview" "this" {
  domain       = var.domain
  default_role = local.default_role
  what         = local.what
  users        = local.users
  groups       = local.groups
  exemptions   = local.exemptions
}

# Kept in the state, so that plans change as people come and go. A pipeline that looks for changes nobody has applied wants the
# report in a plan of its own: see the guide *Pipelines*, "Two plans".
output "sync_report" {
  value = data.proofpoint_azure_sync_preview.this.report
}
