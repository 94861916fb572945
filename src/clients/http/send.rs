//! Sending a request until it has an answer worth handing on.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{CONTENT_LENGTH, HeaderValue, LOCATION};
use reqwest::{Client, Method};
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::address;
use super::body::{Body, wiped};
use super::call::Call;
use super::client::{self, Options};
use super::error::{About, Error, ErrorKind, kind_of};
use super::legible::legible;
use super::limiter::{Limiter, Turn};
use super::request::Request;
use super::response::{self, Response};
use super::retry::{Decision, Outcome, decide, delays};
use super::tap::Tap;

const FIRST_DELAY: Duration = Duration::from_secs(1);
const LONGEST_DELAY: Duration = Duration::from_secs(60);

/// Sends requests; a cheap clone that shares its connections.
#[derive(Debug, Clone)]
pub struct HttpClient {
    shared: Arc<Shared>,
    limiter: Limiter,
    read_only: bool,
    tap: Option<Tap>,
}

#[derive(Debug)]
struct Shared {
    options: Options,
    connections: Mutex<Connections>,
}

/// The client and how many there were before it.
#[derive(Debug, Default)]
struct Connections {
    client: Option<Client>,
    generation: u64,
}

impl HttpClient {
    /// A client that touches neither disk nor network until it is used.
    pub fn new(options: Options) -> Self {
        #[cfg(debug_assertions)]
        if let Some(file) = options.env.get(crate::ledger::recording::VARIABLE) {
            crate::ledger::recording::begin(file.as_ref());
        }
        let shared = Shared { options, connections: Mutex::default() };
        Self { shared: Arc::new(shared), limiter: Limiter::default(), read_only: false, tap: None }
    }

    /// The same connections, over which requests that change something are refused before they are sent.
    #[must_use]
    pub fn read_only(self, read_only: bool) -> Self {
        Self { read_only, ..self }
    }

    /// The same connections, with a tap that keeps every answer.
    #[must_use]
    pub fn tapped_by(self, tap: Tap) -> Self {
        Self { tap: Some(tap), ..self }
    }

    /// The same connections under a limiter of their own: for one account or tenant of a service.
    #[must_use]
    pub(crate) fn limited_by(&self, limiter: Limiter) -> Self {
        Self { limiter, ..self.clone() }
    }

    /// The same client for requests about one part of what the service has, which may have a limit of its own.
    #[must_use]
    pub(crate) fn about(&self, part: &str) -> Self {
        self.limited_by(self.limiter.part(part))
    }

    /// The service asked for patience within an answer.
    pub(crate) fn pause(&self, delay: Duration) {
        self.limiter.pause(delay);
    }

    /// The `reqwest` client itself, for libraries that want one; built when first asked for.
    pub fn reqwest(&self) -> Result<Client, Error> {
        self.client().map(|(client, _)| client)
    }

    fn client(&self) -> Result<(Client, u64), Error> {
        let mut connections = self.shared.connections.lock().unwrap_or_else(PoisonError::into_inner);
        let generation = connections.generation;
        if let Some(client) = &connections.client {
            return Ok((client.clone(), generation));
        }
        let client = client::build(&self.shared.options)?;
        connections.client = Some(client.clone());
        Ok((client, generation))
    }

    /// Makes the next request use new connections, once for all who used the same ones.
    fn renew(&self, used: u64) {
        let mut connections = self.shared.connections.lock().unwrap_or_else(PoisonError::into_inner);
        if connections.generation == used {
            *connections = Connections { client: None, generation: used + 1 };
        }
    }

    /// Sends `request` and reads the whole answer, whatever its status.
    ///
    /// Repeats it only where that is safe or the service says that nothing was done, honours `Retry-After`, and ends
    /// at the call's deadline or cancellation. When the next repeat would be too late, the last answer is handed on.
    pub async fn send(&self, call: &Call, request: Request) -> Result<Response, Error> {
        let mut attempts = Attempts::new(self, call, &request);
        loop {
            if let Head::Answer(head, about) = attempts.head().await?
                && let Some(response) = attempts.whole(*head, about, request.limit).await?
            {
                return Ok(response);
            }
        }
    }
}

/// What an attempt came to.
pub(super) enum Head {
    Answer(Box<reqwest::Response>, About),
    Again,
}

/// The attempts at one request.
pub(super) struct Attempts<'a> {
    http: &'a HttpClient,
    call: &'a Call,
    request: &'a Request,
    about: About,
    repeats: u32,
    delays: Box<dyn Iterator<Item = Duration> + Send>,
}

impl<'a> Attempts<'a> {
    pub(super) fn new(http: &'a HttpClient, call: &'a Call, request: &'a Request) -> Self {
        let about = About::new(&request.method, &request.url, call);
        let delays = Box::new(delays(FIRST_DELAY, LONGEST_DELAY));
        Self { http, call, request, about, repeats: 0, delays }
    }

    /// Sends once, up to the answer's head.
    pub(super) async fn head(&mut self) -> Result<Head, Error> {
        let url = &self.request.url;
        let permitted = url.scheme() == "https" || (url.scheme() == "http" && address::is_loopback(url));
        if !permitted {
            return Err(self.about.error(ErrorKind::Unencrypted));
        }
        if self.request.writes && self.http.read_only {
            return Err(self.about.error(ErrorKind::ReadOnly));
        }
        let (client, generation) = self.http.client()?;
        #[cfg(debug_assertions)]
        self.request.note();
        let started = Instant::now();
        tracing::trace!(
            method = %self.request.method, url = %address::shown(url), correlation_id = %self.call.correlation_id,
            attempt = self.repeats + 1, "request"
        );
        // Nothing of `self` is held while waiting, so that the whole can move between threads.
        let (limiter, request) = (&self.http.limiter, self.reqwest_request());
        let attempt = async move {
            let (place, turn) = limiter.enter().await;
            place.during(client.execute(request)).await.map(|answer| (answer, turn))
        };
        match self.call.run(attempt).await {
            Err(interrupted) => Err(self.about.error(interrupted.into())),
            Ok(Err(error)) => {
                let kind = kind_of(error);
                tracing::debug!(
                    method = %self.request.method, url = %address::shown(url), error = %kind,
                    duration_ms = milliseconds(started.elapsed()), "request failed"
                );
                let about = self.about.clone();
                self.after_failure(kind, &about).await.map(|()| Head::Again)
            }
            Ok(Ok((answer, turn))) => self.judge(answer, turn, generation, started).await,
        }
    }

    /// Reads the whole body behind a head; `None` when it broke off and there is to be another attempt.
    pub(super) async fn whole(
        &mut self,
        head: reqwest::Response,
        about: About,
        limit: usize,
    ) -> Result<Option<Response>, Error> {
        let (status, headers) = (head.status().as_u16(), head.headers().clone());
        let body = match self.call.run(whole_body(head, limit, self.request.wipe)).await {
            Err(interrupted) => return Err(about.error(interrupted.into())),
            Ok(Ok(body)) => body,
            Ok(Err(kind)) => return self.after_failure(kind, &about).await.map(|()| None),
        };
        let (request_id, date) = (response::request_id_of(&headers), response::date_of(&headers));
        self.keep(status, &body);
        let hidden = self.request.hidden.clone();
        Ok(Some(Response { status, headers, body, request_id, date, about, hidden }))
    }

    /// Hands an answer to the tap, if there is one.
    pub(super) fn keep(&self, status: u16, body: &[u8]) {
        if let Some(tap) = &self.http.tap {
            let sent = self.request.body.as_ref().map(Body::bytes).unwrap_or_default();
            tap.keep(self.request.method.as_str(), &self.request.url, &sent, status, body);
        }
    }

    /// Whether somebody wants whole answers.
    pub(super) fn is_tapped(&self) -> bool {
        self.http.tap.is_some()
    }

    async fn judge(
        &mut self,
        answer: reqwest::Response,
        mut turn: Turn,
        generation: u64,
        started: Instant,
    ) -> Result<Head, Error> {
        let (status, headers) = (answer.status(), answer.headers());
        let request_id = response::request_id_of(headers);
        tracing::debug!(
            method = %self.request.method, url = %address::shown(&self.request.url), status = status.as_u16(),
            duration_ms = milliseconds(started.elapsed()), request_id = request_id.as_deref().unwrap_or_default(),
            correlation_id = %self.call.correlation_id, "answer"
        );
        let about = self.about.clone().answered(request_id.as_deref());
        if status.is_redirection() {
            let location = headers.get(LOCATION).and_then(|location| location.to_str().ok());
            let location = location.and_then(|location| self.request.url.join(location).ok());
            let location = location
                .map(|url| legible(&format!("{}{}", url.origin().ascii_serialization(), url.path()), 300));
            return Err(about.error(ErrorKind::Redirect { status: status.as_u16(), location }));
        }
        let retry_after = response::retry_after_of(headers, response::date_of(headers));
        let outcome = Outcome::Answer { status: status.as_u16(), retry_after };
        if status.as_u16() != 429 {
            turn.passed();
        }
        let Decision::Again { after, new_connection } = decide(outcome, self.request.repeat, self.repeats)
        else {
            return Ok(Head::Answer(Box::new(answer), about));
        };
        let delay = after.or_else(|| self.delays.next()).unwrap_or(LONGEST_DELAY);
        if delay >= self.call.remaining() {
            return Ok(Head::Answer(Box::new(answer), about));
        }
        if status.as_u16() == 429 {
            turn.refused(delay);
        }
        drop(turn);
        if new_connection {
            self.http.renew(generation);
        }
        drop(answer);
        self.pause(delay, &about).await.map(|()| Head::Again)
    }

    /// Waits for the next attempt after one that brought no answer; the error itself when there is to be none.
    pub(super) async fn after_failure(&mut self, kind: ErrorKind, about: &About) -> Result<(), Error> {
        let outcome = match kind {
            ErrorKind::Unreachable { .. } => Outcome::NotConnected,
            ErrorKind::Broken { .. } => Outcome::Broken,
            _ => return Err(about.error(kind)),
        };
        match decide(outcome, self.request.repeat, self.repeats) {
            Decision::Done => Err(about.error(kind)),
            Decision::Again { .. } => {
                let delay = self.delays.next().unwrap_or(LONGEST_DELAY);
                if delay >= self.call.remaining() {
                    return Err(about.error(kind));
                }
                self.pause(delay, about).await
            }
        }
    }

    async fn pause(&mut self, delay: Duration, about: &About) -> Result<(), Error> {
        self.repeats += 1;
        tracing::debug!(
            method = %self.request.method, url = %address::shown(&self.request.url),
            delay_ms = milliseconds(delay), repeat = self.repeats, "waiting before the request is repeated"
        );
        self.call.wait(delay).await.map_err(|interrupted| about.error(interrupted.into()))
    }

    fn reqwest_request(&self) -> reqwest::Request {
        let mut request = reqwest::Request::new(self.request.method.clone(), self.request.url.clone());
        *request.headers_mut() = self.request.headers.clone();
        if let Some(body) = &self.request.body {
            *request.body_mut() = Some(body.bytes().into());
        } else if matches!(self.request.method, Method::POST | Method::PUT | Method::PATCH) {
            // Nobody below says so of a body that is not there, and some servers answer 411 then (RFC 9110, 8.6).
            request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        request
    }
}

/// Reads a body of at most `limit` bytes; `wipe` when it holds a secret.
async fn whole_body(mut answer: reqwest::Response, limit: usize, wipe: bool) -> Result<Bytes, ErrorKind> {
    let too_large = || ErrorKind::TooLarge { limit };
    let announced = answer.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    if announced > limit {
        return Err(too_large());
    }
    let Some(first) = answer.chunk().await.map_err(kind_of)? else { return Ok(Bytes::new()) };
    if first.len() > limit {
        return Err(too_large());
    }
    let mut next = answer.chunk().await.map_err(kind_of)?;
    if next.is_none() && !wipe {
        return Ok(first);
    }
    let mut buffer = Zeroizing::new(Vec::with_capacity(announced.max(first.len() * 2)));
    buffer.extend_from_slice(&first);
    while let Some(chunk) = next {
        if buffer.len() + chunk.len() > limit {
            return Err(too_large());
        }
        buffer.extend_from_slice(&chunk);
        next = answer.chunk().await.map_err(kind_of)?;
    }
    if wipe { Ok(wiped(buffer)) } else { Ok(Bytes::from(std::mem::take(&mut *buffer))) }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[path = "send_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "send_waiting_tests.rs"]
mod waiting_tests;
