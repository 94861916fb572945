resource "proofpoint_domain" "contoso" {
  organization = "contoso.com"
  name         = "mail.contoso.com"
  destination  = "contoso-com.mail.protection.outlook.com"
}

# Goes into the DNS of the domain, with any provider.
output "txt_record" {
  value = {
    name  = proofpoint_domain.contoso.txt_name
    value = proofpoint_domain.contoso.txt_value
  }
}
