//! A client secret for use elsewhere: rotated in time and without an overlap, lost on its way, removed by somebody.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

use crate::support::plugin;
use crate::support::plugin::Plugin;
use crate::support::plugin::calls::{Messages, Stored};
use crate::support::quickstart::APPLICATION;
use crate::support::simulator::Simulator;

const SECRET: &str = "proofpoint_azure_client_secret";

/// An application and a provider.
struct World {
    simulator: Simulator,
    runtime: Runtime,
    plugin: Plugin,
    application: Json,
    overlap: &'static str,
}

impl World {
    fn start() -> Self {
        let simulator = Simulator::start(&["--plain", "--users", "2", "--groups", "0"]);
        let runtime = Runtime::new().unwrap();
        let (plugin, application) = runtime.block_on(async {
            let plugin = plugin::start(&simulator.environment()).await;
            plugin.configure(json!({})).await.expect_none();
            let config =
                json!({ "display_name": "For reports", "redirect_uris": ["https://reports.example.com/"] });
            let resource = plugin.resource(APPLICATION).await;
            let planned = resource.plan(None, config).await;
            let made = resource.apply(None, planned).await;
            made.messages.expect_none();
            (plugin, made.state)
        });
        // Another write within moments of one may be refused as concurrent.
        simulator.advance_clock("1m");
        Self { simulator, runtime, plugin, application, overlap: "0s" }
    }

    /// Refreshes, plans and applies the secret, and keeps what core would.
    fn apply(&self, prior: Option<&Stored>, trigger: &str) -> (Option<Stored>, Messages) {
        let config = json!({
            "application_id": self.application["id"], "display_name": "reporting", "end_date_relative": "4320h",
            "rotate_before": "720h", "rotate_when_changed": { "trigger": trigger }, "overlap": self.overlap,
        });
        self.runtime.block_on(async {
            self.plugin.configure(json!({})).await.expect_none();
            let resource = self.plugin.resource(SECRET).await;
            let mut prior = match prior {
                Some(prior) => Some(resource.read(prior).await),
                None => None,
            };
            prior = prior.filter(|prior| !prior.state.is_null());
            let planned = resource.plan(prior.as_ref(), config).await;
            let applied = resource.apply(prior.as_ref(), planned).await;
            let said = applied.messages.clone();
            (Some(applied).filter(|applied| !applied.state.is_null()), said)
        })
    }

    /// The same, which must succeed.
    fn make(&self, prior: Option<&Stored>, trigger: &str) -> Stored {
        let (made, said) = self.apply(prior, trigger);
        said.expect_none();
        made.expect("a secret")
    }

    fn destroy(&self, prior: &Stored) {
        self.runtime.block_on(async {
            let resource = self.plugin.resource(SECRET).await;
            let prior = resource.read(prior).await;
            let planned = resource.plan(Some(&prior), Json::Null).await;
            resource.apply(Some(&prior), planned).await.messages.expect_none();
        });
    }

    /// Ids of the secrets that the application has.
    fn keys(&self) -> BTreeSet<String> {
        let (status, found) = self.graph(Method::GET, "", None);
        assert_eq!(status, 200, "{found}");
        let keys = found["passwordCredentials"].as_array().cloned().unwrap_or_default();
        keys.iter().map(|key| key["keyId"].as_str().unwrap().to_owned()).collect()
    }

    fn graph(&self, method: Method, part: &str, body: Option<&Json>) -> (u16, Json) {
        let id = self.application["object_id"].as_str().unwrap();
        self.simulator.graph(method, &format!("applications/{id}{part}"), body)
    }
}

fn key(secret: &Stored) -> String {
    secret.state["key_id"].as_str().unwrap().to_owned()
}

#[test]
fn without_overlap_the_earlier_secret_goes_once_the_new_one_is_there() {
    let world = World::start();
    let first = world.make(None, "1");
    world.simulator.forget_requests();
    let second = world.make(Some(&first), "2");
    assert_ne!(key(&second), key(&first));
    assert_eq!(world.keys(), BTreeSet::from([key(&second)]));
    let writes = world.simulator.writes();
    let order: Vec<&str> = writes.iter().filter_map(|write| write.path.rsplit('/').next()).collect();
    assert_eq!(order, ["addPassword", "removePassword"]);
}

#[test]
fn a_secret_is_rotated_in_time_and_the_earlier_one_kept_for_the_overlap() {
    let world = World { overlap: "24h", ..World::start() };
    let first = world.make(None, "1");
    // A life of 4320h with 720h to spare.
    world.simulator.advance_clock("3598h");
    let same = world.make(Some(&first), "1");
    assert_eq!(same.state, first.state);
    world.simulator.advance_clock("3h");
    let second = world.make(Some(&same), "1");
    assert_ne!(second.state["value"], first.state["value"]);
    assert_eq!(world.keys(), BTreeSet::from([key(&first), key(&second)]));
    assert_eq!(second.state["previous_key_ids"], json!([key(&first)]));
    world.simulator.advance_clock("25h");
    let third = world.make(Some(&second), "1");
    assert_eq!(third.state["value"], second.state["value"]);
    assert_eq!(world.keys(), BTreeSet::from([key(&second)]));
}

#[test]
fn a_secret_whose_answer_was_lost_is_removed_by_the_next_apply() {
    let world = World::start();
    // The provider looks for a secret of which it heard nothing, and here is not let to; Entra's time is asked for before,
    // by the plan, which looks at the policies as well, and by the apply.
    let lost = json!([
        { "method": "POST", "path": "/v1.0/applications/*/addPassword", "drop": "after" },
        { "method": "GET", "path": "/v1.0/applications/*", "status": 403, "skip": 3 },
    ]);
    world.simulator.set_faults(&lost);
    let (left, said) = world.apply(None, "1");
    assert!(said.has_errors(), "{said}");
    world.simulator.set_faults(&json!([]));
    assert_eq!(world.keys().len(), 1, "no secret was made: {said}");
    // Core replaces what a failed creation has left.
    world.destroy(&left.expect("a state that the next apply can clean up by"));
    assert_eq!(world.keys(), BTreeSet::new());
    let made = world.make(None, "1");
    assert_eq!(world.keys(), BTreeSet::from([key(&made)]), "the lost secret is still there");
}

#[test]
fn a_secret_that_somebody_removed_is_made_anew() {
    let world = World::start();
    let made = world.make(None, "1");
    // What was made a moment ago would be looked for again.
    world.simulator.advance_clock("6m");
    let (status, answer) =
        world.graph(Method::POST, "/removePassword", Some(&json!({ "keyId": made.state["key_id"] })));
    assert_eq!(status, 204, "{answer}");
    let again = world.make(Some(&made), "1");
    assert_eq!(world.keys(), BTreeSet::from([key(&again)]));
    assert_ne!(key(&again), key(&made));
}

#[test]
fn a_secret_whose_state_died_with_its_command_is_told_of_by_the_next() {
    let world = World::start();
    let first = world.make(None, "1");
    // The command was killed: nothing knows of it.
    let (second, said) = world.apply(None, "1");
    let second = second.expect("a secret");
    assert!(!said.has_errors(), "{said}");
    let text = said.to_string();
    assert!(text.contains("that is left over"), "{text}");
    assert!(text.contains(first.state["key_id"].as_str().unwrap()), "{text}");
    assert!(!text.contains(second.state["key_id"].as_str().unwrap()), "{text}");
    // However long ago that was: nobody may have applied since.
    world.simulator.advance_clock("900h");
    let (_, said) = world.apply(None, "1");
    assert!(said.to_string().contains(first.state["key_id"].as_str().unwrap()), "{said}");
}

#[test]
fn destroying_a_secret_takes_it_and_those_that_are_kept_for_the_overlap_out_of_entra() {
    let world = World { overlap: "24h", ..World::start() };
    let first = world.make(None, "1");
    let second = world.make(Some(&first), "2");
    assert_eq!(world.keys(), BTreeSet::from([key(&first), key(&second)]));
    world.destroy(&second);
    assert_eq!(world.keys(), BTreeSet::new());
}
