//! A framework for Terraform and OpenTofu providers: no I/O, no vendor, no wire format.

pub mod attr;
pub mod diagnostic;
pub mod model;
pub mod path;
pub mod plan;
pub mod schema;
pub mod timeouts;
pub mod validators;
pub mod value;
