//! What is true on both sides, whatever their APIs show.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::support::quickstart::{APPLICATION, Quickstart, SYNC, strings};

fn of(directory: &Json, list: &str, member: &str, value: &Json) -> usize {
    directory[list].as_array().into_iter().flatten().filter(|one| one[member] == *value).count()
}

/// The key that Proofpoint holds is a living one of the application, which has the keys that the state lists and no other; there is
/// one application with one principal, one grant and one assignment.
#[track_caller]
pub(super) fn assert_sound(quickstart: &Quickstart, context: &str) {
    let (application, sync) = (quickstart.state(APPLICATION), quickstart.state(SYNC));
    let directory = quickstart.directory();
    let principal = &application["service_principal_object_id"];
    for (list, member, value) in [
        ("applications", "displayName", &application["display_name"]),
        ("service_principals", "displayName", &application["display_name"]),
        ("grants", "clientId", principal),
        ("app_role_assignments", "principalId", principal),
    ] {
        assert_eq!(of(&directory, list, member, value), 1, "{context}: {list}");
    }
    assert_holds_a_living_key(quickstart, context);
    let mut listed = strings(&sync["superseded_key_ids"]);
    listed.insert(sync["key_id"].as_str().unwrap_or_default().to_owned());
    assert_eq!(quickstart.keys(), listed, "{context}: keys");
}

/// Proofpoint's key signs in. A fresh one may take a moment.
#[track_caller]
pub(super) fn assert_holds_a_living_key(quickstart: &Quickstart, context: &str) {
    let settings = quickstart.settings();
    if settings.is_null() {
        return;
    }
    let text = |name: &str| settings[name].as_str().unwrap_or_default().to_owned();
    let (client_id, key, start) = (text("application_id"), text("ad_key"), Instant::now());
    while !quickstart.simulator.signs_in(&client_id, &key) {
        assert!(start.elapsed() < Duration::from_secs(8), "{context}: Proofpoint holds a key that is none");
    }
}

/// Nothing of ours is left but what is in the recycle bin.
#[track_caller]
pub(super) fn assert_nothing_left(quickstart: &Quickstart, made: &Json) {
    let directory = quickstart.directory();
    let principal = &made["service_principal_object_id"];
    for (list, member, value) in [
        ("applications", "appId", &made["client_id"]),
        ("service_principals", "appId", &made["client_id"]),
        ("grants", "clientId", principal),
        ("app_role_assignments", "principalId", principal),
    ] {
        assert_eq!(of(&directory, list, member, value), 0, "left over: {list}");
    }
    let settings = quickstart.settings();
    assert!(settings.is_null(), "left over: the settings {}", settings["application_id"]);
    assert!(of(&directory, "deleted_items", "@odata.type", &json!("#microsoft.graph.application")) <= 1);
}
