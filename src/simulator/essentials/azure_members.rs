//! The members of the settings, as a PUT holds them: each of [`Settings`](super::settings::Settings) is in one of the lists.

/// What a secret reads as.
pub(super) const MASK: &str = "****";

/// The members that are texts.
pub(super) const TEXTS: [&str; 4] = ["primary_domain", "application_id", "ad_key", "default_user_role_name"];

/// The members that are switches.
pub(super) const FLAGS: [&str; 10] = [
    "disable_login",
    "sync_active_users",
    "sync_distribution_groups",
    "sync_security_groups",
    "add_users",
    "update_users",
    "remove_deleted_users",
    "add_groups",
    "update_groups",
    "remove_deleted_groups",
];

/// The member that is a number.
pub(super) const HOURS: &str = "sync_frequency";

/// A member that stands for those that nobody has described.
pub(super) const FURTHER: &str = "sync_shared_mailboxes";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::essentials::settings::Settings;

    #[test]
    fn every_member_of_the_settings_is_read_from_a_put_or_is_the_services_own() {
        let settings = serde_json::to_value(Settings::default()).expect("JSON");
        let members: BTreeSet<&str> =
            settings.as_object().expect("an object").keys().map(String::as_str).collect();
        let own = ["secret_expiry", "last_successful_sync", "next_run"];
        let listed: BTreeSet<&str> = TEXTS.into_iter().chain(FLAGS).chain([HOURS]).chain(own).collect();
        assert_eq!(members, listed);
    }
}
