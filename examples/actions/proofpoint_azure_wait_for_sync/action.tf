resource "proofpoint_azure_sync" "this" {
  domain       = "contoso.com"
  client_id    = proofpoint_azure_application.this.client_id
  default_role = "end_user"
  frequency    = 1
  managed_client_secret = {
    application_id = proofpoint_azure_application.this.id
  }

  # Whoever applies learns whether Proofpoint can still sign in.
  lifecycle {
    action_trigger {
      events  = [after_update]
      actions = [action.proofpoint_azure_wait_for_sync.this]
    }
  }
}

action "proofpoint_azure_wait_for_sync" "this" {
  config {
    domain  = "contoso.com"
    timeout = "90m"
  }
}

resource "proofpoint_azure_application" "this" {
  display_name = "Proofpoint Essentials Azure Sync"
}
