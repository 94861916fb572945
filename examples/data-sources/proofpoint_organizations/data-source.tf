data "proofpoint_organizations" "customers" {
  type   = "organization"
  active = true
}

# One check for every customer.
data "proofpoint_azure_sync_health" "each" {
  for_each = data.proofpoint_organizations.customers.primary_domains
  domain   = each.value
}
