//! Five years of a synchronization, a plan and an apply a week.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::support::plugin::values::UNKNOWN;
use crate::support::quickstart::{Quickstart, SYNC, strings};
use crate::support::simulator::Simulator;

const WEEKS: usize = 261;

/// The attributes that a plan changes.
fn changed(prior: &Json, planned: &Json) -> BTreeMap<String, Json> {
    let (prior, planned) = (prior.as_object().expect("a state"), planned.as_object().expect("a plan"));
    planned
        .iter()
        .filter(|(name, value)| prior.get(*name) != Some(value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

#[test]
fn five_years_of_weekly_applies_never_meet_an_expired_secret_or_an_unexplained_change() {
    let simulator = Simulator::start(&["--users", "2", "--groups", "0"]);
    let mut quickstart = Quickstart::start(simulator);
    quickstart.write(SYNC, &json!({ "frequency": 24 }));
    quickstart.converge();
    let domain = quickstart.simulator.tenant().domain.clone();
    let (mut rotations, mut removals, mut quiet) = (0, 0, 0);
    let mut expecting_removal = false;
    for week in 1..=WEEKS {
        quickstart.simulator.advance_clock("7d");
        quickstart.configure();
        let planned = quickstart.plan(SYNC);
        assert!(planned.messages.0.iter().all(|message| !message.error), "week {week}: {}", planned.messages);
        let prior = quickstart.state(SYNC);
        let changes = changed(&prior, &planned.state);
        if changes.is_empty() {
            assert!(!expecting_removal, "week {week}: the superseded key stays");
            quiet += 1;
        } else if changes.get("key_id").is_some_and(|key| key == UNKNOWN) {
            let reason = &planned.state["rotation_reason"];
            assert_eq!(*reason, json!("expiring"), "week {week}");
            let end: jiff::Timestamp = prior["key_end_date"].as_str().unwrap().parse().unwrap();
            let now = now(&quickstart);
            let left = end.duration_since(now).as_hours();
            assert!((720 - 7 * 24..=720).contains(&left), "week {week}: {left} hours were left");
            rotations += 1;
            expecting_removal = true;
        } else {
            let only = BTreeMap::from([("superseded_key_ids".to_owned(), json!([]))]);
            assert_eq!(changes, only, "week {week}: a change without a reason");
            assert_eq!(strings(&prior["superseded_key_ids"]).len(), 1, "week {week}");
            removals += 1;
            expecting_removal = false;
        }
        if !changes.is_empty() {
            let said = quickstart.apply(SYNC, planned);
            assert!(said.0.iter().all(|message| !message.error), "week {week}: {said}");
            quickstart.assert_sound(&format!("week {week}"));
        }
        // The simulator keeps two hundred runs, which are more than half a year's.
        if week % 26 == 0 || week == WEEKS {
            let state = quickstart.simulator.state();
            let runs = state["organizations"][&domain]["runs"].as_array().expect("runs");
            let failed: Vec<&Json> = runs.iter().filter(|run| run["outcome"] != "success").collect();
            assert!(
                runs.len() >= 26 * 7 && failed.is_empty(),
                "week {week}: {} runs, {failed:?}",
                runs.len()
            );
            quickstart.restart();
        }
    }
    // Two years less thirty days each.
    assert_eq!((rotations, removals), (2, 2));
    assert_eq!(quiet, WEEKS - 4);
}

fn now(quickstart: &Quickstart) -> jiff::Timestamp {
    let clock = quickstart.simulator.control(reqwest::Method::GET, "clock", None);
    clock["now"].as_str().expect("a time").parse().expect("a time")
}
