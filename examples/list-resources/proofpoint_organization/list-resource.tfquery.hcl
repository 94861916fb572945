# In a file such as search.tfquery.hcl, beside the one with the provider:
# terraform query -generate-config-out=queried.tf
list "proofpoint_organization" "customers" {
  provider         = proofpoint
  include_resource = true
  limit            = 1000
}
