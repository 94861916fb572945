# Signs in to Entra ID with the token of the running workflow, which needs `permissions: id-token: write`.
provider "proofpoint" {
  tenant_id = "00000000-0000-0000-0000-000000000000"
  client_id = "11111111-1111-1111-1111-111111111111"
  use_oidc  = true
  region    = "eu1"
}
