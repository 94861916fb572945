//! A whole answer.

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use serde::de::{Deserialize, DeserializeOwned};
use std::time::Duration;

use super::error::{About, Error, ErrorKind};
use super::hidden::Hidden;
use super::json::{MisfitKind, read_json};
use super::legible::legible;
use super::retry;

/// Headers in which services name a request, best first: Graph, Entra, Proofpoint.
const REQUEST_ID_HEADERS: [&str; 3] = ["request-id", "x-ms-request-id", "x-correlator"];

/// An answer of the service, whatever its status.
#[derive(Clone)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
    /// The id the service gave the request.
    pub request_id: Option<String>,
    /// Its `Date`.
    pub date: Option<Timestamp>,
    pub(super) about: About,
    pub(super) hidden: Hidden,
}

/// No body: it may hold a secret.
impl std::fmt::Debug for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

impl Response {
    /// Whether the status is one of success (2xx).
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as JSON. A proxy's page is told from an answer of unexpected shape, and the latter names the place.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        self.borrowed()
    }

    /// The same of what borrows from the body.
    pub(crate) fn borrowed<'de, T: Deserialize<'de>>(&'de self) -> Result<T, Error> {
        let about = self.about();
        read_json(&self.body, &about.reading()).map_err(|misfit| {
            let foreign = self.not_json().filter(|_| misfit.kind == MisfitKind::Malformed);
            foreign.unwrap_or_else(|| about.misfit(misfit))
        })
    }

    /// The request that it answers, for errors.
    pub(crate) fn about(&self) -> About {
        self.about.clone().answered(self.request_id.as_deref())
    }

    /// Set when the body is not JSON at all: the error that says so.
    pub(crate) fn not_json(&self) -> Option<Error> {
        let starts_like_json =
            self.body.iter().find(|byte| !byte.is_ascii_whitespace()).is_some_and(|byte| {
                matches!(byte, b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n')
            });
        (!starts_like_json || self.is_page()).then(|| self.not_json_error())
    }

    /// Set when a page made for people came, which no API of ours sends: the error that says so. Its status is the
    /// word of a proxy and not of the service.
    pub fn page(&self) -> Option<Error> {
        self.is_page().then(|| self.not_json_error())
    }

    fn is_page(&self) -> bool {
        !self.body.is_empty() && is_html(&self.headers, &self.body)
    }

    fn not_json_error(&self) -> Error {
        self.error(ErrorKind::NotJson {
            status: self.status,
            content_type: text(&self.headers, CONTENT_TYPE.as_str()).map(|value| legible(value, 80)),
            html: is_html(&self.headers, &self.body),
        })
    }

    /// A text out of the answer as it may be shown: on one line, at most `limit` characters, without the secrets of the
    /// request.
    pub fn shown(&self, text: &str, limit: usize) -> String {
        self.hidden.shown(text, limit)
    }

    pub(super) fn error(&self, kind: ErrorKind) -> Error {
        self.about().error(kind)
    }
}

/// The id the service gave the request.
pub(super) fn request_id_of(headers: &HeaderMap) -> Option<String> {
    REQUEST_ID_HEADERS.iter().find_map(|name| text(headers, name)).map(|id| legible(id, 100))
}

/// The answer's `Date`.
pub(super) fn date_of(headers: &HeaderMap) -> Option<Timestamp> {
    retry::http_date(text(headers, DATE.as_str())?)
}

/// The delay the service asked for.
pub(super) fn retry_after_of(headers: &HeaderMap, date: Option<Timestamp>) -> Option<Duration> {
    retry::parse_retry_after(text(headers, RETRY_AFTER.as_str())?, date)
}

/// A header's value when it is readable text.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

pub(super) fn is_html(headers: &HeaderMap, body: &[u8]) -> bool {
    let declared = text(headers, CONTENT_TYPE.as_str()).is_some_and(|kind| kind.contains("html"));
    declared || body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}

#[cfg(test)]
impl Response {
    /// One that came from nowhere.
    pub(crate) fn of_test(content_type: &'static str, body: Bytes) -> Self {
        let cancel = tokio_util::sync::CancellationToken::new();
        let call = super::call::Call::new(Duration::from_secs(1), cancel, uuid::Uuid::nil());
        let url = reqwest::Url::parse("https://api.test/x").expect("url");
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, reqwest::header::HeaderValue::from_static(content_type));
        Self {
            status: 200,
            headers,
            body,
            request_id: Some("id".to_owned()),
            date: None,
            about: About::new(&reqwest::Method::GET, &url, &call),
            hidden: Hidden::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(content_type: &'static str, body: &'static str) -> Response {
        Response::of_test(content_type, Bytes::from_static(body.as_bytes()))
    }

    #[derive(serde::Deserialize, Debug)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Thing {
        items: Vec<u32>,
    }

    #[test]
    fn a_proxys_page_is_recognised_by_type_or_by_content() {
        for page in [response("text/html", "<html>"), response("application/json", " <!doctype html>")] {
            let error = page.json::<Thing>().expect_err("no JSON");
            assert!(matches!(error.kind(), ErrorKind::NotJson { html: true, .. }), "{error}");
        }
        let plain = response("text/plain", "Access denied").json::<Thing>().expect_err("no JSON");
        assert!(matches!(plain.kind(), ErrorKind::NotJson { html: false, .. }), "{plain}");
    }

    #[test]
    fn the_id_of_a_request_is_cut() {
        let mut headers = HeaderMap::new();
        headers.insert("request-id", "y".repeat(5000).parse().expect("a header"));
        assert_eq!(request_id_of(&headers), Some("y".repeat(100)));
    }

    #[test]
    fn another_shape_names_the_place_and_not_the_value() {
        let error =
            response("application/json", r#"{"items":[1,"hush"]}"#).json::<Thing>().expect_err("shape");
        assert!(matches!(error.kind(), ErrorKind::Decode(misfit) if misfit.path == "items[1]"), "{error}");
        assert!(!error.to_string().contains("hush"), "{error}");
    }

    #[test]
    fn json_cut_short_and_trailing_text_are_refused() {
        for body in [r#"{"items":[1"#, r#"{"items":[]} x"#] {
            let error = response("application/json", body).json::<Thing>().expect_err("malformed");
            assert!(matches!(error.kind(), ErrorKind::Decode(_)), "{error}");
        }
    }
}
