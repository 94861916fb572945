use std::collections::VecDeque;

use jiff::Timestamp;

use super::super::testing::{CLIENT, Directory, OWN_MARK, SignIn, call, keys, minted, quickly, set};
use super::*;

/// What Entra says of a secret that a replica does not know, and of one that has ended.
const UNKNOWN: SignIn = SignIn::Refused(7_000_215);
const ENDED: SignIn = SignIn::Refused(7_000_222);

/// Proves the key in two minutes at most.
async fn proven(directory: &Directory, sign_ins: &[SignIn], declared: &[&str]) -> Result<(), Unproven> {
    *directory.sign_ins.lock().unwrap() = sign_ins.iter().copied().collect::<VecDeque<_>>();
    let graph = directory.graph().await;
    let (keys, call) = (keys(&graph), call(Duration::from_secs(120)));
    quickly(prove(&call, &keys, CLIENT, &minted("own", Timestamp::UNIX_EPOCH), &set(declared))).await
}

/// What it is refused with.
fn refusal(outcome: Result<(), Unproven>) -> String {
    let Err(Unproven::Refused(failure)) = outcome else { panic!("it was not refused") };
    failure.into_iter().map(|problem| problem.summary + " " + &problem.detail).collect()
}

fn own() -> Directory {
    Directory::holding(&[("own", OWN_MARK)])
}

#[tokio::test(start_paused = true)]
async fn a_key_is_proven_once_it_signs_in_with_all_that_is_declared() {
    for (sign_ins, declared) in [
        (&[SignIn::WithoutRoles][..], &[][..]),
        (&[UNKNOWN, UNKNOWN, SignIn::WithoutRoles], &[]),
        (&[SignIn::WithRoles], &["First", "Second"]),
        (&[UNKNOWN, SignIn::WithoutRoles, SignIn::WithoutRoles, SignIn::WithRoles], &["Second"]),
    ] {
        assert!(proven(&own(), sign_ins, declared).await.is_ok(), "{declared:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_token_lacks_in_the_end_is_named() {
    let told = refusal(proven(&own(), &[SignIn::WithRoles], &["First", "Third", "Fourth"]).await);
    assert!(told.contains("does not carry `Fourth`, `Third`."), "{told}");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_counts_at_once_unless_a_replica_may_not_know_the_key_yet() {
    let directory = own();
    let told = refusal(proven(&directory, &[ENDED, SignIn::WithRoles], &[]).await);
    assert!(told.contains("7000222"), "{told}");
    let told = refusal(proven(&own(), &[UNKNOWN], &[]).await);
    assert!(told.contains("7000215"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_removed_meanwhile_is_not_proven_any_longer() {
    let directory = Directory::holding(&[]).showing(&[&[("own", OWN_MARK)]]);
    assert!(matches!(proven(&directory, &[UNKNOWN], &[]).await, Err(Unproven::Gone)));
}
