# terraform query -generate-config-out=found.tf
list "proofpoint_azure_sync" "customers" {
  provider         = proofpoint
  include_resource = true
  limit            = 1000
}
