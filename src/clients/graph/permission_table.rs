//! Names and ids of Microsoft Graph's permissions as they were published in August 2026 (`microsoft-info`,
//! `GraphAppRoles.json` and `GraphDelegateRoles.json`). The ids are the same in every tenant, so that known names need
//! no request; a name that is newer than the table is looked up in the tenant.

use std::cmp::Ordering;
use std::sync::LazyLock;

/// Client id of Microsoft Graph itself, the same in every tenant.
pub(crate) const GRAPH_CLIENT_ID: &str = "00000003-0000-0000-c000-000000000000";

/// One line per name: the name, the delegated permission's id, the application permission's id; `-` for none. Sorted.
const TABLE: &str = include_str!("permissions.tsv");

/// Whether a permission is used on behalf of a person or by the application itself. One name has two ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PermissionKind {
    /// Delegated: a scope.
    Delegated,
    /// Application: an app role.
    Application,
}

impl PermissionKind {
    /// As Graph spells it in `requiredResourceAccess`.
    pub(crate) fn wire_name(self) -> &'static str {
        match self {
            Self::Delegated => "Scope",
            Self::Application => "Role",
        }
    }
}

impl std::fmt::Display for PermissionKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Delegated => "delegated",
            Self::Application => "application",
        })
    }
}

struct Row<'a> {
    name: &'a str,
    delegated: Option<&'a str>,
    application: Option<&'a str>,
}

impl<'a> Row<'a> {
    fn id(&self, kind: PermissionKind) -> Option<&'a str> {
        match kind {
            PermissionKind::Delegated => self.delegated,
            PermissionKind::Application => self.application,
        }
    }
}

fn rows() -> impl Iterator<Item = Row<'static>> {
    TABLE.lines().filter_map(row)
}

fn row(line: &'static str) -> Option<Row<'static>> {
    let mut columns = line.split('\t').map(|column| Some(column).filter(|column| *column != "-"));
    let name = columns.next()??;
    Some(Row { name, delegated: columns.next()?, application: columns.next()? })
}

/// The id of a permission by its name, without asking a tenant.
pub fn permission_id(kind: PermissionKind, name: &str) -> Option<&'static str> {
    // A binary search over the text: lines are sorted by name.
    let (mut low, mut high) = (0, TABLE.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = TABLE.get(..middle)?.rfind('\n').map_or(0, |position| position + 1).max(low);
        let end = TABLE.get(start..)?.find('\n').map_or(TABLE.len(), |length| start + length);
        let row = row(TABLE.get(start..end)?)?;
        match row.name.cmp(name) {
            Ordering::Equal => return row.id(kind),
            Ordering::Less => low = end + 1,
            Ordering::Greater => high = start,
        }
    }
    None
}

/// Every id with its kind and its name, in order: a plan of many tenants asks for the same few names again and again.
static BY_ID: LazyLock<Vec<(&str, PermissionKind, &str)>> = LazyLock::new(|| {
    let mut ids = Vec::new();
    for row in rows() {
        for kind in [PermissionKind::Delegated, PermissionKind::Application] {
            ids.extend(row.id(kind).map(|id| (id, kind, row.name)));
        }
    }
    ids.sort_unstable();
    ids
});

/// The name of a permission by its id, without asking a tenant.
pub(crate) fn permission_name(kind: PermissionKind, id: &str) -> Option<&'static str> {
    // The table has them in lower case.
    let id = id.to_ascii_lowercase();
    let found = BY_ID.binary_search_by_key(&(id.as_str(), kind), |(id, kind, _)| (*id, *kind)).ok()?;
    BY_ID.get(found).map(|(_, _, name)| *name)
}

/// All names of a kind.
pub fn names(kind: PermissionKind) -> impl Iterator<Item = &'static str> {
    rows().filter(move |row| row.id(kind).is_some()).map(|row| row.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found_by_name_and_by_id() {
        for row in rows() {
            for kind in [PermissionKind::Delegated, PermissionKind::Application] {
                assert_eq!(permission_id(kind, row.name), row.id(kind), "{}", row.name);
                if let Some(id) = row.id(kind) {
                    assert_eq!(permission_name(kind, &id.to_uppercase()), Some(row.name));
                    assert_eq!(id, id.to_lowercase());
                    assert!(uuid::Uuid::try_parse(id).is_ok(), "{id}");
                }
            }
        }
        assert!(rows().count() > 900);
    }

    #[test]
    fn the_permissions_that_proofpoint_asks_for_have_their_documented_ids() {
        let delegated = |name| permission_id(PermissionKind::Delegated, name);
        assert_eq!(delegated("Directory.Read.All"), Some("06da0dbc-49e2-44d2-8312-53f166ab848a"));
        assert_eq!(delegated("Group.Read.All"), Some("5f8c59db-677d-491f-a6b8-5f174b11ec1d"));
        assert_eq!(delegated("User.ReadBasic.All"), Some("b340eb25-3456-403f-be2f-af7a0d370277"));
        let role = permission_id(PermissionKind::Application, "Directory.Read.All");
        assert_eq!(role, Some("7ab1d382-f21e-4acd-a863-ba3e13f7da61"));
    }

    #[test]
    fn names_that_do_not_exist_or_not_in_this_kind_have_no_id() {
        for name in ["", "A", "Directory.Read.Al", "Directory.Read.All2", "zzzz"] {
            assert_eq!(permission_id(PermissionKind::Delegated, name), None, "{name}");
        }
        assert_eq!(permission_id(PermissionKind::Application, "User.Read"), None);
    }
}
