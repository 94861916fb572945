//! What a process holds in memory, as Linux tells it. Zeros where the system does not tell.

use std::fs;

/// Resident bytes of a process: all of them, and those that no file backs.
pub(crate) fn resident(process: u32) -> (u64, u64) {
    let status = status(process);
    (bytes(&status, "VmRSS"), bytes(&status, "RssAnon"))
}

/// The most that any child of a process has had resident so far, in bytes.
pub(crate) fn peak_of_children(parent: u32) -> u64 {
    // A CLI starts its plugins from any of its threads.
    let threads = fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten();
    let lists: Vec<String> =
        threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok()).collect();
    let processes = lists.iter().flat_map(|list| list.split_whitespace()).filter_map(|id| id.parse().ok());
    processes.map(|process| bytes(&status(process), "VmHWM")).max().unwrap_or_default()
}

fn status(process: u32) -> String {
    fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default()
}

/// The value of a line such as `VmRSS:  1234 kB`.
fn bytes(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kibibytes: Option<u64> = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
    kibibytes.unwrap_or_default() * 1024
}
