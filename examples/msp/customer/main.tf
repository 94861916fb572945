terraform {
  required_version = ">= 1.8"

  required_providers {
    proofpoint = {
      source  = "azuresync/proofpoint"
      version = "~> 0.1"
    }
  }
}

locals {
  destination = coalesce(var.destination, "${replace(var.domain, ".", "-")}.mail.protection.outlook.com")
}

# Destroying organization and domain leaves both as they are, unless `on_destroy` has said otherwise by an earlier apply.
resource "proofpoint_organization" "this" {
  primary_domain = var.domain
  name           = var.name
  user_licenses  = var.licences
  admin_user     = { email = var.admin }
  domain         = { destination = local.destination }

  on_destroy          = var.on_destroy
  deletion_protection = var.on_destroy == "keep"

  # Sent when it is made and never again: from then on `proofpoint_domain` says where mail goes, and the console who administers.
  lifecycle {
    ignore_changes = [admin_user, domain]
  }
}

resource "proofpoint_domain" "this" {
  organization = proofpoint_organization.this.primary_domain
  name         = var.domain
  destination  = local.destination
  depends_on   = [proofpoint_organization.this]
}

resource "proofpoint_domain_verification" "this" {
  organization = proofpoint_domain.this.organization
  domain       = proofpoint_domain.this.name
  txt_value    = local.published

  timeouts {
    create = "2h"
  }
}

resource "proofpoint_azure_application" "sync" {
  tenant_id    = var.tenant_id
  display_name = "Proofpoint Essentials Azure Sync"
}

resource "proofpoint_azure_admin_consent" "sync" {
  tenant_id               = var.tenant_id
  client_id               = proofpoint_azure_application.sync.client_id
  delegated_permissions   = proofpoint_azure_application.sync.delegated_permissions
  application_permissions = proofpoint_azure_application.sync.application_permissions
}

# Judged before it is switched on (`max_removals`), and proven: the apply waits for the first run, and
# warns of people whom that left otherwise than foreseen.
resource "proofpoint_azure_sync" "this" {
  tenant_id     = var.tenant_id
  domain        = var.domain
  client_id     = proofpoint_azure_application.sync.client_id
  default_role  = var.default_role
  exemptions    = var.exemptions
  frequency     = var.frequency
  max_removals  = var.max_removals
  users         = { remove_deleted = var.remove_deleted }
  wait_for_sync = true

  managed_client_secret = {
    application_id = proofpoint_azure_application.sync.id
  }

  depends_on = [proofpoint_azure_admin_consent.sync, proofpoint_domain_verification.this]
}
