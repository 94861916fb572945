mock_resource "proofpoint_azure_application" {
  defaults = {
    id                      = "/applications/00000000-0000-0000-0000-000000000001"
    client_id               = "00000000-0000-0000-0000-000000000002"
    application_permissions = ["Directory.Read.All"]
    delegated_permissions   = ["Directory.Read.All", "Group.Read.All", "User.ReadBasic.All"]
  }
}

# A directory that somebody has left. OpenTofu wants every attribute of an object.
mock_data "proofpoint_azure_sync_preview" {
  defaults = {
    changes = {
      "carl@contoso.com" = "delete end_user: its user was deleted in Entra"
    }
    left = {}
    report = {
      domain       = "contoso.com"
      summary      = "1 to delete, 0 unmatched; 0 to add, 0 to update"
      digest       = "mocked"
      sync_version = 2
      deleting     = { "carl@contoso.com" = "end_user: its user was deleted in Entra" }
      deactivating = {}
      recreating   = {}
      unmatched    = {}
      adding       = {}
      updating     = {}
      blocked      = {}
      exempt       = {}
      findings     = []
      counts = {
        removals             = 1
        deleting             = 1
        deactivating         = 0
        recreating           = 0
        unmatched            = 0
        adding               = 0
        updating             = 0
        blocked              = 0
        exempt               = 0
        kept                 = 0
        kept_because         = {}
        out_of_scope         = 0
        out_of_scope_because = {}
        unchanged            = 19
        active_accounts      = 20
      }
    }
  }
}

# A sync that works.
mock_data "proofpoint_azure_sync_health" {
  defaults = { healthy = true, findings = [] }
}

mock_data "proofpoint_azure_fleet_health" {
  defaults = { healthy = true }
}
