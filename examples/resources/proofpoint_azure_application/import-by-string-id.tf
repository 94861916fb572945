import {
  to = proofpoint_azure_application.sync
  id = "/applications/33333333-3333-3333-3333-333333333333"
}
