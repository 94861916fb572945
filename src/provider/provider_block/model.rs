//! What a user may write in the `provider` block.

use std::str::FromStr as _;

use super::region::RegionName;
use clients::auth::CloudName;
use framework::attr::{Attr, Secret};
use framework::{model, words};

words! {
    /// A Microsoft cloud as an argument.
    pub struct CloudWord(CloudName) in CloudName::ALL, as CloudName::name, read by CloudName::from_str;
}

model! {
    /// Manages the synchronization of Microsoft Entra ID with Proofpoint Essentials: the application registration with
    /// its permissions, admin consent and secret on Microsoft's side, and the sync settings on Proofpoint's side.
    ///
    /// Every argument is optional and can come from the environment instead, so the block may stay empty. Nothing is
    /// checked over the network until a resource or data source needs it.
    ///
    /// The arguments for signing in to Entra, their environment variables and their order are those of
    /// `hashicorp/azuread`: client certificate, client secret, OpenID Connect token, Azure DevOps, GitHub,
    /// federated managed identity, managed identity, Azure CLI. The first one that has all its inputs is used, and a failed sign-in does not fall through to
    /// the next.
    pub struct ProviderModel {
        /// Id or domain of the Entra tenant that is meant where a resource or data source names none. Environment:
        /// `ARM_TENANT_ID`, `AZURE_TENANT_ID`.
        tenant_id: Attr<String> => optional(),

        /// Client id of the application (or user-assigned managed identity) that signs in. Environment:
        /// `ARM_CLIENT_ID`, `AZURE_CLIENT_ID`.
        client_id: Attr<String> => optional(),

        /// File that holds the client id. Environment: `ARM_CLIENT_ID_FILE_PATH`.
        client_id_file_path: Attr<String> => optional(),

        /// Client secret of the application that signs in. Environment: `ARM_CLIENT_SECRET`, `AZURE_CLIENT_SECRET`.
        client_secret: Attr<Secret> => optional().sensitive(),

        /// File that holds the client secret. Environment: `ARM_CLIENT_SECRET_FILE_PATH`.
        client_secret_file_path: Attr<String> => optional(),

        /// Client certificate with its private key, as base64 of a PKCS#12 bundle. Environment:
        /// `ARM_CLIENT_CERTIFICATE`.
        client_certificate: Attr<Secret> => optional().sensitive(),

        /// PKCS#12 file with the client certificate and its private key. Environment: `ARM_CLIENT_CERTIFICATE_PATH`,
        /// `AZURE_CLIENT_CERTIFICATE_PATH`.
        client_certificate_path: Attr<String> => optional(),

        /// Password of the PKCS#12 bundle. Environment: `ARM_CLIENT_CERTIFICATE_PASSWORD`,
        /// `AZURE_CLIENT_CERTIFICATE_PASSWORD`.
        client_certificate_password: Attr<Secret> => optional().sensitive(),

        /// Signs in with an OpenID Connect token (workload identity federation). Defaults to false. Environment:
        /// `ARM_USE_OIDC`.
        use_oidc: Attr<bool> => optional(),

        /// The OpenID Connect token itself, such as the id token of a GitLab job. Environment: `ARM_OIDC_TOKEN`.
        oidc_token: Attr<Secret> => optional().sensitive(),

        /// File that holds the OpenID Connect token; it is read anew for every sign-in. Environment:
        /// `ARM_OIDC_TOKEN_FILE_PATH`, `AZURE_FEDERATED_TOKEN_FILE`.
        oidc_token_file_path: Attr<String> => optional(),

        /// Address at which GitHub Actions or Azure Pipelines hand an OpenID Connect token to the running job.
        /// Environment: `ARM_OIDC_REQUEST_URL`, `ACTIONS_ID_TOKEN_REQUEST_URL`, `SYSTEM_OIDCREQUESTURI`.
        oidc_request_url: Attr<String> => optional(),

        /// Bearer token for `oidc_request_url`. Environment: `ARM_OIDC_REQUEST_TOKEN`,
        /// `ACTIONS_ID_TOKEN_REQUEST_TOKEN`, `SYSTEM_ACCESSTOKEN`.
        oidc_request_token: Attr<Secret> => optional().sensitive(),

        /// Id of the Azure DevOps service connection to sign in with. Environment:
        /// `ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID`, `ARM_OIDC_AZURE_SERVICE_CONNECTION_ID`.
        ado_pipeline_service_connection_id: Attr<String> => optional(),

        /// Signs in with the workload identity of an AKS pod: tenant, client id and token file come from the pod's
        /// environment, and a `tenant_id` or `client_id` that differs is refused. Defaults to false. Environment:
        /// `ARM_USE_AKS_WORKLOAD_IDENTITY`.
        use_aks_workload_identity: Attr<bool> => optional(),

        /// Signs in with the managed identity of the machine: of App Service, Functions and Container Apps, which name
        /// their endpoint in `IDENTITY_ENDPOINT` and `IDENTITY_HEADER`, else of a virtual machine or AKS node. Azure Arc,
        /// Machine Learning, Service Fabric and Cloud Shell have endpoints of other kinds, which are not supported.
        /// Defaults to false. Environment: `ARM_USE_MSI`.
        use_msi: Attr<bool> => optional(),

        /// Signs in as the application `client_id` without any secret: the managed identity of the machine proves itself in
        /// its place, which the application trusts by a federated credential (issuer
        /// `https://login.microsoftonline.com/{tenant of the identity}/v2.0`, subject the identity's object id, audience
        /// `api://AzureADTokenExchange`). A multi-tenant application signs in so to every tenant that has consented to it.
        /// Defaults to false. Environment: `ARM_USE_FEDERATED_MSI`.
        use_federated_msi: Attr<bool> => optional(),

        /// Client id of a user-assigned managed identity for `use_federated_msi`, in place of the machine's own. Environment:
        /// `ARM_MSI_CLIENT_ID`.
        msi_client_id: Attr<String> => optional(),

        /// Address of the managed identity endpoint where it is not the usual one, with its path. Environment:
        /// `ARM_MSI_ENDPOINT`.
        msi_endpoint: Attr<String> => optional(),

        /// Signs in as whoever is logged in to the Azure CLI (`az` on the `PATH`) when nothing else is configured.
        /// Defaults to true. Environment: `ARM_USE_CLI`.
        use_cli: Attr<bool> => optional(),

        /// Microsoft's cloud: `public` (also `global`, the default) or `china`. US government clouds are refused, since
        /// Proofpoint Essentials does not support them. There is no `metadata_host`: a private cloud is named by
        /// `authority_host` and `graph_endpoint`, and an `ARM_METADATA_HOSTNAME` of another cloud is refused without
        /// them. Environment: `ARM_ENVIRONMENT`.
        environment: Attr<CloudWord> => optional(),

        /// Address of the token endpoint's host, without a path, for private clouds and the simulator. Environment:
        /// `AZURE_AUTHORITY_HOST`.
        authority_host: Attr<String> => optional(),

        /// Address of Microsoft Graph's host, without a path or version, for private clouds and the simulator.
        /// Environment: `PROOFPOINT_GRAPH_ENDPOINT`.
        graph_endpoint: Attr<String> => optional(),

        /// PEM file with certificate authorities to trust besides the system's, such as a proxy's. Environment:
        /// `PROOFPOINT_CA_BUNDLE`.
        ca_bundle: Attr<String> => optional(),

        /// E-mail address of the Proofpoint Essentials administrator. Environment: `PROOFPOINT_ESSENTIALS_USERNAME`.
        username: Attr<String> => optional(),

        /// The administrator's own Proofpoint Essentials password, not the Microsoft one. Environment:
        /// `PROOFPOINT_ESSENTIALS_PASSWORD`.
        password: Attr<Secret> => optional().sensitive(),

        /// Proofpoint Essentials stack to start from: `us1`, `us2`, `us3`, `us4`, `us5` or `eu1`. The stack of each
        /// domain is found from there. Environment: `PROOFPOINT_ESSENTIALS_REGION`.
        region: Attr<RegionName> => optional(),

        /// Address of Proofpoint Essentials instead of a `region`, for branded hosts and the simulator: `https`, or
        /// `http` on this machine, and no path. Environment: `PROOFPOINT_ESSENTIALS_ENDPOINT`.
        endpoint: Attr<String> => optional(),

        /// Refuses every change before a request is sent; plans and data sources work. Defaults to false. Environment:
        /// `PROOFPOINT_READ_ONLY`.
        read_only: Attr<bool> => optional(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::argument;
    use super::*;
    use clients::{InputName, env};
    use framework::model::{self, Model as _};

    #[test]
    fn each_description_names_the_variables_that_feed_the_argument() {
        let input_of = |name: &str| {
            let input = InputName::ALL.iter().copied().find(|input| argument(*input).to_string() == name);
            input.unwrap_or_else(|| panic!("no input is called `{name}`"))
        };
        for attribute in ProviderModel::schema().attributes {
            let variables: Vec<_> = env::variables_of(input_of(&attribute.name)).collect();
            for variable in &variables {
                let quoted = format!("`{}`", variable.name);
                assert!(attribute.description.contains(&quoted), "`{}` lacks {quoted}", attribute.name);
            }
            assert!(!variables.is_empty(), "`{}` has no variable", attribute.name);
        }
    }

    #[test]
    fn every_variable_feeds_an_argument_that_exists() {
        let schema = ProviderModel::schema();
        for argument in env::ALL.iter().filter_map(|variable| variable.input).map(argument) {
            let exists = |name: &str| name == argument.to_string();
            assert!(schema.attributes.iter().any(|attribute| exists(&attribute.name)), "{argument}");
        }
    }

    #[test]
    fn a_region_or_cloud_that_there_is_not_is_refused_on_its_argument() {
        let read = |name: &'static str, word: &str| {
            let block = framework::value::Value::object([(name, word.into())]);
            model::read::<ProviderModel>(&ProviderModel::schema().complete(block))
        };
        for (name, word, fragment) in [
            ("region", "us9", "`us1`"),
            ("environment", "usgovernment", "GCC High"),
            ("environment", "moon", "`public`"),
        ] {
            let refused = read(name, word).expect_err(word);
            assert_eq!(refused.attribute.map(|path| path.to_string()).as_deref(), Some(name));
            assert!(refused.detail.contains(fragment), "{}", refused.detail);
        }
        assert_eq!(
            read("environment", "China").expect("in any case").environment,
            Attr::Known(CloudWord(CloudName::China))
        );
        assert_eq!(
            read("environment", "global").expect("its other name").environment,
            Attr::Known(CloudWord(CloudName::Public))
        );
        assert_eq!(read("region", "").expect("blank").region, Attr::Null);
    }

    #[test]
    fn what_holds_a_credential_is_sensitive() {
        for attribute in ProviderModel::schema().attributes {
            let secret = [
                "client_secret",
                "client_certificate",
                "client_certificate_password",
                "oidc_token",
                "oidc_request_token",
                "password",
            ];
            assert_eq!(attribute.sensitive, secret.contains(&attribute.name.as_ref()), "{}", attribute.name);
        }
    }
}
