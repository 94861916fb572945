//! The gRPC services, one file per group of rpcs: convert, call, convert back.

#![expect(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    reason = "all handlers have the one shape that the table in `provider` calls"
)]

mod adoption;
mod call;
mod configuration;
mod data_source;
mod function;
mod host;
mod offer;
mod provider;
mod resource;
mod rpc;
mod stateless;
mod streams;

use std::sync::Arc;

use tonic::service::{Routes, RoutesBuilder};

use crate::plugin::Lifecycle;
use crate::service::Service;

/// All services of the process. To be called inside the runtime that serves them.
pub fn routes(service: Arc<dyn Service>, lifecycle: &Lifecycle) -> Routes {
    let mut routes = RoutesBuilder::default();
    host::add(&mut routes, lifecycle);
    provider::add(&mut routes, service, lifecycle);
    routes.routes()
}

#[cfg(test)]
mod call_tests;
#[cfg(test)]
mod life_tests;
#[cfg(test)]
mod stateless_tests;
