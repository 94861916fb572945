import {
  to = proofpoint_azure_sync.contoso
  identity = {
    organization = "contoso.com"
  }
}
