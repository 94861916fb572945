resource "proofpoint_azure_application" "sync" {
  display_name        = "Proofpoint Essentials Azure Sync"
  unique_name         = "proofpoint-sync-contoso"
  notes               = "Managed by Terraform."
  tags                = ["mail"]
  owners              = ["22222222-2222-2222-2222-222222222222"]
  deletion_protection = true
}
