//! Every argument of the provider block and every variable that feeds one does what its documentation says: each is shown
//! by what arrives on the other side, which would be something else, or nothing, if it were ignored.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clients::env;
use framework::model::Model as _;
use proofpoint_provider::provider_block::ProviderModel;
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

use crate::support::plugin::Start;
use crate::support::plugin::calls::Messages;
use crate::support::simulator::Simulator;
use crate::support::witness::{Asked, Door, JOB_TOKEN, Witness};
use crate::support::workspace::repository;

const TENANT: &str = "proofpoint_azure_tenant";
const ACCOUNT: &str = "proofpoint_account";

/// What is shown elsewhere: by whom.
const ELSEWHERE: [(&str, &str); 2] =
    [("read_only", "acceptance::read_only"), ("PROOFPOINT_READ_ONLY", "acceptance::read_only")];

/// Whether the requests show that something was used.
type Shown = Box<dyn Fn(&[Asked]) -> bool>;

/// One way to say something: by the block, or by variables.
struct Way {
    /// The argument or variable that it is about.
    about: &'static str,
    block: Json,
    variables: Vec<(&'static str, String)>,
    /// Whether the requests show that it was used.
    shown: Shown,
}

fn way(
    about: &'static str,
    block: Json,
    variables: &[(&'static str, &str)],
    shown: impl Fn(&[Asked]) -> bool + 'static,
) -> Way {
    let variables = variables.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Way { about, block, variables, shown: Box::new(shown) }
}

/// Whether the last question of the token endpoint has a member with this value.
fn form(member: &'static str, value: &str) -> impl Fn(&[Asked]) -> bool + use<> {
    let value = value.to_owned();
    move |asked| {
        let mut tokens = asked.iter().filter(|asked| asked.target.ends_with("/oauth2/v2.0/token"));
        tokens.next_back().is_some_and(|asked| asked.form.get(member) == Some(&value))
    }
}

/// Whether somebody asked for a target that begins so, with a header of this value.
fn target(
    beginning: &str,
    header: Option<(&'static str, &'static str)>,
) -> impl Fn(&[Asked]) -> bool + use<> {
    let beginning = beginning.to_owned();
    move |asked| {
        asked.iter().any(|asked| {
            let header =
                header.is_none_or(|(name, value)| asked.headers.get(name).is_some_and(|own| own == value));
            format!("{} {}", asked.method, asked.target).starts_with(&beginning) && header
        })
    }
}

/// Whether somebody asked for a target that begins so and has this in its query.
fn target_with(beginning: &'static str, part: String) -> impl Fn(&[Asked]) -> bool {
    move |asked| {
        asked.iter().any(|asked| {
            format!("{} {}", asked.method, asked.target).starts_with(beginning)
                && asked.target.contains(&part)
        })
    }
}

/// What a managed identity is asked for to vouch for an application, as it stands in a query.
const EXCHANGE: &str = "api%3A%2F%2FAzureADTokenExchange";

/// Whether an assertion was signed by the key of the fixture's certificate.
fn signed(asked: &[Asked]) -> bool {
    asked
        .iter()
        .any(|asked| asked.form.get("client_assertion").is_some_and(|jwt| jwt.split('.').count() == 3))
}

/// The ways to sign in to Entra, with files of `directory` and the witness at `witness`.
fn ways(directory: &Path, witness: &str) -> Vec<Way> {
    let file = |name: &str, content: &[u8]| {
        let path = directory.join(name);
        fs::write(&path, content).expect("a file");
        path.to_str().expect("a path").to_owned()
    };
    let bundle = fs::read(repository().join("src/clients/auth/pkcs12/fixtures/aes256-sha256.p12"));
    let bundle = bundle.expect("a bundle");
    let (base64, pfx) = (STANDARD.encode(&bundle), file("client.pfx", &bundle));
    let (id, secret, oidc) =
        (file("id", b"by-file\n"), file("secret", b"by-file\n"), file("oidc", b"by-file\n"));
    let with_secret = [("ARM_CLIENT_ID", "c"), ("ARM_CLIENT_SECRET", "s")];
    let with_password = [("ARM_CLIENT_ID", "c"), ("ARM_CLIENT_CERTIFICATE_PASSWORD", "hush")];
    let with_bundle = [("ARM_CLIENT_ID", "c"), ("ARM_CLIENT_CERTIFICATE_PATH", pfx.as_str())];
    let with_oidc = [("ARM_CLIENT_ID", "c"), ("ARM_USE_OIDC", "true")];
    let with_token = [("ARM_CLIENT_ID", "c"), ("ARM_OIDC_TOKEN", "t")];
    let job = format!("{witness}/job?id=1");
    let with_job =
        [with_oidc[0], with_oidc[1], ("ARM_OIDC_REQUEST_URL", &job), ("ARM_OIDC_REQUEST_TOKEN", "b")];
    let pod = [("AZURE_CLIENT_ID", "of-pod"), ("AZURE_FEDERATED_TOKEN_FILE", oidc.as_str())];
    let machine = format!("{witness}/msi/token");
    let at_machine_as_client = [("ARM_CLIENT_ID", "c"), ("ARM_MSI_ENDPOINT", machine.as_str())];
    let vouched = || target_with("GET /msi/token?", format!("resource={EXCHANGE}"));
    let assigned = |id: &str| target_with("GET /msi/token?", format!("client_id={id}"));
    let with =
        |base: &[(&'static str, &str)], more: &[(&'static str, &str)]| -> Vec<(&'static str, String)> {
            base.iter().chain(more).map(|(name, value)| (*name, (*value).to_owned())).collect()
        };
    let named = |base: &[(&'static str, &str)], name: &'static str, value: &str, shown: Shown| Way {
        about: name,
        block: json!({}),
        variables: with(base, &[(name, value)]),
        shown,
    };
    let bearer = |value: &'static str| target("GET /job?id=1&audience=", Some(("authorization", value)));
    let service =
        |id: &str| target(&format!("POST /job?id=1&api-version=7.1&serviceConnectionId={id}"), None);
    let mut ways = vec![
        way("tenant_id", json!({"tenant_id": "a.example"}), &with_secret, target("POST /a.example/", None)),
        way("client_id", json!({"client_id": "a"}), &with_secret, form("client_id", "a")),
        way(
            "client_id_file_path",
            json!({"client_id_file_path": id}),
            &with_secret[1..],
            form("client_id", "by-file"),
        ),
        way("client_secret", json!({"client_secret": "a"}), &with_secret, form("client_secret", "a")),
        way(
            "client_secret_file_path",
            json!({"client_secret_file_path": secret}),
            &with_secret,
            form("client_secret", "by-file"),
        ),
        way("client_certificate", json!({"client_certificate": base64}), &with_password, signed),
        way("client_certificate_path", json!({"client_certificate_path": pfx}), &with_password, signed),
        way(
            "client_certificate_password",
            json!({"client_certificate_password": "hush"}),
            &with_bundle,
            signed,
        ),
        way("use_oidc", json!({"use_oidc": true}), &with_token, form("client_assertion", "t")),
        way("oidc_token", json!({"oidc_token": "a"}), &with_oidc, form("client_assertion", "a")),
        way(
            "oidc_token_file_path",
            json!({"oidc_token_file_path": oidc}),
            &with_oidc,
            form("client_assertion", "by-file"),
        ),
        way(
            "oidc_request_url",
            json!({"oidc_request_url": format!("{witness}/other")}),
            &with_job,
            target("GET /other?audience=", None),
        ),
        way("oidc_request_token", json!({"oidc_request_token": "a"}), &with_job, bearer("Bearer a")),
        way(
            "ado_pipeline_service_connection_id",
            json!({"ado_pipeline_service_connection_id": "a"}),
            &with_job,
            service("a"),
        ),
        way(
            "use_aks_workload_identity",
            json!({"use_aks_workload_identity": true}),
            &pod,
            form("client_assertion", "by-file"),
        ),
        way(
            "use_msi",
            json!({"use_msi": true}),
            &[("ARM_MSI_ENDPOINT", &machine)],
            target("GET /msi/token?", None),
        ),
        way("use_federated_msi", json!({"use_federated_msi": true}), &at_machine_as_client, vouched()),
        way(
            "msi_client_id",
            json!({"msi_client_id": "b"}),
            &[at_machine_as_client[0], at_machine_as_client[1], ("ARM_USE_FEDERATED_MSI", "1")],
            assigned("b"),
        ),
        way(
            "msi_endpoint",
            json!({"msi_endpoint": machine}),
            &[("ARM_USE_MSI", "1")],
            target("GET /msi/token?", None),
        ),
        way(
            "environment",
            json!({"environment": "china"}),
            &with_secret,
            form("scope", "https://microsoftgraph.chinacloudapi.cn/.default"),
        ),
    ];
    for name in ["ARM_TENANT_ID", "AZURE_TENANT_ID"] {
        ways.push(named(&with_secret, name, "v.example", Box::new(target("POST /v.example/", None))));
    }
    for name in ["ARM_CLIENT_ID", "AZURE_CLIENT_ID"] {
        ways.push(named(&with_secret[1..], name, "v", Box::new(form("client_id", "v"))));
    }
    ways.push(named(
        &with_secret[1..],
        "ARM_CLIENT_ID_FILE_PATH",
        &id,
        Box::new(form("client_id", "by-file")),
    ));
    for name in ["ARM_CLIENT_SECRET", "AZURE_CLIENT_SECRET"] {
        ways.push(named(&with_secret[..1], name, "v", Box::new(form("client_secret", "v"))));
    }
    let by_file = form("client_secret", "by-file");
    ways.push(named(&with_secret[..1], "ARM_CLIENT_SECRET_FILE_PATH", &secret, Box::new(by_file)));
    ways.push(named(&with_password, "ARM_CLIENT_CERTIFICATE", &base64, Box::new(signed)));
    for name in ["ARM_CLIENT_CERTIFICATE_PATH", "AZURE_CLIENT_CERTIFICATE_PATH"] {
        ways.push(named(&with_password, name, &pfx, Box::new(signed)));
    }
    for name in ["ARM_CLIENT_CERTIFICATE_PASSWORD", "AZURE_CLIENT_CERTIFICATE_PASSWORD"] {
        ways.push(named(&with_bundle, name, "hush", Box::new(signed)));
    }
    ways.push(named(&with_token, "ARM_USE_OIDC", "true", Box::new(form("client_assertion", "t"))));
    ways.push(named(&with_oidc, "ARM_OIDC_TOKEN", "v", Box::new(form("client_assertion", "v"))));
    for name in ["ARM_OIDC_TOKEN_FILE_PATH", "AZURE_FEDERATED_TOKEN_FILE"] {
        ways.push(named(&with_oidc, name, &oidc, Box::new(form("client_assertion", "by-file"))));
    }
    let with_bearer = [with_oidc[0], with_oidc[1], ("ARM_OIDC_REQUEST_TOKEN", "b")];
    for name in ["ARM_OIDC_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_URL", "SYSTEM_OIDCREQUESTURI"] {
        ways.push(named(&with_bearer, name, &job, Box::new(form("client_assertion", JOB_TOKEN))));
    }
    for name in ["ARM_OIDC_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "SYSTEM_ACCESSTOKEN"] {
        ways.push(named(&with_job[..3], name, "v", Box::new(bearer("Bearer v"))));
    }
    for name in ["ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID"] {
        ways.push(named(&with_job, name, "v", Box::new(service("v"))));
    }
    ways.push(named(&pod, "ARM_USE_AKS_WORKLOAD_IDENTITY", "1", Box::new(form("client_id", "of-pod"))));
    let at_machine = || Box::new(target("GET /msi/token?", None));
    ways.push(named(&[("ARM_MSI_ENDPOINT", &machine)], "ARM_USE_MSI", "1", at_machine()));
    ways.push(named(&[("ARM_USE_MSI", "1")], "ARM_MSI_ENDPOINT", &machine, at_machine()));
    ways.push(named(&at_machine_as_client, "ARM_USE_FEDERATED_MSI", "1", Box::new(vouched())));
    let with_machine = [at_machine_as_client[0], at_machine_as_client[1], ("ARM_USE_FEDERATED_MSI", "1")];
    ways.push(named(&with_machine, "ARM_MSI_CLIENT_ID", "v", Box::new(assigned("v"))));
    let china = form("scope", "https://microsoftgraph.chinacloudapi.cn/.default");
    ways.push(named(&with_secret, "ARM_ENVIRONMENT", "china", Box::new(china)));
    ways
}

/// What is shown by the tests of this file that are about one thing.
const APART: [&str; 20] = [
    "use_cli",
    "ARM_USE_CLI",
    "ARM_METADATA_HOSTNAME",
    "authority_host",
    "AZURE_AUTHORITY_HOST",
    "graph_endpoint",
    "PROOFPOINT_GRAPH_ENDPOINT",
    "ca_bundle",
    "PROOFPOINT_CA_BUNDLE",
    "username",
    "PROOFPOINT_ESSENTIALS_USERNAME",
    "password",
    "PROOFPOINT_ESSENTIALS_PASSWORD",
    "endpoint",
    "PROOFPOINT_ESSENTIALS_ENDPOINT",
    "region",
    "PROOFPOINT_ESSENTIALS_REGION",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "ALL_PROXY",
];

/// Reads a data source with nothing in the environment but these variables.
async fn read(source: &str, block: Json, variables: &[(&str, String)], config: Json) -> (Json, Messages) {
    let environment = variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let plugin = Start::plain(&environment).run().await;
    plugin.configure(block).await.expect_none();
    plugin.data(source, config).await
}

fn run<T>(work: impl Future<Output = T>) -> T {
    Runtime::new().expect("a runtime").block_on(work)
}

#[test]
fn whatever_the_block_and_the_environment_say_of_signing_in_arrives() {
    let simulator = Simulator::start(&["--plain"]);
    let (token, tenant) = (simulator.token(), simulator.tenant().tenant_id.clone());
    let graph = simulator.ready().graph_endpoint.clone();
    let directory = tempfile::tempdir().expect("a directory");
    run(async {
        let witness = Witness::handing_out(&token).await;
        for Way { about, block, mut variables, shown } in ways(directory.path(), &witness.address) {
            let before = witness.asked().len();
            variables.push(("AZURE_AUTHORITY_HOST", witness.address.clone()));
            variables.push(("PROOFPOINT_GRAPH_ENDPOINT", graph.clone()));
            if !about.to_lowercase().ends_with("tenant_id") {
                variables.push(("ARM_TENANT_ID", tenant.clone()));
            }
            let (state, said) = read(TENANT, block, &variables, json!({})).await;
            assert!(said.0.is_empty(), "{about}: {said}");
            assert_eq!(state["id"], json!(tenant), "{about}");
            let asked = &witness.asked()[before..];
            assert!(shown(asked), "{about} was not used: {asked:#?}");
        }
    });
}

#[test]
fn every_argument_and_variable_has_its_test() {
    let directory = tempfile::tempdir().expect("a directory");
    let ways = ways(directory.path(), "http://127.0.0.1:1");
    let shown: BTreeSet<&str> = ways
        .iter()
        .map(|way| way.about)
        .chain(APART)
        .chain(["NO_PROXY"])
        .chain(ELSEWHERE.iter().map(|(name, _)| *name))
        .collect();
    let schema = ProviderModel::schema();
    let arguments = schema.attributes.iter().map(|attribute| attribute.name.as_ref());
    let all: BTreeSet<&str> = arguments.chain(env::ALL.iter().map(|variable| variable.name)).collect();
    assert_eq!(shown, all);
}

#[test]
fn the_hosts_that_are_named_are_asked_and_the_authority_that_is_named_is_trusted() {
    let simulator = Simulator::start(&[]);
    let ready = simulator.ready();
    let bundle = ready.ca_certificate.as_ref().and_then(|path| path.to_str()).expect("a path").to_owned();
    let tenant = simulator.tenant().clone();
    let names = [
        ("authority_host", "AZURE_AUTHORITY_HOST", &ready.authority_host),
        ("graph_endpoint", "PROOFPOINT_GRAPH_ENDPOINT", &ready.graph_endpoint),
        ("ca_bundle", "PROOFPOINT_CA_BUNDLE", &bundle),
        ("username", "PROOFPOINT_ESSENTIALS_USERNAME", &tenant.essentials_username),
        ("password", "PROOFPOINT_ESSENTIALS_PASSWORD", &tenant.essentials_password),
        ("endpoint", "PROOFPOINT_ESSENTIALS_ENDPOINT", &ready.essentials_endpoint),
    ];
    let entra = [
        ("ARM_TENANT_ID", tenant.tenant_id.clone()),
        ("ARM_CLIENT_ID", tenant.client_id.clone()),
        ("ARM_CLIENT_SECRET", tenant.client_secret.clone()),
    ];
    run(async {
        // Each once by the block, with all others by variables: whoever is ignored is missing.
        for by_block in names.iter().map(|(argument, ..)| Some(*argument)).chain([None]) {
            let mut block = json!({});
            let mut variables = entra.to_vec();
            for (argument, variable, value) in names {
                if by_block == Some(argument) {
                    block[argument] = json!(value);
                } else {
                    variables.push((variable, value.clone()));
                }
            }
            for source in [TENANT, ACCOUNT] {
                let (_, said) = read(source, block.clone(), &variables, json!({})).await;
                assert!(said.0.is_empty(), "{by_block:?}: {said}");
            }
        }
    });
}

#[test]
fn a_region_is_a_host_of_proofpoint_and_proxies_are_used_as_the_environment_says() {
    let login = |more: &[(&'static str, String)]| {
        let mut variables = vec![
            ("PROOFPOINT_ESSENTIALS_USERNAME", "a@b.example".to_owned()),
            ("PROOFPOINT_ESSENTIALS_PASSWORD", "p".to_owned()),
        ];
        variables.extend_from_slice(more);
        variables
    };
    let nobody = || "http://127.0.0.1:1".to_owned();
    let short = || json!({"timeouts": {"read": "1s"}});
    run(async {
        // Nothing of this reaches the network: each connection ends at the door.
        for (block, region, proxy) in
            [(json!({"region": "eu1"}), None, "HTTPS_PROXY"), (json!({}), Some("eu1"), "ALL_PROXY")]
        {
            let door = Door::open().await;
            let mut variables = login(&[(proxy, format!("http://{}", door.address))]);
            variables.extend(region.map(|region| ("PROOFPOINT_ESSENTIALS_REGION", region.to_owned())));
            let (_, said) = read(ACCOUNT, block, &variables, short()).await;
            said.expect_error();
            assert!(
                door.first().starts_with("CONNECT eu1.proofpointessentials.com:443 "),
                "{}",
                door.first()
            );
        }
        let door = Door::open().await;
        let machine = [("ARM_USE_MSI", "1".to_owned()), ("HTTP_PROXY", format!("http://{}", door.address))];
        read(TENANT, json!({}), &machine, short()).await.1.expect_error();
        assert!(door.first().starts_with("GET http://169.254.169.254/"), "{}", door.first());

        let door = Door::open().await;
        let exempt = login(&[
            ("PROOFPOINT_ESSENTIALS_ENDPOINT", format!("https://{}", door.address)),
            ("HTTPS_PROXY", nobody()),
            ("NO_PROXY", "0.0.0.0".to_owned()),
        ]);
        read(ACCOUNT, json!({}), &exempt, short()).await.1.expect_error();
        assert!(door.first().starts_with('\u{16}'), "no TLS handshake: {}", door.first());
    });
}

#[test]
fn the_azure_cli_stays_unasked_where_it_is_switched_off_and_another_clouds_metadata_host_is_not_passed_over()
{
    run(async {
        let nothing = |variables: &[(&'static str, &str)], block: Json| {
            let variables: Vec<_> =
                variables.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
            async move { read(TENANT, block, &variables, json!({})).await.1 }
        };
        let path = ("PATH", "/nowhere");
        for said in [
            nothing(&[path], json!({"use_cli": false})).await,
            nothing(&[path, ("ARM_USE_CLI", "false")], json!({})).await,
        ] {
            assert!(
                said.expect_error().detail.contains("there is nothing to sign in to Entra with"),
                "{said}"
            );
        }
        for said in [
            nothing(&[path], json!({})).await,
            nothing(&[path, ("ARM_USE_CLI", "false")], json!({"use_cli": true})).await,
        ] {
            let detail = &said.expect_error().detail;
            assert!(detail.contains("az not found on PATH") && !detail.contains("Credential"), "{said}");
            // Both sign-ins come first.
            let place = |name: &str| detail.find(name).unwrap_or_else(|| panic!("{name}: {said}"));
            assert!(place("`ARM_CLIENT_ID`") < place("`PROOFPOINT_ESSENTIALS_REGION`"), "{said}");
            assert!(place("`PROOFPOINT_ESSENTIALS_PASSWORD`") < place("az not found on PATH"), "{said}");
        }
        let said = nothing(&[path, ("ARM_METADATA_HOSTNAME", "management.cloud.example")], json!({})).await;
        assert!(said.expect_error().detail.contains("`ARM_METADATA_HOSTNAME`"), "{said}");
    });
}
