import {
  to = proofpoint_domain.contoso
  identity = {
    organization = "contoso.com"
    name         = "mail.contoso.com"
  }
}
