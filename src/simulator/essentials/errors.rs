//! Refusals of the Interface API.

use serde_json::json;

use crate::moods::ErrorBody;
use crate::server::exchange::Answer;

/// A refusal; the texts are those of Proofpoint's OpenAPI file where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) status: u16,
    pub(crate) message: String,
    /// What the refusal is about, for example an address.
    pub(crate) identifier: String,
}

pub(crate) type Outcome<T = Answer> = Result<T, Failure>;

impl Failure {
    pub(crate) fn new(status: u16, message: impl Into<String>, identifier: &str) -> Self {
        Self { status, message: message.into(), identifier: identifier.to_owned() }
    }

    pub(crate) fn forbidden(identifier: &str) -> Self {
        Self::new(403, "not authorized", identifier)
    }

    pub(crate) fn exists(identifier: &str) -> Self {
        Self::new(409, "resource already exists", identifier)
    }

    pub(crate) fn invalid(problem: &str, identifier: &str) -> Self {
        Self::new(422, format!("invalid request data: {problem}"), identifier)
    }

    /// As an item of `errors`.
    pub(crate) fn item(&self) -> serde_json::Value {
        json!({ "status": self.status, "error_message": self.message, "identifier": self.identifier })
    }

    pub(crate) fn answer(&self, form: ErrorBody) -> Answer {
        match form {
            ErrorBody::Errors => Answer::json(self.status, &json!({ "errors": [self.item()] })),
            ErrorBody::Text => Answer::empty(self.status).with_body("text/plain", self.message.clone()),
            ErrorBody::Message => Answer::json(self.status, &json!({ "message": self.message })),
            ErrorBody::Empty => Answer::empty(self.status),
        }
    }
}
