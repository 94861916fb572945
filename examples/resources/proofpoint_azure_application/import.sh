# The object id of the application; for another tenant than the provider's, /tenants/TENANT_ID goes before it.
terraform import proofpoint_azure_application.sync /applications/33333333-3333-3333-3333-333333333333
