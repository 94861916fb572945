//! Users, as far as a mail directory sync looks at them.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Deserialize;

use super::ask::Ask;
use super::connection::Graph;
use super::error::Error;
use super::lenient;
use super::needs;
use super::paging::PAGE;
use crate::http::Call;

/// The verbs of users.
#[derive(Debug, Clone, Copy)]
pub struct Users<'a>(pub(super) &'a Graph);

const SELECT: &str = "id,userPrincipalName,mail,givenName,surname,displayName,accountEnabled,userType,proxyAddresses,assignedPlans";

/// A user. Its texts belong to the page they came with.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User<'a> {
    /// Object id.
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    /// Sign-in name.
    #[serde(borrow, default, deserialize_with = "text")]
    pub user_principal_name: Cow<'a, str>,
    /// Primary mail address.
    #[serde(borrow, default, deserialize_with = "optional_text")]
    pub mail: Option<Cow<'a, str>>,
    /// First name.
    #[serde(borrow, default, deserialize_with = "optional_text")]
    pub given_name: Option<Cow<'a, str>>,
    /// Last name.
    #[serde(borrow, default, deserialize_with = "optional_text")]
    pub surname: Option<Cow<'a, str>>,
    /// Name shown.
    #[serde(borrow, default, deserialize_with = "optional_text")]
    pub display_name: Option<Cow<'a, str>>,
    /// False when sign-in is blocked.
    pub account_enabled: Option<bool>,
    /// `Member`, `Guest`, or nothing in old objects.
    #[serde(borrow, default, deserialize_with = "optional_text")]
    pub user_type: Option<Cow<'a, str>>,
    /// Addresses with their kind: `SMTP:` the primary one, `smtp:` an alias.
    #[serde(borrow, default, deserialize_with = "texts")]
    pub proxy_addresses: Vec<Cow<'a, str>>,
    /// Service plans.
    #[serde(borrow, default, deserialize_with = "lenient::or_default")]
    pub assigned_plans: Vec<AssignedPlan<'a>>,
}

/// A service plan of a user.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AssignedPlan<'a> {
    /// Service, such as `exchange`.
    #[serde(borrow, default, deserialize_with = "optional_text")]
    pub service: Option<Cow<'a, str>>,
    /// State, `Enabled` when it is in effect.
    #[serde(borrow, default, deserialize_with = "optional_text")]
    pub capability_status: Option<Cow<'a, str>>,
}

impl User<'_> {
    /// Whether an Exchange plan is in effect.
    pub fn has_exchange_plan(&self) -> bool {
        self.assigned_plans.iter().any(|plan| {
            let is =
                |text: Option<&str>, wanted: &str| text.is_some_and(|text| text.eq_ignore_ascii_case(wanted));
            is(plan.service.as_deref(), "exchange") && is(plan.capability_status.as_deref(), "Enabled")
        })
    }

    /// Whether it is a guest.
    pub fn is_guest(&self) -> bool {
        self.user_type.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("Guest"))
    }
}

/// A deleted user, kept for 30 days.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeletedUser<'a> {
    /// Object id.
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    /// Sign-in name; Entra puts 32 hexadecimal digits before that of a deleted user.
    #[serde(borrow, default, deserialize_with = "text")]
    pub user_principal_name: Cow<'a, str>,
    /// Primary mail address, where it was kept.
    #[serde(borrow, default, deserialize_with = "optional_text")]
    pub mail: Option<Cow<'a, str>>,
    /// When it was deleted.
    pub deleted_date_time: Option<Timestamp>,
}

impl Users<'_> {
    /// Reads all users and hands each to `each`. A listing that has to start again hands users on twice.
    pub async fn for_each(&self, call: &Call, mut each: impl FnMut(User<'_>)) -> Result<(), Error> {
        let path = format!("/users?$select={SELECT}&$top={PAGE}");
        let ask = Ask::get(path, &needs::READ_USERS, "read the users of the directory");
        self.0
            .pages(call, ask, |page| {
                serde_json::from_str::<Vec<User<'_>>>(page)?.into_iter().for_each(&mut each);
                Ok(())
            })
            .await
    }

    /// Reads the deleted users and hands each to `each`.
    pub async fn for_each_deleted(
        &self,
        call: &Call,
        mut each: impl FnMut(DeletedUser<'_>),
    ) -> Result<(), Error> {
        let path = format!(
            "/directory/deletedItems/microsoft.graph.user?$select=id,userPrincipalName,mail,deletedDateTime&$top={PAGE}"
        );
        let ask = Ask::get(path, &needs::READ_USERS, "read the deleted users of the directory");
        self.0
            .pages(call, ask, |page| {
                serde_json::from_str::<Vec<DeletedUser<'_>>>(page)?.into_iter().for_each(&mut each);
                Ok(())
            })
            .await
    }
}

/// Text that borrows from the page unless it holds escapes. `Cow` within `Option` would always be copied.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

pub(super) fn optional_text<'de: 'a, 'a, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Cow<'a, str>>, D::Error> {
    Ok(Option::<Text<'a>>::deserialize(deserializer)?.map(|text| text.0))
}

pub(super) fn text<'de: 'a, 'a, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Cow<'a, str>, D::Error> {
    Ok(optional_text(deserializer)?.unwrap_or_default())
}

pub(super) fn texts<'de: 'a, 'a, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Cow<'a, str>>, D::Error> {
    let texts = Option::<Vec<Text<'a>>>::deserialize(deserializer)?;
    Ok(texts.into_iter().flatten().map(|text| text.0).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(json: &str) -> User<'_> {
        serde_json::from_str(json).expect("a user")
    }

    #[test]
    fn texts_are_borrowed_and_nulls_are_borne() {
        let user = user(
            r#"{"id":"1","userPrincipalName":"a@x","mail":null,"givenName":"A\u0062","accountEnabled":null,
                "proxyAddresses":["SMTP:a@x"],"assignedPlans":null,"unknown":1}"#,
        );
        assert!(matches!(user.id, Cow::Borrowed("1")) && matches!(user.proxy_addresses[0], Cow::Borrowed(_)));
        assert_eq!((user.mail.as_deref(), user.given_name.as_deref()), (None, Some("Ab")));
        assert!(!user.has_exchange_plan() && !user.is_guest());
    }

    #[test]
    fn only_an_exchange_plan_in_effect_counts() {
        let with = |plan: &str| format!(r#"{{"id":"1","userPrincipalName":"a@x","assignedPlans":[{plan}]}}"#);
        assert!(user(&with(r#"{"service":"exchange","capabilityStatus":"Enabled"}"#)).has_exchange_plan());
        assert!(!user(&with(r#"{"service":"exchange","capabilityStatus":"Deleted"}"#)).has_exchange_plan());
        assert!(!user(&with(r#"{"service":"sharepoint","capabilityStatus":"Enabled"}"#)).has_exchange_plan());
    }
}
