//! Signing in with what a machine has of its own: a managed identity, and the Azure CLI. The built provider is told of
//! both by its environment; its tokens are the simulator's, which takes no others.

use std::fs;
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::routing::get;
use reqwest::Method;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::support::plugin::Start;
use crate::support::plugin::calls::Messages;
use crate::support::sign_in::application_with;
use crate::support::simulator::Simulator;
use crate::support::witness::Witness;

/// What stands for the end of a token's life: far in the future.
const EXPIRES_ON: i64 = 4_102_444_800;

/// Runs the part of a test that talks to the provider. The simulator's own calls stand outside of it.
fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(work)
}

/// Reads the tenant with a provider that knows of no secret, and of no tenant, but of these variables.
async fn tenant(simulator: &Simulator, variables: &[(&str, &str)]) -> (Json, Messages) {
    let mut environment = simulator.environment();
    for name in ["ARM_TENANT_ID", "ARM_CLIENT_ID", "ARM_CLIENT_SECRET"] {
        environment.remove(name).expect("a variable of the simulator");
    }
    environment.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let plugin = Start::with_tls(&environment).run().await;
    plugin.configure(json!({})).await.expect_none();
    plugin.data("proofpoint_azure_tenant", json!({})).await
}

/// A managed identity endpoint that has `token`; returns its address and the requests that it gets.
async fn identity_endpoint(token: String) -> (String, Arc<Mutex<Vec<Request>>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}/msi/token", listener.local_addr().expect("an address"));
    let seen: Arc<Mutex<Vec<Request>>> = Arc::default();
    let requests = Arc::clone(&seen);
    // The shape of Microsoft's samples: the end is a number in a text.
    let answer = json!({
        "access_token": token, "expires_on": EXPIRES_ON.to_string(), "resource": "https://graph.microsoft.com",
        "token_type": "Bearer",
    });
    let handler = move |request: Request| {
        requests.lock().expect("the requests").push(request);
        let answer = answer.to_string();
        async move { answer }
    };
    let service = Router::new().route("/msi/token", get(handler));
    tokio::spawn(async move { axum::serve(listener, service).await });
    (address, seen)
}

/// The variables of a kind of machine, by the address of its endpoint.
type Variables<'a> = &'a dyn Fn(&str) -> Vec<(&'static str, String)>;

#[test]
fn a_managed_identity_is_asked_as_its_kind_of_machine_expects() {
    let simulator = Simulator::start(&[]);
    let token = simulator.token();
    let app_service = |address: &str| {
        vec![("IDENTITY_ENDPOINT", address.to_owned()), ("IDENTITY_HEADER", "the-machines-own".to_owned())]
    };
    let other_machine = |address: &str| vec![("ARM_MSI_ENDPOINT", address.to_owned())];
    let table: [(Variables<'_>, Option<&str>); 2] =
        [(&app_service, Some("the-machines-own")), (&other_machine, None)];
    for (variables, header) in table {
        let (seen, read, messages) = run(async {
            let (address, seen) = identity_endpoint(token.clone()).await;
            let mut variables = variables(&address);
            variables
                .extend([("ARM_USE_MSI", "true".to_owned()), ("ARM_CLIENT_ID", "user-assigned".to_owned())]);
            let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let (read, messages) = tenant(&simulator, &variables).await;
            (seen, read, messages)
        });
        messages.expect_none();
        assert_eq!(read["id"], json!(simulator.tenant().tenant_id));
        let seen = seen.lock().expect("the requests");
        assert!(!seen.is_empty());
        for request in seen.iter() {
            let query = request.uri().query().unwrap_or_default();
            for part in [
                "api-version=2019-08-01",
                "resource=https%3A%2F%2Fgraph.microsoft.com",
                "client_id=user-assigned",
            ] {
                assert!(query.split('&').any(|pair| pair == part), "{part} is not in {query}");
            }
            assert_eq!(request.headers()["metadata"], "true");
            let own = request.headers().get("x-identity-header").map(|value| value.to_str().expect("text"));
            assert_eq!(own, header);
        }
    }
    simulator.assert_every_route_was_known();
}

#[test]
fn a_kind_of_machine_that_is_not_supported_is_told_so() {
    let simulator = Simulator::start(&[]);
    let arc = [
        ("ARM_USE_MSI", "true"),
        ("IDENTITY_ENDPOINT", "http://127.0.0.1:1/"),
        ("IMDS_ENDPOINT", "http://127.0.0.1:1/"),
    ];
    let (_, messages) = run(tenant(&simulator, &arc));
    let error = messages.expect_error();
    assert!(
        error.detail.contains("Azure Arc") && error.detail.contains("another way to sign in"),
        "{messages}"
    );
}

/// A directory with an `az` of these lines in it.
#[cfg(unix)]
pub(super) fn azure_cli(lines: &str) -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a directory");
    let az = directory.path().join("az");
    fs::write(&az, format!("#!/bin/sh\n{lines}")).expect("written");
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    fs::set_permissions(&az, executable).expect("executable");
    (directory, az)
}

#[test]
#[cfg(unix)]
fn the_azure_cli_on_the_path_is_asked_and_gets_nothing_to_read() {
    let simulator = Simulator::start(&[]);
    let answer = json!({ "accessToken": simulator.token(), "expires_on": EXPIRES_ON, "tokenType": "Bearer" })
        .to_string();
    let lines = format!("echo \"$@\" >> \"$0.arguments\"\nread -r line && exit 3\necho '{answer}'\n");
    let (directory, az) = azure_cli(&lines);
    let path = directory.path().to_str().expect("a path");
    let (read, messages) = run(tenant(&simulator, &[("PATH", path)]));
    messages.expect_none();
    let tenant = &simulator.tenant().tenant_id;
    assert_eq!(read["id"], json!(tenant));
    // First for the tenant that the login belongs to, then for that tenant by its id.
    let asked = "account get-access-token -o json --scope https://graph.microsoft.com/.default";
    let arguments = fs::read_to_string(az.with_extension("arguments")).expect("the arguments");
    assert_eq!(arguments, format!("{asked}\n{asked} --tenant {tenant}\n"));
    simulator.assert_every_route_was_known();
}

#[test]
#[cfg(unix)]
fn an_azure_cli_that_fails_or_is_not_there_says_so() {
    let simulator = Simulator::start(&[]);
    let (logged_out, _) = azure_cli("echo \"Please run 'az login' to setup account.\" >&2\nexit 1\n");
    let nothing = tempfile::tempdir().expect("a directory");
    for (directory, words) in [(&logged_out, "to setup account"), (&nothing, "az not found on PATH")] {
        let path = directory.path().to_str().expect("a path");
        let (_, messages) = run(tenant(&simulator, &[("PATH", path)]));
        let error = messages.expect_error();
        assert!(error.detail.contains(words) && error.detail.contains("Run `az login`"), "{messages}");
        // Whoever forgot the secret of an application is not sent to the Azure CLI alone.
        assert!(error.detail.contains("`ARM_CLIENT_SECRET`"), "{messages}");
    }
}

#[test]
fn a_machine_that_answers_numbers_is_understood_and_a_life_that_no_token_has_is_an_error() {
    let simulator = Simulator::start(&[]);
    let token = simulator.token();
    for numbers in [
        json!({ "expires_on": EXPIRES_ON }),
        json!({ "expires_in": 3599, "expires_on": EXPIRES_ON }),
        json!({ "expires_in": "3599" }),
    ] {
        let mut answer = json!({ "access_token": token, "token_type": "Bearer" });
        answer.as_object_mut().expect("an object").extend(numbers.as_object().expect("an object").clone());
        let (read, messages) = run(async {
            let witness = Witness::answering(answer).await;
            let endpoint = format!("{}/msi/token", witness.address);
            tenant(&simulator, &[("ARM_USE_MSI", "true"), ("ARM_MSI_ENDPOINT", &endpoint)]).await
        });
        assert!(messages.0.is_empty(), "{numbers}: {messages}");
        assert_eq!(read["id"], json!(simulator.tenant().tenant_id));
    }
    let endless = json!({
        "access_token": token, "token_type": "Bearer", "expires_in": i64::MAX, "ext_expires_in": i64::MAX,
    });
    let (_, messages) = run(async {
        let witness = Witness::answering(endless).await;
        let variables = [
            ("ARM_TENANT_ID", simulator.tenant().tenant_id.as_str()),
            ("ARM_CLIENT_ID", "c"),
            ("ARM_CLIENT_SECRET", "s"),
            ("AZURE_AUTHORITY_HOST", &witness.address),
        ];
        tenant(&simulator, &variables).await
    });
    let error = messages.expect_error();
    assert!(error.detail.contains("longer than a year"), "{messages}");
    simulator.assert_every_route_was_known();
}

#[test]
fn the_identity_of_the_machine_stands_for_an_application_in_every_tenant_that_knows_it() {
    let simulator = Simulator::start(&["--tenants", "2"]);
    let (home, other) = (&simulator.ready().tenants[0], &simulator.ready().tenants[1]);
    let machine = simulator.line()["machine"].clone();
    let (client_id, _) = application_with(&simulator, ["Organization.Read.All"]);
    let of_application = format!("applications(appId='{client_id}')");
    let application = simulator.graph_done(Method::GET, &of_application, None);
    let object_id = application["id"].as_str().expect("an id").to_owned();
    let many = json!({ "signInAudience": "AzureADMultipleOrgs" });
    simulator.graph_done(Method::PATCH, &format!("applications/{object_id}"), Some(&many));
    let text = |name: &str| machine[name].as_str().expect(name).to_owned();
    let trust = |name: &str, subject: &str| {
        let credential = json!({
            "name": name, "subject": subject, "audiences": ["api://AzureADTokenExchange"],
            "issuer": format!("https://login.microsoftonline.com/{}/v2.0", home.tenant_id),
        });
        let path = format!("applications/{object_id}/federatedIdentityCredentials");
        simulator.graph_done(Method::POST, &path, Some(&credential));
    };
    let endpoint = text("endpoint");
    let federated = [
        ("ARM_CLIENT_ID", client_id.as_str()),
        ("ARM_TENANT_ID", home.tenant_id.as_str()),
        ("ARM_USE_FEDERATED_MSI", "true"),
        ("ARM_MSI_ENDPOINT", endpoint.as_str()),
    ];
    let assigned_id = text("assigned_client_id");
    let assigned = [&federated[..], &[("ARM_MSI_CLIENT_ID", assigned_id.as_str())]].concat();

    // Nobody has told the application yet whom to trust.
    let (_, said) = run(tenant(&simulator, &federated));
    assert!(said.expect_error().detail.contains("AADSTS70025"), "{said}");
    trust("own", &text("principal_id"));
    let (shown, said) = run(tenant(&simulator, &federated));
    said.expect_none();
    assert_eq!(shown["id"], json!(home.tenant_id));

    // The assigned identity is somebody else.
    let (_, said) = run(tenant(&simulator, &assigned));
    assert!(said.expect_error().detail.contains("AADSTS700213"), "{said}");
    trust("assigned", &text("assigned_principal_id"));
    run(tenant(&simulator, &assigned)).1.expect_none();
    let stranger =
        [&federated[..], &[("ARM_MSI_CLIENT_ID", "00000000-0000-0000-0000-000000000001")]].concat();
    let (_, said) = run(tenant(&simulator, &stranger));
    assert!(said.expect_error().detail.contains("`msi_client_id`"), "{said}");

    // A tenant that does not know the application refuses it; one that does admits it, and needs nothing else.
    let elsewhere =
        [&federated[..1], &[("ARM_TENANT_ID", other.tenant_id.as_str())], &federated[2..]].concat();
    let (_, said) = run(tenant(&simulator, &elsewhere));
    assert!(said.expect_error().detail.contains(&client_id), "{said}");
    let known = json!({ "appId": client_id });
    let (status, principal) = simulator.graph_of(other, Method::POST, "servicePrincipals", Some(&known));
    assert_eq!(status, 201, "{principal}");
    let api = "servicePrincipals(appId='00000003-0000-0000-c000-000000000000')?$select=id,appRoles";
    let (_, api) = simulator.graph_of(other, Method::GET, api, None);
    let roles = api["appRoles"].as_array().expect("roles");
    let role = roles.iter().find(|role| role["value"] == "Organization.Read.All").expect("a role");
    let grant = json!({ "principalId": principal["id"], "resourceId": api["id"], "appRoleId": role["id"] });
    let path = format!("servicePrincipals/{}/appRoleAssignments", principal["id"].as_str().expect("an id"));
    assert_eq!(simulator.graph_of(other, Method::POST, &path, Some(&grant)).0, 201);
    let (shown, said) = run(tenant(&simulator, &elsewhere));
    said.expect_none();
    assert_eq!(shown["id"], json!(other.tenant_id));
}

#[test]
fn what_was_begun_and_passed_over_is_told_where_nothing_else_signs_in() {
    let simulator = Simulator::start(&[]);
    let tenant_id = simulator.tenant().tenant_id.clone();
    let without_cli = [("ARM_TENANT_ID", tenant_id.as_str()), ("PATH", "/nowhere")];
    let secret = ("ARM_CLIENT_SECRET", "never-to-be-shown");
    let no_machine = [("ARM_USE_MSI", "true"), ("ARM_MSI_ENDPOINT", "http://127.0.0.1:9/token")];
    let no_id = "Passed over: `ARM_CLIENT_SECRET` is set, `client_id` is not";
    let table: [(&[(&str, &str)], &str); 5] = [
        (&[secret], no_id),
        (&[secret, ("ARM_USE_CLI", "false")], no_id),
        (&[secret, no_machine[0], no_machine[1]], no_id),
        (
            &[("ARM_CLIENT_ID", "c"), ("ARM_USE_OIDC", "true")],
            "Passed over: `ARM_USE_OIDC` is true but there is no token: GitHub needs `id-token: write`",
        ),
        (
            &[("ARM_CLIENT_ID", "c")],
            "Passed over: `ARM_CLIENT_ID` is set, and nothing that proves it: `client_secret`, `client_certificate` or \
             `use_oidc`",
        ),
    ];
    for (variables, words) in table {
        let (_, said) = run(tenant(&simulator, &[&without_cli[..], variables].concat()));
        let error = said.expect_error();
        assert!(error.detail.contains(words), "{variables:?}: {said}");
        assert!(!said.to_string().contains("never-to-be-shown"), "{said}");
    }
}
