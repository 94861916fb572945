# For a nightly plan, as in nightly.yml: `plan -detailed-exitcode` stays 0 while people come and go, since no output and no
# resource holds anything that changes by itself. A failed check does not change the exit code, so that the pipeline looks for
# one in the plan.

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

variable "domain" {
  type    = string
  default = "contoso.com"
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
  default_role = "end_user"
  frequency    = 6

  managed_client_secret = {
    application_id = proofpoint_azure_application.sync.id
  }

  depends_on = [proofpoint_azure_admin_consent.sync]
}

# Not inside the check: a data source there is read again by every apply, so that no plan would ever be empty.
data "proofpoint_azure_sync_health" "this" {
  domain = var.domain
}

check "sync_is_healthy" {
  assert {
    condition     = data.proofpoint_azure_sync_health.this.healthy
    error_message = "The sync of ${var.domain} needs attention: ${join("; ", data.proofpoint_azure_sync_health.this.findings[*].text)}"
  }
}
