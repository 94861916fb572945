//! What lists of keys may not know yet: for a while after a key was made or removed, replicas show what was before.
//!
//! It is kept in private state, so that the next command knows it as well. A key that was made and that no list has shown is
//! late, not missing; one that was removed and is listed is late, and not what an interrupted run left.

use std::collections::BTreeSet;

use clients::graph::Graph;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Keys that lists may be late with.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct LateKeys {
    /// When a key was last made or removed, by the tenant's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) written: Option<Timestamp>,
    /// Those that were made and that no list has shown.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) unseen: BTreeSet<String>,
    /// Those that were removed.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) removed: BTreeSet<String>,
    /// When the making of one was not answered: nobody knows its id, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) lost: Option<Timestamp>,
}

/// A key that an apply which failed has left in Entra, or may have.
#[derive(Debug)]
pub(super) enum LeftOver {
    /// The one with this id.
    Known(String),
    /// One whose making was not answered.
    Lost,
}

impl LateKeys {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes note of a key that was made just now.
    pub(super) fn made(&mut self, key: &str, now: Timestamp) {
        self.unseen.insert(key.to_owned());
        self.written = Some(now);
    }

    /// Takes note of a key that an apply which failed just now has left.
    pub(super) fn left_over(&mut self, key: &LeftOver, now: Timestamp) {
        match key {
            LeftOver::Known(key) => self.made(key, now),
            LeftOver::Lost => (self.lost, self.written) = (Some(now), Some(now)),
        }
    }

    /// Takes note of keys that were removed just now.
    pub(super) fn gone<'k>(&mut self, keys: impl IntoIterator<Item = &'k String>, now: Timestamp) {
        for key in keys {
            self.unseen.remove(key);
            self.removed.insert(key.clone());
            self.written = Some(now);
        }
    }

    /// Takes note of what a list shows.
    pub(super) fn seen<'k>(&mut self, listed: impl IntoIterator<Item = &'k String>) {
        for key in listed {
            self.unseen.remove(key);
        }
    }

    /// Takes note of a list that shows all that bears the mark: beyond those that are `known`, the one whose making was not
    /// answered.
    pub(super) fn found(&mut self, listed: &BTreeSet<String>, known: &BTreeSet<String>) {
        if !listed.is_subset(known) {
            self.lost = None;
        }
    }

    /// Takes note of keys that somebody else has removed.
    pub(super) fn lack(&mut self, keys: &BTreeSet<String>) {
        self.unseen.retain(|key| !keys.contains(key));
    }

    /// Forgets what no replica can be late with any more.
    pub(super) fn forget_the_old(&mut self, graph: &Graph) {
        if !graph.is_young(self.written) {
            *self = Self::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::set;
    use super::*;

    #[test]
    fn a_key_whose_making_was_not_answered_is_found_once_a_list_shows_more_than_is_known() {
        let known = set(&["own", "old"]);
        for (listed, is_found) in [
            (&[][..], false),
            (&["own"], false),
            (&["own", "old"], false),
            (&["own", "old", "another"], true),
            (&["another"], true),
        ] {
            let mut late = LateKeys { lost: Some(Timestamp::UNIX_EPOCH), ..LateKeys::default() };
            late.found(&set(listed), &known);
            assert_eq!(late.lost.is_none(), is_found, "{listed:?}");
        }
    }
}
