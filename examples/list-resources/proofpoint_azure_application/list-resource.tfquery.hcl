# terraform query -generate-config-out=found.tf
list "proofpoint_azure_application" "sync" {
  provider         = proofpoint
  include_resource = true
}
