//! App management policies: the tenant's default, and those assigned to one application.

use jiff::{SignedDuration, Span, Timestamp};
use serde_json::{Map, Value, json};

use super::call::Call;
use super::errors::{Failure, Outcome};
use crate::directory::application::Application;
use crate::directory::entity::Entity;
use crate::directory::key::Key;
use crate::directory::lookup;
use crate::server::exchange::Answer;

pub(crate) fn default(call: &Call<'_>) -> Outcome {
    call.allow("GET", "/policies/defaultAppManagementPolicy")?;
    let mut shown = Map::new();
    let context = call.context("policies/defaultAppManagementPolicy/$entity");
    shown.insert("@odata.context".to_owned(), Value::from(context));
    if let Value::Object(policy) = &call.tenant().policies.default {
        shown.extend(policy.clone());
    }
    Ok(Answer::json(200, &shown))
}

pub(crate) fn list(call: &Call<'_>) -> Outcome {
    call.allow("GET", "/policies/appManagementPolicies")?;
    let policies: Vec<Value> = call.tenant().policies.custom.iter().map(without_targets).collect();
    Ok(collection(call, "policies/appManagementPolicies", &policies))
}

pub(crate) fn of_application(call: &Call<'_>, key: &Key) -> Outcome {
    call.allow("GET", "/applications/{id}/appManagementPolicies")?;
    let application = lookup::see_application(call.tenant(), key, call.view)
        .ok_or_else(|| Failure::not_found(key.shown()))?;
    let policies: Vec<Value> =
        call.tenant().policies.assigned(application.id()).map(without_targets).into_iter().collect();
    Ok(collection(call, "policies/appManagementPolicies", &policies))
}

fn without_targets(policy: &Value) -> Value {
    let mut shown = policy.clone();
    if let Value::Object(shown) = &mut shown {
        shown.remove("appliesTo");
    }
    shown
}

fn collection(call: &Call<'_>, set: &str, values: &[Value]) -> Answer {
    Answer::json(200, &json!({ "@odata.context": call.context(set), "value": values }))
}

/// Whether the policy in force lets this application have a secret of this length. An application's own policy
/// takes precedence over the default.
pub(crate) fn check_password(
    call: &Call<'_>,
    application: &Application,
    start: Timestamp,
    end: Timestamp,
) -> Outcome<()> {
    let policies = &call.tenant().policies;
    let (policy, part) = match policies.assigned(application.id()) {
        Some(policy) => (policy, "restrictions"),
        None => (&policies.default, "applicationRestrictions"),
    };
    if policy.get("isEnabled").and_then(Value::as_bool) != Some(true) {
        return Ok(());
    }
    let restrictions = policy
        .pointer(&format!("/{part}/passwordCredentials"))
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let created: Option<Timestamp> = application.text("createdDateTime").parse().ok();
    for restriction in restrictions {
        let text = |name: &str| restriction.get(name).and_then(Value::as_str);
        if text("state") == Some("disabled") {
            continue;
        }
        let after: Option<Timestamp> =
            text("restrictForAppsCreatedAfterDateTime").and_then(|after| after.parse().ok());
        if after.zip(created).is_some_and(|(after, created)| created <= after) {
            continue;
        }
        match text("restrictionType") {
            Some("passwordAddition") => {
                return Err(Failure::new(
                    400,
                    "CredentialTypeNotAllowedAsPerAppPolicy",
                    "Credential type not allowed as per assigned policy",
                ));
            }
            Some("passwordLifetime") => {
                let longest = text("maxLifetime").and_then(duration);
                if longest.is_some_and(|longest| end.duration_since(start) > longest) {
                    return Err(Failure::new(
                        400,
                        "CredentialInvalidLifetimeAsPerAppPolicy",
                        "Credential lifetime exceeds the max value allowed as per assigned policy",
                    ));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// An ISO 8601 duration; a month counts 30 days and a year 365.
fn duration(text: &str) -> Option<SignedDuration> {
    let span: Span = text.parse().ok()?;
    let days = i64::from(span.get_years()) * 365
        + i64::from(span.get_months()) * 30
        + i64::from(span.get_weeks()) * 7
        + i64::from(span.get_days());
    let seconds =
        days * 86_400 + i64::from(span.get_hours()) * 3_600 + span.get_minutes() * 60 + span.get_seconds();
    Some(SignedDuration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::policies::Policies;

    #[test]
    fn durations_are_iso_8601() {
        assert_eq!(duration("P180D"), Some(SignedDuration::from_hours(180 * 24)));
        assert_eq!(duration("P1YT2H"), Some(SignedDuration::from_hours(365 * 24 + 2)));
        assert_eq!(duration("a year"), None);
    }

    #[test]
    fn an_unknown_policy_is_refused() {
        let Value::Object(document) = json!({ "policy": {} }) else { unreachable!() };
        assert!(Policies::default().apply(&document).is_err());
    }
}
