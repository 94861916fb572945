# The client id of an application in the provider's tenant, or the object id of its service principal in the form
# /servicePrincipals/55555555-5555-5555-5555-555555555555/adminConsent; for another tenant, /tenants/TENANT_ID goes before that.
terraform import proofpoint_azure_admin_consent.sync 44444444-4444-4444-4444-444444444444
