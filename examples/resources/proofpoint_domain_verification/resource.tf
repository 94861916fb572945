resource "proofpoint_domain" "contoso" {
  organization = "contoso.com"
  name         = "mail.contoso.com"
  destination  = "contoso-com.mail.protection.outlook.com"
}

resource "proofpoint_domain_verification" "contoso" {
  organization = proofpoint_domain.contoso.organization
  domain       = proofpoint_domain.contoso.name
  txt_value    = proofpoint_domain.contoso.txt_value

  timeouts {
    create = "2h"
  }
}
