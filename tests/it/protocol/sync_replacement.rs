//! A replacement whose new half comes first, and a resource that was renamed without `moved`: the old half lets go.

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::support::quickstart::{Quickstart, SYNC};
use crate::support::simulator::Simulator;

const GOES_ON: &str = "The sync of `contoso.com` goes on";

fn in_place(arguments: &Json) -> Quickstart {
    let mut quickstart = Quickstart::prepared(Simulator::start(&[]));
    quickstart.write(SYNC, &json!({ "exemptions": ["scanner@contoso.com"] }));
    quickstart.write(SYNC, arguments);
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    quickstart
}

#[test]
fn a_destroy_that_sees_its_successor_lets_go() {
    for interrupted in [false, true] {
        let mut quickstart = in_place(&json!({}));
        let old = quickstart.take(SYNC);
        assert!(!quickstart.change(SYNC).has_errors());
        if interrupted {
            // The other half comes in another process.
            quickstart.restart();
        }
        let said = quickstart.destroy_deposed(SYNC, &old);
        assert!(!said.has_errors() && said.warns(GOES_ON), "interrupted {interrupted}: {said}");
        // It is managed still, under the same address, where this run set it up anew.
        let is_told_apart = said.to_string().contains("no longer manages it");
        assert_eq!(is_told_apart, interrupted, "{said}");
        assert_eq!(quickstart.settings()["sync_frequency"], 1, "the sync is gone");
        quickstart.assert_sound("replaced");
        quickstart.destroy_one(SYNC);
        assert!(quickstart.settings().is_null() && quickstart.keys().is_empty(), "{:?}", quickstart.keys());
    }
}

#[test]
fn a_key_that_an_interrupted_run_left_behind_is_no_successor() {
    for killed in [false, true] {
        let mut quickstart = in_place(&json!({}));
        quickstart.write(SYNC, &json!({ "frequency": 3, "timeouts": { "update": "10s" } }));
        let before = quickstart.stored(SYNC).expect("a sync");
        let lost = json!({ "method": "PUT", "path": "**/settings/azure", "status": 503 });
        quickstart.simulator.set_faults(&json!([lost]));
        assert!(quickstart.change(SYNC).has_errors());
        assert_eq!(quickstart.keys().len(), 2);
        quickstart.simulator.set_faults(&json!([]));
        if killed {
            // Nothing of it was written to the state: only the key itself says whose it is.
            quickstart.put(SYNC, before);
            quickstart.restart();
        }
        quickstart.configure();
        quickstart.destroy_one(SYNC);
        let left = (quickstart.settings(), quickstart.keys());
        assert!(left.0.is_null() && left.1.is_empty(), "killed {killed}: {left:?}");
    }
}

#[test]
fn without_a_managed_secret_the_same_run_knows_its_successor() {
    let mut quickstart = in_place(&json!({}));
    let secret = quickstart.settings()["ad_key"].clone();
    quickstart.write(SYNC, &json!({ "managed_client_secret": null, "client_secret": secret }));
    quickstart.take(SYNC);
    assert!(!quickstart.change(SYNC).has_errors());
    quickstart.configure();
    let old = quickstart.take(SYNC);
    assert!(!quickstart.change(SYNC).has_errors());
    let said = quickstart.destroy_deposed(SYNC, &old);
    assert!(!said.has_errors() && said.warns(GOES_ON), "{said}");
    assert!(!quickstart.settings().is_null());
    quickstart.restart();
    // Another run cannot tell both halves apart: what it deletes is made again.
    quickstart.destroy_deposed(SYNC, &old);
    assert!(quickstart.settings().is_null());
    assert!(!quickstart.change(SYNC).has_errors());
    assert_eq!(quickstart.settings()["sync_frequency"], 1);
    quickstart.destroy_one(SYNC);
    assert!(quickstart.settings().is_null());
}

#[test]
fn settings_that_go_through_another_application_are_somebody_elses() {
    let quickstart = in_place(&json!({}));
    let mut settings = quickstart.essentials(reqwest::Method::GET, "settings/azure", None);
    settings["application_id"] = json!("99999999-9999-4999-8999-999999999999");
    settings["ad_key"] = json!("another secret");
    quickstart.essentials(reqwest::Method::PUT, "settings/azure", Some(&settings));
    let old = quickstart.take(SYNC);
    let said = quickstart.destroy_deposed(SYNC, &old);
    assert!(said.warns(GOES_ON), "{said}");
    assert_eq!(quickstart.settings()["ad_key"], "another secret");
    assert!(quickstart.keys().is_empty(), "its own key was left");
}

#[test]
fn people_who_can_only_sign_in_with_microsoft_are_told_of_when_the_connection_goes() {
    let unable = "People of `contoso.com` may be unable to sign in to the console";
    for forced in [false, true] {
        let mut quickstart = Quickstart::prepared(Simulator::start(&["--users", "2"]));
        quickstart.write(SYNC, &json!({}));
        let said = quickstart.change(SYNC);
        assert!(!said.has_errors(), "{said}");
        let login = json!({ "force_azure_login": forced });
        quickstart.essentials(Method::PUT, "authentication/settings/login", Some(&login));
        quickstart.restart();
        let said = quickstart.destroy_saying(SYNC);
        assert_eq!(said.warns(unable), forced, "{said}");
        assert!(quickstart.settings().is_null());
    }
}
