//! Tokens for the tenants of one run: one credential object and one set of cached tokens per tenant.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use azure_core::cloud::CustomConfiguration;
use azure_core::credentials::TokenCredential;
use azure_core::http::ClientOptions;
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, ClientAssertionCredential,
    ClientAssertionCredentialOptions, ClientSecretCredential, ClientSecretCredentialOptions,
};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Duration, Instant};
use url::Url;
use uuid::Uuid;

use super::assertion::Assertion;
use super::certificate::Certificate;
use super::choose::{Bundle, Choice, Credential, Proof};
use super::cli::WithoutInput;
use super::cloud::Cloud;
use super::config_error::ConfigError;
use super::error::{Error, NO_TENANT};
use super::failure::{Asker, Circumstances, failure};
use super::machine_identity::MachineIdentity;
use super::rejection::Attempt;
use super::tenant::TenantId;
use super::text::read;
use super::token::Token;
use super::transport::{Route, Wire};
use crate::clock::Clock;
use crate::http::{Call, Interrupted, Tap, legible};

/// A token that ends sooner than this is not handed out again.
const EARLY: Duration = Duration::from_secs(300);
/// The most that is shown of an id that a token names, in characters.
const ID: usize = 100;
/// Repetitions of a failed request to the token endpoint (408, 429, 5xx, connection failures).
const RETRIES: u32 = 3;

/// Signs in, to any number of tenants, with the one credential that was chosen. Cheap to clone.
#[derive(Clone)]
pub struct Credentials(Arc<Inner>);

struct Inner {
    choice: Choice,
    client: reqwest::Client,
    run: Uuid,
    tap: Option<Tap>,
    certificate: Option<Arc<Certificate>>,
    tenants: Mutex<HashMap<Option<TenantId>, Arc<Tenant>>>,
}

/// What belongs to one tenant.
#[derive(Default)]
struct Tenant {
    clock: Clock,
    tokens: tokio::sync::Mutex<Tokens>,
}

#[derive(Default)]
struct Tokens {
    signer: Option<Signer>,
    by_scope: HashMap<String, (Token, Instant)>,
}

/// A credential object and the wire it uses.
struct Signer {
    credential: Arc<dyn TokenCredential>,
    wire: Wire,
    asker: Asker,
}

impl Credentials {
    /// Prepares to sign in as chosen; opens a certificate's bundle, but needs no network.
    ///
    /// `run` is sent to Entra as `client-request-id`.
    pub fn new(choice: Choice, client: reqwest::Client, run: Uuid) -> Result<Self, ConfigError> {
        let certificate = match &choice.credential {
            Credential::Application { proof: Proof::Certificate { bundle, password }, .. } => {
                Some(open(bundle, password.as_ref())?)
            }
            _ => None,
        };
        Ok(Self(Arc::new(Inner { choice, client, run, tap: None, certificate, tenants: Mutex::default() })))
    }

    /// The same, with a tap that keeps every answer to a sign-in. For who has not signed in yet.
    #[must_use]
    pub fn tapped_by(mut self, tap: Option<Tap>) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.tap = tap;
        }
        self
    }

    /// The tenant of the provider's own settings, when they name one.
    pub fn default_tenant(&self) -> Option<&TenantId> {
        self.0.choice.tenant.as_ref()
    }

    /// The cloud that is signed in to.
    pub fn cloud(&self) -> &Cloud {
        &self.0.choice.cloud
    }

    /// What signs in, for messages.
    pub(crate) fn credential_name(&self) -> &'static str {
        self.0.choice.credential.name()
    }

    /// The clock of a tenant; it learns from the answers of the token endpoint and is for Graph's answers to feed.
    pub fn clock(&self, tenant: &TenantId) -> Clock {
        self.tenant(Some(tenant)).clock.clone()
    }

    /// The tenant that is meant where nobody names one: the provider's, else the credential's own.
    ///
    /// Only a managed identity and the Azure CLI have a tenant of their own; for them this signs in.
    pub async fn home(&self, call: &Call, scope: &str) -> Result<TenantId, Error> {
        if let Some(tenant) = self.default_tenant() {
            return Ok(tenant.clone());
        }
        if !matches!(self.0.choice.credential, Credential::ManagedIdentity(_) | Credential::AzureCli) {
            return Err(Error::NoTenant { credential: self.credential_name() });
        }
        let token = self.token_of(call, None, scope).await?;
        let tid = token.claims().tid.as_deref().and_then(|tid| TenantId::parse(tid).ok());
        tid.ok_or(Error::UnreadableToken { tenant: None, cause: NO_TENANT })
    }

    /// A token for `tenant`, from the cache while it lasts.
    pub async fn token(&self, call: &Call, tenant: &TenantId, scope: &str) -> Result<Token, Error> {
        let token = self.token_of(call, Some(tenant), scope).await?;
        match &token.claims().tid {
            Some(tid) if tenant.is_uuid() && !tid.eq_ignore_ascii_case(tenant.as_str()) => {
                Err(Error::OtherTenant { wanted: tenant.clone(), got: legible(tid, ID) })
            }
            _ => Ok(token),
        }
    }

    /// Forgets the tokens of `tenant`, after its API refused one (401).
    pub(crate) fn invalidate(&self, tenant: &TenantId) {
        let clock = self.tenant(Some(tenant)).clock.clone();
        let fresh = Tenant { clock, ..Tenant::default() };
        let mut tenants = self.0.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        tenants.insert(Some(tenant.clone()), Arc::new(fresh));
    }

    /// One attempt to get a token with a client secret that was just made, for proof that it works. Nothing is kept,
    /// nothing is repeated.
    pub async fn client_secret_token(
        &self,
        call: &Call,
        tenant: &TenantId,
        client_id: &str,
        secret: &SecretString,
        scope: &str,
    ) -> Result<Token, Error> {
        let (route, told) = Route::to_authority(&self.cloud().authority);
        let wire = Wire::new(self.0.client.clone(), route, self.0.run, self.clock(tenant));
        let signer = Signer {
            credential: secret_credential(tenant, client_id.to_owned(), secret, authority(&wire, &told, 0))
                .map_err(|error| unusable(&error))?,
            wire,
            asker: Asker::Application(self.attempt(tenant, Some(client_id.to_owned()))),
        };
        within(call, Some(tenant), async { Ok(signer.sign_in(Some(tenant), scope).await?.0) }).await
    }

    async fn token_of(&self, call: &Call, tenant: Option<&TenantId>, scope: &str) -> Result<Token, Error> {
        let entry = self.tenant(tenant);
        within(call, tenant, async {
            let mut tokens = entry.tokens.lock().await;
            if let Some((token, until)) = tokens.by_scope.get(scope)
                && Instant::now() < *until
            {
                return Ok(token.clone());
            }
            let signer = match tokens.signer.take() {
                Some(signer) => signer,
                None => self.signer(tenant, &entry.clock).await?,
            };
            let signer = tokens.signer.insert(signer);
            let (token, until) = match signer.sign_in(tenant, scope).await {
                // The answer's date has corrected the clock by which the assertion was dated.
                Err(error) if self.0.certificate.is_some() && error.codes().contains(&700_024) => {
                    signer.sign_in(tenant, scope).await?
                }
                signed_in => signed_in?,
            };
            tokens.by_scope.insert(scope.to_owned(), (token.clone(), until));
            Ok(token)
        })
        .await
    }

    fn tenant(&self, tenant: Option<&TenantId>) -> Arc<Tenant> {
        let mut tenants = self.0.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(tenants.entry(tenant.cloned()).or_default())
    }

    fn attempt(&self, tenant: &TenantId, client_id: Option<String>) -> Attempt {
        Attempt { authority: self.cloud().authority.clone(), tenant: tenant.clone(), client_id }
    }

    /// Builds the credential object for one tenant.
    async fn signer(&self, tenant: Option<&TenantId>, clock: &Clock) -> Result<Signer, Error> {
        let wire = |route| {
            let wire = Wire::new(self.0.client.clone(), route, self.0.run, clock.clone());
            wire.tapped_by(self.0.tap.clone())
        };
        let passed_over = || self.0.choice.passed_over.clone();
        match &self.0.choice.credential {
            Credential::AzureCli => {
                let options = AzureCliCredentialOptions {
                    tenant_id: tenant.map(TenantId::to_string),
                    executor: Some(Arc::new(WithoutInput)),
                    ..AzureCliCredentialOptions::default()
                };
                let credential = AzureCliCredential::new(Some(options)).map_err(|error| unusable(&error))?;
                Ok(Signer {
                    credential,
                    wire: wire(Route::AsAddressed),
                    asker: Asker::AzureCli(passed_over()),
                })
            }
            Credential::ManagedIdentity(machine) => {
                let MachineIdentity { credential, wire } =
                    MachineIdentity::of(machine, tenant, RETRIES, wire).await?;
                Ok(Signer { credential, wire, asker: Asker::ManagedIdentity(passed_over()) })
            }
            Credential::Application { client_id, proof } => {
                let tenant = tenant.ok_or_else(|| Error::NoTenant { credential: self.credential_name() })?;
                let client_id = read(client_id, "the client id").await?.expose_secret().to_owned();
                let (route, told) = Route::to_authority(&self.cloud().authority);
                let wire = wire(route);
                let credential = self.application(tenant, &client_id, proof, &wire, &told).await?;
                let asker = Asker::Application(self.attempt(tenant, Some(client_id)));
                Ok(Signer { credential, wire, asker })
            }
        }
    }

    async fn application(
        &self,
        tenant: &TenantId,
        client_id: &str,
        proof: &Proof,
        wire: &Wire,
        told: &Url,
    ) -> Result<Arc<dyn TokenCredential>, Error> {
        let client_options = authority(wire, told, RETRIES);
        let pipeline = || Assertion::pipeline(wire, RETRIES);
        let assertion = match proof {
            Proof::Secret(secret) => {
                let secret = read(secret, "the client secret").await?;
                return secret_credential(tenant, client_id.to_owned(), &secret, client_options)
                    .map_err(|error| unusable(&error));
            }
            Proof::Certificate { bundle, password } => Assertion::Certificate {
                certificate: match &self.0.certificate {
                    Some(certificate) => Arc::clone(certificate),
                    None => open(bundle, password.as_ref())?,
                },
                client_id: client_id.to_owned(),
                audience: self.cloud().token_endpoint(tenant),
                clock: wire.clock.clone(),
            },
            Proof::OidcToken(token) => Assertion::Token(token.clone()),
            Proof::GitHub(request) => Assertion::GitHub { request: request.clone(), pipeline: pipeline() },
            Proof::ManagedIdentity(machine) => {
                // The machine's date is not that of Entra.
                let wire = |route| Wire::new(self.0.client.clone(), route, self.0.run, Clock::new());
                let identity = MachineIdentity::of(machine, Some(tenant), RETRIES, wire).await?;
                Assertion::ManagedIdentity { identity, tenant: tenant.clone() }
            }
            Proof::AzureDevOps { request, service_connection_id } => Assertion::AzureDevOps {
                request: request.clone(),
                service_connection_id: service_connection_id.clone(),
                pipeline: pipeline(),
            },
        };
        let options = ClientAssertionCredentialOptions { client_options };
        let credential = ClientAssertionCredential::new(
            tenant.to_string(),
            client_id.to_owned(),
            assertion,
            Some(options),
        );
        credential.map(|credential| credential as Arc<dyn TokenCredential>).map_err(|error| unusable(&error))
    }
}

impl Signer {
    /// Asks for a token; returns it and the moment until which it may be handed out again.
    async fn sign_in(&self, tenant: Option<&TenantId>, scope: &str) -> Result<(Token, Instant), Error> {
        let answer = self.credential.get_token(&[scope], None).await;
        let received = Instant::now();
        let token = answer.map_err(|error| {
            let (last, hidden) = (self.wire.take_last(), self.wire.hidden());
            failure(&error, &Circumstances { tenant, asker: &self.asker, last, hidden: &hidden })
        })?;
        let expires_at = Timestamp::from_second(token.expires_on.unix_timestamp()).unwrap_or(Timestamp::MIN);
        // By the local clock, which `azure_identity` added the token's life to.
        let left = expires_at.duration_since(Clock::new().now());
        let until = received + Duration::try_from(left).unwrap_or_default().saturating_sub(EARLY);
        let token =
            Token::read(token.token.secret().into(), expires_at).ok_or_else(|| Error::UnreadableToken {
                tenant: tenant.cloned(),
                cause: "it is not a JSON web token, `entra.token < access_token`",
            })?;
        Ok((token, until))
    }
}

/// Opens a bundle, for use and for checking it early.
fn open(bundle: &Bundle, password: Option<&SecretString>) -> Result<Arc<Certificate>, ConfigError> {
    Certificate::open(bundle, password).map(Arc::new)
}

/// Checks what a choice can be checked for without the network: whether its certificate can be opened.
pub fn check(choice: &Choice) -> Result<(), ConfigError> {
    match &choice.credential {
        Credential::Application { proof: Proof::Certificate { bundle, password }, .. } => {
            open(bundle, password.as_ref()).map(drop)
        }
        _ => Ok(()),
    }
}

/// Checks the certificate in the configuration, when it is given as such, without keeping it.
pub fn check_certificate(base64: &SecretString, password: Option<&SecretString>) -> Result<(), ConfigError> {
    open(&Bundle::Base64(base64.clone()), password).map(drop)
}

fn authority(wire: &Wire, told: &Url, retries: u32) -> ClientOptions {
    let mut cloud = CustomConfiguration::default();
    told.as_str().clone_into(&mut cloud.authority_host);
    let mut options = wire.options(retries);
    options.cloud = Some(Arc::new(cloud.into()));
    options
}

fn secret_credential(
    tenant: &TenantId,
    client_id: String,
    secret: &SecretString,
    client_options: ClientOptions,
) -> azure_core::Result<Arc<dyn TokenCredential>> {
    let options = ClientSecretCredentialOptions { client_options };
    let secret = azure_core::credentials::Secret::new(secret.expose_secret().to_owned());
    Ok(ClientSecretCredential::new(tenant.as_str(), client_id, secret, Some(options))?)
}

/// An input that `azure_identity` refuses before it asks anybody.
fn unusable(error: &azure_core::Error) -> Error {
    Error::Unusable { cause: super::error::chain(error) }
}

/// Runs `work` until the call's deadline or cancellation.
async fn within<T>(
    call: &Call,
    tenant: Option<&TenantId>,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let tenant = || tenant.cloned();
    call.run(work).await.unwrap_or_else(|interrupted| {
        Err(match interrupted {
            Interrupted::Cancelled => Error::Cancelled { tenant: tenant() },
            Interrupted::Deadline => Error::Timeout { tenant: tenant() },
        })
    })
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("choice", &self.0.choice).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "credentials_tests.rs"]
mod tests;
