//! Deletions that a run withholds: said in every plan, planned once.

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::sync_run::{Reviewed, told};
use crate::support::by_hand::newcomer;
use crate::support::plugin::calls::{Messages, Stored};
use crate::support::plugin::values::UNKNOWN;

const JACK: &str = "jack.king@contoso.com";

fn withholding(world: &Reviewed, limit: &str) -> Json {
    let rows = world.preview(json!({}))["changes"].clone();
    json!({ "changes": rows, "max_deletions": limit, "on_excess": "withhold" })
}

/// The only message, which is a warning of this title.
#[track_caller]
fn only<'a>(said: &'a Messages, title: &str) -> &'a str {
    let [one] = said.0.as_slice() else { panic!("{said}") };
    assert!(!one.error && one.summary == title && one.path == "max_deletions", "{said}");
    &one.detail
}

/// A run that has made what it could and has withheld a deletion.
fn withheld(world: &Reviewed) -> Stored {
    let planned = world.plan(withholding(world, "0"));
    let does = told(&planned.messages);
    assert!(does.starts_with("1 to update, 3 to add.") && !does.contains("jack.king"), "{does}");
    let excess = planned.messages.0.iter().find(|one| one.path == "max_deletions").expect("a warning");
    assert!(excess.detail.contains("All of them are withheld") && excess.detail.contains(JACK), "{excess}");
    let applied = world.apply(planned);
    assert!(!applied.messages.has_errors(), "{}", applied.messages);
    assert!(applied.state["withheld"][JACK].as_str().unwrap().starts_with("delete "), "{:#}", applied.state);
    assert!(applied.state["left"][JACK].as_str().unwrap().contains("withheld"), "{:#}", applied.state);
    assert!(applied.state["run_at"].is_string());
    world.simulator.forget_requests();
    applied
}

#[test]
fn what_is_withheld_is_no_change_again_and_is_told_of_in_every_plan() {
    let mut world = Reviewed::start(&[]);
    let mut run = withheld(&world);
    for _ in 0..2 {
        world.restart();
        let planned = world.plan_next(&mut run, withholding(&world, "0"));
        assert_eq!(planned.state, run.state, "the same report is no change");
        let said = only(&planned.messages, "Withheld from people of contoso.com");
        assert!(said.contains(JACK) && said.contains("`max_deletions`"), "{said}");
    }
    // Nor is another patience a reason to run.
    let mut patient = withholding(&world, "0");
    patient["timeouts"] = json!({ "update": "5m" });
    let planned = world.plan_next(&mut run, patient);
    assert_eq!(planned.state["run_at"], run.state["run_at"]);
    let applied = world.apply_to(Some(&run), planned);
    assert_eq!(applied.state["withheld"], run.state["withheld"]);
    world.expect_no_writes();
}

#[test]
fn a_report_that_says_something_else_is_a_change_and_withholds_again() {
    let world = Reviewed::start(&[]);
    let mut run = withheld(&world);
    world.simulator.advance_clock("1h");
    world.graph(Method::POST, "users", Some(&newcomer("nora.olsen", "contoso.com")));
    let planned = world.plan_next(&mut run, withholding(&world, "0"));
    assert_eq!(planned.state["run_at"], json!(UNKNOWN));
    assert!(told(&planned.messages).starts_with("1 to add."), "{}", planned.messages);
    let mut next = world.apply_to(Some(&run), planned);
    assert_ne!(next.state["run_at"], run.state["run_at"], "somebody was added");
    assert_eq!(next.state["withheld"], run.state["withheld"]);
    let planned = world.plan_next(&mut next, withholding(&world, "0"));
    assert_eq!(planned.state, next.state);

    // Jack is kept by somebody who takes his row out: nothing runs, and nothing is withheld any more.
    let planned =
        world.plan_next(&mut next, json!({ "changes": {}, "on_excess": "withhold", "max_deletions": "0" }));
    assert_eq!(planned.state["withheld"], json!({}));
    assert!(planned.state["left"].get(JACK).is_none(), "{:#}", planned.state);
    world.simulator.forget_requests();
    let last = world.apply_to(Some(&next), planned);
    assert_eq!(last.state["run_at"], next.state["run_at"]);
    world.expect_no_writes();
}

#[test]
fn when_nobody_is_written_the_time_of_the_run_stays() {
    let world = Reviewed::start(&[]);
    let mut run = withheld(&world);
    world.simulator.advance_clock("1h");
    // Another limit is a change of the configuration, and allows as little.
    let planned = world.plan_next(&mut run, withholding(&world, "1%"));
    assert_eq!(planned.state["run_at"], json!(UNKNOWN), "1% allows one account");
    let planned = world.plan_next(&mut run, {
        let mut again = withholding(&world, "0");
        again["send_welcome_email"] = json!(true);
        again
    });
    assert_eq!(planned.state["run_at"], json!(UNKNOWN));
    let applied = world.apply_to(Some(&run), planned);
    assert!(!applied.messages.has_errors(), "{}", applied.messages);
    assert_eq!(applied.state["run_at"], run.state["run_at"]);
    world.expect_no_writes();
}

#[test]
fn rows_that_turn_out_to_be_none_forget_what_was_withheld_and_keep_the_time_of_the_run() {
    let world = Reviewed::start(&[]);
    let mut run = withheld(&world);
    world.simulator.advance_clock("1h");
    let unknown = json!({ "changes": UNKNOWN, "on_excess": "withhold", "max_deletions": "0" });
    let mut planned = world.plan_next(&mut run, unknown);
    assert_eq!(planned.state["withheld"], json!(UNKNOWN));
    planned.config["changes"] = json!({});
    planned.state["changes"] = json!({});
    let applied = world.apply_to(Some(&run), planned);
    assert!(!applied.messages.has_errors(), "{}", applied.messages);
    assert_eq!(applied.state["run_at"], run.state["run_at"]);
    assert_eq!(applied.state["withheld"], json!({}));
    let mut left = run.state["left"].clone();
    assert!(left.as_object_mut().unwrap().remove(JACK).is_some(), "{left:#}");
    assert_eq!(applied.state["left"], left);
    world.expect_no_writes();
}

#[test]
fn what_was_withheld_is_enacted_once_the_limit_allows_it() {
    let world = Reviewed::start(&[]);
    let mut run = withheld(&world);
    let planned = world.plan_next(&mut run, withholding(&world, "1"));
    assert!(told(&planned.messages).starts_with("1 to delete."), "{}", planned.messages);
    let applied = world.apply_to(Some(&run), planned);
    assert_eq!(applied.state["withheld"], json!({}), "{:#}", applied.state);
    assert!(!world.essentials(Method::GET, "users", None).to_string().contains(JACK));
}

#[test]
fn a_share_of_more_accounts_allows_what_was_withheld() {
    let world = Reviewed::start(&[]);
    // Two deletions, where a share of the accounts allows one.
    world.graph(Method::DELETE, "users/ben.cole@contoso.com", None);
    let planned = world.plan(withholding(&world, "7%"));
    let mut run = world.apply(planned);
    assert_eq!(run.state["withheld"].as_object().unwrap().len(), 2, "{:#}", run.state);
    let planned = world.plan_next(&mut run, withholding(&world, "7%"));
    assert_eq!(planned.state, run.state);
    for number in 0..20 {
        let account = json!({ "primary_email": format!("more{number}@contoso.com"), "type": "end_user" });
        world.essentials(Method::POST, "users", Some(&account));
    }
    let planned = world.plan_next(&mut run, withholding(&world, "7%"));
    assert_eq!(planned.state["run_at"], json!(UNKNOWN), "{}", planned.messages);
    assert!(told(&planned.messages).contains("2 to delete"), "{}", planned.messages);
}
