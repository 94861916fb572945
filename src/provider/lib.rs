//! What users of the provider write about: the provider block, resources, data sources and functions.
//!
//! It translates between their configurations and two remote APIs, which `clients` speaks.

mod actions;
mod commands;
mod data_sources;
mod functions;
mod lists;
mod preview;
pub mod provider_block;
mod registry;
mod resources;

use framework::Program;

pub use registry::provider;

/// What the program says of itself.
pub const PROGRAM: Program = Program {
    name: "proofpoint",
    source: "azuresync/proofpoint",
    version: env!("CARGO_PKG_VERSION"),
    help: "The Terraform and OpenTofu provider for Proofpoint Essentials' Entra ID sync.",
    subcommands: commands::ALL,
};
