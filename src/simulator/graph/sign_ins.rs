//! `/beta/reports/appCredentialSignInActivities`: which credential of which application signed in last.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::call::Call;
use super::entity::{Entity, entity};
use super::errors::{Failure, Outcome};
use super::listing;
use crate::moods::SignInActivity;
use crate::state::clock::graph_time;
use crate::state::tenant::Tenant;
use std::sync::Arc;

/// How late the reports are on a tenant where they are late.
const LATE: SignedDuration = SignedDuration::from_hours(6);

entity! {
    /// What is known of one credential.
    Activity as "appCredentialSignInActivity", default [
        "id", "keyId", "keyType", "keyUsage", "appId", "appObjectId", "servicePrincipalObjectId", "resourceId",
        "credentialOrigin", "createdDateTime", "expirationDateTime", "signInActivity",
    ] {
        id: String = "id",
        key_id: String = "keyId",
        /// `clientSecret` or `certificate`.
        key_type: String = "keyType",
        key_usage: String = "keyUsage",
        app_id: String = "appId",
        app_object_id: String = "appObjectId",
        service_principal_object_id: String = "servicePrincipalObjectId",
        resource_id: String = "resourceId",
        credential_origin: String = "credentialOrigin",
        created: Option<String> = "createdDateTime",
        expires: Option<String> = "expirationDateTime",
        sign_in: Value = "signInActivity",
    }
}

/// The last sign-in with each key of an application that the reports know of by `until`.
fn activities(tenant: &Tenant, until: Timestamp) -> Vec<Arc<Activity>> {
    let mut found = Vec::new();
    for (key_id, times) in &tenant.sign_ins {
        let Some(last) = times.iter().rev().find(|time| **time <= until) else { continue };
        let holds = |key: &&Value| key["keyId"] == key_id.as_str();
        let owner = tenant.applications.iter().find_map(|application| {
            Some((application, application.list("passwordCredentials").iter().find(holds)?))
        });
        let Some((application, key)) = owner else { continue };
        let principal = tenant.service_principals.iter().find(|one| one.app_id() == application.app_id());
        let text = |name: &str| key[name].as_str().map(str::to_owned);
        found.push(Arc::new(Activity {
            id: key_id.clone(),
            key_id: key_id.clone(),
            key_type: "clientSecret".to_owned(),
            key_usage: "sign".to_owned(),
            app_id: application.app_id().to_owned(),
            app_object_id: application.id().to_owned(),
            service_principal_object_id: principal.map(|one| one.id().to_owned()).unwrap_or_default(),
            resource_id: super::resources::microsoft_graph().app_id.to_owned(),
            credential_origin: "application".to_owned(),
            created: text("startDateTime"),
            expires: text("endDateTime"),
            sign_in: serde_json::json!({ "lastSignInDateTime": graph_time(*last), "lastSignInRequestId": null }),
        }));
    }
    found
}

fn known(call: &Call<'_>) -> Outcome<Vec<Arc<Activity>>> {
    call.allow("GET", "/reports/appCredentialSignInActivities")?;
    match call.world.moods.sign_in_activity {
        SignInActivity::AtOnce => Ok(activities(call.tenant(), call.now)),
        SignInActivity::HoursLate => {
            let until = call.now.checked_sub(LATE).unwrap_or(Timestamp::MIN);
            Ok(activities(call.tenant(), until))
        }
        SignInActivity::Empty => Ok(Vec::new()),
        SignInActivity::Unlicensed => Err(Failure::new(
            403,
            "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
            "Neither tenant is B2C or tenant doesn't have premium license",
        )),
    }
}

pub(crate) fn list(call: &Call<'_>) -> Outcome {
    let rows = known(call)?;
    listing::gathered(call, "reports/appCredentialSignInActivities", rows)
}

pub(crate) fn get(call: &Call<'_>, id: &str) -> Outcome {
    let rows = known(call)?;
    let row = rows.into_iter().find(|row| row.id == id).ok_or_else(|| Failure::not_found(id))?;
    call.object(200, "reports/appCredentialSignInActivities", row.as_ref(), Activity::DEFAULT)
}

#[cfg(test)]
mod tests {
    use super::super::desk::Desk;
    use crate::entra;
    use serde_json::json;

    #[test]
    fn a_sign_in_is_told_of_its_key_as_late_as_the_tenant_is_with_its_reports() {
        let mut desk = Desk::new();
        let (id, app_id) = desk.register("app");
        desk.principal(&app_id);
        let secret = desk.post(&format!("/applications/{id}/addPassword"), &json!({}));
        let tenant = desk.world.tenants[0].id.clone();
        entra::note_sign_in(&mut desk.world, &tenant, &app_id, &secret.text("/secretText"));
        let report =
            format!("/reports/appCredentialSignInActivities?$filter=keyId eq '{}'", secret.text("/keyId"));
        assert_eq!(desk.get(&report).status, 501, "not in v1.0");
        let told = |desk: &mut Desk| {
            let answer = desk.beta("GET", &report);
            assert_eq!(answer.status, 200, "{}", answer.value());
            answer.value()["value"].as_array().map(Vec::len)
        };
        assert_eq!(told(&mut desk), Some(0));
        desk.advance("6h");
        assert_eq!(told(&mut desk), Some(1));
        desk.behave(&json!({ "sign_in_activity": "unlicensed" }));
        assert_eq!(desk.beta("GET", &report).status, 403);
    }
}
