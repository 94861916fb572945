//! A service that does not answer, or asks to come back later, is not reached: nothing is said of what an apply would meet.

use super::findings::{document, found, step};
use super::*;

#[test]
fn a_service_that_has_no_answer_for_now_is_not_reached() {
    let simulator = Simulator::within(&["--users", "2"]);
    for (fault, name) in [
        (json!({ "path": "/v1.0/organization", "status": 503 }), "entra_sign_in"),
        (json!({ "path": "/v1.0/domains", "status": 429, "headers": { "Retry-After": "90" } }), "domains"),
        (
            json!({ "path": "/v1.0/applications", "status": 429, "headers": { "Retry-After": "90" } }),
            "applications",
        ),
        (
            json!({ "path": "/v1.0/policies/defaultAppManagementPolicy", "status": 429, "headers": { "Retry-After": "90" } }),
            "policies",
        ),
        (json!({ "path": "/api/v1/orgs/contoso.com/settings/azure", "drop": "before" }), "sync"),
        (json!({ "path": "/api/v1/orgs/contoso.com/domains", "status": 503 }), "domains"),
        (json!({ "path": "/api/v1/me", "status": 502 }), "proofpoint_sign_in"),
        (json!({ "path": "/*/oauth2/v2.0/token", "status": 503 }), "entra_sign_in"),
    ] {
        simulator.set_faults(&json!([fault]));
        let told = document(&simulator, &simulator.environment(), &[]);
        assert_eq!(step(&told, name)["status"], "unreachable", "{fault}: {told:#}");
        assert_eq!(told["exit_code"], 4, "{fault}: {told:#}");
        assert_eq!(told["next"], again("contoso.com"), "{fault}");
    }
}

#[test]
fn what_a_service_refuses_is_refused_and_not_out_of_reach() {
    let simulator = Simulator::within(&["--users", "2"]);
    for (path, name) in
        [("/v1.0/applications", "applications"), ("/api/v1/orgs/contoso.com/settings/azure", "sync")]
    {
        simulator.set_faults(&json!([{ "method": "GET", "path": path, "status": 403 }]));
        let told = document(&simulator, &simulator.environment(), &[]);
        assert_eq!(step(&told, name)["status"], "blocked", "{told:#}");
        assert_eq!(told["exit_code"], 3, "{told:#}");
    }
    // Nobody has to be able to read what the tenant is called.
    simulator.set_faults(&json!([{ "method": "GET", "path": "/v1.0/organization", "status": 403 }]));
    let told = document(&simulator, &simulator.environment(), &[]);
    found(&told, "entra_sign_in", "warning", "Organization.Read.All");
}

#[test]
fn a_service_that_hangs_is_not_blamed_on_a_block_that_is_not_there() {
    let simulator = Simulator::within(&["--users", "2"]);
    simulator.set_faults(&json!([{ "method": "GET", "path": "/api/v1/me", "delay": 60_000 }]));
    let told = document(&simulator, &simulator.environment(), &[]);
    found(&told, "proofpoint_sign_in", "unreachable", "The provider itself waits longer");
    assert!(!told.to_string().contains("`timeouts`"), "{told:#}");
    assert_eq!(step(&told, "proofpoint_sign_in")["told"], "not reached");
}
