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
fn exemptions_outlive_their_resource_and_the_next_one_is_told_what_to_do() {
    let mut quickstart = world(&json!([SCANNER, FAX]));
    assert!(!quickstart.change(SYNC).has_errors());
    quickstart.destroy_one(SYNC);
    assert_eq!(exempt(&quickstart), strings(&json!([SCANNER, FAX])));

    quickstart.write(SYNC, &json!({ "exemptions": [SCANNER] }));
    let said = quickstart.plan(SYNC).messages;
    refused(&said, FAX);
    let advice = "Add them to the set and apply; the next apply takes off what you then leave out.";
    assert!(said.expect_error().detail.contains(advice), "{said}");
    // To the letter.
    quickstart.write(SYNC, &json!({ "exemptions": [SCANNER, FAX] }));
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    quickstart.write(SYNC, &json!({ "exemptions": [SCANNER] }));
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    assert_eq!(exempt(&quickstart), strings(&json!([SCANNER])));
}

/// The sync of a world, as a state that knows nothing of it would import it.
fn imported(exempt: &[&str]) -> Quickstart {
    let mut quickstart = world(&Json::Null);
    assert!(!quickstart.change(SYNC).has_errors());
    for address in exempt {
        exempt_by_hand(&quickstart, address);
    }
    // Whoever imports it plans no other key.
    let key = quickstart.settings()["ad_key"].clone();
    quickstart.write(
        SYNC,
        &json!({ "managed_client_secret": null, "client_secret": key, "frequency": 1, "exemptions": null }),
    );
    quickstart.import(SYNC, "contoso.com");
    quickstart
}

#[test]
fn an_import_reads_what_is_exempt_and_no_first_apply_takes_any_of_it() {
    let mut quickstart = imported(&[SCANNER, FAX]);
    assert_eq!(strings(&quickstart.state(SYNC)["exemptions"]), strings(&json!([SCANNER, FAX])));

    // A configuration that lacks one of them is refused, and so is one that lacks what was added since.
    for fewer in [json!([SCANNER]), json!([])] {
        // A plan that is not applied keeps nothing of its reading.
        quickstart.import(SYNC, "contoso.com");
        quickstart.write(SYNC, &json!({ "exemptions": fewer }));
        refused(&quickstart.plan(SYNC).messages, FAX);
    }
    quickstart.write(SYNC, &json!({ "exemptions": [SCANNER, FAX] }));
    quickstart.import(SYNC, "contoso.com");
    exempt_by_hand(&quickstart, PRINTER);
    let early = quickstart.plan(SYNC);
    refused(&early.messages, PRINTER);
    assert_eq!(quickstart.simulator.writes(), []);

    // With all of them it is an apply like any other, after which the set is managed: a plan shows who is taken off.
    quickstart.write(SYNC, &json!({ "exemptions": [SCANNER, FAX, PRINTER] }));
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    assert_eq!(exempt(&quickstart), strings(&json!([SCANNER, FAX, PRINTER])));
    quickstart.write(SYNC, &json!({ "exemptions": [SCANNER, FAX] }));
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    assert_eq!(exempt(&quickstart), strings(&json!([SCANNER, FAX])));
}

#[test]
fn an_import_into_a_configuration_without_exemptions_says_that_they_stay() {
    let quickstart = imported(&[SCANNER, FAX]);
    let planned = quickstart.plan(SYNC);
    let said = planned.messages.0.iter().find(|message| message.path == "exemptions").expect("a warning");
    assert_eq!(said.summary, "Exemptions will not be managed (contoso.com)");
    assert!(said.detail.contains("2 exemptions") && said.detail.contains(FAX), "{said}");
    let said = quickstart.apply(SYNC, planned);
    assert!(!said.has_errors(), "{said}");
    assert!(writes(&quickstart).iter().all(|write| write == "PUT settings"), "{:?}", writes(&quickstart));
    assert_eq!(exempt(&quickstart), strings(&json!([SCANNER, FAX])));
    quickstart.configure();
    let again = quickstart.plan(SYNC);
    assert!(again.messages.0.is_empty(), "{}", again.messages);
    assert_eq!(again.state, quickstart.state(SYNC));

    // Nobody is told of a list that is empty.
    let none = imported(&[]);
    assert_eq!(none.state(SYNC)["exemptions"], Json::Null);
    assert!(none.plan(SYNC).messages.0.iter().all(|message| message.path != "exemptions"));
}

#[test]
fn an_import_that_may_not_read_exemptions_says_so_and_manages_none() {
    let quickstart = imported(&[FAX]);
    for answer in [json!({ "status": 403 }), json!({ "status": 200, "body": [{ "email": "fax@nowhere" }] })] {
        let mut fault = json!({ "method": "GET", "path": "**/exemptions" });
        for (name, value) in answer.as_object().expect("an answer") {
            fault[name] = value.clone();
        }
        quickstart.simulator.set_faults(&json!([fault]));
        quickstart.import(SYNC, "contoso.com");
        assert_eq!(quickstart.state(SYNC)["exemptions"], Json::Null);
        quickstart.simulator.set_faults(&json!([]));
    }
    assert_eq!(exempt(&quickstart), strings(&json!([FAX])));
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

/// What somebody took off the list since the plan is for the next plan to show.
#[test]
fn a_change_that_is_not_about_exemptions_leaves_them_as_they_are() {
    let mut quickstart = world(&json!([SCANNER, FAX]));
    assert!(!quickstart.change(SYNC).has_errors());
    quickstart.write(SYNC, &json!({ "timeouts": { "update": "90s" } }));
    let planned = quickstart.plan(SYNC);
    assert!(!planned.messages.has_errors(), "{}", planned.messages);
    quickstart.essentials(Method::DELETE, &format!("settings/azure/exemptions/{FAX}"), None);
    assert_eq!(exempt(&quickstart), strings(&json!([SCANNER])));
    quickstart.simulator.forget_requests();
    let said = quickstart.apply(SYNC, planned);
    assert!(!said.has_errors(), "{said}");
    assert_eq!(writes(&quickstart), [""; 0]);
    assert_eq!(exempt(&quickstart), strings(&json!([SCANNER])));
    // The next plan shows that one is missing, and its apply brings it back.
    quickstart.configure();
    let said = quickstart.change(SYNC);
    assert!(!said.has_errors(), "{said}");
    assert_eq!(exempt(&quickstart), strings(&json!([SCANNER, FAX])));
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
