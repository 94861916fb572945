# The primary domain alone, `contoso.com`, will do as well.
terraform import proofpoint_organization.contoso /orgs/contoso.com
