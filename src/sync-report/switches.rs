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
    /// Both.
    pub const ALL: [Self; 2] = [Self::V1, Self::V2];

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

impl Role {
    /// Those that a sync may give.
    pub const ALL: [Self; 2] = [Self::EndUser, Self::SilentUser];

    /// The role with this name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Its name in configurations and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::EndUser => "end_user",
            Self::SilentUser => "silent_user",
        }
    }
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

/// The switches of a sync: what is synced, and what a run may do. Every shape in which they occur (a configuration, the
/// API's settings, a document) converts to this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Switches {
    /// Role of new users.
    pub default_role: Role,
    /// Kinds that are synced.
    pub what: What,
    /// What may be done to users.
    pub users: Actions,
    /// What may be done to groups, which become functional accounts.
    pub groups: Actions,
}

impl Default for Actions {
    /// Nobody is removed before somebody says so.
    fn default() -> Self {
        Self { add: true, update: true, remove_deleted: false }
    }
}

impl Default for Switches {
    /// The defaults of `proofpoint_azure_sync`: active users and distribution groups, add and update, nothing removed.
    fn default() -> Self {
        Self {
            default_role: Role::EndUser,
            what: What { active_users: true, distribution_groups: true, security_groups: false },
            users: Actions::default(),
            groups: Actions::default(),
        }
    }
}

impl Switches {
    /// Whether a run may reach more people than under the earlier switches, or do more to them. The role of new users
    /// widens nothing.
    pub fn widens(&self, earlier: &Self) -> bool {
        self.flags().zip(earlier.flags()).any(|((_, now), (_, before))| now && !before)
    }

    /// The switches that are set otherwise than in the other ones, by the names that configurations use, each with the
    /// two values.
    pub fn differences(&self, other: &Self) -> Vec<Mismatch> {
        let role = (self.default_role != other.default_role).then(|| Mismatch {
            name: "default_role",
            values: [self.default_role.name(), other.default_role.name()],
        });
        let flags = self.flags().zip(other.flags()).filter(|((_, one), (_, two))| one != two);
        let text = |flag| if flag { "true" } else { "false" };
        let flags = flags.map(|((name, one), (_, two))| Mismatch { name, values: [text(one), text(two)] });
        role.into_iter().chain(flags).collect()
    }

    /// Every switch that is on or off, to be set otherwise.
    pub(super) fn flags_mut(&mut self) -> [(&'static str, &mut bool); 9] {
        let Self { default_role: _, what, users, groups } = self;
        let What { active_users, distribution_groups, security_groups } = what;
        let Actions { add, update, remove_deleted } = users;
        [
            ("what.active_users", active_users),
            ("what.distribution_groups", distribution_groups),
            ("what.security_groups", security_groups),
            ("users.add", add),
            ("users.update", update),
            ("users.remove_deleted", remove_deleted),
            ("groups.add", &mut groups.add),
            ("groups.update", &mut groups.update),
            ("groups.remove_deleted", &mut groups.remove_deleted),
        ]
    }

    /// Every switch that is on or off. Whoever adds one decides here that to switch it on widens a sync.
    fn flags(&self) -> impl Iterator<Item = (&'static str, bool)> {
        let Self { default_role: _, what, users, groups } = *self;
        let What { active_users, distribution_groups, security_groups } = what;
        let of_users = users.flags(["users.add", "users.update", "users.remove_deleted"]);
        let of_groups = groups.flags(["groups.add", "groups.update", "groups.remove_deleted"]);
        let of_what = [
            ("what.active_users", active_users),
            ("what.distribution_groups", distribution_groups),
            ("what.security_groups", security_groups),
        ];
        of_what.into_iter().chain(of_users).chain(of_groups)
    }
}

impl Actions {
    fn flags(self, [adding, updating, removing]: [&'static str; 3]) -> [(&'static str, bool); 3] {
        let Self { add, update, remove_deleted } = self;
        [(adding, add), (updating, update), (removing, remove_deleted)]
    }
}

/// A switch that two sides set otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// Its name, such as `users.remove_deleted`.
    pub name: &'static str,
    /// What each of the two says.
    pub values: [&'static str; 2],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_that_is_switched_on_widens_and_every_difference_has_a_name() {
        let narrow = Switches::default();
        let wide = Switches {
            default_role: Role::SilentUser,
            groups: Actions { remove_deleted: true, ..narrow.groups },
            ..narrow
        };
        assert!(wide.widens(&narrow) && !narrow.widens(&wide) && !narrow.widens(&narrow));
        let named: Vec<_> =
            wide.differences(&narrow).into_iter().map(|each| (each.name, each.values)).collect();
        assert_eq!(
            named,
            [("default_role", ["silent_user", "end_user"]), ("groups.remove_deleted", ["true", "false"])]
        );
    }
}
