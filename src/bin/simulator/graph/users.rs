//! Users of the directory.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::call::Call;
use super::entity::{Entity, entity};
use super::errors::{Failure, Outcome};
use super::groups::Group;
use super::ids::is_guid;
use super::listing;
use super::organization::EXCHANGE_SKU;
use crate::server::exchange::Answer;
use crate::state::table::View;
use crate::state::tenant::Tenant;

/// A licence of a user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct AssignedLicense {
    #[serde(rename = "disabledPlans")]
    pub(crate) disabled_plans: Vec<String>,
    #[serde(rename = "skuId")]
    pub(crate) sku_id: String,
}

/// A service plan of a user; `exchange` and `Enabled` mean a mailbox.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct AssignedPlan {
    #[serde(rename = "assignedDateTime")]
    pub(crate) assigned: Option<String>,
    #[serde(rename = "capabilityStatus")]
    pub(crate) capability_status: String,
    pub(crate) service: String,
    #[serde(rename = "servicePlanId")]
    pub(crate) service_plan_id: String,
}

entity! {
    /// A user.
    User as "user", default [
        "businessPhones", "displayName", "givenName", "id", "jobTitle", "mail", "mobilePhone", "officeLocation",
        "preferredLanguage", "surname", "userPrincipalName",
    ] {
        id: String = "id",
        user_principal_name: String = "userPrincipalName",
        display_name: Option<String> = "displayName",
        given_name: Option<String> = "givenName",
        surname: Option<String> = "surname",
        mail: Option<String> = "mail",
        mail_nickname: Option<String> = "mailNickname",
        /// `SMTP:` before the primary address, `smtp:` before an alias.
        proxy_addresses: Vec<String> = "proxyAddresses",
        other_mails: Vec<String> = "otherMails",
        account_enabled: Option<bool> = "accountEnabled",
        /// `Member`, `Guest`, null in old objects.
        user_type: Option<String> = "userType",
        assigned_licenses: Vec<AssignedLicense> = "assignedLicenses",
        assigned_plans: Vec<AssignedPlan> = "assignedPlans",
        job_title: Option<String> = "jobTitle",
        department: Option<String> = "department",
        company_name: Option<String> = "companyName",
        office_location: Option<String> = "officeLocation",
        mobile_phone: Option<String> = "mobilePhone",
        business_phones: Vec<String> = "businessPhones",
        preferred_language: Option<String> = "preferredLanguage",
        usage_location: Option<String> = "usageLocation",
        employee_type: Option<String> = "employeeType",
        on_premises_sync_enabled: Option<bool> = "onPremisesSyncEnabled",
        on_premises_immutable_id: Option<String> = "onPremisesImmutableId",
        on_premises_sam_account_name: Option<String> = "onPremisesSamAccountName",
        creation_type: Option<String> = "creationType",
        external_user_state: Option<String> = "externalUserState",
        is_resource_account: Option<bool> = "isResourceAccount",
        show_in_address_list: Option<bool> = "showInAddressList",
        created_date_time: Option<String> = "createdDateTime",
        deleted_date_time: Option<String> = "deletedDateTime",
    }
}

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
    listing::table(call, "users", &call.tenant().users)
}

pub(crate) fn count(call: &Call<'_>) -> Outcome {
    call.allow("GET", "/users/$count")?;
    listing::count(call, &call.tenant().users)
}

pub(crate) fn get(call: &Call<'_>, name: &str) -> Outcome {
    call.allow("GET", "/users/{id}")?;
    let user = seen(call.tenant(), name, call.view).ok_or_else(|| Failure::not_found(name))?;
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
