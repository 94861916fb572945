//! Microsoft Graph v1.0, and as much of its beta, as far as the registration of an application and the reading of a directory need it.

mod answering;
pub(crate) mod app_role_assignments;
mod application_writes;
pub(crate) mod applications;
mod authorize;
pub(crate) mod batch;
mod bearer;
pub(crate) mod call;
pub(crate) mod deleted_items;
mod delta;
#[cfg(test)]
pub(crate) mod desk;
pub(crate) mod directory_objects;
pub(crate) mod errors;
mod federated;
mod filter;
pub(crate) mod grants;
mod group_members;
pub(crate) mod groups;
mod listing;
mod options;
pub(crate) mod organization;
mod owners;
mod passwords;
pub(crate) mod policies;
mod references;
#[cfg(test)]
mod refusals;
mod routes;
mod service_principal_writes;
pub(crate) mod service_principals;
mod sign_ins;
pub(crate) mod throttling;
mod times;
pub(crate) mod user_writes;
pub(crate) mod users;

use crate::server::exchange::{Answer, Request};
use crate::state::World;

/// Answers a request under `/v1.0` or `/beta`.
pub(crate) fn answer(world: &mut World, request: &Request) -> Answer {
    deleted_items::purge_expired(world);
    let caller = match bearer::bearer(world, request) {
        Ok(caller) => caller,
        Err(failure) => {
            return answering::finished(world, request, Err(failure)).header("www-authenticate", "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", client_id=\"00000003-0000-0000-c000-000000000000\"");
        }
    };
    let batch =
        request.method == "POST" && matches!(request.segments().as_slice(), [_, last] if last == "$batch");
    let answer = if batch {
        let outcome = batch::answer(world, &caller, request);
        answering::finished(world, request, outcome)
    } else {
        answering::answer_signed_in(world, &caller, request)
    };
    answer.tenant(&caller.tenant)
}
