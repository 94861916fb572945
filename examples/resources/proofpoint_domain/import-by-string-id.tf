import {
  to = proofpoint_domain.contoso
  id = "/orgs/contoso.com/domains/mail.contoso.com"
}
