//! Drift: one case for each attribute that the other side holds. It is changed by hand, the plan changes exactly that
//! back, and then nothing is left to do. The attributes come from the schema, so that a new one fails until it has a case.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::support::by_hand::{
    Edit, Hand, application_arguments, edit_of_principal, edits_of_application, edits_of_consent,
    edits_of_sync,
};
use crate::support::plugin::messages::schema::{Attribute, Block};
use crate::support::plugin::values::UNKNOWN;
use crate::support::quickstart::{APPLICATION, CONSENT, Quickstart, SYNC};
use crate::support::simulator::Simulator;

/// The quick start with every argument of the application that Entra holds. Nothing runs by itself.
fn quickstart() -> Quickstart {
    let mut quickstart = Quickstart::start(Simulator::start(&["--users", "4", "--groups", "1"]));
    let arguments = application_arguments(&quickstart.simulator);
    quickstart.write(APPLICATION, &arguments);
    quickstart.write(SYNC, &json!({ "frequency": 0 }));
    quickstart
}

fn hand(quickstart: &Quickstart, key: String) -> Hand<'_> {
    Hand { simulator: &quickstart.simulator, application: quickstart.state(APPLICATION), key }
}

/// Plays the edits of a resource. `local` are its other attributes: those that only this provider knows, that the other
/// side never changes, or that follow from others. `follow` may become unknown beside any change.
fn play(
    quickstart: &Quickstart,
    key: &str,
    kind: &'static str,
    edits: &[Edit],
    local: &[&str],
    follow: &[&str],
) {
    let covered: BTreeSet<String> =
        edits.iter().map(|edit| edit.attribute).chain(local.iter().copied()).map(str::to_owned).collect();
    let attributes = attributes(&quickstart.schema(kind));
    let odd: Vec<&String> = attributes.symmetric_difference(&covered).collect();
    assert!(
        odd.is_empty(),
        "{odd:?}: every attribute of {kind}, and nothing else, is an edit of the other side in `support/by_hand.rs`, or is in \
         `local` here since only this provider knows it"
    );

    quickstart.converge();
    for edit in edits {
        let name = edit.attribute;
        // What the process has read before is forgotten, as at the next command of a CLI.
        quickstart.configure();
        assert!(quickstart.converge().is_empty(), "before {name}");
        // What was written a moment ago would be looked for again.
        quickstart.simulator.advance_clock("6m");
        quickstart.configure();
        edit.make(&hand(quickstart, key.to_owned()));
        let plan = quickstart.plan(kind);
        let refreshed = quickstart.stored(kind).unwrap_or_else(|| panic!("{name}: the object is gone")).state;
        assert!(plan.replace.is_empty(), "{name}: replaced because of {:?}", plan.replace);
        let mut changes = differences(&refreshed, &plan.state);
        changes.retain(|changed| changed == name || !is_unknown(&plan.state, changed, follow));
        assert_eq!(changes, [name], "{refreshed:#}\n{:#}\n{}", plan.state, plan.messages);
        assert!(quickstart.converge().contains(&kind), "{name} is not repaired");
    }
    quickstart.configure();
    assert!(quickstart.converge().is_empty(), "at the end");
    quickstart.simulator.assert_every_route_was_known();
}

/// The attributes in which two objects differ, such as `what.active_users`; a set or a list counts as one.
fn differences(before: &Json, after: &Json) -> Vec<String> {
    let (Json::Object(before), Json::Object(after)) = (before, after) else {
        return if before == after { Vec::new() } else { vec![String::new()] };
    };
    let within = |(name, value): (&String, &Json)| {
        differences(value, &after[name]).into_iter().map(|rest| format!("{name}.{rest}")).collect::<Vec<_>>()
    };
    before.iter().flat_map(within).map(|path| path.trim_end_matches('.').to_owned()).collect()
}

fn is_unknown(planned: &Json, attribute: &str, follow: &[&str]) -> bool {
    follow.contains(&attribute) && planned[attribute] == UNKNOWN
}

/// The attributes of a schema, nested ones as `what.active_users`.
fn attributes(schema: &Block) -> BTreeSet<String> {
    fn walk(prefix: &str, attributes: &[Attribute], found: &mut BTreeSet<String>) {
        for attribute in attributes {
            let name = format!("{prefix}{}", attribute.name);
            match &attribute.nested_type {
                Some(nested) => walk(&format!("{name}."), &nested.attributes, found),
                None => {
                    found.insert(name);
                }
            }
        }
    }
    let mut found = BTreeSet::new();
    walk("", &schema.attributes, &mut found);
    found
}

#[test]
fn every_hand_edit_of_an_application_is_one_change_that_is_repaired() {
    let mut edits = edits_of_application();
    edits.push(edit_of_principal());
    // Entra fixes the ids and the unique name for ever and derives the publisher's domain.
    let local = [
        "id",
        "tenant_id",
        "object_id",
        "client_id",
        "unique_name",
        "publisher_domain",
        "deletion_protection",
    ];
    play(&quickstart(), "", APPLICATION, &edits, &local, &[]);
}

#[test]
fn every_hand_edit_of_a_consent_is_one_change_that_is_repaired() {
    let local = ["id", "tenant_id", "client_id", "service_principal_object_id", "remove_extra", "mode"];
    play(&quickstart(), "", CONSENT, &edits_of_consent(), &local, &[]);
}

#[test]
fn every_hand_edit_of_a_sync_is_one_change_that_is_repaired() {
    let mut quickstart = quickstart();
    quickstart.converge();
    // A configured secret: with a managed one, every repair of the settings mints another.
    let key = hand(&quickstart, String::new()).make_secret();
    let exemptions = [format!("scanner@{}", quickstart.simulator.tenant().domain)];
    let arguments = json!({
        "managed_client_secret": null, "client_secret": key, "frequency": 1, "exemptions": exemptions,
        "users": { "remove_deleted": false },
    });
    quickstart.write(SYNC, &arguments);

    let local = [
        // The key of the resource.
        "id",
        "organization",
        "tenant_id",
        "domain",
        // Known to this provider alone.
        "max_removals",
        "sync_version",
        "client_secret",
        "client_secret_wo",
        "client_secret_wo_version",
        "wait_for_sync",
        "wait_for_routing",
        "managed_client_secret.application_id",
        "managed_client_secret.lifetime",
        "managed_client_secret.rotate_before",
        "managed_client_secret.rotate_when_changed",
        "managed_client_secret.description",
        "routing_ready_at",
        // They tell of the managed secret, whose loss is a rotation with tests of its own.
        "key_id",
        "key_hint",
        "key_end_date",
        "superseded_key_ids",
        "rotation_reason",
        "secret_expiry",
    ];
    play(&quickstart, &key, SYNC, &edits_of_sync(), &local, &["secret_expiry"]);
}

#[test]
fn a_managed_key_that_is_gone_from_entra_is_replaced() {
    let quickstart = quickstart();
    quickstart.converge();
    let hand = hand(&quickstart, String::new());
    let key = quickstart.state(SYNC)["key_id"].clone();
    hand.graph(Method::POST, &format!("{}/removePassword", hand.application()), &json!({ "keyId": key }));
    quickstart.configure();
    let plan = quickstart.plan(SYNC);
    assert_eq!(plan.state["key_id"], UNKNOWN, "{:#}", plan.state);
    assert_eq!(plan.state["rotation_reason"], "key_missing", "{:#}", plan.state);
    assert_eq!(quickstart.converge(), [SYNC]);
    quickstart.assert_sound("after the repair");
}
