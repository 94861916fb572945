data "proofpoint_organization" "contoso" {
  domain = "contoso.com"
}

output "free_licences" {
  value = data.proofpoint_organization.contoso.user_licenses - data.proofpoint_organization.contoso.active_users
}
