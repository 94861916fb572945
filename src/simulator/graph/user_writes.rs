//! Hiring, changing and removing users, as an administrator would.

use serde_json::{Map, Value};

use super::call::Call;
use super::errors::{Failure, Outcome};
use super::users;
use crate::directory::entity::Entity;
use crate::directory::tenant::Tenant;
use crate::directory::user::User;
use crate::server::exchange::Answer;
use crate::state::lags::Kind;

/// Set by the service alone.
const READ_ONLY: [&str; 4] = ["id", "createdDateTime", "deletedDateTime", "creationType"];

pub(crate) fn create(call: &mut Call<'_>) -> Outcome {
    call.allow("POST", "/users")?;
    let body = call.body()?;
    for required in ["accountEnabled", "displayName", "mailNickname", "userPrincipalName", "passwordProfile"]
    {
        if body.get(required).is_none_or(Value::is_null) {
            return Err(Failure::bad(format!(
                "A value is required for property '{required}' of resource 'User'."
            )));
        }
    }
    let blank = User {
        id: call.guid(),
        user_type: Some("Member".to_owned()),
        created_date_time: Some(call.timestamp()),
        ..User::default()
    };
    let user = changed(&blank, body)?;
    check(call.tenant(), &user)?;
    let answer = call.object(201, "users", &user, User::DEFAULT)?;
    let (now, settles, id) = (call.now, call.settles(Kind::Person), user.id.clone());
    call.tenant_mut().users.put(&id, user, now, settles);
    Ok(answer)
}

pub(crate) fn update(call: &mut Call<'_>, name: &str) -> Outcome {
    call.allow("PATCH", "/users/{id}")?;
    let current = target(call, name)?;
    let user = changed(&current, call.changes(&current.id)?)?;
    check(call.tenant(), &user)?;
    let (now, settles, id) = (call.now, call.settles(Kind::Person), user.id.clone());
    call.tenant_mut().users.put(&id, user, now, settles);
    Ok(Answer::empty(204))
}

/// A deleted user keeps its mail address; its user principal name gets its id in front, without hyphens.
pub(crate) fn delete(call: &mut Call<'_>, name: &str) -> Outcome {
    call.allow("DELETE", "/users/{id}")?;
    let current = target(call, name)?;
    let (now, settles, deleted) = (call.now, call.settles(Kind::Person), call.timestamp());
    let items = call.settles(Kind::Deleted);
    let tenant = call.tenant_mut();
    tenant.users.remove(&current.id, now, settles);
    let gone = deleted_form(&current, &deleted);
    tenant.deleted_users.put(&current.id, gone, now, items);
    Ok(Answer::empty(204))
}

/// How a user looks among the deleted items.
pub(crate) fn deleted_form(user: &User, deleted: &str) -> User {
    let prefix = user.id.replace('-', "");
    User {
        user_principal_name: format!("{prefix}{}", user.user_principal_name),
        deleted_date_time: Some(deleted.to_owned()),
        ..user.clone()
    }
}

/// How a deleted user looks once it is back.
pub(crate) fn restored(user: &User) -> User {
    let prefix = user.id.replace('-', "");
    let name = user.user_principal_name.strip_prefix(&prefix).unwrap_or(&user.user_principal_name);
    User { user_principal_name: name.to_owned(), deleted_date_time: None, ..user.clone() }
}

fn target(call: &Call<'_>, name: &str) -> Outcome<std::sync::Arc<User>> {
    users::seen(call.tenant(), name, call.view)
        .filter(|user| call.tenant().users.reached(&user.id, call.now))
        .and_then(|user| call.tenant().users.get(&user.id).cloned())
        .ok_or_else(|| Failure::not_found(name))
}

/// The user with the properties of a body. Setting `mail` makes it the primary address.
fn changed(user: &User, body: Map<String, Value>) -> Outcome<User> {
    let Ok(Value::Object(mut document)) = serde_json::to_value(user) else {
        return Err(Failure::bad("The user can't be changed."));
    };
    let mail_given = body.contains_key("mail");
    for (name, value) in body {
        if name == "passwordProfile" || name.starts_with("@odata.") {
            continue;
        }
        if READ_ONLY.contains(&name.as_str()) {
            return Err(Failure::bad(format!("Property '{name}' is read-only and cannot be set.")));
        }
        if !User::PROPERTIES.contains(&name.as_str()) {
            return Err(Failure::bad(format!("Property '{name}' is invalid.")));
        }
        document.insert(name, value);
    }
    let mut user: User =
        serde_json::from_value(Value::Object(document)).map_err(|error| Failure::bad(error.to_string()))?;
    if mail_given {
        user.proxy_addresses.retain(|address| !address.starts_with("SMTP:"));
        if let Some(mail) = &user.mail {
            let alias = format!("smtp:{mail}");
            user.proxy_addresses.retain(|address| !address.eq_ignore_ascii_case(&alias));
            user.proxy_addresses.insert(0, format!("SMTP:{mail}"));
        }
    }
    Ok(user)
}

/// Addresses belong to one user, and a sign-in name lies in a verified domain.
fn check(tenant: &Tenant, user: &User) -> Outcome<()> {
    let domain = user.user_principal_name.rsplit('@').next().unwrap_or_default();
    if !tenant.domains.iter().any(|known| known.is_verified && known.id.eq_ignore_ascii_case(domain)) {
        return Err(Failure::bad(
            "The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.",
        ));
    }
    let taken = |property: &str| {
        Failure::bad(format!("Another object with the same value for property {property} already exists."))
    };
    for other in tenant.users.iter().filter(|other| other.id != user.id) {
        if other.user_principal_name.eq_ignore_ascii_case(&user.user_principal_name) {
            return Err(taken("userPrincipalName"));
        }
        let shared = user
            .proxy_addresses
            .iter()
            .any(|address| other.proxy_addresses.iter().any(|known| known.eq_ignore_ascii_case(address)));
        if shared {
            return Err(taken("proxyAddresses"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::desk::Desk;
    use super::*;
    use serde_json::json;

    #[test]
    fn a_deleted_user_gets_its_name_back_when_restored() {
        let user = User {
            id: "0f0e0d0c-0b0a-0908-0706-050403020100".to_owned(),
            user_principal_name: "ann@contoso.com".to_owned(),
            ..User::default()
        };
        let gone = deleted_form(&user, "2026-01-01T00:00:00Z");
        assert_eq!(gone.user_principal_name, "0f0e0d0c0b0a09080706050403020100ann@contoso.com");
        assert_eq!(restored(&gone), user);
    }

    #[test]
    fn mail_becomes_the_primary_address() {
        let user =
            User { proxy_addresses: vec!["SMTP:a@x.com".into(), "smtp:b@x.com".into()], ..User::default() };
        let Value::Object(body) = serde_json::json!({ "mail": "b@x.com" }) else { unreachable!() };
        assert_eq!(changed(&user, body).unwrap().proxy_addresses, ["SMTP:b@x.com"]);
    }

    #[test]
    fn an_own_id_in_a_change_is_no_change() {
        let mut desk = Desk::new();
        let ids: Vec<String> = desk.get("/users?$select=id&$top=2").value()["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(|user| user["id"].as_str().unwrap().to_owned())
            .collect();
        let address = format!("/users/{}", ids[0]);
        assert_eq!(desk.patch(&address, &json!({ "id": ids[0], "displayName": "Ann" })).status, 204);
        assert_eq!(desk.get(&address).text("/displayName"), "Ann");
        assert_eq!(desk.patch(&address, &json!({ "id": ids[1] })).status, 400);
    }
}
