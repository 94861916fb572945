//! The library behind `terraform-provider-proofpoint`; see ARCHITECTURE.md for the map.
