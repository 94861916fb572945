//! Users, as far as a mail directory sync looks at them.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::{SeqAccess, Visitor};

use super::ask::Ask;
use super::connection::Graph;
use super::error::Error;
use super::mailbox_plans;
use super::needs;
use super::paging::{PAGE, page};
use crate::http::Call;

/// The verbs of users.
#[derive(Debug, Clone, Copy)]
pub struct Users<'a>(pub(super) &'a Graph);

impl Graph {
    /// Users.
    pub fn users(&self) -> Users<'_> {
        Users(self)
    }
}

const SELECT: &str =
    "id,userPrincipalName,mail,givenName,surname,accountEnabled,userType,proxyAddresses,assignedPlans";

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
    /// False when sign-in is blocked. Null where nobody set it, and for a caller who may not see it.
    pub account_enabled: Option<bool>,
    /// `Member`, `Guest`, or nothing in old objects.
    #[serde(borrow, default, deserialize_with = "optional_text")]
    pub user_type: Option<Cow<'a, str>>,
    /// Addresses with their kind: `SMTP:` the primary one, `smtp:` an alias.
    #[serde(borrow, default, deserialize_with = "texts")]
    pub proxy_addresses: Vec<Cow<'a, str>>,
    /// What its service plans say of a mailbox.
    #[serde(rename = "assignedPlans", default)]
    exchange_plan: ExchangePlan,
}

/// What the service plans of a user say of a mailbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExchangePlan {
    /// Graph does not show the plans. Whoever has none has an empty list of them (Graph: not nullable).
    #[default]
    Hidden,
    /// None is for a mailbox.
    None,
    /// One is for a mailbox and neither in effect nor deleted (suspended or locked, so that it may come back), or may be for
    /// one: nobody knows its id.
    Unclear,
    /// One is in effect. `Warning` is a grace period.
    Active,
}

impl ExchangePlan {
    fn of(plan: &AssignedPlan<'_>) -> Self {
        let is = |text: &Option<Cow<'_, str>>, wanted: &str| {
            text.as_deref().is_some_and(|text| text.eq_ignore_ascii_case(wanted))
        };
        let status = &plan.capability_status;
        if is(status, "Deleted") {
            return Self::None;
        }
        let known = plan.service_plan_id.as_deref().and_then(mailbox_plans::has_mailbox);
        match known {
            Some(true) if is(status, "Enabled") || is(status, "Warning") => Self::Active,
            Some(true) => Self::Unclear,
            // Most plans of this service are without a mailbox, and Microsoft adds new ones.
            None if is(&plan.service, "exchange") => Self::Unclear,
            Some(false) | None => Self::None,
        }
    }
}

impl<'de> Deserialize<'de> for ExchangePlan {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Plans;
        impl<'de> Visitor<'de> for Plans {
            type Value = ExchangePlan;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("service plans")
            }

            fn visit_unit<E>(self) -> Result<ExchangePlan, E> {
                Ok(ExchangePlan::Hidden)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut plans: A) -> Result<ExchangePlan, A::Error> {
                let mut best = ExchangePlan::None;
                while let Some(plan) = plans.next_element::<AssignedPlan<'_>>()? {
                    best = best.max(ExchangePlan::of(&plan));
                }
                Ok(best)
            }
        }
        deserializer.deserialize_any(Plans)
    }
}

/// A service plan of a user.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssignedPlan<'a> {
    #[serde(borrow, default, deserialize_with = "optional_text")]
    service_plan_id: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "optional_text")]
    service: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "optional_text")]
    capability_status: Option<Cow<'a, str>>,
}

impl User<'_> {
    /// What its service plans say of a mailbox. Collections that a caller may not see can come empty, so that an empty one
    /// counts only beside something else that such a caller would not see.
    pub fn exchange_plan(&self) -> ExchangePlan {
        match self.exchange_plan {
            ExchangePlan::None if self.account_enabled.is_none() => ExchangePlan::Hidden,
            plan => plan,
        }
    }

    /// Whether Graph shows more of it than names and addresses, all that `User.ReadBasic.All` is good for.
    pub fn is_shown_whole(&self) -> bool {
        self.exchange_plan() != ExchangePlan::Hidden
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
    /// Sign-in name; Entra puts 32 hexadecimal digits before that of a deleted user.
    #[serde(borrow, default, deserialize_with = "text")]
    pub user_principal_name: Cow<'a, str>,
    /// Primary mail address, where it was kept.
    #[serde(borrow, default, deserialize_with = "optional_text")]
    pub mail: Option<Cow<'a, str>>,
    /// When it was deleted, RFC 3339.
    #[serde(borrow, default, deserialize_with = "optional_text")]
    pub deleted_date_time: Option<Cow<'a, str>>,
}

impl Users<'_> {
    /// Reads all users and hands each to `each`. A listing that has to start again hands users on twice.
    pub async fn for_each(&self, call: &Call, mut each: impl FnMut(User<'_>)) -> Result<(), Error> {
        let path = format!("/users?$select={SELECT}&$top={PAGE}");
        let ask = Ask::get(path, &needs::READ_USERS, "read the users of the directory");
        self.0
            .pages(call, ask, |body| {
                page::<User<'_>>(body)?.into_iter().for_each(&mut each);
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
            "/directory/deletedItems/microsoft.graph.user?$select=userPrincipalName,mail,deletedDateTime&$top={PAGE}"
        );
        let ask = Ask::get(path, &needs::READ_USERS, "read the deleted users of the directory");
        self.0
            .pages(call, ask, |body| {
                page::<DeletedUser<'_>>(body)?.into_iter().for_each(&mut each);
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
    let texts = Option::<Vec<Text<'a>>>::deserialize(deserializer)?.unwrap_or_default();
    Ok(texts.into_iter().map(|text| text.0).collect())
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
        assert!(!user.is_shown_whole() && !user.is_guest());
    }

    const MAILBOX: &str = "9aaf7827-d63c-4b61-89c3-182f06f82e5c";

    fn with(plans: &str) -> ExchangePlan {
        let json = format!(
            r#"{{"id":"1","userPrincipalName":"a@x","accountEnabled":true,"assignedPlans":[{plans}]}}"#
        );
        user(&json).exchange_plan()
    }

    fn plan(id: &str, service: &str, status: &str) -> String {
        format!(r#"{{"servicePlanId":"{id}","service":"{service}","capabilityStatus":"{status}"}}"#)
    }

    #[test]
    fn the_best_exchange_plan_counts() {
        let plan = |service: &str, status: &str| {
            plan(if service == "exchange" { MAILBOX } else { "p" }, service, status)
        };
        assert_eq!(with(&plan("exchange", "Enabled")), ExchangePlan::Active);
        assert_eq!(with(&plan("exchange", "Warning")), ExchangePlan::Active);
        assert_eq!(with(&plan("exchange", "Suspended")), ExchangePlan::Unclear);
        assert_eq!(with(&plan("exchange", "LockedOut")), ExchangePlan::Unclear);
        assert_eq!(with(&plan("exchange", "Deleted")), ExchangePlan::None);
        assert_eq!(with(&plan("sharepoint", "Enabled")), ExchangePlan::None);
        let several =
            [plan("exchange", "Suspended"), plan("exchange", "Enabled"), plan("sharepoint", "Deleted")];
        assert_eq!(with(&several.join(",")), ExchangePlan::Active);
    }

    #[test]
    fn a_plan_counts_by_its_id_and_one_that_nobody_knows_proves_nothing() {
        // Exchange Foundation, Bookings, Insights by MyAnalytics, archiving: of the service, and without a mailbox.
        for id in [
            "113feb6c-3fe4-4440-bddc-54d774bf0318",
            "199a5c09-e0ca-4e37-8f7c-b05d533e1ea2",
            "33c4f319-9bdd-48d6-9c4d-410b750a4a5a",
            "176a09a6-7ec5-4039-ac02-b2791c6ba793",
        ] {
            assert_eq!(with(&plan(id, "exchange", "Enabled")), ExchangePlan::None, "{id}");
        }
        let unknown = "0feaeb32-d00e-4d66-bd5a-43b5b83db82c";
        assert_eq!(with(&plan(unknown, "exchange", "Enabled")), ExchangePlan::Unclear);
        assert_eq!(with(&plan(unknown, "exchange", "Suspended")), ExchangePlan::Unclear);
        assert_eq!(with(&plan(unknown, "exchange", "Deleted")), ExchangePlan::None);
        assert_eq!(with(&plan(unknown, "sharepoint", "Enabled")), ExchangePlan::None);
        assert_eq!(with(r#"{"service":"exchange","capabilityStatus":"Enabled"}"#), ExchangePlan::Unclear);
        assert_eq!(with(&plan(&MAILBOX.to_uppercase(), "EXCHANGE", "enabled")), ExchangePlan::Active);
    }

    #[test]
    fn what_a_reader_of_basic_properties_does_not_see_is_not_taken_for_the_lack_of_it() {
        for plans in [r#","assignedPlans":null"#, r#","assignedPlans":[]"#, ""] {
            let json = format!(r#"{{"id":"1","userPrincipalName":"a@x","accountEnabled":null{plans}}}"#);
            assert_eq!(user(&json).exchange_plan(), ExchangePlan::Hidden, "{json}");
        }
        let json = r#"{"id":"1","userPrincipalName":"a@x","accountEnabled":false,"assignedPlans":[]}"#;
        assert_eq!(user(json).exchange_plan(), ExchangePlan::None);
    }
}
