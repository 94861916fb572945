# A secret from elsewhere that is never stored. Raise the version to send it again.
variable "sync_secret" {
  type      = string
  sensitive = true
  ephemeral = true
}

resource "proofpoint_azure_sync" "contoso" {
  domain       = "contoso.com"
  client_id    = "44444444-4444-4444-4444-444444444444"
  default_role = "silent_user"
  frequency    = 24

  client_secret_wo         = var.sync_secret
  client_secret_wo_version = "1"
}
