//! The tenant itself, its domains and its licences.

use serde_json::{Value, json};

use super::call::Call;
use super::errors::{Failure, Outcome};
use crate::directory::domain::Domain;
use crate::directory::domain::EXCHANGE_PLAN;
use crate::directory::domain::EXCHANGE_SKU;
use crate::directory::entity::{Entity, entity};
use crate::directory::tenant::Tenant;
use crate::server::exchange::Answer;

entity! {
    /// A subscription of the tenant.
    Sku as "subscribedSku", default [
        "accountId", "accountName", "appliesTo", "capabilityStatus", "consumedUnits", "id", "prepaidUnits",
        "servicePlans", "skuId", "skuPartNumber", "subscriptionIds",
    ] {
        account_id: String = "accountId",
        account_name: String = "accountName",
        applies_to: String = "appliesTo",
        capability_status: String = "capabilityStatus",
        consumed_units: usize = "consumedUnits",
        /// Tenant id, an underscore, sku id.
        id: String = "id",
        prepaid_units: Value = "prepaidUnits",
        service_plans: Value = "servicePlans",
        sku_id: String = "skuId",
        sku_part_number: String = "skuPartNumber",
        subscription_ids: Vec<String> = "subscriptionIds",
    }
}

entity! {
    /// The tenant as `/organization` shows it.
    Organization as "organization", default [
        "id", "deletedDateTime", "businessPhones", "city", "country", "countryLetterCode", "createdDateTime",
        "displayName", "onPremisesLastSyncDateTime", "onPremisesSyncEnabled", "postalCode", "preferredLanguage",
        "state", "street", "technicalNotificationMails", "tenantType", "assignedPlans", "verifiedDomains",
    ] {
        id: String = "id",
        deleted_date_time: Option<String> = "deletedDateTime",
        business_phones: Vec<String> = "businessPhones",
        city: Option<String> = "city",
        country: Option<String> = "country",
        country_letter_code: Option<String> = "countryLetterCode",
        created_date_time: Option<String> = "createdDateTime",
        display_name: String = "displayName",
        on_premises_last_sync: Option<String> = "onPremisesLastSyncDateTime",
        on_premises_sync_enabled: Option<bool> = "onPremisesSyncEnabled",
        postal_code: Option<String> = "postalCode",
        preferred_language: Option<String> = "preferredLanguage",
        state: Option<String> = "state",
        street: Option<String> = "street",
        technical_notification_mails: Vec<String> = "technicalNotificationMails",
        tenant_type: String = "tenantType",
        assigned_plans: Vec<Value> = "assignedPlans",
        verified_domains: Vec<Value> = "verifiedDomains",
    }
}

fn organization(tenant: &Tenant) -> Organization {
    let verified_domains = tenant
        .domains
        .iter()
        .filter(|domain| domain.is_verified)
        .map(|domain| {
            json!({
                "capabilities": domain.supported_services.join(", "), "isDefault": domain.is_default,
                "isInitial": domain.is_initial, "name": domain.id, "type": domain.authentication_type,
            })
        })
        .collect();
    Organization {
        id: tenant.id.clone(),
        created_date_time: Some("2020-01-15T08:00:00Z".to_owned()),
        country_letter_code: Some("US".to_owned()),
        display_name: tenant.display_name.clone(),
        preferred_language: Some("en".to_owned()),
        technical_notification_mails: vec![format!("admin@{}", tenant.domain)],
        tenant_type: "AAD".to_owned(),
        verified_domains,
        ..Organization::default()
    }
}

pub(crate) fn list(call: &Call<'_>) -> Outcome {
    call.allow("GET", "/organization")?;
    small(call, "organization", &[organization(call.tenant())])
}

pub(crate) fn get(call: &Call<'_>, id: &str) -> Outcome {
    call.allow("GET", "/organization/{id}")?;
    let organization = organization(call.tenant());
    if !organization.id.eq_ignore_ascii_case(id) {
        return Err(Failure::not_found(id));
    }
    call.object(200, "organization", &organization, Organization::DEFAULT)
}

pub(crate) fn domains(call: &Call<'_>) -> Outcome {
    call.allow("GET", "/domains")?;
    small(call, "domains", &call.tenant().domains)
}

pub(crate) fn domain(call: &Call<'_>, name: &str) -> Outcome {
    call.allow("GET", "/domains/{id}")?;
    let domain = call
        .tenant()
        .domains
        .iter()
        .find(|domain| domain.id.eq_ignore_ascii_case(name))
        .ok_or_else(|| Failure::not_found(name))?;
    call.object(200, "domains", domain, Domain::DEFAULT)
}

/// A new domain is unverified until `verify` is called; there is no DNS behind it to look at.
pub(crate) fn add_domain(call: &mut Call<'_>) -> Outcome {
    call.allow("POST", "/domains")?;
    let body = call.body()?;
    let name = body.get("id").and_then(Value::as_str).ok_or_else(|| Failure::invalid_value("id"))?;
    let name = name.to_ascii_lowercase();
    if call.world.tenants.iter().any(|tenant| tenant.domains.iter().any(|domain| domain.id == name)) {
        return Err(Failure::bad(
            "A conflicting object with one or more of the specified property values is present in the directory.",
        ));
    }
    let domain = Domain {
        is_verified: false,
        supported_services: Vec::new(),
        ..Domain::verified(&name, false, false)
    };
    let answer = call.object(201, "domains", &domain, Domain::DEFAULT)?;
    call.tenant_mut().domains.push(domain);
    Ok(answer)
}

pub(crate) fn verify_domain(call: &mut Call<'_>, name: &str) -> Outcome {
    call.allow("POST", "/domains/{id}/verify")?;
    let domain = call
        .tenant_mut()
        .domains
        .iter_mut()
        .find(|domain| domain.id.eq_ignore_ascii_case(name))
        .ok_or_else(|| Failure::not_found(name))?;
    domain.is_verified = true;
    domain.supported_services = vec!["Email".to_owned()];
    let domain = domain.clone();
    call.object(200, "domains", &domain, Domain::DEFAULT)
}

pub(crate) fn delete_domain(call: &mut Call<'_>, name: &str) -> Outcome {
    call.allow("DELETE", "/domains/{id}")?;
    let domains = &mut call.tenant_mut().domains;
    let index = domains
        .iter()
        .position(|domain| domain.id.eq_ignore_ascii_case(name) && !domain.is_default && !domain.is_initial)
        .ok_or_else(|| Failure::not_found(name))?;
    domains.remove(index);
    Ok(Answer::empty(204))
}

fn skus(tenant: &Tenant) -> Vec<Sku> {
    let consumed = tenant
        .users
        .iter()
        .filter(|user| user.assigned_licenses.iter().any(|licence| licence.sku_id == EXCHANGE_SKU))
        .count();
    let enabled = (consumed / 25 + 1) * 25;
    vec![Sku {
        account_id: tenant.id.clone(),
        account_name: tenant.display_name.clone(),
        applies_to: "User".to_owned(),
        capability_status: "Enabled".to_owned(),
        consumed_units: consumed,
        id: format!("{}_{EXCHANGE_SKU}", tenant.id),
        prepaid_units: json!({ "enabled": enabled, "suspended": 0, "warning": 0, "lockedOut": 0 }),
        service_plans: json!([{
            "servicePlanId": EXCHANGE_PLAN, "servicePlanName": "EXCHANGE_S_STANDARD",
            "provisioningStatus": "Success", "appliesTo": "User",
        }]),
        sku_id: EXCHANGE_SKU.to_owned(),
        sku_part_number: "EXCHANGESTANDARD".to_owned(),
        subscription_ids: Vec::new(),
    }]
}

pub(crate) fn subscribed_skus(call: &Call<'_>) -> Outcome {
    call.allow("GET", "/subscribedSkus")?;
    small(call, "subscribedSkus", &skus(call.tenant()))
}

pub(crate) fn subscribed_sku(call: &Call<'_>, id: &str) -> Outcome {
    call.allow("GET", "/subscribedSkus/{id}")?;
    let skus = skus(call.tenant());
    let sku = skus.iter().find(|sku| sku.id == id).ok_or_else(|| Failure::not_found(id))?;
    call.object(200, "subscribedSkus", sku, Sku::DEFAULT)
}

/// A collection that is never cut into pages.
fn small<T: Entity>(call: &Call<'_>, set: &str, objects: &[T]) -> Outcome {
    let properties = call.options.shown::<T>(T::DEFAULT)?;
    let selected =
        call.options.select.as_ref().map(|select| format!("({})", select.join(","))).unwrap_or_default();
    let context = Value::from(call.context(&format!("{set}{selected}")));
    let mut body = format!("{{\"@odata.context\":{context},\"value\":[").into_bytes();
    for (index, object) in objects.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        object.write_object(&properties, "", &mut body);
    }
    body.extend_from_slice(b"]}");
    Ok(Answer::empty(200).with_body("application/json", body))
}
