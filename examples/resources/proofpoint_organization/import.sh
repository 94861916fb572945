# The primary domain.
terraform import proofpoint_organization.contoso /orgs/contoso.com
