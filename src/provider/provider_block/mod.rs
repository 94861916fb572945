//! The provider itself: its block, what follows from it, and the session that resources work with.

mod arguments;
mod configuration;
mod diagnose;
mod failure;
pub mod ids;
mod intentions;
mod model;
pub mod permissions;
mod region;
mod session;

pub use arguments::argument;
pub(crate) use configuration::settle;
pub use configuration::{Configuration, Incomplete, Login, configure, validate};
pub(crate) use diagnose::{CHANGED, Diagnose, SLOW};
pub(crate) use failure::Cause;
pub use failure::{At, Failure};
pub(crate) use ids::bare_client_id;
pub use ids::{NotAPath, ObjectPath};
pub(crate) use intentions::{Newcomer, PreviewIntention, SyncIntention};
pub use model::ProviderModel;
pub(crate) use region::RegionName;
pub use session::Session;
