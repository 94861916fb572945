//! Service principals: what an application, or a resource of Microsoft, is within one tenant.

use super::call::Call;
use super::errors::{Failure, Outcome};
use super::listing;
use crate::directory::application::Application;
use crate::directory::entity::Entity;
use crate::directory::key::Key;
use crate::directory::lookup;
use crate::directory::service_principal::ServicePrincipal;
use crate::directory::service_principal::follow;
use crate::state::lags::Kind;

/// The principal that a write is for; one that has not reached every replica is not found yet.
pub(crate) fn target(call: &Call<'_>, key: &Key) -> Outcome<ServicePrincipal> {
    lookup::find_principal(call.tenant(), key)
        .filter(|principal| call.tenant().service_principals.reached(principal.id(), call.now))
        .map(|principal| ServicePrincipal::clone(principal))
        .ok_or_else(|| Failure::not_found(key.shown()))
}

pub(crate) fn list(call: &Call<'_>) -> Outcome {
    call.allow("GET", "/servicePrincipals")?;
    listing::table(call, "servicePrincipals", &call.tenant().service_principals)
}

pub(crate) fn count(call: &Call<'_>) -> Outcome {
    call.allow("GET", "/servicePrincipals/$count")?;
    listing::count(call, &call.tenant().service_principals)
}

pub(crate) fn get(call: &Call<'_>, key: &Key) -> Outcome {
    call.allow("GET", "/servicePrincipals/{id}")?;
    let principal = lookup::see_principal(call.tenant(), key, call.view)
        .ok_or_else(|| Failure::not_found(key.shown()))?;
    call.object(200, "servicePrincipals", principal.as_ref(), ServicePrincipal::DEFAULT)
}

/// Lets the principal in the application's own tenant follow a change, as late as any replica.
pub(crate) fn mirror(call: &mut Call<'_>, application: &Application) {
    let key = Key::Alternate("appId".to_owned(), application.app_id().to_owned());
    let Some(mut principal) =
        lookup::find_principal(call.tenant(), &key).map(|principal| ServicePrincipal::clone(principal))
    else {
        return;
    };
    let before = principal.document.clone();
    follow(&mut principal, application);
    if principal.document != before {
        store(call, principal);
    }
}

pub(crate) fn store(call: &mut Call<'_>, principal: ServicePrincipal) {
    let (now, settles) = (call.now, call.settles(Kind::Principal));
    let id = principal.id().to_owned();
    call.tenant_mut().service_principals.put(&id, principal, now, settles);
}
