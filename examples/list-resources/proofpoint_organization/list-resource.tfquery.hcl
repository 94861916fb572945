# terraform query -generate-config-out=found.tf
list "proofpoint_organization" "customers" {
  provider         = proofpoint
  include_resource = true
  limit            = 1000
}
