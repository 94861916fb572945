//! What a process holds in memory, as Linux tells it.

use std::fs;

/// Resident bytes of a process: all of them, and those that no file backs. Zeros where the system does not tell.
pub(crate) fn resident(process: u32) -> (u64, u64) {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let bytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kibibytes: u64 = line.trim_start_matches(':').trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kibibytes * 1024)
    };
    (bytes("VmRSS").unwrap_or_default(), bytes("RssAnon").unwrap_or_default())
}
