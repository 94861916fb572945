//! Users of the directory.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::entity::entity;

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
    /// A user. The properties are those of the documented resource type that the report reads, and those that hashicorp/azuread
    /// and the Graph SDK ask for; what is shown of a user without a `$select` is documented.
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
        employee_id: Option<String> = "employeeId",
        employee_type: Option<String> = "employeeType",
        employee_hire_date: Option<String> = "employeeHireDate",
        employee_org_data: Option<Value> = "employeeOrgData",
        age_group: Option<String> = "ageGroup",
        consent_provided_for_minor: Option<String> = "consentProvidedForMinor",
        street_address: Option<String> = "streetAddress",
        postal_code: Option<String> = "postalCode",
        city: Option<String> = "city",
        state: Option<String> = "state",
        country: Option<String> = "country",
        fax_number: Option<String> = "faxNumber",
        im_addresses: Vec<String> = "imAddresses",
        on_premises_sync_enabled: Option<bool> = "onPremisesSyncEnabled",
        on_premises_immutable_id: Option<String> = "onPremisesImmutableId",
        on_premises_sam_account_name: Option<String> = "onPremisesSamAccountName",
        on_premises_user_principal_name: Option<String> = "onPremisesUserPrincipalName",
        on_premises_distinguished_name: Option<String> = "onPremisesDistinguishedName",
        on_premises_domain_name: Option<String> = "onPremisesDomainName",
        on_premises_security_identifier: Option<String> = "onPremisesSecurityIdentifier",
        creation_type: Option<String> = "creationType",
        external_user_state: Option<String> = "externalUserState",
        is_resource_account: Option<bool> = "isResourceAccount",
        show_in_address_list: Option<bool> = "showInAddressList",
        created_date_time: Option<String> = "createdDateTime",
        deleted_date_time: Option<String> = "deletedDateTime",
    }
}
