//! What an application presents instead of a secret: an assertion about itself.
//!
//! One mechanism carries five credentials: a certificate's signature, a given OpenID Connect token, the tokens that
//! GitHub and Azure DevOps hand to a running job, and that of the machine's managed identity. Assertions are made anew for every sign-in; none is kept.

use std::fmt;
use std::sync::Arc;

use azure_core::error::ErrorKind;
use azure_core::http::headers::HeaderName;
use azure_core::http::{ClientMethodOptions, Method, Pipeline, PipelineSendOptions, Request, Url};
use azure_identity::ClientAssertion;
use secrecy::{ExposeSecret, SecretString};

use super::certificate::Certificate;
use super::choose::{Text, TokenRequest};
use super::error::Error;
use super::machine_identity::MachineIdentity;
use super::tenant::TenantId;
use super::text::read;
use super::transport::Wire;
use crate::clock::Clock;
use crate::http::{Misfit, MisfitKind};
use crate::ledger::{Looked, Reading};

/// The audience that Entra expects in federated tokens (Entra: workload identity federation).
const AUDIENCE: &str = "api://AzureADTokenExchange";
/// Version of the Azure DevOps call that hands out tokens (Azure DevOps: Oidctoken - Create).
const AZURE_DEVOPS_API_VERSION: &str = "7.1";

/// Makes assertions.
pub(super) enum Assertion {
    /// Signed by a certificate's key.
    Certificate { certificate: Arc<Certificate>, client_id: String, audience: Url, clock: Clock },
    /// Given as it is, or in a file that something renews.
    Token(Text),
    /// Asked of GitHub.
    GitHub { request: TokenRequest, pipeline: Pipeline },
    /// Asked of Azure DevOps.
    AzureDevOps { request: TokenRequest, service_connection_id: String, pipeline: Pipeline },
    /// Asked of the machine, which vouches for its managed identity.
    ManagedIdentity { identity: MachineIdentity, tenant: TenantId },
}

impl Assertion {
    /// A pipeline for asking GitHub or Azure DevOps over `wire`.
    pub(super) fn pipeline(wire: &Wire, retries: u32) -> Pipeline {
        let (name, version) = (option_env!("CARGO_PKG_NAME"), option_env!("CARGO_PKG_VERSION"));
        Pipeline::new(name, version, wire.options(retries), Vec::new(), Vec::new(), None)
    }

    async fn make(&self, options: Option<ClientMethodOptions<'_>>) -> Result<String, Error> {
        match self {
            Self::Certificate { certificate, client_id, audience, clock } => {
                let signed = certificate.assertion(client_id, audience.as_str(), clock.now());
                signed.map_err(|cause| Error::Assertion {
                    what: "a certificate's assertion",
                    input: None,
                    cause: cause.to_owned(),
                })
            }
            Self::Token(token) => {
                Ok(read(token, "the OpenID Connect token").await?.expose_secret().to_owned())
            }
            Self::GitHub { request, pipeline } => {
                let mut url = request.url.clone();
                url.query_pairs_mut().append_pair("audience", AUDIENCE);
                let asked = Request::new(url, Method::Get);
                ask(
                    pipeline,
                    asked,
                    &request.token,
                    options,
                    ("github.token", "value"),
                    "the GitHub OpenID Connect token",
                )
                .await
            }
            Self::AzureDevOps { request, service_connection_id, pipeline } => {
                let mut url = request.url.clone();
                url.query_pairs_mut()
                    .append_pair("api-version", AZURE_DEVOPS_API_VERSION)
                    .append_pair("serviceConnectionId", service_connection_id);
                let mut asked = Request::new(url, Method::Post);
                asked.insert_header("content-length", "0");
                // Without it, Azure DevOps answers a bad token with a redirect to a page.
                asked.insert_header(HeaderName::from_static("x-tfs-fedauthredirect"), "Suppress");
                let what = "the Azure DevOps OpenID Connect token";
                ask(pipeline, asked, &request.token, options, ("azure-devops.token", "oidcToken"), what).await
            }
            Self::ManagedIdentity { identity, tenant } => {
                identity.vouch(&format!("{AUDIENCE}/.default"), tenant).await
            }
        }
    }
}

/// Asks a job's host for its token, which stands in the answer where `line`, an entry and a member, has it.
async fn ask(
    pipeline: &Pipeline,
    mut request: Request,
    bearer: &SecretString,
    options: Option<ClientMethodOptions<'_>>,
    line: (&str, &str),
    what: &'static str,
) -> Result<String, Error> {
    let failed = |cause: String| Error::Assertion { what, input: None, cause };
    request.insert_header("accept", "application/json");
    request.insert_header("authorization", format!("Bearer {}", bearer.expose_secret()));
    let context = options.unwrap_or_default().context.into_owned();
    let unchecked = PipelineSendOptions { skip_checks: true, ..PipelineSendOptions::default() };
    let answer = pipeline
        .send(&context, &mut request, Some(unchecked))
        .await
        .map_err(|error| failed(super::error::chain(&error)))?;
    let status = u16::from(answer.status());
    if !answer.status().is_success() {
        return Err(failed(format!(
            "its host answered {status}; check that the job may request one (on GitHub: `permissions: id-token: \
             write`) and that the bearer token for it is the running job's own"
        )));
    }
    // The parser's own message could repeat the token.
    let whole: Option<serde_json::Value> = serde_json::from_slice(answer.body()).ok();
    let reading = Reading::named(line.0);
    let token = whole.as_ref().and_then(|whole| Looked::at(whole, reading.clone()).member(line.1));
    token.and_then(|token| token.value.as_str()).map(str::to_owned).ok_or_else(|| {
        let misfit = Misfit::at(&reading, line.1, MisfitKind::Missing, whole.as_ref());
        let why = format!("{what} was asked for; its address may be the wrong one");
        Error::Unfitting { tenant: None, misfit: Box::new(misfit.because(&why)) }
    })
}

impl fmt::Debug for Assertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assertion").finish_non_exhaustive()
    }
}

#[async_trait::async_trait]
impl ClientAssertion for Assertion {
    async fn secret(&self, options: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        self.make(options).await.map_err(|error| azure_core::Error::new(ErrorKind::Credential, error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::InputName;

    #[tokio::test]
    async fn a_token_file_is_read_anew_each_time() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let assertion = Assertion::Token(Text::File {
            input: InputName::OidcTokenFile,
            path: file.path().to_owned(),
            beside: None,
        });
        for content in ["first\n", " second "] {
            std::fs::write(file.path(), content).expect("written");
            assert_eq!(assertion.make(None).await.expect("a token"), content.trim());
        }
    }
}
