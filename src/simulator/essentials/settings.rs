//! How an organization is synced: what the settings are, whatever the API makes of them.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::account::AccountType;

/// The settings, with the key in clear and the two fields that came later. A document of a world need not name each: one that
/// was kept from before a member was known still loads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "the flags are those of the API")]
pub(crate) struct Settings {
    pub(crate) primary_domain: String,
    pub(crate) application_id: String,
    pub(crate) ad_key: String,
    pub(crate) disable_login: bool,
    /// The role of users that a sync makes.
    pub(crate) default_user_role_name: AccountType,
    /// Hours between runs; 0 for none.
    pub(crate) sync_frequency: u16,
    pub(crate) sync_active_users: bool,
    pub(crate) sync_distribution_groups: bool,
    pub(crate) sync_security_groups: bool,
    pub(crate) add_users: bool,
    pub(crate) update_users: bool,
    pub(crate) remove_deleted_users: bool,
    pub(crate) add_groups: bool,
    pub(crate) update_groups: bool,
    pub(crate) remove_deleted_groups: bool,
    /// The member that stands for those that nobody has described, once it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sync_shared_mailboxes: Option<bool>,
    pub(crate) secret_expiry: Option<Timestamp>,
    pub(crate) last_successful_sync: Option<Timestamp>,
    /// When the next run is due; no API shows it.
    pub(crate) next_run: Option<Timestamp>,
}

impl Settings {
    /// Plans the next run: a frequency that did not change keeps the time it had.
    pub(crate) fn schedule(&mut self, before: Option<&Self>, now: Timestamp) {
        let kept = before.filter(|before| before.sync_frequency == self.sync_frequency);
        self.next_run = match kept.and_then(|before| before.next_run) {
            Some(due) => Some(due),
            None => self.next_run.filter(|_| before.is_none()).or_else(|| self.following(now)),
        };
        if self.sync_frequency == 0 {
            self.next_run = None;
        }
    }

    /// The time of the run after one at `time`.
    pub(crate) fn following(&self, time: Timestamp) -> Option<Timestamp> {
        let hours = i64::from(self.sync_frequency);
        (hours > 0).then(|| time.checked_add(SignedDuration::from_hours(hours)).ok()).flatten()
    }
}
