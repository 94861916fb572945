//! Which credential signs in: a pure function of the settings.
//!
//! The order is that of `hashicorp/azuread`: certificate, secret, OpenID Connect token, Azure DevOps, GitHub, managed
//! identity, Azure CLI; a managed identity that stands for an application goes before one that signs in itself. The first one that has all its inputs is taken, and a sign-in that fails falls through to
//! nothing. Two things differ, since one provider serves many tenants and guessing is worse than refusing: no
//! credential needs a tenant of its own, and a credential in the *configuration* that is half given, or
//! stands beside another one, is an error instead of being passed over.

use std::path::PathBuf;

use secrecy::SecretString;
use url::Url;

use super::begun::begun;
use super::cloud::{Cloud, endpoint};
use super::config_error::{ConfigError, Problem};
use super::inputs::{Inputs, Origin, Resolved, ResolvedInputs};
use super::passed_over::PassedOver;
use super::tenant::TenantId;
use crate::InputName;
use crate::env::{self, Variable};

/// How to sign in, and where.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The tenant that is meant where a resource names none; none when the credential's own is meant.
    pub tenant: Option<TenantId>,
    /// The cloud to sign in to.
    pub cloud: Cloud,
    /// Who signs in.
    pub credential: Credential,
    /// Ways of an application that lack something, where the machine or the Azure CLI signs in instead.
    pub passed_over: Vec<PassedOver>,
}

/// Who signs in.
#[derive(Debug, Clone)]
pub enum Credential {
    /// An application, which proves itself.
    Application {
        /// Its client id.
        client_id: Text,
        /// What it presents.
        proof: Proof,
    },
    /// The managed identity of the machine.
    ManagedIdentity(Machine),
    /// The person or application logged in to the Azure CLI.
    AzureCli,
}

/// A managed identity of the machine.
#[derive(Debug, Clone)]
pub struct Machine {
    /// A user-assigned identity; none for the system-assigned one.
    pub client_id: Option<Text>,
    /// Another endpoint than the machine's own.
    pub endpoint: Option<Url>,
}

/// What an application presents to prove itself.
#[derive(Debug, Clone)]
pub enum Proof {
    /// An assertion signed by the key of a registered certificate.
    Certificate {
        /// The PKCS#12 bundle.
        bundle: Bundle,
        /// Its password; none is tried as the empty one.
        password: Option<SecretString>,
    },
    /// A client secret.
    Secret(Text),
    /// A given OpenID Connect token (GitLab, HCP Terraform, AKS, any issuer).
    OidcToken(Text),
    /// An OpenID Connect token that Azure DevOps hands to the running pipeline.
    AzureDevOps {
        /// Where to ask for the token, and with what.
        request: TokenRequest,
        /// The service connection that stands for the application.
        service_connection_id: String,
    },
    /// An OpenID Connect token that GitHub hands to the running job, asked for here.
    GitHub(TokenRequest),
    /// A token of the machine's managed identity, which the application trusts by a federated credential.
    ManagedIdentity(Machine),
}

impl Credential {
    /// Its name in messages.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Application { proof: Proof::Certificate { .. }, .. } => "client certificate",
            Self::Application { proof: Proof::Secret(_), .. } => "client secret",
            Self::Application { proof: Proof::OidcToken(_), .. } => "OpenID Connect token",
            Self::Application { proof: Proof::AzureDevOps { .. }, .. } => "Azure DevOps OpenID Connect token",
            Self::Application { proof: Proof::GitHub(_), .. } => "GitHub OpenID Connect token",
            Self::Application { proof: Proof::ManagedIdentity(_), .. } => "federated managed identity",
            Self::ManagedIdentity(_) => "managed identity",
            Self::AzureCli => "Azure CLI login",
        }
    }
}

/// A text that is given as such or stands in a file, which is read anew whenever the text is needed.
#[derive(Debug, Clone)]
pub enum Text {
    /// The text itself.
    Given(SecretString),
    /// The file that holds it.
    File {
        /// The input that named the file.
        input: InputName,
        /// The file.
        path: PathBuf,
        /// The same text by a variable, with which the file has to agree.
        beside: Option<Beside>,
    },
}

/// A text by a variable, beside a file that another variable names.
#[derive(Debug, Clone)]
pub struct Beside {
    /// The text.
    pub given: SecretString,
    /// The variable that gave it.
    pub from: &'static Variable,
}

/// A PKCS#12 bundle.
#[derive(Debug, Clone)]
pub enum Bundle {
    /// As base64.
    Base64(SecretString),
    /// In a file.
    File(PathBuf),
}

/// Where a running job asks for an OpenID Connect token, and with what.
#[derive(Debug, Clone)]
pub struct TokenRequest {
    /// The address.
    pub url: Url,
    /// The bearer token for it.
    pub token: SecretString,
}

/// Chooses the credential. Needs no network and reads no file.
///
/// The error is [`ConfigErrorKind::Incomplete`](super::ConfigErrorKind::Incomplete) when nothing is wrong but there is nothing to sign in
/// with.
pub fn choose(settings: &ResolvedInputs) -> Result<Choice, ConfigError> {
    refuse_half_given(settings)?;
    let cloud = Cloud::of(settings)?;
    let tenant = tenant(settings)?;
    let Some(credential) = credential(settings)? else {
        let problem = Problem::Nothing { passed_over: begun(settings) };
        return Err(ConfigError { input: InputName::ClientId, problem });
    };
    let passed_over = match credential {
        Credential::Application { .. } => Vec::new(),
        Credential::ManagedIdentity(_) | Credential::AzureCli => begun(settings),
    };
    Ok(Choice { tenant, cloud, credential, passed_over })
}

fn credential(settings: &ResolvedInputs) -> Result<Option<Credential>, ConfigError> {
    let client_id = client_id(settings)?;
    if let Some(client_id) = &client_id
        && let Some(proof) = proof(settings)?
    {
        return Ok(Some(Credential::Application { client_id: client_id.clone(), proof }));
    }
    if settings.use_msi.value {
        return Ok(Some(Credential::ManagedIdentity(machine(settings, client_id)?)));
    }
    Ok(settings.use_cli.value.then_some(Credential::AzureCli))
}

fn proof(settings: &ResolvedInputs) -> Result<Option<Proof>, ConfigError> {
    if let Some(bundle) = bundle(settings) {
        let password = settings.client_certificate_password.as_ref().map(|password| password.value.clone());
        return Ok(Some(Proof::Certificate { bundle, password }));
    }
    if let Some(secret) = agreed(settings.client_secret.as_ref(), settings.client_secret_file_path.as_ref()) {
        return Ok(Some(Proof::Secret(secret)));
    }
    if uses_oidc(settings) {
        if let Some(token) = oidc_token(settings) {
            return Ok(Some(Proof::OidcToken(token)));
        }
        if let Some(request) = token_request(settings)? {
            return Ok(Some(match &settings.ado_pipeline_service_connection_id {
                Some(id) => Proof::AzureDevOps { request, service_connection_id: id.value.clone() },
                None => Proof::GitHub(request),
            }));
        }
    }
    if !settings.use_federated_msi.value {
        return Ok(None);
    }
    let client_id = settings.msi_client_id.as_ref().map(|id| Text::Given(id.value.clone().into()));
    Ok(Some(Proof::ManagedIdentity(machine(settings, client_id)?)))
}

fn machine(settings: &ResolvedInputs, client_id: Option<Text>) -> Result<Machine, ConfigError> {
    let endpoint = settings.msi_endpoint.as_ref().map(machine_endpoint).transpose()?;
    Ok(Machine { client_id, endpoint })
}

fn uses_oidc(settings: &ResolvedInputs) -> bool {
    settings.use_oidc.value || settings.use_aks_workload_identity.value
}

/// A value goes before a file, but the configuration goes before the environment.
fn either<T: Clone + Into<SecretString>>(
    value: Option<&Resolved<T>>,
    file: Option<&Resolved<String>>,
) -> Option<Text> {
    match (value, file) {
        (Some(value), file) if value.is_configured() || !file.is_some_and(Resolved::is_configured) => {
            Some(Text::Given(value.value.clone().into()))
        }
        (_, Some(file)) => Some(in_file(file, None)),
        (_, None) => None,
    }
}

/// The same for what `hashicorp/azuread` refuses where value and file differ: two variables have to agree, since neither goes
/// before the other.
fn agreed<T: Clone + Into<SecretString>>(
    value: Option<&Resolved<T>>,
    file: Option<&Resolved<String>>,
) -> Option<Text> {
    if let (Some(value), Some(file)) = (value, file)
        && let (Origin::Environment(from), Origin::Environment(_)) = (value.origin, file.origin)
    {
        let beside = Some(Beside { given: value.value.clone().into(), from });
        return Some(in_file(file, beside));
    }
    either(value, file)
}

fn in_file(file: &Resolved<String>, beside: Option<Beside>) -> Text {
    Text::File { input: file.input, path: file.value.clone().into(), beside }
}

fn bundle(settings: &ResolvedInputs) -> Option<Bundle> {
    match either(settings.client_certificate.as_ref(), settings.client_certificate_path.as_ref())? {
        Text::Given(base64) => Some(Bundle::Base64(base64)),
        Text::File { path, .. } => Some(Bundle::File(path)),
    }
}

fn oidc_token(settings: &ResolvedInputs) -> Option<Text> {
    either(settings.oidc_token.as_ref(), settings.oidc_token_file_path.as_ref()).or_else(|| {
        let file = settings.aks.as_ref()?.token_file.as_ref()?;
        Some(in_file(file, None))
    })
}

fn token_request(settings: &ResolvedInputs) -> Result<Option<TokenRequest>, ConfigError> {
    let (Some(url), Some(token)) = (&settings.oidc_request_url, &settings.oidc_request_token) else {
        return Ok(None);
    };
    // Its query names the job, so it is allowed here.
    let address =
        Url::parse(&url.value).map_err(|error| url.invalid(format!("this is not an address ({error})")))?;
    if address.scheme() != "https" && !crate::http::is_loopback(&address) {
        return Err(
            url.invalid("the job's token would be sent unencrypted; the address must start with `https://`")
        );
    }
    Ok(Some(TokenRequest { url: address, token: token.value.clone() }))
}

/// Managed identity endpoints are plain http on a link-local address by design.
fn machine_endpoint(setting: &Resolved<String>) -> Result<Url, ConfigError> {
    let url = Url::parse(&setting.value)
        .map_err(|error| setting.invalid(format!("this is not an address ({error})")))?;
    let link_local = matches!(url.host(), Some(url::Host::Ipv4(address)) if address.is_link_local());
    if link_local && url.scheme() == "http" { Ok(url) } else { endpoint(setting) }
}

/// The tenant; AKS workload identity supplies it and refuses another.
fn tenant(settings: &ResolvedInputs) -> Result<Option<TenantId>, ConfigError> {
    let parse = |setting: &Resolved<String>| {
        TenantId::parse(&setting.value).map_err(|error| setting.invalid(error.to_string()))
    };
    let configured = settings.tenant_id.as_ref().map(parse).transpose()?;
    let of_pod = settings.aks.as_ref().and_then(|aks| aks.tenant_id.as_ref()).map(parse).transpose()?;
    if let (Some(setting), Some(configured), Some(of_pod)) = (&settings.tenant_id, &configured, &of_pod)
        && configured != of_pod
    {
        return Err(setting.invalid(format!(
            "`{configured}` differs from `{of_pod}`, the tenant of this pod's workload identity \
             (`{}`): leave it out or make them agree",
            env::AZURE_TENANT_ID.name
        )));
    }
    Ok(configured.or(of_pod))
}

/// The client id; AKS workload identity supplies it and refuses another.
fn client_id(settings: &ResolvedInputs) -> Result<Option<Text>, ConfigError> {
    let of_pod = settings.aks.as_ref().and_then(|aks| aks.client_id.as_ref());
    if let (Some(configured), Some(of_pod)) = (&settings.client_id, of_pod)
        && !configured.value.eq_ignore_ascii_case(&of_pod.value)
    {
        return Err(configured.invalid(format!(
            "`{}` differs from `{}`, the client id of this pod's workload identity (`{}`): leave it out or make \
             them agree",
            configured.value,
            of_pod.value,
            env::AZURE_CLIENT_ID.name
        )));
    }
    let client_id = agreed(settings.client_id.as_ref(), settings.client_id_file_path.as_ref());
    Ok(client_id.or_else(|| of_pod.map(|of_pod| Text::Given(of_pod.value.clone().into()))))
}

/// Refuses a credential in the configuration that lacks its other half: it would be passed over in silence and
/// somebody else would sign in.
fn refuse_half_given(settings: &ResolvedInputs) -> Result<(), ConfigError> {
    if let Some(id) = settings.msi_client_id.as_ref().filter(|id| id.is_configured())
        && !settings.use_federated_msi.value
    {
        let switch = InputName::UseFederatedManagedIdentity;
        return Err(ConfigError { input: id.input, problem: Problem::NotAsked { switch } });
    }
    let in_block = [
        settings.client_certificate.as_ref().map(|s| (s.input, s.is_configured())),
        settings.client_certificate_path.as_ref().map(|s| (s.input, s.is_configured())),
        settings.client_secret.as_ref().map(|s| (s.input, s.is_configured())),
        settings.client_secret_file_path.as_ref().map(|s| (s.input, s.is_configured())),
        settings.oidc_token.as_ref().map(|s| (s.input, s.is_configured())),
        settings.oidc_token_file_path.as_ref().map(|s| (s.input, s.is_configured())),
        Some(&settings.use_federated_msi).filter(|s| s.value).map(|s| (s.input, s.is_configured())),
    ];
    let mut in_block =
        in_block.into_iter().flatten().filter(|(_, configured)| *configured).map(|(input, _)| input);
    let Some(input) = in_block.next() else { return Ok(()) };
    let has_client = settings.client_id.is_some()
        || settings.client_id_file_path.is_some()
        || settings.aks.as_ref().is_some_and(|aks| aks.client_id.is_some());
    if !has_client {
        return Err(ConfigError { input, problem: Problem::NoClientId { variable: &env::ARM_CLIENT_ID } });
    }
    if matches!(input, InputName::OidcToken | InputName::OidcTokenFile) && !uses_oidc(settings) {
        return Err(ConfigError { input, problem: Problem::NotAsked { switch: InputName::UseOidc } });
    }
    Ok(())
}

/// Two credentials in the configuration: which one is meant is for the user to say. The error is on the second.
///
/// Looks at the block alone, so that it serves `validate` too; credentials in the environment stand back behind the
/// block's in the usual order.
pub fn refuse_two_credentials(arguments: &Inputs) -> Result<(), ConfigError> {
    let on = |switch: Option<bool>| switch == Some(true);
    let mut given = [
        (InputName::ClientCertificate, arguments.client_certificate.is_some()),
        (InputName::ClientCertificateFile, arguments.client_certificate_path.is_some()),
        (InputName::ClientSecret, arguments.client_secret.is_some()),
        (InputName::ClientSecretFile, arguments.client_secret_file_path.is_some()),
        (InputName::OidcToken, arguments.oidc_token.is_some()),
        (InputName::OidcTokenFile, arguments.oidc_token_file_path.is_some()),
        (InputName::AzureDevOpsConnection, arguments.ado_pipeline_service_connection_id.is_some()),
        (InputName::UseAksWorkloadIdentity, on(arguments.use_aks_workload_identity)),
        (InputName::UseFederatedManagedIdentity, on(arguments.use_federated_msi)),
        (InputName::UseManagedIdentity, on(arguments.use_msi)),
    ]
    .into_iter()
    .filter(|(_, given)| *given)
    .map(|(input, _)| input);
    let (first, second) = (given.next(), given.next());
    if let (Some(other), Some(input)) = (first, second) {
        return Err(ConfigError { input, problem: Problem::TwoWays { other } });
    }
    if let (
        Some(
            other @ (InputName::ClientCertificate
            | InputName::ClientCertificateFile
            | InputName::ClientSecret
            | InputName::ClientSecretFile),
        ),
        true,
    ) = (first, on(arguments.use_oidc))
    {
        return Err(ConfigError { input: InputName::UseOidc, problem: Problem::TwoWays { other } });
    }
    if arguments.client_id.is_some() && arguments.client_id_file_path.is_some() {
        let problem = Problem::TwoNames { other: InputName::ClientId };
        return Err(ConfigError { input: InputName::ClientIdFile, problem });
    }
    Ok(())
}

#[cfg(test)]
#[path = "choose_tests.rs"]
mod tests;
