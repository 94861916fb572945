import {
  to = proofpoint_azure_application.sync
  identity = {
    object_id = "33333333-3333-3333-3333-333333333333"
  }
}
