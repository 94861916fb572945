# The settings of the sync, for `proofpoint_azure_sync` and its preview: a change shows its effect in the plan that makes it.
locals {
  default_role = "end_user"
  users        = { add = true, update = true, remove_deleted = true }
  exemptions   = ["scanner@contoso.com"]
}

data "proofpoint_azure_sync_preview" "contoso" {
  domain       = "contoso.com"
  default_role = local.default_role
  users        = local.users
  exemptions   = local.exemptions
}

output "sync_report" {
  value = data.proofpoint_azure_sync_preview.contoso.report
}
