//! Clients of the two remote APIs, Microsoft Graph and Proofpoint Essentials, and what both stand on.
//!
//! Nothing here knows of Terraform.

pub mod auth;
pub mod clock;
pub mod env;
pub mod essentials;
pub mod graph;
pub mod http;
mod input_name;
pub mod ledger;
mod small_file;

pub use input_name::InputName;
