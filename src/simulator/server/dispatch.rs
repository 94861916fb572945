//! The way of one request: fault, delay, the service it is for, the request log.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

use super::connection::Lifeline;
use super::exchange::{Answer, Request, unknown_route};
use super::shared::Shared;
use crate::moods::Abandoned;
use crate::state::World;
use crate::state::clock::http_date;
use crate::state::faults::{Drop, Fault};
use crate::state::log::Entry;
use crate::{control, engine, entra, essentials, face, graph};

/// The largest body taken from a client.
const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// Which simulated service a path belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Service {
    Essentials,
    Graph,
    Entra,
}

fn service_of(path: &str) -> Service {
    if path.starts_with("/api/v1/") {
        Service::Essentials
    } else if path.starts_with("/v1.0/") || path.starts_with("/beta/") {
        Service::Graph
    } else {
        Service::Entra
    }
}

/// Answers one HTTP request.
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(lifeline): ConnectInfo<Lifeline>,
    request: axum::extract::Request,
) -> Response<Body> {
    let request = match receive(&shared, request).await {
        Ok(request) => request,
        Err(answer) => return send(&shared, answer),
    };
    if let Some(answer) = own(&shared, &request) {
        return send(&shared, answer);
    }
    if lifeline.is_in_clear() {
        let text = format!("speak TLS to the services: they are at {}", shared.place.base);
        return send(&shared, Answer::empty(400).with_body("text/plain", text));
    }
    let (mut entry, fault) = {
        let mut world = shared.world();
        engine::run_due(&mut world);
        let fault = world.faults.strike(&request.method, &request.path);
        (log_entry(&mut world, &request), fault)
    };
    shared.note_change();
    let (delay, goes_on) = {
        let world = shared.world();
        let own = essentials::takes(&world.moods, &request);
        let ordered = fault.as_ref().and_then(|fault| fault.delay).unwrap_or(0);
        let items = graph::batch::delay(&world, &request);
        (
            shared.arguments.latency + ordered + items + own,
            world.moods.abandoned_requests == Abandoned::GoesOn,
        )
    };
    let work = {
        let shared = shared.clone();
        async move {
            if delay > 0 {
                tokio::time::sleep(Duration::from_millis(delay)).await;
            }
            let outcome = answer_with(&shared, &request, fault.as_ref()).await;
            let dropped = outcome.is_none();
            let answer = outcome.unwrap_or_default();
            entry.status = answer.status;
            entry.bytes_out = answer.body.len();
            entry.tenant.clone_from(&answer.tenant);
            record(&shared, entry, &answer);
            (answer, dropped)
        }
    };
    // This handler is dropped when its client goes; a task is not.
    let (answer, dropped) = if goes_on {
        tokio::spawn(work).await.unwrap_or_else(|_| (Answer::empty(500), false))
    } else {
        work.await
    };
    if dropped {
        lifeline.cut();
    }
    send(&shared, answer)
}

/// The answer of the simulator itself, which no simulated service knows of: its page, and the control plane.
fn own(shared: &Shared, request: &Request) -> Option<Answer> {
    if face::is_page(request) {
        return Some(control::refuse_name(shared, request).unwrap_or_else(face::page));
    }
    let is_control = request.path == "/_control" || request.path.starts_with("/_control/");
    is_control.then(|| control::answer(shared, request))
}

/// The answer, or `None` when the connection breaks instead.
async fn answer_with(shared: &Arc<Shared>, request: &Request, fault: Option<&Fault>) -> Option<Answer> {
    let service = service_of(&request.path);
    let replaced = fault.and_then(|fault| fault.status.map(|status| (fault, status)));
    if fault.is_some_and(|fault| fault.drop == Some(Drop::Before)) {
        return None;
    }
    if let Some((fault, status)) = replaced
        && !fault.effect
    {
        return Some(faulty(service, fault, status));
    }
    let answer = match service {
        Service::Entra => entra::answer(shared, request).await,
        Service::Graph => Some(graph::answer(&mut shared.world(), request)),
        Service::Essentials => essentials::answer(&mut shared.world(), request),
    };
    let answer = answer.unwrap_or_else(|| unknown_route(request));
    if fault.is_some_and(|fault| fault.drop == Some(Drop::After)) {
        return None;
    }
    match replaced {
        Some((fault, status)) => {
            Some(Answer { tenant: answer.tenant, items: answer.items, ..faulty(service, fault, status) })
        }
        None => Some(answer),
    }
}

fn faulty(service: Service, fault: &Fault, status: u16) -> Answer {
    let mut answer = match &fault.body {
        Some(Value::String(text)) => Answer::empty(status).with_body("text/html", text.clone()),
        Some(body) => Answer::json(status, body),
        None => match service {
            Service::Graph => graph::errors::of_status(status),
            Service::Entra => Answer::json(status, &json!({ "error": "temporarily_unavailable" })),
            Service::Essentials => Answer::json(
                status,
                &json!({ "errors": [{ "status": status, "error_message": "The request could not be processed." }] }),
            ),
        },
    };
    for (name, value) in &fault.headers {
        answer.extra.push((name.clone(), value.clone()));
    }
    answer
}

fn log_entry(world: &mut World, request: &Request) -> Entry {
    Entry {
        seq: world.log.next_seq(),
        time: world.clock.now(),
        method: request.method.clone(),
        path: request.path.clone(),
        query: request.query.clone(),
        status: 0,
        bytes_in: request.body.len(),
        bytes_out: 0,
        tenant: None,
        batch: None,
    }
}

fn record(shared: &Shared, entry: Entry, answer: &Answer) {
    let mut world = shared.world();
    let (batch, time) = (entry.seq, entry.time);
    world.log.push(entry);
    for item in &answer.items {
        let seq = world.log.next_seq();
        world.log.push(Entry { seq, time, batch: Some(batch), ..item.clone() });
    }
    shared.note_change();
}

async fn receive(shared: &Shared, request: axum::extract::Request) -> Result<Request, Answer> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, BODY_LIMIT)
        .await
        .map_err(|_| Answer::json(413, &json!({ "error": { "code": "RequestEntityTooLarge" } })))?;
    let host = parts
        .headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .or_else(|| parts.uri.authority().map(axum::http::uri::Authority::as_str));
    let base = match host {
        Some(host) => format!("{}://{host}", if shared.arguments.plain { "http" } else { "https" }),
        None => shared.place.base.clone(),
    };
    Ok(Request {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body,
        base,
    })
}

fn send(shared: &Shared, answer: Answer) -> Response<Body> {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let given = answer.headers.iter().map(|(name, value)| (*name, value.as_str()));
    let extra = answer.extra.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in given.chain(extra) {
        if let (Ok(name), Ok(value)) = (name.parse::<header::HeaderName>(), HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    if let Ok(date) = HeaderValue::from_str(&http_date(shared.world().clock.now())) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}
