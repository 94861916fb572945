//! What a go-plugin host expects beside the provider: the end of the process, its output, its health.

use std::pin::Pin;

use futures::{FutureExt as _, Stream, StreamExt as _, stream};
use tonic::service::RoutesBuilder;
use tonic::{Request, Response, Status};

use crate::ordered;
use crate::plugin::Lifecycle;
use crate::protocol::wire::go_plugin::grpc_controller_server::{GrpcController, GrpcControllerServer};
use crate::protocol::wire::go_plugin::grpc_stdio_server::{GrpcStdio, GrpcStdioServer};
use crate::protocol::wire::go_plugin::{Empty, StdioData};
use crate::protocol::wire::health::health_check_response::ServingStatus;
use crate::protocol::wire::health::health_server::{Health, HealthServer};
use crate::protocol::wire::health::{
    HealthCheckRequest, HealthCheckResponse, HealthListRequest, HealthListResponse,
};

/// The name under which go-plugin asks for the health of the plugin; the empty name means the whole server.
const SERVICE: &str = "plugin";

type Messages<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// Adds the services.
pub(super) fn add(routes: &mut RoutesBuilder, lifecycle: &Lifecycle) {
    routes
        .add_service(GrpcControllerServer::new(Controller(lifecycle.clone())))
        .add_service(GrpcStdioServer::new(Stdio(lifecycle.clone())))
        .add_service(HealthServer::new(Alive(lifecycle.clone())));
}

struct Controller(Lifecycle);

#[tonic::async_trait]
impl GrpcController for Controller {
    async fn shutdown(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        self.0.end();
        Ok(Response::new(Empty {}))
    }
}

/// Holds the host's stream open with nothing on it: the log goes to standard error.
struct Stdio(Lifecycle);

#[tonic::async_trait]
impl GrpcStdio for Stdio {
    async fn stream_stdio(&self, _: Request<()>) -> Result<Response<Messages<StdioData>>, Status> {
        let lifecycle = self.0.clone();
        let end = async move { lifecycle.ended().await };
        Ok(Response::new(stream::pending().take_until(end).boxed()))
    }
}

struct Alive(Lifecycle);

fn status(service: &str) -> Option<HealthCheckResponse> {
    let known = service.is_empty() || service == SERVICE;
    known.then(|| HealthCheckResponse { status: ServingStatus::Serving.into() })
}

#[tonic::async_trait]
impl Health for Alive {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let status = status(&request.get_ref().service);
        status.map(Response::new).ok_or_else(|| Status::not_found("unknown service"))
    }

    async fn list(&self, _: Request<HealthListRequest>) -> Result<Response<HealthListResponse>, Status> {
        let statuses = ordered::map(status(SERVICE).map(|status| (SERVICE.to_owned(), status)));
        Ok(Response::new(HealthListResponse { statuses }))
    }

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Messages<HealthCheckResponse>>, Status> {
        let unknown = HealthCheckResponse { status: ServingStatus::ServiceUnknown.into() };
        let first = status(&request.get_ref().service).unwrap_or(unknown);
        let lifecycle = self.0.clone();
        // The status never changes while the process lives.
        let rest = async move { lifecycle.ended().await }.into_stream().filter_map(|()| async { None });
        Ok(Response::new(stream::iter([Ok(first)]).chain(rest).boxed()))
    }
}
