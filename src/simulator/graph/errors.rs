//! Graph's errors and their bodies.

use serde_json::{Value, json};

use crate::server::exchange::Answer;

/// What an operation gives: an answer, or an error in Graph's shape.
pub(crate) type Outcome<T = Answer> = Result<T, Failure>;

/// An error as Graph reports it.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// `code` and `target` of the one detail that some errors carry.
    pub(crate) detail: Option<(&'static str, &'static str)>,
}

impl Failure {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), detail: None }
    }

    /// Adds the detail that tells apart errors of one code.
    pub(crate) fn detail(mut self, code: &'static str, target: &'static str) -> Self {
        self.detail = Some((code, target));
        self
    }

    /// 400, the directory's own code.
    pub(crate) fn bad(message: impl Into<String>) -> Self {
        Self::new(400, "Request_BadRequest", message)
    }

    /// 400 for a query that the directory does not take.
    pub(crate) fn query(message: impl Into<String>) -> Self {
        Self::new(400, "Request_UnsupportedQuery", message)
    }

    /// 404 for an object that is absent, deleted or not yet copied to the replica asked.
    pub(crate) fn not_found(id: &str) -> Self {
        let message = format!(
            "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
        );
        Self::new(404, "Request_ResourceNotFound", message)
    }

    pub(crate) fn forbidden() -> Self {
        Self::new(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
    }

    /// 401 for a token that is missing or no good.
    pub(crate) fn token(message: impl Into<String>) -> Self {
        Self::new(401, "InvalidAuthenticationToken", message)
    }

    pub(crate) fn invalid_value(property: &str) -> Self {
        Self::bad(format!("Invalid value specified for property '{property}' of resource."))
    }

    /// The `error` object; `date` without zone, ids as in the headers of the answer.
    pub(crate) fn body(&self, date: &str, request_id: &str, client_request_id: &str) -> Value {
        let mut error = json!({
            "code": self.code,
            "message": self.message,
            "innerError": { "date": date, "request-id": request_id, "client-request-id": client_request_id },
        });
        if let Some((code, target)) = self.detail {
            error["details"] = json!([{
                "code": code, "message": self.message, "target": target,
                "blockedWord": "", "prefix": "", "suffix": "",
            }]);
        }
        json!({ "error": error })
    }
}

/// The error Graph itself gives with a status, where only the status was asked for.
pub(crate) fn of_status(status: u16) -> Answer {
    let (code, message) = match status {
        400 => ("Request_BadRequest", "The request is invalid."),
        401 => ("InvalidAuthenticationToken", "Access token has expired or is not yet valid."),
        403 => ("Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
        404 => (
            "Request_ResourceNotFound",
            "Resource does not exist or one of its queried reference-property objects are not present.",
        ),
        409 => (
            "Directory_ConcurrencyViolation",
            "Error due to concurrent requests being made to the tenant. Please wait briefly and retry.",
        ),
        429 => ("TooManyRequests", "Please retry again later."),
        501 => ("NotImplemented", "This operation target is not yet supported."),
        503 => ("ServiceNotAvailable", "The service is temporarily unavailable."),
        504 => ("UnknownError", "The upstream service did not answer in time."),
        _ => ("Service_InternalServerError", "Encountered an internal server error."),
    };
    Answer::json(status, &json!({ "error": { "code": code, "message": message } }))
}
