//! Domains of a tenant, and the licence that gives its people a mailbox.

use super::entity::entity;

entity! {
    /// A domain of the tenant; its id is its name.
    Domain as "domain", default [
        "authenticationType", "availabilityStatus", "id", "isAdminManaged", "isDefault", "isInitial", "isRoot",
        "isVerified", "manufacturer", "model", "passwordNotificationWindowInDays", "passwordValidityPeriodInDays",
        "state", "supportedServices",
    ] {
        authentication_type: String = "authenticationType",
        availability_status: Option<String> = "availabilityStatus",
        id: String = "id",
        is_admin_managed: bool = "isAdminManaged",
        is_default: bool = "isDefault",
        is_initial: bool = "isInitial",
        is_root: bool = "isRoot",
        is_verified: bool = "isVerified",
        manufacturer: Option<String> = "manufacturer",
        model: Option<String> = "model",
        password_notification_window: Option<i32> = "passwordNotificationWindowInDays",
        password_validity_period: Option<i32> = "passwordValidityPeriodInDays",
        state: Option<String> = "state",
        /// `Email`, `OfficeCommunicationsOnline`.
        supported_services: Vec<String> = "supportedServices",
    }
}

impl Domain {
    /// A verified domain that carries mail.
    pub(crate) fn verified(name: &str, is_default: bool, is_initial: bool) -> Self {
        Self {
            id: name.to_owned(),
            authentication_type: "Managed".to_owned(),
            is_admin_managed: true,
            is_default,
            is_initial,
            is_root: true,
            is_verified: true,
            supported_services: vec!["Email".to_owned(), "OfficeCommunicationsOnline".to_owned()],
            ..Self::default()
        }
    }
}

/// Exchange Online (Plan 1), the licence that gives a user a mailbox.
pub(crate) const EXCHANGE_SKU: &str = "4b9405b0-7788-4568-add1-99614e613b69";
/// The service plan within it.
pub(crate) const EXCHANGE_PLAN: &str = "9aaf7827-d63c-4b61-89c3-182f06f82e5c";
