//! How CLIs come by the provider: out of the packed mirror that a release's archive makes, and from where `make install` puts it.

use std::fs;
use std::path::Path;
use std::process::Command;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clients::env::EnvMap;

use super::{Stage, on_every_cli};
use crate::support::archive::entries;
use crate::support::checksum::checksum;
use crate::support::workspace::{provider, repository};

const VERSION: &str = env!("CARGO_PKG_VERSION");
const LOCK: &str = ".terraform.lock.hcl";

#[test]
fn a_packed_mirror_installs_what_the_lock_file_names_and_nothing_else() {
    let place = tempfile::tempdir().expect("a temporary directory");
    let zip = place.path().join(format!("terraform-provider-proofpoint_{VERSION}_{}.zip", platform()));
    pack(&zip, provider());
    let archive = fs::read(&zip).expect("the archive");
    on_every_cli(|stage| {
        let mirror = stage.workspace.root().join("mirror");
        let packages = mirror.join(stage.cli.registry()).join("azuresync/proofpoint");
        fs::create_dir_all(&packages).expect("a mirror");
        fs::hard_link(&zip, packages.join(zip.file_name().expect("a name")))
            .or_else(|_| fs::copy(&zip, packages.join(zip.file_name().expect("a name"))).map(drop))
            .expect("the archive in the mirror");
        configure(stage, &as_the_guide_says(&mirror));

        stage.workspace.init();
        let lock = stage.workspace.read(LOCK);
        assert!(lock.contains(&format!("version = \"{VERSION}\"")), "{lock}");
        assert!(lock.contains(&content_hash(&archive)), "no {}:\n{lock}", content_hash(&archive));
        stage.workspace.validate().succeeds();

        // With a mirror's sums, as an administrator locks it for others.
        let mirrored = format!("-fs-mirror={}", mirror.display());
        stage
            .workspace
            .run(&["providers", "lock", "-no-color", &mirrored, &format!("-platform={}", platform())])
            .succeeds();
        let lock = stage.workspace.read(LOCK);
        assert!(lock.contains(&content_hash(&archive)), "{lock}");
        for line in lock.lines().filter(|line| line.contains("\"zh:")) {
            assert!(line.contains(&checksum(&archive)), "another archive's sum: {line}");
        }

        // Out of a directory of the repository, as the guide has runners do.
        configure(stage, "");
        let variables = [("TF_CLI_ARGS_init".to_owned(), "-plugin-dir=../mirror".to_owned())].into();
        fs::remove_dir_all(stage.workspace.path().join(".terraform")).expect("what was installed");
        stage.workspace.run_script("tofu init -input=false", &variables).succeeds();
        stage.workspace.validate().succeeds();
        configure(stage, &as_the_guide_says(&mirror));

        // Another archive of the same name is refused, by what the lock file knows.
        let tampered = stage.workspace.root().join("tampered");
        fs::write(&tampered, "another program").expect("a program");
        let there = packages.join(zip.file_name().expect("a name"));
        fs::remove_file(&there).expect("the archive in the mirror");
        pack(&there, &tampered);
        fs::remove_dir_all(stage.workspace.path().join(".terraform")).expect("what was installed");
        let refused = stage.workspace.run(&["init", "-no-color", "-input=false"]);
        assert_eq!(refused.code, Some(1), "{refused}");
        let said = refused.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("match") && said.contains("checksums"), "{refused}");
    });
}

#[test]
fn make_install_puts_a_build_where_every_cli_finds_it() {
    on_every_cli(|stage| {
        configure(stage, "");
        let home = stage.workspace.root().join("home");
        let install = |arguments: &[&str], data: Option<&Path>| {
            let mut script = Command::new(repository().join(".ci/install"));
            script.args(arguments).env_clear().env("HOME", &home).env("INSTALL_PROGRAM", provider());
            script.env("PATH", EnvMap::of_process().get("PATH").unwrap_or_default());
            script.envs(data.map(|data| ("XDG_DATA_HOME", data)));
            let output = script.output().expect("`.ci/install` runs");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8_lossy(&output.stdout).into_owned()
        };
        let place = ".terraform.d/plugins";
        let said = install(&[], None);
        assert!(said.contains(place) && home.join(place).is_dir(), "{said}");
        stage.workspace.init();
        stage.workspace.validate().succeeds();
        install(&["--remove"], None);
        assert!(
            !home
                .join(place)
                .join(stage.cli.registry())
                .join(format!("azuresync/proofpoint/{VERSION}/{}", platform()))
                .exists()
        );
        fs::remove_dir_all(home.join(".terraform.d")).expect("the mirror");

        // OpenTofu would take a new `~/.terraform.d` for the place of its configuration.
        let data = home.join("data");
        stage.workspace.set("XDG_DATA_HOME", data.to_str().expect("UTF-8"));
        fs::remove_dir_all(stage.workspace.path().join(".terraform")).expect("what was installed");
        stage.workspace.remove(LOCK);
        install(&[], Some(&data));
        assert_eq!(home.join(".terraform.d").is_dir(), cfg!(target_os = "macos"));
        stage.workspace.init();
        stage.workspace.validate().succeeds();
    });
}

/// Lets the CLI install as a configuration says, not out of a development override.
fn configure(stage: &mut Stage, installation: &str) {
    let text = if installation.is_empty() {
        String::new()
    } else {
        format!("provider_installation {{\n  {installation}\n}}\n")
    };
    fs::write(stage.workspace.root().join("cli.tfrc"), text).expect("the CLI configuration");
    // As users have it: between CLI and provider is TLS.
    stage.workspace.set("TF_DISABLE_PLUGIN_TLS", "");
}

/// What the guide writes into the configuration of a CLI, for this mirror.
fn as_the_guide_says(mirror: &Path) -> String {
    let guide = repository().join("docs/guides/clouds-and-networks.md");
    let guide = fs::read_to_string(guide).expect("the guide");
    let (_, rest) = guide.split_once("provider_installation {\n").expect("the block");
    let (installation, _) = rest.split_once("\n}\n```").expect("its end");
    assert!(installation.contains("\"/srv/mirror\""), "{installation}");
    installation.replace("/srv/mirror", mirror.to_str().expect("a path in UTF-8"))
}

fn pack(zip: &Path, program: &Path) {
    let mut python = Command::new("python3");
    python.current_dir(repository()).arg(".ci/release/pack.py").arg(zip).arg("1700000000");
    python.arg(format!("terraform-provider-proofpoint_v{VERSION}={}", program.display())).arg("LICENSE");
    assert!(python.status().expect("Python runs").success());
}

/// `linux_amd64` and the like, as registries call this machine.
fn platform() -> String {
    let os = if cfg!(target_os = "macos") { "darwin" } else { std::env::consts::OS };
    let arch = if cfg!(target_arch = "x86_64") { "amd64" } else { "arm64" };
    format!("{os}_{arch}")
}

/// The hash that lock files know a package by, whichever way it came: of its files, by their names.
fn content_hash(archive: &[u8]) -> String {
    let mut files = entries(archive);
    files.sort();
    let lines: Vec<String> =
        files.iter().map(|(name, content)| format!("{}  {name}\n", checksum(content))).collect();
    format!("h1:{}", STANDARD.encode(digest(&SHA256, lines.concat().as_bytes())))
}
