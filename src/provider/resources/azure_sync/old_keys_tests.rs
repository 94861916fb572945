use serde_json::json;

use super::super::Facts;
use super::super::testing::{self, set};
use super::*;

/// A key that starts and ends then.
fn key(start: Option<&str>, end: Option<&str>) -> PasswordCredential {
    let key = json!({ "keyId": "theirs", "startDateTime": start, "endDateTime": end });
    serde_json::from_value(key).unwrap()
}

/// The new key, before which these were listed.
fn minted(start: Option<&str>, earlier: &[&str]) -> Minted {
    Minted {
        start: start.map(|start| start.parse().unwrap()),
        earlier: set(earlier),
        ..testing::minted("new", "2028-01-01T00:00:00Z".parse().unwrap())
    }
}

#[test]
fn a_key_is_younger_that_starts_no_earlier_and_was_not_listed_before() {
    let (start, before, after) = ("2026-01-01T00:00:10Z", "2026-01-01T00:00:09Z", "2026-01-01T00:00:11Z");
    let new = minted(Some(start), &["another"]);
    for (theirs, younger) in [(start, true), (after, true), (before, false)] {
        assert_eq!(is_younger(&key(Some(theirs), None), &new), younger, "{theirs}");
    }
    assert!(!is_younger(&key(Some(after), None), &minted(Some(start), &["theirs"])));
    // Without a date nothing tells.
    assert!(!is_younger(&key(None, None), &new));
    assert!(!is_younger(&key(Some(after), None), &minted(None, &[])));
}

#[test]
fn proofpoint_holds_a_key_whose_end_it_shows_unless_that_is_the_end_of_the_new_one() {
    let (end, new) = ("2027-06-01T12:00:00Z", minted(None, &[]));
    let theirs = key(None, Some(end));
    assert!(is_held(&theirs, &new, "2027-06-01 12:00:00"));
    assert!(!is_held(&theirs, &new, "2027-06-01 12:00:01"));
    assert!(!is_held(&theirs, &new, "soon"));
    assert!(!is_held(&key(None, None), &new, "2027-06-01 12:00:00"));
    // Both end then.
    let same = key(None, Some("2028-01-01T00:00:00Z"));
    assert!(!is_held(&same, &new, "2028-01-01 00:00:00"));
}

#[test]
fn old_keys_are_unused_once_the_new_one_is_proven_and_nothing_contradicts() {
    assert_eq!(Unused::after(true, false), Unused::All);
    assert_eq!(Unused::after(true, true), Unused::None);
    assert_eq!(Unused::after(false, false), Unused::None);
    assert_eq!(Unused::after(false, true), Unused::None);
}

#[test]
fn beside_a_failure_the_key_before_is_kept_until_an_answer_from_after_the_put_was_seen() {
    for (contradicted, seen, creating, unused) in [
        (false, false, false, Unused::Earlier),
        (false, true, false, Unused::All),
        (false, false, true, Unused::All),
        (false, true, true, Unused::All),
        (true, true, true, Unused::None),
        (true, false, false, Unused::None),
    ] {
        let case = (contradicted, seen, creating);
        assert_eq!(Unused::beside_a_failure(contradicted, seen, creating), unused, "{case:?}");
    }
}

#[test]
fn another_end_contradicts_only_on_a_stack_that_shows_ends_and_where_a_key_was_made() {
    let (another, new) = ("2027-06-01 12:00:00", minted(None, &[]));
    assert!(is_contradicted(true, another, Some(&new)));
    assert!(!is_contradicted(false, another, Some(&new)));
    assert!(!is_contradicted(true, another, None));
    assert!(!is_contradicted(true, "2028-01-01 00:00:00", Some(&new)));
    for no_time in ["soon", ""] {
        assert!(!is_contradicted(true, no_time, Some(&new)), "{no_time}");
    }
}

#[test]
fn of_the_older_keys_the_last_one_is_kept_where_only_those_before_it_are_unused() {
    let (older, last) = (set(&["first", "last"]), "last".to_owned());
    assert_eq!(Unused::All.of(&older, Some(&last)), older);
    assert_eq!(Unused::Earlier.of(&older, Some(&last)), set(&["first"]));
    assert_eq!(Unused::None.of(&older, Some(&last)), set(&[]));
    assert_eq!(Unused::Earlier.of(&older, None), older);
}

#[test]
fn the_state_tracks_its_key_and_those_before_it_but_for_those_elsewhere() {
    let prior = SyncModel {
        key_id: "last".into(),
        superseded_key_ids: set(&["first", "left"]).into(),
        ..SyncModel::default()
    };
    assert_eq!(tracked(Some(&prior), &set(&["left"])), set(&["first", "last"]));
    assert_eq!(tracked(Some(&SyncModel::default()), &set(&[])), set(&[]));
    assert_eq!(tracked(None, &set(&[])), set(&[]));
}

/// A key with this id, which starts and ends then.
fn listed(id: &str, start: &str, end: &str) -> PasswordCredential {
    let key = json!({ "keyId": id, "startDateTime": start, "endDateTime": end });
    serde_json::from_value(key).unwrap()
}

#[test]
fn keys_of_a_successor_are_left_alone_that_are_younger_or_that_proofpoint_holds() {
    let (before, start, after) = ("2026-01-01T00:00:09Z", "2026-01-01T00:00:10Z", "2026-01-01T00:00:11Z");
    let (earlier, end) = ("2027-05-01T00:00:00Z", "2027-06-01T12:00:00Z");
    let list = [
        listed("own", after, end),
        listed("new", start, "2028-01-01T00:00:00Z"),
        listed("their-younger", after, earlier),
        listed("their-older", before, earlier),
        listed("their-held", before, end),
    ];
    let new = minted(Some(start), &[]);
    let of = |list: &[PasswordCredential], end: Option<&str>| {
        let is_theirs = |key: &PasswordCredential| key.key_id.starts_with("their");
        Listed::without_a_successors(list, is_theirs, &new, end)
    };
    let shown = of(&list, Some("2027-06-01 12:00:00"));
    assert_eq!(shown.keys, set(&["own", "new", "their-older"]));
    assert!(shown.has_younger && !shown.lacks("new"));
    assert_eq!(of(&list, None).keys, set(&["own", "new", "their-older", "their-held"]));
    // It knows of the younger key and not of the new one.
    assert!(of(&list[2..], None).lacks("new"));
    // A list without either is from before both.
    let shown = of(&list[3..], None);
    assert!(!shown.has_younger && !shown.lacks("new"));
    assert!(!of(&list[..2], None).has_younger, "the own key that starts later is no successor's");
}

const HERE: &str = "/applications/here";
const THERE: &str = "/applications/there";

/// A plan from a state with a key in the first application to a configuration that names the second one, or has a secret of
/// its own.
fn planned(before: &str, now: Option<&str>) -> Planned<AzureSync> {
    let managed = |application: &str| {
        Attr::from(ManagedClientSecret {
            application_id: application.into(),
            ..ManagedClientSecret::default()
        })
    };
    let prior = SyncModel {
        managed_client_secret: managed(before),
        key_id: "last".into(),
        superseded_key_ids: set(&["first", "left"]).into(),
        ..SyncModel::default()
    };
    let model = match now {
        Some(now) => SyncModel { managed_client_secret: managed(now), ..SyncModel::default() },
        None => SyncModel { client_secret_wo_version: "1".into(), ..SyncModel::default() },
    };
    Planned { prior: Some(prior), config: model.clone(), model, private: Facts::default() }
}

fn left(keys: &[(&str, &[&str])]) -> Left {
    keys.iter().map(|(application, keys)| ((*application).to_owned(), set(keys))).collect()
}

#[test]
fn the_keys_of_an_application_are_left_behind_where_the_plan_leaves_it() {
    assert_eq!(left_behind(&planned(HERE, Some(HERE))), left(&[]));
    let all = left(&[(HERE, &["first", "last", "left"])]);
    assert_eq!(left_behind(&planned(HERE, Some(THERE))), all);
    assert_eq!(left_behind(&planned(HERE, None)), all);
    // A state without a managed secret has none to leave, nor has a creation.
    let mut never = planned(HERE, None);
    never.prior = Some(SyncModel::default());
    assert_eq!(left_behind(&never), left(&[]));
    never.prior = None;
    assert_eq!(left_behind(&never), left(&[]));
}

#[test]
fn what_was_left_before_stays_left_but_for_what_the_plan_comes_back_to() {
    let mut moves = planned(HERE, Some(THERE));
    moves.private.left = left(&[("/applications/first", &["left"]), (THERE, &["old"])]);
    let expected = left(&[("/applications/first", &["left"]), (HERE, &["first", "last"])]);
    assert_eq!(left_behind(&moves), expected);
    assert_eq!(keys_of(&expected), set(&["first", "last", "left"]));
    // Nothing moves, and it stays left.
    let mut stays = planned(HERE, Some(HERE));
    stays.private.left = left(&[("/applications/first", &["left"])]);
    assert_eq!(left_behind(&stays), stays.private.left);
}
