//! Faults that providers of this kind have had, planted into a copy of the provider one at a time: does anybody notice?
//!
//! `make planted` builds each and lives lives with it until one fails, up to 200, and prints how many it took; `make planted
//! FAULT=name,other` tries those. A plain test run only holds that each still fits into the sources.

mod table;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use super::life::DOMAIN;
use super::schedule::Schedule;
use super::{AT_ONCE, seeds, shrink};
use crate::support::workspace::{provider as sound, repository};
use table::PLANTED;

/// A fault: what a piece of a source file becomes.
struct Planted {
    name: &'static str,
    /// What it was like for users.
    history: &'static str,
    file: &'static str,
    /// Pieces of the file, each there once, and what stands in their place.
    changes: &'static [(&'static str, &'static str)],
}

/// Lives that a fault may take to be noticed.
const LIVES: u64 = 200;

/// The provider's and its crates' sources, and what cargo needs to build them.
const SOURCES: [&str; 8] =
    ["Cargo.toml", "Cargo.lock", "src", "proto", "examples", "tests", "docs", "README.md"];

#[test]
fn each_still_fits_and_tells_its_history() {
    for fault in PLANTED {
        let source = fs::read_to_string(repository().join(fault.file)).expect(fault.file);
        for (from, to) in fault.changes {
            assert_eq!(source.matches(from).count(), 1, "{}: {from}", fault.name);
            assert_ne!(from, to, "{}", fault.name);
        }
        assert!(fault.history.len() > 20, "{}", fault.name);
    }
}

#[test]
fn each_is_noticed() {
    let Some(asked) = seeds::planted() else { return };
    let chosen: Vec<&Planted> = PLANTED
        .iter()
        .filter(|fault| asked == "all" || asked.split(',').any(|name| name == fault.name))
        .collect();
    assert!(!chosen.is_empty(), "there is no planted fault `{asked}`");
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("planted");
    let mut unnoticed = Vec::new();
    for fault in chosen {
        let noticed = first_failure(&built_with(fault, &place));
        seeds::say(&match noticed {
            Some((seed, lives)) => format!("| {} | {} | {lives} | {seed} |", fault.name, fault.history),
            None => format!("| {} | {} | not in {LIVES} | |", fault.name, fault.history),
        });
        if noticed.is_none() {
            unnoticed.push(fault.name);
        }
    }
    assert!(unnoticed.is_empty(), "nobody notices {unnoticed:?}");
}

/// A provider with a fault.
fn built_with(fault: &Planted, place: &Path) -> PathBuf {
    let tree = place.join("tree");
    fs::create_dir_all(&tree).expect("a place for the copy");
    for name in SOURCES {
        mirror(&repository().join(name), &tree.join(name));
    }
    let file = tree.join(fault.file);
    let mut source = fs::read_to_string(&file).expect(fault.file);
    for (from, to) in fault.changes {
        source = source.replacen(from, to, 1);
    }
    fs::write(&file, source).expect("the faulty source");
    let target = place.join("target");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--offline", "--bin", "terraform-provider-proofpoint", "--config"])
        // A fault may leave something unused, which is no reason not to build it.
        .args(["build.rustflags=['--cap-lints=warn']", "--target-dir"])
        .arg(&target)
        .current_dir(&tree)
        .status();
    assert!(built.is_ok_and(|status| status.success()), "`{}` does not build", fault.name);
    target.join("debug/terraform-provider-proofpoint")
}

/// Makes a copy the same again. What is so already keeps its date, by which cargo knows what to build.
fn mirror(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).expect("a directory of the copy");
        for entry in from.read_dir().expect("a directory").flatten() {
            mirror(&entry.path(), &to.join(entry.file_name()));
        }
        return;
    }
    let content = fs::read(from).expect("a source");
    if fs::read(to).ok().as_ref() != Some(&content) {
        fs::write(to, content).expect("a copy of a source");
    }
}

/// The number of the first life that fails with a provider, and how many had been lived by then.
fn first_failure(provider: &Path) -> Option<(u64, u64)> {
    let (next, found, lived) = (AtomicU64::new(0), AtomicBool::new(false), AtomicU64::new(0));
    let first = AtomicU64::new(u64::MAX);
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while !found.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= LIVES {
                        break;
                    }
                    let schedule = Schedule::of(seed, DOMAIN);
                    let notices = || shrink::problem_of(&schedule, provider).is_some();
                    // What fails without the fault notices nothing.
                    if notices() && shrink::problem_of(&schedule, sound()).is_none() && notices() {
                        found.store(true, Ordering::Relaxed);
                        first.fetch_min(seed, Ordering::Relaxed);
                    }
                    lived.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    let first = first.into_inner();
    (first != u64::MAX).then(|| (first, lived.into_inner()))
}
