data "proofpoint_azure_sync_health" "contoso" {
  domain = "contoso.com"
}

# A failed check is a warning of plan and apply; it never blocks them.
check "sync_is_healthy" {
  assert {
    condition     = !data.proofpoint_azure_sync_health.contoso.overdue
    error_message = "Proofpoint has not synchronized contoso.com for longer than its schedule says."
  }
}
