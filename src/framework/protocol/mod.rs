//! The wire: generated messages, codecs for values, and conversion to and from the framework's types.

pub(crate) mod convert;
pub(crate) mod msgpack;
pub mod wire;
