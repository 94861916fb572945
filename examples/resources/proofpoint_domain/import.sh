# The primary domain of the organization, then the domain.
terraform import proofpoint_domain.contoso /orgs/contoso.com/domains/mail.contoso.com
