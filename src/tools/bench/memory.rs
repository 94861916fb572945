//! What a process holds in memory, as Linux tells it. Zeros where the system does not tell.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use super::processor;

/// Resident bytes of a process: all of them, and those that no file backs.
pub(crate) fn resident(process: u32) -> (u64, u64) {
    let status = status(process);
    (bytes(&status, "VmRSS"), bytes(&status, "RssAnon"))
}

/// The providers that a process has started and that are alive.
#[derive(Debug, Clone, Default)]
pub(crate) struct Providers {
    pub(crate) alive: usize,
    /// The most that any of them has had resident so far, in bytes.
    pub(crate) peak: u64,
    /// How long each has been on a processor so far, ended ones included.
    ran: BTreeMap<u32, Duration>,
}

impl Providers {
    /// The larger of the figures.
    pub(crate) fn most(mut self, other: Self) -> Self {
        for (process, ran) in other.ran {
            let known = self.ran.entry(process).or_default();
            *known = ran.max(*known);
        }
        Self { alive: self.alive.max(other.alive), peak: self.peak.max(other.peak), ran: self.ran }
    }

    /// How long all of them together were on a processor.
    pub(crate) fn processor(&self) -> Duration {
        self.ran.values().sum()
    }
}

/// The providers that the CLI `parent` has running now.
pub(crate) fn providers_of(parent: u32) -> Providers {
    // A CLI starts its plugins from any of its threads.
    let threads = fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten();
    let lists: Vec<String> =
        threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok()).collect();
    let processes = lists.iter().flat_map(|list| list.split_whitespace()).filter_map(|id| id.parse().ok());
    let statuses = processes.map(|process| (process, status(process)));
    let providers = statuses.filter(|(_, status)| is_provider(status));
    providers.fold(Providers::default(), |mut seen, (process, status)| {
        seen.alive += 1;
        seen.peak = seen.peak.max(bytes(&status, "VmHWM"));
        seen.ran.insert(process, processor::of_all_threads(process));
        seen
    })
}

/// Linux cuts the name of a process to 15 bytes. A process that has ended and is not waited for yet counts no more.
fn is_provider(status: &str) -> bool {
    let named = status.lines().next().is_some_and(|name| name.contains("terraform-provi"));
    named && bytes(status, "VmRSS") > 0
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
