//! Between generated messages and the framework's types.

mod diagnostic;
mod function;
mod schema;
mod value;

pub(crate) use diagnostic::{diagnostics, path};
pub(crate) use function::{function, function_error};
pub(crate) use schema::{identity_schema, schema};
pub(crate) use value::{
    ValueError, dynamic_value, identity_value, raw_json, value_of_dynamic, value_of_identity,
};
