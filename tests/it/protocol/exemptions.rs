//! Exemptions: in place before anything runs, and never taken from anybody unseen.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::support::plugin::calls::Messages;
use crate::support::quickstart::{Quickstart, SYNC, strings};
use crate::support::simulator::Simulator;

const SCANNER: &str = "scanner@contoso.com";
const FAX: &str = "fax@contoso.com";
const PRINTER: &str = "printer@contoso.com";

fn world(exemptions: &Json) -> Quickstart {
    let mut quickstart = Quickstart::prepared(Simulator::start(&[]));
    quickstart.write(SYNC, &json!({ "exemptions": exemptions }));
    quickstart.simulator.forget_requests();
    quickstart
}

fn exempt_by_hand(quickstart: &Quickstart, address: &str) {
    quickstart.essentials(Method::PUT, "settings/azure/exemptions", Some(&json!([address])));
    quickstart.simulator.forget_requests();
}

fn exempt(quickstart: &Quickstart) -> BTreeSet<String> {
    let listed = quickstart.essentials(Method::GET, "settings/azure/exemptions", None);
    listed
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["email"].as_str().expect("one").to_owned())
        .collect()
}

/// The writes to the settings and the exemptions, in their order.
fn writes(quickstart: &Quickstart) -> Vec<String> {
    let writes = quickstart.simulator.writes().into_iter();
    let ours = writes.filter_map(|request| {
        let (_, part) = request.path.split_once("/settings/azure")?;
        Some(format!("{} settings{}", request.method, part.replace("%40", "@")))
    });
    ours.collect()
}

#[track_caller]
fn refused(said: &Messages, named: &str) {
    let error = said.expect_error();
    assert_eq!(
        (error.summary.as_str(), error.path.as_str()),
        ("The organization has exemptions that are not listed (contoso.com)", "exemptions"),
        "{said}"
    );
    assert!(error.detail.contains(&format!("\"{named}\"")), "{said}");
}

#[test]
fn exemptions_are_in_place_before_anything_runs() {
    let quickstart = world(&json!([SCANNER]));
    // No body of an addition is taken: the apply ends between the two writes of the settings.
    let words = "bad request: the body does not list addresses as this service wants it";
    let refusal =
        json!({ "errors": [{ "status": 400, "error_message": words, "identifier": "contoso.com" }] });
    let refused = json!({ "method": "PUT", "path": "**/exemptions", "status": 400, "body": refusal });
    quickstart.simulator.set_faults(&json!([refused]));
    let said = quickstart.change(SYNC);
    let error = said.expect_error();
    assert_eq!(error.path, "exemptions", "{said}");
    assert!(
        error.detail.contains("status 400") && error.detail.contains("does not list addresses"),
        "{said}"
    );
    assert!(quickstart.settings().is_null(), "something would run, and no state knows of it");
    assert!(quickstart.keys().is_empty(), "{:?}", quickstart.keys());
    assert!(error.detail.contains("has been removed again"), "{said}");
    let tried = ["PUT settings/exemptions"; 6];
    assert_eq!(writes(&quickstart), [&["PUT settings"][..], &tried, &["DELETE settings"]].concat());
    assert!(quickstart.state(SYNC).is_null(), "a failed create left a state");

    quickstart.simulator.set_faults(&json!([]));
    quickstart.simulator.forget_requests();
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    assert_eq!(writes(&quickstart), ["PUT settings", "PUT settings/exemptions", "PUT settings"]);
    assert_eq!(quickstart.settings()["sync_frequency"], 1);
    quickstart.assert_sound("resumed");
}

#[test]
fn whichever_body_an_addition_has_is_found_and_remembered() {
    for (form, tried) in [("array", 1), ("emails", 3), ("emails_array", 6)] {
        let mut quickstart = world(&json!([SCANNER, FAX]));
        let form = json!({ "exemptions_body": form });
        quickstart.simulator.control(Method::POST, "moods", Some(&form));
        let said = quickstart.change(SYNC);
        assert!(!said.has_errors(), "{form}: {said}");
        assert_eq!(exempt(&quickstart), strings(&json!([SCANNER, FAX])), "{form}");
        assert_eq!(quickstart.settings()["sync_frequency"], 1, "{form}");
        let additions = writes(&quickstart).into_iter().filter(|write| write == "PUT settings/exemptions");
        assert_eq!(additions.count(), tried, "{form}");

        quickstart.simulator.forget_requests();
        quickstart.write(SYNC, &json!({ "exemptions": [SCANNER, FAX, PRINTER] }));
        let said = quickstart.change(SYNC);
        assert!(!said.has_errors(), "{form}: {said}");
        assert_eq!(writes(&quickstart), ["PUT settings/exemptions"], "{form}: not remembered");
    }
}

#[test]
fn an_exemption_that_is_accepted_and_not_kept_is_noticed() {
    let mut quickstart = world(&json!([SCANNER]));
    quickstart.write(SYNC, &json!({ "timeouts": { "create": "15s" } }));
    let ignored = json!({ "method": "PUT", "path": "**/exemptions", "status": 204, "body": "" });
    quickstart.simulator.set_faults(&json!([ignored]));
    let said = quickstart.change(SYNC);
    let error = said.expect_error();
    assert_eq!(
        (error.summary.as_str(), error.path.as_str()),
        ("Proofpoint did not take the exemption (contoso.com)", "exemptions")
    );
    assert!(error.detail.contains(SCANNER), "{said}");
    assert!(quickstart.settings().is_null(), "something would run");
    assert!(quickstart.keys().is_empty(), "{:?}", quickstart.keys());
}

#[test]
fn exemptions_that_nobody_listed_are_refused_at_creation() {
    let quickstart = world(&json!([SCANNER]));
    let early = quickstart.plan(SYNC);
    assert!(!early.messages.has_errors(), "{}", early.messages);
    exempt_by_hand(&quickstart, FAX);
    refused(&quickstart.plan(SYNC).messages, FAX);
    refused(&quickstart.apply(SYNC, early), FAX);
    assert_eq!(quickstart.simulator.writes(), []);
    assert_eq!(exempt(&quickstart), strings(&json!([FAX])));
}

#[test]
fn taking_exemptions_under_management_is_refused_while_there_are_others_and_needs_no_key() {
    let mut quickstart = world(&Json::Null);
    assert!(!quickstart.change(SYNC).has_errors());
    exempt_by_hand(&quickstart, FAX);
    let key = quickstart.state(SYNC)["key_id"].clone();

    quickstart.write(SYNC, &json!({ "exemptions": [SCANNER] }));
    refused(&quickstart.plan(SYNC).messages, FAX);

    quickstart.write(SYNC, &json!({ "exemptions": [SCANNER, FAX] }));
    let early = quickstart.plan(SYNC);
    assert!(!early.messages.has_errors(), "{}", early.messages);
    exempt_by_hand(&quickstart, PRINTER);
    refused(&quickstart.apply(SYNC, early), PRINTER);
    assert_eq!(quickstart.simulator.writes(), []);

    quickstart.write(SYNC, &json!({ "exemptions": [SCANNER, FAX, PRINTER] }));
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    assert_eq!(writes(&quickstart), ["PUT settings/exemptions"]);
    assert_eq!(exempt(&quickstart), strings(&json!([SCANNER, FAX, PRINTER])));
    assert_eq!(quickstart.state(SYNC)["key_id"], key);
}

#[test]
fn an_exemption_made_after_the_plan_stays_until_a_plan_has_shown_it() {
    let mut quickstart = world(&json!([SCANNER]));
    assert!(!quickstart.change(SYNC).has_errors());
    // One with a change of the list, one with a write of the settings.
    for (change, by_hand) in [(json!({ "exemptions": [PRINTER] }), FAX), (json!({ "frequency": 3 }), SCANNER)]
    {
        quickstart.write(SYNC, &change);
        let planned = quickstart.plan(SYNC);
        assert!(!planned.messages.has_errors(), "{}", planned.messages);
        exempt_by_hand(&quickstart, by_hand);
        let said = quickstart.apply(SYNC, planned);
        assert!(!said.has_errors(), "{said}");
        assert_eq!(exempt(&quickstart), strings(&json!([PRINTER, by_hand])));

        quickstart.configure();
        let shown = quickstart.plan(SYNC);
        assert_eq!(strings(&quickstart.state(SYNC)["exemptions"]), strings(&json!([PRINTER, by_hand])));
        assert!(!quickstart.apply(SYNC, shown).has_errors());
        assert_eq!(exempt(&quickstart), strings(&json!([PRINTER])));
    }
}

/// Nothing runs by itself at frequency 0, but a reviewed run does, and its report counts on them.
#[test]
fn a_first_configuration_that_runs_nothing_has_its_exemptions() {
    let mut quickstart = world(&json!([FAX, PRINTER]));
    quickstart.write(SYNC, &json!({ "frequency": 0 }));
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    assert_eq!(exempt(&quickstart), strings(&json!([FAX, PRINTER])));
}

#[test]
fn a_body_that_is_refused_or_has_no_effect_is_followed_by_another() {
    std::thread::scope(|scope| {
        for wrong in ["unprocessable", "no_effect"] {
            scope.spawn(move || {
                let mut quickstart = world(&json!([SCANNER, FAX]));
                quickstart.write(SYNC, &json!({ "timeouts": { "create": "90s" } }));
                let moods = json!({ "exemptions_body": "emails_array", "exemptions_wrong_shape": wrong });
                quickstart.simulator.control(Method::POST, "moods", Some(&moods));
                let said = quickstart.change(SYNC);
                assert!(!said.has_errors(), "{wrong}: {said}");
                assert_eq!(exempt(&quickstart), strings(&json!([SCANNER, FAX])), "{wrong}");
                assert_eq!(quickstart.settings()["sync_frequency"], 1, "{wrong}");
            });
        }
    });
}
