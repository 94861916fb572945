//! What can go wrong while signing in, and what to do about it.

use std::fmt;

use super::config_error::ConfigError;
use super::passed_over::PassedOver;
use super::rejection::Rejection;
use super::tenant::TenantId;
use crate::InputName;
use crate::http::Misfit;

/// Signing in failed. The text says what happened and holds no secret; which argument would help is for those to say who
/// have arguments.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The inputs do not allow signing in.
    #[error(transparent)]
    Configuration(#[from] ConfigError),
    /// Nobody named a tenant, and the credential has none of its own.
    #[error("no tenant is named, and a {credential} does not tell which tenant is meant")]
    NoTenant {
        /// The credential, such as *client secret*.
        credential: &'static str,
    },
    /// What signs in is refused before anybody is asked.
    #[error("what signs in cannot be used: {cause}")]
    Unusable {
        /// Why.
        cause: String,
    },
    /// Entra refused to hand out a token.
    #[error("{0}")]
    Rejected(Box<Rejection>),
    /// The token endpoint could not be reached or its answer could not be used.
    #[error("signing in to tenant `{tenant}` at `{host}` failed: {cause}")]
    Unreachable {
        /// The tenant that was asked for.
        tenant: TenantId,
        /// Host of the token endpoint.
        host: String,
        /// The chain of causes, outermost first.
        cause: String,
        /// Whether nobody we trust has signed the certificate that came.
        untrusted: bool,
    },
    /// Something other than a token endpoint answered, for example a proxy's page.
    #[error(
        "signing in to tenant `{tenant}` failed: `{host}` answered {status} with {} instead of JSON; a proxy or a \
         captive portal may stand in between",
        if *.html { "an HTML page" } else { "something else" }
    )]
    NotJson {
        /// The tenant that was asked for.
        tenant: TenantId,
        /// Host of the token endpoint.
        host: String,
        /// HTTP status of the answer.
        status: u16,
        /// Whether the body looks like a page made for people.
        html: bool,
    },
    /// A token endpoint answered with JSON of another shape than expected.
    #[error("the answer with a token for {} cannot be understood: {misfit}", Wanted(.tenant.as_ref()))]
    Unfitting {
        /// The tenant that was asked for.
        tenant: Option<TenantId>,
        /// How it differs.
        misfit: Box<Misfit>,
    },
    /// What proves our identity to Entra could not be obtained.
    #[error("{what} could not be obtained: {cause}")]
    Assertion {
        /// For example *the GitHub OpenID Connect token*.
        what: &'static str,
        /// The input to look at, where one names it.
        input: Option<InputName>,
        /// What happened.
        cause: String,
    },
    /// The managed identity of this machine gave no token.
    #[error("the managed identity endpoint gave no token for {}: {cause}", Wanted(.tenant.as_ref()))]
    ManagedIdentity {
        /// The tenant that was asked for.
        tenant: Option<TenantId>,
        /// Who answered.
        by: Answered,
        /// What happened.
        cause: String,
        /// Ways to sign in that would have gone before it.
        passed_over: Vec<PassedOver>,
    },
    /// The Azure CLI gave no token.
    #[error("the Azure CLI gave no token for {}: {cause}", Wanted(.tenant.as_ref()))]
    AzureCli {
        /// The tenant that was asked for.
        tenant: Option<TenantId>,
        /// What the CLI said.
        cause: String,
        /// Ways to sign in that would have gone before it.
        passed_over: Vec<PassedOver>,
    },
    /// The token that came is for another tenant than the one asked for.
    #[error(
        "asked for a token of tenant `{wanted}` and got one of tenant `{got}`: this identity cannot act in tenant \
         `{wanted}`. A managed identity only ever acts in its own tenant; use an application that both tenants know"
    )]
    OtherTenant {
        /// The tenant that was asked for.
        wanted: TenantId,
        /// The token's `tid`.
        got: String,
    },
    /// The token that came is no JWT or lacks claims.
    #[error("the access token for {} cannot be used: {cause}", Wanted(.tenant.as_ref()))]
    UnreadableToken {
        /// The tenant that was asked for.
        tenant: Option<TenantId>,
        /// What is missing.
        cause: &'static str,
    },
    /// The operation's time was up.
    #[error("signing in to {} took longer than the operation's timeout allows", Wanted(.tenant.as_ref()))]
    Timeout {
        /// The tenant that was asked for.
        tenant: Option<TenantId>,
    },
    /// The operation was interrupted.
    #[error("signing in to {} was interrupted", Wanted(.tenant.as_ref()))]
    Cancelled {
        /// The tenant that was asked for.
        tenant: Option<TenantId>,
    },
}

/// What a token lacks that does not say for which tenant it is, with the line of the ledger.
pub(crate) const NO_TENANT: &str = "it has no `tid`, `entra.token < access_token.tid`";

/// Who answered in the place of a managed identity endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// The endpoint itself, which refused.
    Endpoint,
    /// Something that sends pages made for people.
    Page,
    /// Nobody.
    Nobody,
}

/// The tenant that a token was asked for, if one was named.
struct Wanted<'a>(Option<&'a TenantId>);

impl fmt::Display for Wanted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(tenant) => write!(f, "tenant `{tenant}`"),
            None => f.write_str("the credential's own tenant"),
        }
    }
}

impl Error {
    /// The AADSTS numbers of a refusal; empty for any other error.
    pub fn codes(&self) -> &[u32] {
        match self {
            Self::Rejected(rejection) => &rejection.codes,
            _ => &[],
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
        let text = text.split("\nTo troubleshoot").next().unwrap_or_default();
        // What the libraries call themselves tells nobody anything.
        let text = text.split_once("Credential authentication failed.").map_or(text, |(_, said)| said).trim();
        if !text.is_empty()
            && !text.contains("`reqwest`")
            && !text.starts_with("error sending request")
            && !text.starts_with("client error (Connect)")
            && !text.starts_with("non-transport error")
            && !said.contains(text)
        {
            if !said.is_empty() {
                said.push_str(": ");
            }
            said.push_str(text);
        }
        next = error.source();
    }
    said
}
