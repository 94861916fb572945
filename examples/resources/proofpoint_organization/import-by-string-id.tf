import {
  to = proofpoint_organization.contoso
  id = "/orgs/contoso.com"
}
