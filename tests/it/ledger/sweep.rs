//! When the world changes: each member of each answer is taken out, or is of another type, and whoever reads is told by which
//! line.

use clients::ledger::{self, Entry, Line, Way};
use serde_json::json;
use tokio::runtime::Runtime;

use super::sample::{is_instead, of_another_type};
use super::service::{Change, Service};
use super::verbs;
use crate::support::plugin::Start;
use crate::support::simulator::Simulator;

/// Lines whose value may be anything, each with why.
const TAKEN_AS_IT_IS: &[(&str, &str)] = &[
    ("essentials.settings.get < ad_key", "it is a mask, and dropped"),
    (
        "essentials.settings.get < secret_expiry",
        "nobody has published its form: what is none counts as not shown",
    ),
    ("essentials.settings.get < last_successful_sync", "the same"),
];

/// The lines of answers that are read, each with its entry.
fn lines() -> impl Iterator<Item = (&'static Entry, &'static Line)> {
    let entries = ledger::entries().iter();
    let entries = entries.filter(|entry| entry.method != "-" && !verbs::is_never_an_error(entry.id));
    entries.flat_map(|entry| {
        let read = entry.lines.iter().filter(|line| line.way == Way::Read && !line.path.contains('*'));
        let read = read.filter(|line| !is_instead(entry, line));
        read.map(move |line| (entry, line))
    })
}

/// An item that names its address under any of several names is one line of its own.
const ONE_OF_SEVERAL: (&str, &str) =
    ("essentials.exemptions.list < exemptions[].email", "essentials.exemptions.list < exemptions[]");

/// The error names the line, and shows nothing of what came.
fn assert_told(text: &str, entry: &Entry, line: &Line, what: &str) {
    let name = entry.name_of(Way::Read, &line.path);
    let name = if name == ONE_OF_SEVERAL.0 { ONE_OF_SEVERAL.1.to_owned() } else { name };
    assert!(text.contains(&format!("`{name}`")), "{name} {what}, and the error does not name it: {text}");
    assert!(!text.contains("hush"), "{name} {what}: the error shows what came: {text}");
}

#[test]
fn a_member_that_is_gone_is_named_by_its_line() {
    Runtime::new().expect("a runtime").block_on(async {
        let service = Service::start().await;
        let mut tried = 0;
        for (entry, line) in lines().filter(|(_, line)| line.kind.is_required()) {
            service.change(Some(Change { entry: entry.id, path: line.path.clone(), value: None }));
            match verbs::ask(&service, entry.id).await {
                // A list without elements is one.
                Ok(()) if line.path.ends_with("[]") => {}
                Ok(()) => panic!("{} is not missed", entry.name_of(Way::Read, &line.path)),
                Err(text) => assert_told(&text, entry, line, "is gone"),
            }
            tried += 1;
        }
        assert!(tried > 60, "{tried}");
    });
}

#[test]
fn a_member_of_another_type_is_named_by_its_line() {
    Runtime::new().expect("a runtime").block_on(async {
        let service = Service::start().await;
        let mut tried = 0;
        for (entry, line) in lines() {
            let name = entry.name_of(Way::Read, &line.path);
            let Some(value) = of_another_type(line.kind) else { continue };
            if line.path.starts_with("@odata.") || line.path.contains("access_token.") {
                continue;
            }
            service.change(Some(Change { entry: entry.id, path: line.path.clone(), value: Some(value) }));
            let taken = TAKEN_AS_IT_IS.iter().any(|(taken, _)| *taken == name);
            match verbs::ask(&service, entry.id).await {
                Ok(()) => assert!(taken, "{name} may be anything"),
                Err(text) => {
                    assert!(!taken, "{name} may not be anything");
                    assert_told(&text, entry, line, "is of another type");
                }
            }
            tried += 1;
        }
        assert!(tried > 200, "{tried}");
    });
}

#[test]
fn whoever_meets_a_changed_world_reads_what_was_relied_on_what_came_and_what_to_do() {
    let simulator = Simulator::within(&["--users", "2"]);
    let domain = simulator.tenant().domain.clone();
    let body =
        json!({ "users": [{ "primaryEmail": "ann@contoso.com", "type": "end_user", "secret": "hush" }] });
    simulator.set_faults(&json!([
        { "method": "GET", "path": "/api/v1/orgs/*/users", "count": 9, "status": 200, "body": body },
    ]));
    Runtime::new().expect("a runtime").block_on(async {
        let plugin = Start::plain(&simulator.environment()).run().await;
        plugin.configure(json!({})).await.expect_none();
        let said = plugin.data("proofpoint_users", json!({ "domain": domain })).await.1;
        let text = said.to_string();
        for part in [
            "`users[0].primary_email`",
            "`essentials.accounts.list < users[].primary_email`: text",
            "What came: { …: text",
            "type: text",
            "`terraform-provider-proofpoint doctor DOMAIN --report FILE`",
            "Correlation id",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("ann@") && !text.contains("hush"), "{text}");
    });
}

#[test]
fn a_status_of_which_nothing_is_known_is_told_with_those_that_are_relied_on() {
    let simulator = Simulator::within(&["--users", "2"]);
    let domain = simulator.tenant().domain.clone();
    for (path, relied_on, source, config) in [
        (
            "/api/v1/orgs/*/users",
            "`essentials.accounts.list`: 200, 403",
            "proofpoint_users",
            json!({ "domain": domain }),
        ),
        ("/v1.0/organization", "`graph.organization`: 200", "proofpoint_azure_tenant", json!({})),
    ] {
        simulator.set_faults(&json!([{ "method": "GET", "path": path, "count": 9, "status": 418 }]));
        Runtime::new().expect("a runtime").block_on(async {
            let plugin = Start::plain(&simulator.environment()).run().await;
            plugin.configure(json!({})).await.expect_none();
            let text = plugin.data(source, config).await.1.to_string();
            for part in ["418", relied_on, "`terraform-provider-proofpoint doctor DOMAIN --report FILE`"] {
                assert!(text.contains(part), "{part}: {text}");
            }
        });
    }
}
