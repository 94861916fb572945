//! What `azure_identity` reports, in our own words.

use azure_core::error::ErrorKind;

use super::error::{Error, chain};
use super::rejection::{Attempt, Rejection};
use super::tenant::TenantId;
use super::transport::Answer;

/// Who asks for tokens, as far as the words about a failure depend on it.
pub(super) enum Asker {
    /// An application, which asks Entra itself.
    Application(Attempt),
    /// The managed identity of this machine.
    ManagedIdentity,
    /// Whoever is logged in to the Azure CLI.
    AzureCli,
}

/// What was going on when a sign-in failed.
pub(super) struct Circumstances<'a> {
    /// The tenant that was asked for.
    pub(super) tenant: Option<&'a TenantId>,
    /// Who asked.
    pub(super) asker: &'a Asker,
    /// The last answer that came over the wire.
    pub(super) last: Option<Answer>,
}

/// Finds the cause of a failed sign-in: an error of ours inside, a refusal by Entra, a page instead of JSON, or what
/// the sources say.
pub(super) fn failure(error: &azure_core::Error, circumstances: &Circumstances<'_>) -> Error {
    if let Some(ours) = sources(error).find_map(|source| source.downcast_ref::<Error>()) {
        return ours.clone();
    }
    let tenant = circumstances.tenant.map(TenantId::to_string);
    let attempt = match circumstances.asker {
        Asker::Application(attempt) => attempt,
        Asker::ManagedIdentity => {
            return Error::ManagedIdentity { tenant, cause: of_machine(error, circumstances.last) };
        }
        Asker::AzureCli => {
            let cause = chain(error);
            return Error::AzureCli {
                tenant,
                cause: format!(
                    "{cause}\n\nRun `az login`, or configure another way to sign in and `use_cli = false`."
                ),
            };
        }
    };
    let tenant = || tenant.clone().unwrap_or_else(|| "of the credential".to_owned());
    if let Some(rejection) = sources(error).find_map(|source| rejection(source, attempt)) {
        return Error::Rejected(Box::new(rejection));
    }
    let host = attempt.authority.host_str().unwrap_or_default().to_owned();
    match circumstances.last {
        Some(Answer { status, foreign: true, html }) => {
            Error::NotJson { tenant: tenant(), host, status, html }
        }
        _ => Error::Unreachable { tenant: tenant(), host, cause: chain(error) },
    }
}

/// What a managed identity endpoint said, if anything, and what to do.
fn of_machine(error: &azure_core::Error, last: Option<Answer>) -> String {
    let (cause, cure) = match last {
        Some(Answer { status, html: true, .. }) => (
            format!("an HTML page came instead of an answer ({status})"),
            "A proxy may stand in between: name the endpoint's host in `NO_PROXY`, or check `msi_endpoint`.",
        ),
        Some(_) => (
            chain(error),
            "Check that this machine has the identity, and that `client_id` names it if it is a user-assigned one.",
        ),
        None => (
            chain(error),
            "Only a machine that has a managed identity reaches its endpoint: check `msi_endpoint`, or configure another \
             way to sign in and leave `use_msi` out.",
        ),
    };
    format!("{cause}\n\n{cure}")
}

fn rejection(source: &(dyn std::error::Error + 'static), attempt: &Attempt) -> Option<Rejection> {
    let ErrorKind::HttpResponse { status, raw_response: Some(response), .. } =
        source.downcast_ref::<azure_core::Error>()?.kind()
    else {
        return None;
    };
    Rejection::read((*status).into(), response.body(), attempt.clone())
}

/// An error and all its sources, outermost first.
fn sources<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}
