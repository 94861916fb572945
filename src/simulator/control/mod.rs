//! The control plane under `/_control`: what a test, or a person at the simulator's page, reads and moves. No simulated
//! service knows of it.

#![expect(clippy::unnecessary_wraps, reason = "functions of one list have one type")]

pub(crate) mod people;
mod routes;
mod visitors;

use serde_json::{Map, Value, json};

use crate::engine;
use crate::entra::issuer::OWN_PATH;
use crate::server::exchange::unknown_route;
use crate::server::exchange::{Answer, Request};
use crate::server::shared::Shared;
use crate::state::clock::parse_duration;
use crate::state::faults::{Fault, Faults};
use crate::state_document;
pub(crate) use routes::summary;

/// What a route does; an error is one of whoever asks. Routes that can't fail have the type as well, for their list.
type Outcome = Result<Answer, String>;

/// The refusal of a request to a name that others can point here.
pub(crate) fn refuse_name(shared: &Shared, request: &Request) -> Option<Answer> {
    visitors::refuse_name(&shared.arguments.names, request)
}

/// Answers a request to the control plane.
pub(crate) fn answer(shared: &Shared, request: &Request) -> Answer {
    if let Some(refused) = visitors::refuse(&shared.arguments.names, request) {
        return refused;
    }
    let path = request.path.trim_start_matches("/_control").trim_matches('/');
    let Some(route) = routes::find(&request.method, path) else { return unknown_route(request) };
    let answer = (route.answer)(shared, request)
        .unwrap_or_else(|problem| Answer::json(400, &json!({ "error": problem })));
    if request.method != "GET" {
        shared.note_change();
    }
    // Nothing of this is for another page.
    answer.header("x-content-type-options", "nosniff").header("cross-origin-resource-policy", "same-origin")
}

fn requests(shared: &Shared, request: &Request) -> Outcome {
    let world = shared.world();
    let summary = has_parameter(request, "summary").then(|| world.log.summary());
    Ok(summary.map_or_else(|| Answer::json(200, &world.log.entries()), |summary| Answer::json(200, &summary)))
}

fn forget_requests(shared: &Shared, _: &Request) -> Outcome {
    shared.world().log.clear();
    Ok(Answer::empty(204))
}

fn state(shared: &Shared, _: &Request) -> Outcome {
    Ok(Answer::json(200, &state_document::write(&shared.world())))
}

fn secrets(shared: &Shared, _: &Request) -> Outcome {
    Ok(Answer::json(200, &shared.world().secrets))
}

fn clock(shared: &Shared, _: &Request) -> Outcome {
    Ok(Answer::json(200, &json!({ "now": shared.world().clock.now() })))
}

fn move_clock(shared: &Shared, request: &Request) -> Outcome {
    let body = object(request)?;
    let by = match body.get("advance") {
        Some(Value::String(text)) => parse_duration(text)?,
        _ => return Err("say how far: {\"advance\": \"1h\"}".to_owned()),
    };
    let mut world = shared.world();
    world.clock.advance(by)?;
    engine::run_due(&mut world);
    Ok(Answer::json(200, &json!({ "now": world.clock.now() })))
}

fn sync(shared: &Shared, request: &Request) -> Outcome {
    let body = object(request)?;
    let domain = text(&body, "domain")?;
    let run = engine::run_now(&mut shared.world(), domain);
    Ok(match run {
        Some(run) => Answer::json(200, &run),
        None => Answer::json(404, &json!({ "error": format!("`{domain}` has no sync to run") })),
    })
}

fn hire(shared: &Shared, request: &Request) -> Outcome {
    let body = object(request)?;
    let name = body.get("name").and_then(Value::as_str);
    Ok(Answer::json(200, &people::hire(&mut shared.world(), text(&body, "domain")?, name)?))
}

fn dismiss(shared: &Shared, request: &Request) -> Outcome {
    let body = object(request)?;
    let gone = people::dismiss(&mut shared.world(), text(&body, "domain")?, text(&body, "user")?)?;
    Ok(Answer::json(200, &gone))
}

fn faults(shared: &Shared, _: &Request) -> Outcome {
    Ok(Answer::json(200, &shared.world().faults.list()))
}

fn set_faults(shared: &Shared, request: &Request) -> Outcome {
    let mut faults: Vec<Fault> = serde_json::from_slice(&request.body)
        .map_err(|error| format!("this is not a list of faults: {error}"))?;
    let mut world = shared.world();
    if has_parameter(request, "add") {
        faults.splice(..0, world.faults.list().iter().cloned());
    }
    world.faults = Faults::new(faults)?;
    Ok(Answer::json(200, &world.faults.list()))
}

fn moods(shared: &Shared, _: &Request) -> Outcome {
    Ok(Answer::json(200, &shared.world().moods.to_json()))
}

fn set_moods(shared: &Shared, request: &Request) -> Outcome {
    let changes = object(request)?;
    let mut world = shared.world();
    world.moods.apply(&changes)?;
    Ok(Answer::json(200, &world.moods.to_json()))
}

/// Policies of one tenant, the first by default.
fn set_policies(shared: &Shared, request: &Request) -> Outcome {
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
fn assertion(shared: &Shared, request: &Request) -> Outcome {
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

fn issuer(_: &Shared, request: &Request) -> Outcome {
    let issuer = format!("{}{OWN_PATH}", request.base);
    let document = json!({
        "issuer": issuer, "jwks_uri": format!("{issuer}/keys"), "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256"],
    });
    Ok(Answer::json(200, &document))
}

fn issuer_keys(shared: &Shared, _: &Request) -> Outcome {
    Ok(Answer::json(200, &shared.world().signer.jwks()))
}

fn reset(shared: &Shared, _: &Request) -> Outcome {
    let signer = shared.world().signer.clone();
    let fresh = crate::beginning::world(&shared.arguments, signer)?;
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

/// A text that the body must have.
fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Result<&'a str, String> {
    body.get(name).and_then(Value::as_str).ok_or_else(|| format!("say which: the body lacks `{name}`"))
}

fn has_parameter(request: &Request, name: &str) -> bool {
    request.parameters().iter().any(|(given, _)| given == name)
}
