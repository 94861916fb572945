//! What resources say of an enterprise application, which is what Entra's portal calls a service principal.

use clients::graph::ServicePrincipal;
use framework::diagnostic::Diagnostic;

use crate::provider_block::NotAPath;

/// What an import takes of an application or its consent.
pub(super) fn invalid_import(error: &NotAPath) -> Diagnostic {
    Diagnostic::error(
        "Invalid import id",
        format!("{error}. In the provider's own tenant the application's client id by itself will do."),
    )
}

/// What is not deleted, since another process may have taken it over a moment ago.
pub(super) fn unsure(kind: &str, id: &str) -> Diagnostic {
    Diagnostic::error(
        format!("The {kind} was not deleted: it may be another resource's by now"),
        format!(
            "Entra accepted a write to `{id}` and does not show it yet, so that it may not show either that another resource, or \
             another state, has taken the {kind} over. Apply again in a while, or raise `delete` in the `timeouts` block."
        ),
    )
}

/// Nobody can sign in with it: Proofpoint's runs fail until somebody enables it again.
pub(super) fn disabled(principal: &ServicePrincipal) -> Diagnostic {
    Diagnostic::warning(
        "The enterprise application is disabled",
        format!(
            "Sign-in is turned off for the service principal `{}` of the application `{}` (`accountEnabled` is false): \
             Proofpoint cannot read the directory with it. Turn on *Enabled for users to sign in* under its properties in the \
             Entra admin center.",
            principal.object_id, principal.client_id
        ),
    )
}
