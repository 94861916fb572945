//! The gRPC services, one file per group of rpcs: convert, call, convert back.

mod host;

use tonic::service::{Routes, RoutesBuilder};

use crate::plugin::Lifecycle;

/// All services of the process.
pub fn routes(lifecycle: &Lifecycle) -> Routes {
    let mut routes = RoutesBuilder::default();
    host::add(&mut routes, lifecycle);
    routes.routes()
}
