//! The data source's report against the simulator's sync engine: all the way from both APIs to the answer, on random
//! directories, settings and both versions.
//!
//! The two were written apart from each other, from the same reference. What the engine does must be what the report
//! has said, but for one thing that no API tells: which accounts an earlier run made.
//!
//! `TEST_DIRECTORIES=5000 cargo test --test it protocol::preview` tries more directories than the usual run,
//! `TEST_FIRST_DIRECTORY=4711` begins with that one.

pub(crate) mod directories;
mod verdict;

use std::fs;

use clients::env::EnvMap;
use reqwest::Method;
use serde_json::json;
use tokio::runtime::Runtime;

use crate::support::plugin::Start;
use crate::support::simulator::Simulator;
use directories::Case;

/// How many directories a usual run tries.
const USUAL: u64 = 200;

fn number(variable: &str, usual: u64) -> u64 {
    EnvMap::of_process().get(variable).map_or(usual, |text| text.parse().expect("a number"))
}

#[test]
fn the_preview_says_what_the_engine_does() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let document = dir.path().join("state.json");
    let begin = number("TEST_FIRST_DIRECTORY", 1);
    let write = |case: &Case| fs::write(&document, case.document().to_string()).expect("the state document");
    write(&Case::of(begin));
    let path = document.to_str().expect("temporary directories have UTF-8 names");
    let simulator = Simulator::start(&["--plain", "--data", path]);
    let runtime = Runtime::new().expect("a runtime");
    let plugin = runtime.block_on(async {
        let plugin = Start::plain(&simulator.environment()).run().await;
        plugin.configure(json!({})).await.expect_none();
        plugin
    });

    let mut seen = verdict::Seen::default();
    for seed in begin..begin + number("TEST_DIRECTORIES", USUAL) {
        let case = Case::of(seed);
        write(&case);
        simulator.control(Method::POST, "reset", None);
        simulator.control(Method::POST, "moods", Some(&json!({ "sync_version": case.version })));
        let settings = case.settings(simulator.tenant());
        let (status, answer) =
            simulator.essentials(Method::PUT, "orgs/contoso.com/settings/azure", Some(&settings));
        assert_eq!(status, 204, "directory {seed}: {answer}");

        let config =
            json!({ "domain": "contoso.com", "sync_version": case.version, "detail_limit": 100_000 });
        let (state, messages) = runtime.block_on(plugin.data("proofpoint_azure_sync_preview", config));
        messages.expect_none();
        let run = simulator.control(Method::POST, "sync", Some(&json!({ "domain": "contoso.com" })));
        assert_eq!(run["outcome"], "success", "directory {seed}: {run}");
        seen.compare(&case, &state["report"], &run);
    }
    seen.expect_everything();
    simulator.assert_every_route_was_known();
}

#[test]
fn user_capping_refuses_as_many_as_the_report_says_are_too_many() {
    let simulator = Simulator::start(&["--plain"]);
    let tenant = simulator.tenant();
    let settings = tenant.sync_settings(&json!({}));
    let (status, answer) =
        simulator.essentials(Method::PUT, &format!("orgs/{}/settings/azure", tenant.domain), Some(&settings));
    assert_eq!(status, 204, "{answer}");
    // People made by hand take every licence that is left.
    let (_, organization) = simulator.essentials(Method::GET, &format!("orgs/{}", tenant.domain), None);
    let number = |field: &str| organization[field].as_u64().expect(field);
    let people: Vec<_> = (number("active_users")..number("user_licenses"))
        .map(|n| json!({ "primary_email": format!("hand{n}@{}", tenant.domain), "type": "end_user", "is_active": true }))
        .collect();
    let (status, answer) =
        simulator.essentials(Method::POST, &format!("orgs/{}/users", tenant.domain), Some(&json!(people)));
    assert!(status < 300, "{status} {answer}");
    simulator.control(Method::POST, "moods", Some(&json!({ "user_capping": true })));

    let report = Runtime::new().expect("a runtime").block_on(async {
        let plugin = Start::plain(&simulator.environment()).run().await;
        plugin.configure(json!({})).await.expect_none();
        let (state, said) =
            plugin.data("proofpoint_azure_sync_preview", json!({ "domain": tenant.domain })).await;
        said.expect_none();
        state["report"].clone()
    });
    let findings = report["findings"].as_array().expect("findings");
    let licences = findings.iter().find(|finding| finding["code"] == "licences_exceeded").expect("too many");
    let run = simulator.control(Method::POST, "sync", Some(&json!({ "domain": tenant.domain })));
    let refused: Vec<_> = run["blocked"].as_array().expect("blocked").iter().collect();
    assert!(refused.len() > 1 && refused.iter().all(|one| one[1] == "all licences are taken"), "{run}");
    let foreseen = format!("That is {} too many", refused.len());
    assert!(licences["text"].as_str().is_some_and(|text| text.contains(&foreseen)), "{licences}: {run}");
}
