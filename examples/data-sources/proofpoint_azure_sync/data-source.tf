data "proofpoint_azure_sync" "contoso" {
  domain = "contoso.com"
}

output "sync_frequency" {
  value = data.proofpoint_azure_sync.contoso.frequency
}
