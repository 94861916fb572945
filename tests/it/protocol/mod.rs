//! The built provider driven by a gRPC client through the real handshake.

mod application;
mod azure_sync_source;
mod bad_input;
mod calls;
mod consent;
mod credentials;
mod drift;
mod handshake;
mod kill;
mod least_privilege;
mod lifecycle;
mod log;
mod preflight;
mod preview;
mod provider_config;
mod schema;
mod tenant;
mod weather;
mod years;
