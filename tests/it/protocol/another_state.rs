//! Two states that hold the same objects: one imported what the other had made. Importing writes nothing, so that the earlier
//! state has to see for itself that somebody else relies on them now.

use serde_json::{Value as Json, json};

use crate::support::plugin::calls::{Messages, Stored};
use crate::support::quickstart::{APPLICATION, CONSENT, Quickstart, SYNC};
use crate::support::simulator::Simulator;

const ALL: [&str; 3] = [APPLICATION, CONSENT, SYNC];

/// The whole quick start, as the state that made it holds it; another state, which holds nothing else, has imported it.
#[track_caller]
fn imported() -> (Quickstart, Vec<Stored>) {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "1"]));
    quickstart.converge();
    let ids = ALL.map(|kind| quickstart.state(kind)["id"].as_str().expect("an id").to_owned());
    let old = ALL.map(|kind| quickstart.take(kind));
    quickstart.restart();
    for (kind, id) in ALL.iter().zip(&ids) {
        quickstart.import(kind, id);
    }
    (quickstart, old.into())
}

/// Destroys what the earlier state holds, in a process of its own; what was said.
#[track_caller]
fn destroy(quickstart: &mut Quickstart, kinds: &[&'static str], old: &[Stored]) -> Messages {
    quickstart.restart();
    let mut said = Messages::default();
    for kind in kinds.iter().rev() {
        let held = &old[ALL.iter().position(|one| one == kind).expect("one of all")];
        said.0.append(&mut quickstart.destroy_deposed(kind, held).0);
    }
    assert!(!said.has_errors(), "{said}");
    quickstart.restart();
    said
}

#[track_caller]
fn changes(quickstart: &mut Quickstart, kind: &'static str, arguments: &Json) {
    quickstart.write(kind, arguments);
    let said = quickstart.change(kind);
    assert!(!said.has_errors(), "{said}");
}

#[test]
fn an_earlier_state_lets_go_of_all_that_the_sync_of_another_one_relies_on() {
    let (mut quickstart, old) = imported();
    assert_eq!(quickstart.converge(), [SYNC]);
    let said = destroy(&mut quickstart, &ALL, &old);
    for summary in ["The sync of `contoso.com` goes on", "The consent stays", "The application stays"] {
        assert!(said.warns(summary), "{summary}: {said}");
    }
    quickstart.assert_sound("the state that imported it");
    assert_eq!(quickstart.converge(), Vec::<&str>::new());
}

#[test]
fn an_application_that_was_let_go_of_is_taken_over_by_whoever_asks_for_its_name_again() {
    let (mut quickstart, old) = imported();
    quickstart.converge();
    destroy(&mut quickstart, &ALL, &old);
    let before = quickstart.take(APPLICATION).state;
    quickstart.simulator.advance_clock("2h");
    let said = quickstart.change(APPLICATION);
    assert!(!said.has_errors(), "{said}");
    assert_eq!(quickstart.state(APPLICATION)["object_id"], before["object_id"]);
    quickstart.assert_sound("the configuration that came back");
}

#[test]
fn an_imported_application_belongs_to_the_state_that_changed_it() {
    let (mut quickstart, old) = imported();
    changes(&mut quickstart, APPLICATION, &json!({ "notes": "moved to another state" }));
    let said = destroy(&mut quickstart, &[APPLICATION], &old);
    assert!(said.warns("The application stays"), "{said}");
    let said = quickstart.destroy_saying(APPLICATION);
    assert!(!said.warns("The application stays"), "{said}");
}

#[test]
fn an_imported_consent_belongs_to_the_state_that_changed_it_with_all_that_was_given() {
    let (mut quickstart, old) = imported();
    changes(&mut quickstart, CONSENT, &json!({ "remove_extra": true }));
    let said = destroy(&mut quickstart, &[CONSENT], &old);
    assert!(said.warns("The consent stays"), "{said}");
    let principal = quickstart.state(APPLICATION)["service_principal_object_id"].clone();
    let roles = |quickstart: &Quickstart| {
        let all = quickstart.directory()["app_role_assignments"].take();
        all.as_array().into_iter().flatten().filter(|one| one["principalId"] == principal).count()
    };
    assert_eq!(roles(&quickstart), 1);
    quickstart.destroy_one(CONSENT);
    assert_eq!(roles(&quickstart), 0);
}

#[test]
fn a_state_that_imported_and_changed_nothing_shares_what_it_holds() {
    let (mut quickstart, old) = imported();
    let said = destroy(&mut quickstart, &ALL, &old);
    assert!(!said.warns("The application stays"), "{said}");
    assert!(quickstart.settings().is_null());
}
