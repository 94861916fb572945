# The primary domain of the organization alone, `contoso.com`, will do as well.
terraform import proofpoint_azure_sync.contoso /orgs/contoso.com/settings/azure
