//! What sync, preview, run and health write alike: the report's closed sets as the types of attributes, and its limit.

use framework::words;
use sync_report::{Gravity, Limit, Role, SyncVersion};

words! {
    /// The role of users that the sync creates.
    pub struct NewUserRole(Role) in Role::ALL, as Role::name;
}

words! {
    /// The version of the sync that a stack runs.
    pub struct StackVersion(SyncVersion) in SyncVersion::ALL, as number SyncVersion::number;
}

words! {
    /// How much a finding matters.
    pub struct FindingSeverity(Gravity) in Gravity::ALL, as Gravity::name;
}

impl Default for StackVersion {
    fn default() -> Self {
        SyncVersion::default().into()
    }
}

/// A rule: the text is a limit.
pub(crate) fn count_or_percent(text: &str) -> Result<(), String> {
    text.parse::<Limit>().map(drop).map_err(|error| error.to_string())
}
