//! What can be told to a program that uses these clients, under whatever name it asks for it: the arguments of a
//! provider, the flags of a command.

use std::fmt;

macro_rules! inputs {
    ($($Input:ident: $words:literal;)*) => {
        /// Something that can be configured. Texts call it by the name that who shows them has given it; [`fmt::Display`] is
        /// for those who have none.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum InputName {
            $(
                #[doc = concat!("Stands for ", $words, ".")]
                $Input,
            )*
        }

        impl InputName {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$Input),*];
        }

        impl fmt::Display for InputName {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$Input => $words,)* })
            }
        }
    };
}

inputs! {
    Tenant: "the tenant";
    ClientId: "the client id";
    ClientIdFile: "the file of the client id";
    ClientSecret: "the client secret";
    ClientSecretFile: "the file of the client secret";
    ClientCertificate: "the client certificate";
    ClientCertificateFile: "the file of the client certificate";
    ClientCertificatePassword: "the password of the client certificate";
    UseOidc: "signing in with OpenID Connect";
    OidcToken: "the OpenID Connect token";
    OidcTokenFile: "the file of the OpenID Connect token";
    OidcRequestUrl: "the address that hands out OpenID Connect tokens";
    OidcRequestToken: "the bearer token for OpenID Connect tokens";
    AzureDevOpsConnection: "the Azure DevOps service connection";
    UseAksWorkloadIdentity: "signing in with the workload identity of an AKS pod";
    UseManagedIdentity: "signing in with the managed identity";
    UseFederatedManagedIdentity: "proving an application by the managed identity";
    ManagedIdentityClientId: "the client id of the managed identity";
    ManagedIdentityEndpoint: "the address of the managed identity endpoint";
    UseAzureCli: "signing in with the Azure CLI";
    Cloud: "the cloud";
    Authority: "the address of the token endpoint";
    GraphEndpoint: "the address of Microsoft Graph";
    CaBundle: "the file of certificate authorities";
    Username: "the administrator's address";
    Password: "the administrator's password";
    Region: "the region";
    Endpoint: "the address of Proofpoint Essentials";
    ReadOnly: "refusing every write";
}
