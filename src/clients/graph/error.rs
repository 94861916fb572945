//! What can go wrong with a call of Microsoft Graph, in words that say what to do.

use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use super::error_body::{self, ErrorBody};
use super::needs::Need;
use crate::ledger::Reading;
use crate::{auth, http};

/// A call that failed; a cheap clone.
#[derive(Debug, Clone)]
pub struct Error(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    operation: String,
    kind: ErrorKind,
}

/// Why a call failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The object does not exist, or is not known yet to the replica that answered.
    NotFound(Refusal),
    /// The object exists already, or someone else is changing it.
    Conflict(Refusal),
    /// The caller may not do this.
    Forbidden {
        /// What the operation needs.
        need: &'static Need,
        /// The permissions in the caller's token.
        held: Vec<String>,
        /// The answer.
        answer: Refusal,
    },
    /// Too many requests, beyond what the operation's time allowed to wait out.
    Throttled(Refusal),
    /// Any other refusal.
    Refused(Refusal),
    /// What came of it, or the request itself, is not as it must be.
    Unexpected(String),
    /// Signing in failed.
    Auth(auth::Error),
    /// No answer of the service.
    Http(http::Error),
}

/// Graph's error answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// Graph's error code, such as `Request_BadRequest`; empty when the body was unreadable.
    pub code: String,
    /// Graph's sentence.
    pub message: String,
    /// Finer codes.
    pub details: Vec<String>,
    /// The id by which Graph knows the request.
    pub request_id: Option<String>,
    /// The id of the run, sent with the request and kept in Graph's logs.
    pub client_request_id: Uuid,
    /// What is relied on, where nothing is known of the status.
    pub beyond: Option<String>,
}

/// The most that is shown of Graph's words, in characters.
const SHOWN: usize = 600;
/// The most that is shown of a code or an id.
const NAME: usize = 100;
/// The most permissions of a token that are named.
const NAMED: usize = 60;

impl Refusal {
    /// What the body of an error answer says, with `shown` to make its texts fit to be shown.
    pub(super) fn new(
        status: u16,
        body: &[u8],
        request_id: Option<String>,
        client_request_id: Uuid,
        shown: impl Fn(&str, usize) -> String,
    ) -> Self {
        let ErrorBody { code, message, details, request_id: inner } =
            error_body::read(body).unwrap_or_default();
        let request_id = request_id.or(inner).map(|id| shown(&id, NAME));
        let details = details.iter().map(|detail| shown(detail, NAME)).collect();
        let (code, message) = (shown(&code, NAME), shown(&message, SHOWN));
        Self { status, code, message, details, request_id, client_request_id, beyond: None }
    }

    /// The same as the answer to a request, of whose statuses some are known.
    pub(super) fn to(self, reading: &Reading) -> Self {
        Self { beyond: reading.beyond(self.status), ..self }
    }

    /// Whether its message contains a fragment, without regard to case. Several faults share one code, so that the
    /// text is all there is to tell them apart.
    pub(super) fn says(&self, fragment: &str) -> bool {
        self.message.to_ascii_lowercase().contains(&fragment.to_ascii_lowercase())
    }

    /// Whether its code, or a finer one, is this.
    pub(super) fn is(&self, code: &str) -> bool {
        self.code == code || self.details.iter().any(|detail| detail == code)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Graph answered {}", self.status)?;
        if !self.code.is_empty() {
            write!(f, " `{}`", self.code)?;
        }
        if !self.message.is_empty() {
            write!(f, ": {}", self.message.trim_end_matches('.'))?;
        }
        f.write_str(" (")?;
        if let Some(request_id) = &self.request_id {
            write!(f, "request id {request_id}, ")?;
        }
        write!(f, "client request id {}).", self.client_request_id)?;
        self.beyond.as_ref().map_or(Ok(()), |beyond| write!(f, " What is relied on, {beyond}."))
    }
}

impl Error {
    pub(super) fn new(operation: impl Into<String>, kind: impl Into<ErrorKind>) -> Self {
        Self(Arc::new(Inner { operation: operation.into(), kind: kind.into() }))
    }

    /// What was attempted, such as "read application `x`".
    pub fn operation(&self) -> &str {
        &self.0.operation
    }

    /// Why it failed.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// Whether the object is not there.
    pub fn is_not_found(&self) -> bool {
        matches!(self.kind(), ErrorKind::NotFound(_))
    }

    /// Whether the caller lacks a permission or role.
    pub fn is_forbidden(&self) -> bool {
        matches!(self.kind(), ErrorKind::Forbidden { .. })
    }

    /// Whether it exists already or is being changed by someone else.
    pub(crate) fn is_conflict(&self) -> bool {
        matches!(self.kind(), ErrorKind::Conflict(_))
    }

    /// Whether a policy wants a secret to end earlier.
    pub fn is_too_long_a_life(&self) -> bool {
        self.refusal().is_some_and(|refusal| refusal.is("CredentialInvalidLifetimeAsPerAppPolicy"))
    }

    /// Whether another object, active or deleted, holds the unique name (status 400 with this text: observed 2026).
    pub fn is_unique_name_taken(&self) -> bool {
        self.refusal().is_some_and(|answer| {
            answer.says("same value for property uniqueName")
                || (answer.is("ObjectConflict") && answer.says("uniqueName"))
        })
    }

    /// Whether the user interrupted the operation.
    pub fn is_cancelled(&self) -> bool {
        match self.kind() {
            ErrorKind::Http(error) => error.is_cancelled(),
            ErrorKind::Auth(auth::Error::Cancelled { .. }) => true,
            _ => false,
        }
    }

    /// Whether Graph may have acted although no usable answer came.
    pub fn outcome_is_unknown(&self) -> bool {
        match self.kind() {
            ErrorKind::Http(error) => error.outcome_is_unknown(),
            ErrorKind::Unexpected(_) => true,
            ErrorKind::Refused(answer) => matches!(answer.status, 500 | 502 | 504),
            _ => false,
        }
    }

    /// Graph's answer, when it is one of refusal.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self.kind() {
            ErrorKind::NotFound(answer)
            | ErrorKind::Conflict(answer)
            | ErrorKind::Forbidden { answer, .. }
            | ErrorKind::Throttled(answer)
            | ErrorKind::Refused(answer) => Some(answer),
            ErrorKind::Unexpected(_) | ErrorKind::Auth(_) | ErrorKind::Http(_) => None,
        }
    }

    /// Whether Entra refused the sign-in itself.
    pub fn is_refused_sign_in(&self) -> bool {
        matches!(self.kind(), ErrorKind::Auth(auth::Error::Rejected(_) | auth::Error::OtherTenant { .. }))
    }
}

impl From<auth::Error> for ErrorKind {
    fn from(error: auth::Error) -> Self {
        Self::Auth(error)
    }
}

impl From<http::Error> for ErrorKind {
    fn from(error: http::Error) -> Self {
        Self::Http(error)
    }
}

impl From<http::Interrupted> for ErrorKind {
    fn from(interrupted: http::Interrupted) -> Self {
        Self::Http(interrupted.into())
    }
}

/// What a refusal means.
pub(super) fn kind_of(answer: Refusal, need: &'static Need, held: Vec<String>) -> ErrorKind {
    match answer.status {
        403 if answer.code.starts_with("Directory_Quota") => ErrorKind::Refused(answer),
        403 => ErrorKind::Forbidden { need, held, answer },
        404 => ErrorKind::NotFound(answer),
        409 => ErrorKind::Conflict(answer),
        429 => ErrorKind::Throttled(answer),
        _ => ErrorKind::Refused(answer),
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound(answer) => write!(f, "it does not exist. {answer}"),
            Self::Conflict(answer) => write!(f, "it conflicts with what is there. {answer}"),
            Self::Forbidden { need, held, answer } => {
                f.write_str("the signed-in identity may not do this. ")?;
                match need.missing(held) {
                    Some(missing) => write!(f, "It needs {missing}; ")?,
                    None => write!(
                        f,
                        "Its token carries a permission for it ({need}), so that a directory role, a licence or a policy of \
                         the tenant stands against it; "
                    )?,
                }
                if held.is_empty() {
                    f.write_str("its token carries no permission at all: none was granted, or none has been consented")?;
                } else {
                    let named = held.get(..NAMED).unwrap_or(held);
                    write!(f, "its token carries `{}`", named.join("`, `"))?;
                    f.write_str(if held.len() > NAMED { " and others" } else { "" })?;
                }
                write!(f, ". {answer}")
            }
            Self::Throttled(answer) => {
                write!(f, "too many requests, and the operation's timeout leaves no time to wait. {answer}")
            }
            Self::Refused(answer) => {
                write!(f, "{answer}")?;
                refusal_advice(answer).map_or(Ok(()), |advice| write!(f, "\n\n{advice}"))
            }
            Self::Unexpected(what) => f.write_str(what),
            Self::Auth(error) => error.fmt(f),
            Self::Http(error) => error.fmt(f),
        }
    }
}

/// What to do about refusals that have a remedy of their own.
fn refusal_advice(answer: &Refusal) -> Option<&'static str> {
    if answer.is("CredentialTypeNotAllowedAsPerAppPolicy") {
        Some(
            "An app management policy of the tenant forbids client secrets, which Proofpoint's sync needs. Exempt this \
             application from it (Entra admin center: Enterprise applications, Application policies).",
        )
    } else if answer.is("CredentialInvalidLifetimeAsPerAppPolicy") {
        Some(
            "An app management policy of the tenant limits how long a client secret may live. Choose a shorter lifetime \
             or exempt this application from the policy.",
        )
    } else if answer.is("Directory_QuotaExceeded") {
        Some(
            "A quota of the directory is used up. Deleted objects count for 30 days; purge some, or sign in with an \
             identity that holds a directory role.",
        )
    } else if answer.code == "Authorization_IdentityNotFound" {
        Some(
            "The signed-in application has no service principal in this tenant. An administrator of the tenant must \
             consent to it there first.",
        )
    } else if answer.status >= 500 {
        Some("That is trouble of Microsoft's own: try again later.")
    } else {
        None
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unable to {}: {}", self.0.operation, self.0.kind)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::needs;

    fn error(status: u16, code: &str, message: &str) -> Error {
        let body = serde_json::json!({"error": {"code": code, "message": message}}).to_string();
        let answer =
            Refusal::new(status, body.as_bytes(), Some("the-request".to_owned()), Uuid::nil(), http::legible);
        Error::new(
            "create application `x`",
            kind_of(answer, &needs::WRITE_APPLICATIONS, vec!["User.Read".to_owned()]),
        )
    }

    #[test]
    fn a_missing_permission_is_named_beside_those_held() {
        let text = error(403, "Authorization_RequestDenied", "Insufficient privileges.").to_string();
        for fragment in
            ["Application.ReadWrite.OwnedBy", "User.Read", "the-request", "Unable to create application"]
        {
            assert!(text.contains(fragment), "{text}");
        }
    }

    #[test]
    fn no_more_permissions_are_named_than_somebody_reads() {
        let text = |number: usize| {
            let answer = Refusal::new(403, b"{}", None, Uuid::nil(), http::legible);
            let held = vec!["User.Read.All".to_owned(); number];
            kind_of(answer, &needs::WRITE_APPLICATIONS, held).to_string()
        };
        assert!(text(NAMED).contains("`User.Read.All`. Graph answered"), "{}", text(NAMED));
        assert_eq!(text(5000).matches("`User.Read.All`").count(), NAMED);
        assert!(text(5000).contains("` and others. Graph answered"), "{}", text(5000));
    }

    #[test]
    fn a_taken_unique_name_is_recognised_although_its_status_is_400() {
        let message = "Another object with the same value for property uniqueName already exists.";
        assert!(error(400, "Request_BadRequest", message).is_unique_name_taken());
        assert!(!error(400, "Request_BadRequest", "Another fault").is_unique_name_taken());
    }

    #[test]
    fn both_policy_codes_say_what_to_do() {
        for code in ["CredentialTypeNotAllowedAsPerAppPolicy", "CredentialInvalidLifetimeAsPerAppPolicy"] {
            let error = error(400, code, "No.");
            assert!(error.to_string().contains("policy of the tenant"), "{error}");
        }
    }

    #[test]
    fn a_quota_is_no_missing_permission() {
        assert!(!error(403, "Directory_QuotaExceeded", "full").is_forbidden());
    }

    #[test]
    fn a_refusal_has_a_known_outcome_and_a_failure_has_not() {
        assert!(!error(400, "x", "y").outcome_is_unknown());
        assert!(error(500, "x", "y").outcome_is_unknown());
    }
}
