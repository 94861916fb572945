//! A framework for Terraform and OpenTofu providers: no I/O, no vendor, no wire format.

pub mod attr;
pub mod context;
pub mod data_source;
pub mod diagnostic;
#[cfg(test)]
mod example;
pub mod function;
mod lifecycle;
pub mod model;
pub mod path;
pub mod plan;
mod private;
pub mod provider;
pub mod resource;
pub mod schema;
pub mod service;
pub mod timeouts;
pub mod validators;
pub mod value;
