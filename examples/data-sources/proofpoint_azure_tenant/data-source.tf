data "proofpoint_azure_tenant" "current" {}

output "tenant" {
  value = data.proofpoint_azure_tenant.current
}
