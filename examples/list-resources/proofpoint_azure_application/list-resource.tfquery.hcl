# In a file such as search.tfquery.hcl, beside the one with the provider:
# terraform query -generate-config-out=queried.tf
list "proofpoint_azure_application" "sync" {
  provider         = proofpoint
  include_resource = true
}
