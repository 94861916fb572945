//! What the report is computed from.

use super::directory::{Directory, DirectoryObject};
use super::roster::{Account, Exemptions, Roster};
use super::switches::{Actions, Switches, SyncVersion};

/// Everything the report is computed from.
#[derive(Debug, Clone, Default)]
pub struct Input {
    /// Users, groups, deleted items and verified domains of the tenant.
    pub directory: Directory,
    /// Accounts, domains and licences of the organization.
    pub roster: Roster,
    /// Addresses left alone.
    pub exemptions: Exemptions,
    /// What the run is told to do.
    pub switches: Switches,
    /// Which version of the sync runs.
    pub version: SyncVersion,
}

impl Input {
    /// The object with this index.
    pub(super) fn object(&self, index: u32) -> Option<&DirectoryObject> {
        self.directory.objects().get(index as usize)
    }

    /// The account with this index.
    pub(super) fn account(&self, index: u32) -> Option<&Account> {
        self.roster.accounts().get(index as usize)
    }

    /// The flags that bind an object.
    pub(super) fn actions_for(&self, object: &DirectoryObject) -> &Actions {
        if object.is_group() { &self.switches.groups } else { &self.switches.users }
    }
}
