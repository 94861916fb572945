data "proofpoint_azure_sync_preview" "contoso" {
  domain = "contoso.com"
}

# For the comment of a pull request.
output "comment" {
  value = provider::proofpoint::report_markdown(data.proofpoint_azure_sync_preview.contoso.report)
}
