# The primary domain of the organization.
terraform import proofpoint_azure_sync.contoso /orgs/contoso.com/settings/azure
