import {
  to = proofpoint_organization.contoso
  identity = {
    primary_domain = "contoso.com"
  }
}
