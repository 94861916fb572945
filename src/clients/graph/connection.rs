//! One tenant's connection to Graph: signs requests, renews a refused token once, and turns refusals into errors.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use serde::de::DeserializeOwned;

use super::ask::Ask;
use super::error::{Error, ErrorKind, Refusal, kind_of};
use super::memory::Memory;
use crate::auth::{self, Credentials, TenantId, Token};
use crate::clock::Clock;
use crate::http::{Call, HttpClient, Limiter, Request, Response};

/// Echoed by Graph and kept in its logs (Graph: best practices).
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");
/// Requests at once against one tenant: enough to hide latency, far below the tenant's limits.
const PARALLEL: usize = 8;

/// Microsoft Graph for one tenant; a cheap clone. Clones share what they know, so one per tenant and process is right.
#[derive(Clone)]
pub struct Graph(Arc<Inner>);

struct Inner {
    http: HttpClient,
    credentials: Credentials,
    tenant: TenantId,
    /// The tenant as sign-ins name it: by its id or by a domain.
    named: TenantId,
    endpoint: Url,
    scope: String,
    clock: Clock,
    writers: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    lasting: Memory,
    until_a_write: Memory,
}

impl fmt::Debug for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Graph").field("tenant", &self.0.tenant).finish_non_exhaustive()
    }
}

impl Graph {
    /// A connection to the tenant with this id in the cloud of `credentials`. Nothing is sent and nobody signs in until it
    /// is used.
    pub fn new(http: &HttpClient, credentials: Credentials, tenant: TenantId) -> Self {
        Self::signing_in_to(tenant.clone(), http, credentials, tenant)
    }

    /// The same for a tenant that is named by one of its domains: signs in, since a token tells the tenant's id.
    pub async fn of_domain(
        call: &Call,
        http: &HttpClient,
        credentials: Credentials,
        domain: TenantId,
    ) -> Result<Self, Error> {
        let failed = |error: auth::Error| Error::new(format!("sign in to tenant `{domain}`"), error);
        let scope = credentials.cloud().graph_scope.clone();
        let token = credentials.token(call, &domain, &scope).await.map_err(failed)?;
        let id = token.claims().tid.as_deref().and_then(|tid| TenantId::parse(tid).ok());
        let tenant = id.filter(TenantId::is_uuid).ok_or_else(|| {
            failed(auth::Error::UnreadableToken { tenant: Some(domain.clone()), cause: auth::NO_TENANT })
        })?;
        Ok(Self::signing_in_to(domain, http, credentials, tenant))
    }

    fn signing_in_to(named: TenantId, http: &HttpClient, credentials: Credentials, tenant: TenantId) -> Self {
        let (endpoint, scope) =
            (credentials.cloud().graph_endpoint.clone(), credentials.cloud().graph_scope.clone());
        let clock = credentials.clock(&named);
        Self(Arc::new(Inner {
            http: http.limited_by(Limiter::new(PARALLEL)),
            credentials,
            tenant,
            named,
            endpoint,
            scope,
            clock,
            writers: Mutex::default(),
            lasting: Memory::default(),
            until_a_write: Memory::default(),
        }))
    }

    /// The tenant's id.
    pub fn tenant(&self) -> &TenantId {
        &self.0.tenant
    }

    /// The tenant's clock: the dates of its answers.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The credentials that sign in.
    pub fn credentials(&self) -> &Credentials {
        &self.0.credentials
    }

    /// The scope that Graph tokens are asked for with.
    pub fn scope(&self) -> &str {
        &self.0.scope
    }

    /// The caller's token for this tenant; its claims tell who it is and which permissions it holds.
    pub async fn token(&self, call: &Call) -> Result<Token, Error> {
        let token = self.0.credentials.token(call, &self.0.named, &self.0.scope).await;
        token.map_err(|error| Error::new(format!("sign in to tenant `{}`", self.0.named), error))
    }

    /// The present, by the dates of the tenant's answers.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Sends an ask and decodes its answer.
    pub(super) async fn read<T: DeserializeOwned>(&self, call: &Call, ask: Ask) -> Result<T, Error> {
        let operation = ask.operation.clone();
        self.send(call, ask).await?.json().map_err(|error| Error::new(operation, error))
    }

    /// The same for an object that may not exist.
    pub(super) async fn read_optional<T: DeserializeOwned>(
        &self,
        call: &Call,
        ask: Ask,
    ) -> Result<Option<T>, Error> {
        match self.read(call, ask).await {
            Err(error) if error.is_not_found() => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// Sends an ask; every status but success is an error. A write drops what was known of the tenant.
    pub(super) async fn send(&self, call: &Call, ask: Ask) -> Result<Response, Error> {
        let writes = ask.writes;
        let url = self.url(&ask)?;
        let sent = self.send_to(call, &ask, url).await;
        if writes {
            // Also after a failure: whether it did something may be unknown.
            self.forget_snapshots();
        }
        sent
    }

    /// Sends an ask to an address that Graph itself gave (a page). The token goes to the configured endpoint only.
    pub(super) async fn send_to(&self, call: &Call, ask: &Ask, url: Url) -> Result<Response, Error> {
        if url.origin() != self.0.endpoint.origin() {
            let host = url.host_str().unwrap_or_default();
            return Err(ask.misfit_of_next(&format!("it points to another host, `{host}`")));
        }
        let mut renewed = false;
        loop {
            let token = self.0.credentials.token(call, &self.0.named, &self.0.scope).await;
            let token = token.map_err(|error| ask.error(error))?;
            let request = request(call, ask, url.clone(), &token)?;
            let response = self.0.http.send(call, request).await.map_err(|error| ask.error(error))?;
            if let Some(date) = response.date {
                self.0.clock.observe(date);
            }
            if response.is_success() {
                return Ok(response);
            }
            if response.status == 401 && !renewed {
                renewed = true;
                self.0.credentials.invalidate(&self.0.named);
                continue;
            }
            if let Some(error) = response.not_json().filter(|_| !response.body.is_empty()) {
                return Err(ask.error(error));
            }
            let request_id = response.request_id.clone();
            let answer = Refusal::new(
                response.status,
                &response.body,
                request_id,
                call.correlation_id,
                |text, limit| response.shown(text, limit),
            )
            .to(&ask.answer());
            return Err(ask.error(kind_of(answer, ask.need, token.claims().permissions())));
        }
    }

    /// The tenant asked for patience within an answer.
    pub(super) fn pause(&self, delay: Duration) {
        self.0.http.pause(delay);
    }

    pub(super) fn url(&self, ask: &Ask) -> Result<Url, Error> {
        let base = self.0.endpoint.as_str().trim_end_matches('/');
        Url::parse(&format!("{base}/{}{}", ask.version, ask.path))
            .map_err(|error| ask.error(ErrorKind::Unexpected(error.to_string())))
    }

    /// The address of an object, for a reference to it in a body.
    pub(super) fn reference(&self, path: &str) -> String {
        format!("{}/v1.0{path}", self.0.endpoint.as_str().trim_end_matches('/'))
    }

    /// The permissions in the caller's token, as far as it can be had without signing in anew.
    pub(super) async fn held(&self, call: &Call) -> Vec<String> {
        self.token(call).await.map(|token| token.claims().permissions()).unwrap_or_default()
    }

    /// The lock that makes this process the only one of its writers to change one application at a time.
    pub(super) fn writer(&self, object_id: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut writers = self.0.writers.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(writers.entry(object_id.to_owned()).or_default())
    }

    /// What an object's verbs keep in mind for as long as there is this connection.
    pub(super) fn lasting<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        self.0.lasting.of()
    }

    /// What they keep in mind until this process writes something to the tenant.
    pub(super) fn until_a_write<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        self.0.until_a_write.of()
    }

    /// Forgets all snapshots, so that the next read asks Graph again. Done after each write.
    pub fn forget_snapshots(&self) {
        self.0.until_a_write.clear();
    }
}

/// An ask as it is sent, signed.
fn request(call: &Call, ask: &Ask, url: Url, token: &Token) -> Result<Request, Error> {
    let unusable =
        || ask.error(ErrorKind::Unexpected("the access token cannot stand in a header".to_owned()));
    let run = HeaderValue::from_str(&call.correlation_id.to_string()).map_err(|_| unusable())?;
    let mut request = Request::new(ask.method.clone(), url)
        .repeat(ask.repeat)
        .header(CLIENT_REQUEST_ID, run)
        .secret_header(AUTHORIZATION, "Bearer ", token.secret())
        .ok_or_else(unusable)?;
    if let Some(body) = &ask.body {
        request = request.body(body.clone());
    }
    if !ask.writes {
        request = request.reading();
    }
    Ok(if ask.holds_secret { request.wipe_answer() } else { request })
}

#[cfg(test)]
#[path = "connection_tests.rs"]
mod tests;
