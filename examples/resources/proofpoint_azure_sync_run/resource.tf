data "proofpoint_azure_sync_preview" "contoso" {
  domain = "contoso.com"
  users  = { add = true, update = true, remove_deleted = true }
}

# Enacts the reviewed rows: one line of the plan a person.
resource "proofpoint_azure_sync_run" "contoso" {
  domain        = "contoso.com"
  changes       = data.proofpoint_azure_sync_preview.contoso.changes
  max_deletions = "5%"
  on_excess     = "error"
}
