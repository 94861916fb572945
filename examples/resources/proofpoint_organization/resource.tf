# Signed in as an administrator of the partner.
resource "proofpoint_organization" "contoso" {
  primary_domain = "contoso.com"
  name           = "Contoso"
  user_licenses  = 50

  licensing_package = "advanced"
  eula_confirmed    = true

  country = "US"
  state   = "WA"

  admin_user = {
    email      = "it@contoso.com"
    first_name = "Ida"
    last_name  = "Tech"
  }

  domain = {
    destination = "contoso-com.mail.protection.outlook.com"
  }
}

# The domain that came with it, for the code that verifies it.
resource "proofpoint_domain" "contoso" {
  organization = proofpoint_organization.contoso.primary_domain
  name         = proofpoint_organization.contoso.primary_domain
  destination  = "contoso-com.mail.protection.outlook.com"
  depends_on   = [proofpoint_organization.contoso]
}
