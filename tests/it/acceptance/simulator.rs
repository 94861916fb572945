//! The simulator as the suites rely on it: ready line, environment file, control plane, log.

use std::fs;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use clients::env;
use pretty_assertions::assert_eq;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::simulator::Simulator;

/// The names of an object's members, in alphabetical order.
fn names(object: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = object.as_object().expect("an object").keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

#[test]
fn the_environment_file_names_only_variables_that_the_provider_knows() {
    let simulator = Simulator::start(&[]);
    let environment = simulator.environment();
    for name in environment.keys() {
        assert!(env::ALL.iter().any(|variable| variable.name == name), "{name}");
    }
    assert_eq!(environment["ARM_TENANT_ID"], simulator.tenant().tenant_id);
    assert_eq!(environment["PROOFPOINT_GRAPH_ENDPOINT"], simulator.ready().graph_endpoint);
}

#[test]
fn a_person_can_use_both_apis_and_the_log_shows_it() {
    let simulator = Simulator::start(&[]);
    let (status, created) =
        simulator.graph(Method::POST, "applications", Some(&json!({ "displayName": "By hand" })));
    assert_eq!(status, 201, "{created}");
    let domain = &simulator.tenant().domain;
    let (status, organization) = simulator.essentials(Method::GET, &format!("orgs/{domain}"), None);
    assert_eq!(status, 200, "{organization}");

    let writes = simulator.writes();
    assert_eq!(writes.len(), 1, "{writes:#?}");
    assert_eq!((writes[0].method.as_str(), writes[0].status), ("POST", 201));
    let state = simulator.state();
    let applications = &state["tenants"][&simulator.tenant().tenant_id]["applications"];
    assert!(applications.to_string().contains("By hand"), "{applications:#}");

    simulator.forget_requests();
    assert!(simulator.requests().is_empty());
    simulator.assert_every_route_was_known();
}

#[test]
fn every_authority_is_discovered_where_client_libraries_look() {
    let simulator = Simulator::start(&["--users", "1"]);
    let host = simulator.ready().authority_host.trim_end_matches('/').to_owned();
    let tenant = simulator.tenant().tenant_id.clone();
    let shared = "{tenantid}".to_owned();
    for (name, issuer) in [("organizations", &shared), ("common", &shared), (tenant.as_str(), &tenant)] {
        let configuration = format!("{name}/v2.0/.well-known/openid-configuration");
        let (status, found) = simulator.authority(&configuration);
        assert_eq!((status, &found["issuer"]), (200, &json!(format!("{host}/{issuer}/v2.0"))), "{name}");
        let keys = found["jwks_uri"].as_str().expect("an address").strip_prefix(&format!("{host}/"));
        let (status, keys) = simulator.authority(keys.expect("of this authority"));
        assert!(status == 200 && keys["keys"][0]["kid"].is_string(), "{name}: {keys}");
        let asked = format!("authorization_endpoint={host}/{name}/oauth2/v2.0/authorize");
        let (status, instance) =
            simulator.authority(&format!("common/discovery/instance?api-version=1.1&{asked}"));
        let told = json!(format!("{host}/{configuration}"));
        assert_eq!((status, &instance["tenant_discovery_endpoint"]), (200, &told), "{name}");
    }
    assert_eq!(simulator.authority("consumers.example/v2.0/.well-known/openid-configuration").0, 400);
    simulator.assert_every_route_was_known();
}

#[test]
fn an_unknown_route_is_answered_501_and_logged_as_such() {
    let simulator = Simulator::start(&[]);
    let (status, _) = simulator.graph(Method::GET, "no/such/thing", None);
    assert_eq!(status, 501);
    assert!(simulator.requests().iter().any(|request| request.status == 501));
}

#[test]
fn every_secret_is_told_to_tests() {
    let simulator = Simulator::start(&[]);
    let secrets = simulator.secrets();
    assert!(
        secrets.contains(&simulator.tenant().client_secret),
        "the automation identity's secret is missing"
    );
    assert!(
        secrets.contains(&simulator.tenant().essentials_password),
        "the administrator's password is missing"
    );
}

#[test]
fn the_ready_line_the_log_and_its_summary_have_the_promised_members() {
    let simulator = Simulator::start(&[]);
    let line = simulator.line();
    assert_eq!(
        names(line),
        [
            "authority_host",
            "ca_certificate",
            "control",
            "essentials_endpoint",
            "face",
            "graph_endpoint",
            "machine",
            "tenants"
        ]
    );
    for name in ["endpoint", "principal_id", "assigned_client_id", "assigned_principal_id"] {
        assert!(line["machine"][name].is_string(), "{name}: {line:#}");
    }
    for name in
        ["client_id", "client_secret", "domain", "essentials_password", "essentials_username", "tenant_id"]
    {
        assert!(line["tenants"][0][name].is_string(), "{name}: {line:#}");
    }

    let batch = json!({ "requests": [{
        "id": "1", "method": "POST", "url": "/applications", "body": { "displayName": "By hand" },
        "headers": { "Content-Type": "application/json" },
    }] });
    let (_, answer) = simulator.graph(Method::POST, "$batch", Some(&batch));
    let created = &answer["responses"][0]["body"];
    let id = created["id"].as_str().expect("an application");
    let (_, read) = simulator.graph(Method::GET, &format!("applications/{id}?$select=id"), None);

    let log = simulator.control(Method::GET, "requests", None);
    let [signing_in, envelope, item, .., last] = log.as_array().expect("an array").as_slice() else {
        panic!("{log:#}")
    };
    for entry in [signing_in, envelope, item, last] {
        let all =
            ["batch", "bytes_in", "bytes_out", "method", "path", "query", "seq", "status", "tenant", "time"];
        assert_eq!(names(entry), all);
        let time = entry["time"].as_str().expect("a time");
        assert!(time.parse::<jiff::Timestamp>().is_ok(), "{time}");
    }
    let tenant = simulator.tenant();
    let token = format!("/{}/oauth2/v2.0/token", tenant.tenant_id);
    assert_eq!((&signing_in["path"], &signing_in["batch"]), (&json!(token), &Value::Null));
    let size = |body: &Value| body.to_string().len();
    assert_eq!(envelope["bytes_in"], size(&batch));
    assert_eq!(envelope["bytes_out"], size(&answer));
    assert_eq!((&item["batch"], &item["tenant"]), (&envelope["seq"], &json!(tenant.tenant_id)));
    assert_eq!((&item["method"], &item["path"]), (&json!("POST"), &json!("/v1.0/applications")));
    assert_eq!(item["bytes_in"], size(&batch["requests"][0]["body"]));
    assert_eq!(item["bytes_out"], size(created));
    assert_eq!((&last["query"], &last["bytes_in"]), (&json!("$select=id"), &json!(0)));
    assert_eq!(last["bytes_out"], size(&read));

    let summary = simulator.control(Method::GET, "requests?summary", None);
    assert_eq!(
        summary,
        json!([
            { "method": "POST", "path": "/v1.0/$batch", "count": 1, "statuses": { "200": 1 } },
            { "method": "POST", "path": "/v1.0/applications", "count": 1, "statuses": { "201": 1 } },
            { "method": "GET", "path": "/v1.0/applications/{id}", "count": 1, "statuses": { "200": 1 } },
            { "method": "POST", "path": "/{id}/oauth2/v2.0/token", "count": 2, "statuses": { "200": 2 } },
        ])
    );
}

#[test]
fn every_argument_does_what_the_help_says() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let file = |name: &str, content: &Value| {
        let path = dir.path().join(name);
        fs::write(&path, content.to_string()).expect("a file");
        path.to_str().expect("temporary directories have UTF-8 names").to_owned()
    };
    let mood = file("mood.json", &json!({ "get_unset": "empty_object" }));
    let faults = file("faults.json", &json!([{ "path": "/api/v1/me", "status": 503, "count": 1 }]));
    let invented = ["--plain", "--tenants", "2", "--users", "3", "--groups", "1", "--seed", "7"];
    let moods = [
        ["--mood", &mood],
        ["--faults", &faults],
        ["--latency", "20"],
        ["--mood", "replica_lag=24h"],
        ["--time-scale", "1000"],
    ];
    let simulator = Simulator::start(&[&invented[..], &moods.concat()].concat());
    let state = simulator.state();

    let tenants = state["tenants"].as_object().expect("tenants");
    assert_eq!((tenants.len(), simulator.ready().tenants.len()), (2, 2));
    for tenant in tenants.values() {
        let count = |list: &str| tenant[list].as_array().map(Vec::len);
        assert_eq!((count("users"), count("groups")), (Some(3), Some(1)));
    }
    assert!(simulator.ready().control.starts_with("http://"));
    let essentials = |path: &str| simulator.essentials(Method::GET, path, None);
    assert_eq!((essentials("me").0, essentials("me").0), (503, 200));
    let settings = essentials(&format!("orgs/{}/settings/azure", simulator.tenant().domain));
    assert_eq!(settings, (200, json!({})));
    let now = || {
        let clock = simulator.control(Method::GET, "clock", None);
        clock["now"].as_str().and_then(|now| now.parse::<jiff::Timestamp>().ok()).expect("a time")
    };
    let (begin, clock) = (Instant::now(), now());
    let (_, created) =
        simulator.graph(Method::POST, "applications", Some(&json!({ "displayName": "By hand" })));
    let path = format!("applications/{}", created["id"].as_str().expect("an application"));
    assert_eq!(simulator.graph(Method::GET, &path, None).0, 404, "the replicas know it already");
    // Two tokens and two requests.
    assert!(begin.elapsed() >= Duration::from_millis(4 * 20));
    assert!((now() - clock).as_secs() >= 80);
    simulator.advance_clock("24h");
    assert_eq!(simulator.graph(Method::GET, &path, None).0, 200);

    let same = Simulator::start(&invented);
    assert_eq!(same.tenant().client_secret, simulator.tenant().client_secret);
    let other = Simulator::start(&[&invented[..], &["--seed", "8"]].concat());
    assert_ne!(other.tenant().client_secret, simulator.tenant().client_secret);

    let state = simulator.state();
    let again = Simulator::start(&["--data", &file("state.json", &state)]);
    assert_eq!(again.state(), state);
}

#[test]
fn a_simulator_within_the_test_s_own_process_is_the_same() {
    let simulator = Simulator::within(&["--mood", "error_body=text"]);
    let same = Simulator::start(&["--plain"]);
    assert_eq!(simulator.tenant().client_secret, same.tenant().client_secret);
    let (status, answer) = simulator.essentials(Method::GET, "orgs/elsewhere.example", None);
    assert_eq!((status, &answer), (403, &json!("not authorized")), "{answer}");
    let address = simulator.ready().graph_endpoint.trim_start_matches("http://").to_owned();
    assert!(std::net::TcpStream::connect(&address).is_ok());
    drop(simulator);
    assert!(std::net::TcpStream::connect(&address).is_err(), "it still listens");
}

#[test]
fn moods_are_told_by_the_help_and_set_while_it_runs() {
    let help = String::from_utf8(simulator_with(&["--help"]).stdout).expect("text");
    let simulator = Simulator::within(&[]);
    let in_force = simulator.control(Method::GET, "moods", None);
    for mood in proofpoint_simulator::moods() {
        assert!(help.contains(&format!("  {}: ", mood.name())), "{}", mood.name());
        assert_eq!(in_force[mood.name()], *mood.default(), "{}", mood.name());
    }
    let changed = simulator.control(Method::POST, "moods", Some(&json!({ "lag_of_grants": "45s" })));
    assert_eq!((&changed["lag_of_grants"], &changed["replica_lag"]), (&json!("45s"), &json!("0s")));
    let refused = simulator_with(&["--mood", "lag_of_grants=soon"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("`lag_of_grants`"));
}

#[cfg(unix)]
#[test]
fn files_with_secrets_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let dir = tempfile::tempdir().expect("a temporary directory");
    let paths = ["env", "key"].map(|name| dir.path().join(name));
    let [env, key] = paths.each_ref().map(|path| path.to_str().expect("a path in UTF-8"));
    let _simulator = Simulator::start(&["--plain", "--env-file", env, "--signing-key", key]);
    for path in paths {
        let mode = fs::metadata(&path).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }
}

fn simulator_with(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_proofpoint-azure-simulator"));
    command.args(arguments).stdin(Stdio::null()).output().expect("the simulator starts")
}

#[test]
fn the_state_of_a_running_simulator_can_be_printed() {
    let simulator = Simulator::start(&[]);
    let authority = simulator.ready().ca_certificate.as_deref().expect("a certificate");
    let tls_dir = authority.parent().and_then(|dir| dir.to_str()).expect("its directory");
    let shown = simulator_with(&["--state-of", &simulator.ready().control, "--tls-dir", tls_dir]);
    let state: Value = serde_json::from_slice(&shown.stdout).expect("a state document");
    assert_eq!(state, simulator.state());

    let refused = simulator_with(&["--state-of", &simulator.ready().control]);
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains(&simulator.ready().control) && said.contains("certificate"), "{said}");
}
