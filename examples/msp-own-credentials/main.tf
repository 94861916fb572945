terraform {
  required_version = ">= 1.11"

  required_providers {
    proofpoint = {
      source  = "azuresync/proofpoint"
      version = "~> 0.1"
    }
  }
}

# Identities of its own for each customer: applications in the customer's tenant, of which nobody else's knows. A provider block
# signs in as one, so that a run is about one customer, with a state of its own: jobs of a matrix for each line of tenants.yaml,
# as in shards.yml.
variable "customer" {
  description = "The primary domain of the customer that this run is about."
  type        = string
}

# What is ephemeral is in neither plan nor state (Terraform 1.10, OpenTofu 1.11), so that whoever applies a plan says anew as whom.
variable "identity" {
  description = "Which of the customer's identities signs in: `reader` plans, `writer` applies."
  type        = string
  ephemeral   = true
  default     = "reader"
}

# From the customer's secret store.
variable "proofpoint_password" {
  description = "The Proofpoint password of that identity."
  type        = string
  sensitive   = true
  ephemeral   = true
}

locals {
  it  = yamldecode(file("${path.module}/tenants.yaml"))[var.customer]
  who = local.it[var.identity]
}

# How the application proves itself is left to the environment: ARM_USE_OIDC in a pipeline, ARM_CLIENT_SECRET elsewhere.
provider "proofpoint" {
  tenant_id = local.it.tenant_id
  client_id = local.who.client_id
  username  = local.who.username
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
