//! What the integration tests share: the processes they start and the places they run in.

pub(crate) mod archive;
pub(crate) mod authority;
pub(crate) mod azure_cli;
pub(crate) mod browser;
pub(crate) mod by_hand;
pub(crate) mod checksum;
pub(crate) mod forge;
pub(crate) mod hand_built;
pub(crate) mod mistakes;
pub(crate) mod named;
pub(crate) mod one_identity;
pub(crate) mod plugin;
pub(crate) mod printed;
pub(crate) mod quickstart;
pub(crate) mod relay;
pub(crate) mod secret_search;
pub(crate) mod sign_in;
pub(crate) mod simulator;
pub(crate) mod steps;
pub(crate) mod witness;
pub(crate) mod workspace;

pub(crate) use plugin_client::cli;
