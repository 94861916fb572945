//! The machine that has managed identities.

use crate::state::random::Random;

/// A managed identity.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) client_id: String,
    /// Object id of its service principal.
    pub(crate) principal_id: String,
}

/// What the machine is.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    pub(crate) own: Identity,
    pub(crate) assigned: Identity,
}

impl Machine {
    pub(crate) fn invented(mut random: Random) -> Self {
        let mut identity = || Identity { client_id: random.guid(), principal_id: random.guid() };
        Self { own: identity(), assigned: identity() }
    }
}
