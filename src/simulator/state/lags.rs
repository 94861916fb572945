//! How late replicas are with a write.

use jiff::{SignedDuration, Timestamp};

use super::World;
use super::table::Settling;
use crate::moods::Lag;

/// Kinds of objects, as far as replicas are late with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Application,
    Principal,
    Grant,
    RoleAssignment,
    Keys,
    Deleted,
    Person,
}

impl World {
    /// When all replicas will have heard of a write made now to an object of this kind.
    pub(crate) fn settles(&mut self, kind: Kind) -> Settling {
        let moods = &self.moods;
        let own = match kind {
            Kind::Application => moods.lag_of_applications,
            Kind::Principal => moods.lag_of_principals,
            Kind::Grant => moods.lag_of_grants,
            Kind::RoleAssignment => moods.lag_of_role_assignments,
            Kind::Keys => moods.lag_of_keys,
            Kind::Deleted => moods.lag_of_deleted_items,
            Kind::Person => moods.lag_of_people,
        };
        self.settling(own.unwrap_or(moods.replica_lag))
    }

    /// When something is seen everywhere that is late by this much.
    pub(crate) fn settling(&mut self, lag: Lag) -> Settling {
        let drawn = self.moods.replicas_disagree;
        let mut within = |most: u64| if drawn { self.random.below(most + 1) } else { most };
        match lag {
            Lag::Reads(count) => Settling {
                at: Timestamp::MIN,
                looks: u32::try_from(within(u64::from(count))).unwrap_or(count),
            },
            Lag::Milliseconds(most) => {
                let lag = SignedDuration::from_millis(i64::try_from(within(most)).unwrap_or(i64::MAX));
                self.clock.now().checked_add(lag).unwrap_or(Timestamp::MAX).into()
            }
        }
    }

    /// True and false in turn.
    pub(crate) fn alternate(&mut self) -> bool {
        self.turn = !self.turn;
        self.turn
    }
}
