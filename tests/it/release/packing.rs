//! What a release is packed with: the same bits from the same content, and a list of what is in the programs.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use clients::env::EnvMap;
use serde_json::{Value as Json, json};

use super::made_up::{parts, program};
use crate::support::archive::entries;
use crate::support::workspace::repository;

#[test]
fn the_same_content_gives_the_same_archive_wherever_and_whenever_it_is_packed() {
    let pack = |umask: &str, touched: &str| {
        let place = tempfile::tempdir().expect("a temporary directory");
        fs::write(place.path().join("built"), "a program").expect("a file");
        fs::write(place.path().join("ALSO"), "a page").expect("a file");
        let script = repository().join(".ci/release/pack.py");
        let line = format!(
            "umask {umask}; touch -t {touched} built ALSO; python3 '{}' z.zip 1700000001 named=built ALSO",
            script.display()
        );
        let mut shell = Command::new("sh");
        let done = shell.current_dir(place.path()).args(["-c", &line]).status().expect("a shell");
        assert!(done.success());
        fs::read(place.path().join("z.zip")).expect("an archive")
    };
    let archive = pack("022", "202001010000");
    assert!(archive == pack("077", "203001010000"), "the archives differ");
    let held: Vec<(String, Vec<u8>)> = entries(&archive);
    assert_eq!(held, [("ALSO".to_owned(), b"a page".to_vec()), ("named".to_owned(), b"a program".to_vec())]);
}

#[test]
fn programs_of_every_platform_tell_what_they_are_made_of() {
    let list = packed(&program(&parts()));
    for (platform, program) in [("ELF", program(&parts())), ("Mach-O", mach_o(&list)), ("PE", pe(&list))] {
        let (code, said) = told(&program);
        assert_eq!(code, Some(0), "{platform}: {said}");
        assert_eq!(serde_json::from_str::<Json>(&said).expect("JSON"), parts()["packages"], "{platform}");
        // Cut off anywhere, it is refused in words.
        for part in [1, 2, 3] {
            let (code, said) = told(&program[..program.len() * part / 4]);
            assert_eq!(code, Some(1), "{platform}: {said}");
            assert!(!said.contains("Traceback"), "{platform}: {said}");
        }
    }
    assert!(told(b"#!/bin/sh").1.contains("it is not a program of Linux, FreeBSD, macOS or Windows"));
}

#[test]
fn the_list_beside_an_archive_is_what_cargo_resolves_without_what_only_tests_need() {
    let place = tempfile::tempdir().expect("a temporary directory");
    let at = |name: &str| place.path().join(name);
    fs::write(at("program"), program(&parts())).expect("a file");
    let python = |arguments: &[&str]| {
        let output = at_home("python3").args(arguments).output().expect("Python runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let text = |name: &str| at(name).to_str().expect("UTF-8").to_owned();
    python(&[".ci/release/pack.py", &text("z.zip"), "0", &format!("provider={}", text("program"))]);
    let host = output_of(at_home("rustc").arg("-vV"));
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host");
    for name in ["one", "two"] {
        python(&[".ci/release/sbom.py", "write", &text("z.zip"), &text(name), host, "1700000000", "c0ffee"]);
    }
    let sbom = fs::read(at("one")).expect("an SBOM");
    assert!(sbom == fs::read(at("two")).expect("an SBOM"), "the same is written twice");
    let sbom: Json = serde_json::from_slice(&sbom).expect("JSON");
    let about = &sbom["metadata"];
    assert_eq!((&sbom["bomFormat"], &sbom["specVersion"]), (&json!("CycloneDX"), &json!("1.5")));
    assert_eq!(about["timestamp"], "2023-11-14T22:13:20Z");
    assert!(
        about["component"]["externalReferences"][0]["url"]
            .as_str()
            .is_some_and(|url| url.ends_with("@c0ffee"))
    );

    let listed = |kind: &str| -> BTreeSet<String> {
        let components = sbom["components"].as_array().expect("a list").iter();
        let of = components.filter(|one| one["properties"][0]["value"] == kind);
        of.map(|one| one["bom-ref"].as_str().expect("a reference").replace('@', " v")).collect()
    };
    // Another way to ask cargo, which knows more exactly which parts of a package are switched on.
    let asked =
        ["tree", "--locked", "--package=terraform-provider-proofpoint", "--prefix=none", "--format={p}"];
    let tree = output_of(at_home("cargo").args(asked).arg("--edges=normal,no-proc-macro"));
    let packages = tree.lines().skip(1).filter_map(|line| line.split(" (").next());
    let runtime: BTreeSet<String> = packages.map(str::to_owned).collect();
    assert!(runtime.len() > 100, "{tree}");
    let missing: Vec<_> = runtime.difference(&listed("runtime")).cloned().collect();
    assert!(missing.is_empty(), "{missing:?}");
    let build = listed("build");
    assert!(runtime.is_disjoint(&build), "{build:?}");
    assert!(build.iter().any(|name| name.starts_with("prost-build ")), "{build:?}");
    let of_tests = |name: &&String| {
        ["proptest ", "insta ", "pretty_assertions "].iter().any(|test| name.starts_with(test))
    };
    assert_eq!(listed("runtime").union(&build).find(of_tests), None);
    for one in sbom["components"].as_array().expect("a list") {
        let ours = one["purl"].is_null();
        assert_eq!(one["hashes"].is_null(), ours, "{one:#}");
        assert!(one["licenses"][0]["expression"].as_str().is_some_and(|text| !text.contains('/')), "{one:#}");
    }
}

/// A program in the root of this repository, which finds cargo's own files.
fn at_home(program: &str) -> Command {
    let mut command = Command::new(program);
    let environment = EnvMap::of_process();
    let kept = ["PATH", "HOME", "CARGO_HOME", "RUSTUP_HOME"];
    command.env_clear().envs(kept.iter().filter_map(|name| Some((name, environment.get(name)?.to_owned()))));
    command.current_dir(repository());
    command
}

fn output_of(command: &mut Command) -> String {
    let output = command.output().expect("it starts");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What the reader of a program's list says of these bytes.
fn told(program: &[u8]) -> (Option<i32>, String) {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    fs::write(file.path(), program).expect("a program");
    let mut python = at_home("python3");
    let output =
        python.arg(Path::new(".ci/release/embedded.py")).arg(file.path()).output().expect("Python runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

/// The packed list in a made-up program.
fn packed(elf: &[u8]) -> Vec<u8> {
    let end = elf.windows(8).position(|part| part == b"\0.dep-v0").expect("the names of the sections");
    elf[64..end].to_vec()
}

/// A program of macOS with one segment of one section.
fn mach_o(list: &[u8]) -> Vec<u8> {
    let mut program = b"\xcf\xfa\xed\xfe".to_vec();
    program.resize(16, 0);
    program.extend(1_u32.to_le_bytes());
    program.resize(32, 0);
    program.extend(0x19_u32.to_le_bytes());
    program.extend(152_u32.to_le_bytes());
    program.resize(32 + 64, 0);
    program.extend(1_u32.to_le_bytes());
    program.resize(32 + 72, 0);
    program.extend(b".dep-v0");
    program.resize(32 + 72 + 40, 0);
    program.extend((list.len() as u64).to_le_bytes());
    program.extend(184_u32.to_le_bytes());
    program.resize(184, 0);
    program.extend(list);
    program
}

/// A program of Windows with one section, which is longer in the file than in memory.
fn pe(list: &[u8]) -> Vec<u8> {
    let mut program = b"MZ".to_vec();
    program.resize(0x3C, 0);
    program.extend(64_u32.to_le_bytes());
    program.extend(b"PE\0\0");
    program.extend([0; 2]);
    program.extend(1_u16.to_le_bytes());
    program.resize(64 + 20, 0);
    program.extend(8_u16.to_le_bytes());
    program.resize(64 + 24 + 8, 0);
    program.extend(b".dep-v0\0");
    let length = u32::try_from(list.len()).expect("a short list");
    for number in [length, 0x1000, length + 100, 200] {
        program.extend(number.to_le_bytes());
    }
    program.resize(200, 0);
    program.extend(list);
    program.resize(200 + list.len() + 100, 0);
    program
}
