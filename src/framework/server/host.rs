//! What a go-plugin host expects beside the provider: the end of the process, its output, its health.

use std::sync::Arc;

use futures::{FutureExt as _, Stream, StreamExt as _, stream};
use prost::bytes::Bytes;
use tonic::Status;
use tonic::service::RoutesBuilder;

use super::rpc::{self, Answers, Called, Rpcs};
use crate::ordered;
use crate::plugin::Lifecycle;
use crate::protocol::wire::go_plugin::{Empty, StdioData};
use crate::protocol::wire::health::health_check_response::ServingStatus;
use crate::protocol::wire::health::{HealthCheckRequest, HealthCheckResponse, HealthListResponse};

/// The name under which go-plugin asks for the health of the plugin; the empty name means the whole server.
const SERVICE: &str = "plugin";

/// Adds the services.
pub(super) fn add(routes: &mut RoutesBuilder, lifecycle: &Lifecycle) {
    routes
        .add_service(rpc::Controller(Arc::new(Controller(lifecycle.clone()))))
        .add_service(rpc::Stdio(Arc::new(Stdio(lifecycle.clone()))))
        .add_service(rpc::Health(Arc::new(Health(lifecycle.clone()))));
}

fn at_once(answers: Answers) -> Option<Called> {
    Some(std::future::ready(answers).boxed())
}

struct Controller(Lifecycle);

impl Rpcs for Controller {
    fn call(self: Arc<Self>, rpc: &str, _: Bytes) -> Option<Called> {
        if rpc != "Shutdown" {
            return None;
        }
        self.0.end();
        at_once(rpc::once(Empty {}))
    }
}

/// Holds the host's stream open with nothing on it: the log goes to standard error.
struct Stdio(Lifecycle);

impl Rpcs for Stdio {
    fn call(self: Arc<Self>, rpc: &str, _: Bytes) -> Option<Called> {
        if rpc != "StreamStdio" {
            return None;
        }
        let end = async move { self.0.ended().await };
        at_once(rpc::each(stream::pending::<StdioData>().take_until(end)))
    }
}

struct Health(Lifecycle);

fn status(service: &str) -> Option<HealthCheckResponse> {
    let known = service.is_empty() || service == SERVICE;
    known.then(|| HealthCheckResponse { status: ServingStatus::Serving.into() })
}

fn check(message: Bytes) -> Answers {
    let request: HealthCheckRequest = rpc::asked(message)?;
    rpc::once(status(&request.service).ok_or_else(|| Status::not_found("unknown service"))?)
}

fn list() -> Answers {
    let statuses = ordered::map(status(SERVICE).map(|status| (SERVICE.to_owned(), status)));
    rpc::once(HealthListResponse { statuses })
}

/// The status never changes while the process lives.
fn watch(message: Bytes, rest: impl Stream<Item = HealthCheckResponse> + Send + 'static) -> Answers {
    let request: HealthCheckRequest = rpc::asked(message)?;
    let unknown = HealthCheckResponse { status: ServingStatus::ServiceUnknown.into() };
    let first = status(&request.service).unwrap_or(unknown);
    rpc::each(stream::iter([first]).chain(rest))
}

impl Rpcs for Health {
    fn call(self: Arc<Self>, rpc: &str, message: Bytes) -> Option<Called> {
        match rpc {
            "Check" => at_once(check(message)),
            "List" => at_once(list()),
            "Watch" => {
                let ended = async move { self.0.ended().await };
                at_once(watch(message, ended.into_stream().filter_map(|()| async { None })))
            }
            _ => None,
        }
    }
}
