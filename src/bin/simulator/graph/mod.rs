//! Microsoft Graph v1.0, as far as the registration of an application and the reading of a directory need it.

pub(crate) mod entity;
pub(crate) mod errors;
pub(crate) mod groups;
pub(crate) mod users;

use crate::server::exchange::{Answer, Request};
use crate::state::World;

/// Answers a request under `/v1.0`.
pub(crate) fn answer(_world: &mut World, _request: &Request) -> Answer {
    errors::of_status(501)
}
