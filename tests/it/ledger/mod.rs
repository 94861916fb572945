//! The ledger against what is really asked, sent and read: neither lacks what the other has.
//!
//! What is read is taken from what the deserializers touch. In builds for tests the provider writes it to a file, line by line of
//! the ledger, and with a question mark what has none (`src/clients/ledger/recording.rs`); [`Simulator`] says where, and asks of
//! the file at the end of each test. Here a life that does everything shows that no line is there for nothing.
//!
//! [`Simulator`]: crate::support::simulator::Simulator

mod guesses;
mod sample;
mod service;
mod sweep;
mod verbs;

use std::collections::BTreeSet;
use std::fs;

use clients::ledger::{self, Way};
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

use crate::interfaces;
use crate::support::quickstart::{Quickstart, SYNC};
use crate::support::simulator::Simulator;
use service::Service;

/// What the services answer in other places and at other times, each with what asks for it.
fn seldom() -> Vec<(&'static str, &'static str, u16, Json)> {
    let graph = |details: Json, inner: &str| {
        let error = json!({ "code": { "value": "X" }, "message": { "value": "No." }, "details": details, inner: { "request-id": "r" } });
        ("graph.application.get", "graph.", 400, json!({ "error": error }))
    };
    let spelt = |details: Json, inner: &str| {
        let error = json!({
            "code": { "value": "X" }, "message": { "value": "No." }, "details": details, inner: { "request-id": "r" },
        });
        ("graph.application.get", "graph.", 400, json!({ "odata.error": error }))
    };
    let refused = json!({ "errors": [{ "error_message": "No.", "identifier": "x" }] });
    let unknown = json!({
        "error": "invalid_client", "error_description": "AADSTS7000215: No.", "error_codes": [7_000_215], "trace_id": "t",
        "correlation_id": "c",
    });
    let exempt = json!({ "users": [{ "user": "a@contoso.com" }, { "emailAddress": "b@contoso.com" }] });
    vec![
        graph(json!([{ "code": "Y" }]), "innerError"),
        graph(json!([{ "code": { "value": "Y" } }]), "innererror"),
        graph(json!({ "code": { "value": "Y" } }), "innererror"),
        spelt(json!([{ "code": { "value": "Y" } }]), "innerError"),
        spelt(json!({ "code": { "value": "Y" } }), "innererror"),
        ("essentials.me", "essentials.", 400, refused),
        ("entra.token", "entra.", 401, unknown),
        ("essentials.exemptions.list", "essentials.", 200, exempt),
    ]
}

#[test]
fn every_request_and_every_member_has_a_line_and_every_line_is_used() {
    let everything = interfaces::everything();
    let mut used = everything.relied_on.clone();
    used.extend(settings_of_other_stacks());
    Runtime::new().expect("a runtime").block_on(async {
        let service = Service::start().await;
        for entry in ledger::entries() {
            let is_read = entry.lines.iter().any(|line| line.way == Way::Read);
            if is_read && entry.method != "-" && !verbs::is_never_an_error(entry.id) {
                verbs::ask(&service, entry.id).await.unwrap_or_else(|error| panic!("{}: {error}", entry.id));
            }
        }
        verbs::write(&service).await;
        for (id, start, status, body) in seldom() {
            service.answer_instead(start, status, body);
            assert_eq!(verbs::ask(&service, id).await.is_ok(), status == 200, "{id}: {status}");
        }
    });
    used.extend(fs::read_to_string(service::notes()).expect("the notes").lines().map(str::to_owned));

    let strange: Vec<&String> = used.iter().filter(|line| line.starts_with('?')).collect();
    assert!(strange.is_empty(), "not in the ledger: {strange:#?}");
    let mut needless = Vec::new();
    for entry in ledger::entries() {
        // What no request is asked for by itself is known by its members.
        if entry.method != "-" && entry.path != "*" && !used.contains(entry.id) {
            needless.push(entry.id.to_owned());
        }
        let names = entry.lines.iter().map(|line| entry.name_of(line.way, &line.path));
        // A list of elements is known by what is read of them.
        needless.extend(names.filter(|name| !name.ends_with("[]") && !used.contains(name)));
    }
    assert!(needless.is_empty(), "lines of the ledger that nothing uses: {needless:#?}");
}

/// What is asked where a stack takes exemptions in another shape than the likeliest, or knows more settings.
fn settings_of_other_stacks() -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let shapes = ["exemptions", "emails", "objects", "text", "emails_array"];
    let shapes = shapes.map(|shape| format!("exemptions_body={shape}"));
    for mood in shapes.into_iter().chain(["further_members=shown".to_owned()]) {
        let mut quickstart = Quickstart::start(Simulator::within(&["--mood", &mood]));
        let address = format!("scanner@{}", quickstart.simulator.tenant().domain);
        quickstart.write(SYNC, &json!({ "exemptions": [address] }));
        quickstart.converge();
        quickstart.write(SYNC, &json!({ "frequency": 3 }));
        quickstart.configure();
        quickstart.converge();
        used.extend(quickstart.simulator.relied_on());
    }
    used
}

#[test]
fn what_was_sent_on_the_wire_is_what_was_noted() {
    let everything = interfaces::everything();
    for exchange in &everything.exchanges {
        let entry = ledger::entry_at(&exchange.method, &exchange.path);
        let entry = entry.unwrap_or_else(|| panic!("{} {} is in no entry", exchange.method, exchange.path));
        assert!(entry.understands(exchange.status), "{} answers {}", entry.id, exchange.status);
        for name in exchange.sent.as_object().into_iter().flat_map(|members| members.keys()) {
            let line = entry.line(Way::Sent, name).map(|line| entry.name_of(Way::Sent, &line.path));
            let line = line.unwrap_or_else(|| panic!("{} sends `{name}`, which has no line", entry.id));
            assert!(everything.relied_on.contains(&line), "{line} was not noted");
        }
    }
}
