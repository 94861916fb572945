//! The domains of an organization, `/orgs/{domain}/domains` (Proofpoint OpenAPI file 2023).

use std::time::Duration;

use reqwest::Method;
use serde::Deserialize;

use super::error::{Error, ErrorKind};
use super::lenient;
use super::organization::{Organization, body, failed};
use super::records::Domain;
use crate::http::{Call, Interrupted, MisfitKind, delays};

/// How a domain is shown to be its owner's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifyBy {
    /// A TXT record in its DNS.
    Txt,
    /// A META tag on its start page.
    Meta,
}

#[derive(Deserialize)]
struct VerificationCode {
    #[serde(default, deserialize_with = "lenient::text")]
    code: String,
}

/// Between tries of a verification. How often Proofpoint looks into a DNS is not known.
const FIRST_DELAY: Duration = Duration::from_secs(1);
const LONGEST_DELAY: Duration = Duration::from_secs(30);

impl Organization {
    /// One of its domains, as their list shows it: what the answer is for one that it does not have is not published.
    pub async fn find_domain(&self, call: &Call, name: &str) -> Result<Option<Domain>, Error> {
        let domains = self.domains(call).await?;
        Ok(domains.into_iter().find(|domain| domain.name.eq_ignore_ascii_case(name)))
    }

    /// Adds a domain (DOCUMENTED).
    pub async fn create_domain(&self, call: &Call, domain: &Domain) -> Result<(), Error> {
        let operation = format!("add the domain `{}` to `{}`", domain.name, self.domain());
        let body = body(&operation, domain)?;
        let ask = self.ask(Method::POST, &["domains"], operation).body(body);
        self.essentials.send(call, ask).await.map(drop)
    }

    /// Changes a domain: all but its name (DOCUMENTED).
    pub async fn update_domain(&self, call: &Call, domain: &Domain) -> Result<(), Error> {
        let operation = format!("change the domain `{}` of `{}`", domain.name, self.domain());
        let body = body(&operation, domain)?;
        self.put(call, &["domains", &domain.name], operation, body).await
    }

    /// Removes a domain (DOCUMENTED). True when there was one.
    pub async fn delete_domain(&self, call: &Call, name: &str) -> Result<bool, Error> {
        self.delete(call, &["domains", name], format!("delete the domain `{name}` of `{}`", self.domain()))
            .await
    }

    /// The code by which a domain is verified, `ppe-...` (DOCUMENTED). Whether it is the same every time is not published.
    pub async fn verification_code(&self, call: &Call, name: &str) -> Result<String, Error> {
        let operation = format!("read the verification code of `{name}`");
        let path = ["domains", name, "verification-code"];
        let response = self.essentials.send(call, self.ask(Method::GET, &path, &operation)).await?;
        let answer: VerificationCode = response.json().map_err(|error| failed(&operation, error))?;
        if answer.code.is_empty() {
            return Err(failed(&operation, response.about().misfit_at("code", MisfitKind::Missing, None)));
        }
        Ok(answer.code)
    }

    /// Verifies a domain, and again while the service answers 409, "not verifiable now" (DOCUMENTED), until time is up: then
    /// that answer is the error, [`Error::is_conflict`].
    pub async fn verify_domain(&self, call: &Call, name: &str, by: VerifyBy) -> Result<(), Error> {
        let operation = format!("verify the domain `{name}` of `{}`", self.domain());
        let method = match by {
            VerifyBy::Txt => "txt",
            VerifyBy::Meta => "meta",
        };
        let mut delays = delays(FIRST_DELAY, LONGEST_DELAY);
        loop {
            let ask = self.ask(Method::PUT, &["domains", name, "verify", method], operation.clone());
            let not_yet = match self.essentials.send(call, ask.repeatable()).await {
                Err(error) if error.is_conflict() => error,
                outcome => return outcome.map(drop),
            };
            tracing::info!(domain = name, "Proofpoint does not find the code yet; it is asked again");
            match call.wait(delays.next().unwrap_or(LONGEST_DELAY)).await {
                Ok(()) => {}
                Err(Interrupted::Deadline) => return Err(not_yet),
                Err(Interrupted::Cancelled) => return Err(failed(&operation, ErrorKind::Interrupted)),
            }
        }
    }
}
