//! Releases that are signed, listed and attested as they should be, and are not what they seem: what somebody could make who has
//! the key, or a build that went wrong.

use std::fs;

use serde_json::json;

use super::made_up::{Keys, Release, arm, parts, program, without_handshake};
use super::{Sabotage, cdx, edit_sbom, edit_statement, sealed};

const NAME: &str = "terraform-provider-proofpoint_v0.1.0";

pub(super) const SABOTAGES: &[Sabotage] = &[
    (
        "somebody else has signed as well",
        |release| release.sign(&["--local-user", Keys::OURS, "--local-user", Keys::ANOTHERS]),
        "it holds 2 signatures, not one",
    ),
    (
        "the archive is in a list that no registry reads",
        |release| {
            let (ours, simulators) =
                (Release::file("SHA256SUMS"), "release/proofpoint-azure-simulator_0.1.0_SHA256SUMS");
            let text = read(release, &ours);
            let (moved, kept): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.contains(".zip"));
            release.write(&ours, kept.join("\n") + "\n");
            release.write(simulators, read(release, simulators) + &moved.join("\n") + "\n");
            release.sign(&["--local-user", Keys::OURS]);
        },
        "terraform-provider-proofpoint_0.1.0_SHA256SUMS does not list terraform-provider-proofpoint_0.1.0_linux_amd64.zip",
    ),
    (
        "a list names what is elsewhere",
        |release| {
            let sum = crate::support::checksum::checksum(read(release, "repository/LICENSE").as_bytes());
            let list = read(release, &Release::file("SHA256SUMS")) + &sum + "  ../repository/LICENSE\n";
            release.write(&Release::file("SHA256SUMS"), list);
            release.sign(&["--local-user", Keys::OURS]);
        },
        "terraform-provider-proofpoint_0.1.0_SHA256SUMS lists ../repository/LICENSE",
    ),
    (
        "a list names a file twice",
        |release| {
            let list = read(release, &Release::file("SHA256SUMS"));
            release.write(&Release::file("SHA256SUMS"), list.clone() + &list);
            release.sign(&["--local-user", Keys::OURS]);
        },
        "terraform-provider-proofpoint_0.1.0_SHA256SUMS lists terraform-provider-proofpoint_0.1.0_linux_amd64.zip twice",
    ),
    (
        "the lines of a list end as on Windows",
        |release| {
            let list = read(release, &Release::file("SHA256SUMS"));
            release.write(&Release::file("SHA256SUMS"), list.replace('\n', "\r\n"));
            release.sign(&["--local-user", Keys::OURS]);
        },
        "\\r' is not a checksum and a name",
    ),
    (
        "the program is one for another machine",
        |release| {
            release.pack_provider(NAME, &arm(&program(&parts())));
            release.list_provider();
            sealed(release);
        },
        "linux_amd64.zip: terraform-provider-proofpoint_v0.1.0 is a program for linux_arm64",
    ),
    (
        "the archive of the provider holds another program",
        |release| {
            release.pack_provider(NAME, &without_handshake(&program(&parts())));
            release.list_provider();
            sealed(release);
        },
        "linux_amd64.zip: terraform-provider-proofpoint_v0.1.0 is not a provider",
    ),
    (
        "the program and its SBOM are of an earlier version",
        |release| {
            let mut earlier = parts();
            earlier["packages"][2]["version"] = json!("0.0.9");
            release.pack_provider(NAME, &program(&earlier));
            release.list_provider();
            edit_sbom(release, |sbom| {
                sbom["metadata"]["component"]["version"] = json!("0.0.9");
            });
        },
        "it is about terraform-provider-proofpoint 0.0.9, which another archive holds",
    ),
    (
        "something is hidden behind the archive",
        |release| hide(release, |archive| [archive, b"PK another archive"].concat()),
        "linux_amd64.zip holds bytes that belong to none of its entries",
    ),
    (
        "something is hidden before the archive",
        |release| hide(release, |archive| [b"#!/bin/sh\nexit\n", archive].concat()),
        "linux_amd64.zip holds bytes that belong to none of its entries",
    ),
    (
        "an entry is a link",
        |release| {
            hide(release, |archive| {
                // The mode of the first entry, in the directory at the end, which is all that a reader goes by.
                let mut linked = archive.to_vec();
                let entry = archive.windows(4).position(|four| four == b"PK\x01\x02").expect("a directory");
                linked[entry + 40..entry + 42].copy_from_slice(&0o120_777_u16.to_le_bytes());
                linked
            });
        },
        "CHANGELOG.md has the mode lrwxrwxrwx",
    ),
    (
        "the attestation names an archive twice",
        |release| {
            edit_statement(release, |statement| {
                let subjects = statement["subject"].as_array_mut().expect("a list");
                let mut other = subjects[0].clone();
                other["digest"]["sha256"] = json!("00");
                subjects.insert(0, other);
            });
        },
        "it names the same file twice",
    ),
    (
        "another reference has the tag's name",
        |release| {
            let other = other_sources(release);
            release.git(&["update-ref", "refs/v0.1.0", &other]);
        },
        "made-up 1.2.3 has another checksum than in Cargo.lock",
    ),
    (
        "the clone shows another commit in the tag's place",
        |release| {
            let other = other_sources(release);
            let commit = release.commit_of("v0.1.0");
            release.git(&["replace", &commit, &other]);
        },
        "made-up 1.2.3 has another checksum than in Cargo.lock",
    ),
];

fn read(release: &Release<'_>, name: &str) -> String {
    fs::read_to_string(release.path(name)).expect("a text of the release")
}

/// Puts something else in the place of the provider's archive, whose program stays the same.
fn hide(release: &Release<'_>, change: impl FnOnce(&[u8]) -> Vec<u8>) {
    let archive = fs::read(release.path(&Release::archive())).expect("the archive");
    release.write(&Release::archive(), change(&archive));
    sealed(release);
}

/// A commit that locks another `made-up`, of which the SBOM tells; the tag and what is checked out stay.
fn other_sources(release: &Release<'_>) -> String {
    let tagged = release.commit_of("v0.1.0");
    let lock = read(release, "repository/Cargo.lock");
    let sum = crate::support::checksum::checksum(b"made-up");
    release.write("repository/Cargo.lock", lock.replace(&sum, &"0".repeat(64)));
    release.commit("Something else");
    let other = release.commit_of("HEAD");
    release.git(&["reset", "--quiet", "--hard", &tagged]);
    for archive in [Release::archive(), Release::simulator_archive()] {
        release.edit(&cdx(&archive), |sbom| {
            sbom["components"][0]["hashes"][0]["content"] = json!("0".repeat(64));
        });
    }
    sealed(release);
    other
}
