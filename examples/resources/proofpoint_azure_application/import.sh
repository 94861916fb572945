# The client id of an application in the provider's tenant, or its object id in the form
# /applications/33333333-3333-3333-3333-333333333333; for another tenant, /tenants/TENANT_ID goes before that.
terraform import proofpoint_azure_application.sync 44444444-4444-4444-4444-444444444444
