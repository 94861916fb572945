//! The three ways to give Proofpoint a client secret, and the ways from one to another.

use reqwest::Method;
use serde_json::json;

use crate::support::plugin::succeeds;
use crate::support::quickstart::{APPLICATION, Quickstart, SYNC};
use crate::support::simulator::Simulator;

/// A secret of the application that somebody made by hand.
fn secret_by_hand(quickstart: &Quickstart) -> String {
    let id = quickstart.state(APPLICATION)["object_id"].as_str().unwrap().to_owned();
    let body = json!({ "passwordCredential": { "displayName": "By hand" } });
    let (status, made) =
        quickstart.simulator.graph(Method::POST, &format!("applications/{id}/addPassword"), Some(&body));
    assert_eq!(status, 200, "{made}");
    made["secretText"].as_str().unwrap().to_owned()
}

#[test]
fn our_keys_go_once_proofpoint_has_another_credential() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "2"]));
    quickstart.converge();
    assert_eq!(quickstart.keys().len(), 1);

    let by_hand = secret_by_hand(&quickstart);
    quickstart.write(SYNC, &json!({ "managed_client_secret": null, "client_secret": by_hand }));
    quickstart.configure();
    quickstart.simulator.forget_requests();
    succeeds(&quickstart.change(SYNC));
    assert_eq!(quickstart.settings()["ad_key"], json!(by_hand));
    assert_eq!(quickstart.keys().len(), 1, "only the key made by hand");
    assert!(quickstart.state(SYNC)["key_id"].is_null());
    let at = |method: &str, end: &str| {
        let found = quickstart
            .simulator
            .requests()
            .into_iter()
            .rfind(|r| r.method == method && r.path.ends_with(end));
        found.unwrap_or_else(|| panic!("no {method} of {end}")).seq
    };
    assert!(at("PUT", "/settings/azure") < at("POST", "/removePassword"));

    quickstart.write(
        SYNC,
        &json!({ "client_secret": null, "client_secret_wo": by_hand, "client_secret_wo_version": "1" }),
    );
    quickstart.configure();
    succeeds(&quickstart.change(SYNC));
    let state = quickstart.state(SYNC);
    assert!(state["client_secret_wo"].is_null() && !state.to_string().contains(&by_hand), "{state:#}");

    let managed = json!({ "application_id": quickstart.state(APPLICATION)["id"] });
    let back = json!({
        "client_secret_wo": null, "client_secret_wo_version": null, "managed_client_secret": managed,
    });
    quickstart.write(SYNC, &back);
    quickstart.configure();
    succeeds(&quickstart.change(SYNC));
    assert_eq!(quickstart.state(SYNC)["rotation_reason"], json!("adopted"));
    assert_eq!(quickstart.keys().len(), 2, "the key made by hand is nobody's business");
    assert_ne!(quickstart.settings()["ad_key"], json!(by_hand));
}

#[test]
fn a_stored_secret_is_warned_of_where_the_client_has_something_better() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "2"]));
    succeeds(&quickstart.change(APPLICATION));
    quickstart.validate(SYNC, true).expect_none();
    quickstart.validate(SYNC, false).expect_none();

    quickstart.write(SYNC, &json!({ "managed_client_secret": null, "client_secret": "from elsewhere" }));
    let said = quickstart.validate(SYNC, true);
    assert_eq!(said.0.len(), 1, "{said}");
    assert!(!said.0[0].error && said.0[0].path.is_empty(), "its line would be quoted: {said}");
    assert!(said.0[0].detail.contains("`client_secret`"), "{said}");
    assert!(said.0[0].detail.contains("`client_secret_wo`"), "{said}");
    quickstart.validate(SYNC, false).expect_none();

    let write_only =
        json!({ "client_secret": null, "client_secret_wo": "x", "client_secret_wo_version": "1" });
    quickstart.write(SYNC, &write_only);
    quickstart.validate(SYNC, true).expect_none();
    assert_eq!(quickstart.validate(SYNC, false).expect_error().path, "client_secret_wo");
}

#[test]
fn what_is_no_secret_is_refused_where_it_is_written() {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "2"]));
    succeeds(&quickstart.change(APPLICATION));
    for text in ["", " ", "****"] {
        for (argument, version) in [("client_secret", json!(null)), ("client_secret_wo", json!("1"))] {
            let none =
                json!({ "managed_client_secret": null, "client_secret": null, "client_secret_wo": null });
            quickstart.write(SYNC, &none);
            quickstart.write(SYNC, &json!({ argument: text, "client_secret_wo_version": version }));
            let said = quickstart.validate(SYNC, true);
            let refusal = said.expect_error();
            assert_eq!(refusal.path, argument, "{refusal}");
            assert!(refusal.detail.starts_with("A client secret is required"), "{refusal}");
            assert!(text.trim().is_empty() || !said.to_string().contains(text), "{said}");
        }
    }
}
