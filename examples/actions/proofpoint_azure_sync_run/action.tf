# terraform apply -invoke=action.proofpoint_azure_sync_run.reviewed
action "proofpoint_azure_sync_run" "reviewed" {
  config {
    domain        = "contoso.com"
    changes       = data.proofpoint_azure_sync_preview.this.changes
    max_deletions = "5%"
  }
}

data "proofpoint_azure_sync_preview" "this" {
  domain = "contoso.com"
}
