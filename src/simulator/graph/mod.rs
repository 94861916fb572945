//! Microsoft Graph v1.0, and as much of its beta, as far as the registration of an application and the reading of a directory need it.

pub(crate) mod app_role_assignments;
mod application_writes;
pub(crate) mod applications;
mod authorize;
mod batch;
pub(crate) mod call;
pub(crate) mod deleted_items;
mod delta;
#[cfg(test)]
pub(crate) mod desk;
pub(crate) mod directory_objects;
pub(crate) mod entity;
pub(crate) mod errors;
mod federated;
mod filter;
pub(crate) mod grants;
mod group_members;
pub(crate) mod groups;
pub(crate) mod ids;
mod listing;
mod options;
pub(crate) mod organization;
mod owners;
mod passwords;
pub(crate) mod policies;
pub(crate) mod resources;
mod routes;
mod service_principal_writes;
pub(crate) mod service_principals;
mod sign_ins;
pub(crate) mod throttling;
mod user_writes;
pub(crate) mod users;

use crate::entra;
use crate::server::dispatch::unknown_route;
use crate::server::exchange::{Answer, Request};
use crate::state::World;
use crate::state::clock::graph_time;
use call::{Call, Caller};
use errors::Failure;

/// The content type of Graph's JSON.
const JSON: &str =
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

/// Answers a request under `/v1.0` or `/beta`.
pub(crate) fn answer(world: &mut World, request: &Request) -> Answer {
    deleted_items::purge_expired(world);
    let caller = match entra::bearer(world, request) {
        Ok(caller) => caller,
        Err(failure) => {
            return finished(world, request, Err(failure)).header("www-authenticate", "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", client_id=\"00000003-0000-0000-c000-000000000000\"");
        }
    };
    let batch =
        request.method == "POST" && matches!(request.segments().as_slice(), [_, last] if last == "$batch");
    let answer = if batch {
        let outcome = batch::answer(world, &caller, request);
        finished(world, request, outcome)
    } else {
        answer_signed_in(world, &caller, request)
    };
    answer.tenant(&caller.tenant)
}

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
fn finished(world: &mut World, request: &Request, outcome: Result<Answer, Failure>) -> Answer {
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
