//! The library behind `terraform-provider-proofpoint`; see ARCHITECTURE.md for the map.

pub mod auth;
pub mod clock;
pub mod commands;
pub mod data_sources;
pub mod env;
pub mod essentials;
pub mod framework;
pub mod functions;
pub mod graph;
pub mod http;
pub mod plugin;
pub mod preview;
pub mod protocol;
pub mod provider;
pub mod registry;
pub mod resources;
pub mod server;
pub mod stdout;
pub mod sync_report;
