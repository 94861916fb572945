//! Environment and arguments on the left, the credential chosen on the right.

use super::*;
use crate::InputName;
use crate::auth::ConfigErrorKind;
use crate::env::EnvMap;

const TENANT: &str = "11111111-1111-1111-1111-111111111111";

/// `name=value` pairs: upper-case names are variables, lower-case ones arguments of the provider block.
fn given(pairs: &str) -> (Inputs, EnvMap) {
    let (mut arguments, mut env) = (Inputs::default(), Vec::new());
    for pair in pairs.split_whitespace() {
        let (name, value) = pair.split_once('=').expect("name=value");
        let text = || Some(value.to_owned());
        let secret = || Some(SecretString::from(value));
        let flag = || Some(value == "true");
        match name {
            "tenant_id" => arguments.tenant_id = text(),
            "client_id" => arguments.client_id = text(),
            "client_id_file_path" => arguments.client_id_file_path = text(),
            "client_secret" => arguments.client_secret = secret(),
            "client_secret_file_path" => arguments.client_secret_file_path = text(),
            "client_certificate" => arguments.client_certificate = secret(),
            "client_certificate_path" => arguments.client_certificate_path = text(),
            "use_oidc" => arguments.use_oidc = flag(),
            "oidc_token" => arguments.oidc_token = secret(),
            "oidc_token_file_path" => arguments.oidc_token_file_path = text(),
            "oidc_request_url" => arguments.oidc_request_url = text(),
            "oidc_request_token" => arguments.oidc_request_token = secret(),
            "ado_pipeline_service_connection_id" => {
                arguments.ado_pipeline_service_connection_id = text();
            }
            "use_aks_workload_identity" => arguments.use_aks_workload_identity = flag(),
            "use_msi" => arguments.use_msi = flag(),
            "use_federated_msi" => arguments.use_federated_msi = flag(),
            "msi_client_id" => arguments.msi_client_id = text(),
            "msi_endpoint" => arguments.msi_endpoint = text(),
            "use_cli" => arguments.use_cli = flag(),
            "environment" => arguments.environment = value.parse().ok(),
            _ => {
                assert!(crate::env::ALL.iter().any(|variable| variable.name == name), "unknown `{name}`");
                env.push((name, value));
            }
        }
    }
    (arguments, env.into_iter().collect())
}

fn choice(pairs: &str) -> Result<Choice, ConfigError> {
    let (arguments, env) = given(pairs);
    refuse_two_credentials(&arguments)?;
    choose(&ResolvedInputs::resolve(arguments, &env)?)
}

#[test]
fn the_credential_chosen_for_each_environment_and_block() {
    let table = [
        // Nothing at all: the person at the Azure CLI.
        ("", "Azure CLI login"),
        ("ARM_CLIENT_ID=c ARM_TENANT_ID=t.example", "Azure CLI login"),
        ("AZURE_CLIENT_ID=c AZURE_TENANT_ID=t.example", "Azure CLI login"),
        // Certificates go first.
        ("ARM_CLIENT_ID=c ARM_CLIENT_CERTIFICATE=b", "client certificate"),
        ("ARM_CLIENT_ID=c ARM_CLIENT_CERTIFICATE_PATH=/p", "client certificate"),
        ("AZURE_CLIENT_ID=c AZURE_CLIENT_CERTIFICATE_PATH=/p", "client certificate"),
        ("ARM_CLIENT_ID=c ARM_CLIENT_CERTIFICATE_PATH=/p ARM_CLIENT_SECRET=s", "client certificate"),
        ("client_id=c client_certificate_path=/p ARM_USE_MSI=true", "client certificate"),
        // Even against a secret in the block, as azuread orders them.
        ("client_id=c client_secret=s ARM_CLIENT_CERTIFICATE_PATH=/p", "client certificate"),
        // Secrets.
        ("client_id=c client_secret=s", "client secret"),
        ("client_id=c client_secret_file_path=/s", "client secret"),
        ("client_secret=s ARM_CLIENT_ID=c", "client secret"),
        ("client_secret=s client_id_file_path=/c", "client secret"),
        ("ARM_CLIENT_ID=c ARM_CLIENT_SECRET=s", "client secret"),
        ("ARM_CLIENT_ID=c ARM_CLIENT_SECRET_FILE_PATH=/s", "client secret"),
        ("ARM_CLIENT_ID_FILE_PATH=/c ARM_CLIENT_SECRET=s", "client secret"),
        ("AZURE_CLIENT_ID=c AZURE_CLIENT_SECRET=s", "client secret"),
        ("ARM_CLIENT_ID=c AZURE_CLIENT_SECRET=s", "client secret"),
        ("ARM_CLIENT_ID=c ARM_CLIENT_SECRET=s ARM_USE_OIDC=true ARM_OIDC_TOKEN=t", "client secret"),
        ("ARM_CLIENT_ID=c ARM_CLIENT_SECRET=s ARM_USE_MSI=true", "client secret"),
        ("client_id=c client_secret=s use_cli=true", "client secret"),
        ("client_id=c client_secret=s use_cli=false", "client secret"),
        // A secret without an application is passed over when the environment has it.
        ("ARM_CLIENT_SECRET=s", "Azure CLI login"),
        ("ARM_CLIENT_SECRET=s ARM_USE_MSI=true", "managed identity"),
        // An identity that stands for an application goes before one that signs in itself, and needs the application.
        ("ARM_CLIENT_ID=c ARM_USE_FEDERATED_MSI=true", "federated managed identity"),
        ("client_id=c use_federated_msi=true ARM_USE_MSI=true", "federated managed identity"),
        ("ARM_CLIENT_ID=c ARM_USE_FEDERATED_MSI=true ARM_CLIENT_SECRET=s", "client secret"),
        ("ARM_USE_FEDERATED_MSI=true ARM_USE_MSI=true", "managed identity"),
        ("ARM_CLIENT_ID=c ARM_MSI_CLIENT_ID=m ARM_USE_MSI=true", "managed identity"),
        // OpenID Connect only when it is asked for.
        ("ARM_CLIENT_ID=c ARM_OIDC_TOKEN=t", "Azure CLI login"),
        ("ARM_CLIENT_ID=c ARM_OIDC_TOKEN=t ARM_USE_OIDC=true", "OpenID Connect token"),
        ("ARM_CLIENT_ID=c ARM_OIDC_TOKEN=t ARM_USE_OIDC=1", "OpenID Connect token"),
        ("ARM_CLIENT_ID=c ARM_OIDC_TOKEN=t ARM_USE_OIDC=true use_oidc=false", "Azure CLI login"),
        ("client_id=c use_oidc=true oidc_token=t", "OpenID Connect token"),
        ("client_id=c use_oidc=true oidc_token_file_path=/t", "OpenID Connect token"),
        ("client_id=c use_oidc=true ARM_OIDC_TOKEN_FILE_PATH=/t", "OpenID Connect token"),
        ("client_id=c use_oidc=true AZURE_FEDERATED_TOKEN_FILE=/t", "OpenID Connect token"),
        (
            "client_id=c use_oidc=true oidc_token=t ACTIONS_ID_TOKEN_REQUEST_URL=https://x ACTIONS_ID_TOKEN_REQUEST_TOKEN=b",
            "OpenID Connect token",
        ),
        // GitHub Actions.
        (
            "client_id=c use_oidc=true ACTIONS_ID_TOKEN_REQUEST_URL=https://x?a=b ACTIONS_ID_TOKEN_REQUEST_TOKEN=b",
            "GitHub OpenID Connect token",
        ),
        (
            "client_id=c use_oidc=true oidc_request_url=https://x oidc_request_token=b",
            "GitHub OpenID Connect token",
        ),
        (
            "client_id=c use_oidc=true ARM_OIDC_REQUEST_URL=https://x ARM_OIDC_REQUEST_TOKEN=b",
            "GitHub OpenID Connect token",
        ),
        (
            "client_id=c ACTIONS_ID_TOKEN_REQUEST_URL=https://x ACTIONS_ID_TOKEN_REQUEST_TOKEN=b",
            "Azure CLI login",
        ),
        ("client_id=c use_oidc=true ACTIONS_ID_TOKEN_REQUEST_URL=https://x", "Azure CLI login"),
        // Azure Pipelines.
        (
            "client_id=c use_oidc=true ado_pipeline_service_connection_id=i SYSTEM_OIDCREQUESTURI=https://x SYSTEM_ACCESSTOKEN=b",
            "Azure DevOps OpenID Connect token",
        ),
        (
            "ARM_CLIENT_ID=c ARM_USE_OIDC=true ARM_OIDC_AZURE_SERVICE_CONNECTION_ID=i SYSTEM_OIDCREQUESTURI=https://x SYSTEM_ACCESSTOKEN=b",
            "Azure DevOps OpenID Connect token",
        ),
        (
            "ARM_CLIENT_ID=c ARM_USE_OIDC=true ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID=i SYSTEM_OIDCREQUESTURI=https://x SYSTEM_ACCESSTOKEN=b ARM_OIDC_TOKEN=t",
            "OpenID Connect token",
        ),
        // AKS feeds OpenID Connect.
        (
            "use_aks_workload_identity=true AZURE_TENANT_ID=t.example AZURE_CLIENT_ID=c AZURE_FEDERATED_TOKEN_FILE=/t",
            "OpenID Connect token",
        ),
        (
            "ARM_USE_AKS_WORKLOAD_IDENTITY=true tenant_id=T.example AZURE_TENANT_ID=t.example AZURE_CLIENT_ID=c AZURE_FEDERATED_TOKEN_FILE=/t",
            "OpenID Connect token",
        ),
        ("AZURE_TENANT_ID=t.example AZURE_CLIENT_ID=c AZURE_FEDERATED_TOKEN_FILE=/t", "Azure CLI login"),
        // Managed identity goes before the CLI.
        ("use_msi=true", "managed identity"),
        ("ARM_USE_MSI=true", "managed identity"),
        ("use_msi=true use_cli=true", "managed identity"),
        (
            "use_msi=true msi_endpoint=http://169.254.169.254/metadata/identity/oauth2/token",
            "managed identity",
        ),
        ("use_msi=true client_id=c", "managed identity"),
        ("ARM_USE_MSI=true use_msi=false", "Azure CLI login"),
    ];
    for (pairs, expected) in table {
        assert_eq!(choice(pairs).map(|choice| choice.credential.name()), Ok(expected), "{pairs}");
    }
}

#[test]
fn what_is_refused_names_the_input() {
    let table = [
        (
            "client_id=c client_secret=s client_certificate=b",
            InputName::ClientSecret,
            ConfigErrorKind::Invalid,
        ),
        (
            "client_id=c client_certificate=b client_certificate_path=/p",
            InputName::ClientCertificateFile,
            ConfigErrorKind::Invalid,
        ),
        (
            "client_id=c client_secret=s client_secret_file_path=/s",
            InputName::ClientSecretFile,
            ConfigErrorKind::Invalid,
        ),
        ("client_id=c client_secret=s oidc_token=t", InputName::OidcToken, ConfigErrorKind::Invalid),
        ("client_id=c client_secret=s use_oidc=true", InputName::UseOidc, ConfigErrorKind::Invalid),
        ("client_id=c client_secret=s use_msi=true", InputName::UseManagedIdentity, ConfigErrorKind::Invalid),
        (
            "client_id=c use_oidc=true oidc_token=t oidc_token_file_path=/t",
            InputName::OidcTokenFile,
            ConfigErrorKind::Invalid,
        ),
        (
            "use_aks_workload_identity=true use_msi=true",
            InputName::UseManagedIdentity,
            ConfigErrorKind::Invalid,
        ),
        (
            "client_id=c client_id_file_path=/c client_secret=s",
            InputName::ClientIdFile,
            ConfigErrorKind::Invalid,
        ),
        ("client_secret=s", InputName::ClientSecret, ConfigErrorKind::Incomplete),
        ("client_certificate_path=/p", InputName::ClientCertificateFile, ConfigErrorKind::Incomplete),
        ("client_id=c oidc_token=t", InputName::OidcToken, ConfigErrorKind::Incomplete),
        ("use_cli=false", InputName::ClientId, ConfigErrorKind::Incomplete),
        ("ARM_USE_CLI=0 ARM_CLIENT_ID=c", InputName::ClientId, ConfigErrorKind::Incomplete),
        ("tenant_id=common", InputName::Tenant, ConfigErrorKind::Invalid),
        ("tenant_id=a/b", InputName::Tenant, ConfigErrorKind::Invalid),
        ("ARM_ENVIRONMENT=usgovernment", InputName::Cloud, ConfigErrorKind::Invalid),
        (
            "client_id=c use_oidc=true oidc_request_url=http://x oidc_request_token=b",
            InputName::OidcRequestUrl,
            ConfigErrorKind::Invalid,
        ),
        (
            "use_msi=true msi_endpoint=http://10.0.0.1/token",
            InputName::ManagedIdentityEndpoint,
            ConfigErrorKind::Invalid,
        ),
        (
            "use_aks_workload_identity=true tenant_id=a.example AZURE_TENANT_ID=t.example AZURE_CLIENT_ID=c AZURE_FEDERATED_TOKEN_FILE=/t",
            InputName::Tenant,
            ConfigErrorKind::Invalid,
        ),
        (
            "use_aks_workload_identity=true client_id=d AZURE_TENANT_ID=t.example AZURE_CLIENT_ID=c AZURE_FEDERATED_TOKEN_FILE=/t",
            InputName::ClientId,
            ConfigErrorKind::Invalid,
        ),
    ];
    for (pairs, input, kind) in table {
        let error = choice(pairs).expect_err(pairs);
        assert_eq!((error.input, error.kind()), (input, kind), "{pairs}: {error}");
    }
}

#[test]
fn a_file_in_the_block_goes_before_a_value_in_the_environment() {
    let choice = choice("client_id=c client_secret_file_path=/s ARM_CLIENT_SECRET=s").expect("a choice");
    let Credential::Application { proof: Proof::Secret(Text::File { input, .. }), .. } = choice.credential
    else {
        panic!("{:?}", choice.credential);
    };
    assert_eq!(input, InputName::ClientSecretFile);
}

#[test]
fn a_value_in_the_block_goes_before_a_file_in_the_environment() {
    let choice = choice("client_id=c client_secret=s ARM_CLIENT_SECRET_FILE_PATH=/s").expect("a choice");
    assert!(matches!(
        choice.credential,
        Credential::Application { proof: Proof::Secret(Text::Given(_)), .. }
    ));
}

#[test]
fn a_value_and_a_file_in_the_environment_have_to_agree() {
    let choice = choice(
        "ARM_CLIENT_ID=c ARM_CLIENT_ID_FILE_PATH=/c AZURE_CLIENT_SECRET=s ARM_CLIENT_SECRET_FILE_PATH=/s",
    )
    .expect("a choice");
    let Credential::Application { client_id, proof: Proof::Secret(secret) } = choice.credential else {
        panic!("{:?}", choice.credential);
    };
    assert!(
        matches!(client_id, Text::File { input: InputName::ClientIdFile, beside: Some(_), .. }),
        "{client_id:?}"
    );
    assert!(
        matches!(secret, Text::File { input: InputName::ClientSecretFile, beside: Some(_), .. }),
        "{secret:?}"
    );
}

#[test]
fn the_tenant_is_the_blocks_then_arm_then_azure() {
    let tenant = |pairs| choice(pairs).expect(pairs).tenant.map(|tenant| tenant.to_string());
    assert_eq!(tenant(""), None);
    assert_eq!(tenant("AZURE_TENANT_ID=b.example").as_deref(), Some("b.example"));
    assert_eq!(tenant("AZURE_TENANT_ID=b.example ARM_TENANT_ID=a.example").as_deref(), Some("a.example"));
    let all = format!("ARM_TENANT_ID=a.example tenant_id={TENANT}");
    assert_eq!(choice(&all).expect("a choice").tenant.expect("set").as_str(), TENANT);
}

#[test]
fn what_is_passed_over_says_what_it_lacks() {
    let table: &[(&str, &[&str])] = &[
        ("ARM_CLIENT_SECRET=s", &["`ARM_CLIENT_SECRET` is set, the client id is not"]),
        ("ARM_CLIENT_SECRET=s ARM_USE_MSI=true", &["`ARM_CLIENT_SECRET` is set, the client id is not"]),
        (
            "AZURE_CLIENT_CERTIFICATE_PATH=/p",
            &["`AZURE_CLIENT_CERTIFICATE_PATH` is set, the client id is not"],
        ),
        (
            "ARM_CLIENT_CERTIFICATE_PASSWORD=p ARM_CLIENT_ID=c",
            &["`ARM_CLIENT_CERTIFICATE_PASSWORD` is set, the client certificate is not"],
        ),
        (
            "client_id=c",
            &[
                "the client id is set, and nothing that proves it: the client secret, the client certificate or signing in with \
               OpenID Connect",
            ],
        ),
        ("client_id=c use_msi=true", &[]),
        (
            "client_id=c use_oidc=true",
            &[
                "signing in with OpenID Connect is true but there is no token: GitHub needs `id-token: write`, other \
               pipelines the OpenID Connect token or the file of the OpenID Connect token",
            ],
        ),
        (
            "ARM_CLIENT_ID=c ARM_USE_OIDC=true ACTIONS_ID_TOKEN_REQUEST_URL=https://x",
            &["`ACTIONS_ID_TOKEN_REQUEST_URL` is set, the bearer token for OpenID Connect tokens is not"],
        ),
        ("ARM_USE_OIDC=true ARM_OIDC_TOKEN=t", &["`ARM_USE_OIDC` is true, the client id is not set"]),
        (
            "ARM_CLIENT_ID=c ARM_OIDC_TOKEN=t",
            &["`ARM_OIDC_TOKEN` is set, signing in with OpenID Connect is not true"],
        ),
        (
            "ARM_CLIENT_ID=c ACTIONS_ID_TOKEN_REQUEST_URL=https://x ACTIONS_ID_TOKEN_REQUEST_TOKEN=b",
            &["`ACTIONS_ID_TOKEN_REQUEST_URL` is set, signing in with OpenID Connect is not true"],
        ),
        ("ARM_USE_FEDERATED_MSI=true", &["`ARM_USE_FEDERATED_MSI` is true, the client id is not set"]),
        (
            "ARM_CLIENT_ID=c ARM_MSI_CLIENT_ID=m ARM_USE_MSI=true",
            &["`ARM_MSI_CLIENT_ID` is set, proving an application by the managed identity is not true"],
        ),
        ("ARM_CLIENT_ID=c ARM_CLIENT_SECRET=s ARM_OIDC_TOKEN=t", &[]),
        ("", &[]),
    ];
    let told =
        |all: &[PassedOver]| all.iter().map(|one| one.told(|name| name.to_string())).collect::<Vec<_>>();
    for (pairs, expected) in table {
        let choice = choice(pairs).expect(pairs);
        assert_eq!(told(&choice.passed_over), *expected, "{pairs}");
        // Without the Azure CLI the same is in the error.
        if let Err(error) = self::choice(&format!("{pairs} ARM_USE_CLI=false"))
            && let Problem::Nothing { passed_over } = &error.problem
        {
            assert_eq!(told(passed_over), *expected, "{pairs}");
            assert!(
                !error.to_string().contains("hush")
                    && expected.iter().all(|one| error.to_string().contains(one))
            );
        }
    }
}

#[test]
fn no_secret_is_in_the_choices_debug_text() {
    let choice = choice("client_id=c client_secret=hush").expect("a choice");
    assert!(!format!("{choice:?}").contains("hush"));
}
