//! The tenant itself and its domains.

use serde::Deserialize;

use super::ask::Ask;
use super::connection::Graph;
use super::error::Error;
use super::lenient;
use super::needs;
use crate::http::{self, Call, Misfit, MisfitKind};
use crate::ledger::Reading;

/// The tenant.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TenantDetails {
    /// The tenant's id.
    pub id: String,
    /// Its name.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub display_name: String,
    /// Its verified domains.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub verified_domains: Vec<VerifiedDomain>,
    /// Whether it is synced from an on-premises directory.
    pub on_premises_sync_enabled: Option<bool>,
}

/// A verified domain as the tenant lists it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifiedDomain {
    /// Its name.
    pub name: String,
    /// Whether it is the default for new users.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub is_default: bool,
    /// Whether it is the tenant's first, `*.onmicrosoft.com`.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub is_initial: bool,
}

impl TenantDetails {
    /// The tenant's first domain, `*.onmicrosoft.com`.
    pub fn initial_domain(&self) -> Option<&str> {
        self.verified_domains.iter().find(|domain| domain.is_initial).map(|domain| domain.name.as_str())
    }

    /// The domain of new users.
    pub fn default_domain(&self) -> Option<&str> {
        self.verified_domains.iter().find(|domain| domain.is_default).map(|domain| domain.name.as_str())
    }
}

/// A domain of the tenant, verified or not.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Domain {
    /// Its name.
    #[serde(rename = "id")]
    pub name: String,
    /// Whether the tenant has proven to own it.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub is_verified: bool,
    /// What it is used for; `Email` among them when it receives mail in Microsoft 365.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub supported_services: Vec<String>,
}

/// The verbs of the tenant's domains.
#[derive(Debug, Clone, Copy)]
pub struct Domains<'a>(pub(super) &'a Graph);

impl Graph {
    /// The tenant's domains.
    pub fn domains(&self) -> Domains<'_> {
        Domains(self)
    }
}

impl Graph {
    /// The tenant: its id, name and verified domains.
    pub async fn tenant_details(&self, call: &Call) -> Result<TenantDetails, Error> {
        let operation = format!("read tenant `{}`", self.tenant());
        let path = "/organization?$select=id,displayName,verifiedDomains,onPremisesSyncEnabled".to_owned();
        let found: Vec<TenantDetails> =
            self.list(call, Ask::get(path, &needs::READ_ORGANIZATION, operation.clone())).await?;
        let none = || {
            let reading = Reading::of("GET", "/v1.0/organization");
            let misfit = Misfit::at(&reading, "value[0]", MisfitKind::Missing, None);
            Error::new(operation, http::Error::from(misfit.because("the tenant is not in it")))
        };
        found.into_iter().next().ok_or_else(none)
    }
}

impl Domains<'_> {
    /// All domains, verified or not.
    pub async fn list(&self, call: &Call) -> Result<Vec<Domain>, Error> {
        let operation = format!("read the domains of tenant `{}`", self.0.tenant());
        self.0.list(call, Ask::get("/domains".to_owned(), &needs::READ_DOMAINS, operation)).await
    }
}
