//! The endpoint by which a machine gets tokens of its managed identities (Entra: managed identities on virtual machines, *How
//! to get an access token*). The machine belongs to the first tenant and has one identity of its own and one that is assigned
//! to it. Neither holds a role: they vouch for applications.

use serde_json::{Value, json};

use crate::directory::machine::{Identity, Machine};
use crate::server::exchange::{Answer, Request};
use crate::state::World;

/// Path of the endpoint.
pub(crate) const PATH: &str = "/metadata/identity/oauth2/token";

/// A token's life, in seconds.
const LIFETIME: i64 = 86_400;

/// The resource whose tokens stand for an application.
const EXCHANGE: &str = "api://AzureADTokenExchange";

/// As the ready line tells of it.
pub(crate) fn line(machine: &Machine, base: &str) -> Value {
    json!({
        "endpoint": format!("{base}{PATH}"),
        "principal_id": machine.own.principal_id,
        "assigned_client_id": machine.assigned.client_id,
        "assigned_principal_id": machine.assigned.principal_id,
    })
}

/// The issuer of a tenant's tokens of version 2.
fn issuer(tenant: &str) -> String {
    format!("https://login.microsoftonline.com/{tenant}/v2.0")
}

/// Whether an issuer is a tenant of this world.
pub(crate) fn is_of_a_tenant(world: &World, name: &str) -> bool {
    world.tenants.iter().any(|tenant| issuer(&tenant.id) == name)
}

pub(crate) fn answer(world: &mut World, request: &Request) -> Answer {
    let refused = |description: &str| {
        Answer::json(400, &json!({ "error": "invalid_request", "error_description": description }))
    };
    if !request.header("metadata").is_some_and(|header| header.eq_ignore_ascii_case("true")) {
        return refused("Required metadata header not specified");
    }
    let parameters = request.parameters();
    let parameter = |name: &str| {
        let found = parameters.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    };
    let Some(resource) = parameter("resource") else {
        return refused("Required query variable 'resource' is missing");
    };
    let Machine { own, assigned } = &world.machine;
    let identity = match parameter("client_id") {
        None => own.clone(),
        Some(id) if id.eq_ignore_ascii_case(&assigned.client_id) => assigned.clone(),
        Some(_) => return refused("Identity not found"),
    };
    let Some(tenant) = world.tenants.first().map(|tenant| tenant.id.clone()) else {
        return refused("Identity not found");
    };
    let now = world.clock.now().as_second();
    let Identity { client_id, principal_id } = identity;
    let issuer =
        if resource == EXCHANGE { issuer(&tenant) } else { format!("https://sts.windows.net/{tenant}/") };
    let claims = json!({
        "aud": resource, "iss": issuer, "iat": now, "nbf": now, "exp": now + LIFETIME, "appid": client_id,
        "idtyp": "app", "oid": principal_id, "sub": principal_id, "tid": tenant, "uti": world.random.guid(),
        "xms_mirid": "/subscriptions/simulator/providers/Microsoft.ManagedIdentity",
    });
    let Some(token) = world.signer.sign(&claims) else { return Answer::empty(500) };
    world.secrets.insert(token.clone());
    Answer::json(
        200,
        &json!({
            "access_token": token, "client_id": client_id, "expires_in": LIFETIME.to_string(),
            "expires_on": (now + LIFETIME).to_string(), "ext_expires_in": LIFETIME.to_string(),
            "not_before": now.to_string(), "resource": resource, "token_type": "Bearer",
        }),
    )
}
