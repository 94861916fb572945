use axum::http::StatusCode;
use pretty_assertions::assert_eq;
use serde_json::json;

use super::super::testing::{
    ANOTHERS_MARK, APPLICATION, CLIENT, Directory, OWN_MARK, call, done, keys, managed, patient, quickly, set,
};
use super::*;

#[tokio::test]
async fn those_are_listed_that_bear_the_mark_or_are_known_and_were_not_removed() {
    let directory = Directory::holding(&[
        ("own", OWN_MARK),
        ("anothers", ANOTHERS_MARK),
        ("elsewhere", "Sync proofpoint-sync:fabrikam.com:aaaaaaaa00000000"),
        ("by-hand", "By hand"),
        ("renamed", "Renamed by hand"),
    ]);
    let graph = directory.graph().await;
    let listed = done(keys(&graph).list(&patient(), &set(&["renamed", "not there"])).await);
    let is_anothers: Vec<bool> = listed.iter().map(|key| keys(&graph).is_anothers(key)).collect();
    assert_eq!(ids(listed), ["own", "anothers", "renamed"]);
    assert_eq!(is_anothers, [false, true, false]);
    // A list may be late with what was removed.
    let late = LateKeys { removed: set(&["own"]), ..LateKeys::default() };
    let listed = done(keys(&graph).knowing(&late).list(&patient(), &set(&["own"])).await);
    assert_eq!(ids(listed), ["anothers"]);
}

#[tokio::test]
async fn a_key_is_there_or_not() {
    let graph = Directory::holding(&[("own", OWN_MARK)]).graph().await;
    assert!(keys(&graph).has(&patient(), "own").await);
    assert!(!keys(&graph).has(&patient(), "another").await);
}

#[tokio::test]
async fn a_successor_is_who_made_a_key_that_is_neither_known_nor_ones_own() {
    let directory = Directory::holding(&[("own", OWN_MARK), ("anothers", ANOTHERS_MARK)]);
    let graph = directory.graph().await;
    let has = async |known: &[&str], another: Option<&str>| {
        done(keys(&graph).have_a_successor(&patient(), &set(known), another).await)
    };
    assert!(has(&[], None).await);
    assert!(!has(&["anothers"], None).await);
    // One look is enough: nothing is waited for.
    assert_eq!(directory.count(APPLICATION), 2);
    // The key whose end is shown is there and known.
    directory.keys.lock().unwrap()[1]["endDateTime"] = json!("2027-05-01T10:20:30Z");
    assert!(!has(&["anothers"], Some("2027-05-01 10:20:30")).await);
    assert!(has(&[], Some("2027-06-01 10:20:30")).await);
    assert_eq!(directory.count(APPLICATION), 4);
}

/// What lists may be late with where a key was written just now.
fn late(graph: &Graph) -> LateKeys {
    LateKeys { written: Some(graph.now()), ..LateKeys::default() }
}

#[tokio::test(start_paused = true)]
async fn a_refresh_looks_again_at_a_bad_sign_and_longer_at_the_absence_of_a_young_key() {
    for (listed, superseded, lists, lists_while_young) in [
        (vec!["own"], vec![], 1, 1),
        (vec!["own", "old"], vec!["old"], 1, 1),
        // One too many is there for certain.
        (vec!["own", "old"], vec![], 5, 5),
        (vec!["old"], vec!["old"], 5, 13),
        (vec![], vec![], 5, 13),
    ] {
        for (is_young, expected) in [(false, lists), (true, lists_while_young)] {
            let held: Vec<_> = listed.iter().map(|id| (*id, OWN_MARK)).collect();
            let directory = Directory::holding(&held);
            let graph = directory.graph().await;
            let (call, superseded) = (call(Duration::from_secs(3600)), set(&superseded));
            let late = if is_young { late(&graph) } else { LateKeys::default() };
            let keys = keys(&graph).knowing(&late);
            let seen = quickly(keys.look(&call, CLIENT, "own", &superseded)).await.unwrap();
            assert_eq!(seen, listed);
            assert_eq!(directory.count(APPLICATION), expected, "{listed:?} {superseded:?} {is_young}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_refresh_has_no_more_time_than_its_operation() {
    let directory = Directory::holding(&[]);
    let graph = directory.graph().await;
    let keys = keys(&graph);
    let (call, superseded) = (call(Duration::from_secs(3)), set(&[]));
    assert!(quickly(keys.look(&call, CLIENT, "own", &superseded)).await.unwrap().is_empty());
    // Five looks take more than that.
    assert!((2..=3).contains(&directory.count(APPLICATION)), "{}", directory.count(APPLICATION));
}

#[tokio::test]
async fn a_refresh_looks_at_what_has_the_client_id_and_reads_the_application_only_where_that_is_another() {
    for (by_client_id, lists) in [(APPLICATION, 0), ("44444444-4444-4444-4444-444444444444", 1)] {
        // The first list is the one of whatever has the client id.
        let directory = Directory::holding(&[("own", OWN_MARK), ("old", OWN_MARK)]);
        let directory = directory.showing(&[&[("own", OWN_MARK)]]);
        *directory.by_client_id.lock().unwrap() = Some(by_client_id);
        let graph = directory.graph().await;
        let superseded = set(&["old"]);
        let seen = keys(&graph).look(&patient(), CLIENT, "own", &superseded).await.unwrap();
        assert_eq!(seen.contains(&"old".to_owned()), lists == 1, "{by_client_id}: {seen:?}");
        assert_eq!(directory.count(&format!("/applications/{APPLICATION}")), lists, "{by_client_id}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_no_list_has_shown_yet_is_looked_for_as_long_as_the_operation_may_take() {
    let absent = vec![&[("old", OWN_MARK)][..]; 30];
    let directory = Directory::holding(&[("own", OWN_MARK), ("old", OWN_MARK)]).showing(&absent);
    let graph = directory.graph().await;
    let unseen = LateKeys { unseen: set(&["own"]), ..late(&graph) };
    let keys = keys(&graph).knowing(&unseen);
    let (call, superseded) = (call(Duration::from_secs(3600)), set(&["old"]));
    let seen = quickly(keys.look(&call, CLIENT, "own", &superseded)).await.unwrap();
    assert_eq!(seen, ["own", "old"]);
    assert_eq!(directory.count(APPLICATION), 31);
    // One look is enough where it is listed.
    let seen = quickly(keys.look(&call, CLIENT, "own", &superseded)).await.unwrap();
    assert_eq!(seen, ["own", "old"]);
    assert_eq!(directory.count(APPLICATION), 32);
}

#[tokio::test(start_paused = true)]
async fn a_key_has_vanished_that_twelve_lists_in_a_row_do_not_show() {
    let (own, other) = ([("own", OWN_MARK)], [("other", OWN_MARK)]);
    let mut back_at_last = vec![&other[..]; 11];
    back_at_last.push(&own);
    for (directory, time, vanished, lists) in [
        (Directory::holding(&other), 3600, true, 12),
        (Directory::holding(&own), 3600, false, 1),
        (Directory::holding(&other).showing(&back_at_last), 3600, false, 12),
        // Without the time for twelve looks nothing is certain.
        (Directory::holding(&other), 1, false, 2),
    ] {
        let graph = directory.graph().await;
        let (keys, call) = (keys(&graph), call(Duration::from_secs(time)));
        assert_eq!(quickly(keys.has_vanished(&call, "own")).await, vanished, "{lists}");
        assert!(directory.count(APPLICATION).abs_diff(lists) <= usize::from(time == 1), "{lists}");
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_waits_for_a_key_ends_when_it_was_seen_and_has_vanished_and_not_before() {
    let (own, other) = ([("own", OWN_MARK)], [("other", OWN_MARK)]);
    for (directory, ends) in [
        (Directory::holding(&other).showing(&[&other, &own, &other]), true),
        // Never seen: it may still be late.
        (Directory::holding(&other), false),
        (Directory::holding(&own), false),
        // A list that does not show it comes from a replica that is late.
        (Directory::holding(&own).showing(&[&own, &other, &other]), false),
    ] {
        let graph = directory.graph().await;
        let (keys, call) = (keys(&graph), call(Duration::from_secs(120)));
        let gone = keys.until_gone(&call, "own", Duration::from_secs(5));
        let gone = quickly(tokio::time::timeout(Duration::from_secs(180), gone)).await;
        assert_eq!(gone.is_ok(), ends, "{:?}", directory.keys);
        assert!(directory.count(APPLICATION) > 10, "{}", directory.count(APPLICATION));
    }
}

#[tokio::test]
async fn all_keys_go_that_bear_the_mark_and_those_that_are_known_come_last() {
    let directory = Directory::holding(&[("own", OWN_MARK), ("by-hand", "By hand"), ("old", OWN_MARK)]);
    let graph = directory.graph().await;
    done(keys(&graph).remove_all(&patient(), &set(&["old", "late"])).await);
    assert_eq!(directory.removed(), ["own", "old", "late"]);
}

#[tokio::test]
async fn a_new_key_names_its_owner_and_ends_a_little_early_at_a_second_of_its_own() {
    let directory = Directory::holding(&[("own", OWN_MARK)]);
    let graph = directory.graph().await;
    let now: Timestamp = "2026-11-29T00:00:00Z".parse().unwrap();
    let latest = now.as_second() + 3600;
    let mut ends = BTreeSet::new();
    for round in 0..6 {
        let minted = keys(&graph).mint(&patient(), &managed("1h"), now).await;
        let minted = minted.unwrap_or_else(|unmade| panic!("{:?}", unmade.problem));
        let end = minted.end.as_second();
        // A thousandth of its life, and a second for each that ends already.
        assert!((latest - 4 - round..=latest).contains(&end), "{} seconds early", latest - end);
        assert!(ends.insert(end), "two keys end at once");
        assert!(minted.earlier.contains("own"));
    }
    for key in &directory.keys.lock().unwrap()[1..] {
        let name = key["displayName"].as_str().unwrap();
        let nonce = name.strip_prefix("Sync proofpoint-sync:contoso.com:aaaaaaaa").unwrap();
        assert!(nonce.len() == DIGITS && nonce.bytes().all(|digit| digit.is_ascii_hexdigit()), "{name}");
    }
}

#[tokio::test]
async fn a_life_that_has_become_too_long_is_asked_for_anew_only_where_it_is_as_long_as_it_may_be() {
    const TOO_LONG: &str = "CredentialInvalidLifetimeAsPerAppPolicy";
    let now: Timestamp = "2026-11-29T00:00:00Z".parse().unwrap();
    for (lifetime, refusal, asked, is_made) in
        [("max", TOO_LONG, 2, true), ("720h", TOO_LONG, 1, false), ("max", "Request_BadRequest", 1, false)]
    {
        let directory = Directory::holding(&[]);
        directory.refusals.lock().unwrap().push((StatusCode::BAD_REQUEST, refusal));
        let graph = directory.graph().await;
        let outcome = keys(&graph).mint(&patient(), &managed(lifetime), now).await;
        assert_eq!(outcome.as_ref().is_ok(), is_made, "{lifetime} {refusal}");
        assert_eq!(directory.count("addPassword"), asked, "{lifetime} {refusal}");
        // A refusal says that nothing was made.
        assert!(outcome.err().is_none_or(|unmade| !unmade.is_lost), "{lifetime} {refusal}");
    }
}

#[test]
fn no_two_keys_of_an_application_end_in_the_same_second() {
    let wanted: Timestamp = "2028-11-24T00:00:00.9Z".parse().unwrap();
    let second = wanted.as_second();
    let others = BTreeSet::from([second, second - 1, second - 3]);
    assert_eq!(end_of_its_own(wanted, &others).as_second(), second - 2);
    assert_eq!(end_of_its_own(wanted, &BTreeSet::new()).to_string(), "2028-11-24T00:00:00Z");
}

#[test]
fn an_owner_is_drawn_anew_each_time_and_as_long_as_descriptions_name_it() {
    let (one, other) = (new_owner(), new_owner());
    assert_ne!(one, other);
    for owner in [one, other] {
        assert_eq!(owner.len(), DIGITS);
        assert!(owner.bytes().all(|digit| digit.is_ascii_hexdigit()), "{owner}");
    }
}

#[tokio::test]
async fn of_a_successor_only_what_is_known_goes_with_the_own_keys() {
    let directory =
        Directory::holding(&[("own", OWN_MARK), ("anothers", ANOTHERS_MARK), ("taken", ANOTHERS_MARK)]);
    let graph = directory.graph().await;
    done(keys(&graph).remove_own(&patient(), &set(&["taken"])).await);
    assert_eq!(directory.removed(), ["own", "taken"]);
    assert_eq!(directory.count(APPLICATION), 1);
}

#[tokio::test(start_paused = true)]
async fn a_key_whose_making_was_not_answered_is_waited_for_before_all_are_removed() {
    let (known, lost) = (("known", OWN_MARK), ("lost", OWN_MARK));
    let directory = Directory::holding(&[known, lost]).showing(&[&[known], &[known], &[known]]);
    let graph = directory.graph().await;
    let late = LateKeys { lost: Some(graph.now()), ..LateKeys::default() };
    let keys = keys(&graph).knowing(&late);
    done(quickly(keys.remove_all(&patient(), &set(&["known"]))).await);
    assert_eq!(directory.removed(), ["known", "lost"]);
    assert_eq!(directory.count(APPLICATION), 4);
}

#[tokio::test]
async fn a_key_may_be_there_all_the_same_where_its_making_was_not_answered_or_was_interrupted() {
    let now: Timestamp = "2026-11-29T00:00:00Z".parse().unwrap();
    let (failed, refused) = (StatusCode::INTERNAL_SERVER_ERROR, StatusCode::BAD_REQUEST);
    for (refusal, interrupted, is_lost) in [
        (Some((failed, "InternalServerError")), false, true),
        (Some((refused, "Request_BadRequest")), false, false),
        (None, true, true),
    ] {
        let directory = Directory::holding(&[]);
        directory.refusals.lock().unwrap().extend(refusal);
        let (graph, call) = (directory.graph().await, patient());
        *directory.interrupted.lock().unwrap() = interrupted.then(|| call.cancel.clone());
        let unmade = keys(&graph).mint(&call, &managed("1h"), now).await.err().expect("no key");
        assert_eq!(unmade.is_lost, is_lost, "{refusal:?} {interrupted}");
        let told: Vec<_> = unmade.problem.into_iter().map(|problem| problem.detail).collect();
        assert_eq!(told.concat().contains("If the key was made nevertheless"), is_lost, "{told:?}");
        assert_eq!(directory.count("addPassword"), 1);
    }
}

#[tokio::test]
async fn an_id_that_is_none_of_an_application_is_told_at_its_argument() {
    let graph = Directory::holding(&[]).graph().await;
    let wrong = ManagedClientSecret { application_id: "/users/1".into(), ..managed("720h") };
    let failure = Keys::new(&graph, &wrong, "contoso.com", None).err().expect("a refusal");
    let told: Vec<_> =
        failure.into_iter().map(|problem| problem.attribute.map(|path| path.to_string())).collect();
    assert_eq!(told, [Some("managed_client_secret.application_id".to_owned())]);
}
