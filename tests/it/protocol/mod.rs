//! The built provider driven by a gRPC client through the real handshake.

mod calls;
mod handshake;
mod kill;
mod lifecycle;
mod log;
mod preview;
mod provider_config;
mod schema;
mod years;
