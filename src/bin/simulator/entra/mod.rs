//! The Microsoft Entra token service.

use std::sync::Arc;

use crate::server::Shared;
use crate::server::exchange::{Answer, Request};

/// Answers a request for the token service; `None` when there is no such route.
#[expect(clippy::unused_async, reason = "checking a federated credential fetches the issuer's keys")]
pub(crate) async fn answer(_shared: &Arc<Shared>, _request: &Request) -> Option<Answer> {
    None
}
