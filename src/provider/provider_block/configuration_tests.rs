use super::*;
use framework::path::Path;

fn env(pairs: &[(&str, &str)]) -> EnvMap {
    pairs.iter().copied().collect()
}

fn secret_of(text: &str) -> Attr<Secret> {
    Attr::Known(SecretString::from(text).into())
}

fn complete() -> ProviderModel {
    ProviderModel {
        tenant_id: "contoso.com".into(),
        client_id: "c".into(),
        client_secret: secret_of("hush"),
        username: "admin@contoso.com".into(),
        password: secret_of("hush"),
        region: Attr::Known(Region::Us1.into()),
        ..ProviderModel::default()
    }
}

/// The arguments and texts of what `validate` refuses.
fn refused(model: &ProviderModel) -> Vec<(String, String)> {
    let mut diagnostics = Diagnostics::new();
    validate(model, &mut diagnostics);
    let named = |diagnostic: Diagnostic| {
        (diagnostic.attribute.map(|path| path.to_string()).unwrap_or_default(), diagnostic.detail)
    };
    diagnostics.into_iter().map(named).collect()
}

#[test]
fn an_empty_block_is_valid_and_configures_a_provider_without_proofpoint() {
    assert_eq!(refused(&ProviderModel::default()), []);
    let configuration = configure(&ProviderModel::default(), &env(&[])).expect("configured");
    let missing = configuration.essentials.expect_err("nothing to sign in with").detail;
    for name in ["`username`", "`password`", "`region`", "`endpoint`"] {
        assert!(missing.contains(name), "{missing}");
    }
    assert_eq!(configuration.entra.expect("the Azure CLI").credential.name(), "Azure CLI login");
}

#[test]
fn everything_can_come_from_the_environment() {
    let env = env(&[
        ("ARM_CLIENT_ID", "c"),
        ("ARM_CLIENT_SECRET", "hush"),
        ("ARM_TENANT_ID", "contoso.com"),
        ("PROOFPOINT_ESSENTIALS_USERNAME", "admin@contoso.com"),
        ("PROOFPOINT_ESSENTIALS_PASSWORD", "hush"),
        ("PROOFPOINT_ESSENTIALS_REGION", "eu1"),
        ("PROOFPOINT_READ_ONLY", "true"),
        ("PROOFPOINT_CA_BUNDLE", "/etc/proxy.pem"),
    ]);
    let configuration = configure(&ProviderModel::default(), &env).expect("configured");
    let login = configuration.essentials.expect("complete");
    assert_eq!(login.username, "admin@contoso.com");
    assert_eq!(login.endpoint.as_str(), "https://eu1.proofpointessentials.com/");
    assert_eq!(configuration.console, "https://eu1.proofpointessentials.com".into());
    assert_eq!(configuration.entra.expect("complete").credential.name(), "client secret");
    assert!(configuration.read_only);
    assert_eq!(configuration.ca_bundle, Ok(Some("/etc/proxy.pem".into())));
}

#[test]
fn what_is_certainly_wrong_is_refused_on_its_argument() {
    let base = complete;
    let table = [
        (ProviderModel { client_certificate_path: "/p".into(), ..base() }, "client_secret"),
        (ProviderModel { use_msi: true.into(), ..base() }, "use_msi"),
        (
            ProviderModel { region: Attr::Null, endpoint: "http://mail.contoso.com".into(), ..base() },
            "endpoint",
        ),
        (ProviderModel { endpoint: "https://mail.contoso.com".into(), ..base() }, "endpoint"),
        (
            ProviderModel {
                region: Attr::Null,
                endpoint: "https://mail.contoso.com/api/v1".into(),
                ..base()
            },
            "endpoint",
        ),
        (
            ProviderModel { region: Attr::Null, endpoint: "https://mail.contoso.com?x".into(), ..base() },
            "endpoint",
        ),
        (ProviderModel { authority_host: "http://login.contoso.com".into(), ..base() }, "authority_host"),
        (ProviderModel { graph_endpoint: "https://graph.microsoft.us".into(), ..base() }, "graph_endpoint"),
        (
            ProviderModel { graph_endpoint: "https://graph.contoso.com/v1.0".into(), ..base() },
            "graph_endpoint",
        ),
        (ProviderModel { tenant_id: "common".into(), ..base() }, "tenant_id"),
        (
            ProviderModel { client_secret: Attr::Null, client_certificate: secret_of("hush!"), ..base() },
            "client_certificate",
        ),
    ];
    for (model, argument) in table {
        let refused = refused(&model);
        assert_eq!(
            refused.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(),
            [argument],
            "{refused:?}"
        );
        assert!(!refused[0].1.contains("hush"), "{refused:?}");
        let configured = configure(&model, &env(&[])).expect_err("refused at configure too");
        assert_eq!(
            configured.iter().next().and_then(|d| d.attribute.clone()),
            Some(Path::attribute(argument))
        );
    }
}

#[test]
fn a_half_configured_side_is_no_error_until_it_is_needed() {
    let model = ProviderModel { client_id: Attr::Null, password: Attr::Null, ..complete() };
    assert_eq!(refused(&model), []);
    let configuration = configure(&model, &env(&[])).expect("configured");
    assert!(configuration.entra.expect_err("no client id").detail.contains("`client_id`"));
    assert!(
        configuration.essentials.expect_err("no password").detail.contains("PROOFPOINT_ESSENTIALS_PASSWORD")
    );
}

#[test]
fn unknown_arguments_are_named_when_their_side_is_needed_and_not_before() {
    let model = ProviderModel { client_secret: Attr::Unknown, password: Attr::Unknown, ..complete() };
    assert_eq!(refused(&model), []);
    let configuration = configure(&model, &env(&[])).expect("configured");
    assert!(configuration.entra.expect_err("unknown").detail.starts_with("`client_secret` of the"));
    assert!(configuration.essentials.expect_err("unknown").detail.starts_with("`password` of the"));
}

#[test]
fn the_console_is_unknown_while_its_region_is_and_absent_without_one() {
    let console = |region| {
        let model = ProviderModel { region, ..ProviderModel::default() };
        configure(&model, &env(&[])).expect("configured").console
    };
    assert_eq!(console(Attr::Unknown), Attr::Unknown);
    assert_eq!(console(Attr::Null), Attr::Null);
}

#[test]
fn a_region_in_the_block_goes_before_an_endpoint_in_the_environment() {
    let env = env(&[
        ("PROOFPOINT_ESSENTIALS_ENDPOINT", "https://other.example"),
        ("PROOFPOINT_ESSENTIALS_REGION", "eu1"),
    ]);
    let console = |model: &ProviderModel| configure(model, &env).expect("configured").console;
    assert_eq!(console(&complete()), "https://us1.proofpointessentials.com".into());
    assert_eq!(console(&ProviderModel::default()), "https://other.example".into());
}

#[test]
fn a_certificate_whose_password_is_in_the_environment_passes_validation() {
    use base64::Engine as _;
    let bundle = include_bytes!("../../clients/auth/pkcs12/fixtures/aes256-sha256.p12");
    let certificate = base64::engine::general_purpose::STANDARD.encode(bundle);
    let model = ProviderModel {
        client_secret: Attr::Null,
        client_certificate: secret_of(&certificate),
        ..complete()
    };
    assert_eq!(refused(&model), []);
    let right = env(&[("ARM_CLIENT_CERTIFICATE_PASSWORD", "hush")]);
    assert!(configure(&model, &right).is_ok());
    let wrong = env(&[("ARM_CLIENT_CERTIFICATE_PASSWORD", "push")]);
    let refused = configure(&model, &wrong).expect_err("refused");
    let path = refused.iter().next().and_then(|diagnostic| diagnostic.attribute.clone());
    assert_eq!(path, Some(Path::attribute("client_certificate_password")));
}

#[test]
fn an_unreadable_switch_in_the_environment_is_refused_by_name() {
    let refused = configure(&complete(), &env(&[("PROOFPOINT_READ_ONLY", "perhaps")])).expect_err("refused");
    let diagnostic = refused.iter().next().expect("one");
    assert_eq!(diagnostic.attribute, Some(Path::attribute("read_only")));
    assert!(diagnostic.detail.contains("PROOFPOINT_READ_ONLY"));
}
