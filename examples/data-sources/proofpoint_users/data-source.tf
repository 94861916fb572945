data "proofpoint_users" "admins" {
  domain = "contoso.com"
  types  = ["organization_admin", "channel_admin"]
  active = true
}

output "admins" {
  value = data.proofpoint_users.admins.users[*].email
}
