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

variables {
  domain = "contoso.com"
}

run "plan" {
  command = plan

  assert {
    condition     = proofpoint_azure_sync.this.domain == "contoso.com"
    error_message = "The sync is of another domain than asked for."
  }
  assert {
    condition     = proofpoint_azure_sync.this.max_removals == "5%"
    error_message = "A change may remove more accounts than agreed."
  }
  assert {
    condition     = contains(proofpoint_azure_sync.this.exemptions, "scanner@contoso.com")
    error_message = "The scanner would lose its account."
  }
}

run "apply" {
  assert {
    condition     = proofpoint_azure_sync.this.client_id == proofpoint_azure_application.sync.client_id
    error_message = "Proofpoint signs in as another application."
  }
  assert {
    condition     = proofpoint_azure_admin_consent.sync.client_id == proofpoint_azure_application.sync.client_id
    error_message = "Consent is given to another application."
  }
  assert {
    condition     = length(data.proofpoint_azure_sync_preview.this.changes) == 1
    error_message = "The preview is not the one of the mock."
  }
}
