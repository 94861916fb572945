terraform {
  required_version = ">= 1.8"

  required_providers {
    proofpoint = {
      source  = "azuresync/proofpoint"
      version = "~> 0.1"
    }
  }
}

# One identity for all customers: an application of yours for many tenants, to which an administrator of each customer has
# consented once, and an administrator of you, the partner, at Proofpoint. Both from the environment: ARM_TENANT_ID,
# ARM_CLIENT_ID and ARM_CLIENT_SECRET, PROOFPOINT_ESSENTIALS_USERNAME, _PASSWORD and _REGION.
provider "proofpoint" {}

locals {
  customers = yamldecode(file("${path.module}/tenants.yaml"))
}

# Everything of a customer is in one module: a plan of many is then several times faster than with a `for_each` on each
# resource.
module "customer" {
  source   = "./customer"
  for_each = local.customers

  domain      = each.key
  name        = each.value.name
  tenant_id   = each.value.tenant_id
  licences    = each.value.licences
  admin       = each.value.admin
  destination = try(each.value.destination, null)
}

# Read when all is applied, so that a customer who is about to be onboarded is not reported as broken.
data "proofpoint_azure_fleet_health" "customers" {
  tenants    = { for domain, customer in local.customers : domain => customer.tenant_id }
  depends_on = [module.customer]
}

check "every_sync_works" {
  assert {
    condition     = data.proofpoint_azure_fleet_health.customers.healthy
    error_message = data.proofpoint_azure_fleet_health.customers.summary
  }
}
