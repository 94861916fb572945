//! How `azure_identity` reaches the network: through our own client, so that proxies, certificate authorities and
//! refused redirects are the same everywhere.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use azure_core::error::ErrorKind;
use azure_core::http::headers::{HeaderName, Headers};
use azure_core::http::{
    AsyncRawResponse, Body, ClientOptions, ExponentialRetryOptions, HttpClient, Request, RetryOptions,
    Transport, Url,
};
use futures::TryStreamExt as _;
use jiff::fmt::rfc2822;
use url::form_urlencoded;
use uuid::Uuid;

use super::error::Error;
use super::token_answer;
use crate::clock::Clock;
use crate::http::{Hidden, Tap};
use crate::ledger::Reading;

/// Token answers are a few kilobytes; more than this is something else.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// Repeats of a request that found no connection. `azure_identity` would go on for minutes where a machine has no
/// managed identity endpoint.
const REPEATS_WITHOUT_CONNECTION: u32 = 2;

/// Where a request really goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// Where it says.
    AsAddressed,
    /// `azure_identity` insists on an https authority; for one on this machine that speaks plain http the scheme is
    /// put back.
    PlainAuthority {
        /// What `azure_identity` is told: the real one with https.
        told: Url,
        /// The real one.
        real: Url,
    },
    /// Another managed identity endpoint than the machine's own.
    MachineEndpoint(Url),
}

impl Route {
    /// The route to a token endpoint, and what `azure_identity` is told instead where it is plain http.
    pub(super) fn to_authority(authority: &Url) -> (Self, Url) {
        let mut told = authority.clone();
        if authority.scheme() == "http" && told.set_scheme("https").is_ok() {
            return (Self::PlainAuthority { told: told.clone(), real: authority.clone() }, told);
        }
        (Self::AsAddressed, authority.clone())
    }

    fn of(&self, addressed: &Url) -> Url {
        let mut url = addressed.clone();
        match self {
            Self::AsAddressed => {}
            Self::PlainAuthority { told, real } => {
                if url.origin() == told.origin() {
                    let (path, query) = (url.path().to_owned(), url.query().map(str::to_owned));
                    url = real.clone();
                    url.set_path(&path);
                    url.set_query(query.as_deref());
                }
            }
            Self::MachineEndpoint(endpoint) => {
                let query = url.query().map(str::to_owned);
                url = endpoint.clone();
                url.set_query(query.as_deref());
            }
        }
        url
    }
}

/// The last answer that came, for errors that `azure_identity` reports without it.
#[derive(Debug, Clone, Copy)]
pub(super) struct LastAnswer {
    pub(super) status: u16,
    /// The body is no JSON object.
    pub(super) foreign: bool,
    /// The body looks like a page made for people.
    pub(super) html: bool,
}

/// Our client as `azure_identity` wants it.
#[derive(Clone)]
pub(super) struct Wire {
    pub(super) client: reqwest::Client,
    pub(super) route: Route,
    /// Sent as `client-request-id`, so that an audit can follow one run.
    pub(super) run: Uuid,
    /// Learns from the answers' `Date`.
    pub(super) clock: Clock,
    pub(super) last: Arc<Mutex<Option<LastAnswer>>>,
    /// Keeps answers, where somebody wants them.
    tap: Option<Tap>,
    /// What the last request sent as proof.
    hidden: Arc<Mutex<Hidden>>,
    /// Attempts in a row that found no connection.
    unconnected: Arc<AtomicU32>,
}

impl Wire {
    pub(super) fn new(client: reqwest::Client, route: Route, run: Uuid, clock: Clock) -> Self {
        Self {
            client,
            route,
            run,
            clock,
            last: Arc::default(),
            tap: None,
            hidden: Arc::default(),
            unconnected: Arc::default(),
        }
    }

    /// The same, with a tap that keeps every answer.
    pub(super) fn tapped_by(self, tap: Option<Tap>) -> Self {
        Self { tap, ..self }
    }

    /// Options for a credential: this transport, and `retries` repetitions within twelve seconds.
    pub(super) fn options(&self, retries: u32) -> ClientOptions {
        let retry = ExponentialRetryOptions {
            max_retries: retries,
            max_total_elapsed: azure_core::time::Duration::seconds(12),
            ..ExponentialRetryOptions::default()
        };
        ClientOptions {
            transport: Some(Transport::new(Arc::new(self.clone()))),
            retry: if retries == 0 { RetryOptions::none() } else { RetryOptions::exponential(retry) },
            ..ClientOptions::default()
        }
    }

    /// Forgets and returns what is known of the last answer.
    pub(super) fn take_last(&self) -> Option<LastAnswer> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// What the last request sent as proof, which no text about its answer may show.
    pub(super) fn hidden(&self) -> Hidden {
        self.hidden.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, answer: Option<LastAnswer>) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = answer;
    }

    /// The error of an attempt; a final one when there were enough attempts without a connection.
    fn failed(&self, error: azure_core::Error) -> azure_core::Error {
        let is_unconnected = matches!(error.kind(), ErrorKind::Connection);
        if is_unconnected && self.unconnected.fetch_add(1, Ordering::Relaxed) < REPEATS_WITHOUT_CONNECTION {
            return error;
        }
        self.unconnected.store(0, Ordering::Relaxed);
        if is_unconnected {
            let text = error.to_string();
            return azure_core::Error::with_error(ErrorKind::Credential, error, text);
        }
        error
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").field("route", &self.route).field("run", &self.run).finish_non_exhaustive()
    }
}

#[async_trait::async_trait]
impl HttpClient for Wire {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        self.note(None);
        let mut request = request.clone();
        *request.url_mut() = self.route.of(request.url());
        request.insert_header("client-request-id", self.run.to_string());
        // What a machine's endpoint is called is for its kind to say.
        let is_of_machine =
            request.headers().get_optional_str(&HeaderName::from_static("metadata")).is_some();
        let reading = if is_of_machine {
            Reading::named("machine.token")
        } else {
            Reading::of(request.method().as_str(), request.url().path())
        };
        #[cfg(debug_assertions)]
        note(&request);
        *self.hidden.lock().unwrap_or_else(PoisonError::into_inner) = proofs(&request);
        let answer = self.client.execute_request(&request).await.map_err(|error| self.failed(error))?;
        self.unconnected.store(0, Ordering::Relaxed);
        let (status, headers, mut body) = answer.deconstruct();
        if let Some(date) = date(&headers) {
            self.clock.observe(date);
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = body.try_next().await? {
            if bytes.len() + chunk.len() > MAX_ANSWER_BYTES {
                return Err(azure_core::Error::with_message(
                    ErrorKind::DataConversion,
                    "the answer is too large",
                ));
            }
            bytes.extend_from_slice(&chunk);
        }
        if let Some(tap) = &self.tap {
            let method = request.method();
            tap.keep(method.as_str(), request.url(), &[], status.into(), &bytes);
        }
        let start = bytes.trim_ascii_start();
        let html = start.first() == Some(&b'<');
        self.note(Some(LastAnswer { status: status.into(), foreign: start.first() != Some(&b'{'), html }));
        // A job's host is asked over this wire as well, at a path of its own, of which the ledger has nothing.
        if status.is_success()
            && let Some(misfit) = token_answer::misfit(&bytes, &reading)
        {
            let unfitting = Error::Unfitting { tenant: None, misfit: Box::new(misfit) };
            return Err(azure_core::Error::new(ErrorKind::Credential, unfitting));
        }
        let bytes = token_answer::understood(bytes, self.clock.now(), &reading)
            .map_err(|cause| azure_core::Error::with_message(ErrorKind::DataConversion, cause))?;
        Ok(AsyncRawResponse::from_bytes(status, headers, bytes))
    }
}

/// Takes note of a request and of the form that it sends, for the tests of the ledger.
#[cfg(debug_assertions)]
fn note(request: &Request) {
    let body = match request.body() {
        Body::Bytes(body) => form_urlencoded::parse(body).into_owned().collect(),
        Body::SeekableStream(_) => std::collections::BTreeMap::<String, String>::new(),
    };
    let (method, path) = (request.method().as_str(), request.url().path());
    // At another path it is a job's host.
    if crate::ledger::entry_at(method, path).is_some() {
        crate::ledger::recording::asked(method, path, &serde_json::json!(body));
    }
}

/// What a request presents as proof: in the form of the token endpoint, or to a job's host.
fn proofs(request: &Request) -> Hidden {
    let mut hidden = Hidden::default();
    if let Body::Bytes(body) = request.body() {
        let proofs = form_urlencoded::parse(body);
        let proofs = proofs.filter(|(name, _)| matches!(name.as_ref(), "client_secret" | "client_assertion"));
        proofs.for_each(|(_, value)| hidden.add(&value.into_owned().into()));
    }
    let bearer = request.headers().get_optional_str(&HeaderName::from_static("authorization"));
    if let Some(bearer) = bearer.and_then(|value| value.strip_prefix("Bearer ")) {
        hidden.add(&bearer.into());
    }
    hidden
}

/// The `Date` header (RFC 9110), when it is there and can be read.
fn date(headers: &Headers) -> Option<jiff::Timestamp> {
    let text = headers.get_optional_str(&HeaderName::from_static("date"))?;
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("an address")
    }

    #[test]
    fn a_plain_authority_gets_its_scheme_back_and_other_hosts_are_left_alone() {
        for (authority, told) in [
            ("http://127.0.0.1:8080", "https://127.0.0.1:8080/"),
            ("http://localhost", "https://localhost/"),
            ("http://localhost:443", "https://localhost/"),
        ] {
            let (route, to_tell) = Route::to_authority(&url(authority));
            assert_eq!(to_tell.as_str(), told);
            let addressed = to_tell.join("/t.example/oauth2/v2.0/token").expect("an address");
            assert_eq!(route.of(&addressed).as_str(), format!("{authority}/t.example/oauth2/v2.0/token"));
            let other = url("https://token.actions.example/x?y=z");
            assert_eq!(route.of(&other), other);
        }
    }

    #[test]
    fn an_https_authority_is_reached_as_addressed() {
        let authority = url("https://login.microsoftonline.com");
        assert_eq!(Route::to_authority(&authority), (Route::AsAddressed, authority));
    }

    #[test]
    fn another_machine_endpoint_keeps_the_query() {
        let route = Route::MachineEndpoint(url("http://127.0.0.1:40342/token"));
        let addressed =
            url("http://169.254.169.254/metadata/identity/oauth2/token?api-version=2019-08-01&resource=r");
        let expected = "http://127.0.0.1:40342/token?api-version=2019-08-01&resource=r";
        assert_eq!(route.of(&addressed).as_str(), expected);
    }

    #[test]
    fn the_date_of_an_answer_is_read() {
        let mut headers = Headers::new();
        headers.insert("date", "Tue, 24 Nov 2026 02:10:30 GMT");
        assert_eq!(date(&headers).expect("a date").to_string(), "2026-11-24T02:10:30Z");
        headers.insert("date", "yesterday");
        assert_eq!(date(&headers), None);
    }
}
