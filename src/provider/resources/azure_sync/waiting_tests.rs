use std::cell::RefCell;

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::*;
use clients::essentials::{ErrorKind, Refusal};
use framework::timeouts::Timeouts;

const HOUR: Duration = Duration::from_secs(3600);

fn call(limit: Duration) -> Call {
    Call::new(limit, CancellationToken::new(), Uuid::nil())
}

fn shown(last_run: LastRun) -> Shown {
    Shown { application_id: Some("app".to_owned()), last_run, ..Shown::default() }
}

fn at(time: &str) -> LastRun {
    LastRun::At(time.to_owned())
}

fn failed(kind: impl Fn(Refusal) -> ErrorKind) -> Error {
    let answer =
        Refusal { status: 500, text: "oops".to_owned(), request_id: None, beyond: None, request: None };
    Error { operation: "read the settings".to_owned(), kind: kind(answer) }
}

/// Waits with these looks, of which the last one repeats; how it ended and after how long.
async fn wait(
    call: &Call,
    before: LastRun,
    looks: Vec<Result<LastRun, Error>>,
) -> (Result<Run, Diagnostic>, Duration) {
    let (start, looks) = (Instant::now(), RefCell::new(looks.into_iter()));
    let look =
        || std::future::ready(looks.borrow_mut().next().unwrap_or(Ok(LastRun::Never)).map(shown).map(Some));
    let run = run("example.com", call, &before, look, || Timestamp::UNIX_EPOCH).await;
    (run, start.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_with_the_first_run_that_is_new() {
    let looks = vec![Ok(at("1")), Ok(LastRun::NotShown), Ok(at("1")), Ok(at("2"))];
    let (run, took) = wait(&call(HOUR), at("1"), looks).await;
    assert!(matches!(run, Ok(Run::Succeeded(_))));
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn the_run_from_before_the_settings_is_none_however_often_it_is_seen() {
    let looks = (0..1000).map(|_| Ok(at("1"))).collect();
    let (run, took) = wait(&call(HOUR), at("1"), looks).await;
    assert!(matches!(run, Ok(Run::Missed)));
    assert_eq!(took.as_secs(), HOUR.as_secs());
}

#[tokio::test(start_paused = true)]
async fn a_run_that_does_not_show_is_missed_exactly_at_the_deadline() {
    let (run, took) = wait(&call(HOUR), LastRun::Never, Vec::new()).await;
    assert!(matches!(run, Ok(Run::Missed)));
    assert_eq!(took.as_secs(), HOUR.as_secs());
}

#[tokio::test(start_paused = true)]
async fn a_run_that_shows_at_the_last_look_counts() {
    // Less than the first delay: the look at the deadline is the only one.
    let (run, _) = wait(&call(Duration::from_millis(1)), LastRun::Never, vec![Ok(at("1"))]).await;
    assert!(matches!(run, Ok(Run::Succeeded(_))));
}

#[tokio::test(start_paused = true)]
async fn a_look_that_fails_does_not_end_the_wait() {
    let looks = vec![Err(failed(ErrorKind::Refused)), Err(failed(ErrorKind::NotFound)), Ok(at("1"))];
    let (run, _) = wait(&call(HOUR), LastRun::Never, looks).await;
    assert!(matches!(run, Ok(Run::Succeeded(_))));
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_refused_ends_the_wait() {
    let not_authorized = |answer| ErrorKind::NotAuthorized { organization: "example.com".into(), answer };
    for error in [failed(ErrorKind::InvalidCredentials), failed(not_authorized)] {
        let (run, took) = wait(&call(HOUR), LastRun::Never, vec![Err(error)]).await;
        assert!(run.is_err() && took < Duration::from_secs(1), "{took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_interruption_ends_the_wait_at_once() {
    let call = call(HOUR);
    let cancel = call.cancel.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(100)).await;
        cancel.cancel();
    });
    let (run, took) = wait(&call, LastRun::Never, Vec::new()).await;
    assert_eq!(run.err().map(|problem| problem.summary).as_deref(), Some("Interrupted"));
    assert_eq!(took.as_secs(), 100);
}

#[tokio::test(start_paused = true)]
async fn what_follows_a_wait_has_time_of_its_own() {
    let call = call(Duration::from_secs(1));
    tokio::time::advance(Duration::from_secs(2)).await;
    assert_eq!(call.remaining(), Duration::ZERO);
    assert_eq!(afterwards(&call).remaining(), AFTERWARDS);
    assert_eq!(afterwards(&self::call(HOUR)).remaining(), HOUR);
    assert_eq!(tidying(&call).remaining(), TIDYING);
    assert_eq!(tidying(&self::call(HOUR)).remaining(), HOUR);
}

#[tokio::test(start_paused = true)]
async fn routing_is_waited_for_by_the_services_clock() {
    let ready = routing_ready_at(Timestamp::UNIX_EPOCH);
    let start = Instant::now();
    let now = || Timestamp::UNIX_EPOCH + SignedDuration::try_from(start.elapsed()).unwrap();
    let look = || std::future::ready(Err(failed(ErrorKind::Refused)));
    assert!(routing("example.com", &call(2 * HOUR), ready, look, now).await.is_ok());
    assert!(start.elapsed() >= HOUR);

    let start = Instant::now();
    let late = routing("example.com", &call(HOUR / 2), ready, look, || Timestamp::UNIX_EPOCH).await;
    assert_eq!(
        late.err().map(|problem| problem.summary).as_deref(),
        Some("Mail routing was not waited for to its end")
    );
    assert_eq!(start.elapsed().as_secs(), HOUR.as_secs() / 2);
}

#[test]
fn a_stack_that_shows_runs_is_told_from_one_that_does_not() {
    assert!(!shows_runs(&LastRun::NotShown, &shown(LastRun::NotShown)));
    assert!(shows_runs(&LastRun::NotShown, &shown(LastRun::Never)));
    assert!(shows_runs(&at("1"), &shown(LastRun::NotShown)));
    let absent_until_the_first = Shown { secret_expiry: Some("2027".to_owned()), ..shown(LastRun::NotShown) };
    assert!(shows_runs(&LastRun::NotShown, &absent_until_the_first));
}

#[tokio::test(start_paused = true)]
async fn by_default_a_run_is_waited_for_one_frequency_and_half_an_hour() {
    let (brief, model) = (call(Duration::from_secs(1)), SyncModel::default());
    for (frequency, limit) in [(1, HOUR * 3 / 2), (3, HOUR * 7 / 2), (24, HOUR * 49 / 2)] {
        for creating in [true, false] {
            assert_eq!(patience(&brief, &model, creating, frequency).remaining(), limit);
        }
    }
    let routed = SyncModel { wait_for_routing: true.into(), ..SyncModel::default() };
    assert_eq!(patience(&brief, &routed, true, 1).remaining(), HOUR * 3);

    // What is named is the deadline, of the operation that it is named for.
    let timeouts = Timeouts { create: "1s".into(), ..Timeouts::default() };
    let named = SyncModel { timeouts: timeouts.into(), ..SyncModel::default() };
    assert_eq!(patience(&brief, &named, true, 1).remaining(), brief.remaining());
    assert_eq!(patience(&brief, &named, false, 1).remaining(), HOUR * 3 / 2);
    brief.cancel.cancel();
    assert!(patience(&brief, &model, true, 1).cancel.is_cancelled(), "an interruption is still heard");
}
