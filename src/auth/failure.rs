//! What `azure_identity` reports, in our own words.

use azure_core::error::ErrorKind;

use super::error::{Error, chain};
use super::rejection::{Attempt, Rejection};
use super::tenant::TenantId;
use super::transport::Answer;

/// What was going on when a sign-in failed.
pub(super) struct Circumstances<'a> {
    /// The tenant that was asked for.
    pub(super) tenant: Option<&'a TenantId>,
    /// Who asked Entra; none for a managed identity and the Azure CLI.
    pub(super) attempt: Option<&'a Attempt>,
    /// The last answer that came over the wire.
    pub(super) last: Option<Answer>,
}

/// Finds the cause of a failed sign-in: an error of ours inside, a refusal by Entra, a page instead of JSON, or what
/// the sources say.
pub(super) fn failure(error: &azure_core::Error, circumstances: &Circumstances<'_>) -> Error {
    if let Some(ours) = sources(error).find_map(|source| source.downcast_ref::<Error>()) {
        return ours.clone();
    }
    let tenant = || circumstances.tenant.map_or_else(|| "of the credential".to_owned(), TenantId::to_string);
    let Some(attempt) = circumstances.attempt else {
        let cause = chain(error);
        return match circumstances.last {
            None => Error::AzureCli {
                tenant: circumstances.tenant.map(TenantId::to_string),
                cause: format!(
                    "{cause}\n\nRun `az login`, or configure another way to sign in and `use_cli = false`."
                ),
            },
            Some(_) => Error::Unreachable {
                tenant: tenant(),
                host: "the managed identity endpoint".to_owned(),
                cause,
            },
        };
    };
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
