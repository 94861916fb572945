//! Between generated messages and the framework's types.

mod diagnostic;
mod function;
mod schema;
mod value;

pub use diagnostic::{diagnostics, path};
pub use function::{function, function_error};
pub use schema::{identity_schema, schema};
pub use value::{ValueError, dynamic_value, identity_value, raw_json, value_of_dynamic, value_of_identity};
