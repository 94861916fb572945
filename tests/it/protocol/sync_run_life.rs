//! A reviewed run from its beginning to its end: rows that are another kind of change by now, rows that nobody approved, what
//! is left, an import, and a destruction that does nothing to people.

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::sync_run::{Reviewed, told};

const IRENE: &str = "irene.jones@contoso.com";
const JACK: &str = "jack.king@contoso.com";

/// The addresses of the accounts there are.
fn accounts(world: &Reviewed) -> String {
    world.essentials(Method::GET, "users", None).to_string()
}

/// The refusal of a run of which a row no longer holds, which writes nothing.
#[track_caller]
fn broken(world: &Reviewed, planned: crate::support::plugin::calls::Plan) -> String {
    world.simulator.forget_requests();
    let refused = world.apply(planned);
    let error = refused.messages.expect_error();
    assert_eq!(error.summary, "Planned rows of contoso.com no longer hold");
    world.expect_no_writes();
    error.detail.clone()
}

#[test]
fn an_update_that_has_become_a_deletion_is_not_enacted() {
    let world = Reviewed::start(&[]);
    let rows = world.preview(json!({}))["changes"].clone();
    assert!(rows[IRENE].as_str().unwrap().starts_with("update "), "{rows:#}");
    let planned = world.plan(json!({ "changes": { IRENE: rows[IRENE] } }));
    assert!(!planned.messages.has_errors(), "{}", planned.messages);
    world.graph(Method::DELETE, &format!("users/{IRENE}"), None);
    let detail = broken(&world, planned);
    assert!(detail.contains(&format!("{IRENE}  now the row is `delete ")), "{detail}");
    assert!(accounts(&world).contains(IRENE));
}

#[test]
fn a_deletion_that_has_become_an_update_is_not_enacted() {
    let world = Reviewed::start(&[]);
    let rows = world.preview(json!({}))["changes"].clone();
    assert!(rows[JACK].as_str().unwrap().starts_with("delete "), "{rows:#}");
    let planned = world.plan(json!({ "changes": { JACK: rows[JACK] } }));
    told(&planned.messages);
    let deleted =
        world.simulator.graph_done(Method::GET, "directory/deletedItems/microsoft.graph.user", None);
    let id =
        deleted["value"].as_array().unwrap().iter().find(|one| one["mail"] == JACK).unwrap()["id"].clone();
    let id = id.as_str().unwrap();
    world.graph(Method::POST, &format!("directory/deletedItems/{id}/restore"), None);
    world.graph(Method::PATCH, &format!("users/{id}"), Some(&json!({ "surname": "Back" })));
    let detail = broken(&world, planned);
    assert!(detail.contains(&format!("{JACK}  now the row is `update ")), "{detail}");
    assert!(accounts(&world).contains(JACK));
}

#[test]
fn rows_that_nobody_approved_are_left_and_named() {
    let world = Reviewed::start(&[]);
    let rows = world.preview(json!({}))["changes"].clone();
    let planned = world.plan(json!({ "changes": { IRENE: rows[IRENE] } }));
    let applied = world.apply(planned);
    assert!(!applied.messages.has_errors(), "{}", applied.messages);
    let left = applied.state["left"].as_object().expect("what is left");
    for (address, row) in rows.as_object().unwrap() {
        if address == IRENE {
            assert!(!left.contains_key(address), "{left:#?}");
            continue;
        }
        let verb = row.as_str().unwrap().split(' ').next().unwrap();
        assert_eq!(left[address], json!(format!("{verb}: not among the approved rows")), "{address}");
    }
    let rest = world.preview(json!({}))["changes"].clone();
    assert_eq!(rest.as_object().unwrap().len(), rows.as_object().unwrap().len() - 1, "{rest:#}");
}

#[test]
fn destroying_a_run_asks_for_nothing_and_changes_nobody() {
    let world = Reviewed::start(&[]);
    let planned = world.plan(json!({ "changes": world.preview(json!({}))["changes"] }));
    let applied = world.apply(planned);
    assert!(!applied.messages.has_errors() && applied.state["run_at"].is_string(), "{}", applied.messages);
    let before = world.simulator.state()["organizations"].take();
    world.simulator.forget_requests();
    let gone = world.destroy(&applied);
    gone.messages.expect_none();
    assert_eq!(gone.state, Json::Null);
    assert!(world.simulator.requests().is_empty());
    assert_eq!(world.simulator.state()["organizations"].take(), before);
}

#[test]
fn an_imported_run_has_done_nothing_yet_and_the_next_plan_shows_what_is_to_be_done() {
    let world = Reviewed::start(&[]);
    let mut imported = world.import("contoso.com");
    assert!(!imported.messages.has_errors(), "{}", imported.messages);
    let expected =
        json!({ "domain": "contoso.com", "changes": {}, "left": {}, "withheld": {}, "run_at": null });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(imported.state[name], *value, "{name}: {:#}", imported.state);
    }
    // Another limit alone is a change that does nothing.
    let planned = world.plan_next(&mut imported, json!({ "changes": {}, "max_deletions": "3" }));
    let mut imported = world.apply_to(Some(&imported), planned);
    imported.messages.expect_none();
    let rows = world.preview(json!({}))["changes"].clone();
    let planned = world.plan_next(&mut imported, json!({ "changes": rows }));
    told(&planned.messages);
    assert_eq!(planned.state["changes"], rows);
    let applied = world.apply_to(Some(&imported), planned);
    assert!(!applied.messages.has_errors() && applied.state["run_at"].is_string(), "{}", applied.messages);
    assert!(!accounts(&world).contains(JACK));
}
