//! Which key does Proofpoint hold? Its API does not say. Evidence, the best first: Entra's own record of the credential that
//! signed in last; the end of the secret that Proofpoint shows; a run after the handover.
//!
//! None of them is sure. The record is hours late and may not be readable. The end counts only on a stack that was seen to
//! show the end of the key that it was given. A run may have been one with an older key. So a key is removed only while
//! nothing contradicts.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use clients::essentials::{Shown, read_time};
use clients::graph::{self, Graph, KeyUse};
use clients::http::Call;

/// A run that was under way when the key was handed over may sign in with the old one for so long.
const UNDER_WAY: SignedDuration = SignedDuration::from_mins(10);

/// Whether Proofpoint shows this time as the end of its secret.
pub(super) fn shows_end(shown: &Shown, end: Timestamp) -> bool {
    shown.secret_expiry.as_deref().is_some_and(|text| ends_then(text, end) == Some(true))
}

/// Whether a text is this time, to the second, or to the day where it says no more; `None` when it is no time.
pub(super) fn ends_then(text: &str, end: Timestamp) -> Option<bool> {
    let shown = read_time(text)?;
    Some(if text.contains(':') {
        shown.as_second() == end.as_second()
    } else {
        shown.as_second().div_euclid(DAY) == end.as_second().div_euclid(DAY)
    })
}

const DAY: i64 = 24 * 60 * 60;

/// What Entra's record says of the keys that Proofpoint may hold.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum SignedInWith {
    /// Nothing, or nothing since the handover.
    NotKnown,
    /// The key that was handed over last was the last to sign in.
    Current,
    /// An older one was.
    Older,
}

/// Reads the record for the present key and the older ones.
pub(super) async fn signed_in_with(
    call: &Call,
    graph: &Graph,
    key_id: &str,
    older: impl IntoIterator<Item = &String>,
    handed_over: Timestamp,
) -> Result<SignedInWith, graph::Error> {
    let mut uses = BTreeMap::from([(key_id.to_owned(), graph.last_use_of_key(call, key_id).await?)]);
    if uses.values().all(|used| *used == KeyUse::Unknown) {
        return Ok(SignedInWith::NotKnown);
    }
    for key in older {
        uses.insert(key.clone(), graph.last_use_of_key(call, key).await?);
    }
    Ok(last_of(&uses, key_id, handed_over))
}

fn last_of(uses: &BTreeMap<String, KeyUse>, key_id: &str, handed_over: Timestamp) -> SignedInWith {
    let under_way = handed_over.saturating_add(UNDER_WAY).unwrap_or(handed_over);
    let since = uses.iter().filter_map(|(key, used)| match used {
        // The provider itself signed in with the present key to prove it, before the handover.
        KeyUse::LastAt(at) if key == key_id && *at > handed_over => Some((*at, SignedInWith::Current)),
        KeyUse::LastAt(at) if key != key_id && *at > under_way => Some((*at, SignedInWith::Older)),
        _ => None,
    });
    since.max_by_key(|(at, _)| *at).map_or(SignedInWith::NotKnown, |(_, key)| key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> Timestamp {
        time.parse().unwrap()
    }

    #[test]
    fn an_end_is_compared_as_far_as_it_is_told() {
        let end = at("2027-05-01T10:20:30Z");
        assert_eq!(ends_then("2027-05-01 10:20:30", end), Some(true));
        assert_eq!(ends_then("2027-05-01T10:20:30Z", end), Some(true));
        assert_eq!(ends_then("2027-05-01 10:20:31", end), Some(false));
        assert_eq!(ends_then("2027-05-01", end), Some(true));
        assert_eq!(ends_then("2027-05-02", end), Some(false));
        assert_eq!(ends_then("soon", end), None);
    }

    #[test]
    fn a_stack_shows_an_end_only_where_it_is_this_one() {
        let end = at("2027-05-01T10:20:30Z");
        let shows = |expiry: Option<&str>| {
            let shown = Shown { secret_expiry: expiry.map(str::to_owned), ..Shown::default() };
            shows_end(&shown, end)
        };
        assert!(shows(Some("2027-05-01 10:20:30")));
        assert!(!shows(Some("2027-05-01 10:20:31")));
        assert!(!shows(Some("soon")));
        assert!(!shows(None));
    }

    #[test]
    fn the_key_that_signed_in_last_is_the_one_that_counts() {
        let handed_over = at("2027-05-01T10:00:00Z");
        let told = |current: KeyUse, older: KeyUse| {
            let uses = BTreeMap::from([("new".to_owned(), current), ("old".to_owned(), older)]);
            last_of(&uses, "new", handed_over)
        };
        let used = |time: &str| KeyUse::LastAt(at(time));
        // The provider's own proof came before the handover.
        assert_eq!(told(used("2027-05-01T09:59:00Z"), KeyUse::NotSeen), SignedInWith::NotKnown);
        assert_eq!(told(used("2027-05-01T11:00:00Z"), used("2027-05-01T10:30:00Z")), SignedInWith::Current);
        assert_eq!(told(used("2027-05-01T11:00:00Z"), used("2027-05-01T12:00:00Z")), SignedInWith::Older);
        assert_eq!(told(KeyUse::Unknown, used("2027-05-01T12:00:00Z")), SignedInWith::Older);
        // At the very moment of the handover, and at the last at which a run that was under way may sign in.
        assert_eq!(told(used("2027-05-01T10:00:00Z"), KeyUse::NotSeen), SignedInWith::NotKnown);
        assert_eq!(told(used("2027-05-01T10:00:01Z"), KeyUse::NotSeen), SignedInWith::Current);
        assert_eq!(told(KeyUse::NotSeen, used("2027-05-01T10:10:00Z")), SignedInWith::NotKnown);
        assert_eq!(told(KeyUse::NotSeen, used("2027-05-01T10:10:01Z")), SignedInWith::Older);
        // A run that was under way.
        assert_eq!(told(KeyUse::NotSeen, used("2027-05-01T10:05:00Z")), SignedInWith::NotKnown);
    }
}
