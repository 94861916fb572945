//! From the provider block and the environment to settings: precedence, what is refused at once, and what is only
//! missed when somebody needs it. No network.

use secrecy::SecretString;
use url::Url;

use super::model::ProviderModel;
use super::region::Region;
use clients::auth::{self, ConfigError, ConfigErrorKind, Resolved};
use clients::env::EnvMap;
use framework::attr::{Attr, Secret};
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::path::Path;

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
    fn unknown(arguments: &[&str], side: &str) -> Self {
        let names = arguments.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
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
            && error.kind == ConfigErrorKind::Invalid
        {
            diagnostics.push(diagnose(&error));
        }
    };
    let (arguments, unknown) = entra_arguments(model);
    refuse(auth::refuse_two_credentials(&arguments));
    if let (Some(bundle), false) =
        (&arguments.client_certificate, unknown.contains(&"client_certificate_password"))
    {
        // The password may still come from the environment, so only what no password can cure is refused here.
        let opened = auth::check_certificate(bundle, arguments.client_certificate_password.as_ref());
        let of_password = |error: &ConfigError| error.argument == "client_certificate_password";
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
    refuse(endpoint(model, &EnvMap::default()).map(drop));
}

/// Settles everything that can be settled without the network.
pub fn configure(model: &ProviderModel, env: &EnvMap) -> Result<Configuration, Diagnostics> {
    let mut diagnostics = Diagnostics::new();
    let entra = entra(model, env, &mut diagnostics);
    let address = endpoint(model, env).unwrap_or_else(|error| {
        diagnostics.push(diagnose(&error));
        None
    });
    let read_only =
        auth::flag(env, "read_only", model.read_only.known().copied(), model.read_only.is_unknown());
    let read_only = read_only.map_or_else(
        |error| {
            diagnostics.push(diagnose(&error));
            true
        },
        |setting| setting.value,
    );
    let ca_bundle = match &model.ca_bundle {
        Attr::Unknown => Err(Incomplete::unknown(&["ca_bundle"], "the network")),
        given => Ok(text("ca_bundle", given, env).map(|setting| setting.value.into())),
    };
    if diagnostics.has_errors() {
        return Err(diagnostics);
    }
    let console = if model.region.is_unknown() || model.endpoint.is_unknown() {
        Attr::Unknown
    } else {
        address.as_ref().map(|address| address.origin().ascii_serialization()).into()
    };
    Ok(Configuration { entra, essentials: login(model, env, address), console, ca_bundle, read_only })
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
        if error.kind == ConfigErrorKind::Invalid {
            diagnostics.push(diagnose(&error));
        }
        Incomplete { detail: error.message }
    })
}

fn login(model: &ProviderModel, env: &EnvMap, address: Option<Url>) -> Result<Login, Incomplete> {
    let mut given = Given::default();
    let username = given.text("username", &model.username);
    let password = given.secret("password", &model.password);
    given.text("region", &model.region);
    given.text("endpoint", &model.endpoint);
    if !given.unknown.is_empty() {
        return Err(Incomplete::unknown(&given.unknown, "to sign in to Proofpoint Essentials"));
    }
    let of_env = |argument| Some(env.for_argument(argument)?.1);
    let username = username.or_else(|| of_env("username").map(str::to_owned));
    let password = password.or_else(|| of_env("password").map(SecretString::from));
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
                missing.push("`region` (or `PROOFPOINT_ESSENTIALS_REGION`) or `endpoint`");
            }
            Err(Incomplete {
                detail: format!(
                    "To sign in to Proofpoint Essentials, set {} as well.",
                    missing.join(" and ")
                ),
            })
        }
    }
}

/// Where Proofpoint Essentials is: `endpoint`, else `region`; one in the block goes before one in the environment.
fn endpoint(model: &ProviderModel, env: &EnvMap) -> Result<Option<Url>, ConfigError> {
    let address = text("endpoint", &model.endpoint, env);
    let region = text("region", &model.region, env);
    if let (Some(address), Some(region)) = (&address, &region)
        && address.is_configured()
        && region.is_configured()
    {
        return Err(ConfigError::invalid(
            "endpoint",
            "`region` and `endpoint` both name the stack: keep `region` for Proofpoint's own hosts, `endpoint` for any \
             other",
        ));
    }
    let by_region = |region: &Resolved<String>| {
        let known: Region = region
            .value
            .parse()
            .map_err(|error| ConfigError::invalid("region", format!("`{}`: {error}", region.value)))?;
        Url::parse(&known.address()).map_err(|error| ConfigError::invalid("region", error.to_string()))
    };
    let region_first = region.as_ref().is_some_and(Resolved::is_configured);
    match (&address, &region) {
        (Some(address), _) if !region_first => auth::origin(address).map(Some),
        (_, Some(region)) => by_region(region).map(Some),
        (_, None) => Ok(None),
    }
}

/// The arguments for Entra, and the names of those that are not known yet.
fn entra_arguments(model: &ProviderModel) -> (auth::Inputs, Vec<&'static str>) {
    let mut given = Given::default();
    let arguments = auth::Inputs {
        tenant_id: given.text("tenant_id", &model.tenant_id),
        client_id: given.text("client_id", &model.client_id),
        client_id_file_path: given.text("client_id_file_path", &model.client_id_file_path),
        client_secret: given.secret("client_secret", &model.client_secret),
        client_secret_file_path: given.text("client_secret_file_path", &model.client_secret_file_path),
        client_certificate: given.secret("client_certificate", &model.client_certificate),
        client_certificate_path: given.text("client_certificate_path", &model.client_certificate_path),
        client_certificate_password: given
            .secret("client_certificate_password", &model.client_certificate_password),
        use_oidc: given.flag("use_oidc", &model.use_oidc),
        oidc_token: given.secret("oidc_token", &model.oidc_token),
        oidc_token_file_path: given.text("oidc_token_file_path", &model.oidc_token_file_path),
        oidc_request_url: given.text("oidc_request_url", &model.oidc_request_url),
        oidc_request_token: given.secret("oidc_request_token", &model.oidc_request_token),
        ado_pipeline_service_connection_id: given
            .text("ado_pipeline_service_connection_id", &model.ado_pipeline_service_connection_id),
        use_aks_workload_identity: given.flag("use_aks_workload_identity", &model.use_aks_workload_identity),
        use_msi: given.flag("use_msi", &model.use_msi),
        msi_endpoint: given.text("msi_endpoint", &model.msi_endpoint),
        use_cli: given.flag("use_cli", &model.use_cli),
        environment: given.text("environment", &model.environment),
        authority_host: given.text("authority_host", &model.authority_host),
        graph_endpoint: given.text("graph_endpoint", &model.graph_endpoint),
    };
    (arguments, given.unknown)
}

/// Takes arguments out of the block, empty ones as absent, and notes which are not known yet.
#[derive(Default)]
struct Given {
    unknown: Vec<&'static str>,
}

impl Given {
    fn text(&mut self, argument: &'static str, given: &Attr<String>) -> Option<String> {
        self.value(argument, given).filter(|text| !text.trim().is_empty())
    }

    fn secret(&mut self, argument: &'static str, given: &Attr<Secret>) -> Option<SecretString> {
        self.value(argument, given).filter(|secret| !secret.expose().is_empty()).map(SecretString::from)
    }

    fn flag(&mut self, argument: &'static str, given: &Attr<bool>) -> Option<bool> {
        self.value(argument, given)
    }

    fn value<T: Clone>(&mut self, argument: &'static str, given: &Attr<T>) -> Option<T> {
        if given.is_unknown() {
            self.unknown.push(argument);
        }
        given.known().cloned()
    }
}

fn text(argument: &'static str, given: &Attr<String>, env: &EnvMap) -> Option<Resolved<String>> {
    auth::text(env, argument, given.known().cloned())
}

/// An error about an argument of the provider block.
fn diagnose(error: &ConfigError) -> Diagnostic {
    Diagnostic::error("Invalid provider configuration", format!("{}.", error.message.trim_end_matches('.')))
        .at(Path::attribute(error.argument))
}

#[cfg(test)]
#[path = "configuration_tests.rs"]
mod tests;
