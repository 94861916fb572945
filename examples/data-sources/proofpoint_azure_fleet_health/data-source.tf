data "proofpoint_azure_fleet_health" "customers" {
  tenants = {
    "contoso.com" = "11111111-1111-1111-1111-111111111111"
    "adatum.com"  = "adatum.onmicrosoft.com"
  }
}

check "every_sync_works" {
  assert {
    condition     = data.proofpoint_azure_fleet_health.customers.healthy
    error_message = data.proofpoint_azure_fleet_health.customers.summary
  }
}
