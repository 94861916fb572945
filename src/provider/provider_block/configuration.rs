//! From the provider block and the environment to settings: precedence, what is refused at once, and what is only
//! missed when somebody needs it. No network.

use secrecy::SecretString;
use url::Url;

use super::arguments::{argument, quoted};
use super::model::ProviderModel;
use super::region::Region;
use clients::InputName;
use clients::auth::{self, CloudName, ConfigError, ConfigErrorKind, Problem, Resolved};
use clients::env::EnvMap;
use framework::attr::{Attr, Secret};
use framework::diagnostic::{Diagnostic, Diagnostics};

/// Everything a session is made of.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// How to sign in to Entra.
    pub entra: Result<auth::Choice, Incomplete>,
    /// How to sign in to Proofpoint Essentials.
    pub essentials: Result<Login, Incomplete>,
    /// The address of the Proofpoint console, when `region` or `endpoint` tell; no slash at its end.
    pub console: Attr<String>,
    /// PEM file with further certificate authorities.
    pub ca_bundle: Result<Option<std::path::PathBuf>, Incomplete>,
    /// Whether every write is refused. Unknown counts as yes, since nothing is written while planning.
    pub read_only: bool,
}

/// A login of Proofpoint Essentials.
#[derive(Debug, Clone)]
pub struct Login {
    /// The administrator's address.
    pub username: String,
    /// The password.
    pub password: SecretString,
    /// The stack or endpoint to start from.
    pub endpoint: Url,
}

/// Why one side cannot be used; an error once something needs that side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incomplete {
    /// What is missing and what to do.
    pub detail: String,
}

impl Incomplete {
    fn unknown(inputs: &[InputName], side: &str) -> Self {
        let names = inputs.iter().map(|input| quoted(*input)).collect::<Vec<_>>().join(", ");
        Self {
            detail: format!(
                "{names} of the `provider \"proofpoint\"` block cannot be known before apply, and this needs {side} \
                 already now. Apply what they depend on first (`-target`), or take them from variables, files or the \
                 environment."
            ),
        }
    }
}

/// Refuses what is certainly wrong in the provider block itself. The attributes' own rules come besides.
pub fn validate(model: &ProviderModel, diagnostics: &mut Diagnostics) {
    let mut refuse = |result: Result<(), ConfigError>| {
        if let Err(error) = result
            && error.kind() == ConfigErrorKind::Invalid
        {
            diagnostics.push(diagnose(&error));
        }
    };
    let (arguments, unknown) = entra_arguments(model);
    refuse(auth::refuse_two_credentials(&arguments));
    if let (Some(bundle), false) =
        (&arguments.client_certificate, unknown.contains(&InputName::ClientCertificatePassword))
    {
        // The password may still come from the environment, so only what no password can cure is refused here.
        let opened = auth::check_certificate(bundle, arguments.client_certificate_password.as_ref());
        let of_password = |error: &ConfigError| error.input == InputName::ClientCertificatePassword;
        let password_given = arguments.client_certificate_password.is_some();
        refuse(
            opened.or_else(|error| if of_password(&error) && !password_given { Ok(()) } else { Err(error) }),
        );
    }
    // Without the environment only what the block says can be wrong.
    refuse(
        auth::ResolvedInputs::resolve(arguments, &EnvMap::default())
            .and_then(|settings| auth::choose(&settings).map(drop)),
    );
    if let Err(refused) = endpoint(model, &EnvMap::default()) {
        diagnostics.push(refused);
    }
}

/// Settles everything that can be settled without the network.
pub fn configure(model: &ProviderModel, env: &EnvMap) -> Result<Configuration, Diagnostics> {
    let (configuration, refused) = settle(model, env);
    if refused.has_errors() { Err(refused) } else { Ok(configuration) }
}

/// The same as far as it goes, with what is refused.
pub(crate) fn settle(model: &ProviderModel, env: &EnvMap) -> (Configuration, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let entra = entra(model, env, &mut diagnostics);
    let address = endpoint(model, env).unwrap_or_else(|refused| {
        diagnostics.push(refused);
        None
    });
    let read_only =
        auth::flag(env, InputName::ReadOnly, model.read_only.known().copied(), model.read_only.is_unknown());
    let read_only = read_only.map_or_else(
        |error| {
            diagnostics.push(diagnose(&error));
            true
        },
        |setting| setting.value,
    );
    let ca_bundle = match &model.ca_bundle {
        Attr::Unknown => Err(Incomplete::unknown(&[InputName::CaBundle], "the network")),
        given => Ok(text(InputName::CaBundle, given, env).map(|setting| setting.value.into())),
    };
    let console = if model.region.is_unknown() || model.endpoint.is_unknown() {
        Attr::Unknown
    } else {
        address.as_ref().map(|address| address.origin().ascii_serialization()).into()
    };
    let essentials = login(model, env, address);
    (Configuration { entra, essentials, console, ca_bundle, read_only }, diagnostics)
}

fn entra(
    model: &ProviderModel,
    env: &EnvMap,
    diagnostics: &mut Diagnostics,
) -> Result<auth::Choice, Incomplete> {
    let (arguments, unknown) = entra_arguments(model);
    if !unknown.is_empty() {
        return Err(Incomplete::unknown(&unknown, "to sign in to Entra"));
    }
    let chosen = auth::refuse_two_credentials(&arguments)
        .and_then(|()| auth::ResolvedInputs::resolve(arguments, env))
        .and_then(|settings| auth::choose(&settings))
        .and_then(|choice| auth::check(&choice).map(|()| choice));
    chosen.map_err(|error| {
        if error.kind() == ConfigErrorKind::Invalid {
            diagnostics.push(diagnose(&error));
        }
        Incomplete { detail: told(&error) }
    })
}

fn login(model: &ProviderModel, env: &EnvMap, address: Option<Url>) -> Result<Login, Incomplete> {
    let mut given = Given::default();
    let username = given.text(InputName::Username, &model.username);
    let password = given.secret(InputName::Password, &model.password);
    given.value(InputName::Region, &model.region);
    given.text(InputName::Endpoint, &model.endpoint);
    if !given.unknown.is_empty() {
        return Err(Incomplete::unknown(&given.unknown, "to sign in to Proofpoint Essentials"));
    }
    let of_env = |input| Some(env.for_input(input)?.1);
    let username = username.or_else(|| of_env(InputName::Username).map(str::to_owned));
    let password = password.or_else(|| of_env(InputName::Password).map(SecretString::from));
    match (username, password, address) {
        (Some(username), Some(password), Some(endpoint)) => Ok(Login { username, password, endpoint }),
        (username, password, address) => {
            let mut missing = Vec::new();
            if username.is_none() {
                missing.push("`username` (or `PROOFPOINT_ESSENTIALS_USERNAME`)");
            }
            if password.is_none() {
                missing.push("`password` (or `PROOFPOINT_ESSENTIALS_PASSWORD`)");
            }
            if address.is_none() {
                missing.push("`region` or `endpoint` (or `PROOFPOINT_ESSENTIALS_REGION`)");
            }
            let as_well = if missing.len() < 3 { " as well" } else { "" };
            let list = match missing.as_slice() {
                [rest @ .., last] if !rest.is_empty() => format!("{}, and {last}", rest.join(", ")),
                all => all.concat(),
            };
            Err(Incomplete { detail: format!("To sign in to Proofpoint Essentials, set {list}{as_well}.") })
        }
    }
}

/// Where Proofpoint Essentials is: `endpoint`, else `region`; one in the block goes before one in the environment.
fn endpoint(model: &ProviderModel, env: &EnvMap) -> Result<Option<Url>, Diagnostic> {
    let address = text(InputName::Endpoint, &model.endpoint, env);
    let region = auth::spelt(env, InputName::Region, model.region.known().copied().map(Region::from))
        .map_err(|error| diagnose(&error))?;
    if let (Some(address), Some(region)) = (&address, &region)
        && address.is_configured()
        && region.is_configured()
    {
        return Err(refused(
            InputName::Endpoint,
            "`region` and `endpoint` both name the stack: keep `region` for Proofpoint's own hosts, `endpoint` for any \
             other",
        ));
    }
    let by_region = |region: &Resolved<Region>| {
        Url::parse(&region.value.address()).map_err(|error| region.invalid(error))
    };
    let region_first = region.as_ref().is_some_and(Resolved::is_configured);
    let address = match (&address, &region) {
        (Some(address), _) if !region_first => auth::origin(address).map(Some),
        (_, Some(region)) => by_region(region).map(Some),
        (_, None) => Ok(None),
    };
    address.map_err(|error| diagnose(&error))
}

/// The arguments for Entra, and which are not known yet.
fn entra_arguments(model: &ProviderModel) -> (auth::Inputs, Vec<InputName>) {
    let mut given = Given::default();
    let arguments = auth::Inputs {
        tenant_id: given.text(InputName::Tenant, &model.tenant_id),
        client_id: given.text(InputName::ClientId, &model.client_id),
        client_id_file_path: given.text(InputName::ClientIdFile, &model.client_id_file_path),
        client_secret: given.secret(InputName::ClientSecret, &model.client_secret),
        client_secret_file_path: given.text(InputName::ClientSecretFile, &model.client_secret_file_path),
        client_certificate: given.secret(InputName::ClientCertificate, &model.client_certificate),
        client_certificate_path: given.text(InputName::ClientCertificateFile, &model.client_certificate_path),
        client_certificate_password: given
            .secret(InputName::ClientCertificatePassword, &model.client_certificate_password),
        use_oidc: given.flag(InputName::UseOidc, &model.use_oidc),
        oidc_token: given.secret(InputName::OidcToken, &model.oidc_token),
        oidc_token_file_path: given.text(InputName::OidcTokenFile, &model.oidc_token_file_path),
        oidc_request_url: given.text(InputName::OidcRequestUrl, &model.oidc_request_url),
        oidc_request_token: given.secret(InputName::OidcRequestToken, &model.oidc_request_token),
        ado_pipeline_service_connection_id: given
            .text(InputName::AzureDevOpsConnection, &model.ado_pipeline_service_connection_id),
        use_aks_workload_identity: given
            .flag(InputName::UseAksWorkloadIdentity, &model.use_aks_workload_identity),
        use_msi: given.flag(InputName::UseManagedIdentity, &model.use_msi),
        use_federated_msi: given.flag(InputName::UseFederatedManagedIdentity, &model.use_federated_msi),
        msi_client_id: given.text(InputName::ManagedIdentityClientId, &model.msi_client_id),
        msi_endpoint: given.text(InputName::ManagedIdentityEndpoint, &model.msi_endpoint),
        use_cli: given.flag(InputName::UseAzureCli, &model.use_cli),
        environment: given.value(InputName::Cloud, &model.environment).map(CloudName::from),
        authority_host: given.text(InputName::Authority, &model.authority_host),
        graph_endpoint: given.text(InputName::GraphEndpoint, &model.graph_endpoint),
    };
    (arguments, given.unknown)
}

/// Takes arguments out of the block, empty ones as absent, and notes which are not known yet.
#[derive(Default)]
struct Given {
    unknown: Vec<InputName>,
}

impl Given {
    fn text(&mut self, input: InputName, given: &Attr<String>) -> Option<String> {
        self.value(input, given).filter(|text| !text.trim().is_empty())
    }

    fn secret(&mut self, input: InputName, given: &Attr<Secret>) -> Option<SecretString> {
        self.value(input, given).filter(|secret| !secret.expose().is_empty()).map(SecretString::from)
    }

    fn flag(&mut self, input: InputName, given: &Attr<bool>) -> Option<bool> {
        self.value(input, given)
    }

    fn value<T: Clone>(&mut self, input: InputName, given: &Attr<T>) -> Option<T> {
        if given.is_unknown() {
            self.unknown.push(input);
        }
        given.known().cloned()
    }
}

fn text(input: InputName, given: &Attr<String>, env: &EnvMap) -> Option<Resolved<String>> {
    auth::text(env, input, given.known().cloned())
}

/// An error about an argument of the provider block.
fn diagnose(error: &ConfigError) -> Diagnostic {
    refused(error.input, &told(error))
}

/// What is wrong, with the names of arguments in it.
fn told(error: &ConfigError) -> String {
    let told = error.told(quoted);
    match error.problem {
        Problem::NotBase64 => format!("{told}, for example `filebase64(\"client.pfx\")`"),
        _ => told,
    }
}

fn refused(input: InputName, detail: &str) -> Diagnostic {
    Diagnostic::error("Invalid provider configuration", format!("{}.", detail.trim_end_matches('.')))
        .at(argument(input))
}

#[cfg(test)]
#[path = "configuration_tests.rs"]
mod tests;
