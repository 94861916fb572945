data "proofpoint_azure_sync" "contoso" {
  domain = "contoso.com"
}

output "syncs_every_hours" {
  value = data.proofpoint_azure_sync.contoso.frequency
}
