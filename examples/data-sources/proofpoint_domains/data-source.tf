data "proofpoint_domains" "contoso" {
  domain = "contoso.com"
  relay  = true
}

data "proofpoint_azure_tenant" "contoso" {
  tenant_id = "contoso.com"
}

# Domains of the tenant that Proofpoint does not know yet.
output "missing" {
  value = setsubtract(data.proofpoint_azure_tenant.contoso.verified_domains, data.proofpoint_domains.contoso.names)
}
