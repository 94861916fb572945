//! What can be told about signing in to Entra, after precedence: the configuration, then the environment (`ARM_*`, then
//! `AZURE_*`), then the default.

use std::fmt;
use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};

use super::cloud_name::CloudName;
use super::config_error::{ConfigError, Problem};
use crate::InputName;
use crate::env::{EnvMap, Variable};

/// What the configuration itself says; `None` where it is silent or not yet known.
///
/// Names and meanings are those of `hashicorp/azuread`.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "meanings are those of azuread")]
pub struct Inputs {
    pub tenant_id: Option<String>,
    pub client_id: Option<String>,
    pub client_id_file_path: Option<String>,
    pub client_secret: Option<SecretString>,
    pub client_secret_file_path: Option<String>,
    pub client_certificate: Option<SecretString>,
    pub client_certificate_path: Option<String>,
    pub client_certificate_password: Option<SecretString>,
    pub use_oidc: Option<bool>,
    pub oidc_token: Option<SecretString>,
    pub oidc_token_file_path: Option<String>,
    pub oidc_request_url: Option<String>,
    pub oidc_request_token: Option<SecretString>,
    pub ado_pipeline_service_connection_id: Option<String>,
    pub use_aks_workload_identity: Option<bool>,
    pub use_msi: Option<bool>,
    pub use_federated_msi: Option<bool>,
    pub msi_client_id: Option<String>,
    pub msi_endpoint: Option<String>,
    pub use_cli: Option<bool>,
    pub environment: Option<CloudName>,
    pub authority_host: Option<String>,
    pub graph_endpoint: Option<String>,
}

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The configuration.
    Configuration,
    /// An environment variable.
    Environment(&'static Variable),
    /// Neither: it is the default.
    Default,
}

/// A value and where it came from.
#[derive(Debug, Clone)]
pub struct Resolved<T> {
    /// The input it belongs to.
    pub input: InputName,
    /// The value that won.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
}

impl<T> Resolved<T> {
    /// Whether the configuration says so itself.
    pub fn is_configured(&self) -> bool {
        self.origin == Origin::Configuration
    }

    /// An error on this input that says where its value came from, which never shows the value.
    pub fn invalid(&self, complaint: impl fmt::Display) -> ConfigError {
        let from = match self.origin {
            Origin::Environment(variable) => Some(variable),
            Origin::Configuration | Origin::Default => None,
        };
        ConfigError { input: self.input, problem: Problem::Value { from, complaint: complaint.to_string() } }
    }
}

/// [`Inputs`] completed from the environment and by defaults.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "meanings are those of azuread")]
pub struct ResolvedInputs {
    pub tenant_id: Option<Resolved<String>>,
    pub client_id: Option<Resolved<String>>,
    pub client_id_file_path: Option<Resolved<String>>,
    pub client_secret: Option<Resolved<SecretString>>,
    pub client_secret_file_path: Option<Resolved<String>>,
    pub client_certificate: Option<Resolved<SecretString>>,
    pub client_certificate_path: Option<Resolved<String>>,
    pub client_certificate_password: Option<Resolved<SecretString>>,
    pub use_oidc: Resolved<bool>,
    pub oidc_token: Option<Resolved<SecretString>>,
    pub oidc_token_file_path: Option<Resolved<String>>,
    pub oidc_request_url: Option<Resolved<String>>,
    pub oidc_request_token: Option<Resolved<SecretString>>,
    pub ado_pipeline_service_connection_id: Option<Resolved<String>>,
    pub use_aks_workload_identity: Resolved<bool>,
    pub use_msi: Resolved<bool>,
    pub use_federated_msi: Resolved<bool>,
    pub msi_client_id: Option<Resolved<String>>,
    pub msi_endpoint: Option<Resolved<String>>,
    pub use_cli: Resolved<bool>,
    pub environment: Option<Resolved<CloudName>>,
    pub authority_host: Option<Resolved<String>>,
    pub graph_endpoint: Option<Resolved<String>>,
    /// Where `azuread` looks up the addresses of a cloud; it bears on the cloud.
    pub metadata_host: Option<Resolved<String>>,
    /// What the AKS workload identity webhook put into the pod's environment, when its use is asked for.
    pub aks: Option<AksIdentity>,
}

/// The variables that the AKS workload identity webhook sets in a pod.
#[derive(Debug, Clone, Default)]
pub struct AksIdentity {
    /// `AZURE_TENANT_ID`.
    pub tenant_id: Option<Resolved<String>>,
    /// `AZURE_CLIENT_ID`.
    pub client_id: Option<Resolved<String>>,
    /// `AZURE_FEDERATED_TOKEN_FILE`.
    pub token_file: Option<Resolved<String>>,
}

impl ResolvedInputs {
    /// Completes `arguments` from the environment and by defaults.
    ///
    /// Fails when a variable that should be `true` or `false` is neither.
    pub fn resolve(arguments: Inputs, env: &EnvMap) -> Result<Self, ConfigError> {
        let text = |input, configured| text(env, input, configured);
        let secret = |input, configured: Option<SecretString>| secret(env, input, configured);
        let flag = |input, configured, default| flag(env, input, configured, default);
        let use_aks_workload_identity =
            flag(InputName::UseAksWorkloadIdentity, arguments.use_aks_workload_identity, false)?;
        Ok(Self {
            tenant_id: text(InputName::Tenant, arguments.tenant_id),
            client_id: text(InputName::ClientId, arguments.client_id),
            client_id_file_path: text(InputName::ClientIdFile, arguments.client_id_file_path),
            client_secret: secret(InputName::ClientSecret, arguments.client_secret),
            client_secret_file_path: text(InputName::ClientSecretFile, arguments.client_secret_file_path),
            client_certificate: secret(InputName::ClientCertificate, arguments.client_certificate),
            client_certificate_path: text(
                InputName::ClientCertificateFile,
                arguments.client_certificate_path,
            ),
            client_certificate_password: secret(
                InputName::ClientCertificatePassword,
                arguments.client_certificate_password,
            ),
            use_oidc: flag(InputName::UseOidc, arguments.use_oidc, false)?,
            oidc_token: secret(InputName::OidcToken, arguments.oidc_token),
            oidc_token_file_path: text(InputName::OidcTokenFile, arguments.oidc_token_file_path),
            oidc_request_url: text(InputName::OidcRequestUrl, arguments.oidc_request_url),
            oidc_request_token: secret(InputName::OidcRequestToken, arguments.oidc_request_token),
            ado_pipeline_service_connection_id: text(
                InputName::AzureDevOpsConnection,
                arguments.ado_pipeline_service_connection_id,
            ),
            aks: use_aks_workload_identity.value.then(|| AksIdentity::of(env)),
            use_aks_workload_identity,
            use_msi: flag(InputName::UseManagedIdentity, arguments.use_msi, false)?,
            use_federated_msi: flag(
                InputName::UseFederatedManagedIdentity,
                arguments.use_federated_msi,
                false,
            )?,
            msi_client_id: text(InputName::ManagedIdentityClientId, arguments.msi_client_id),
            msi_endpoint: text(InputName::ManagedIdentityEndpoint, arguments.msi_endpoint),
            use_cli: flag(InputName::UseAzureCli, arguments.use_cli, true)?,
            environment: spelt(env, InputName::Cloud, arguments.environment)?,
            authority_host: text(InputName::Authority, arguments.authority_host),
            graph_endpoint: text(InputName::GraphEndpoint, arguments.graph_endpoint),
            metadata_host: variable(env, InputName::Cloud, &crate::env::ARM_METADATA_HOSTNAME),
        })
    }
}

impl AksIdentity {
    fn of(env: &EnvMap) -> Self {
        Self {
            tenant_id: variable(env, InputName::Tenant, &crate::env::AZURE_TENANT_ID),
            client_id: variable(env, InputName::ClientId, &crate::env::AZURE_CLIENT_ID),
            token_file: variable(env, InputName::OidcTokenFile, &crate::env::AZURE_FEDERATED_TOKEN_FILE),
        }
    }
}

/// What one variable says about an input, whatever the configuration says.
fn variable(env: &EnvMap, input: InputName, variable: &'static Variable) -> Option<Resolved<String>> {
    let value = env.value(variable)?.trim().to_owned();
    Some(Resolved { input, value, origin: Origin::Environment(variable) })
}

/// A textual input; surrounding blanks do not count, and a blank text is an absent one.
pub fn text(env: &EnvMap, input: InputName, configured: Option<String>) -> Option<Resolved<String>> {
    let configured = configured.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    if let Some(value) = configured {
        return Some(Resolved { input, value, origin: Origin::Configuration });
    }
    let (variable, value) = env.for_input(input)?;
    Some(Resolved { input, value: value.trim().to_owned(), origin: Origin::Environment(variable) })
}

/// One of a closed set, which a variable spells as `T` reads it.
pub fn spelt<T: FromStr<Err: fmt::Display>>(
    env: &EnvMap,
    input: InputName,
    configured: Option<T>,
) -> Result<Option<Resolved<T>>, ConfigError> {
    if let Some(value) = configured {
        return Ok(Some(Resolved { input, value, origin: Origin::Configuration }));
    }
    let Some(Resolved { value, origin, .. }) = text(env, input, None) else { return Ok(None) };
    match value.parse() {
        Ok(value) => Ok(Some(Resolved { input, value, origin })),
        Err(error) => Err(Resolved { input, value, origin }.invalid(error)),
    }
}

/// A sensitive input; an empty one is an absent one.
fn secret(
    env: &EnvMap,
    input: InputName,
    configured: Option<SecretString>,
) -> Option<Resolved<SecretString>> {
    if let Some(value) = configured.filter(|value| !value.expose_secret().is_empty()) {
        return Some(Resolved { input, value, origin: Origin::Configuration });
    }
    let (variable, value) = env.for_input(input)?;
    Some(Resolved { input, value: value.into(), origin: Origin::Environment(variable) })
}

/// A switch. Variables take the spellings that Go's `strconv.ParseBool` takes, since `azuread` reads the same ones.
pub fn flag(
    env: &EnvMap,
    input: InputName,
    configured: Option<bool>,
    default: bool,
) -> Result<Resolved<bool>, ConfigError> {
    if let Some(value) = configured {
        return Ok(Resolved { input, value, origin: Origin::Configuration });
    }
    let Some((variable, text)) = env.for_input(input) else {
        return Ok(Resolved { input, value: default, origin: Origin::Default });
    };
    let origin = Origin::Environment(variable);
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(Resolved { input, value: true, origin }),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(Resolved { input, value: false, origin }),
        _ => {
            let setting = Resolved { input, value: default, origin };
            Err(setting.invalid("this is neither `true` nor `false`"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::{ARM_CLIENT_ID, ARM_USE_CLI};

    fn resolve(arguments: Inputs, env: &[(&str, &str)]) -> ResolvedInputs {
        ResolvedInputs::resolve(arguments, &env.iter().copied().collect()).expect("settings")
    }

    #[test]
    fn configuration_goes_before_the_environment() {
        let arguments = Inputs { client_id: Some("mine".to_owned()), ..Inputs::default() };
        let settings = resolve(arguments, &[("ARM_CLIENT_ID", "theirs")]);
        let client_id = settings.client_id.expect("set");
        assert_eq!((client_id.value.as_str(), client_id.origin), ("mine", Origin::Configuration));
    }

    #[test]
    fn an_empty_input_leaves_the_word_to_the_environment() {
        let arguments = Inputs { client_id: Some("  ".to_owned()), ..Inputs::default() };
        let settings = resolve(arguments, &[("ARM_CLIENT_ID", "theirs")]);
        assert_eq!(settings.client_id.expect("set").origin, Origin::Environment(&ARM_CLIENT_ID));
    }

    #[test]
    fn the_azure_cli_is_used_by_default_and_nothing_else_is() {
        let settings = resolve(Inputs::default(), &[]);
        assert!(settings.use_cli.value);
        assert!(!settings.use_oidc.value && !settings.use_msi.value && settings.aks.is_none());
    }

    #[test]
    fn a_switch_that_is_neither_true_nor_false_is_refused_by_name() {
        let env: EnvMap = [("ARM_USE_CLI", "maybe")].into_iter().collect();
        let error = ResolvedInputs::resolve(Inputs::default(), &env).expect_err("refused");
        assert_eq!(error.input, InputName::UseAzureCli);
        assert!(error.to_string().contains(ARM_USE_CLI.name));
    }

    #[test]
    fn debug_of_the_settings_shows_no_secret() {
        let settings =
            resolve(Inputs::default(), &[("ARM_CLIENT_SECRET", "hush"), ("ARM_OIDC_TOKEN", "hush")]);
        assert!(!format!("{settings:?}").contains("hush"));
    }
}
