//! App management policies: whether a tenant allows client secrets, and for how long.

use std::time::Duration;

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde::Deserialize;

use super::ask::{Ask, encoded};
use super::connection::Graph;
use super::error::Error;
use super::lenient;
use super::needs;
use super::paging::Listing;
use crate::http::Call;

/// The verbs of app management policies.
#[derive(Debug, Clone, Copy)]
pub struct Policies<'a>(pub(super) &'a Graph);

impl Graph {
    /// App management policies.
    pub fn policies(&self) -> Policies<'_> {
        Policies(self)
    }
}

/// What policies say about client secrets of one application.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PasswordRules {
    /// New secrets are refused.
    pub forbidden: bool,
    /// The longest life of a new secret.
    pub max_lifetime: Option<Duration>,
    /// The longest that is allowed however long a month may be counted: nobody has published that.
    pub sure_lifetime: Option<Duration>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TenantPolicy {
    #[serde(default, deserialize_with = "lenient::or_default")]
    is_enabled: bool,
    #[serde(default, deserialize_with = "lenient::or_default")]
    application_restrictions: Restrictions,
}

#[derive(Deserialize)]
struct CustomPolicy {
    #[serde(rename = "isEnabled", default, deserialize_with = "lenient::or_default")]
    is_enabled: bool,
    #[serde(default, deserialize_with = "lenient::or_default")]
    restrictions: Restrictions,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Restrictions {
    #[serde(default, deserialize_with = "lenient::or_default")]
    password_credentials: Vec<Restriction>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Restriction {
    #[serde(rename = "restrictionType", default, deserialize_with = "lenient::or_default")]
    kind: String,
    state: Option<String>,
    max_lifetime: Option<String>,
    restrict_for_apps_created_after_date_time: Option<Timestamp>,
}

impl Restriction {
    /// Whether it binds an application that was made then. An application not made yet is bound by every date.
    fn binds(&self, created: Option<Timestamp>) -> bool {
        let enabled = self.state.as_deref().is_none_or(|state| state.eq_ignore_ascii_case("enabled"));
        let concerned = match (self.restrict_for_apps_created_after_date_time, created) {
            (Some(after), Some(created)) => created > after,
            _ => true,
        };
        enabled && concerned
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Created {
    created_date_time: Option<Timestamp>,
}

impl Policies<'_> {
    /// The rules for secrets of an application. Its own policy goes before the tenant's, restriction by restriction.
    pub async fn password_rules(&self, call: &Call, object_id: &str) -> Result<PasswordRules, Error> {
        let application = encoded(object_id);
        let own = format!("read the app management policies of application `{object_id}`");
        let own = Ask::get(
            format!("/applications/{application}/appManagementPolicies"),
            &needs::READ_POLICIES,
            own,
        );
        let created = format!("read when application `{object_id}` was made");
        let created = Ask::get(
            format!("/applications/{application}?$select=createdDateTime"),
            &needs::READ_APPLICATIONS,
            created,
        );
        let [tenant, own, created] = self.0.batch(call, &[tenant_policy(), own, created]).await?;
        // What is not readable of the application leaves the tenant's policy as all that is known.
        let own: Option<Listing<CustomPolicy>> = readable(own.decode_optional())?;
        let own = own.map(|listing| listing.value).unwrap_or_default();
        let created: Option<Created> = readable(created.decode_optional())?;
        Ok(rules(tenant.decode_optional()?, own, created.and_then(|created| created.created_date_time)))
    }

    /// The rules for secrets of an application that is yet to be made.
    pub async fn password_rules_of_new_applications(&self, call: &Call) -> Result<PasswordRules, Error> {
        Ok(rules(self.0.read_optional(call, tenant_policy()).await?, Vec::new(), None))
    }
}

/// A part that may not be read counts as absent.
fn readable<T>(part: Result<Option<T>, Error>) -> Result<Option<T>, Error> {
    match part {
        Err(error) if error.is_forbidden() => Ok(None),
        part => part,
    }
}

fn tenant_policy() -> Ask {
    let path = "/policies/defaultAppManagementPolicy".to_owned();
    Ask::get(path, &needs::READ_POLICIES, "read the tenant's app management policy")
}

fn rules(
    tenant: Option<TenantPolicy>,
    custom: Vec<CustomPolicy>,
    created: Option<Timestamp>,
) -> PasswordRules {
    let custom: Vec<Restriction> = custom
        .into_iter()
        .filter(|policy| policy.is_enabled)
        .flat_map(|policy| policy.restrictions.password_credentials)
        .collect();
    let tenant: Vec<Restriction> = tenant
        .filter(|policy| policy.is_enabled)
        .map(|policy| policy.application_restrictions.password_credentials)
        .unwrap_or_default();
    let effective = |kind: &str| {
        let of_kind = |restriction: &&Restriction| restriction.kind == kind;
        let chosen = custom.iter().find(of_kind).or_else(|| tenant.iter().find(of_kind));
        chosen.filter(|restriction| restriction.binds(created))
    };
    let longest = effective("passwordLifetime").and_then(|restriction| restriction.max_lifetime.as_deref());
    PasswordRules {
        forbidden: effective("passwordAddition").is_some(),
        max_lifetime: longest.and_then(duration),
        sure_lifetime: longest.and_then(shortest),
    }
}

/// An ISO 8601 duration, such as `P90D`. Months and years are counted from a common year's start.
fn duration(text: &str) -> Option<Duration> {
    let span: Span = text.parse().ok()?;
    span.to_duration(Date::constant(2025, 1, 1)).ok()?.try_into().ok()
}

/// The least that the text can mean: every month as short as one can be.
fn shortest(text: &str) -> Option<Duration> {
    let span: Span = text.parse().ok()?;
    let days = i64::from(span.get_months()).checked_mul(28)?.checked_add(i64::from(span.get_days()))?;
    let span = span.try_months(0).ok()?.try_days(days).ok()?;
    span.to_duration(Date::constant(2025, 1, 1)).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tenant(restrictions: &serde_json::Value) -> Option<TenantPolicy> {
        let policy =
            json!({"isEnabled": true, "applicationRestrictions": {"passwordCredentials": restrictions}});
        serde_json::from_value(policy).ok()
    }

    fn custom(restrictions: &serde_json::Value) -> Vec<CustomPolicy> {
        let policy = json!({"isEnabled": true, "restrictions": {"passwordCredentials": restrictions}});
        vec![serde_json::from_value(policy).expect("a policy")]
    }

    #[test]
    fn a_tenant_can_forbid_secrets_and_limit_their_life() {
        let policy = tenant(&json!([
            {"restrictionType": "passwordAddition", "state": "enabled", "maxLifetime": null},
            {"restrictionType": "passwordLifetime", "state": "enabled", "maxLifetime": "P90D"},
        ]));
        let days = Some(Duration::from_secs(90 * 86_400));
        let wanted = PasswordRules { forbidden: true, max_lifetime: days, sure_lifetime: days };
        assert_eq!(rules(policy, Vec::new(), None), wanted);
    }

    #[test]
    fn an_applications_own_policy_goes_first() {
        let forbidding = || tenant(&json!([{"restrictionType": "passwordAddition", "state": "enabled"}]));
        let exempt = custom(&json!([{"restrictionType": "passwordAddition", "state": "disabled"}]));
        assert_eq!(rules(forbidding(), exempt, None), PasswordRules::default());
        assert!(rules(forbidding(), Vec::new(), None).forbidden);
    }

    #[test]
    fn an_application_older_than_the_rule_is_not_bound() {
        let policy = || {
            tenant(&json!([{"restrictionType": "passwordAddition", "state": "enabled",
                           "restrictForAppsCreatedAfterDateTime": "2026-01-01T00:00:00Z"}]))
        };
        let at = |text: &str| text.parse::<Timestamp>().ok();
        assert!(!rules(policy(), Vec::new(), at("2025-01-01T00:00:00Z")).forbidden);
        assert!(rules(policy(), Vec::new(), at("2026-02-01T00:00:00Z")).forbidden);
        assert!(rules(policy(), Vec::new(), None).forbidden);
    }

    #[test]
    fn a_disabled_policy_says_nothing() {
        let policy = json!({"isEnabled": false, "applicationRestrictions": {"passwordCredentials": [
            {"restrictionType": "passwordAddition", "state": "enabled"}]}});
        assert_eq!(rules(serde_json::from_value(policy).ok(), Vec::new(), None), PasswordRules::default());
    }

    #[test]
    fn durations_of_every_unit_are_read() {
        assert_eq!(duration("P4DT12H30M5S"), Some(Duration::from_secs(4 * 86_400 + 45_005)));
        assert_eq!(duration("P1Y"), Some(Duration::from_secs(365 * 86_400)));
        assert_eq!(duration("soon"), None);
        assert_eq!(shortest("P6M1DT1H"), Some(Duration::from_secs((6 * 28 + 1) * 86_400 + 3_600)));
        assert_eq!(shortest("P1Y"), Some(Duration::from_secs(365 * 86_400)));
        assert_eq!(shortest("soon"), None);
    }

    #[tokio::test]
    async fn the_tenants_policy_is_used_where_the_applications_own_is_unreadable() {
        use super::super::testing::{Fake, batch, call};
        let (_, graph) = Fake::serving(|seen, _| {
            batch(seen, |url| {
                if url.contains("appManagementPolicies") {
                    return (403, json!({"error": {"code": "Authorization_RequestDenied", "message": "No."}}));
                }
                let forbids = json!({"passwordCredentials": [{"restrictionType": "passwordAddition", "state": "enabled"}]});
                (200, json!({"isEnabled": true, "applicationRestrictions": forbids}))
            })
        })
        .await;
        let rules = graph.policies().password_rules(&call(), "o").await.expect("the tenant's");
        assert!(rules.forbidden);
    }
}
