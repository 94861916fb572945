//! The simulator as the suites rely on it: ready line, environment file, control plane, log.

use reqwest::Method;
use serde_json::json;
use terraform_provider_proofpoint::env;

use crate::support::simulator::Simulator;

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
