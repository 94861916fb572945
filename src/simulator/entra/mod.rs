//! The Microsoft Entra token service.

mod discovery;
mod failure;
pub(crate) mod issuer;
pub(crate) mod jwt;
mod sign_in;
mod token;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use crate::graph::call::Caller;
use crate::graph::errors;
use crate::graph::resources::microsoft_graph;
use crate::server::exchange::{Answer, Request};
use crate::server::shared::Shared;
use crate::state::World;

/// The audience of Graph's tokens.
pub(crate) const GRAPH: &str = "https://graph.microsoft.com";

/// Whether a resource or an audience is Graph under another name.
fn is_own_graph(resource: &str) -> bool {
    resource == GRAPH || resource == microsoft_graph().app_id || is_loopback(resource)
}

/// A simulator that is reached by another of its names is still the same Graph.
fn is_loopback(resource: &str) -> bool {
    url::Url::parse(resource).is_ok_and(|url| match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    })
}

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
    let graph = crate::graph::call::Key::Alternate("appId".to_owned(), microsoft_graph().app_id.to_owned());
    let principal = client.principal.text("id").to_owned();
    let roles = crate::graph::service_principals::seen(tenant, &graph, view)
        .map(|graph| crate::graph::app_role_assignments::granted(tenant, &principal, graph.text("id"), view))
        .unwrap_or_default();
    Ok(Caller {
        tenant: client.tenant.clone(),
        app_id: client_id.to_owned(),
        object_id: principal,
        roles: roles.into_iter().collect(),
    })
}

/// Who a request to Graph comes from.
pub(crate) fn bearer(world: &World, request: &Request) -> errors::Outcome<Caller> {
    let token = request
        .header("authorization")
        .and_then(|header| header.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .filter(|token| !token.is_empty())
        .ok_or_else(|| errors::Failure::token("Access token is empty."))?;
    let parts = world
        .signer
        .verify(token)
        .ok_or_else(|| errors::Failure::token("CompactToken parsing failed with error code: 80049217"))?;
    let second = |name: &str| parts.claims.get(name).and_then(Value::as_i64).unwrap_or_default();
    let now = world.clock.now().as_second();
    if now >= second("exp") {
        return Err(errors::Failure::token("Lifetime validation failed, the token is expired."));
    }
    if parts.claim("aud") != Some(GRAPH) {
        return Err(errors::Failure::token("Access token validation failure. Invalid audience."));
    }
    let text = |name: &str| parts.claim(name).unwrap_or_default().to_owned();
    let (tenant, object_id) = (text("tid"), text("oid"));
    let alive =
        world.tenant(&tenant).is_some_and(|tenant| tenant.service_principals.get(&object_id).is_some());
    if !alive {
        return Err(errors::Failure::new(
            401,
            "Authorization_IdentityNotFound",
            "The identity of the calling application could not be established.",
        ));
    }
    let roles: BTreeSet<String> = parts
        .claims
        .get("roles")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|role| role.as_str().map(str::to_owned))
        .collect();
    Ok(Caller { tenant, app_id: text("appid"), object_id, roles })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::arguments::Arguments;

    #[test]
    fn the_automation_identity_signs_in_with_its_roles_and_a_wrong_secret_does_not() {
        let signer = Arc::new(jwt::Signer::generate().unwrap());
        let world = World::new(&Arguments::default(), signer).unwrap();
        let tenant = &world.tenants[0];
        let caller =
            sign_in(&world, &tenant.id, &tenant.automation.client_id, &tenant.automation.client_secret);
        assert!(caller.unwrap().roles.contains("Application.ReadWrite.All"));
        let refused = sign_in(&world, &tenant.domain, &tenant.reader.client_id, "x").unwrap_err();
        assert!(refused.starts_with("AADSTS7000215"), "{refused}");
    }
}
