//! When a managed client secret is replaced, and when the keys it replaced may go.
//!
//! Everything here is pure. [`observe`] turns what a refresh saw into [`Facts`], which live in the resource's private
//! state; [`due`] reads them, together with what the configuration changes, when a plan is made. A plan therefore
//! depends on nothing that can move between `plan` and `apply`: no clock and no network.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::evidence::{SignedInWith, ends_then};
use framework::words;

words! {
/// Why a new key is minted. The text form is the value of `rotation_reason`.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The synchronization is new.
    Created = "created",
    /// The settings came in through an import, or had a secret from elsewhere: theirs is not one of ours.
    Adopted = "adopted",
    /// Proofpoint signs in as another application than the state says.
    ClientIdChanged = "client_id_changed",
    /// Somebody removed the key from the application.
    KeyMissing = "key_missing",
    /// An earlier run minted a key and ended before it could tell whether Proofpoint has it, or another state has.
    Interrupted = "interrupted",
    /// There is evidence that Proofpoint signs in with another key than it was given last.
    ProofpointHoldsAnotherKey = "proofpoint_holds_another_key",
    /// `rotate_when_changed` changed.
    TriggerChanged = "trigger_changed",
    /// A setting changed. The API wants the secret with every change, and nothing keeps a copy of it.
    SettingsChanged = "settings_changed",
    /// Less than `rotate_before` is left of the key's life.
    Expiring = "expiring",
}
}

/// What refreshes have learnt about the managed key, kept in private state.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Facts {
    /// Set once a refresh has found the key in need of replacement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Reason>,
    /// Proofpoint has completed a run since it was given the current key: the superseded ones may be removed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub proven: bool,
    /// When that was, by Entra's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_over: Option<Timestamp>,
    /// The stack was seen to show the end of the key that it was given: what it shows counts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shows_ends: bool,
    /// Superseded keys that somebody has removed since. Proofpoint may hold one of them nevertheless, until something tells that it
    /// uses the current one.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub gone: BTreeSet<String>,
    /// `last_successful_sync` as it stood before the current key was handed over, in Proofpoint's spelling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_before_handover: Option<String>,
}

/// The managed key as the state describes it.
pub(super) struct Tracked<'a> {
    /// Id of the key that Proofpoint was given last.
    pub key_id: &'a str,
    /// End of that key's life.
    pub end: Option<Timestamp>,
    /// Remaining life at which it is replaced.
    pub rotate_before: SignedDuration,
    /// Keys given to Proofpoint earlier and not removed yet.
    pub superseded: &'a BTreeSet<String>,
    /// The application named in the state.
    pub client_id: &'a str,
}

/// What a refresh saw.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    /// The present, as the services tell it.
    pub now: Timestamp,
    /// The application's keys that bear the marker of this synchronization, and the tracked one if it is there;
    /// `None` where they cannot be read.
    pub keys: Option<&'a [String]>,
    /// The application Proofpoint signs in as; `None` where it does not show it.
    pub client_id: Option<&'a str>,
    /// Proofpoint's last good run.
    pub last_successful_sync: Option<&'a str>,
    /// The end of the secret as Proofpoint shows it.
    pub secret_expiry: Option<&'a str>,
    /// Which key signed in last, by Entra's record.
    pub signed_in: SignedInWith,
}

/// Folds what a refresh saw into what was known. The answer equals `known` while nothing is due.
pub(super) fn observe(known: &Facts, tracked: &Tracked<'_>, seen: &Seen<'_>) -> Facts {
    let contradicted = holds_another(known, tracked, seen);
    let due = known.due.or_else(|| newly_due(tracked, seen, contradicted));
    let ran = seen.last_successful_sync.is_some_and(|run| known.run_before_handover.as_deref() != Some(run));
    let shown = known.proven || seen.signed_in == SignedInWith::Current || ran;
    let proven = shown && !contradicted && !tracked.superseded.is_empty();
    let gone = if shown && !contradicted { BTreeSet::new() } else { known.gone.clone() };
    Facts { due, proven, gone, ..known.clone() }
}

/// The superseded keys that somebody has removed. A list that shows the current key knows of all that was made before it, since
/// replicas get the writes to one object in their order (inferred); any other list proves nothing.
pub(super) fn gone<'k>(
    key_id: &str,
    superseded: impl Iterator<Item = &'k String>,
    listed: Option<&[String]>,
) -> BTreeSet<String> {
    match listed.filter(|listed| listed.iter().any(|key| key == key_id)) {
        Some(listed) => superseded.filter(|key| !listed.contains(key)).cloned().collect(),
        None => BTreeSet::new(),
    }
}

/// Whether there is evidence that Proofpoint holds another key than it was given last.
fn holds_another(known: &Facts, tracked: &Tracked<'_>, seen: &Seen<'_>) -> bool {
    match seen.signed_in {
        SignedInWith::Current => false,
        SignedInWith::Older => true,
        SignedInWith::NotKnown => {
            let shown = seen.secret_expiry.filter(|_| known.shows_ends);
            shown.zip(tracked.end).is_some_and(|(shown, end)| ends_then(shown, end) == Some(false))
        }
    }
}

fn newly_due(tracked: &Tracked<'_>, seen: &Seen<'_>, contradicted: bool) -> Option<Reason> {
    if seen.client_id.is_some_and(|shown| !shown.eq_ignore_ascii_case(tracked.client_id)) {
        return Some(Reason::ClientIdChanged);
    }
    if let Some(keys) = seen.keys {
        if !keys.iter().any(|key| key == tracked.key_id) {
            return Some(Reason::KeyMissing);
        }
        if keys.iter().any(|key| key != tracked.key_id && !tracked.superseded.contains(key)) {
            return Some(Reason::Interrupted);
        }
    }
    if contradicted {
        return Some(Reason::ProofpointHoldsAnotherKey);
    }
    let end = tracked.end?;
    (seen.now >= end.saturating_sub(tracked.rotate_before).unwrap_or(Timestamp::MIN))
        .then_some(Reason::Expiring)
}

/// What a plan would change, as far as it bears on the key.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own")]
pub(super) struct Change {
    /// There is no synchronization yet.
    pub create: bool,
    /// The prior state has no managed key.
    pub unmanaged: bool,
    /// A field that is part of the PUT changes, or may change.
    pub settings: bool,
    /// `rotate_when_changed` changes, or may change.
    pub rotate_when_changed: bool,
}

/// The reason to mint a key in this plan, if there is one.
pub(super) fn due(facts: &Facts, change: Change) -> Option<Reason> {
    if change.create {
        Some(Reason::Created)
    } else if change.unmanaged {
        Some(Reason::Adopted)
    } else if facts.due.is_some_and(|reason| reason != Reason::Expiring) {
        facts.due
    } else if change.rotate_when_changed {
        Some(Reason::TriggerChanged)
    } else if change.settings {
        Some(Reason::SettingsChanged)
    } else {
        facts.due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tracked(superseded: &BTreeSet<String>) -> Tracked<'_> {
        Tracked {
            key_id: "key-2",
            end: Some("2028-01-01T00:00:00Z".parse().unwrap()),
            rotate_before: SignedDuration::from_hours(720),
            superseded,
            client_id: "app",
        }
    }

    #[track_caller]
    fn check(known: &Facts, superseded: &[&str], seen: Seen<'_>, want: &Facts) {
        let superseded: BTreeSet<String> = superseded.iter().map(|key| (*key).to_owned()).collect();
        assert_eq!(&observe(known, &tracked(&superseded), &seen), want);
    }

    fn seen<'a>(now: &str, keys: Option<&'a [String]>) -> Seen<'a> {
        Seen {
            now: now.parse().unwrap(),
            keys,
            client_id: Some("app"),
            last_successful_sync: None,
            secret_expiry: None,
            signed_in: SignedInWith::NotKnown,
        }
    }

    fn keys(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    #[test]
    fn a_healthy_key_leaves_the_facts_as_they_are() {
        check(
            &Facts::default(),
            &[],
            seen("2027-11-01T00:00:00Z", Some(&keys(&["key-2"]))),
            &Facts::default(),
        );
    }

    #[test]
    fn the_clock_makes_a_key_due_exactly_rotate_before_its_end() {
        let due = Facts { due: Some(Reason::Expiring), ..Facts::default() };
        check(
            &Facts::default(),
            &[],
            seen("2027-12-01T23:59:59Z", Some(&keys(&["key-2"]))),
            &Facts::default(),
        );
        check(&Facts::default(), &[], seen("2027-12-02T00:00:00Z", Some(&keys(&["key-2"]))), &due);
        check(&Facts::default(), &[], seen("2029-12-02T00:00:00Z", Some(&keys(&["key-2"]))), &due);
    }

    #[test]
    fn a_key_removed_by_hand_is_due_unless_the_keys_cannot_be_read() {
        let gone = Facts { due: Some(Reason::KeyMissing), ..Facts::default() };
        check(&Facts::default(), &[], seen("2027-01-01T00:00:00Z", Some(&[])), &gone);
        check(&Facts::default(), &[], seen("2027-01-01T00:00:00Z", None), &Facts::default());
    }

    #[test]
    fn a_key_the_state_does_not_list_means_an_interrupted_run() {
        let stray = Facts { due: Some(Reason::Interrupted), ..Facts::default() };
        check(&Facts::default(), &[], seen("2027-01-01T00:00:00Z", Some(&keys(&["key-2", "key-3"]))), &stray);
        check(
            &Facts::default(),
            &["key-3"],
            seen("2027-01-01T00:00:00Z", Some(&keys(&["key-2", "key-3"]))),
            &Facts::default(),
        );
    }

    #[test]
    fn a_superseded_key_is_gone_only_where_a_list_knows_of_the_current_one() {
        let superseded = keys(&["key-0", "key-1"]);
        let gone = |listed: &[&str]| {
            gone("key-2", superseded.iter(), Some(&keys(listed))).into_iter().collect::<Vec<_>>()
        };
        assert_eq!(gone(&["key-1", "key-2"]), ["key-0"]);
        assert_eq!(gone(&["key-2"]), ["key-0", "key-1"]);
        assert!(gone(&["key-0", "key-1", "key-2"]).is_empty());
        for late in [&[][..], &["key-1"], &["key-0", "key-1"]] {
            assert!(gone(late).is_empty(), "{late:?}");
        }
    }

    #[test]
    fn a_key_that_is_gone_counts_until_something_tells_that_the_current_one_is_used() {
        let gone: BTreeSet<String> = keys(&["key-1"]).into_iter().collect();
        let known = Facts { gone, shows_ends: true, ..Facts::default() };
        let listed = keys(&["key-2"]);
        let quiet = seen("2027-01-02T00:00:00Z", Some(&listed));
        check(&known, &[], quiet, &known);
        let ran = Seen { last_successful_sync: Some("2027-01-01 10:00:00"), ..quiet };
        check(&known, &[], ran, &Facts { gone: BTreeSet::new(), ..known.clone() });
        // A run that may have been one with the key that is gone.
        let other = Facts { due: Some(Reason::ProofpointHoldsAnotherKey), ..known.clone() };
        check(&known, &[], Seen { secret_expiry: Some("2027-12-31 23:59:59"), ..ran }, &other);
    }

    #[test]
    fn a_due_rotation_stays_due_whatever_is_seen_later() {
        let due = Facts { due: Some(Reason::KeyMissing), ..Facts::default() };
        check(&due, &[], seen("2027-01-01T00:00:00Z", Some(&keys(&["key-2"]))), &due);
    }

    #[test]
    fn a_run_after_the_handover_proves_the_key_only_while_something_is_superseded() {
        let known = Facts { run_before_handover: Some("2027-01-01 09:00:00".to_owned()), ..Facts::default() };
        let proven = Facts { proven: true, ..known.clone() };
        let listed = keys(&["key-1", "key-2"]);
        let ran = |run| Seen { last_successful_sync: run, ..seen("2027-01-02T00:00:00Z", Some(&listed)) };
        check(&known, &["key-1"], ran(Some("2027-01-01 10:00:00")), &proven);
        check(&known, &["key-1"], ran(Some("2027-01-01 09:00:00")), &known);
        check(&known, &["key-1"], ran(None), &known);
        let only = keys(&["key-2"]);
        let quiet = Seen {
            last_successful_sync: Some("2027-01-01 10:00:00"),
            ..seen("2027-01-02T00:00:00Z", Some(&only))
        };
        check(&known, &[], quiet, &known);
    }

    #[test]
    fn an_end_that_is_shown_counts_only_on_a_stack_that_showed_the_right_one() {
        let listed = keys(&["key-1", "key-2"]);
        let shows = |secret_expiry| Seen {
            secret_expiry: Some(secret_expiry),
            last_successful_sync: Some("2027-01-01 10:00:00"),
            ..seen("2027-01-02T00:00:00Z", Some(&listed))
        };
        let trusted = Facts { shows_ends: true, ..Facts::default() };
        let proven = Facts { proven: true, ..Facts::default() };
        check(&Facts::default(), &["key-1"], shows("2026-01-01 00:00:00"), &proven);
        check(&trusted, &["key-1"], shows("2028-01-01 00:00:00"), &Facts { proven: true, ..trusted.clone() });
        // It names another key: that is a reason, and the run proves nothing.
        let other = Facts { due: Some(Reason::ProofpointHoldsAnotherKey), ..trusted.clone() };
        check(&trusted, &["key-1"], shows("2027-12-31 23:59:59"), &other);
        // What was proven is not any more.
        check(&Facts { proven: true, ..trusted }, &["key-1"], shows("2027-12-31 23:59:59"), &other);
    }

    #[test]
    fn entras_own_record_goes_before_everything_else() {
        let listed = keys(&["key-1", "key-2"]);
        let trusted = Facts { shows_ends: true, ..Facts::default() };
        let told = |signed_in| Seen {
            secret_expiry: Some("2027-12-31 23:59:59"),
            signed_in,
            ..seen("2027-01-02T00:00:00Z", Some(&listed))
        };
        let proven = Facts { proven: true, ..trusted.clone() };
        check(&trusted, &["key-1"], told(SignedInWith::Current), &proven);
        let other = Facts { due: Some(Reason::ProofpointHoldsAnotherKey), ..trusted.clone() };
        check(&trusted, &["key-1"], told(SignedInWith::Older), &other);
    }

    #[test]
    fn a_plan_names_the_strongest_reason() {
        let latched = |due| Facts { due: Some(due), ..Facts::default() };
        let settings = Change { settings: true, ..Change::default() };
        assert_eq!(due(&Facts::default(), Change::default()), None);
        assert_eq!(due(&Facts::default(), settings), Some(Reason::SettingsChanged));
        assert_eq!(due(&latched(Reason::Expiring), Change::default()), Some(Reason::Expiring));
        assert_eq!(due(&latched(Reason::Expiring), settings), Some(Reason::SettingsChanged));
        assert_eq!(due(&latched(Reason::KeyMissing), settings), Some(Reason::KeyMissing));
        assert_eq!(
            due(&latched(Reason::KeyMissing), Change { create: true, ..settings }),
            Some(Reason::Created)
        );
        assert_eq!(due(&Facts::default(), Change { unmanaged: true, ..settings }), Some(Reason::Adopted));
    }

    #[test]
    fn the_reasons_are_these_and_no_others() {
        let words: Vec<&str> = Reason::ALL.iter().map(|reason| reason.word()).collect();
        let closed = "created adopted client_id_changed key_missing interrupted proofpoint_holds_another_key trigger_changed \
                      settings_changed expiring";
        assert_eq!(words, closed.split_whitespace().collect::<Vec<_>>());
    }

    #[test]
    fn another_application_is_a_reason_and_another_spelling_of_it_is_none() {
        let listed = keys(&["key-2"]);
        let shows = |client_id| Seen { client_id, ..seen("2027-01-01T00:00:00Z", Some(&listed)) };
        let other = Facts { due: Some(Reason::ClientIdChanged), ..Facts::default() };
        check(&Facts::default(), &[], shows(Some("another")), &other);
        for same in [Some("APP"), None] {
            check(&Facts::default(), &[], shows(same), &Facts::default());
        }
    }

    #[test]
    fn facts_that_hold_nothing_are_an_empty_object() {
        assert_eq!(serde_json::to_string(&Facts::default()).unwrap(), "{}");
    }
}
