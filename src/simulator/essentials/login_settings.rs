//! `/orgs/{domain}/authentication/settings/login`.

use super::call::Call;
use super::errors::Outcome;
use crate::server::exchange::Answer;

pub(crate) fn get(call: &Call<'_>, domain: &str) -> Outcome {
    Ok(Answer::json(200, &call.organization(domain)?.login))
}

/// What is not given stays; `idps_valid_for_sso` is read-only.
pub(crate) fn put(call: &mut Call<'_>, domain: &str) -> Outcome {
    let body = call.object()?;
    let fields = call.fields(&body);
    let mirrors = call.moods().disable_login_mirrors;
    let organization = call.organization_mut(domain)?;
    let mut login = organization.login.clone();
    for (name, flag) in [
        ("allow_local_login", &mut login.allow_local_login),
        ("allow_azure_login", &mut login.allow_azure_login),
        ("force_azure_login", &mut login.force_azure_login),
    ] {
        *flag = fields.boolean(name)?.unwrap_or(*flag);
    }
    if body.contains_key("idp_for_forced_login") {
        login.idp_for_forced_login = fields.text("idp_for_forced_login")?;
    }
    if mirrors && let Some(settings) = &mut organization.settings {
        settings.disable_login = !login.allow_azure_login;
    }
    organization.login = login;
    Ok(Answer::empty(204))
}
