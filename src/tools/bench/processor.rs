//! How long a process has been on a processor, as Linux tells it: what others do on the machine hardly changes it.

use std::fs;

/// Milliseconds of all threads so far; zero where the system does not tell.
#[expect(clippy::cast_precision_loss, reason = "nanoseconds since the start of a short process")]
pub(crate) fn time(process: u32) -> f64 {
    let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let nanoseconds: u64 = threads
        .filter_map(|thread| {
            let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
            text.split(' ').next()?.parse::<u64>().ok()
        })
        .sum();
    nanoseconds as f64 / 1e6
}
