//! What `make verify` says of a release that somebody has tampered with, whoever that is: the network, a mirror, the holder of
//! another key, or one who has the key of the releases.

mod claims;
mod disguises;
mod made_up;
mod packing;

use std::fs;
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

use crate::support::workspace::repository;
use made_up::{Keys, Release, parts, program};

/// What somebody did, how, and what has to be said of it.
type Sabotage = (&'static str, fn(&Release<'_>), &'static str);

/// Each is on top of a release that is as it should be.
const SABOTAGES: &[Sabotage] = &[
    (
        "an archive is tampered with",
        |release| flip(release, &Release::archive()),
        "terraform-provider-proofpoint_0.1.0_linux_amd64.zip: FAILED",
    ),
    (
        "an archive is tampered with, and the checksums say so",
        |release| {
            flip(release, &Release::archive());
            release.sum();
        },
        "gpg says BADSIG",
    ),
    (
        "an archive is replaced, and somebody else signs for it",
        |release| {
            release
                .pack_provider("terraform-provider-proofpoint_v0.1.0", &program(&json!({ "packages": [] })));
            release.list_provider();
            release.attest();
            release.seal(Keys::ANOTHERS);
        },
        "gpg says ERRSIG",
    ),
    (
        "a signature is missing",
        |release| release.remove(&Release::file("sbom_SHA256SUMS.sig")),
        "terraform-provider-proofpoint_0.1.0_sbom_SHA256SUMS.sig is missing",
    ),
    (
        "a signature is one that registries refuse",
        |release| release.sign(&["--local-user", Keys::OURS, "--armor"]),
        "is armoured: registries refuse it",
    ),
    (
        "the SBOM is that of the other program",
        |release| {
            let other = fs::read(release.path(&cdx(&Release::simulator_archive()))).expect("an SBOM");
            release.write(&cdx(&Release::archive()), other);
            sealed(release);
        },
        "it is about another program than the archive's terraform-provider-proofpoint_v0.1.0",
    ),
    (
        "the SBOM hides a package",
        |release| {
            edit_sbom(release, |sbom| drop(sbom["components"].as_array_mut().expect("a list").remove(0)));
        },
        "the program is made of made-up 1.2.3 (runtime), which it lacks",
    ),
    (
        "the SBOM names another version",
        |release| edit_sbom(release, |sbom| sbom["components"][0]["version"] = json!("1.2.4")),
        "it names made-up 1.2.4 (runtime), which the program is not made of",
    ),
    (
        "the SBOM calls a part of the program a tool of the build",
        |release| edit_sbom(release, |sbom| sbom["components"][0]["properties"][0]["value"] = json!("build")),
        "the program is made of made-up 1.2.3 (runtime), which it lacks",
    ),
    (
        "the SBOM forgets what needs what",
        |release| edit_sbom(release, |sbom| sbom["dependencies"][0]["dependsOn"] = json!(["made-up@1.2.3"])),
        "terraform-provider-proofpoint 0.1.0 (runtime) needs other packages in it than in the program",
    ),
    (
        "the package was another one than the tag locks",
        |release| edit_sbom(release, |sbom| sbom["components"][0]["hashes"][0]["content"] = json!("00")),
        "made-up 1.2.3 has another checksum than in Cargo.lock",
    ),
    (
        "program and SBOM have a package that the tag does not lock",
        |release| {
            let mut more = parts();
            more["packages"][0]["name"] = json!("stowaway");
            release.pack_provider("terraform-provider-proofpoint_v0.1.0", &program(&more));
            release.list_provider();
            edit_sbom(release, |sbom| {
                sbom["components"][0]["name"] = json!("stowaway");
                sbom["components"][0]["bom-ref"] = json!("stowaway@1.2.3");
                sbom["dependencies"][0]["dependsOn"][0] = json!("stowaway@1.2.3");
                sbom["dependencies"][1]["ref"] = json!("stowaway@1.2.3");
            });
        },
        "linux_amd64.zip: stowaway 1.2.3 is not in Cargo.lock",
    ),
    (
        "the program does not tell what it is made of",
        |release| {
            let mut mute = program(&parts());
            let name = mute.windows(7).position(|part| part == b".dep-v0").expect("the name of the section");
            mute[name] = b'-';
            release.pack_provider("terraform-provider-proofpoint_v0.1.0", &mute);
            release.list_provider();
            sealed(release);
        },
        "the program holds no list of its parts",
    ),
    (
        "the SBOM is missing",
        |release| release.remove(&cdx(&Release::archive())),
        "terraform-provider-proofpoint_0.1.0_linux_amd64.zip.cdx.json is missing",
    ),
    (
        "the manifest promises another protocol",
        |release| {
            release.edit(&Release::file("manifest.json"), |manifest| {
                manifest["metadata"]["protocol_versions"] = json!(["5.0"]);
            });
            sealed(release);
        },
        "the manifest says {\"metadata\": {\"protocol_versions\": [\"5.0\"]}, \"version\": 1}, and the provider speaks",
    ),
    (
        "the program has the name of another version",
        |release| {
            release.pack_provider("terraform-provider-proofpoint_v0.0.9", &program(&parts()));
            sealed(release);
        },
        "holds CHANGELOG.md, LICENSE, README.md, terraform-provider-proofpoint_v0.0.9, not",
    ),
    (
        "the program lies outside of its archive",
        |release| {
            release.pack_provider("../terraform-provider-proofpoint_v0.1.0", &program(&parts()));
            sealed(release);
        },
        "holds ../terraform-provider-proofpoint_v0.1.0, CHANGELOG.md",
    ),
    (
        "a file is there that nobody signed for",
        |release| release.write(&Release::file("linux_arm64.zip"), "anything"),
        "no checksum covers terraform-provider-proofpoint_0.1.0_linux_arm64.zip",
    ),
    (
        "an archive of another version is there",
        |release| {
            release.write("release/terraform-provider-proofpoint_0.0.9_linux_amd64.zip", "anything");
        },
        "terraform-provider-proofpoint_0.0.9_linux_amd64.zip is not a file of release 0.1.0",
    ),
    (
        "the tag is a mere name",
        |release| drop(release.git(&["tag", "--force", "v0.1.0", "HEAD"])),
        "v0.1.0 is a mere name: nobody signed it",
    ),
    (
        "somebody else signed the tag",
        |release| release.tag("v0.1.0", Keys::ANOTHERS),
        "v0.1.0 is not signed by the key",
    ),
    (
        "the tag is the signed one of another version",
        |release| {
            release.tag("v0.0.9", Keys::OURS);
            release.git(&["update-ref", "refs/tags/v0.1.0", "refs/tags/v0.0.9"]);
        },
        "v0.1.0 is the signed tag v0.0.9 under another name",
    ),
    (
        "the tag has moved since it was built",
        |release| {
            release.commit("Something else");
            release.tag("v0.1.0", Keys::OURS);
        },
        "says that it was built from",
    ),
    (
        "the sources are those of another version",
        |release| {
            release.write("repository/Cargo.toml", "[package]\nversion = \"0.2.0\"\n");
            release.commit("Something else");
            release.tag("v0.1.0", Keys::OURS);
        },
        "v0.1.0 is of version 0.2.0",
    ),
    (
        "the attestation is another build's",
        |release| {
            // Of the same repository and workflow, one tag later.
            let anothers = repository().join("tests/it/release/another-build.json");
            fs::copy(anothers, release.path(&Release::file("provenance.json"))).expect("the attestation");
        },
        "it is not about proofpoint-azure-simulator_0.1.0_linux_amd64.zip",
    ),
    (
        "the attestation is of another archive with the same name",
        |release| {
            edit_statement(release, |statement| {
                for subject in statement["subject"].as_array_mut().expect("a list") {
                    subject["digest"]["sha256"] = json!("00");
                }
            });
        },
        "it is about another proofpoint-azure-simulator_0.1.0_linux_amd64.zip",
    ),
    (
        "somebody else's repository attests",
        |release| {
            edit_statement(release, |statement| {
                let workflow =
                    &mut statement["predicate"]["buildDefinition"]["externalParameters"]["workflow"];
                workflow["repository"] = json!("https://github.com/mallory/terraform-provider-proofpoint");
            });
        },
        "the repository it names is https://github.com/mallory/terraform-provider-proofpoint",
    ),
    (
        "a branch attests",
        |release| {
            edit_statement(release, |statement| {
                let workflow =
                    &mut statement["predicate"]["buildDefinition"]["externalParameters"]["workflow"];
                workflow["ref"] = json!("refs/heads/main");
            });
        },
        "the tag it names is refs/heads/main, not refs/tags/v0.1.0",
    ),
    (
        "another workflow attests",
        |release| {
            edit_statement(release, |statement| {
                let workflow =
                    &mut statement["predicate"]["buildDefinition"]["externalParameters"]["workflow"];
                workflow["path"] = json!(".github/workflows/ci.yml");
            });
        },
        "the workflow it names is .github/workflows/ci.yml",
    ),
    (
        "the attestation is of another commit",
        |release| {
            edit_statement(release, |statement| {
                let sources = &mut statement["predicate"]["buildDefinition"]["resolvedDependencies"];
                sources[0]["digest"]["gitCommit"] = json!("0".repeat(40));
            });
        },
        "the commit it names is 0000000000000000000000000000000000000000, not",
    ),
    (
        "Sigstore does not know the attestation",
        |release| release.sigstore_says(false),
        "no attestation matches",
    ),
];

#[test]
#[expect(
    clippy::print_stderr,
    reason = "the table of what was done and what was said of it, for who asks with --nocapture"
)]
fn every_sabotage_of_a_release_is_refused_with_its_reason() {
    let keys = Keys::draw();
    let sound = Release::make(&keys);
    sound.sigstore_says(true);
    let judge = |(what, sabotage, reason): &Sabotage| {
        let release = sound.copied();
        sabotage(&release);
        let (code, said) = release.verify(Some(Keys::OURS), &[]);
        let heard = said.lines().find(|line| line.contains(reason));
        eprintln!("{what}: {}", heard.unwrap_or(&said));
        let refused = code == Some(1) && said.contains("This is NOT release 0.1.0");
        (!refused || heard.is_none()).then(|| format!("{what}: {code:?}, without `{reason}`:\n{said}"))
    };
    let all = [SABOTAGES, disguises::SABOTAGES].concat();
    // Most of the time they wait for processes of their own.
    let wrong: Vec<String> = thread::scope(|scope| {
        let parts: Vec<_> = all
            .chunks(all.len().div_ceil(4))
            .map(|part| scope.spawn(|| part.iter().filter_map(judge).collect::<Vec<_>>()))
            .collect();
        parts.into_iter().flat_map(|part| part.join().expect("a verdict")).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_release_as_it_should_be_is_told_to_be_one() {
    let keys = Keys::draw();
    let release = Release::make(&keys);
    release.sigstore_says(true);
    let (code, said) = release.verify(Some(Keys::OURS), &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.ends_with("This is release 0.1.0.\n"), "{said}");
    assert!(said.lines().rev().skip(1).all(|line| line.starts_with("ok ")), "{said}");
    let asked = release.asked();
    let commit = release.commit_of("v0.1.0");
    let whose = "--signer-workflow azuresync/terraform-provider-proofpoint/.github/workflows/release.yml";
    for part in [whose, "--source-ref refs/tags/v0.1.0", &format!("--source-digest {commit}")] {
        assert!(
            asked.lines().count() == 4 && asked.lines().all(|line| line.contains(part)),
            "{part}: {asked}"
        );
    }
}

#[test]
fn what_could_not_be_verified_is_named_and_no_success() {
    let keys = Keys::draw();
    let release = Release::make(&keys);
    release.sigstore_says(true);
    release.git(&["tag", "--delete", "v0.1.0"]);
    release.remove(&Release::file("provenance.json"));
    let named = [
        "not done  signatures: there is no key",
        "not done  tag: ",
        "not done  provenance: the release has no",
    ];
    for (arguments, expected) in [(&[][..], 2), (&["--offline"], 0)] {
        let (code, said) = release.verify(None, arguments);
        assert_eq!(code, Some(expected), "{said}");
        for step in named {
            assert!(said.contains(step), "{step}: {said}");
        }
        assert!(said.contains("of the steps"), "{said}");
    }
    // Offline forgives what could not be done, and nothing else.
    flip(&release, &Release::archive());
    assert_eq!(release.verify(None, &["--offline"]).0, Some(1));
}

/// Changes one bit in the middle of a file.
fn flip(release: &Release<'_>, name: &str) {
    let mut content = fs::read(release.path(name)).expect("a file of the release");
    let middle = content.len() / 2;
    content[middle] ^= 1;
    release.write(name, content);
}

fn cdx(archive: &str) -> String {
    format!("{archive}.cdx.json")
}

/// As one does who has the key, and who has made GitHub attest it.
fn sealed(release: &Release<'_>) {
    release.attest();
    release.seal(Keys::OURS);
}

fn edit_sbom(release: &Release<'_>, change: impl FnOnce(&mut Json)) {
    release.edit(&cdx(&Release::archive()), change);
    sealed(release);
}

fn edit_statement(release: &Release<'_>, change: impl FnOnce(&mut Json)) {
    release.edit(&Release::file("provenance.json"), |bundle| {
        let payload = &mut bundle["dsseEnvelope"]["payload"];
        let statement = STANDARD.decode(payload.as_str().expect("text")).expect("base64");
        let mut statement = serde_json::from_slice(&statement).expect("a statement");
        change(&mut statement);
        *payload = json!(STANDARD.encode(statement.to_string()));
    });
}
