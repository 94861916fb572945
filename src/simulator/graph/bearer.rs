//! Who a request to Graph comes from.

use std::collections::BTreeSet;

use serde_json::Value;

use super::errors::{Failure, Outcome};
use crate::directory::caller::Caller;
use crate::entra::audience::GRAPH;
use crate::server::exchange::Request;
use crate::state::World;

/// Who a request to Graph comes from.
pub(crate) fn bearer(world: &World, request: &Request) -> Outcome<Caller> {
    let token = request
        .header("authorization")
        .and_then(|header| header.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .filter(|token| !token.is_empty())
        .ok_or_else(|| Failure::token("Access token is empty."))?;
    let parts = world
        .signer
        .verify(token)
        .ok_or_else(|| Failure::token("CompactToken parsing failed with error code: 80049217"))?;
    let second = |name: &str| parts.claims.get(name).and_then(Value::as_i64).unwrap_or_default();
    let now = world.clock.now().as_second();
    if now >= second("exp") {
        return Err(Failure::token("Lifetime validation failed, the token is expired."));
    }
    if parts.claim("aud") != Some(GRAPH) {
        return Err(Failure::token("Access token validation failure. Invalid audience."));
    }
    let text = |name: &str| parts.claim(name).unwrap_or_default().to_owned();
    let (tenant, object_id) = (text("tid"), text("oid"));
    let alive =
        world.tenant(&tenant).is_some_and(|tenant| tenant.service_principals.get(&object_id).is_some());
    if !alive {
        return Err(Failure::new(
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
