//! Requests and answers as the simulated services see them, free of the HTTP library.

use axum::http::HeaderMap;
use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

use crate::state::log::Entry;

/// A request, wholly received. Also an item of a `$batch`.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Without the query, percent-decoding not yet done.
    pub(crate) path: String,
    /// Without the question mark, as sent.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// `https://host:port` as the client addressed it; links in answers start with it.
    pub(crate) base: String,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The decoded parameters of the query.
    pub(crate) fn parameters(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.query.as_bytes()).into_owned().collect()
    }

    /// The decoded segments of the path, empty ones left out.
    pub(crate) fn segments(&self) -> Vec<String> {
        self.path.split('/').filter(|segment| !segment.is_empty()).map(decode).collect()
    }

    /// The first segment: the version of Graph that is asked.
    pub(crate) fn version(&self) -> &str {
        self.path.trim_start_matches('/').split('/').next().unwrap_or_default()
    }

    pub(crate) fn json(&self) -> Result<Value, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }
}

/// Percent-decoding of one path segment (a plus sign is a plus sign there).
fn decode(segment: &str) -> String {
    let mut decoded = Vec::with_capacity(segment.len());
    let mut bytes = segment.bytes();
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        match (byte, digit(ahead.next()), digit(ahead.next())) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                bytes = ahead;
            }
            _ => decoded.push(byte),
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// An answer, wholly built.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Headers that a fault ordered; they come last and win.
    pub(crate) extra: Vec<(String, String)>,
    pub(crate) body: Bytes,
    /// The tenant of the caller, for the request log.
    pub(crate) tenant: Option<String>,
    /// The items of a batch, for the request log; `seq` and `batch` are filled in there.
    pub(crate) items: Vec<Entry>,
}

impl Answer {
    /// No body.
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// A JSON body, content type `application/json`.
    pub(crate) fn json(status: u16, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).unwrap_or_default();
        Self::empty(status).with_body("application/json", body)
    }

    pub(crate) fn with_body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header("content-type", content_type)
    }

    /// Sets a header, in place of one of the same name.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn tenant(mut self, id: &str) -> Self {
        self.tenant = Some(id.to_owned());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_segments_are_decoded_but_a_plus_stays() {
        assert_eq!(decode("a%2Bb+c%40x.com"), "a+b+c@x.com");
        assert_eq!(decode("applications(appId='1')"), "applications(appId='1')");
        assert_eq!(decode("a&b%zz%2"), "a&b%zz%2");
    }
}
