//! What a run is told to do.

/// Version of Proofpoint's sync that a stack runs. The API does not show it (Proofpoint reference: improved Azure sync).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SyncVersion {
    /// Every enabled user becomes a user account; a blocked one an inactive account, whose mail is refused.
    V1,
    /// Only enabled users with an Exchange licence become user accounts; blocked ones become functional accounts.
    #[default]
    V2,
}

impl SyncVersion {
    /// The version with this number, if there is one.
    pub fn from_number(number: i64) -> Option<Self> {
        match number {
            1 => Some(Self::V1),
            2 => Some(Self::V2),
            _ => None,
        }
    }

    /// `1` or `2`.
    pub fn number(self) -> i64 {
        match self {
            Self::V1 => 1,
            Self::V2 => 2,
        }
    }

    /// The version that this one is not.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::V1 => Self::V2,
            Self::V2 => Self::V1,
        }
    }
}

/// The role that the sync gives to users it creates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    /// Digest and sign-in.
    #[default]
    EndUser,
    /// Digest only.
    SilentUser,
}

/// Which kinds of directory objects are synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct What {
    /// Users.
    pub active_users: bool,
    /// Distribution lists and Microsoft 365 groups.
    pub distribution_groups: bool,
    /// Mail-enabled security groups.
    pub security_groups: bool,
}

/// What a run may do to one kind of account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actions {
    /// Create accounts for objects that have none.
    pub add: bool,
    /// Bring accounts in line with their objects.
    pub update: bool,
    /// Remove accounts whose object is gone.
    pub remove_deleted: bool,
}

/// The settings that decide what a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Role of new users.
    pub default_role: Role,
    /// Kinds that are synced.
    pub what: What,
    /// What may be done to users.
    pub users: Actions,
    /// What may be done to groups, which become functional accounts.
    pub groups: Actions,
}

impl Default for Settings {
    /// The defaults of `proofpoint_azure_sync`: active users and distribution groups, add and update, nothing removed.
    fn default() -> Self {
        let actions = Actions { add: true, update: true, remove_deleted: false };
        Self {
            default_role: Role::EndUser,
            what: What { active_users: true, distribution_groups: true, security_groups: false },
            users: actions,
            groups: actions,
        }
    }
}
