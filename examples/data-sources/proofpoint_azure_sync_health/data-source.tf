data "proofpoint_azure_sync_health" "contoso" {
  domain = "contoso.com"
}

# A failed check is a warning of plan and apply; it never blocks them and leaves the exit code of `plan -detailed-exitcode`
# alone. A nightly pipeline looks for it in `show -json` of the plan, as in `examples/pipelines`.
check "sync_is_healthy" {
  assert {
    condition     = data.proofpoint_azure_sync_health.contoso.healthy
    error_message = "The sync of contoso.com needs attention: ${join("; ", data.proofpoint_azure_sync_health.contoso.findings[*].text)}"
  }
}
