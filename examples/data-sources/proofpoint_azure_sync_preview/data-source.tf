data "proofpoint_azure_sync_preview" "contoso" {
  domain     = "contoso.com"
  users      = { add = true, update = true, remove_deleted = true }
  exemptions = ["scanner@contoso.com"]
}

output "sync_report" {
  value = data.proofpoint_azure_sync_preview.contoso.report
}
