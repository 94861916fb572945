//! How long a process has been on a processor, as Linux tells it: what others do on the machine hardly changes it.

use std::fs;
use std::time::Duration;

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

/// The same with the threads that have ended, to a hundredth of a second: for what takes long.
pub(crate) fn of_all_threads(process: u32) -> Duration {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name before it may hold anything, also brackets and blanks.
    let fields = text.rsplit_once(')').map(|(_, fields)| fields).unwrap_or_default();
    let ticks: u64 =
        fields.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}
