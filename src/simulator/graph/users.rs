//! Users of the directory.

use std::sync::Arc;

use serde_json::{Value, json};

use super::call::Call;
use super::errors::{Failure, Outcome};
use super::listing;
use crate::directory::domain::EXCHANGE_SKU;
use crate::directory::entity::Entity;
use crate::directory::group::Group;
use crate::directory::ids::is_guid;
use crate::directory::tenant::Tenant;
use crate::directory::user::User;
use crate::server::exchange::Answer;
use crate::state::table::View;

/// The user a path names: by id, or by user principal name without regard to case.
pub(crate) fn seen(tenant: &Tenant, name: &str, view: View) -> Option<Arc<User>> {
    if let Some(user) = tenant.users.seen(name, view) {
        return Some(user.clone());
    }
    if is_guid(name) {
        return None;
    }
    tenant
        .users
        .seen_after(None, view)
        .find(|user| user.user_principal_name.eq_ignore_ascii_case(name))
        .cloned()
}

pub(crate) fn list(call: &Call<'_>) -> Outcome {
    call.allow("GET", "/users")?;
    if sees_basics_only(call) {
        let rows = listing::matching(&call.tenant().users, call.view, |_| true);
        return listing::gathered(call, "users", rows.iter().map(|user| Arc::new(basics(user))).collect());
    }
    listing::table(call, "users", &call.tenant().users)
}

/// `User.ReadBasic.All` alone shows names and addresses; all else is null.
fn sees_basics_only(call: &Call<'_>) -> bool {
    let full = ["Directory.Read.All", "Directory.ReadWrite.All", "User.Read.All", "User.ReadWrite.All"];
    !full.iter().any(|role| call.caller.roles.contains(*role))
}

fn basics(user: &User) -> User {
    User {
        id: user.id.clone(),
        user_principal_name: user.user_principal_name.clone(),
        display_name: user.display_name.clone(),
        given_name: user.given_name.clone(),
        surname: user.surname.clone(),
        mail: user.mail.clone(),
        ..User::default()
    }
}

pub(crate) fn count(call: &Call<'_>) -> Outcome {
    call.allow("GET", "/users/$count")?;
    listing::count(call, &call.tenant().users)
}

pub(crate) fn get(call: &Call<'_>, name: &str) -> Outcome {
    call.allow("GET", "/users/{id}")?;
    let user = seen(call.tenant(), name, call.view).ok_or_else(|| Failure::not_found(name))?;
    let user = if sees_basics_only(call) { Arc::new(basics(&user)) } else { user };
    call.object(200, "users", user.as_ref(), User::DEFAULT)
}

/// The groups that a user is in, directly or through other groups.
pub(crate) fn member_of(call: &Call<'_>, name: &str, transitive: bool) -> Outcome {
    let operation = if transitive { "/users/{id}/transitiveMemberOf" } else { "/users/{id}/memberOf" };
    call.allow("GET", operation)?;
    let user = seen(call.tenant(), name, call.view).ok_or_else(|| Failure::not_found(name))?;
    let mut inside: Vec<String> = vec![user.id.clone()];
    let mut found: Vec<Arc<Group>> = Vec::new();
    while let Some(member) = inside.pop() {
        let groups = listing::matching(&call.tenant().groups, call.view, |group| {
            group.members.iter().any(|other| other.id == member)
        });
        for group in groups {
            if !found.iter().any(|known| known.id == group.id) {
                if transitive {
                    inside.push(group.id.clone());
                }
                found.push(group);
            }
        }
    }
    listing::gathered_typed(call, "directoryObjects", found)
}

/// Nobody here has a manager, which Entra ID tells as it tells of an object that is missing, by the name of the relationship
/// (observed: entra-powershell#237; "by design", aspnet-snippets-sample#6). `User.Read.All` is the least that reads one
/// (documented: user-list-manager).
pub(crate) fn manager(call: &Call<'_>, name: &str) -> Outcome {
    call.allow("GET", "/users/{id}/manager")?;
    seen(call.tenant(), name, call.view).ok_or_else(|| Failure::not_found(name))?;
    Err(Failure::not_found("manager"))
}

pub(crate) fn licence_details(call: &Call<'_>, name: &str) -> Outcome {
    call.allow("GET", "/users/{id}/licenseDetails")?;
    let user = seen(call.tenant(), name, call.view).ok_or_else(|| Failure::not_found(name))?;
    let plans: Vec<Value> = user
        .assigned_plans
        .iter()
        .map(|plan| {
            json!({
                "servicePlanId": plan.service_plan_id, "servicePlanName": plan.service,
                "provisioningStatus": "Success", "appliesTo": "User",
            })
        })
        .collect();
    let details: Vec<Value> = user
        .assigned_licenses
        .iter()
        .map(|licence| {
            let part = if licence.sku_id == EXCHANGE_SKU { "EXCHANGESTANDARD" } else { "UNKNOWN" };
            json!({ "id": licence.sku_id, "skuId": licence.sku_id, "skuPartNumber": part, "servicePlans": plans })
        })
        .collect();
    let context = call.context(&format!("users('{}')/licenseDetails", user.id));
    Ok(Answer::json(200, &json!({ "@odata.context": context, "value": details })))
}

#[cfg(test)]
mod tests {
    use super::super::desk::Desk;
    use serde_json::json;

    fn hire(desk: &mut Desk, name: &str) -> String {
        let body = json!({
            "accountEnabled": true, "displayName": name, "mailNickname": name, "mail": format!("{name}@contoso.com"),
            "userPrincipalName": format!("{name}@contoso.com"), "passwordProfile": { "password": "x" },
        });
        let answer = desk.post("/users", &body);
        assert_eq!(answer.status, 201, "{}", answer.value());
        answer.text("/id")
    }

    #[test]
    fn whoever_reads_people_may_select_what_microsoft_documents_of_them() {
        let mut desk = Desk::new();
        let id = hire(&mut desk, "documented");
        let names = [
            "ageGroup",
            "city",
            "consentProvidedForMinor",
            "country",
            "employeeHireDate",
            "employeeId",
            "employeeOrgData",
            "faxNumber",
            "onPremisesDistinguishedName",
            "onPremisesDomainName",
            "onPremisesSecurityIdentifier",
            "onPremisesUserPrincipalName",
            "postalCode",
            "state",
            "streetAddress",
        ];
        let shown = desk.get(&format!("/users/{id}?$select=imAddresses,{}", names.join(","))).value();
        for name in names {
            assert_eq!(shown.get(name), Some(&json!(null)), "{name}: {shown}");
        }
        assert_eq!(shown["imAddresses"], json!([]));
        assert_eq!(desk.get(&format!("/users/{id}?$select=samlMetadataUrl")).status, 400);
    }

    #[test]
    fn nobody_has_a_manager_which_is_told_as_a_missing_object() {
        let mut desk = Desk::new();
        let id = hire(&mut desk, "independent");
        let answer = desk.get(&format!("/users/{id}/manager"));
        assert_eq!((answer.status, answer.code().as_str()), (404, "Request_ResourceNotFound"));
        let words = "Resource 'manager' does not exist or one of its queried reference-property objects are not present.";
        assert_eq!(answer.text("/error/message"), words);
        let mut reader = Desk::new().with_roles(&["User.Read.All"]);
        let id_there = reader.get("/users?$top=1").text("/value/0/id");
        assert_eq!(reader.get(&format!("/users/{id_there}/manager")).status, 404);
        let mut stranger = Desk::new().with_roles(&["Application.Read.All"]);
        assert_eq!(stranger.get(&format!("/users/{id}/manager")).status, 403);
    }

    #[test]
    fn pages_are_followed_to_the_end_without_loss() {
        let mut desk = Desk::new();
        let before = desk.world.tenants[0].users.iter().count();
        for number in 0..7 {
            hire(&mut desk, &format!("hire{number}"));
        }
        let mut url = "/users?$top=3&$select=id&$filter=startsWith(userPrincipalName,'hire')".to_owned();
        let mut seen = Vec::new();
        loop {
            let page = desk.get(&url).value();
            seen.extend(page["value"].as_array().unwrap().iter().map(|user| user["id"].to_string()));
            let Some(next) = page["@odata.nextLink"].as_str() else { break };
            next.trim_start_matches("https://127.0.0.1:1/v1.0").clone_into(&mut url);
        }
        seen.dedup();
        assert_eq!(seen.len(), 7);
        assert_eq!(desk.world.tenants[0].users.iter().count(), before + 7);
    }

    #[test]
    fn a_page_token_lives_minutes() {
        let mut desk = Desk::new();
        for name in ["a1", "a2"] {
            hire(&mut desk, name);
        }
        let next = desk.get("/users?$top=1").text("/@odata.nextLink").replace("https://127.0.0.1:1/v1.0", "");
        assert_eq!(desk.get(&next).status, 200);
        desk.advance("1h");
        assert_eq!(desk.get(&next).code(), "Directory_ExpiredPageToken");
    }

    #[test]
    fn count_needs_the_consistency_header() {
        let mut desk = Desk::new();
        let id = hire(&mut desk, "ann");
        assert!(desk.get("/users?$count=true").value().get("@odata.count").is_none());
        let counted = desk.send("GET", "/users?$count=true", None, &[("consistencylevel", "eventual")]);
        assert!(counted.value()["@odata.count"].as_u64() >= Some(1));
        assert_eq!(desk.get("/users/$count").status, 400);
        assert_eq!(desk.get(&format!("/users/{id}")).text("/mail"), "ann@contoso.com");
        assert_eq!(desk.get("/users/ANN@contoso.com").text("/id"), id);
    }

    #[test]
    fn a_deleted_user_is_among_the_deleted_items_for_thirty_days() {
        let mut desk = Desk::new();
        let id = hire(&mut desk, "leaver");
        assert_eq!(desk.delete("/users/leaver@contoso.com").status, 204);
        let deleted = desk.get(&format!("/directory/deletedItems/{id}"));
        assert_eq!(deleted.text("/mail"), "leaver@contoso.com");
        assert!(deleted.text("/userPrincipalName").ends_with("leaver@contoso.com"));
        desk.advance("30d");
        assert_eq!(desk.get(&format!("/directory/deletedItems/{id}")).status, 404);
    }

    #[test]
    fn delta_tells_what_came_and_what_went() {
        let mut desk = Desk::new();
        let gone = hire(&mut desk, "gone");
        let link = |desk: &mut Desk, url: &str| {
            let round = desk.get(url);
            (
                round.value()["value"].clone(),
                round.text("/@odata.deltaLink").replace("https://127.0.0.1:1/v1.0", ""),
            )
        };
        let (_, begun) = link(&mut desk, "/users/delta?$deltatoken=latest");
        let (nothing, begun) = link(&mut desk, &begun);
        assert_eq!(nothing, json!([]));
        desk.delete(&format!("/users/{gone}"));
        let new = hire(&mut desk, "new");
        let (changes, _) = link(&mut desk, &begun);
        let changes = changes.as_array().unwrap();
        assert_eq!(changes.len(), 2);
        assert!(changes.contains(&json!({ "id": gone, "@removed": { "reason": "changed" } })));
        assert!(changes.iter().any(|change| change["id"] == new.as_str()));
    }

    #[test]
    fn basic_readers_see_names_and_addresses_only() {
        let mut desk = Desk::new();
        let id = hire(&mut desk, "ann");
        let mut desk = desk.with_roles(&["User.ReadBasic.All"]);
        let user = desk.get(&format!("/users/{id}?$select=mail,accountEnabled"));
        assert_eq!(
            (user.text("/mail").as_str(), &user.value()["accountEnabled"]),
            ("ann@contoso.com", &json!(null))
        );
    }
}
