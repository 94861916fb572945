# The object id of the application's service principal.
terraform import proofpoint_azure_admin_consent.sync /servicePrincipals/55555555-5555-5555-5555-555555555555/adminConsent
