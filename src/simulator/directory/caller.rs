//! Who calls Graph.

use std::collections::BTreeSet;

/// The application that signed in.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) tenant: String,
    pub(crate) app_id: String,
    /// Object id of its service principal in the tenant.
    pub(crate) object_id: String,
    pub(crate) roles: BTreeSet<String>,
}
