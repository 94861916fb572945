//! What the provider block calls the inputs of the clients.

use clients::InputName;
use framework::path::Path;

use super::model::ProviderModel;

/// The argument that gives an input.
pub fn argument(input: InputName) -> Path {
    match input {
        InputName::Tenant => ProviderModel::tenant_id(),
        InputName::ClientId => ProviderModel::client_id(),
        InputName::ClientIdFile => ProviderModel::client_id_file_path(),
        InputName::ClientSecret => ProviderModel::client_secret(),
        InputName::ClientSecretFile => ProviderModel::client_secret_file_path(),
        InputName::ClientCertificate => ProviderModel::client_certificate(),
        InputName::ClientCertificateFile => ProviderModel::client_certificate_path(),
        InputName::ClientCertificatePassword => ProviderModel::client_certificate_password(),
        InputName::UseOidc => ProviderModel::use_oidc(),
        InputName::OidcToken => ProviderModel::oidc_token(),
        InputName::OidcTokenFile => ProviderModel::oidc_token_file_path(),
        InputName::OidcRequestUrl => ProviderModel::oidc_request_url(),
        InputName::OidcRequestToken => ProviderModel::oidc_request_token(),
        InputName::AzureDevOpsConnection => ProviderModel::ado_pipeline_service_connection_id(),
        InputName::UseAksWorkloadIdentity => ProviderModel::use_aks_workload_identity(),
        InputName::UseManagedIdentity => ProviderModel::use_msi(),
        InputName::UseFederatedManagedIdentity => ProviderModel::use_federated_msi(),
        InputName::ManagedIdentityClientId => ProviderModel::msi_client_id(),
        InputName::ManagedIdentityEndpoint => ProviderModel::msi_endpoint(),
        InputName::UseAzureCli => ProviderModel::use_cli(),
        InputName::Cloud => ProviderModel::environment(),
        InputName::Authority => ProviderModel::authority_host(),
        InputName::GraphEndpoint => ProviderModel::graph_endpoint(),
        InputName::CaBundle => ProviderModel::ca_bundle(),
        InputName::Username => ProviderModel::username(),
        InputName::Password => ProviderModel::password(),
        InputName::Region => ProviderModel::region(),
        InputName::Endpoint => ProviderModel::endpoint(),
        InputName::ReadOnly => ProviderModel::read_only(),
    }
}

/// An input as texts call it.
pub(super) fn quoted(input: InputName) -> String {
    format!("`{}`", argument(input))
}
