//! One request of a known caller, and what every answer of Graph carries.

use super::call::Call;
use super::errors::Failure;
use super::{routes, throttling};
use crate::directory::caller::Caller;
use crate::server::exchange::{Answer, Request, unknown_route};
use crate::state::World;
use crate::state::clock::graph_time;

/// The content type of Graph's JSON.
const JSON: &str =
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

/// Answers one request of a known caller; also an item of a batch.
pub(crate) fn answer_signed_in(world: &mut World, caller: &Caller, request: &Request) -> Answer {
    let segments = routes::segments(request.segments());
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let charge = match throttling::charge(world, caller, request, &segments) {
        Ok(charge) => charge,
        Err(refused) => {
            let (failure, headers) = *refused;
            let mut answer = finished(world, request, Err(failure));
            answer.headers.extend(headers.headers);
            return answer;
        }
    };
    if !request.body.is_empty() && request.header("content-type").is_none_or(|kind| !kind.contains("json")) {
        let failure = Failure::new(
            400,
            "BadRequest",
            "Write requests (excluding DELETE) must contain the Content-Type header declaration.",
        );
        return finished(world, request, Err(failure));
    }
    let outcome = match Call::new(world, caller, request) {
        Ok(mut call) => match routes::run(&mut call, &segments) {
            Some(outcome) => outcome,
            None => return unknown_route(request),
        },
        Err(failure) => Err(failure),
    };
    charge.mark(finished(world, request, outcome))
}

/// Adds what every answer of Graph carries.
pub(super) fn finished(world: &mut World, request: &Request, outcome: Result<Answer, Failure>) -> Answer {
    let request_id = world.random.guid();
    let client_request_id = request.header("client-request-id").unwrap_or(&request_id).to_owned();
    let answer = outcome.unwrap_or_else(|failure| {
        let time = graph_time(world.clock.now());
        let date = time.split(['.', 'Z']).next().unwrap_or_default();
        Answer::json(failure.status, &failure.body(date, &request_id, &client_request_id))
    });
    let json =
        answer.headers.iter().any(|(name, value)| *name == "content-type" && value == "application/json");
    let answer = if json { answer.header("content-type", JSON) } else { answer };
    answer
        .header("odata-version", "4.0")
        .header("cache-control", "no-cache")
        .header("request-id", request_id)
        .header("client-request-id", client_request_id)
        .header(
            "x-ms-ags-diagnostic",
            r#"{"ServerInfo":{"DataCenter":"Simulator","Slice":"E","Ring":"1","ScaleUnit":"001","RoleInstance":"SIM00000001"}}"#,
        )
}
