//! The members of the settings.

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

/// A member that stands for those that nobody has described.
pub(super) const FURTHER: &str = "sync_shared_mailboxes";
