# For a domain that the console shows as verified.
terraform import proofpoint_domain_verification.contoso /orgs/contoso.com/domains/mail.contoso.com/verification
