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
        Diagnostic::error("No usable answer", sentence(self))
    }
}

impl Diagnose for graph::Error {
    fn diagnose(&self) -> Diagnostic {
        let summary = match self.fault() {
            graph::Fault::Auth(error) => return Diagnostic { detail: sentence(self), ..error.diagnose() },
            graph::Fault::Forbidden { .. } => "Not allowed by Microsoft Graph",
            graph::Fault::NotFound(_) => "Not found in Microsoft Graph",
            graph::Fault::Conflict(_) => "Conflict in Microsoft Graph",
            _ => "Unable to complete a request to Microsoft Graph",
        };
        Diagnostic::error(summary, sentence(self))
    }
}

impl Diagnose for essentials::Error {
    fn diagnose(&self) -> Diagnostic {
        let summary = match &self.fault {
            essentials::Fault::InvalidCredentials(_) => "Proofpoint Essentials refused the sign-in",
            essentials::Fault::NotAuthorized { .. } => "Not allowed by Proofpoint Essentials",
            essentials::Fault::NotFound(_) => "Not found in Proofpoint Essentials",
            _ => "Unable to complete a request to Proofpoint Essentials",
        };
        Diagnostic::error(summary, sentence(self))
    }
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
