//! How much of their budgets applications have used.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

/// What was used within the current window.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meter {
    pub(crate) since: Timestamp,
    pub(crate) used: u64,
}

impl Meter {
    pub(crate) fn add(&mut self, now: Timestamp, window: SignedDuration, cost: u64) -> u64 {
        if now.duration_since(self.since) >= window {
            *self = Self { since: now, used: 0 };
        }
        self.used += cost;
        self.used
    }

    pub(crate) fn seconds_left(&self, now: Timestamp, window: SignedDuration) -> i64 {
        (window - now.duration_since(self.since)).as_secs().max(0) + 1
    }
}

/// All meters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meters {
    /// Units and writes of every application in every tenant.
    pub(crate) graph: HashMap<(String, String), (Meter, Meter)>,
    /// Requests to Proofpoint Essentials, by account or organization.
    pub(crate) essentials: HashMap<String, Meter>,
}
