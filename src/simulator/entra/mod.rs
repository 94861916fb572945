//! The Microsoft Entra token service.

pub(crate) mod audience;
mod discovery;
mod failure;
pub(crate) mod issuer;
pub(crate) mod jwt;
pub(crate) mod machine;
mod sign_in;
mod token;

use std::sync::Arc;

use crate::directory::caller::Caller;
use crate::directory::lookup;
use crate::directory::resources::microsoft_graph;
use crate::server::exchange::{Answer, Request};
use crate::server::shared::Shared;
use crate::state::World;

/// Answers a request for the token service; `None` when there is no such route.
pub(crate) async fn answer(shared: &Arc<Shared>, request: &Request) -> Option<Answer> {
    let segments = request.segments();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match (request.method.as_str(), segments.as_slice()) {
        ("POST", [tenant, "oauth2", "v2.0", "token"]) => Some(token::answer(shared, tenant, request).await),
        ("GET", [tenant, "v2.0", ".well-known", "openid-configuration"]) => {
            Some(discovery::configuration(&mut shared.world(), tenant, request))
        }
        ("GET", [_, "discovery", "v2.0", "keys"]) => Some(discovery::keys(&shared.world())),
        ("GET", ["common", "discovery", "instance"]) => {
            Some(discovery::instance(&mut shared.world(), request))
        }
        ("GET", ["metadata", "identity", "oauth2", "token"]) => {
            Some(machine::answer(&mut shared.world(), request))
        }
        ("GET", ["metadata", "endpoints"]) => Some(discovery::endpoints(request)),
        _ => None,
    }
}

fn recognized(
    world: &World,
    tenant: &str,
    client_id: &str,
    secret: &str,
) -> Result<sign_in::Client, failure::Failure> {
    let client = sign_in::client(world, sign_in::tenant(world, tenant)?, client_id)?;
    let key_id = sign_in::check_secret(world, &client, secret)?;
    Ok(sign_in::Client { key_id: Some(key_id), ..client })
}

/// Lets the tenant's reports know of a sign-in from within, if it succeeds.
pub(crate) fn note_sign_in(world: &mut World, tenant: &str, client_id: &str, secret: &str) {
    if let Ok(client) = recognized(world, tenant, client_id, secret) {
        sign_in::note(world, &client);
    }
}

/// Signs in with a client secret from within, as Proofpoint's sync does; the error is `AADSTS..: text`.
pub(crate) fn sign_in(world: &World, tenant: &str, client_id: &str, secret: &str) -> Result<Caller, String> {
    let known = |failure: failure::Failure| format!("AADSTS{}: {}", failure.code, failure.text);
    let client = recognized(world, tenant, client_id, secret).map_err(known)?;
    let tenant = sign_in::tenant(world, tenant).map_err(known)?;
    let view = crate::state::table::View { now: world.clock.now(), coin: None };
    let graph =
        crate::directory::key::Key::Alternate("appId".to_owned(), microsoft_graph().app_id.to_owned());
    let principal = client.principal.text("id").to_owned();
    let roles = lookup::see_principal(tenant, &graph, view)
        .map(|graph| {
            lookup::granted_roles(tenant, &principal, graph.text("id"), view, world.moods.token_roles)
        })
        .unwrap_or_default();
    Ok(Caller {
        tenant: client.tenant.clone(),
        app_id: client_id.to_owned(),
        object_id: principal,
        roles: roles.into_iter().collect(),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::arguments::Arguments;

    #[test]
    fn the_automation_identity_signs_in_with_its_roles_and_a_wrong_secret_does_not() {
        let signer = Arc::new(jwt::Signer::generate().unwrap());
        let world = crate::beginning::world(&Arguments::default(), signer).unwrap();
        let tenant = &world.tenants[0];
        let caller =
            sign_in(&world, &tenant.id, &tenant.automation.client_id, &tenant.automation.client_secret);
        assert!(caller.unwrap().roles.contains("Application.ReadWrite.All"));
        let refused = sign_in(&world, &tenant.domain, &tenant.reader.client_id, "x").unwrap_err();
        assert!(refused.starts_with("AADSTS7000215"), "{refused}");
    }
}
