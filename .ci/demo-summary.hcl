{
  entra = flatten([for tenant in jsondecode(file("../state.json")).tenants : [
    for application in tenant.applications : {
      application   = application.displayName,
      client_id     = application.appId,
      redirect_uris = application.web.redirectUris,
      secrets       = [for key in application.passwordCredentials : "${key.hint}... until ${key.endDateTime}"]
    }
  ]]),
  essentials = { for domain, organization in jsondecode(file("../state.json")).organizations :
    domain => organization.settings
  }
}
