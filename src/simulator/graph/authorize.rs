//! Who may call what: the caller's granted roles against what each operation needs.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

use super::errors::{Failure, Outcome};

const OPERATIONS: &str = include_str!("../data/authorize.txt");

/// Enough to manage what one owns, and nothing else.
const OWNED_BY: &str = "Application.ReadWrite.OwnedBy";

/// How far a permitted caller's right reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    Everything,
    /// Only applications and principals that the caller owns.
    Owned,
}

type Clauses = Vec<Vec<&'static str>>;

fn operations() -> &'static HashMap<(&'static str, &'static str), Clauses> {
    static TABLE: OnceLock<HashMap<(&'static str, &'static str), Clauses>> = OnceLock::new();
    TABLE.get_or_init(|| {
        OPERATIONS
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| {
                let mut words = line.split(' ');
                let operation = (words.next()?, words.next()?);
                Some((operation, words.map(|clause| clause.split(',').collect()).collect()))
            })
            .collect()
    })
}

/// Every clause needs one of its permissions.
pub(crate) fn check(roles: &BTreeSet<String>, method: &str, operation: &str) -> Outcome<Reach> {
    let clauses = operations().get(&(method, operation)).ok_or_else(Failure::forbidden)?;
    let mut reach = Reach::Everything;
    for clause in clauses {
        if clause.iter().any(|permission| *permission != OWNED_BY && roles.contains(*permission)) {
            continue;
        }
        if !(clause.contains(&OWNED_BY) && roles.contains(OWNED_BY)) {
            return Err(Failure::forbidden());
        }
        reach = Reach::Owned;
    }
    Ok(reach)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(granted: &[&str], method: &str, operation: &str) -> Option<Reach> {
        let roles = granted.iter().map(|role| (*role).to_owned()).collect();
        check(&roles, method, operation).ok()
    }

    #[test]
    fn assigning_roles_needs_a_read_permission_too() {
        let operation = "/servicePrincipals/{id}/appRoleAssignments";
        assert_eq!(may(&["AppRoleAssignment.ReadWrite.All"], "POST", operation), None);
        let both = ["AppRoleAssignment.ReadWrite.All", "Application.Read.All"];
        assert_eq!(may(&both, "POST", operation), Some(Reach::Everything));
    }

    /// Microsoft's page *List deletedItems* leaves out what is enough for those that are there.
    #[test]
    fn deleted_items_are_listed_by_those_who_may_read_everything_of_their_kind() {
        let lists = |granted: &str, kind: &str| {
            may(&[granted], "GET", &format!("/directory/deletedItems/microsoft.graph.{kind}")).is_some()
        };
        for kind in ["application", "servicePrincipal"] {
            assert!(lists("Application.Read.All", kind) && !lists(OWNED_BY, kind), "{kind}");
        }
        assert!(lists("Group.Read.All", "group") && !lists("GroupMember.Read.All", "group"));
    }

    #[test]
    fn owned_by_reaches_only_what_the_caller_owns() {
        assert_eq!(may(&[OWNED_BY], "PATCH", "/applications/{id}"), Some(Reach::Owned));
        assert_eq!(
            may(&["Application.ReadWrite.All"], "PATCH", "/applications/{id}"),
            Some(Reach::Everything)
        );
        assert_eq!(may(&["Directory.Read.All"], "PATCH", "/applications/{id}"), None);
    }
}
