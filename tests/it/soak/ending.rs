//! What is true when the disturbances are over.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::life::{DOMAIN, Life};
use crate::support::secret_search::Places;

/// Applies that it may take.
const APPLIES: usize = 3;

/// The life that a key has left at least when all is applied: `rotate_before`, unless it is set.
const LIFE_LEFT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// At most three undisturbed applies end in a plan without changes.
pub(super) fn settles(life: &mut Life) {
    let mut last = String::new();
    life.workspace.write("main.tf", &life.configuration.text());
    for _ in 0..APPLIES {
        let apply = life.workspace.apply(&[]);
        last = format!("{apply}");
        let applied = apply.code == Some(0);
        life.hear(Some(apply));
        if !applied {
            // A state that died with its command is made up for as the error says.
            if life.lost_its_state
                && let Some(id) = application_to_import(&last)
            {
                let import = life.workspace.import("proofpoint_azure_application.sync", &id);
                life.hear(Some(import.succeeds()));
            }
            if last.contains("has a synchronization already") && goes_through_nothing(life) {
                // The answer to a creation was lost, and the next command replaced the application: the person does as the error
                // says.
                let id = format!("/orgs/{DOMAIN}/settings/azure");
                let import = life.workspace.import("proofpoint_azure_sync.this", &id);
                life.hear(Some(import.succeeds()));
            }
            if last.contains("has exemptions that are not listed") {
                // The person does as the error says: those are somebody's, or of a sync that was removed by hand or destroyed. A
                // list that was late tells of some that are gone.
                for address in exempt(&life.world().1["exemptions"]) {
                    if last.contains(&format!("\"{address}\",")) {
                        let path = format!(
                            "orgs/{DOMAIN}/settings/azure/exemptions/{}",
                            address.replace('@', "%40")
                        );
                        life.simulator.essentials_done(Method::DELETE, &path, None);
                    }
                }
            }
            continue;
        }
        let plan = life.workspace.plan(&[]);
        let settled = plan.code == Some(0);
        last = format!("{last}\n{plan}");
        life.hear(Some(plan));
        if settled {
            return;
        }
    }
    panic!("still not settled after {APPLIES} applies: {last}");
}

/// Whether Proofpoint signs in as an application that is gone.
fn goes_through_nothing(life: &Life) -> bool {
    let (directory, organization) = life.world();
    such(&directory, "applications", "appId", &organization["settings"]["application_id"]).is_empty()
}

/// The id in an `import` block that an error proposes.
fn application_to_import(text: &str) -> Option<String> {
    let (_, block) = text.split_once("to = proofpoint_azure_application.NAME")?;
    let (_, rest) = block.split_once('"')?;
    rest.split_once('"').map(|(id, _)| id.to_owned())
}

fn such<'a>(directory: &'a Json, list: &str, member: &str, value: &Json) -> Vec<&'a Json> {
    directory[list].as_array().into_iter().flatten().filter(|one| one[member] == *value).collect()
}

/// Both sides hold what the configuration says, once, and nothing beside it.
pub(super) fn is_as_configured(life: &Life, moods: &[String]) {
    let (directory, organization) = life.world();
    let application = life.workspace.attributes("proofpoint_azure_application.sync");
    let name = &life.configuration.display_name;
    let (client_id, principal) = (&application["client_id"], &application["service_principal_object_id"]);
    let registered: Vec<&Json> = directory["applications"].as_array().into_iter().flatten().collect();
    let ours: Vec<&&Json> = registered.iter().filter(|one| one["appId"] == *client_id).collect();
    assert_eq!(ours.len(), 1, "the application");
    assert_eq!(ours[0]["displayName"], name.as_str());
    // The two that every tenant of the simulator has, and ours.
    assert_eq!(registered.len(), 3, "a stray application: {:?}", names(&registered));
    assert_eq!(such(&directory, "service_principals", "appId", client_id).len(), 1, "principals");
    let stray = |one: &&Json| {
        one["displayName"].as_str().is_some_and(|text| text.starts_with("Proofpoint Essentials Azure Sync"))
    };
    let principals = directory["service_principals"].as_array().into_iter().flatten().filter(stray).count();
    assert_eq!(principals, 1, "stray principals");
    if !life.deleted_a_principal {
        // An application that comes back brings its principal, with what others have set at it.
        let left = such(&directory, "deleted_items", "appId", client_id);
        assert!(left.is_empty(), "left in the recycle bin: {left:?}");
    }
    assert_eq!(such(&directory, "grants", "clientId", principal).len(), 1, "grants");
    let permissions = application["application_permissions"].as_object().map_or_else(
        || application["application_permissions"].as_array().map_or(0, Vec::len),
        |sets| sets.values().filter_map(Json::as_array).map(Vec::len).sum(),
    );
    assert_eq!(
        such(&directory, "app_role_assignments", "principalId", principal).len(),
        permissions,
        "assignments"
    );

    has_its_keys(life, ours[0]);
    lives_on(life, ours[0]);
    let settings = &organization["settings"];
    assert_eq!(settings["application_id"], *client_id, "Proofpoint signs in as another application");
    holds_a_living_key(life);
    if moods.iter().all(|word| !word.starts_with("disable_login")) {
        has_its_settings(life);
    }
    touched_nobody_unplanned(life, &organization["users"]);
}

fn names(objects: &[&Json]) -> Vec<String> {
    objects.iter().map(|one| one["displayName"].to_string()).collect()
}

/// Every key of the application is one that the state lists or one that somebody made for something else; those are all there.
fn has_its_keys(life: &Life, application: &Json) {
    let keys = application["passwordCredentials"].as_array().into_iter().flatten();
    let there: BTreeSet<String> = keys.filter_map(|key| key["keyId"].as_str()).map(str::to_owned).collect();
    let listed: BTreeSet<String> = life.listed_keys().into_iter().collect();
    let foreign: BTreeSet<String> = life.foreign_keys.iter().cloned().collect();
    // Of a secret whose state died with its command the next apply tells, and leaves it to a person.
    let told = |key: &String| {
        life.was_killed
            && life.printed.iter().any(|text| {
                text.contains(key.as_str()) && unwrapped(text).contains("secret that is left over")
            })
    };
    let stray: Vec<&String> =
        there.iter().filter(|key| !listed.contains(*key) && !foreign.contains(*key) && !told(key)).collect();
    assert!(stray.is_empty(), "stray keys {stray:?} of {application:#}");
    // Keys of an application that went away are listed until a run has shown that nobody needs them: it may be restored.
    if !life.lost_applications {
        let missing: Vec<&String> = listed.difference(&there).collect();
        assert!(missing.is_empty(), "the state lists keys that are none: {missing:?}");
        let removed: Vec<&String> = foreign.difference(&there).collect();
        assert!(removed.is_empty(), "somebody else's keys were removed: {removed:?}");
    }
}

/// What a CLI has printed, without its lines.
fn unwrapped(text: &str) -> String {
    text.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The key of the sync does not end before it has to be renewed.
fn lives_on(life: &Life, application: &Json) {
    let id = &life.workspace.attributes("proofpoint_azure_sync.this")["key_id"];
    let key = such(application, "passwordCredentials", "keyId", id);
    let key = key.first().unwrap_or_else(|| panic!("the key {id} is none of {application:#}"));
    let end: jiff::Timestamp = key["endDateTime"].as_str().expect("an end").parse().expect("a time");
    assert!(end > life.now() + LIFE_LEFT, "nobody renews {key:#}");
}

/// The key that Proofpoint holds, if it holds one, signs in; a fresh one may take a moment.
pub(super) fn holds_a_living_key(life: &Life) {
    let settings = &life.world().1["settings"];
    if settings.is_null() {
        return;
    }
    let text = |name: &str| settings[name].as_str().unwrap_or_default().to_owned();
    let (client_id, key, start) = (text("application_id"), text("ad_key"), Instant::now());
    while !life.simulator.signs_in(&client_id, &key) {
        assert!(
            start.elapsed() < Duration::from_secs(8),
            "the key that Proofpoint holds is none: {settings:#}"
        );
    }
}

/// Proofpoint syncs as the configuration says.
pub(super) fn has_its_settings(life: &Life) {
    let (configuration, organization) = (&life.configuration, life.world().1);
    let (settings, exemptions) = (&organization["settings"], &organization["exemptions"]);
    for (field, value) in [
        ("sync_frequency", json!(configuration.frequency)),
        ("default_user_role_name", json!(configuration.default_role)),
        ("remove_deleted_users", json!(configuration.remove_deleted)),
        ("add_groups", json!(configuration.add_groups)),
    ] {
        assert_eq!(settings[field], value, "{field} of {settings:#}");
    }
    assert_eq!(exempt(exemptions), configuration.exemptions.iter().cloned().collect(), "exemptions");
}

fn exempt(exemptions: &Json) -> BTreeSet<String> {
    let addresses = exemptions.as_array().into_iter().flatten().filter_map(|one| one["email"].as_str());
    addresses.map(str::to_lowercase).collect()
}

/// Whose account changed without a run of Proofpoint's own was named by a plan before.
fn touched_nobody_unplanned(life: &Life, now: &Json) {
    if !life.ran_by_itself {
        only_these_changed(&life.accounts, now, &life.printed.join("\n"));
    }
}

/// Every account that changed is named in a text.
pub(super) fn only_these_changed(before: &Json, after: &Json, text: &str) {
    let by_address = |users: &Json| -> Vec<(String, Json)> {
        let users = users.as_array().into_iter().flatten();
        users
            .map(|user| (user["primary_email"].as_str().unwrap_or_default().to_owned(), user.clone()))
            .collect()
    };
    let (before, after) = (by_address(before), by_address(after));
    let changed = before
        .iter()
        .filter(|one| !after.contains(one))
        .chain(after.iter().filter(|one| !before.contains(one)));
    for (address, account) in changed {
        assert!(text.contains(address.as_str()), "{address} changed and no plan had named it: {account:#}");
    }
}

/// A destroy takes back everything of ours; what fails is tried again, as by the next command.
pub(super) fn is_destroyed(life: &mut Life) {
    let application = life.workspace.attributes("proofpoint_azure_application.sync");
    let mut last = None;
    for _ in 0..APPLIES {
        let destroy = life.workspace.destroy();
        let done = destroy.code == Some(0);
        life.hear(Some(destroy.clone()));
        last = Some(destroy);
        if done {
            break;
        }
    }
    let last = last.expect("a destroy").succeeds();
    let (directory, organization) = life.world();
    let left = such(&directory, "applications", "appId", &application["client_id"]);
    assert!(left.is_empty(), "left over: {left:?}\n{last}");
    let principal = &application["service_principal_object_id"];
    for (list, member) in [("grants", "clientId"), ("app_role_assignments", "principalId")] {
        assert!(such(&directory, list, member, principal).is_empty(), "left over: {list}\n{last}");
    }
    assert!(organization["settings"].is_null(), "left over: the settings\n{last}");
}

/// No secret was printed, logged, or written into a file, but where the user chose so.
pub(super) fn tells_no_secret(life: &Life) {
    let mut secrets = life.simulator.secrets();
    secrets.retain(|secret| !life.chosen.contains(secret));
    assert!(secrets.len() > 4, "only {} secrets", secrets.len());
    Places::of(&life.workspace, &life.printed).hold_none_of(&secrets);
}
