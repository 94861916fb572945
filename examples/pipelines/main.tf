# What every pipeline here runs on. `plan -detailed-exitcode` stays 0 while people come and go, since no resource, and no output
# unless it is asked for, holds anything that changes by itself. A failed check does not change the exit code, so that
# ci/nightly.sh looks for one in the plan.

terraform {
  required_version = ">= 1.8" # of either: functions of providers

  required_providers {
    proofpoint = {
      source  = "azuresync/proofpoint"
      version = "~> 0.1"
    }
  }

  # Everything here needs a backend that all of its jobs share, and that locks: without one, the state ends with the runner. The
  # guide *Pipelines*, "Set it up on GitHub", has one for this place.
}

# Who signs in, and whether it may change anything (PROOFPOINT_READ_ONLY), is said by each job. `read_only` stays out of here:
# an argument takes precedence over its variable.
provider "proofpoint" {}

variable "domain" {
  description = "A domain of the Proofpoint Essentials organization that is also verified in the Entra tenant."
  type        = string
  default     = "contoso.com"
}

variable "report" {
  description = "Whether to say what the sync would do to people. Only for a plan that is thrown away: see ci/plan.sh."
  type        = bool
  default     = false
}

# What is synchronized, for the sync itself and for the report.
locals {
  default_role = "end_user"
  users        = { remove_deleted = true }
}

resource "proofpoint_azure_application" "sync" {
  display_name        = "Proofpoint Essentials Azure Sync"
  deletion_protection = true
}

resource "proofpoint_azure_admin_consent" "sync" {
  client_id               = proofpoint_azure_application.sync.client_id
  delegated_permissions   = proofpoint_azure_application.sync.delegated_permissions
  application_permissions = proofpoint_azure_application.sync.application_permissions
}

resource "proofpoint_azure_sync" "this" {
  domain       = var.domain
  client_id    = proofpoint_azure_application.sync.client_id
  default_role = local.default_role
  users        = local.users
  frequency    = 6

  managed_client_secret = {
    application_id = proofpoint_azure_application.sync.id
  }

  depends_on = [proofpoint_azure_admin_consent.sync]
}

data "proofpoint_azure_sync_preview" "this" {
  count = var.report ? 1 : 0

  domain       = var.domain
  default_role = local.default_role
  users        = local.users
}

output "report" {
  value = var.report ? provider::proofpoint::report_markdown(data.proofpoint_azure_sync_preview.this[0].report) : null
}

# Not inside the check: a data source there is read again by every apply, so that no plan would ever be empty.
data "proofpoint_azure_sync_health" "this" {
  domain = var.domain
}

check "sync_is_healthy" {
  assert {
    # One that is still to be made is no alarm: the plan shows it.
    condition     = !data.proofpoint_azure_sync_health.this.configured || data.proofpoint_azure_sync_health.this.healthy
    error_message = "The sync of ${var.domain} needs attention: ${join("; ", data.proofpoint_azure_sync_health.this.findings[*].text)}"
  }
}
