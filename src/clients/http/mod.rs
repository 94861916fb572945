//! One HTTP layer under every API: deadlines, retries only where a repeat is safe, refused redirects, bounded bodies,
//! proxies, own certificate authorities, and errors that say what to do.
//!
//! An answer with an error status is an answer: the API above knows what it means. [`Error`] is for what kept us from
//! getting an answer of the service at all.

pub mod client;

mod address;
mod body;
mod call;
mod error;
mod hidden;
mod json;
mod json_place;
mod legible;
mod limiter;
mod patience;
mod places;
mod proxy;
mod request;
mod response;
mod retry;
mod send;
mod stream;
mod tap;

pub use address::is_loopback;
pub use body::Body;
pub use call::{Call, Interrupted};
pub use client::Options;
pub(crate) use error::{About, is_certificate_fault};
pub use error::{Error, ErrorKind};
pub(crate) use hidden::Hidden;
pub(crate) use json::read_value;
pub use json::{Misfit, MisfitKind, read_json};
pub use legible::legible;
pub(crate) use limiter::Limiter;
pub(crate) use patience::{FIRST_DELAY, LONGEST_DELAY, Patience};
pub use places::Places;
pub use request::{Repeat, Request};
pub use response::Response;
pub use retry::delays;
pub(crate) use retry::parse_retry_after;
pub use send::HttpClient;
pub(crate) use stream::Streamed;
pub use tap::{Answer, Tap};
