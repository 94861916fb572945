# The application that somebody made in the portal.
data "proofpoint_azure_application" "portal" {
  display_name = "Proofpoint Essentials Azure Sync"
}

output "import_these" {
  value = {
    application = data.proofpoint_azure_application.portal.id
    consent     = data.proofpoint_azure_application.portal.consent_id
    secrets     = data.proofpoint_azure_application.portal.client_secrets[*].id
  }
}
