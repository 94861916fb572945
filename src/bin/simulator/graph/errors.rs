//! Graph's error bodies.

use serde_json::json;

use crate::server::exchange::Answer;

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
