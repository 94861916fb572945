//! Organizations as their partner sees them, `/orgs/{domain}` and `/orgs/{domain}/orgs` (Proofpoint OpenAPI file 2023).

use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::connection::Essentials;
use super::error::Error;
use super::lenient;
use super::organization::{Organization, body};
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

impl Essentials {
    /// The partner that is named, else the organization of the account that signs in.
    pub async fn partner(&self, call: &Call, named: Option<&str>) -> Result<Organization, Error> {
        if let Some(domain) = named {
            return self.organization(call, domain).await;
        }
        let own = self.me(call).await?.entity_primary_domain.to_lowercase();
        self.organization(call, &own).await
    }
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
        let listed: Vec<Customer> = self.list(call, &["orgs"], operation, &["orgs"]).await?;
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

/// An organization to be made; what is `None` is left to Proofpoint.
#[derive(Clone, Debug, Serialize)]
pub struct NewCustomer {
    /// The domain by which it will be known; one of `domains`.
    pub primary_domain: String,
    /// Its name.
    pub name: String,
    /// Whether it is served.
    pub is_active: bool,
    /// Number of licences.
    pub user_licenses: i64,
    /// Package, such as `advanced`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub licensing_package: Option<String>,
    /// Whether it starts as a trial.
    pub is_on_trial: bool,
    /// Web site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub www: Option<String>,
    /// Street and town.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postcode: Option<String>,
    /// State or province; required in the United States and Canada (DOCUMENTED).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stateprov: Option<String>,
    /// Two letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// What the partner calls it in systems of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Its first administrator; sent with the type that makes one of an account.
    #[serde(skip)]
    pub admin_user: NewAdministrator,
    /// Its domains.
    pub domains: Vec<Domain>,
}

/// The first administrator of a new organization.
#[derive(Clone, Debug, Serialize)]
pub struct NewAdministrator {
    /// E-mail address.
    pub primary_email: String,
    /// First name.
    pub firstname: String,
    /// Last name.
    pub surname: String,
}

#[derive(Serialize)]
struct Creation<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    customer: &'a NewCustomer,
    admin_user: Account<'a>,
}

#[derive(Serialize)]
struct Account<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    administrator: &'a NewAdministrator,
}

#[derive(Serialize)]
struct Active {
    is_active: bool,
}

#[derive(Serialize)]
struct Licences {
    license_count: i64,
}

#[derive(Serialize)]
struct Choice<'a> {
    package: &'a str,
    is_eula_confirmed: bool,
}

impl Organization {
    /// Makes a customer of this partner (DOCUMENTED). The customer as the answer shows it, where it does: it is made all the same.
    pub async fn create_customer(&self, call: &Call, new: &NewCustomer) -> Result<Option<Customer>, Error> {
        let operation = format!("create the organization `{}` below `{}`", new.primary_domain, self.domain());
        let admin_user = Account { kind: "organization_admin", administrator: &new.admin_user };
        let whole = Creation { kind: "organization", customer: new, admin_user };
        let body = body(&operation, &whole)?;
        let answer =
            self.essentials.send(call, self.ask(Method::POST, &["orgs"], operation).body(body)).await?;
        Ok(answer.json().ok())
    }

    /// Says whether it is served: the one thing that a PATCH changes (DOCUMENTED).
    pub async fn set_active(&self, call: &Call, is_active: bool) -> Result<(), Error> {
        let verb = if is_active { "activate" } else { "deactivate" };
        let operation = format!("{verb} the organization `{}`", self.domain());
        let body = body(&operation, &Active { is_active })?;
        let ask = self.ask(Method::PATCH, &[], operation).body(body).repeatable();
        self.essentials.send(call, ask).await.map(drop)
    }

    /// Sets the number of licences (DOCUMENTED; the console lets partners do it and nobody else).
    pub async fn set_licences(&self, call: &Call, license_count: i64) -> Result<(), Error> {
        let operation = format!("set the licences of `{}`", self.domain());
        let body = body(&operation, &Licences { license_count })?;
        self.put(call, &["licensing"], operation, body).await
    }

    /// Chooses a package for somebody who has accepted the licence agreement (DOCUMENTED).
    pub async fn choose_package(&self, call: &Call, package: &str) -> Result<(), Error> {
        let operation = format!("choose the package `{package}` for `{}`", self.domain());
        let body = body(&operation, &Choice { package, is_eula_confirmed: true })?;
        self.put(call, &["package"], operation, body).await
    }

    /// Deletes the organization (DOCUMENTED). A stack may want it to be deactivated first; nobody has published that.
    pub async fn delete_customer(&self, call: &Call) -> Result<(), Error> {
        let delete = || self.delete(call, &[], format!("delete the organization `{}`", self.domain()));
        match delete().await {
            Err(error) if error.is_conflict() || error.is_malformed() => {
                self.set_active(call, false).await?;
                delete().await.map(drop)
            }
            outcome => outcome.map(drop),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_organization_needs_no_more_than_its_domain_and_numbers_may_be_text() {
        let read = |value: serde_json::Value| serde_json::from_value::<Customer>(value).unwrap();
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
