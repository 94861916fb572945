//! The control plane under `/_control`: what a test reads and moves. No simulated service knows of it.

pub(crate) mod state_document;

use serde_json::{Map, Value, json};

use crate::engine;
use crate::entra::issuer::OWN_PATH;
use crate::server::dispatch::unknown_route;
use crate::server::exchange::{Answer, Request};
use crate::server::shared::Shared;
use crate::state::World;
use crate::state::clock::parse_duration;
use crate::state::faults::Faults;

/// Answers a request to the control plane.
pub(crate) fn answer(shared: &Shared, request: &Request) -> Answer {
    let route = request.path.trim_start_matches("/_control").trim_matches('/');
    match (request.method.as_str(), route) {
        ("GET", "requests") => requests(&shared.world(), request),
        ("DELETE", "requests") => {
            shared.world().log.clear();
            Answer::empty(204)
        }
        ("GET", "state") => Answer::json(200, &state_document::write(&shared.world())),
        ("GET", "secrets") => Answer::json(200, &shared.world().secrets),
        ("GET", "clock") => clock(&shared.world()),
        ("POST", "clock") => done(move_clock(shared, request)),
        ("POST", "sync") => done(sync(shared, request)),
        ("GET", "faults") => Answer::json(200, &shared.world().faults.list()),
        ("POST", "faults") => done(set_faults(shared, request)),
        ("GET", "moods") => Answer::json(200, &shared.world().moods.to_json()),
        ("POST", "moods") => done(set_moods(shared, request)),
        ("POST", "policies") => done(set_policies(shared, request)),
        ("POST", "reset") => done(reset(shared)),
        ("POST", "assertion") => done(assertion(shared, request)),
        ("GET", "issuer/.well-known/openid-configuration") => issuer(request),
        ("GET", "issuer/keys") => Answer::json(200, &shared.world().signer.jwks()),
        _ => unknown_route(request),
    }
}

fn done(outcome: Result<Answer, String>) -> Answer {
    outcome.unwrap_or_else(|problem| Answer::json(400, &json!({ "error": problem })))
}

fn requests(world: &World, request: &Request) -> Answer {
    if request.parameters().iter().any(|(name, _)| name == "summary") {
        return Answer::json(200, &world.log.summary());
    }
    Answer::json(200, &world.log.entries())
}

fn clock(world: &World) -> Answer {
    Answer::json(200, &json!({ "now": world.clock.now() }))
}

fn move_clock(shared: &Shared, request: &Request) -> Result<Answer, String> {
    let body = object(request)?;
    let by = match body.get("advance") {
        Some(Value::String(text)) => parse_duration(text)?,
        _ => return Err("say how far: {\"advance\": \"1h\"}".to_owned()),
    };
    let mut world = shared.world();
    world.clock.advance(by)?;
    engine::run_due(&mut world);
    Ok(clock(&world))
}

fn sync(shared: &Shared, request: &Request) -> Result<Answer, String> {
    let body = object(request)?;
    let domain =
        body.get("domain").and_then(Value::as_str).ok_or("say which: {\"domain\": \"contoso.com\"}")?;
    let run = engine::run_now(&mut shared.world(), domain);
    Ok(match run {
        Some(run) => Answer::json(200, &run),
        None => Answer::json(404, &json!({ "error": format!("`{domain}` has no sync to run") })),
    })
}

fn set_faults(shared: &Shared, request: &Request) -> Result<Answer, String> {
    let faults =
        serde_json::from_slice(&request.body).map_err(|error| format!("no list of faults: {error}"))?;
    let mut world = shared.world();
    world.faults = Faults::new(faults);
    Ok(Answer::json(200, &world.faults.list()))
}

fn set_moods(shared: &Shared, request: &Request) -> Result<Answer, String> {
    let changes = object(request)?;
    let mut world = shared.world();
    world.moods.apply(&changes)?;
    Ok(Answer::json(200, &world.moods.to_json()))
}

/// Policies of one tenant, the first by default.
fn set_policies(shared: &Shared, request: &Request) -> Result<Answer, String> {
    let document = object(request)?;
    let mut world = shared.world();
    let tenant = match document.get("tenant_id").and_then(Value::as_str) {
        Some(id) => world.tenant_mut(id).ok_or_else(|| format!("there is no tenant `{id}`"))?,
        None => world.tenants.first_mut().ok_or("there is no tenant")?,
    };
    tenant.policies.apply(&document)?;
    let policies = &tenant.policies;
    Ok(Answer::json(
        200,
        &json!({ "defaultAppManagementPolicy": policies.default, "appManagementPolicies": policies.custom }),
    ))
}

/// A workload's token from the issuer that the simulator itself is; good for five minutes.
fn assertion(shared: &Shared, request: &Request) -> Result<Answer, String> {
    let body = object(request)?;
    let text =
        |name: &str, default: &str| body.get(name).and_then(Value::as_str).unwrap_or(default).to_owned();
    let issuer = format!("{}{OWN_PATH}", request.base);
    let mut world = shared.world();
    let now = world.clock.now().as_second();
    let claims = json!({
        "iss": issuer, "sub": text("subject", ""), "aud": text("audience", "api://AzureADTokenExchange"),
        "iat": now, "nbf": now, "exp": now + 300, "jti": world.random.guid(),
    });
    let token = world.signer.sign(&claims).ok_or("the token can't be signed")?;
    world.secrets.insert(token.clone());
    Ok(Answer::json(200, &json!({ "issuer": issuer, "token": token })))
}

fn issuer(request: &Request) -> Answer {
    let issuer = format!("{}{OWN_PATH}", request.base);
    let document = json!({
        "issuer": issuer, "jwks_uri": format!("{issuer}/keys"), "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256"],
    });
    Answer::json(200, &document)
}

fn reset(shared: &Shared) -> Result<Answer, String> {
    let signer = shared.world().signer.clone();
    let fresh = World::new(&shared.arguments, signer)?;
    *shared.world() = fresh;
    Ok(Answer::empty(204))
}

fn object(request: &Request) -> Result<Map<String, Value>, String> {
    match request.json() {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err("the body must be a JSON object".to_owned()),
        Err(error) => Err(format!("the body is not JSON: {error}")),
    }
}
