//! The environment, read once at start and passed on as a map.
//!
//! Every variable that is known is a constant here, with the input it feeds and what it means, and [`ALL`] lists them
//! in order of precedence: the first set variable of an input wins. The provider's documentation and its configuration both follow from this one table, so they cannot disagree.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::InputName;

/// A snapshot of environment variables; cheap to clone.
///
/// A variable set to the empty string counts as not set, as it does for `hashicorp/azuread`.
#[derive(Clone, Default)]
pub struct EnvMap(Arc<BTreeMap<String, String>>);

impl EnvMap {
    /// Reads the environment of this process, for programs that are no provider; variables that are not UTF-8 are left out.
    #[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// The value of the variable called `name`, when it is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The value of a known variable, when it is set and not empty.
    pub fn value(&self, variable: &Variable) -> Option<&str> {
        self.get(variable.name)
    }

    /// The variable that decides `input`: the first one in [`ALL`] that feeds it and is set, with its value.
    pub fn for_input(&self, input: InputName) -> Option<(&'static Variable, &str)> {
        variables_of(input).find_map(|variable| Some((variable, self.value(variable)?)))
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for EnvMap {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        let mut map = BTreeMap::new();
        for (name, value) in variables {
            map.insert(name.into(), value.into());
        }
        Self(Arc::new(map))
    }
}

/// Names only: values may be secrets.
impl fmt::Debug for EnvMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// One environment variable that the provider knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Its name, as the shell spells it.
    pub name: &'static str,
    /// The input it feeds; none for those that only the process itself reads.
    pub input: Option<InputName>,
    /// What it means, in one sentence of Markdown.
    pub meaning: &'static str,
}

/// The variables that feed `input`, first choice first.
pub fn variables_of(input: InputName) -> impl Iterator<Item = &'static Variable> {
    ALL.iter().copied().filter(move |variable| variable.input == Some(input))
}

macro_rules! variables {
    ($($name:ident $(=> $Input:ident)? : $meaning:literal;)*) => {
        $(
            #[doc = $meaning]
            pub const $name: Variable = Variable {
                name: stringify!($name),
                input: variables!(@input $($Input)?),
                meaning: $meaning,
            };
        )*

        /// Every known variable; those that feed one input stand in order of precedence.
        pub const ALL: &[&Variable] = &[$(&$name),*];
    };
    (@input $Input:ident) => { Some(InputName::$Input) };
    (@input) => { None };
}

// The `ARM_*` names and their order are those of `hashicorp/azuread`; the `AZURE_*` names are those of the Azure SDKs.
variables! {
    ARM_TENANT_ID => Tenant: "Id or domain of the Entra tenant that is used where a resource names none.";
    AZURE_TENANT_ID => Tenant: "The same, as the Azure SDKs and the AKS workload identity webhook spell it.";
    ARM_CLIENT_ID => ClientId: "Client id of the identity that signs in.";
    AZURE_CLIENT_ID => ClientId: "The same, as the Azure SDKs and the AKS workload identity webhook spell it.";
    ARM_CLIENT_ID_FILE_PATH => ClientIdFile: "File that holds the client id.";
    ARM_CLIENT_SECRET => ClientSecret: "Client secret of the identity that signs in.";
    AZURE_CLIENT_SECRET => ClientSecret: "The same, as the Azure SDKs spell it.";
    ARM_CLIENT_SECRET_FILE_PATH => ClientSecretFile: "File that holds the client secret.";
    ARM_CLIENT_CERTIFICATE => ClientCertificate: "Certificate and private key as base64 of a PKCS#12 bundle.";
    ARM_CLIENT_CERTIFICATE_PATH => ClientCertificateFile: "PKCS#12 file with the certificate and its private key.";
    AZURE_CLIENT_CERTIFICATE_PATH => ClientCertificateFile: "The same, as the Azure SDKs spell it.";
    ARM_CLIENT_CERTIFICATE_PASSWORD => ClientCertificatePassword: "Password of the PKCS#12 bundle.";
    AZURE_CLIENT_CERTIFICATE_PASSWORD => ClientCertificatePassword: "The same, as the Azure SDKs spell it.";
    ARM_USE_OIDC => UseOidc: "Whether to sign in with an OpenID Connect token (workload identity federation).";
    ARM_OIDC_TOKEN => OidcToken: "The OpenID Connect token itself, for example of a GitLab job.";
    ARM_OIDC_TOKEN_FILE_PATH => OidcTokenFile: "File that holds the OpenID Connect token; read anew for every sign-in.";
    AZURE_FEDERATED_TOKEN_FILE => OidcTokenFile: "The same, as the AKS workload identity webhook spells it.";
    ARM_OIDC_REQUEST_URL => OidcRequestUrl: "Address that hands out OpenID Connect tokens to the running job.";
    ACTIONS_ID_TOKEN_REQUEST_URL => OidcRequestUrl: "The same, set by GitHub Actions.";
    SYSTEM_OIDCREQUESTURI => OidcRequestUrl: "The same, set by Azure Pipelines.";
    ARM_OIDC_REQUEST_TOKEN => OidcRequestToken: "Bearer token for that address.";
    ACTIONS_ID_TOKEN_REQUEST_TOKEN => OidcRequestToken: "The same, set by GitHub Actions.";
    SYSTEM_ACCESSTOKEN => OidcRequestToken: "The same, mapped into the job's environment in Azure Pipelines.";
    ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID => AzureDevOpsConnection: "Id of the Azure DevOps service connection to sign in with.";
    ARM_OIDC_AZURE_SERVICE_CONNECTION_ID => AzureDevOpsConnection: "The same under its other name.";
    ARM_USE_AKS_WORKLOAD_IDENTITY => UseAksWorkloadIdentity: "Whether to sign in with the workload identity of an AKS pod.";
    ARM_USE_MSI => UseManagedIdentity: "Whether to sign in with the managed identity of the machine.";
    ARM_USE_FEDERATED_MSI => UseFederatedManagedIdentity: "Whether the managed identity of the machine stands for the application, which trusts it by a federated credential.";
    ARM_MSI_CLIENT_ID => ManagedIdentityClientId: "Client id of the user-assigned managed identity that stands for the application.";
    ARM_MSI_ENDPOINT => ManagedIdentityEndpoint: "Address of the managed identity endpoint where it is not the usual one.";
    ARM_USE_CLI => UseAzureCli: "Whether to sign in as the person logged in to the Azure CLI when nothing else is configured.";
    ARM_ENVIRONMENT => Cloud: "The cloud: `public` or `china`.";
    ARM_METADATA_HOSTNAME: "Where `azuread` looks up the addresses of a cloud. Nothing is looked up here: one of another cloud than the one to sign in to is refused unless the addresses of token endpoint and Graph are set.";
    AZURE_AUTHORITY_HOST => Authority: "Address of the token endpoint's host.";
    PROOFPOINT_GRAPH_ENDPOINT => GraphEndpoint: "Address of Microsoft Graph.";
    PROOFPOINT_CA_BUNDLE => CaBundle: "PEM file with further certificate authorities to trust.";
    PROOFPOINT_ESSENTIALS_USERNAME => Username: "E-mail address of the Proofpoint Essentials administrator.";
    PROOFPOINT_ESSENTIALS_PASSWORD => Password: "The administrator's Proofpoint Essentials password.";
    PROOFPOINT_ESSENTIALS_REGION => Region: "The Proofpoint Essentials stack: `us1` to `us5` or `eu1`.";
    PROOFPOINT_ESSENTIALS_ENDPOINT => Endpoint: "Address of Proofpoint Essentials where it is a branded host or a simulator.";
    PROOFPOINT_READ_ONLY => ReadOnly: "Whether to refuse every write before a request is sent.";
    HTTPS_PROXY: "Proxy for https requests.";
    HTTP_PROXY: "Proxy for http requests, which only loopback and managed identity endpoints use.";
    ALL_PROXY: "Proxy for requests of either kind where no closer variable is set.";
    NO_PROXY: "Hosts that are reached without a proxy, besides this machine.";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_first_set_variable_of_an_input_decides() {
        let env: EnvMap = [("AZURE_CLIENT_ID", "second"), ("ARM_CLIENT_ID", "first")].into_iter().collect();
        let (variable, value) = env.for_input(InputName::ClientId).expect("set");
        assert_eq!((variable.name, value), ("ARM_CLIENT_ID", "first"));
    }

    #[test]
    fn an_empty_variable_counts_as_not_set() {
        let env: EnvMap = [("ARM_CLIENT_ID", ""), ("AZURE_CLIENT_ID", "b")].into_iter().collect();
        assert_eq!(env.value(&ARM_CLIENT_ID), None);
        assert_eq!(env.for_input(InputName::ClientId), Some((&AZURE_CLIENT_ID, "b")));
    }

    #[test]
    fn every_input_has_a_variable_and_the_processs_own_variables_feed_none() {
        assert_eq!(NO_PROXY.input, None);
        assert!(InputName::ALL.iter().all(|input| variables_of(*input).next().is_some()));
    }

    #[test]
    fn debug_shows_names_and_no_values() {
        let env: EnvMap = [("ARM_CLIENT_SECRET", "hush")].into_iter().collect();
        assert_eq!(format!("{env:?}"), r#"{"ARM_CLIENT_SECRET"}"#);
    }

    #[test]
    fn every_variable_is_listed_once_and_says_what_it_means() {
        let names: BTreeSet<_> = ALL.iter().map(|variable| variable.name).collect();
        assert_eq!(names.len(), ALL.len());
        assert!(ALL.iter().all(|variable| variable.meaning.ends_with('.')));
    }
}
