# For callers who may not consent: writes nothing, and fails while an administrator has not consented yet.
resource "proofpoint_azure_admin_consent" "sync" {
  client_id               = "44444444-4444-4444-4444-444444444444"
  application_permissions = ["Directory.Read.All"]
  mode                    = "verify"
}
