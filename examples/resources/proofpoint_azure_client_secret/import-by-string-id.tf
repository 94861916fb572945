import {
  to = proofpoint_azure_client_secret.elsewhere
  id = "/applications/6f1b7c1e-8d7a-4e0b-9d5f-0a6b7c8d9e0f/password/0d0f6f2e-3c53-4f8f-9a3e-6f0f3b1c2d4e"
}
