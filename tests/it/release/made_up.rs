//! A release with a repository around it, all made up: small programs that hold a list of their parts, packed, listed, signed
//! and attested as a real one is, by the scripts that do it for a real one.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clients::env::EnvMap;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::support::checksum::checksum;
use crate::support::workspace::repository;

pub(super) const VERSION: &str = "0.1.0";
const PROVIDER: &str = "terraform-provider-proofpoint";
const SIMULATOR: &str = "proofpoint-azure-simulator";
/// Where the releases come from, as `.ci/verify` knows it.
const HOME: &str = "https://github.com/azuresync/terraform-provider-proofpoint";

/// Throw-away keys, in a home of gpg's own: the maintainers', and somebody else's.
pub(super) struct Keys {
    home: TempDir,
}

impl Keys {
    pub(super) const OURS: &str = "releases@example.com";
    pub(super) const ANOTHERS: &str = "mallory@example.com";

    pub(super) fn draw() -> Self {
        // Its sockets lie in it, whose paths are short.
        let home = tempfile::Builder::new().prefix("key").tempdir().expect("a temporary directory");
        let keys = Self { home };
        for user in [Self::OURS, Self::ANOTHERS] {
            keys.gpg(&["--passphrase", "", "--quick-gen-key", user, "rsa2048", "sign", "never"]);
            let file = keys.public(user);
            keys.gpg(&["--output", file.to_str().expect("UTF-8"), "--export", user]);
        }
        keys
    }

    /// The file with a public key.
    pub(super) fn public(&self, user: &str) -> PathBuf {
        self.home.path().join(format!("{user}.gpg"))
    }

    fn gpg(&self, arguments: &[&str]) {
        let mut gpg = clean("gpg");
        gpg.env("GNUPGHOME", self.home.path()).args(["--batch", "--quiet", "--pinentry-mode", "loopback"]);
        done(gpg.args(arguments));
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        // Else the agent would outlive the test.
        let mut end = clean("gpgconf");
        let _ = end.env("GNUPGHOME", self.home.path()).args(["--kill", "all"]).output();
    }
}

/// What a host tells every provider of, and nobody else.
const COOKIE: &[u8] = b"d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// The same program as one for another machine.
pub(super) fn arm(program: &[u8]) -> Vec<u8> {
    let mut other = program.to_vec();
    other[0x12..0x14].copy_from_slice(&183_u16.to_le_bytes());
    other
}

/// The same program as one that no host could start.
pub(super) fn without_handshake(program: &[u8]) -> Vec<u8> {
    let at = program.windows(COOKIE.len()).position(|part| part == COOKIE).expect("a provider");
    [&program[..at], &[b'-'; COOKIE.len()], &program[at + COOKIE.len()..]].concat()
}

/// A provider of which nothing but the list of its parts, its machine and its handshake are real.
pub(super) fn program(parts: &Json) -> Vec<u8> {
    let mut list = ZlibEncoder::new(Vec::new(), Compression::default());
    list.write_all(parts.to_string().as_bytes()).expect("in memory");
    let list = list.finish().expect("in memory");
    let names = [b"\0.dep-v0\0.shstrtab\0", COOKIE].concat();
    let (list_at, names_at) = (64, 64 + list.len());
    let sections_at = names_at + names.len();
    let mut elf = b"\x7fELF\x02\x01\x01".to_vec();
    elf.resize(0x12, 0);
    elf.extend(62_u16.to_le_bytes());
    elf.resize(0x28, 0);
    elf.extend((sections_at as u64).to_le_bytes());
    elf.resize(0x3A, 0);
    for number in [64_u16, 3, 2] {
        elf.extend(number.to_le_bytes());
    }
    elf.extend(&list);
    elf.extend(&names);
    // None, the list, and the names of the sections.
    for (name, at, size) in [(0_u32, 0, 0), (1, list_at, list.len()), (9, names_at, names.len())] {
        elf.extend(name.to_le_bytes());
        elf.extend([0; 20]);
        elf.extend((at as u64).to_le_bytes());
        elf.extend((size as u64).to_le_bytes());
        elf.extend([0; 24]);
    }
    elf
}

/// What the made-up programs are made of, as the build lists it in them.
pub(super) fn parts() -> Json {
    json!({ "packages": [
        { "name": "made-up", "version": "1.2.3", "source": "crates.io" },
        { "name": "needed-to-build", "version": "4.5.6", "source": "crates.io", "kind": "build" },
        { "name": PROVIDER, "version": VERSION, "source": "local", "dependencies": [0, 1], "root": true },
    ], "format": 1 })
}

/// A repository with a signed tag, and beside it the files of the release that was made from it.
pub(super) struct Release<'a> {
    keys: &'a Keys,
    place: TempDir,
}

impl<'a> Release<'a> {
    pub(super) fn make(keys: &'a Keys) -> Self {
        let place = tempfile::Builder::new().prefix("rel").tempdir().expect("a temporary directory");
        let release = Self { keys, place };
        for directory in ["repository/.ci/release", "release", "bin", "made"] {
            fs::create_dir_all(release.path(directory)).expect("a directory");
        }
        for script in ["verify", "version", "checksums", "sign"] {
            release.take(&format!(".ci/{script}"));
        }
        for script in ["contents", "embedded", "pack", "provenance", "sbom"] {
            release.take(&format!(".ci/release/{script}.py"));
        }
        release.write("repository/Cargo.toml", format!("[package]\nversion = \"{VERSION}\"\n"));
        let sum = |part: &str| checksum(part.as_bytes());
        let package = |name, version| {
            format!(
                "[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nchecksum = \"{}\"\n\n",
                sum(name)
            )
        };
        let lock = package("made-up", "1.2.3") + &package("needed-to-build", "4.5.6");
        release.write("repository/Cargo.lock", &lock);
        for page in ["LICENSE", "README.md", "CHANGELOG.md"] {
            release.take(page);
        }
        release.git(&["init", "--quiet"]);
        release.commit("Release");
        release.tag("v0.1.0", Keys::OURS);

        release.pack(PROVIDER, &format!("{PROVIDER}_v{VERSION}"), &program(&parts()));
        let mut simulator = parts();
        simulator["format"] = json!(0);
        release.pack(SIMULATOR, SIMULATOR, &without_handshake(&program(&simulator)));
        for name in [PROVIDER, SIMULATOR] {
            release.list(name);
        }
        let manifest = repository().join("terraform-registry-manifest.json");
        let to = release.path(&format!("release/{PROVIDER}_{VERSION}_manifest.json"));
        fs::copy(manifest, to).expect("the manifest");
        release.attest();
        release.seal(Keys::OURS);
        release
    }

    /// The same in a place of its own, which takes a fraction of the time.
    pub(super) fn copied(&self) -> Self {
        let place = tempfile::Builder::new().prefix("rel").tempdir().expect("a temporary directory");
        done(clean("cp").arg("-R").arg(self.path(".")).arg(place.path()));
        Self { keys: self.keys, place }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    pub(super) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).expect("a file of the release");
    }

    pub(super) fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).expect("a file of the release");
    }

    /// The archive of the provider, and of the simulator.
    pub(super) fn archive() -> String {
        format!("release/{PROVIDER}_{VERSION}_linux_amd64.zip")
    }

    pub(super) fn simulator_archive() -> String {
        format!("release/{SIMULATOR}_{VERSION}_linux_amd64.zip")
    }

    /// A file whose name begins with the provider's and the version.
    pub(super) fn file(end: &str) -> String {
        format!("release/{PROVIDER}_{VERSION}_{end}")
    }

    pub(super) fn edit(&self, name: &str, change: impl FnOnce(&mut Json)) {
        let mut document =
            serde_json::from_slice(&fs::read(self.path(name)).expect("a document")).expect("JSON");
        change(&mut document);
        self.write(name, document.to_string());
    }

    /// Packs the provider anew, with another program or under another name.
    pub(super) fn pack_provider(&self, file: &str, program: &[u8]) {
        self.pack(PROVIDER, file, program);
    }

    /// Lists anew what the provider's archive is made of.
    pub(super) fn list_provider(&self) {
        self.list(PROVIDER);
    }

    fn pack(&self, name: &str, file: &str, program: &[u8]) {
        let made = self.path("made/program");
        fs::write(&made, program).expect("a program");
        let mut pack = clean("python3");
        pack.current_dir(self.path("repository")).arg(".ci/release/pack.py");
        pack.arg(self.path(&format!("release/{name}_{VERSION}_linux_amd64.zip")));
        pack.arg("1700000000").arg(format!("{file}={}", made.display()));
        done(pack.args(["LICENSE", "README.md", "CHANGELOG.md"]));
        fs::rename(made, self.path(&format!("made/{name}"))).expect("a program");
    }

    /// The list beside an archive, of what [`parts`] tells.
    fn list(&self, name: &str) {
        let program = fs::read(self.path(&format!("made/{name}"))).expect("a program");
        let commit = self.commit_of("HEAD");
        let component = |name: &str, version: &str, kind: &str| {
            json!({
                "name": name, "version": version, "bom-ref": format!("{name}@{version}"),
                "hashes": [{ "alg": "SHA-256", "content": checksum(name.as_bytes()) }],
                "properties": [{ "name": "cargo:kind", "value": kind }],
            })
        };
        let root = format!("{PROVIDER}@{VERSION}");
        let sbom = json!({
            "bomFormat": "CycloneDX",
            "metadata": { "component": {
                "name": PROVIDER, "version": VERSION, "bom-ref": root,
                "hashes": [{ "alg": "SHA-256", "content": checksum(&program) }],
                "externalReferences": [{ "type": "vcs", "url": format!("git+{HOME}@{commit}") }],
            } },
            "components": [
                component("made-up", "1.2.3", "runtime"),
                component("needed-to-build", "4.5.6", "build"),
            ],
            "dependencies": [
                { "ref": root, "dependsOn": ["made-up@1.2.3", "needed-to-build@4.5.6"] },
                { "ref": "made-up@1.2.3", "dependsOn": [] },
                { "ref": "needed-to-build@4.5.6", "dependsOn": [] },
            ],
        });
        self.write(&format!("release/{name}_{VERSION}_linux_amd64.zip.cdx.json"), sbom.to_string());
    }

    /// What GitHub attests of the archives and lists that are there.
    pub(super) fn attest(&self) {
        let mut subjects = Vec::new();
        for entry in self.path("release").read_dir().expect("the release").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if [".zip", ".cdx.json"].iter().any(|end| name.ends_with(end)) {
                let sum = checksum(&fs::read(entry.path()).expect("a file"));
                subjects.push(json!({ "name": name, "digest": { "sha256": sum } }));
            }
        }
        let tag = format!("refs/tags/v{VERSION}");
        let statement = json!({
            "_type": "https://in-toto.io/Statement/v1",
            "subject": subjects,
            "predicateType": "https://slsa.dev/provenance/v1",
            "predicate": {
                "buildDefinition": {
                    "externalParameters": { "workflow": {
                        "ref": tag, "repository": HOME, "path": ".github/workflows/release.yml",
                    } },
                    "resolvedDependencies": [{
                        "uri": format!("git+{HOME}@{tag}"), "digest": { "gitCommit": self.commit_of("HEAD") },
                    }],
                },
                "runDetails": { "builder": { "id": format!("{HOME}/.github/workflows/release.yml@{tag}") } },
            },
        });
        let envelope = json!({ "dsseEnvelope": {
            "payloadType": "application/vnd.in-toto+json", "payload": STANDARD.encode(statement.to_string()),
        } });
        self.write(&Self::file("provenance.json"), envelope.to_string());
    }

    /// Writes the checksums anew.
    pub(super) fn sum(&self) {
        let mut sums = clean(self.path("repository/.ci/checksums"));
        done(sums.arg(self.path("release")));
    }

    /// Writes the checksums anew and signs them with the key of `user`.
    pub(super) fn seal(&self, user: &str) {
        self.sum();
        self.sign(&["--local-user", user]);
    }

    pub(super) fn sign(&self, arguments: &[&str]) {
        let mut sign = clean(self.path("repository/.ci/sign"));
        sign.env("GNUPGHOME", self.keys.home.path()).arg(self.path("release"));
        done(sign.args(["--pinentry-mode", "loopback"]).args(arguments));
    }

    pub(super) fn commit_of(&self, reference: &str) -> String {
        let output = self.git(&["rev-parse", &format!("{reference}^{{commit}}")]);
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Another commit of everything that is there.
    pub(super) fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
    }

    /// Makes a tag that the key of `user` signs.
    pub(super) fn tag(&self, name: &str, user: &str) {
        self.git(&["tag", "--force", "--sign", "--local-user", user, "--message", name, name]);
    }

    pub(super) fn git(&self, arguments: &[&str]) -> Output {
        let mut git = clean("git");
        git.current_dir(self.path("repository")).env("GNUPGHOME", self.keys.home.path());
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        git.args(["-c", "user.name=Maintainers", "-c", "user.email=releases@example.com"]);
        git.args(["-c", "commit.gpgsign=false"]);
        done(git.args(arguments))
    }

    /// Puts a `gh` on the path that says yes, or no.
    pub(super) fn sigstore_says(&self, yes: bool) {
        let code = if yes { "exit 0" } else { "echo 'no attestation matches' >&2; exit 1" };
        self.write("bin/gh", format!("#!/bin/sh\necho \"$@\" >> \"$(dirname \"$0\")/asked\"\n{code}\n"));
        done(clean("chmod").arg("755").arg(self.path("bin/gh")));
    }

    /// What was asked of that `gh`.
    pub(super) fn asked(&self) -> String {
        fs::read_to_string(self.path("bin/asked")).unwrap_or_default()
    }

    /// Verifies the release: exit code and output. `gh` and `cosign` of this machine are not asked.
    pub(super) fn verify(&self, key: Option<&str>, arguments: &[&str]) -> (Option<i32>, String) {
        let mut verify = clean(self.path("repository/.ci/verify"));
        let path = EnvMap::of_process().get("PATH").unwrap_or_default().to_owned();
        verify.env("PATH", format!("{}:{path}", self.path("bin").display()));
        verify.args([VERSION, "--dir"]).arg(self.path("release")).args(arguments);
        if let Some(user) = key {
            verify.arg("--key").arg(self.keys.public(user));
        }
        let output = verify.output().expect("`.ci/verify` runs");
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&said).into_owned())
    }

    fn take(&self, name: &str) {
        let to = self.path("repository").join(name);
        fs::copy(repository().join(name), to).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

/// A program that knows nothing of the person who runs the tests.
fn clean(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    command.env_clear().env("PATH", EnvMap::of_process().get("PATH").unwrap_or_default());
    command
}

#[track_caller]
fn done(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}
