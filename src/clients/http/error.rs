//! Why no usable answer came, and what to do about it.

use std::fmt;

use reqwest::{Method, Url};
use uuid::Uuid;

use super::address;
use super::call::{Call, Interrupted};
use super::json::{Misfit, MisfitKind};
use crate::ledger::Reading;

/// No usable answer of the service. The text says what happened, what to do and which request it was, without secrets.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    request: Option<About>,
}

/// The request an error is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct About {
    method: Method,
    url: String,
    host: String,
    request_id: Option<String>,
    correlation_id: Uuid,
}

impl About {
    pub(super) fn new(method: &Method, url: &Url, call: &Call) -> Self {
        Self {
            method: method.clone(),
            url: address::shown(url),
            host: url.host_str().unwrap_or_default().to_owned(),
            request_id: None,
            correlation_id: call.correlation_id,
        }
    }

    /// The same request, which the service gave this id.
    pub(super) fn answered(mut self, request_id: Option<&str>) -> Self {
        self.request_id = request_id.map(str::to_owned);
        self
    }

    pub(super) fn error(&self, kind: ErrorKind) -> Error {
        Error(Box::new(Inner { kind, request: Some(self.clone()) }))
    }

    /// The answer is not as the ledger has it.
    pub(crate) fn misfit(&self, misfit: Misfit) -> Error {
        self.error(ErrorKind::Decode(misfit))
    }

    /// The same, found out after it was read: at a path of it, where `came` stands.
    pub(crate) fn misfit_at(&self, path: &str, kind: MisfitKind, came: Option<&serde_json::Value>) -> Error {
        self.misfit(Misfit::at(&self.reading(), path, kind, came))
    }

    /// Its answer, for the ledger.
    pub(crate) fn reading(&self) -> Reading {
        let behind = self.url.split_once("://").map_or("", |(_, rest)| rest);
        let path = behind.find('/').map_or("", |at| &behind[at..]);
        Reading::of(self.method.as_str(), path.split('?').next().unwrap_or_default())
    }
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file with certificate authorities cannot be used.
    CaBundle {
        /// The file.
        path: String,
        /// Why.
        cause: String,
    },
    /// A proxy variable holds no usable address.
    Proxy {
        /// The variable's name.
        variable: &'static str,
    },
    /// The HTTP client could not be set up.
    Client {
        /// Why.
        cause: String,
    },
    /// Plain http to another machine: refused before anything was sent.
    Unencrypted,
    /// The request changes something and the client is read-only: refused before anything was sent.
    ReadOnly,
    /// No connection came about; nothing was sent.
    Unreachable {
        /// Why.
        cause: String,
    },
    /// The service's certificate is not trusted; nothing was sent.
    Untrusted {
        /// Why.
        cause: String,
    },
    /// The connection broke; whether the service acted on the request is unknown.
    Broken {
        /// Why.
        cause: String,
    },
    /// The operation's time was up.
    Timeout,
    /// The user interrupted the operation.
    Cancelled,
    /// The service, or something in between, sent us elsewhere; we do not follow.
    Redirect {
        /// HTTP status.
        status: u16,
        /// Where it pointed, without its query.
        location: Option<String>,
    },
    /// The answer is larger than any right one.
    TooLarge {
        /// The most that was accepted, in bytes.
        limit: usize,
    },
    /// The answer is not JSON.
    NotJson {
        /// HTTP status.
        status: u16,
        /// Its `Content-Type`.
        content_type: Option<String>,
        /// It looks like a page made for people.
        html: bool,
    },
    /// The answer is JSON of another shape than expected.
    Decode(Misfit),
    /// The request could not be put together, for example since a credential cannot stand in a header.
    Request {
        /// Why.
        cause: String,
    },
}

impl Error {
    /// An error in the client's options, before there is a request.
    pub(super) fn of_options(kind: ErrorKind) -> Self {
        Self(Box::new(Inner { kind, request: None }))
    }

    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// Whether the service may have acted on the request although no answer came.
    pub fn outcome_is_unknown(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::Broken { .. }
                | ErrorKind::Timeout
                | ErrorKind::Cancelled
                | ErrorKind::NotJson { .. }
                | ErrorKind::Decode(_)
                | ErrorKind::TooLarge { .. }
        )
    }

    /// Whether the user interrupted the operation.
    pub fn is_cancelled(&self) -> bool {
        *self.kind() == ErrorKind::Cancelled
    }
}

/// Of an answer whose request is told elsewhere.
impl From<Misfit> for Error {
    fn from(misfit: Misfit) -> Self {
        Self::of_options(ErrorKind::Decode(misfit))
    }
}

impl From<Interrupted> for ErrorKind {
    fn from(interrupted: Interrupted) -> Self {
        match interrupted {
            Interrupted::Deadline => Self::Timeout,
            Interrupted::Cancelled => Self::Cancelled,
        }
    }
}

impl From<Interrupted> for Error {
    fn from(interrupted: Interrupted) -> Self {
        Self::of_options(interrupted.into())
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CaBundle { path, cause } => {
                write!(f, "the certificate authorities in `{path}` cannot be used: {cause}")
            }
            Self::Proxy { variable } => write!(
                f,
                "the environment variable `{variable}` holds no usable proxy address: it must look like \
                 `http://host:port` or `https://host:port`"
            ),
            Self::Client { cause } => write!(f, "the HTTP client could not be set up: {cause}"),
            Self::Unencrypted => f.write_str(
                "credentials are not sent unencrypted to another machine: use an `https://` address (plain http is \
                 only for loopback)",
            ),
            Self::ReadOnly => f.write_str(
                "nothing was sent, because it would change something and only reading is allowed",
            ),
            Self::Unreachable { cause } => write!(
                f,
                "no connection could be made ({cause}): check the address, the network and the proxy variables \
                 (`HTTPS_PROXY`, `NO_PROXY`)"
            ),
            Self::Untrusted { cause } => write!(
                f,
                "the server's certificate is not trusted ({cause}): a proxy or a private authority may have signed it"
            ),
            Self::Broken { cause } => write!(
                f,
                "the connection broke before the whole answer had come ({cause}): whether the service acted on the \
                 request is unknown"
            ),
            Self::Timeout => {
                f.write_str("the operation's time was up")
            }
            Self::Cancelled => f.write_str("the operation was interrupted"),
            Self::Redirect { status, location } => {
                write!(f, "the answer was a redirect ({status}")?;
                if let Some(location) = location {
                    write!(f, " to `{location}`")?;
                }
                f.write_str(
                    "), which is not followed because credentials would go with it: a proxy's sign-in page may stand \
                     in between, or the configured address is not the API's",
                )
            }
            Self::TooLarge { limit } => {
                write!(f, "the answer has more than {limit} bytes, which no right answer has: check the address")
            }
            Self::NotJson { status, content_type, html } => {
                let kind = if *html { "an HTML page" } else { "something other than JSON" };
                write!(f, "the answer ({status}) is {kind}")?;
                if let Some(content_type) = content_type {
                    write!(f, " (`Content-Type: {content_type}`)")?;
                }
                f.write_str(
                    ": a proxy or a captive portal may have answered in the service's place, or the configured \
                     address is not the API's",
                )
            }
            Self::Decode(misfit) => write!(f, "the answer cannot be understood: {misfit}"),
            Self::Request { cause } => write!(f, "the request could not be put together: {cause}"),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(about) = &self.0.request else { return self.0.kind.fmt(f) };
        if matches!(
            self.0.kind,
            ErrorKind::Unreachable { .. } | ErrorKind::Untrusted { .. } | ErrorKind::Unencrypted
        ) {
            write!(f, "`{}`: ", about.host)?;
        }
        self.0.kind.fmt(f)?;
        if matches!(self.0.kind, ErrorKind::NotJson { .. })
            && let Some(entry) = about.reading().entry()
        {
            write!(f, ". What is relied on, `{}`: JSON", entry.id)?;
        }
        write!(f, "\n\n{about}")
    }
}

/// Which request it was, in lines of their own.
impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request: {} {}", self.method, self.url)?;
        if let Some(request_id) = &self.request_id {
            write!(f, "\nRequest id: {request_id}")?;
        }
        write!(f, "\nCorrelation id: {}", self.correlation_id)
    }
}

/// Holds nothing that [`fmt::Display`] would not show.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error").field("kind", &self.0.kind).field("request", &self.0.request).finish()
    }
}

impl std::error::Error for Error {}

/// What a failed attempt means. The messages of the chain of causes are kept, never their `Debug`.
pub(super) fn kind_of(error: reqwest::Error) -> ErrorKind {
    let error = error.without_url();
    let cause = chain(&error);
    if is_certificate_fault(&error) {
        ErrorKind::Untrusted { cause }
    } else if error.is_connect() {
        ErrorKind::Unreachable { cause }
    } else if error.is_builder() {
        ErrorKind::Request { cause }
    } else {
        ErrorKind::Broken { cause }
    }
}

/// Whether somebody's certificate was refused.
pub(crate) fn is_certificate_fault(error: &(dyn std::error::Error + 'static)) -> bool {
    if matches!(error.downcast_ref::<rustls::Error>(), Some(rustls::Error::InvalidCertificate(_))) {
        return true;
    }
    // An io::Error hands out its cause's source as its own, so the cause itself is asked for.
    match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        Some(cause) => is_certificate_fault(cause),
        None => error.source().is_some_and(is_certificate_fault),
    }
}

/// The messages of an error and its sources, outermost first, without those that only say that one follows.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut messages: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let message = error.to_string();
        let message = message.trim();
        let is_hollow = matches!(
            message,
            "error sending request" | "client error (Connect)" | "request or response body error"
        );
        if !message.is_empty() && !is_hollow && !messages.iter().any(|said| said.contains(message)) {
            messages.push(message.to_owned());
        }
        next = error.source();
    }
    if messages.is_empty() { "no further detail".to_owned() } else { messages.join(": ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn about() -> About {
        let call = Call::new(Duration::from_secs(1), tokio_util::sync::CancellationToken::new(), Uuid::nil());
        let url = Url::parse("https://u:hush@graph.test/v1.0/users?$skiptoken=hush").expect("url");
        About::new(&Method::GET, &url, &call).answered(Some("the-request"))
    }

    /// An error with another one behind it.
    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Link {
        text: &'static str,
        source: Option<Box<Self>>,
    }

    fn linked(texts: &[&'static str]) -> Link {
        let (text, behind) = texts.split_first().expect("a text");
        Link { text, source: (!behind.is_empty()).then(|| Box::new(linked(behind))) }
    }

    #[test]
    fn causes_are_told_from_the_outermost_on_each_once_and_hollow_ones_not_at_all() {
        for (texts, told) in [
            (
                &["error sending request", "client error (Connect)", "refused (os error 111)"][..],
                "refused (os error 111)",
            ),
            (&["broken pipe", "", "  ", "reset"], "broken pipe: reset"),
            (&["dns: no such host", "no such host", "dns"], "dns: no such host"),
            (&["a", "b", "a", "c"], "a: b: c"),
            (&["request or response body error", ""], "no further detail"),
        ] {
            assert_eq!(chain(&linked(texts)), told, "{texts:?}");
        }
    }

    #[test]
    fn every_text_names_the_request_and_its_ids_and_no_secret() {
        let error = about().error(ErrorKind::NotJson {
            status: 200,
            content_type: Some("text/html".into()),
            html: true,
        });
        let (text, debug) = (error.to_string(), format!("{error:?}"));
        assert!(text.contains("What is relied on, `graph.users`: JSON\n"), "{text}");
        assert!(
            text.contains("an HTML page") && text.contains("GET https://graph.test/v1.0/users"),
            "{text}"
        );
        assert!(text.contains("the-request") && text.contains(&Uuid::nil().to_string()), "{text}");
        assert!(!text.contains("hush") && !debug.contains("hush"), "{text}\n{debug}");
        assert!(debug.contains("NotJson") && debug.contains("the-request"), "{debug}");
    }

    #[test]
    fn what_was_never_sent_has_no_unknown_outcome() {
        let cause = || "x".to_owned();
        assert!(!about().error(ErrorKind::Unreachable { cause: cause() }).outcome_is_unknown());
        assert!(!about().error(ErrorKind::Untrusted { cause: cause() }).outcome_is_unknown());
        assert!(about().error(ErrorKind::Broken { cause: cause() }).outcome_is_unknown());
        assert!(about().error(ErrorKind::Timeout).outcome_is_unknown());
    }

    #[test]
    fn an_interruption_is_told_from_a_deadline() {
        assert!(about().error(ErrorKind::Cancelled).is_cancelled());
        for other in [ErrorKind::Timeout, ErrorKind::ReadOnly, ErrorKind::Broken { cause: "x".to_owned() }] {
            assert!(!about().error(other).is_cancelled());
        }
    }
}
