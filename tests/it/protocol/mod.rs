//! The built provider driven by a gRPC client through the real handshake.

mod bad_input;
mod calls;
mod consent;
mod credentials;
mod drift;
mod handshake;
mod kill;
mod lifecycle;
mod log;
mod preflight;
mod preview;
mod provider_config;
mod schema;
mod sign_in;
mod weather;
mod years;
