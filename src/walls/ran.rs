//! Whether `cargo test` ran the tests of every crate.
//!
//! A bare `cargo test` runs those of the default members; a crate that is no such member, or a directory that is no member at
//! all, is forgotten without a word.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Findings;
use crate::workspace::Workspace;

pub(crate) fn check(workspace: &Workspace, log: &Path) -> Findings {
    let log = fs::read_to_string(log).map_err(|error| format!("{}: {error}", log.display()))?;
    let ran = ran(&log);
    let mut missing: Vec<String> = workspace
        .packages
        .iter()
        .flat_map(|package| {
            package.targets.iter().filter(|target| target.test).map(move |target| (package, target))
        })
        .filter(|(_, target)| !ran.contains(target.name.replace('-', "_").as_str()))
        .map(|(package, target)| format!("no tests ran of `{}` in the package {}", target.name, package.name))
        .collect();
    let known: BTreeSet<PathBuf> =
        workspace.packages.iter().map(|package| package.directory.clone()).collect();
    for manifest in manifests(&workspace.root, &workspace.target) {
        // A workspace of its own is none of this one's packages.
        let is_apart =
            fs::read_to_string(&manifest).is_ok_and(|text| text.lines().any(|line| line == "[workspace]"));
        if !is_apart && !manifest.parent().is_some_and(|directory| known.contains(directory)) {
            missing.push(format!(
                "{} belongs to no member of the workspace",
                workspace.relative(&manifest).display()
            ));
        }
    }
    Ok(missing)
}

/// The targets whose tests ran, by the names of the programs: `Running unittests lib.rs (target/debug/deps/clients-0f)`.
fn ran(log: &str) -> BTreeSet<&str> {
    let programs =
        log.lines().filter_map(|line| line.trim_start().strip_prefix("Running ")?.rsplit_once('('));
    let names = programs.filter_map(|(_, program)| {
        let file = program.trim_end_matches(')').rsplit(['/', '\\']).next()?;
        file.rsplit_once('-').map(|(name, _)| name)
    });
    names.collect()
}

/// Every manifest in the repository, but for what was built.
fn manifests(directory: &Path, target: &Path) -> Vec<PathBuf> {
    let Ok(entries) = directory.read_dir() else { return Vec::new() };
    let mut found = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if path.is_dir() && !hidden && path != target && entry.file_name() != "target" {
            found.extend(manifests(&path, target));
        } else if entry.file_name() == "Cargo.toml" {
            found.push(path);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_of_cargo_says_whose_tests_ran() {
        let log = "   Compiling clients v0.1.0\n     Running unittests lib.rs (target/debug/deps/sync_report-0f3a)\n\
                   test a ... ok\n     Running tests/it/main.rs (target/debug/deps/it-99)\n";
        assert_eq!(ran(log).into_iter().collect::<Vec<_>>(), ["it", "sync_report"]);
    }

    #[test]
    fn a_forgotten_crate_is_missed() {
        let workspace = Workspace::read(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        let log = tempfile::NamedTempFile::new().unwrap();
        let all: Vec<String> = workspace
            .packages
            .iter()
            .flat_map(|package| &package.targets)
            .filter(|target| target.test && target.name != "walls")
            .map(|target| {
                format!("Running unittests x (target/debug/deps/{}-1)\n", target.name.replace('-', "_"))
            })
            .collect();
        let all = all.concat();
        fs::write(log.path(), &all).unwrap();
        assert_eq!(check(&workspace, log.path()).unwrap(), ["no tests ran of `walls` in the package walls"]);
        fs::write(log.path(), all + "Running unittests x (target/debug/deps/walls-1)\n").unwrap();
        assert_eq!(check(&workspace, log.path()).unwrap(), Vec::<String>::new());
    }
}
