//! The wire: generated messages, codecs for values, and conversion to and from the framework's types.

pub(crate) mod convert;
pub mod msgpack;
pub mod wire;
