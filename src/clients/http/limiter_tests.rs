//! Who waits when a service asks for patience, by a clock that is paused.

use super::*;

/// Whether a request may go now.
async fn goes(limiter: &Limiter) -> Option<Turn> {
    tokio::time::timeout(Duration::ZERO, limiter.enter()).await.ok().map(|(_, turn)| turn)
}

/// How long a request waits before it goes, in seconds.
async fn waited(limiter: &Limiter) -> u64 {
    let start = Instant::now();
    limiter.enter().await.1.passed();
    start.elapsed().as_secs()
}

const TEN: Duration = Duration::from_secs(10);

#[tokio::test(start_paused = true)]
async fn all_wait_when_one_is_told_to() {
    let limiter = Limiter::new(2);
    limiter.pause(Duration::from_secs(7));
    limiter.pause(Duration::from_secs(3));
    assert_eq!(waited(&limiter.clone()).await, 7);
}

#[tokio::test(start_paused = true)]
async fn no_more_than_the_limit_are_let_in() {
    let limiter = Limiter::new(1);
    let first = limiter.enter().await;
    assert!(tokio::time::timeout(Duration::from_secs(60), limiter.enter()).await.is_err());
    drop(first);
    assert!(goes(&limiter).await.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_one_part_stalls_no_other() {
    let limiter = Limiter::new(16);
    limiter.part("a").enter().await.1.refused(TEN);
    assert!(goes(&limiter.part("A")).await.is_none(), "case means nothing");
    let mut scout = goes(&limiter.part("b")).await.expect("one goes and sees");
    assert!(goes(&limiter.part("c")).await.is_none(), "the others wait for it");
    scout.passed();
    let going = [goes(&limiter.part("c")).await, goes(&limiter.part("d")).await, goes(&limiter).await];
    assert!(going.iter().all(Option::is_some));
    assert_eq!(waited(&limiter.part("a")).await, 10);
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_all_parts_is_asked_once_more_and_then_waited_for() {
    let limiter = Limiter::new(16);
    // Three are on their way when the limit is reached.
    let parts = ["a", "b", "c"].map(|name| limiter.part(name));
    let mut turns = Vec::new();
    for part in &parts {
        turns.push(goes(part).await.expect("a turn"));
    }
    for turn in &mut turns {
        turn.refused(TEN);
    }
    goes(&limiter.part("d")).await.expect("one goes and sees").refused(Duration::from_secs(12));
    for name in ["a", "d", "e", ""] {
        assert!(goes(&limiter.part(name)).await.is_none(), "{name}");
    }
    assert_eq!(waited(&limiter.part("e")).await, 12);
    assert_eq!(waited(&limiter.part("a")).await, 0);
}

#[tokio::test(start_paused = true)]
async fn an_answer_to_what_was_sent_before_tells_nothing() {
    let limiter = Limiter::new(16);
    let mut before = goes(&limiter.part("b")).await.expect("a turn");
    limiter.part("a").enter().await.1.refused(TEN);
    before.passed();
    let scout = goes(&limiter.part("c")).await.expect("one goes and sees");
    assert!(goes(&limiter.part("d")).await.is_none(), "it is still open");
    drop(scout);
}

#[tokio::test(start_paused = true)]
async fn a_scout_that_hangs_or_never_comes_back_is_followed_by_another() {
    let limiter = Limiter::new(16);
    limiter.part("a").enter().await.1.refused(Duration::from_secs(60));
    let _hangs = goes(&limiter.part("b")).await.expect("one goes and sees");
    assert_eq!(waited(&limiter.part("c")).await, SCOUT_PATIENCE.as_secs());
    limiter.part("a").pause(Duration::from_secs(120));
    drop(goes(&limiter.part("b")).await.expect("one goes and sees"));
    assert_eq!(waited(&limiter.part("c")).await, 0);
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_patience_takes_no_slot() {
    let limiter = Limiter::new(1);
    limiter.part("a").pause(TEN);
    let throttled = limiter.part("a");
    let waiting = tokio::spawn(async move { waited(&throttled).await });
    tokio::task::yield_now().await;
    assert_eq!(waited(&limiter.part("b")).await, 0);
    assert_eq!(waiting.await.expect("it ends"), 10);
}
