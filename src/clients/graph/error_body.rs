//! Graph's error answers, read leniently: services behind Graph differ in how they spell them.

use serde_json::Value;

use crate::ledger::{Looked, Reading};

/// What an error answer says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ErrorBody {
    pub(super) code: String,
    pub(super) message: String,
    /// The codes of `details`, which tell apart faults that share one code.
    pub(super) details: Vec<String>,
    pub(super) request_id: Option<String>,
}

/// Reads an error answer; `None` when the body is not one.
pub(super) fn read(body: &[u8]) -> Option<ErrorBody> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let whole = Looked::at(&answer, Reading::named("graph.refusal"));
    let error = whole.member("error").or_else(|| whole.member("odata.error"))?;
    let message = text_of(&error, "message").unwrap_or_default();
    let code = text_of(&error, "code").unwrap_or_default();
    if code.is_empty() && message.is_empty() {
        return None;
    }
    let details = error.member("details").map(|details| details.each()).unwrap_or_default();
    let details = details.iter().filter_map(|detail| text_of(detail, "code")).collect();
    let inner = error.member("innerError").or_else(|| error.member("innererror"));
    let request_id = inner.and_then(|inner| text_of(&inner, "request-id"));
    Some(ErrorBody { code, message, details, request_id })
}

/// A member that is a text, or an object with one.
fn text_of(around: &Looked<'_>, name: &str) -> Option<String> {
    let member = around.member(name)?;
    let value = if member.value.is_object() { member.member("value")?.value } else { member.value };
    value.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_shape_is_read() {
        let body = read(
            br#"{"error":{"code":"Request_BadRequest","message":"No.","details":[{"code":"ObjectConflict","blockedWord":""}],
                "innerError":{"date":"2026-05-07T12:52:47","request-id":"r","client-request-id":"c"}}}"#,
        );
        let wanted = ErrorBody {
            code: "Request_BadRequest".to_owned(),
            message: "No.".to_owned(),
            details: vec!["ObjectConflict".to_owned()],
            request_id: Some("r".to_owned()),
        };
        assert_eq!(body, Some(wanted));
    }

    #[test]
    fn other_spellings_are_borne() {
        let body = read(
            br#"{"odata.error":{"code":"X","message":{"lang":"en","value":"No."},"details":{"code":"Y"},"innererror":{"request-id":"r"}}}"#,
        )
        .expect("an error");
        assert_eq!((body.message.as_str(), body.details.as_slice()), ("No.", &["Y".to_owned()][..]));
        assert_eq!(body.request_id.as_deref(), Some("r"));
    }

    #[test]
    fn what_is_no_error_is_none() {
        for body in [&b""[..], b"<html>", b"{}", br#"{"error":{}}"#, br#"{"error":"x"}"#] {
            assert_eq!(read(body), None);
        }
    }
}
