//! What can go wrong while signing in, and what to do about it.

use std::fmt;

use super::rejection::Rejection;

/// A provider argument that cannot be used as it is. Found without the network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConfigError {
    /// The argument of the provider block that the error belongs to.
    pub argument: &'static str,
    /// Whether something is wrong or merely missing.
    pub fault: Fault,
    /// What is wrong and what to do, without any secret.
    pub message: String,
}

/// How bad a [`ConfigError`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A value that can never work: an error as soon as it is seen.
    Invalid,
    /// Something is missing: an error only when a resource needs to sign in.
    Incomplete,
}

impl ConfigError {
    /// A value that can never work.
    pub fn invalid(argument: &'static str, message: impl Into<String>) -> Self {
        Self { argument, fault: Fault::Invalid, message: message.into() }
    }

    /// Something that signing in needs is missing.
    pub fn incomplete(argument: &'static str, message: impl Into<String>) -> Self {
        Self { argument, fault: Fault::Incomplete, message: message.into() }
    }
}

/// Signing in failed. The text says what happened and what to do and holds no secret.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The provider's arguments do not allow signing in.
    #[error(transparent)]
    Configuration(#[from] ConfigError),
    /// Entra refused to hand out a token.
    #[error("{0}")]
    Rejected(Box<Rejection>),
    /// The token endpoint could not be reached or its answer could not be used.
    #[error("signing in to tenant `{tenant}` at `{host}` failed: {cause}")]
    Unreachable {
        /// The tenant that was asked for.
        tenant: String,
        /// Host of the token endpoint.
        host: String,
        /// The chain of causes, outermost first.
        cause: String,
    },
    /// Something other than a token endpoint answered, for example a proxy's page.
    #[error(
        "signing in to tenant `{tenant}` failed: `{host}` answered {status} with {} instead of JSON; a proxy or a \
         captive portal may stand in between, check `authority_host` and the proxy variables",
        if *.html { "an HTML page" } else { "something else" }
    )]
    NotJson {
        /// The tenant that was asked for.
        tenant: String,
        /// Host of the token endpoint.
        host: String,
        /// HTTP status of the answer.
        status: u16,
        /// Whether the body looks like a page made for people.
        html: bool,
    },
    /// What proves our identity to Entra could not be obtained.
    #[error("{what} could not be obtained: {cause}")]
    Assertion {
        /// For example *the GitHub OpenID Connect token*.
        what: &'static str,
        /// What happened and what to do.
        cause: String,
    },
    /// The managed identity of this machine gave no token.
    #[error("the managed identity endpoint gave no token for {}: {cause}", tenant_or_default(.tenant.as_deref()))]
    ManagedIdentity {
        /// The tenant that was asked for.
        tenant: Option<String>,
        /// What happened, and what to do.
        cause: String,
    },
    /// The Azure CLI gave no token.
    #[error("the Azure CLI gave no token for {}: {cause}", tenant_or_default(.tenant.as_deref()))]
    AzureCli {
        /// The tenant that was asked for.
        tenant: Option<String>,
        /// What the CLI said, and what to do.
        cause: String,
    },
    /// The token that came is for another tenant than the one asked for.
    #[error(
        "asked for a token of tenant `{wanted}` and got one of tenant `{got}`: this identity cannot act in tenant \
         `{wanted}`. A managed identity only ever acts in its own tenant; use an application that both tenants know"
    )]
    OtherTenant {
        /// The tenant that was asked for.
        wanted: String,
        /// The token's `tid`.
        got: String,
    },
    /// The token that came is no JWT or lacks claims.
    #[error("the access token for tenant `{tenant}` cannot be read: {cause}")]
    UnreadableToken {
        /// The tenant that was asked for.
        tenant: String,
        /// What is missing.
        cause: &'static str,
    },
    /// The operation's time was up.
    #[error("signing in to tenant `{tenant}` took longer than the operation's timeout allows")]
    Timeout {
        /// The tenant that was asked for.
        tenant: String,
    },
    /// The operation was interrupted.
    #[error("signing in to tenant `{tenant}` was interrupted")]
    Cancelled {
        /// The tenant that was asked for.
        tenant: String,
    },
}

fn tenant_or_default(tenant: Option<&str>) -> impl fmt::Display {
    tenant.map_or_else(|| "its default tenant".to_owned(), |tenant| format!("tenant `{tenant}`"))
}

impl Error {
    /// The AADSTS numbers of a refusal; empty for any other error.
    pub fn codes(&self) -> &[u32] {
        match self {
            Self::Rejected(rejection) => &rejection.codes,
            _ => &[],
        }
    }

    /// The token endpoint's trace id, which Microsoft's support asks for.
    pub fn trace_id(&self) -> Option<&str> {
        match self {
            Self::Rejected(rejection) => rejection.trace_id.as_deref(),
            _ => None,
        }
    }

    /// Whether a client secret, or the application it belongs to, is not (yet) known to the token endpoint.
    ///
    /// Entra replicates: for a while after they were made, this is how new ones look.
    pub fn may_be_replication(&self) -> bool {
        self.codes().iter().any(|code| matches!(code, 7_000_215 | 700_016 | 7_000_229))
    }
}

/// The messages of an error and all its sources, outermost first, each said once.
///
/// Azure's errors hide the cause of a failed connection in their sources; their `Debug` shows whole answers and is
/// never used.
pub(super) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut said = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        let text = text.split("\nTo troubleshoot").next().unwrap_or_default().trim();
        if !text.is_empty() && !said.contains(text) {
            if !said.is_empty() {
                said.push_str(": ");
            }
            said.push_str(text);
        }
        next = error.source();
    }
    said
}
