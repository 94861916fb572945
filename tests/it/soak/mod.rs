//! The whole life of a customer in a world that is drawn from one number: moods of both services, faults on the wire, edits by hand
//! on both sides, a second state for the same organization, jumps of the clock, and commands that are killed or interrupted; with a
//! real CLI, each in turn.
//!
//! The rule: when the disturbances are over, at most three applies bring the world to exactly what the configuration says, and a
//! destroy leaves nothing. `ending.rs` says what "exactly" is.
//!
//! `make soak SEEDS=300` lives that many lives, `make soak SEED=17` the one of that number, and `make soak SEED=17 ONLY=0,3` the same
//! with those disturbances only: what a failure prints, after it has left out every disturbance that it does not take.

mod afterwards;
mod command;
mod configuration;
mod disturbance;
mod ending;
mod hands;
mod life;
mod meanwhile;
mod planted;
mod schedule;
mod seeds;
mod shrink;
mod wire;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// Lives at a time: they mostly wait for one another's processes.
const AT_ONCE: usize = 4;

#[test]
fn every_seed_ends_as_configured() {
    let seeds = seeds::asked();
    let (next, failures) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(seeds.len()) {
            scope.spawn(|| {
                loop {
                    let index = usize::try_from(next.fetch_add(1, Ordering::Relaxed)).expect("few seeds");
                    let Some(seed) = seeds.get(index) else { break };
                    if let Some(failure) = shrink::failure_of(*seed) {
                        failures.lock().expect("the failures").push(failure);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().expect("the failures");
    assert!(
        failures.is_empty(),
        "{} of {} seeds failed\n\n{}",
        failures.len(),
        seeds.len(),
        failures.join("\n\n")
    );
}
