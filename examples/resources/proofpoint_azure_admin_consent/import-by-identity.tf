import {
  to = proofpoint_azure_admin_consent.sync
  identity = {
    client_id = "44444444-4444-4444-4444-444444444444"
  }
}
