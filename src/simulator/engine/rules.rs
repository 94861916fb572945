//! What each object of the directory asks for.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization as _;

use crate::essentials::account::{OriginKind, domain_of};
use crate::essentials::organization::Organization;
use crate::essentials::settings::Settings;
use crate::graph::groups::Group;
use crate::graph::users::User;
use crate::moods::SyncVersion;

/// What the answers depend on.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub(super) domains: BTreeSet<String>,
    pub(super) users: bool,
    pub(super) distribution_groups: bool,
    pub(super) security_groups: bool,
    pub(super) version: SyncVersion,
}

impl Scope {
    pub(super) fn of(organization: &Organization, settings: &Settings, version: SyncVersion) -> Self {
        Self {
            domains: organization.domains.iter().map(|domain| domain.name.clone()).collect(),
            users: settings.sync_active_users,
            distribution_groups: settings.sync_distribution_groups,
            security_groups: settings.sync_security_groups,
            version,
        }
    }

    fn has(&self, address: &str) -> bool {
        self.domains.contains(domain_of(address))
    }
}

/// A user or group, reduced to what the sync makes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Object {
    pub(super) id: String,
    pub(super) kind: OriginKind,
    /// In lower case; empty where there is none.
    pub(super) address: String,
    pub(super) verdict: Verdict,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// A rule says that it is not synced.
    OutOfScope,
    /// Its kind is switched off.
    SwitchedOff,
    Blocked(&'static str),
    Wanted(Wanted),
}

/// The account that an object asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// A user, who may be inactive; else a functional account.
    pub(super) user: bool,
    pub(super) active: bool,
    pub(super) firstname: String,
    pub(super) surname: String,
    pub(super) aliases: Vec<String>,
}

/// The answer for a user.
pub(super) fn person(user: &User, scope: &Scope) -> Object {
    let (address, by_mail) = primary_address(user);
    let object =
        |verdict| Object { id: user.id.clone(), kind: OriginKind::User, address: address.clone(), verdict };
    let guest = user.user_type.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("Guest"));
    if guest || is_initial_domain(domain_of(&address)) || !(by_mail || scope.has(&address)) {
        return object(Verdict::OutOfScope);
    }
    let enabled = user.account_enabled != Some(false);
    if enabled && scope.version == SyncVersion::Two && !has_mailbox(user) {
        return object(Verdict::OutOfScope);
    }
    if !scope.users {
        return object(Verdict::SwitchedOff);
    }
    if !scope.has(&address) {
        return object(Verdict::Blocked("the domain of the address is not in the organization"));
    }
    let (is_user, active) = match (scope.version, enabled) {
        (_, true) => (true, true),
        (SyncVersion::One, false) => (true, false),
        (SyncVersion::Two, false) => (false, true),
    };
    object(Verdict::Wanted(Wanted {
        user: is_user,
        active,
        firstname: name(user.given_name.as_deref()),
        surname: name(user.surname.as_deref()),
        aliases: aliases(&user.proxy_addresses, &address, scope),
    }))
}

/// The answer for a group.
pub(super) fn group(group: &Group, scope: &Scope) -> Object {
    let address = address(group.mail.as_deref().unwrap_or_default());
    let object =
        |verdict| Object { id: group.id.clone(), kind: OriginKind::Group, address: address.clone(), verdict };
    if group.mail_enabled != Some(true) || address.is_empty() || is_initial_domain(domain_of(&address)) {
        return object(Verdict::OutOfScope);
    }
    let unified = group.group_types.iter().any(|kind| kind == "Unified");
    let on = if !unified && group.security_enabled == Some(true) {
        scope.security_groups
    } else {
        scope.distribution_groups
    };
    if !on {
        return object(Verdict::SwitchedOff);
    }
    if !scope.has(&address) {
        return object(Verdict::Blocked("the domain of the address is not in the organization"));
    }
    object(Verdict::Wanted(Wanted {
        user: false,
        active: true,
        firstname: name(group.display_name.as_deref()),
        surname: String::new(),
        aliases: aliases(&group.proxy_addresses, &address, scope),
    }))
}

/// The address, and whether it is `mail`.
fn primary_address(user: &User) -> (String, bool) {
    match user.mail.as_deref().filter(|mail| !mail.is_empty()) {
        Some(mail) => (address(mail), true),
        None => (address(&user.user_principal_name), false),
    }
}

/// Service plans with a mailbox: Exchange Online Plan 1 and 2, Kiosk, POP, Essentials and their like, with those for
/// governments. Every other plan of the service `exchange` is something beside a mailbox.
const MAILBOX_PLANS: [&str; 10] = [
    "90927877-dcff-4af6-b346-2332c0b15bb7",
    "d42bdbd6-c335-4231-ab3d-c8f348d5aff5",
    "4a82b400-a79f-41a4-b4e2-e94f5787b113",
    "88f4d7ef-a73b-4246-8047-516022144c9f",
    "efb87545-963c-4e0d-99df-69c6916d9eb0",
    "8c3069c0-ccdb-44be-ab77-986203a67df2",
    "1126bef5-da20-4f07-b45e-ad25d2581aa8",
    "9aaf7827-d63c-4b61-89c3-182f06f82e5c",
    "e9b4930a-925f-45e2-ac2a-3f7788ca6fdd",
    "fc52cc4b-ed7d-472d-bbe7-b081c23ecc56",
];

/// Whether the user has an Exchange licence.
fn has_mailbox(user: &User) -> bool {
    user.assigned_plans.iter().any(|plan| {
        let status = plan.capability_status.as_str();
        MAILBOX_PLANS.contains(&plan.service_plan_id.as_str()) && matches!(status, "Enabled" | "Warning")
    })
}

/// An address as the sync writes it.
fn address(text: &str) -> String {
    text.trim().to_lowercase().nfc().collect()
}

/// A name as the sync writes it.
fn name(text: Option<&str>) -> String {
    text.unwrap_or_default().trim().nfc().collect()
}

/// Microsoft's own domain of a tenant.
pub(super) fn is_initial_domain(domain: &str) -> bool {
    domain.to_lowercase().ends_with(".onmicrosoft.com")
}

fn aliases(proxy_addresses: &[String], primary: &str, scope: &Scope) -> Vec<String> {
    let found: BTreeSet<String> = proxy_addresses
        .iter()
        .filter_map(|address| address.split_once(':'))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("smtp"))
        .map(|(_, entry)| address(entry))
        .filter(|address| address != primary && scope.has(address))
        .collect();
    found.into_iter().collect()
}
