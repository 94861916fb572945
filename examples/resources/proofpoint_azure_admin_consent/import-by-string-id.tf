import {
  to = proofpoint_azure_admin_consent.sync
  id = "/servicePrincipals/55555555-5555-5555-5555-555555555555/adminConsent"
}
