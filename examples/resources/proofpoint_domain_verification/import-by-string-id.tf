import {
  to = proofpoint_domain_verification.contoso
  id = "/orgs/contoso.com/domains/mail.contoso.com/verification"
}
