//! A life that fails, told with no more than it takes.

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::life::{self, DOMAIN};
use super::schedule::Schedule;
use super::seeds;
use crate::support::workspace::provider;

/// Lives that may be spent on leaving disturbances out.
const TRIES: usize = 12;

/// Lives the life of a number. When it fails: what went wrong, the schedule without what it does not take, and the command that
/// repeats it.
pub(super) fn failure_of(seed: u64) -> Option<String> {
    let whole = Schedule::of(seed, DOMAIN);
    let asked = seeds::only().map_or_else(|| whole.clone(), |numbers| whole.with_only(&numbers));
    let mut problem = problem_of(&asked, provider())?;
    seeds::say(&format!("seed {seed} fails: {problem}\n{asked}"));
    let mut least = asked;
    let tries = if seeds::shrinks() { TRIES } else { 0 };
    for number in least.disturbances().into_iter().take(tries) {
        let numbers: Vec<usize> = least.disturbances().into_iter().filter(|one| *one != number).collect();
        let fewer = least.with_only(&numbers);
        if let Some(other) = problem_of(&fewer, provider()) {
            (least, problem) = (fewer, other);
        }
    }
    let numbers: Vec<String> = least.disturbances().iter().map(ToString::to_string).collect();
    let only = if numbers.is_empty() { "none".to_owned() } else { numbers.join(",") };
    let mut text = format!("make soak SEED={seed} ONLY={only}\n");
    let _ = write!(text, "{least}{problem}");
    Some(text)
}

/// What goes wrong in a life with a build of the provider; none when nothing does.
pub(super) fn problem_of(schedule: &Schedule, build: &Path) -> Option<String> {
    let problem = catch_unwind(AssertUnwindSafe(|| life::live(schedule, build))).err()?;
    let text = problem.downcast_ref::<String>().cloned();
    Some(
        text.or_else(|| problem.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_else(|| "no text".to_owned()),
    )
}
