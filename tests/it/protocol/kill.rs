//! A provider that is killed at any request, and the next one that finds what it left. Only requests that may change
//! something are tried: after any other the world is as it was, and to die there is to die after the last one that did.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::support::quickstart::{APPLICATION, Moment, Quickstart, SYNC};
use crate::support::simulator::Simulator;

fn quickstart() -> Quickstart {
    Quickstart::start(Simulator::start(&["--users", "4", "--groups", "1"]))
}

#[track_caller]
fn settle(quickstart: &Quickstart, context: &str) {
    quickstart.converge();
    quickstart.assert_sound(context);
    quickstart.configure();
    let again = quickstart.converge();
    assert!(again.is_empty(), "{context}: {again:?} again: {:#}", quickstart.state(SYNC));
}

fn a_create_that_is_killed_is_finished_by_the_next(moment: Moment) {
    let mut quickstart = quickstart();
    quickstart.simulator.forget_requests();
    quickstart.converge();
    let numbers = quickstart.simulator.numbers_of_writes();
    assert!(numbers.len() > 6, "{numbers:?}");
    for number in numbers {
        quickstart.simulator.control(Method::POST, "reset", None);
        quickstart.forget_all();
        quickstart.restart();
        assert!(quickstart.converge_killed_at(number, moment), "there is no request {number}");
        settle(&quickstart, &format!("create, killed {moment:?} request {number}"));
    }
}

#[test]
fn a_create_killed_before_any_request_is_finished_by_the_next() {
    a_create_that_is_killed_is_finished_by_the_next(Moment::Before);
}

#[test]
fn a_create_killed_after_any_request_is_finished_by_the_next() {
    a_create_that_is_killed_is_finished_by_the_next(Moment::After);
}

/// Makes one change after another, each killed at another request. A refresh looks for seconds at a key that it does not
/// know before it believes it, so both moments have a world of their own and wait at the same time.
fn any_request_of(what: &str, change: impl Fn(&mut Quickstart, u64) + Sync) {
    std::thread::scope(|scope| {
        for moment in [Moment::Before, Moment::After] {
            let change = &change;
            scope.spawn(move || {
                let mut quickstart = quickstart();
                quickstart.converge();
                quickstart.restart();
                change(&mut quickstart, 0);
                quickstart.simulator.forget_requests();
                quickstart.converge();
                let numbers = quickstart.simulator.numbers_of_writes();
                assert!(numbers.len() >= 2, "{what}: {numbers:?}");
                quickstart.restart();
                for (round, number) in (1..).zip(numbers) {
                    change(&mut quickstart, round);
                    assert!(quickstart.converge_killed_at(number, moment), "there is no request {number}");
                    settle(&quickstart, &format!("{what}, killed {moment:?} request {number}"));
                }
            });
        }
    });
}

#[test]
fn a_change_of_settings_killed_at_any_request_is_finished_by_the_next() {
    any_request_of("settings", |quickstart, round| {
        quickstart.write(SYNC, &json!({ "frequency": if round % 2 == 0 { 3 } else { 6 } }));
    });
}

#[test]
fn a_rotation_killed_at_any_request_is_finished_by_the_next() {
    any_request_of("rotation", |quickstart, round| {
        let trigger = json!({ "rotate_when_changed": { "round": round.to_string() } });
        quickstart.write(SYNC, &json!({ "managed_client_secret": trigger }));
    });
}

/// An application of ours that lies among the deleted items is restored; by then nothing says that it is young.
#[test]
fn a_restoration_killed_at_any_request_is_finished_by_the_next() {
    any_request_of("restoration", |quickstart, _| {
        quickstart.simulator.advance_clock("2h");
        let object_id = quickstart.state(APPLICATION)["object_id"].as_str().expect("an id").to_owned();
        quickstart.graph(Method::DELETE, &format!("applications/{object_id}"), None);
        quickstart.restart();
    });
}

/// The provider goes on living for some seconds, in which the answer arrives that its next write waits for.
#[test]
fn no_write_starts_once_the_host_is_gone() {
    let quickstart = quickstart();
    quickstart.simulator.forget_requests();
    quickstart.converge();
    let numbers = quickstart.simulator.numbers_of_writes();
    // Those that follow a read, which is what is held up.
    let numbers: Vec<u64> =
        numbers.iter().copied().filter(|number| *number > 1 && !numbers.contains(&(number - 1))).collect();
    let tried = [numbers[0], numbers[numbers.len() / 2], numbers[numbers.len() - 1]];
    drop(quickstart);
    std::thread::scope(|scope| {
        for number in tried {
            scope.spawn(move || {
                let mut quickstart = self::quickstart();
                quickstart.simulator.forget_requests();
                let took = quickstart.converge_orphaned_at(number - 1, Duration::from_millis(1500));
                let log = quickstart.simulator.requests();
                let own = (1..).zip(log.iter().filter(|request| request.batch.is_none()));
                let late: Vec<_> =
                    own.filter(|(at, request)| *at >= number && request.writes()).map(|(_, r)| r).collect();
                assert!(late.is_empty(), "after the host was gone: {late:?}");
                assert!(took < Duration::from_secs(15), "{took:?}");
                settle(&quickstart, &format!("orphaned at request {number}"));
            });
        }
    });
}
