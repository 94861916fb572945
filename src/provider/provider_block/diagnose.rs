//! Errors of the layers below as diagnostics.

use clients::auth;
use clients::essentials;
use clients::graph;
use clients::http;
use framework::diagnostic::Diagnostic;

/// An error that can be shown to a user. Its own text already says what happened, what to do and which request it was.
pub trait Diagnose {
    /// The diagnostic, about the whole block; `.at(path)` puts it on an attribute.
    fn diagnose(&self) -> Diagnostic;
}

impl Diagnose for auth::Error {
    fn diagnose(&self) -> Diagnostic {
        let summary = match self {
            Self::Configuration(_) => "The provider is not configured for Entra",
            Self::Rejected(_) | Self::OtherTenant { .. } => "Entra refused the sign-in",
            Self::Timeout { .. } | Self::Cancelled { .. } => "The sign-in to Entra was not finished",
            _ => "Unable to sign in to Entra",
        };
        Diagnostic::error(summary, sentence(self))
    }
}

impl Diagnose for http::Error {
    fn diagnose(&self) -> Diagnostic {
        Diagnostic::error("No usable answer", advised(self, advice(self)))
    }
}

impl Diagnose for graph::Error {
    fn diagnose(&self) -> Diagnostic {
        let summary = match self.fault() {
            graph::Fault::Auth(error) => return Diagnostic { detail: sentence(self), ..error.diagnose() },
            graph::Fault::Forbidden { .. } => "Not allowed by Microsoft Graph",
            graph::Fault::NotFound(_) => "Not found in Microsoft Graph",
            graph::Fault::Conflict(_) => "Conflict in Microsoft Graph",
            graph::Fault::Http(error) if *error.fault() == http::Fault::ReadOnly => READ_ONLY,
            _ => "Unable to complete a request to Microsoft Graph",
        };
        let advice = match self.fault() {
            graph::Fault::Http(error) => advice(error),
            _ => None,
        };
        Diagnostic::error(summary, advised(self, advice))
    }
}

impl Diagnose for essentials::Error {
    fn diagnose(&self) -> Diagnostic {
        let summary = match &self.fault {
            essentials::Fault::InvalidCredentials(_) => "Proofpoint Essentials refused the sign-in",
            essentials::Fault::NotAuthorized { .. } => "Not allowed by Proofpoint Essentials",
            essentials::Fault::NotFound(_) => "Not found in Proofpoint Essentials",
            essentials::Fault::Http(error) if *error.fault() == http::Fault::ReadOnly => READ_ONLY,
            _ => "Unable to complete a request to Proofpoint Essentials",
        };
        let advice = match &self.fault {
            essentials::Fault::Http(error) => advice(error),
            _ => None,
        };
        Diagnostic::error(summary, advised(self, advice))
    }
}

/// The summary of whatever the provider may not do since it is to read alone.
const READ_ONLY: &str = "The provider is read-only";

/// What to do about an error, where that is a matter of the provider block.
fn advice(error: &http::Error) -> Option<&'static str> {
    match error.fault() {
        http::Fault::ReadOnly => Some(
            "The provider block (or `PROOFPOINT_READ_ONLY`) forbids every change: to apply, set `read_only` to false \
             there and apply again. Plans and data sources work as they are.",
        ),
        _ => None,
    }
}

/// The text as a sentence of its own, with what to do behind it and before the ids of the request.
fn advised(error: &dyn std::error::Error, advice: Option<&str>) -> String {
    let text = sentence(error);
    let Some(advice) = advice else { return text };
    let (what, ids) = text.split_once("\n\n").map_or((text.as_str(), None), |(what, ids)| (what, Some(ids)));
    let what = what.trim_end_matches('.');
    let ids = ids.map(|ids| format!("\n\n{ids}")).unwrap_or_default();
    format!("{what}. {advice}{ids}")
}

/// The text as a sentence of its own.
fn sentence(error: &dyn std::error::Error) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let mut sentence: String =
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
    if !sentence.ends_with(['.', '!', '?']) && !sentence.contains("\n\n") {
        sentence.push('.');
    }
    sentence
}
