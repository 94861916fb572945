terraform {
  required_version = ">= 1.11"

  required_providers {
    proofpoint = {
      source  = "azuresync/proofpoint"
      version = "~> 0.1"
    }
  }
}

# An identity of its own for each customer: an application in the customer's tenant, of which nobody else's knows. A provider
# block signs in as one, so that a run is about one customer, with a state of its own: one job of a matrix for each line of
# tenants.yaml, as in shards.yml.
variable "customer" {
  description = "The primary domain of the customer that this run is about."
  type        = string
}

# From the customer's secret store; ephemeral, so that neither a plan nor a state ever holds it (Terraform 1.10, OpenTofu 1.11).
variable "proofpoint_password" {
  type      = string
  sensitive = true
  ephemeral = true
}

locals {
  it = yamldecode(file("${path.module}/tenants.yaml"))[var.customer]
}

# How the application proves itself is left to the environment: ARM_USE_OIDC in a pipeline, ARM_CLIENT_SECRET elsewhere.
provider "proofpoint" {
  tenant_id = local.it.tenant_id
  client_id = local.it.client_id
  username  = local.it.username
  password  = var.proofpoint_password
}

resource "proofpoint_azure_application" "sync" {
  display_name = "Proofpoint Essentials Azure Sync"
}

resource "proofpoint_azure_admin_consent" "sync" {
  client_id               = proofpoint_azure_application.sync.client_id
  delegated_permissions   = proofpoint_azure_application.sync.delegated_permissions
  application_permissions = proofpoint_azure_application.sync.application_permissions
}

resource "proofpoint_azure_sync" "this" {
  domain       = var.customer
  client_id    = proofpoint_azure_application.sync.client_id
  default_role = "end_user"

  managed_client_secret = {
    application_id = proofpoint_azure_application.sync.id
    lifetime       = "max" # as long as the customer's policies allow
    rotate_before  = "168h"
  }

  depends_on = [proofpoint_azure_admin_consent.sync]
}
