//! The whole life of a synchronization under each value of each mood of the simulator, alone and in pairs: an application, its
//! consent and a sync are made, changed and rotated; with the sync at rest, reviewed runs give somebody an account and take it away
//! again; then all is destroyed.
//!
//! The rule: an apply converges, or fails with what to do; a second one never makes it worse; the key that Proofpoint holds is a
//! living one, and nothing is left over at the end. What may fail, and with which words, is written down in `allowed.rs`.
//!
//! `TEST_MOODS` is how many values, and how many pairs, are drawn from all (`TEST_MOODS=all` takes every value); `TEST_MOOD=a=x` or
//! `TEST_MOOD=a=x,b=y` tries that one case: failures name it so.

mod allowed;
mod cases;
mod life;
mod onboarding;
mod reviewed;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::thread;

use cases::Case;

/// Every value of every mood that is not the default, as `name=value`.
pub(crate) fn values() -> Vec<String> {
    cases::all_words()
}

/// Whether a life converges under these values together.
pub(crate) fn converge(values: &[String]) -> bool {
    allowed::converge(values)
}

/// Lives at a time: they mostly wait.
const AT_ONCE: usize = 4;

#[test]
fn the_whole_life_is_right_under_each_value_of_each_mood() {
    try_each(&cases::singles(), life::live);
}

#[test]
fn the_whole_life_is_right_under_pairs_of_moods() {
    try_each(&cases::pairs(), life::live);
}

#[test]
fn the_whole_life_is_right_by_few_permissions_whatever_these_let_read() {
    try_each(&cases::of_readers(), life::live_by_few_permissions);
}

fn try_each(cases: &[Case], live: impl Fn(&Case) + Sync) {
    each_at_once(cases, ToString::to_string, live);
}

/// Lives each, some at a time, and fails with all that failed.
fn each_at_once<T: Sync>(cases: &[T], name: impl Fn(&T) -> String + Sync, live: impl Fn(&T) + Sync) {
    let left = Mutex::new(cases.iter());
    let failed = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = left.lock().expect("the cases").next();
                    let Some(case) = next else { break };
                    let lived = catch_unwind(AssertUnwindSafe(|| live(case)));
                    if let Err(problem) = lived {
                        let text = problem.downcast_ref::<String>().map(String::as_str);
                        let text =
                            text.or_else(|| problem.downcast_ref::<&str>().copied()).unwrap_or("no text");
                        failed.lock().expect("the failures").push(format!("{}\n{text}", name(case)));
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().expect("the failures");
    assert!(failed.is_empty(), "{} of {} lives failed:\n{}", failed.len(), cases.len(), failed.join("\n\n"));
}
