//! One life.

use serde_json::{Value as Json, json};

use super::allowed;
use super::cases::Case;
use super::{reviewed, world};
use crate::support::plugin::calls::Messages;
use crate::support::quickstart::{APPLICATION, CONSENT, Quickstart, RUN, SYNC};
use crate::support::sign_in;
use crate::support::simulator::Simulator;

const ORDER: [&str; 3] = [APPLICATION, CONSENT, SYNC];

/// Long enough for every lag that is tried, and for a busy machine; what never happens is waited for so long.
const PATIENCE: &str = "20s";

/// Enough for all of a life, as Microsoft's pages have it. The owners of an application can't be read by these where the page
/// about owners is right.
const FEW: [&str; 8] = [
    "Application.ReadWrite.OwnedBy",
    "Application.Read.All",
    "AppRoleAssignment.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Domain.Read.All",
    "Group.Read.All",
    "Organization.Read.All",
    "User.Read.All",
];

/// Lives through everything under these moods.
pub(super) fn live(case: &Case) {
    live_with(case, |_| {});
}

/// The same for a provider that may not do everything.
pub(super) fn live_by_few_permissions(case: &Case) {
    live_with(case, |quickstart| {
        let (client_id, secret) = sign_in::application_with(&quickstart.simulator, FEW);
        quickstart.set("ARM_CLIENT_ID", &client_id);
        quickstart.set("ARM_CLIENT_SECRET", &secret);
    });
}

fn live_with(case: &Case, prepare: impl FnOnce(&mut Quickstart)) {
    let mut arguments = vec!["--users".to_owned(), "2".to_owned(), "--groups".to_owned(), "1".to_owned()];
    arguments.extend(case.words().map(|word| format!("--mood={word}")));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut quickstart = Quickstart::start(Simulator::within(&arguments));
    prepare(&mut quickstart);
    let domain = quickstart.simulator.tenant().domain.clone();
    let timeouts = json!({ "create": PATIENCE, "update": PATIENCE, "delete": PATIENCE });
    for kind in ORDER {
        quickstart.write(kind, &json!({ "timeouts": timeouts }));
    }
    quickstart.write(SYNC, &json!({ "exemptions": [format!("admin@{domain}")] }));

    let converges = through(&mut quickstart, case);
    let made = quickstart.state(APPLICATION);
    destroy(&mut quickstart);
    world::assert_nothing_left(&quickstart, &made);
    quickstart.simulator.assert_every_route_was_known();
    assert_eq!(converges, allowed::refusal(case).is_empty(), "whether it converges");
}

/// Creates, changes and rotates, and enacts reviewed reports; whether all of it converged.
fn through(quickstart: &mut Quickstart, case: &Case) -> bool {
    if !settle(quickstart, case, "created") {
        return false;
    }
    let key = quickstart.state(SYNC)["key_id"].clone();
    quickstart.restart();
    assert!(settle(quickstart, case, "unchanged"), "fails without a change");
    assert_eq!(quickstart.state(SYNC)["key_id"], key, "another key without a reason");

    quickstart.write(APPLICATION, &json!({ "display_name": "Renamed" }));
    quickstart.write(SYNC, &json!({ "frequency": 24, "users": { "remove_deleted": false } }));
    if !settle(quickstart, case, "changed") {
        return false;
    }

    let before = quickstart.state(SYNC)["key_id"].clone();
    let trigger = json!({ "rotate_when_changed": { "round": "2" } });
    quickstart.write(SYNC, &json!({ "managed_client_secret": trigger }));
    if !settle(quickstart, case, "rotated") {
        return false;
    }
    assert_ne!(quickstart.state(SYNC)["key_id"], before, "not rotated");

    // Two runs prove the new key, where the stack tells of runs.
    quickstart.simulator.advance_clock("49h");
    quickstart.restart();
    if !settle(quickstart, case, "proven") {
        return false;
    }

    quickstart.write(SYNC, &json!({ "frequency": 0, "users": { "remove_deleted": true } }));
    if !settle(quickstart, case, "stopped") {
        return false;
    }
    reviewed::live(quickstart);
    assert!(settle(quickstart, case, "reviewed"), "fails without a change");
    true
}

/// Applies until nothing changes any more. True when it converged at once, or at the second apply; false when it says what is in
/// the way, and the second apply says so as well.
#[track_caller]
fn settle(quickstart: &mut Quickstart, case: &Case, context: &str) -> bool {
    let keys = quickstart.keys().len();
    let Err(first) = apply_all(quickstart) else {
        world::assert_sound(quickstart, context);
        return true;
    };
    assert_says_what_to_do(&first, case, context);
    world::assert_holds_a_living_key(quickstart, context);
    let after_first = quickstart.keys().len();
    assert!(after_first <= keys + 1, "{context}: {after_first} keys after a failure, {keys} before");
    quickstart.restart();
    let Err(second) = apply_all(quickstart) else {
        world::assert_sound(quickstart, context);
        return true;
    };
    assert_says_what_to_do(&second, case, context);
    world::assert_holds_a_living_key(quickstart, context);
    assert!(quickstart.keys().len() <= after_first, "{context}: the second apply made it worse: {second}");
    let allowed = allowed::refusal(case);
    let text = second.to_string();
    assert!(
        !allowed.is_empty() && allowed.iter().any(|words| text.contains(words)),
        "{context}: fails twice: {text}"
    );
    false
}

fn assert_says_what_to_do(said: &Messages, _case: &Case, context: &str) {
    for message in said.0.iter().filter(|message| message.error) {
        assert!(!message.summary.is_empty() && message.detail.len() > 20, "{context}: {message}");
    }
}

/// One command: reads, plans and applies everything.
fn apply_all(quickstart: &Quickstart) -> Result<(), Messages> {
    quickstart.configure();
    for kind in ORDER {
        let planned = quickstart.plan(kind);
        if planned.messages.has_errors() {
            return Err(planned.messages);
        }
        if quickstart.stored(kind).is_some_and(|stored| stored.state == planned.state) {
            continue;
        }
        let said = quickstart.apply(kind, planned);
        if said.has_errors() {
            return Err(said);
        }
    }
    Ok(())
}

/// Destroys everything; what fails is tried once more, as the next command does.
#[track_caller]
fn destroy(quickstart: &mut Quickstart) {
    for kind in [RUN].into_iter().chain(ORDER.into_iter().rev()) {
        if let Err(said) = quickstart.try_destroy(kind) {
            assert_says_what_to_do(&said, &Case::default(), "destroy");
            quickstart.restart();
            let again = quickstart.try_destroy(kind);
            assert!(again.is_ok(), "{kind} is not destroyed: {}", again.unwrap_err());
        }
    }
    assert_eq!(quickstart.state(SYNC), Json::Null);
}
