//! What each object of the directory asks for, looked at by itself: a list of filters, of which the first that takes the
//! object decides.

use super::tables::{GroupKind, Licence, Object, Tables};

/// What an object asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ask {
    /// Out of scope, by this rule of the page.
    Nothing(&'static str),
    /// An account on a domain that Proofpoint does not know.
    Elsewhere,
    Account(Wish),
}

/// The account that an object asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wish {
    pub(super) functional: bool,
    pub(super) active: bool,
    /// On domains of the organization, without the primary address (rule `aliases`).
    pub(super) aliases: Vec<String>,
}

type Filter = (&'static str, fn(&Tables, &Object) -> bool);

const ON_USERS: [Filter; 6] = [
    ("kind-switched-off", |tables, _| !tables.on("sync_active_users")),
    ("guests", |_, user| user.guest),
    ("onmicrosoft-domains", |_, user| is_initial(&user.primary)),
    ("foreign-users", |tables, user| {
        !user.mail.iter().chain(&user.principal_name).any(|address| tables.is_ours(address))
    }),
    ("unlicensed-user", |tables, user| is_judged_by_licence(tables, user) && user.licence == Licence::Absent),
    ("exchange-licence", |tables, user| {
        is_judged_by_licence(tables, user) && user.licence == Licence::Unclear
    }),
];

const ON_GROUPS: [Filter; 4] = [
    ("group-kinds", |_, group| group.group_kind.is_none()),
    ("kind-switched-off", |tables, group| {
        !tables.on(match group.group_kind {
            Some(GroupKind::Security) => "sync_security_groups",
            _ => "sync_distribution_groups",
        })
    }),
    ("onmicrosoft-domains", |_, group| is_initial(&group.primary)),
    ("foreign-users", |tables, group| !tables.is_ours(&group.primary)),
];

fn is_initial(address: &str) -> bool {
    address.ends_with(".onmicrosoft.com")
}

/// Version 1 takes every user, and version 2 every user whose sign-in is blocked, licensed or not.
fn is_judged_by_licence(tables: &Tables, user: &Object) -> bool {
    tables.version == 2 && !user.is_blocked()
}

pub(super) fn ask(tables: &Tables, object: &Object) -> Ask {
    let filters: &[Filter] = if object.is_group { &ON_GROUPS } else { &ON_USERS };
    if let Some((rule, _)) = filters.iter().find(|(_, takes)| takes(tables, object)) {
        return Ask::Nothing(rule);
    }
    if !tables.is_ours(&object.primary) {
        return Ask::Elsewhere;
    }
    let aliases = object.smtp.iter().filter(|alias| tables.is_ours(alias) && **alias != object.primary);
    Ask::Account(Wish {
        functional: object.is_group || (tables.version == 2 && object.is_blocked()),
        active: object.is_group || tables.version == 2 || !object.is_blocked(),
        aliases: aliases.cloned().collect(),
    })
}
