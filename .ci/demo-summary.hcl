{
  entra = flatten([for tenant in jsondecode(file("../state.json")).tenants : [
    for application in tenant.applications : {
      application   = application.displayName,
      client_id     = application.appId,
      redirect_uris = application.web.redirectUris,
      secrets       = [for key in application.passwordCredentials : "${key.hint}... until ${key.endDateTime}"]
    }
  ]]),
  essentials = [for settings in [jsondecode(file("../state.json")).organizations["DOMAIN"].settings] :
    settings == null ? null : merge(settings, { ad_key = "${substr(settings.ad_key, 0, 3)}... (the application's secret)" })
  ][0]
}
