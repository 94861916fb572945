//! The built provider driven by a gRPC client through the real handshake.

mod application;
mod azure_sync_source;
mod bad_input;
mod bad_weather;
mod calls;
mod client_secret;
mod consent;
mod credentials;
mod drift;
mod exemptions;
mod five_years;
mod handshake;
mod health;
mod judging;
mod kill;
mod least_privilege;
mod lifecycle;
mod log;
mod preflight;
pub(crate) mod preview;
mod provider_config;
mod schema;
mod sign_in;
mod sync_run;
mod sync_run_reach;
mod tenant;
mod waiting;
