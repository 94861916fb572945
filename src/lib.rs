//! The library behind `terraform-provider-proofpoint`; see ARCHITECTURE.md for the map.

pub mod clock;
pub mod env;
pub mod framework;
pub mod sync_report;
