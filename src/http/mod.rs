//! The one HTTP layer under every API.

mod call;

pub use call::{Call, Interrupted};
