import {
  to = proofpoint_azure_sync.contoso
  id = "/orgs/contoso.com/settings/azure"
}
