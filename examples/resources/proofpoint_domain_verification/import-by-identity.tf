import {
  to = proofpoint_domain_verification.contoso
  identity = {
    organization = "contoso.com"
    domain       = "mail.contoso.com"
  }
}
