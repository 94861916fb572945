//! What can go wrong with a call of the Essentials API, in words that say what to do.

use crate::http::{self, Response, read_json};
use crate::ledger::Reading;

use super::settings::BodyError;

/// A call that failed.
#[derive(Debug, thiserror::Error)]
#[error("Unable to {operation}: {kind}{}", .kind.request())]
pub struct Error {
    /// What was attempted, such as "read the sync settings of `example.com`".
    pub operation: String,
    /// Why it failed.
    #[source]
    pub kind: ErrorKind,
}

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum ErrorKind {
    /// 401.
    #[error(
        "Proofpoint Essentials refused the user name or password: it takes an administrator's address and local Proofpoint \
         password, not the Microsoft one{}", suffix(.0)
    )]
    InvalidCredentials(Refusal),
    /// 403.
    #[error(
        "there is no organization `{organization}`, or it is misspelt, or the account that signs in is not an administrator \
         of it, or a read-only one. Check the domain's spelling, or use an administrator of it or of its partner that is not \
         read-only{}", suffix(.answer)
    )]
    NotAuthorized {
        /// The organization as it was addressed.
        organization: Box<str>,
        /// The answer.
        answer: Refusal,
    },
    /// 404.
    #[error("there is nothing of this name, or it is misspelt{}", suffix(.0))]
    NotFound(Refusal),
    /// 409.
    #[error("it exists already, or cannot be done now{}", suffix(.0))]
    Conflict(Refusal),
    /// 429, after the repeats that its time allowed.
    #[error("Proofpoint Essentials answers that there are too many requests. Try again later{}", suffix(.0))]
    Throttled(Refusal),
    /// Any other status.
    #[error(
        "Proofpoint Essentials answered with status {}{}{}", .0.status,
        if .0.status < 500 { "" } else { ", which is its own trouble: try again later" }, suffix(.0)
    )]
    Refused(Refusal),
    /// No stack that may be given the credentials serves the organization.
    #[error(
        "`{domain}` is served from `{host}`, which is neither a Proofpoint Essentials stack \
         (`*.proofpointessentials.com`) nor the configured host. The password is not sent there"
    )]
    UnknownHost {
        /// The domain that was looked up.
        domain: String,
        /// Where the answer pointed.
        host: String,
    },
    /// The body cannot be sent.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// The user name or password cannot stand in an HTTP header.
    #[error("the user name or password holds a character that cannot be sent in an HTTP header")]
    Header,
    /// The user interrupted a wait.
    #[error("the wait was interrupted. Apply again to go on")]
    Interrupted,
    /// No answer of the service.
    #[error(transparent)]
    Http(#[from] http::Error),
}

/// The part of an answer that a user is shown.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Its status.
    pub status: u16,
    /// The service's words, cut to a bounded length.
    pub text: String,
    /// The id by which the service knows the request.
    pub request_id: Option<Box<str>>,
    /// What is relied on, where nothing is known of the status.
    pub beyond: Option<Box<str>>,
    /// Which request it was, where the service gave it no id.
    pub request: Option<Box<str>>,
}

/// The most that is shown of an answer, in characters.
const SHOWN: usize = 600;

/// The longest word of a refusal that may name a member, in bytes.
const LONGEST_NAME: usize = 64;

impl Refusal {
    /// Takes the readable part out of an error's body, without what the request kept secret. No shape of it is
    /// documented, so what is not understood is shown as it is.
    pub(super) fn new(response: &Response) -> Self {
        let text = response.shown(&words(&response.body), SHOWN);
        let beyond = response.about().reading().beyond(response.status).map(String::into_boxed_str);
        let request_id = response.request_id.as_deref().map(Box::from);
        let request = request_id.is_none().then(|| response.about().to_string().into_boxed_str());
        Self { status: response.status, text, request_id, beyond, request }
    }
}

fn words(body: &[u8]) -> String {
    messages(body)
        // One spelling of all that JSON can spell in many ways, so that a secret is found in it.
        .or_else(|| Some(serde_json::from_slice::<serde_json::Value>(body).ok()?.to_string()))
        .unwrap_or_else(|| String::from_utf8_lossy(body).into_owned())
}

fn messages(body: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Errors {
        errors: Vec<Item>,
    }
    #[derive(serde::Deserialize)]
    struct Item {
        error_message: String,
        #[serde(default)]
        identifier: Option<String>,
    }
    let errors: Errors = read_json(body, &Reading::named("essentials.refusal")).ok()?;
    let messages: Vec<String> = errors
        .errors
        .into_iter()
        .map(|item| match item.identifier.filter(|identifier| !identifier.is_empty()) {
            Some(identifier) => format!("{} (`{identifier}`)", item.error_message),
            None => item.error_message,
        })
        .collect();
    (!messages.is_empty()).then(|| messages.join("; "))
}

fn suffix(answer: &Refusal) -> String {
    let mut text = String::new();
    if !answer.text.is_empty() {
        text.push_str(". Its answer: ");
        text.push_str(answer.text.trim_end_matches('.'));
    }
    if let Some(id) = &answer.request_id {
        text.extend([" (request id ", &**id, ")"]);
    }
    text.push('.');
    if let Some(beyond) = &answer.beyond {
        text.extend([" What is relied on, ", &**beyond, "."]);
    }
    text
}

impl ErrorKind {
    /// Which request was refused, below everything else, where no id of the service's stands in the text.
    fn request(&self) -> String {
        let (Self::InvalidCredentials(answer)
        | Self::NotAuthorized { answer, .. }
        | Self::NotFound(answer)
        | Self::Conflict(answer)
        | Self::Throttled(answer)
        | Self::Refused(answer)) = self
        else {
            return String::new();
        };
        answer.request.as_ref().map(|request| format!("\n\n{request}")).unwrap_or_default()
    }
}

impl Error {
    /// Whether the thing asked for does not exist.
    pub fn is_not_found(&self) -> bool {
        matches!(self.kind, ErrorKind::NotFound(_))
    }

    /// Whether the credentials were refused.
    pub fn is_invalid_credentials(&self) -> bool {
        matches!(self.kind, ErrorKind::InvalidCredentials(_))
    }

    /// Whether the account may not do this.
    pub fn is_not_authorized(&self) -> bool {
        matches!(self.kind, ErrorKind::NotAuthorized { .. })
    }

    /// Whether the thing exists already, or cannot be done now: 409.
    pub fn is_conflict(&self) -> bool {
        matches!(self.kind, ErrorKind::Conflict(_))
    }

    /// Whether the service could not make sense of what was sent: 400, or 422 as some interfaces say it.
    pub fn is_malformed(&self) -> bool {
        matches!(&self.kind, ErrorKind::Refused(answer) if [400, 422].contains(&answer.status))
    }

    /// Members that a refusal names as missing (INFERRED: no refusal has been published). Names are taken for what looks like
    /// one of the documented ones; Microsoft's words about a credential name none.
    pub(super) fn demanded_members(&self) -> Vec<String> {
        let ErrorKind::Refused(answer) = &self.kind else { return Vec::new() };
        let text = answer.text.to_lowercase();
        let finds_missing = ["missing", "required", "mandatory"].iter().any(|word| text.contains(word));
        if !self.is_malformed() || !finds_missing || text.contains("aadsts") {
            return Vec::new();
        }
        let words = text.split(|letter: char| letter != '_' && !letter.is_ascii_alphanumeric());
        let names = words.filter(|word| {
            word.len() <= LONGEST_NAME
                && word.trim_matches('_').contains('_')
                && word.starts_with(char::is_alphabetic)
        });
        names.map(str::to_owned).collect()
    }

    /// Whether the service has refused the request as a whole, so that nothing of it was done: a complete answer that finds
    /// fault with the request. Too many requests and a time-out at the service are none.
    pub fn is_definite_refusal(&self) -> bool {
        match &self.kind {
            ErrorKind::InvalidCredentials(_)
            | ErrorKind::NotAuthorized { .. }
            | ErrorKind::NotFound(_)
            | ErrorKind::Conflict(_)
            | ErrorKind::Body(_)
            | ErrorKind::Header => true,
            ErrorKind::Refused(answer) => (400..500).contains(&answer.status) && answer.status != 408,
            ErrorKind::Throttled(_)
            | ErrorKind::UnknownHost { .. }
            | ErrorKind::Interrupted
            | ErrorKind::Http(_) => false,
        }
    }

    /// Whether a refusal may have to do with what was sent, so that it may be another one later.
    pub fn may_pass(&self) -> bool {
        self.is_definite_refusal() && matches!(self.kind, ErrorKind::Refused(_) | ErrorKind::Conflict(_))
    }

    /// The id by which the service knows the request, if it gave one.
    pub fn request_id(&self) -> Option<&str> {
        match &self.kind {
            ErrorKind::InvalidCredentials(answer)
            | ErrorKind::NotFound(answer)
            | ErrorKind::Conflict(answer)
            | ErrorKind::Throttled(answer)
            | ErrorKind::Refused(answer)
            | ErrorKind::NotAuthorized { answer, .. } => answer.request_id.as_deref(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_service_are_taken_out_of_every_known_shape() {
        let shaped =
            br#"{"errors": [{"status": 422, "error_message": "bad country", "identifier": "x.example"}]}"#;
        assert_eq!(words(shaped), "bad country (`x.example`)");
        assert_eq!(words(br#"{"message": "n\u006f"}"#), r#"{"message":"no"}"#);
        assert_eq!(words(b"oops"), "oops");
    }

    #[test]
    fn a_member_that_a_refusal_misses_is_read_out_of_its_words() {
        let refused = |status: u16, text: &str| {
            let answer =
                Refusal { status, text: text.to_owned(), request_id: None, beyond: None, request: None };
            Error { operation: "write".to_owned(), kind: ErrorKind::Refused(answer) }.demanded_members()
        };
        assert_eq!(
            refused(400, "bad request: missing sync_shared_mailboxes (`x.example`)"),
            ["sync_shared_mailboxes"]
        );
        assert_eq!(refused(422, r#"{"message":"`sync_a` and 'sync_b' are required"}"#), ["sync_a", "sync_b"]);
        for (status, text) in [
            (400, "`sync_shared_mailboxes` is unknown"),
            (400, "missing something"),
            (500, "missing sync_shared_mailboxes"),
            (400, "AADSTS7000216: 'client_secret' is required"),
        ] {
            assert!(refused(status, text).is_empty(), "{text}");
        }
    }

    #[test]
    fn an_error_names_the_operation_the_cure_and_the_request() {
        let error = Error {
            operation: "read the sync settings of `example.com`".to_owned(),
            kind: ErrorKind::InvalidCredentials(Refusal {
                status: 401,
                text: "denied.".to_owned(),
                request_id: Some("r-1".into()),
                beyond: None,
                request: None,
            }),
        };
        let text = error.to_string();
        assert!(text.starts_with("Unable to read the sync settings of `example.com`: "), "{text}");
        assert!(text.contains("local Proofpoint password, not the Microsoft one"), "{text}");
        assert!(text.ends_with("Its answer: denied (request id r-1)."), "{text}");
    }
}
