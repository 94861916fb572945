# `terraform test` or `tofu test`: signs in nowhere, and makes nothing. The blocks of the mocked provider are those of
# examples/mocks/proofpoint.tfmock.hcl, which Terraform can read from there by `source`, and OpenTofu can't.
mock_provider "proofpoint" {
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
}

run "nothing_runs_by_itself" {
  command = plan

  assert {
    condition     = proofpoint_azure_sync.contoso.frequency == 0
    error_message = "Proofpoint would change people by itself."
  }
  assert {
    condition     = proofpoint_azure_sync_run.contoso.max_deletions == "5%"
    error_message = "A run may delete more accounts than agreed."
  }
}

run "what_was_reviewed_is_what_runs" {
  assert {
    condition     = keys(proofpoint_azure_sync_run.contoso.changes) == tolist(["carl@contoso.com"])
    error_message = "The run does something else than the preview shows."
  }
}
