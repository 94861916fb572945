//! One request, with what the retry policy must know about it.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use secrecy::{ExposeSecret as _, SecretString};

use super::body::Body;
use super::hidden::Hidden;
use crate::ledger::Reading;

/// Whether sending a request twice does the same as sending it once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// It does: also an unknown outcome may be answered with a repeat.
    Safe,
    /// It may not: repeated only when the service says that nothing was done.
    Unsafe,
}

/// Answers are refused beyond this size unless the request says otherwise.
const DEFAULT_LIMIT: usize = 32 * 1024 * 1024;

/// A request to be sent.
#[derive(Debug, Clone)]
pub struct Request {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Body>,
    pub(super) repeat: Repeat,
    pub(super) limit: usize,
    pub(super) wipe: bool,
    pub(super) writes: bool,
    pub(super) hidden: Hidden,
}

impl Request {
    /// A request; GET and HEAD may be repeated and change nothing, others not unless [`Self::repeat`] and
    /// [`Self::reading`] say so.
    pub fn new(method: Method, url: Url) -> Self {
        let repeat = if method.is_safe() { Repeat::Safe } else { Repeat::Unsafe };
        let (headers, writes) = (HeaderMap::new(), !method.is_safe());
        let hidden = Hidden::default();
        Self { method, url, headers, body: None, repeat, limit: DEFAULT_LIMIT, wipe: false, writes, hidden }
    }

    /// Its answer, for the ledger.
    pub(crate) fn answer(&self) -> Reading {
        Reading::of(self.method.as_str(), self.url.path())
    }

    /// Takes note of it for the tests of the ledger.
    #[cfg(debug_assertions)]
    pub(super) fn note(&self) {
        let body = self.body.as_ref().and_then(|body| serde_json::from_slice(&body.bytes()).ok());
        let body = body.unwrap_or_default();
        crate::ledger::recording::asked(self.method.as_str(), self.url.path(), &body);
    }

    /// A GET request.
    #[cfg(test)]
    pub(crate) fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }

    /// Says whether it may be repeated after an unknown outcome.
    #[must_use]
    pub fn repeat(mut self, repeat: Repeat) -> Self {
        self.repeat = repeat;
        self
    }

    /// Says that it changes nothing although its method could, such as a batch of reads.
    #[must_use]
    pub fn reading(mut self) -> Self {
        self.writes = false;
        self
    }

    /// Sets a header that is no secret.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sets a header to `prefix` followed by a secret, which no text about the answer will show; `None` when the secret
    /// cannot stand in a header.
    #[must_use]
    pub(crate) fn secret_header(
        mut self,
        name: HeaderName,
        prefix: &str,
        secret: &SecretString,
    ) -> Option<Self> {
        let text = zeroize::Zeroizing::new(format!("{prefix}{}", secret.expose_secret()));
        let mut value = HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        self.headers.insert(name, value);
        self.hidden.add(secret);
        Some(self)
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: Body) -> Self {
        self.hidden.extend(&body.hidden);
        self.body = Some(body);
        self.header(reqwest::header::CONTENT_TYPE, HeaderValue::from_static("application/json"))
    }

    /// The most bytes an answer may have.
    #[must_use]
    pub fn limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    /// The answer holds a secret: its buffer is wiped when it is dropped.
    #[must_use]
    pub(crate) fn wipe_answer(mut self) -> Self {
        self.wipe = true;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url() -> Url {
        Url::parse("https://example.test/").expect("url")
    }

    #[test]
    fn only_reads_may_be_repeated_unless_said_otherwise() {
        assert_eq!(Request::get(url()).repeat, Repeat::Safe);
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            assert_eq!(Request::new(method, url()).repeat, Repeat::Unsafe);
        }
    }

    #[test]
    fn a_secret_header_does_not_show_in_debug() {
        let request = Request::get(url())
            .secret_header(HeaderName::from_static("x-password"), "", &"hush".into())
            .expect("a header");
        assert!(!format!("{request:?}").contains("hush"));
    }

    #[test]
    fn a_secret_that_would_break_out_of_its_header_is_refused() {
        let secret = SecretString::from("a\r\nX-Other: b");
        assert!(
            Request::get(url()).secret_header(HeaderName::from_static("x-password"), "", &secret).is_none()
        );
    }
}
