//! Which lives are lived.

use std::env;

/// Lives of a developer's run.
const USUAL: u64 = 4;

#[expect(clippy::disallowed_methods, reason = "a knob for whoever runs the tests")]
fn knob(name: &str) -> Option<String> {
    env::var(name).ok().filter(|text| !text.is_empty())
}

fn number(name: &str) -> Option<u64> {
    knob(name).map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number, not `{text}`")))
}

/// The numbers of the lives: one with `TEST_SOAK_SEED`, the first so many with `TEST_SOAK_SEEDS`, from `TEST_SOAK_FROM` on.
pub(super) fn asked() -> Vec<u64> {
    if let Some(seed) = number("TEST_SOAK_SEED") {
        return vec![seed];
    }
    let first = number("TEST_SOAK_FROM").unwrap_or(0);
    (first..first + number("TEST_SOAK_SEEDS").unwrap_or(USUAL)).collect()
}

/// The only disturbances that happen, where `TEST_SOAK_ONLY` lists some, as in `0,3`; `none` stands for none.
pub(super) fn only() -> Option<Vec<usize>> {
    let text = knob("TEST_SOAK_ONLY")?;
    let index = |text: &str| {
        text.trim().parse().unwrap_or_else(|_| panic!("TEST_SOAK_ONLY lists numbers, not `{text}`"))
    };
    Some(if text == "none" { Vec::new() } else { text.split(',').map(index).collect() })
}

/// Whether a failure is told with no more than it takes, which costs lives; not with `TEST_SOAK_WHOLE`.
pub(super) fn shrinks() -> bool {
    knob("TEST_SOAK_WHOLE").is_none()
}

/// Whether lives tell of each step on standard error.
pub(super) fn tell() -> bool {
    knob("TEST_SOAK_TELL").is_some()
}

/// Tells whoever looks on, which the test's own output would do only at its end.
#[expect(clippy::print_stderr, reason = "for whoever looks at a run of many minutes")]
pub(super) fn say(text: &str) {
    eprintln!("{text}");
}

/// The planted faults to try, by name, or `all`; none in a plain run.
pub(super) fn planted() -> Option<String> {
    knob("TEST_PLANTED")
}
