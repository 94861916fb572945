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
  text = trimprefix(file("${path.module}/tenants.yaml"), "\uFEFF")
  # Nobody, where the last line was taken out.
  customers = merge(yamldecode("---\n${local.text}"), {})
  # A domain for each line, in lower case.
  lines = [for key in flatten(regexall("(?m)^[\"']?([^\\s\"':#]+)[\"']?\\s*:", local.text)) : lower(key)]

  needed   = ["name", "tenant_id", "licences", "admin"]
  optional = ["default_role", "destination", "exemptions", "frequency", "max_removals", "on_destroy", "remove_deleted"]
  # The lines of each tenant, which can be only one.
  tenants = { for domain, line in local.customers : lower(try(line.tenant_id, "")) => domain... }
  wrong = concat(
    flatten([for domain, line in local.customers : concat(
      [for field in local.needed : "${domain} has no `${field}`" if try(line[field], null) == null],
      [for field in try(keys(line), []) : "${domain} has `${field}`, which is not a field of a line" if !contains(concat(local.needed, local.optional), field)],
    )]),
    [for id, domains in local.tenants : "the `tenant_id` of ${domains[0]} is not the id of a tenant" if id != "" && !can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", id))],
    [for id, domains in local.tenants : "${join(" and ", domains)} have one `tenant_id`" if id != "" && length(domains) > 1],
  )
}

# Of two lines for one domain YAML takes the last one and says nothing.
output "customers" {
  value = keys(local.customers)

  precondition {
    condition     = length(local.lines) == length(distinct(local.lines))
    error_message = "tenants.yaml has two lines for ${join(", ", distinct([for line in local.lines : line if length([for other in local.lines : other if other == line]) > 1]))}."
  }
  precondition {
    condition     = length(local.wrong) == 0
    error_message = "tenants.yaml: ${join("; ", local.wrong)}. A line needs ${join(", ", local.needed)}, and may have ${join(", ", local.optional)}."
  }
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
