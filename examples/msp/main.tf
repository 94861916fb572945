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

# What is wrong with a line is an error before anything is looked up for any.
module "lines" {
  source = "./lines"
  text   = file("${path.module}/tenants.yaml")
}

locals {
  customers = module.lines.customers
}

output "customers" {
  value = keys(local.customers)
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

  # Left out, the module's own.
  default_role = try(each.value.default_role, null)
  exemptions   = try(each.value.exemptions, null)
  frequency    = try(each.value.frequency, null)
  max_removals = try(each.value.max_removals, null)
  on_destroy   = try(each.value.on_destroy, null)

  remove_deleted = try(each.value.remove_deleted, null)
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
