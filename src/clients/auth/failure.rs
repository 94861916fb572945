//! What `azure_identity` reports, in our own words.

use azure_core::error::ErrorKind;

use super::error::{Answered, Error, chain};
use super::passed_over::PassedOver;
use super::rejection::{Attempt, Rejection};
use super::tenant::TenantId;
use super::transport::LastAnswer;
use crate::http::{Hidden, is_certificate_fault};

/// Who asks for tokens, as far as the words about a failure depend on it.
pub(super) enum Asker {
    /// An application, which asks Entra itself.
    Application(Attempt),
    /// The managed identity of this machine.
    ManagedIdentity(Vec<PassedOver>),
    /// Whoever is logged in to the Azure CLI.
    AzureCli(Vec<PassedOver>),
}

/// What was going on when a sign-in failed.
pub(super) struct Circumstances<'a> {
    /// The tenant that was asked for.
    pub(super) tenant: Option<&'a TenantId>,
    /// Who asked.
    pub(super) asker: &'a Asker,
    /// The last answer that came over the wire.
    pub(super) last: Option<LastAnswer>,
    /// What was sent and must not be shown.
    pub(super) hidden: &'a Hidden,
}

/// The most that is shown of what was said, in characters.
const SHOWN: usize = 1200;

impl Circumstances<'_> {
    /// The messages of an error and its sources, which may repeat what was sent.
    fn said(&self, error: &azure_core::Error) -> String {
        self.hidden.shown(&chain(error), SHOWN)
    }
}

/// Finds the cause of a failed sign-in: an error of ours inside, a refusal by Entra, a page instead of JSON, or what
/// the sources say.
pub(super) fn failure(error: &azure_core::Error, circumstances: &Circumstances<'_>) -> Error {
    if let Some(ours) = sources(error).find_map(|source| source.downcast_ref::<Error>()) {
        return match ours.clone() {
            Error::Unfitting { tenant: None, misfit } => {
                Error::Unfitting { tenant: circumstances.tenant.cloned(), misfit }
            }
            ours => ours,
        };
    }
    let tenant = circumstances.tenant.cloned();
    let attempt = match circumstances.asker {
        Asker::Application(attempt) => attempt,
        Asker::ManagedIdentity(passed_over) => {
            let (by, cause) = of_machine(error, circumstances);
            return Error::ManagedIdentity { tenant, by, cause, passed_over: passed_over.clone() };
        }
        Asker::AzureCli(passed_over) => {
            let cause = circumstances.said(error);
            return Error::AzureCli { tenant, cause, passed_over: passed_over.clone() };
        }
    };
    if let Some(rejection) =
        sources(error).find_map(|source| rejection(source, attempt, circumstances.hidden))
    {
        return Error::Rejected(Box::new(rejection));
    }
    let tenant = attempt.tenant.clone();
    let host = attempt.authority.host_str().unwrap_or_default().to_owned();
    if let Some(LastAnswer { status, foreign: true, html }) = circumstances.last {
        return Error::NotJson { tenant, host, status, html };
    }
    let (untrusted, cause) = (is_certificate_fault(error), circumstances.said(error));
    // In the words in which every other request tells it.
    let cause = if untrusted { crate::http::ErrorKind::Untrusted { cause }.to_string() } else { cause };
    Error::Unreachable { tenant, host, cause, untrusted }
}

/// Who answered in the place of a managed identity endpoint, and what it said.
fn of_machine(error: &azure_core::Error, circumstances: &Circumstances<'_>) -> (Answered, String) {
    match circumstances.last {
        Some(LastAnswer { status, html: true, .. }) => {
            (Answered::Page, format!("an HTML page came instead of an answer ({status})"))
        }
        Some(_) => (Answered::Endpoint, circumstances.said(error)),
        None => (Answered::Nobody, circumstances.said(error)),
    }
}

fn rejection(
    source: &(dyn std::error::Error + 'static),
    attempt: &Attempt,
    hidden: &Hidden,
) -> Option<Rejection> {
    let ErrorKind::HttpResponse { status, raw_response: Some(response), .. } =
        source.downcast_ref::<azure_core::Error>()?.kind()
    else {
        return None;
    };
    Rejection::read((*status).into(), response.body(), attempt.clone(), hidden)
}

/// An error and all its sources, outermost first.
fn sources<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}
