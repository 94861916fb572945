//! What an Entra tenant holds, whatever its services show of it.

pub(crate) mod application;
pub(crate) mod caller;
pub(crate) mod domain;
pub(crate) mod entity;
pub(crate) mod grant;
pub(crate) mod group;
pub(crate) mod ids;
pub(crate) mod key;
pub(crate) mod lookup;
pub(crate) mod machine;
pub(crate) mod policies;
pub(crate) mod resources;
pub(crate) mod role_assignment;
pub(crate) mod service_principal;
pub(crate) mod tenant;
pub(crate) mod user;
