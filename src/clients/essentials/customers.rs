//! Organizations as their partner sees them, `/orgs/{domain}` and `/orgs/{domain}/orgs` (Proofpoint OpenAPI file 2023).

use serde::Deserialize;
use serde_json::Value;

use super::error::Error;
use super::lenient;
use super::organization::{Organization, failed};
use super::records::Domain;
use crate::http::Call;

/// An organization with all that is documented of it and of use here. What an answer leaves out is empty or `None`: only the
/// domain by which it is known must be there.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Customer {
    /// The domain by which it is known, in lower case.
    #[serde(deserialize_with = "lenient::lower_case")]
    pub primary_domain: String,
    /// Its name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// Whether it is served.
    #[serde(default, deserialize_with = "lenient::optional_boolean")]
    pub is_active: Option<bool>,
    /// `organization`, `channel`, `strategic_partner` or `oem_partner`.
    #[serde(default, rename = "type", deserialize_with = "lenient::optional_text")]
    pub kind: Option<String>,
    /// Its number, which the console uses.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    pub eid: Option<i64>,
    /// Package, such as `advanced`.
    #[serde(default, deserialize_with = "lenient::optional_text")]
    pub licensing_package: Option<String>,
    /// Whether it is on trial.
    #[serde(default, deserialize_with = "lenient::optional_boolean")]
    pub is_on_trial: Option<bool>,
    /// Number of licences.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    pub user_licenses: Option<i64>,
    /// Number of accounts that take one.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    pub active_users: Option<i64>,
    /// Day of the renewal as the service spells it.
    #[serde(default, deserialize_with = "lenient::optional_text")]
    pub when_renewal: Option<String>,
    /// Web site.
    #[serde(default, deserialize_with = "lenient::optional_text")]
    pub www: Option<String>,
    /// Street and town.
    #[serde(default, deserialize_with = "lenient::optional_text")]
    pub address: Option<String>,
    /// Postal code.
    #[serde(default, deserialize_with = "lenient::optional_text")]
    pub postcode: Option<String>,
    /// State or province.
    #[serde(default, deserialize_with = "lenient::optional_text")]
    pub stateprov: Option<String>,
    /// Two letters.
    #[serde(default, deserialize_with = "lenient::optional_text")]
    pub country: Option<String>,
    /// Telephone number.
    #[serde(default, deserialize_with = "lenient::optional_text")]
    pub phone: Option<String>,
    /// What the partner calls it in systems of its own.
    #[serde(default, deserialize_with = "lenient::optional_text")]
    pub external_id: Option<String>,
    /// Its administrator, where one is shown.
    #[serde(default)]
    pub admin_user: Option<Administrator>,
    /// Its domains, where they are shown.
    #[serde(default, deserialize_with = "lenient::records")]
    pub domains: Vec<Domain>,
}

/// The first administrator of an organization, as far as it is shown.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Administrator {
    /// E-mail address.
    #[serde(default, deserialize_with = "lenient::optional_text")]
    pub primary_email: Option<String>,
}

impl Organization {
    /// All that is known of the organization (DOCUMENTED).
    pub async fn details(&self, call: &Call) -> Result<Customer, Error> {
        self.get(call, &[], format!("read the organization `{}`", self.domain())).await
    }

    /// The organizations directly below it, by domain. The list holds the organization itself as well (DOCUMENTED); it is
    /// left out here.
    pub async fn children(&self, call: &Call) -> Result<Vec<Customer>, Error> {
        let operation = format!("read the organizations below `{}`", self.domain());
        let answer: Value = self.get(call, &["orgs"], &operation).await?;
        let listed: Vec<Customer> =
            lenient::list(answer, &["orgs"]).map_err(|misfit| failed(&operation, misfit))?;
        let mut children: Vec<Customer> = listed.into_iter().filter(|one| !self.is(one)).collect();
        children.sort_by(|a, b| a.primary_domain.cmp(&b.primary_domain));
        Ok(children)
    }

    /// Whether an entry is the organization itself, by whichever of its domains it is addressed.
    fn is(&self, entry: &Customer) -> bool {
        let own = |name: &str| name.eq_ignore_ascii_case(self.domain());
        own(&entry.primary_domain) || entry.domains.iter().any(|domain| own(&domain.name))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_organization_needs_no_more_than_its_domain_and_numbers_may_be_text() {
        let read = |value: Value| serde_json::from_value::<Customer>(value).unwrap();
        let bare = read(json!({ "primary_domain": "Example.com", "www": "", "domains": null }));
        assert_eq!((bare.primary_domain.as_str(), bare.is_active, bare.www), ("example.com", None, None));
        let full = read(json!({
            "primary_domain": "example.com", "is_active": "True", "user_licenses": "50",
            "domains": [{ "name": "Example.com", "is_relay": 1 }],
        }));
        assert_eq!((full.is_active, full.user_licenses), (Some(true), Some(50)));
        assert!(full.domains[0].is_relay && full.domains[0].name == "example.com");
    }
}
