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

run "every_line_is_a_customer" {
  assert {
    condition     = toset(keys(data.proofpoint_azure_fleet_health.customers.tenants)) == toset(keys(yamldecode(file("tenants.yaml"))))
    error_message = "Nobody looks after a line of tenants.yaml."
  }
}

# The module by itself.
run "one_customer" {
  module {
    source = "./customer"
  }

  variables {
    domain    = "fabrikam.com"
    name      = "Fabrikam"
    tenant_id = "33333333-3333-3333-3333-333333333333"
    licences  = 10
    admin     = "it@fabrikam.com"
  }

  assert {
    condition     = proofpoint_azure_sync.this.tenant_id == "33333333-3333-3333-3333-333333333333"
    error_message = "The sync reads another tenant's directory."
  }
  assert {
    condition     = proofpoint_domain.this.destination == "fabrikam-com.mail.protection.outlook.com"
    error_message = "Mail would go to another server than Microsoft's for this domain."
  }
}

# What a line may say of its own, and what holds without.
run "a_customer_with_settings_of_its_own" {
  module {
    source = "./customer"
  }

  variables {
    domain       = "fabrikam.com"
    name         = "Fabrikam"
    tenant_id    = "33333333-3333-3333-3333-333333333333"
    licences     = 10
    admin        = "it@fabrikam.com"
    default_role = "silent_user"
    exemptions   = ["scanner@fabrikam.com"]
    frequency    = 24
    max_removals = null
  }

  assert {
    condition     = proofpoint_azure_sync.this.default_role == "silent_user" && proofpoint_azure_sync.this.frequency == 24
    error_message = "The sync has not what the line says."
  }
  assert {
    condition     = proofpoint_azure_sync.this.exemptions == toset(["scanner@fabrikam.com"])
    error_message = "The sync exempts somebody else."
  }
  assert {
    condition     = proofpoint_azure_sync.this.max_removals == "5%"
    error_message = "A line without `max_removals` must have the module's."
  }
}
