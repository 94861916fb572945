//! The wire: generated messages, codecs for values, and conversion to and from the framework's types.

pub mod convert;
pub mod msgpack;
pub mod wire;
