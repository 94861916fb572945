mock_resource "proofpoint_azure_application" {
  defaults = {
    id                      = "/applications/00000000-0000-0000-0000-000000000001"
    client_id               = "00000000-0000-0000-0000-000000000002"
    application_permissions = ["Directory.Read.All"]
    delegated_permissions   = ["Directory.Read.All", "Group.Read.All", "User.ReadBasic.All"]
  }
}

# A directory that somebody has left. What is in `report` is made up: Terraform and OpenTofu take objects in different forms.
mock_data "proofpoint_azure_sync_preview" {
  defaults = {
    changes = {
      "carl@contoso.com" = "delete end_user: its user was deleted in Entra"
    }
  }
}

# A sync that works.
mock_data "proofpoint_azure_sync_health" {
  defaults = { healthy = true }
}

mock_data "proofpoint_azure_fleet_health" {
  defaults = { healthy = true }
}
