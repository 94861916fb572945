import {
  to = proofpoint_azure_sync_run.contoso
  id = "contoso.com"
}
