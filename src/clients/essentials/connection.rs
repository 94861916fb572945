//! Signing in to the Essentials API, and finding the stack that serves an organization.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Method, Url};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;

use super::error::{Error, ErrorKind, Refusal};
use super::exemptions_shape::ExemptionsShape;
use super::lenient;
use super::records::Me;
use crate::clock::Clock;
use crate::http::{Body, Call, HttpClient, Misfit, MisfitKind, Repeat, Request, Response, Streamed, legible};
use crate::ledger::Reading;

const USER: HeaderName = HeaderName::from_static("x-user");
const PASSWORD: HeaderName = HeaderName::from_static("x-password");
/// Echoed by the service, so that a request can be matched with its answer.
const CORRELATOR: HeaderName = HeaderName::from_static("x-correlator");

/// The most that an answer may have whose elements are read one at a time, in bytes.
const STREAMED_BODY: usize = 1024 * 1024 * 1024;

/// One login of the Essentials API; a cheap clone. Every request carries its user name and password: the API knows no
/// sessions and no tokens.
#[derive(Clone)]
pub struct Essentials(Arc<Inner>);

struct Inner {
    http: HttpClient,
    clock: Clock,
    username: SecretString,
    password: SecretString,
    entry: Url,
    stacks: Mutex<HashMap<String, Url>>,
    habits: Mutex<HashMap<Url, Habits>>,
}

/// How a stack takes what nobody documents, as far as this process has learnt it.
#[derive(Clone, Debug)]
pub(super) struct Habits {
    /// Whether a PUT of the settings may carry members that this version does not know.
    pub(super) takes_unknown_members: bool,
    /// Members that this version does not know and without which it takes no PUT.
    pub(super) demanded: BTreeSet<String>,
    /// The shape in which it was seen to take exemptions.
    pub(super) exemptions: Option<ExemptionsShape>,
}

impl Default for Habits {
    fn default() -> Self {
        Self { takes_unknown_members: true, demanded: BTreeSet::new(), exemptions: None }
    }
}

impl fmt::Debug for Essentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Essentials").field("entry", &self.0.entry.as_str()).finish_non_exhaustive()
    }
}

impl Essentials {
    /// A login that starts at `entry`, the base address of a stack without the path of the API.
    pub fn new(
        http: HttpClient,
        clock: Clock,
        entry: Url,
        username: impl Into<SecretString>,
        password: SecretString,
    ) -> Self {
        let username = username.into();
        Self(Arc::new(Inner {
            http,
            clock,
            username,
            password,
            entry,
            stacks: Mutex::default(),
            habits: Mutex::default(),
        }))
    }

    /// Who signs in.
    pub async fn me(&self, call: &Call) -> Result<Me, Error> {
        let request = Ask::get(self.entry(), &["me"], "read the Proofpoint account");
        self.read(call, request).await
    }

    /// The time by the dates of Proofpoint's answers.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The configured base address.
    pub fn entry(&self) -> &Url {
        &self.0.entry
    }

    /// What is known of a stack's habits.
    pub(super) fn habits(&self, stack: &Url) -> Habits {
        let habits = self.0.habits.lock().unwrap_or_else(PoisonError::into_inner);
        habits.get(stack).cloned().unwrap_or_default()
    }

    /// Notes a habit of a stack, for as long as the process lives.
    pub(super) fn learn(&self, stack: &Url, note: impl FnOnce(&mut Habits)) {
        let mut habits = self.0.habits.lock().unwrap_or_else(PoisonError::into_inner);
        note(habits.entry(stack.clone()).or_default());
    }

    /// The stack that serves the organization of a domain; asked for once per domain.
    pub(super) async fn stack_of(&self, call: &Call, domain: &str) -> Result<Url, Error> {
        let known = self.0.stacks.lock().unwrap_or_else(PoisonError::into_inner).get(domain).cloned();
        match known {
            Some(stack) => Ok(stack),
            None => self.find_stack(call, domain).await,
        }
    }

    async fn find_stack(&self, call: &Call, domain: &str) -> Result<Url, Error> {
        let ask = Ask::get(
            self.entry(),
            &["endpoints", domain],
            format!("find the Proofpoint stack of `{domain}`"),
        )
        .of(domain);
        let operation = ask.operation.clone();
        let fail = |kind| Error { operation: operation.clone(), kind };
        let response = self.send(call, ask).await?;
        let addresses: Vec<String> =
            lenient::list(&response, &["endpoints"]).map_err(|error| fail(error.into()))?;
        let stacks: Vec<Url> = addresses.iter().filter_map(|address| Url::parse(address).ok()).collect();
        // An organization may live on several stacks; the configured one is preferred.
        let same = |stack: &&Url| stack.origin() == self.entry().origin();
        let stack = stacks.iter().find(same).or_else(|| stacks.iter().find(|stack| self.trusts(stack)));
        let Some(stack) = stack else {
            let host = addresses.first().map(|address| legible(address, 300)).unwrap_or_default();
            return Err(fail(if addresses.is_empty() {
                let nothing = response.about().misfit_at("endpoints", MisfitKind::Value, None);
                nothing.into()
            } else {
                ErrorKind::UnknownHost { domain: domain.to_owned(), host }
            }));
        };
        let mut stacks = self.0.stacks.lock().unwrap_or_else(PoisonError::into_inner);
        stacks.insert(domain.to_owned(), stack.clone());
        Ok(stack.clone())
    }

    /// The credentials go to known stacks and the configured endpoint only, whatever an answer says.
    pub(super) fn trusts(&self, stack: &Url) -> bool {
        let known = stack.scheme() == "https"
            && stack.port().is_none()
            && stack.host_str().and_then(|host| host.strip_suffix(".proofpointessentials.com")).is_some_and(
                |label| !label.is_empty() && label.chars().all(|letter| letter.is_ascii_alphanumeric()),
            );
        known || stack.origin() == self.entry().origin()
    }

    /// Sends an ask and decodes its answer.
    pub(super) async fn read<T: DeserializeOwned>(&self, call: &Call, ask: Ask) -> Result<T, Error> {
        let operation = ask.operation.clone();
        let response = self.send(call, ask).await?;
        response.json().map_err(|error| Error { operation, kind: error.into() })
    }

    /// Sends an ask and refuses every answer that is no success.
    pub(super) async fn send(&self, call: &Call, ask: Ask) -> Result<Response, Error> {
        let Ask { operation, organization, request } = ask;
        let outcome = async {
            let request = self.sign(call, request).ok_or(ErrorKind::Header)?;
            let response = self.0.http.about(&organization).send(call, request).await?;
            if let Some(date) = response.date {
                self.0.clock.observe(date);
            }
            match refused(&response, &organization) {
                Some(kind) => Err(kind),
                None => Ok(response),
            }
        };
        outcome.await.map_err(|kind| Error { operation, kind })
    }

    /// Sends an ask whose answer is taken while it arrives. An answer that breaks off is asked for again: it is
    /// taken anew from what `start` returns. `end` makes of it what is wanted.
    pub(super) async fn stream<T, R>(
        &self,
        call: &Call,
        ask: Ask,
        start: impl Fn() -> T,
        take: impl FnMut(&mut T, &[u8]) -> Result<(), Misfit>,
        end: impl FnOnce(T) -> Result<R, Misfit>,
    ) -> Result<R, Error> {
        let Ask { operation, organization, request } = ask;
        let outcome = async {
            let request = self.sign(call, request.limit(STREAMED_BODY)).ok_or(ErrorKind::Header)?;
            match self.0.http.about(&organization).send_streaming(call, request, start, take).await? {
                Streamed::Taken(taken, about) => end(taken).map_err(|misfit| about.misfit(misfit).into()),
                Streamed::Other(response) => Err(refused(&response, &organization)
                    .unwrap_or_else(|| ErrorKind::Refused(Refusal::new(&response)))),
            }
        };
        outcome.await.map_err(|kind| Error { operation, kind })
    }

    /// Sends an ask and decodes its answer, a list that comes bare or in an envelope of one of the given names.
    pub(super) async fn list<T: DeserializeOwned>(
        &self,
        call: &Call,
        ask: Ask,
        envelopes: &[&str],
    ) -> Result<Vec<T>, Error> {
        let operation = ask.operation.clone();
        let response = self.send(call, ask).await?;
        lenient::list(&response, envelopes).map_err(|error| Error { operation, kind: error.into() })
    }

    fn sign(&self, call: &Call, request: Request) -> Option<Request> {
        let correlator = HeaderValue::from_str(&call.correlation_id.to_string()).ok()?;
        // Not a secret to those who are told of an answer: it names whom the service refused.
        let mut username = HeaderValue::from_str(self.0.username.expose_secret()).ok()?;
        username.set_sensitive(true);
        request
            .secret_header(PASSWORD, "", &self.0.password)
            .map(|request| request.header(USER, username).header(CORRELATOR, correlator))
    }
}

/// What an answer refuses, if it does. The status of a page made for people is not the service's: a proxy's 404 must
/// not pass for the absence of anything.
fn refused(response: &Response, organization: &str) -> Option<ErrorKind> {
    if let Some(page) = response.page() {
        return Some(page.into());
    }
    let answer = || Refusal::new(response);
    match response.status {
        200..=299 => None,
        401 => Some(ErrorKind::InvalidCredentials(answer())),
        403 => Some(ErrorKind::NotAuthorized { organization: organization.into(), answer: answer() }),
        404 => Some(ErrorKind::NotFound(answer())),
        409 => Some(ErrorKind::Conflict(answer())),
        429 => Some(ErrorKind::Throttled(answer())),
        _ => Some(ErrorKind::Refused(answer())),
    }
}

/// One request and what it is for.
pub(super) struct Ask {
    operation: String,
    organization: String,
    request: Request,
}

impl Ask {
    /// A request of `path` below the API on a stack. Path segments are percent-encoded.
    pub(super) fn new(method: Method, stack: &Url, path: &[&str], operation: impl Into<String>) -> Self {
        let mut url = stack.clone();
        url.set_query(None);
        url.set_path("");
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.extend(["api", "v1"]).extend(path);
        }
        Self { operation: operation.into(), organization: String::new(), request: Request::new(method, url) }
    }

    /// A GET request.
    pub(super) fn get(stack: &Url, path: &[&str], operation: impl Into<String>) -> Self {
        Self::new(Method::GET, stack, path, operation)
    }

    /// Its answer, for the ledger.
    pub(super) fn answer(&self) -> Reading {
        self.request.answer()
    }

    /// Names the organization that it is about, for errors.
    pub(super) fn of(mut self, organization: &str) -> Self {
        organization.clone_into(&mut self.organization);
        self
    }

    /// Sets the body.
    pub(super) fn body(mut self, body: Body) -> Self {
        self.request = self.request.body(body);
        self
    }

    /// Sending it twice does the same as sending it once.
    pub(super) fn repeatable(mut self) -> Self {
        self.request = self.request.repeat(Repeat::Safe);
        self
    }
}

#[cfg(test)]
#[path = "connection_tests.rs"]
mod tests;
