//! Which operation a method and a path stand for.

use super::app_role_assignments::{self, Side};
use super::call::Call;
use super::errors::{Failure, Outcome};
use super::owners::Owned;
use super::passwords::Holder;
use super::{
    application_writes, applications, deleted_items, delta, directory_objects, federated, grants,
    group_members, groups, organization, owners, passwords, policies, service_principal_writes,
    service_principals, sign_ins, user_writes, users,
};
use crate::directory::key::Key;

/// Names in paths; Graph does not mind their case.
const WORDS: &[&str] = &[
    "$count",
    "$ref",
    "addPassword",
    "appCredentialSignInActivities",
    "appManagementPolicies",
    "appRoleAssignedTo",
    "appRoleAssignments",
    "applications",
    "defaultAppManagementPolicy",
    "deletedItems",
    "delta",
    "directory",
    "directoryObjects",
    "domains",
    "federatedIdentityCredentials",
    "getByIds",
    "groups",
    "licenseDetails",
    "manager",
    "me",
    "memberOf",
    "members",
    "oauth2PermissionGrants",
    "organization",
    "owners",
    "policies",
    "removePassword",
    "reports",
    "restore",
    "servicePrincipals",
    "subscribedSkus",
    "transitiveMemberOf",
    "transitiveMembers",
    "users",
    "verify",
];

/// The path after `/v1.0`, keys in parentheses as segments of their own: `applications(appId='x')` is
/// `applications`, `appId='x'`.
pub(crate) fn segments(path: Vec<String>) -> Vec<String> {
    let mut segments = Vec::new();
    for segment in path.into_iter().skip(1) {
        match segment.split_once('(') {
            Some((name, rest)) if rest.ends_with(')') => {
                segments.push(canonical(name));
                let key = &rest[..rest.len() - 1];
                if !key.is_empty() {
                    segments.push(key.to_owned());
                }
            }
            _ => segments.push(canonical(&segment)),
        }
    }
    segments
}

fn canonical(segment: &str) -> String {
    let short = segment.strip_prefix("microsoft.graph.").filter(|name| name.eq_ignore_ascii_case("delta"));
    let name = short.unwrap_or(segment);
    WORDS
        .iter()
        .find(|word| word.eq_ignore_ascii_case(name))
        .map_or_else(|| name.to_owned(), |word| (*word).to_owned())
}

/// Runs the operation; `None` when there is no such route.
pub(crate) fn run(call: &mut Call<'_>, segments: &[&str]) -> Option<Outcome> {
    let method = call.request.method.clone();
    let outcome = match segments {
        ["applications", rest @ ..] => of_applications(call, &method, rest)?,
        ["servicePrincipals", rest @ ..] => of_service_principals(call, &method, rest)?,
        ["oauth2PermissionGrants", rest @ ..] => match (method.as_str(), rest) {
            ("GET", []) => grants::list(call),
            ("POST", []) => grants::create(call),
            ("GET", ["$count"]) => grants::count(call),
            ("GET", [id]) => grants::get(call, id),
            ("PATCH", [id]) => grants::update(call, id),
            ("DELETE", [id]) => grants::delete(call, id),
            _ => return None,
        },
        ["directory", "deletedItems", rest @ ..] => match (method.as_str(), rest) {
            ("GET", [kind]) if deleted_items::is_kind(kind) => deleted_items::list(call, kind),
            ("GET", [id]) => deleted_items::get(call, id),
            ("DELETE", [id]) => deleted_items::purge(call, id),
            ("POST", [id, "restore"]) => deleted_items::restore(call, id),
            _ => return None,
        },
        ["reports", "appCredentialSignInActivities", rest @ ..] if call.request.version() == "beta" => {
            match (method.as_str(), rest) {
                ("GET", []) => sign_ins::list(call),
                ("GET", [id]) => sign_ins::get(call, id),
                _ => return None,
            }
        }
        // Everybody here is an application.
        ["me", ..] => Err(Failure::new(
            400,
            "BadRequest",
            "/me request is only valid with delegated authentication flow.",
        )),
        ["users", rest @ ..] => of_users(call, &method, rest)?,
        ["groups", rest @ ..] => of_groups(call, &method, rest)?,
        rest => of_the_tenant(call, &method, rest)?,
    };
    Some(outcome)
}

fn of_applications(call: &mut Call<'_>, method: &str, rest: &[&str]) -> Option<Outcome> {
    let key = |segment: &&str| Key::parse(segment);
    Some(match (method, rest) {
        ("GET", []) => applications::list(call),
        ("POST", []) => application_writes::create(call),
        ("GET", ["$count"]) => applications::count(call),
        ("GET", [id]) if *id != "delta" => applications::get(call, &key(id)),
        ("PATCH", [id]) => application_writes::update(call, &key(id)),
        ("DELETE", [id]) => applications::delete(call, &key(id)),
        ("POST", [id, "addPassword"]) => passwords::add(call, Holder::Application, &key(id)),
        ("POST", [id, "removePassword"]) => passwords::remove(call, Holder::Application, &key(id)),
        ("GET", [id, "appManagementPolicies"]) => policies::of_application(call, &key(id)),
        ("GET", [id, "owners"]) => owners::list(call, Owned::Application, &key(id)),
        ("POST", [id, "owners", "$ref"]) => owners::add(call, Owned::Application, &key(id)),
        ("DELETE", [id, "owners", owner, "$ref"]) => {
            owners::remove(call, Owned::Application, &key(id), owner)
        }
        ("GET", [id, "federatedIdentityCredentials"]) => federated::list(call, &key(id)),
        ("POST", [id, "federatedIdentityCredentials"]) => federated::create(call, &key(id)),
        ("GET", [id, "federatedIdentityCredentials", name]) => federated::get(call, &key(id), &key(name)),
        ("PATCH", [id, "federatedIdentityCredentials", name]) => {
            federated::update(call, &key(id), &key(name))
        }
        ("DELETE", [id, "federatedIdentityCredentials", name]) => {
            federated::delete(call, &key(id), &key(name))
        }
        _ => return not_allowed(method, rest.len() == 2),
    })
}

fn of_service_principals(call: &mut Call<'_>, method: &str, rest: &[&str]) -> Option<Outcome> {
    let key = |segment: &&str| Key::parse(segment);
    let side = |segment: &str| match segment {
        "appRoleAssignments" => Some(Side::Principal),
        "appRoleAssignedTo" => Some(Side::Resource),
        _ => None,
    };
    Some(match (method, rest) {
        ("GET", []) => service_principals::list(call),
        ("POST", []) => service_principal_writes::create(call),
        ("GET", ["$count"]) => service_principals::count(call),
        ("GET", [id]) if *id != "delta" => service_principals::get(call, &key(id)),
        ("PATCH", [id]) => service_principal_writes::update(call, &key(id)),
        ("DELETE", [id]) => service_principal_writes::delete(call, &key(id)),
        ("POST", [id, "addPassword"]) => passwords::add(call, Holder::ServicePrincipal, &key(id)),
        ("POST", [id, "removePassword"]) => passwords::remove(call, Holder::ServicePrincipal, &key(id)),
        ("GET", [id, "oauth2PermissionGrants"]) => grants::of_client(call, &key(id)),
        ("GET", [id, "owners"]) => owners::list(call, Owned::ServicePrincipal, &key(id)),
        ("POST", [id, "owners", "$ref"]) => owners::add(call, Owned::ServicePrincipal, &key(id)),
        ("DELETE", [id, "owners", owner, "$ref"]) => {
            owners::remove(call, Owned::ServicePrincipal, &key(id), owner)
        }
        ("GET", [id, set]) => app_role_assignments::list(call, side(set)?, &key(id)),
        ("POST", [id, set]) if side(set).is_some() => {
            app_role_assignments::create(call, side(set)?, &key(id))
        }
        ("GET", [id, set, assignment]) => app_role_assignments::get(call, side(set)?, &key(id), assignment),
        ("DELETE", [id, set, assignment]) => {
            app_role_assignments::delete(call, side(set)?, &key(id), assignment)
        }
        _ => return not_allowed(method, rest.len() == 2),
    })
}

/// An action that does not exist on a known object is a 405 of Graph itself.
fn not_allowed(method: &str, action: bool) -> Option<Outcome> {
    (action && method == "POST").then(|| {
        Err(Failure::new(
            405,
            "Request_BadRequest",
            "Specified HTTP method is not allowed for the request target.",
        ))
    })
}

fn of_users(call: &mut Call<'_>, method: &str, rest: &[&str]) -> Option<Outcome> {
    Some(match (method, rest) {
        ("GET", []) => users::list(call),
        ("POST", []) => user_writes::create(call),
        ("GET", ["$count"]) => users::count(call),
        ("GET", ["delta"]) => delta::users(call),
        ("GET", [id]) => users::get(call, id),
        ("PATCH", [id]) => user_writes::update(call, id),
        ("DELETE", [id]) => user_writes::delete(call, id),
        ("GET", [id, "manager"]) => users::manager(call, id),
        ("GET", [id, "memberOf"]) => users::member_of(call, id, false),
        ("GET", [id, "transitiveMemberOf"]) => users::member_of(call, id, true),
        ("GET", [id, "licenseDetails"]) => users::licence_details(call, id),
        _ => return None,
    })
}

fn of_groups(call: &mut Call<'_>, method: &str, rest: &[&str]) -> Option<Outcome> {
    Some(match (method, rest) {
        ("GET", []) => groups::list(call),
        ("POST", []) => groups::create(call),
        ("GET", ["$count"]) => groups::count(call),
        ("GET", ["delta"]) => delta::groups(call),
        ("GET", [id]) => groups::get(call, id),
        ("PATCH", [id]) => groups::update(call, id),
        ("DELETE", [id]) => groups::delete(call, id),
        ("POST", [id, "members", "$ref"]) => group_members::add(call, id),
        ("DELETE", [id, "members", member, "$ref"]) => group_members::remove(call, id, member),
        ("GET", [id, members @ ("members" | "transitiveMembers")]) => {
            group_members::list(call, id, members, None, false)
        }
        ("GET", [id, members @ ("members" | "transitiveMembers"), "$count"]) => {
            group_members::list(call, id, members, None, true)
        }
        ("GET", [id, members @ ("members" | "transitiveMembers"), cast]) => {
            group_members::list(call, id, members, Some(cast), false)
        }
        _ => return None,
    })
}

fn of_the_tenant(call: &mut Call<'_>, method: &str, rest: &[&str]) -> Option<Outcome> {
    Some(match (method, rest) {
        ("GET", ["organization"]) => organization::list(call),
        ("GET", ["organization", id]) => organization::get(call, id),
        ("GET", ["domains"]) => organization::domains(call),
        ("POST", ["domains"]) => organization::add_domain(call),
        ("GET", ["domains", name]) => organization::domain(call, name),
        ("DELETE", ["domains", name]) => organization::delete_domain(call, name),
        ("POST", ["domains", name, "verify"]) => organization::verify_domain(call, name),
        ("GET", ["subscribedSkus"]) => organization::subscribed_skus(call),
        ("GET", ["subscribedSkus", id]) => organization::subscribed_sku(call, id),
        ("GET", ["policies", "defaultAppManagementPolicy"]) => policies::default(call),
        ("GET", ["policies", "appManagementPolicies"]) => policies::list(call),
        ("POST", ["directoryObjects", "getByIds"]) => directory_objects::get_by_ids(call),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(path: &str) -> Vec<String> {
        segments(path.split('/').map(str::to_owned).collect())
    }

    #[test]
    fn keys_in_parentheses_are_segments() {
        assert_eq!(
            split("v1.0/applications(appId='x')/addPassword"),
            ["applications", "appId='x'", "addPassword"]
        );
        assert_eq!(split("v1.0/users/delta()"), ["users", "delta"]);
    }

    #[test]
    fn names_are_matched_without_case() {
        assert_eq!(
            split("v1.0/serviceprincipals/ID/approleassignments")[..],
            ["servicePrincipals", "ID", "appRoleAssignments"]
        );
    }
}
