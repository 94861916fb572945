//! Which Microsoft Graph permission each operation needs, app-only. Error messages and the permissions guide read the
//! same table. Source: Microsoft's permissions reference per operation; the least one stands first.

use std::fmt;

/// What the caller must hold: one of each inner list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// The operation, for a table's row.
    pub what: &'static str,
    /// One permission of each inner list is needed; any of a list will do.
    pub permissions: &'static [&'static [&'static str]],
    /// A directory role that a signed-in person needs besides, or what else matters.
    pub note: Option<&'static str>,
}

impl Need {
    /// Whether somebody who may change nothing can have it.
    pub fn is_to_read(&self) -> bool {
        self.permissions.iter().all(|any| any.iter().any(|one| one.contains(".Read.")))
    }
}

const READ_DIRECTORY: &[&str] = &["Application.Read.All", "Directory.Read.All", "Application.ReadWrite.All"];
const WRITE_APPLICATION: &[&str] = &["Application.ReadWrite.OwnedBy", "Application.ReadWrite.All"];

/// Reading registrations and service principals.
pub const READ_APPLICATIONS: Need = Need {
    what: "read applications and service principals",
    permissions: &[&["Application.Read.All", "Application.ReadWrite.OwnedBy", "Application.ReadWrite.All"]],
    note: None,
};
/// Creating and changing registrations and service principals, their secrets included.
pub const WRITE_APPLICATIONS: Need = Need {
    what: "create, change and delete applications, service principals and client secrets",
    permissions: &[WRITE_APPLICATION],
    note: Some("`Application.ReadWrite.OwnedBy` is enough for applications that the caller owns"),
};
/// Owners of a registration, reading: the page of the operation asks for more than the registration itself does.
pub(crate) const READ_OWNERS: Need = Need {
    what: "read the owners of an application",
    permissions: &[WRITE_APPLICATION, &["Directory.Read.All"]],
    note: None,
};
/// Owners of a registration.
pub const WRITE_OWNERS: Need = Need {
    what: "change the owners of an application",
    permissions: &[WRITE_APPLICATION, &["Directory.Read.All"]],
    note: None,
};
/// Deleted registrations and service principals.
pub const RESTORE_APPLICATIONS: Need = Need {
    what: "restore deleted applications and service principals",
    permissions: &[WRITE_APPLICATION],
    note: Some(
        "a person needs the directory role *Application Administrator* or *Cloud Application Administrator* as well",
    ),
};
/// Listing what was deleted. `Application.ReadWrite.OwnedBy` is not enough (Graph: List deletedItems).
pub const READ_DELETED_APPLICATIONS: Need = Need {
    what: "find deleted applications and service principals",
    permissions: &[&["Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All"]],
    note: None,
};
/// Delegated grants, reading.
pub const READ_GRANTS: Need = Need {
    what: "read delegated permission grants",
    permissions: &[&["Directory.Read.All", "DelegatedPermissionGrant.ReadWrite.All"]],
    note: None,
};
/// Delegated grants, writing. Amounts to Global Administrator: it can grant anything to any application.
pub const WRITE_GRANTS: Need = Need {
    what: "grant and revoke delegated permissions",
    permissions: &[&["DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All"]],
    note: Some(
        "a person needs the directory role *Cloud Application Administrator* or *Application Administrator*",
    ),
};
/// App role assignments. Amounts to Global Administrator: it can give any application permission to any application.
pub const WRITE_ROLE_ASSIGNMENTS: Need = Need {
    what: "grant and revoke application permissions",
    permissions: &[&["AppRoleAssignment.ReadWrite.All"], READ_DIRECTORY],
    note: Some(
        "a person needs the directory role *Privileged Role Administrator* or *Global Administrator*: \
         *Application Administrator* may not grant application permissions of Microsoft Graph",
    ),
};
/// App management policies.
pub const READ_POLICIES: Need =
    Need { what: "read app management policies", permissions: &[&["Policy.Read.All"]], note: None };
/// When a key was last signed in with.
pub const READ_SIGN_IN_ACTIVITY: Need = Need {
    what: "read when a client secret was last signed in with",
    permissions: &[&["AuditLog.Read.All", "Directory.Read.All"]],
    note: Some("never needed: it is additional evidence, in Microsoft's global cloud"),
};
/// The tenant itself.
pub const READ_ORGANIZATION: Need = Need {
    what: "read the tenant",
    permissions: &[&["Organization.Read.All", "User.Read.All", "Directory.Read.All"]],
    note: None,
};
/// The tenant's domains.
pub const READ_DOMAINS: Need = Need {
    what: "read the tenant's domains",
    permissions: &[&["Domain.Read.All", "Directory.Read.All"]],
    note: None,
};
/// Users, with the properties that the report needs.
pub const READ_USERS: Need = Need {
    what: "read users and deleted users",
    permissions: &[&["User.Read.All", "Directory.Read.All"]],
    note: None,
};
/// Groups.
pub const READ_GROUPS: Need = Need {
    what: "read groups",
    permissions: &[&["Group.Read.All", "GroupMember.Read.All", "Directory.Read.All"]],
    note: None,
};
/// Deleted groups. `GroupMember.Read.All` is not enough (Graph: List deletedItems).
pub const READ_DELETED_GROUPS: Need = Need {
    what: "read deleted groups",
    permissions: &[&["Group.Read.All", "Directory.Read.All"]],
    note: None,
};

/// Permissions that let their holder make itself anything in the tenant, with the reason: as powerful as Global
/// Administrator (Microsoft: best practices for Microsoft Entra roles, most privileged application permissions).
pub const AS_POWERFUL_AS_GLOBAL_ADMINISTRATOR: &[(&str, &str)] = &[
    ("AppRoleAssignment.ReadWrite.All", "gives any application permission to any application, to itself too"),
    ("Application.ReadWrite.All", "adds a secret to any application and so becomes that application"),
    ("DelegatedPermissionGrant.ReadWrite.All", "consents to anything in everybody's name"),
    ("Directory.ReadWrite.All", "consents to anything in everybody's name and changes most of the directory"),
];

/// Whether a permission amounts to Global Administrator.
pub(crate) fn amounts_to_global_administrator(permission: &str) -> bool {
    AS_POWERFUL_AS_GLOBAL_ADMINISTRATOR.iter().any(|(name, _)| *name == permission)
}

/// Every row.
pub const ALL: &[&Need] = &[
    &READ_APPLICATIONS,
    &WRITE_APPLICATIONS,
    &WRITE_OWNERS,
    &RESTORE_APPLICATIONS,
    &READ_DELETED_APPLICATIONS,
    &READ_GRANTS,
    &WRITE_GRANTS,
    &WRITE_ROLE_ASSIGNMENTS,
    &READ_POLICIES,
    &READ_SIGN_IN_ACTIVITY,
    &READ_ORGANIZATION,
    &READ_DOMAINS,
    &READ_USERS,
    &READ_GROUPS,
    &READ_DELETED_GROUPS,
];

impl Need {
    /// Whether one of the lists can't be met without a permission that amounts to Global Administrator.
    pub fn demands_global_administrator(&self) -> bool {
        let powerful = |any_of: &&[&str]| any_of.iter().all(|name| amounts_to_global_administrator(name));
        self.permissions.iter().any(powerful)
    }

    /// What of it a token that carries these permissions lacks; `None` when it lacks nothing.
    pub fn missing(&self, held: &[String]) -> Option<Missing> {
        let carries = |name: &&str| held.iter().any(|held| held == name);
        let lists: Vec<_> =
            self.permissions.iter().copied().filter(|any_of| !any_of.iter().any(&carries)).collect();
        (!lists.is_empty()).then_some(Missing { lists, note: self.note })
    }
}

/// What a token lacks of a need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    lists: Vec<&'static [&'static str]>,
    note: Option<&'static str>,
}

/// As of a [`Need`].
impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_lists(f, &self.lists)?;
        self.note.map_or(Ok(()), |note| write!(f, " ({note})"))
    }
}

/// For example: `` `A` or `B`, and `C` ``, and what else matters.
impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_lists(f, self.permissions)?;
        self.note.map_or(Ok(()), |note| write!(f, " ({note})"))
    }
}

fn write_lists(f: &mut impl fmt::Write, lists: &[&[&str]]) -> fmt::Result {
    for (index, any_of) in lists.iter().enumerate() {
        if index > 0 {
            f.write_str(", and ")?;
        }
        for (index, name) in any_of.iter().enumerate() {
            let separator = if index == 0 { "" } else { " or " };
            write!(f, "{separator}`{name}`")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_permission_of_each_list_is_needed() {
        let missing = |held: &[&str]| {
            let held: Vec<String> = held.iter().map(|name| (*name).to_owned()).collect();
            WRITE_ROLE_ASSIGNMENTS.missing(&held)
        };
        assert_eq!(missing(&["AppRoleAssignment.ReadWrite.All", "Directory.Read.All"]), None);
        let lacks = missing(&["AppRoleAssignment.ReadWrite.All"]).expect("one of two");
        assert!(lacks.to_string().starts_with("`Application.Read.All` or"), "{lacks}");
        let lacks = missing(&["Directory.Read.All"]).expect("the other of two");
        assert!(lacks.to_string().starts_with("`AppRoleAssignment.ReadWrite.All` ("), "{lacks}");
    }

    #[test]
    fn the_text_names_every_choice() {
        let text = WRITE_OWNERS.to_string();
        assert_eq!(
            text,
            "`Application.ReadWrite.OwnedBy` or `Application.ReadWrite.All`, and `Directory.Read.All`"
        );
    }

    #[test]
    fn only_consent_demands_what_amounts_to_global_administrator() {
        let demanding: Vec<&str> =
            ALL.iter().filter(|need| need.demands_global_administrator()).map(|need| need.what).collect();
        assert_eq!(demanding, [WRITE_GRANTS.what, WRITE_ROLE_ASSIGNMENTS.what]);
    }

    #[test]
    fn every_powerful_permission_is_one_that_something_may_use() {
        for (name, _) in AS_POWERFUL_AS_GLOBAL_ADMINISTRATOR {
            let used =
                ALL.iter().flat_map(|need| need.permissions.iter().copied().flatten()).any(|n| n == name);
            assert!(used, "{name}");
        }
    }

    #[test]
    fn every_named_permission_exists() {
        use crate::graph::{PermissionKind, permission_id};
        for name in ALL.iter().flat_map(|need| need.permissions.iter().copied().flatten()) {
            assert!(permission_id(PermissionKind::Application, name).is_some(), "{name}");
        }
    }
}
