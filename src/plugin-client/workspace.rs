//! A directory with a configuration, in which one CLI runs with the built provider.
//!
//! The CLI sees nothing of this machine but `PATH`: its home, its temporary files, its CLI configuration and its
//! environment are the workspace's own, so that neither a developer's settings nor another test leak in.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::cli::{Cli, variable};
pub use crate::outcome::Outcome;

/// The provider that is driven.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Its built program.
    pub program: &'a Path,
    /// Its address without a host: `azuresync/proofpoint`.
    pub source: &'a str,
    /// Its version.
    pub version: &'a str,
}

impl Subject<'_> {
    /// The last part of the address, with which the names of its resources begin.
    fn name(&self) -> &str {
        self.source.rsplit('/').next().unwrap_or(self.source)
    }

    /// The name of its program, as CLIs look for it.
    fn file(&self) -> String {
        format!("terraform-provider-{}", self.name())
    }

    /// The `terraform` block that every configuration needs.
    pub fn requirement(&self) -> String {
        let (name, source) = (self.name(), self.source);
        format!("terraform {{\n  required_providers {{\n    {name} = {{ source = \"{source}\" }}\n  }}\n}}\n")
    }
}

/// How the CLI gets at the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Install {
    /// `dev_overrides`: no `init`, no checksums, a warning in every output, and no TLS between CLI and provider. The
    /// default: it is the faster one.
    Override,
    /// An unpacked filesystem mirror, as a registry would deliver it, and mutual TLS; needs [`Workspace::init`].
    Mirror,
}

/// One CLI in one directory.
#[derive(Debug)]
pub struct Workspace {
    dir: TempDir,
    cli: Cli,
    /// The name of the provider's program.
    file: String,
    environment: BTreeMap<String, String>,
}

impl Workspace {
    /// A fresh workspace that holds the `terraform` block and nothing else. `environment` is for the provider.
    pub fn new(
        subject: Subject<'_>,
        cli: &Cli,
        install: Install,
        environment: &BTreeMap<String, String>,
    ) -> Self {
        // Unix socket paths are limited to about a hundred bytes, so the directory's name is short.
        let dir = tempfile::Builder::new().prefix("tfp").tempdir().expect("a temporary directory");
        let root = dir.path();
        for name in ["config", "home", "tmp"] {
            fs::create_dir(root.join(name)).expect("a directory in the workspace");
        }
        let installation = match install {
            Install::Override => override_installation(subject, cli, root),
            Install::Mirror => mirror_installation(subject, cli, root),
        };
        let cli_config = root.join("cli.tfrc");
        fs::write(&cli_config, installation).expect("the CLI configuration");

        let mut environment = environment.clone();
        let path = variable("PATH").unwrap_or_default().to_string_lossy().into_owned();
        environment.extend([
            ("PATH".to_owned(), path),
            ("HOME".to_owned(), text(&root.join("home"))),
            ("TMPDIR".to_owned(), text(&root.join("tmp"))),
            ("TF_CLI_CONFIG_FILE".to_owned(), text(&cli_config)),
            ("TF_IN_AUTOMATION".to_owned(), "1".to_owned()),
            ("CHECKPOINT_DISABLE".to_owned(), "1".to_owned()),
        ]);
        if install == Install::Override {
            environment.insert("TF_DISABLE_PLUGIN_TLS".to_owned(), "1".to_owned());
        }
        let workspace = Self { dir, cli: cli.clone(), file: subject.file(), environment };
        workspace.write("versions.tf", &subject.requirement());
        workspace
    }

    /// The directory around everything: configuration, home, temporary files.
    pub fn root(&self) -> &Path {
        self.dir.path()
    }

    /// The directory that holds the configuration and the state.
    pub fn path(&self) -> PathBuf {
        self.dir.path().join("config")
    }

    /// Sets a variable in the environment of the CLI, and so of the provider.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.insert(name.to_owned(), value.to_owned());
    }

    /// Writes a file of the configuration; directories come into being as needed.
    pub fn write(&self, name: &str, content: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a file in the workspace")).expect("its directory");
        fs::write(path, content).expect("a file of the configuration");
    }

    /// What a file of the configuration holds.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).expect("a file of the configuration")
    }

    /// Takes a file of the configuration away.
    pub fn remove(&self, name: &str) {
        fs::remove_file(self.path().join(name)).expect("a file of the configuration");
    }

    /// Takes the state away, as if nothing had been applied yet.
    pub fn forget_state(&self) {
        for name in ["terraform.tfstate", "terraform.tfstate.backup"] {
            // There may be none.
            let _ = fs::remove_file(self.path().join(name));
        }
    }

    /// Copies a directory with everything below it, as seen from the package that is tested, into the configuration.
    pub fn copy_from(&self, directory: &str) {
        self.copy_into("", directory);
    }

    /// The same into the directory `to` of the configuration.
    pub fn copy_into(&self, to: &str, directory: &str) {
        let entries = Path::new(directory).read_dir().unwrap_or_else(|error| panic!("{directory}: {error}"));
        for path in entries.flatten().map(|entry| entry.path()) {
            let to = Path::new(to).join(path.file_name().expect("a name"));
            if path.is_dir() {
                self.copy_into(&text(&to), &text(&path));
            } else {
                let to = self.path().join(to);
                fs::create_dir_all(to.parent().expect("a file in the workspace")).expect("its directory");
                fs::copy(path, to).expect("a copy of the example");
            }
        }
    }

    /// Runs the CLI to its end, with colours off and stdin closed.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.outcome(&arguments.join(" "), &mut self.command(arguments))
    }

    /// Runs steps of a pipeline, each a line of shell in which `tofu` is this workspace's CLI, up to the first that fails.
    pub fn run_steps(&self, steps: &[String]) -> Outcome {
        let script = format!("tofu() {{ \"$0\" \"$@\"; }}\n{}", steps.join("\n"));
        let mut shell = self.program("sh", &["-e", "-c", script.as_str()]);
        self.outcome(&steps.join("; "), shell.arg(&self.cli.path).env("TF_CLI_ARGS", "-no-color"))
    }

    /// Runs a script of a pipeline, which fails at the first line that does, in an environment of its own on top of the
    /// workspace's. `tofu` is this workspace's CLI, also in the scripts that it calls.
    pub fn run_script(&self, script: &str, environment: &BTreeMap<String, String>) -> Outcome {
        let programs = self.root().join("programs");
        fs::create_dir_all(&programs).expect("a directory in the workspace");
        self.provide("tofu", &format!("exec '{}' \"$@\"", self.cli.path.display()));
        let path = format!("{}:{}", text(&programs), self.environment["PATH"]);
        let mut shell = self.program("sh", &["-e", "-c", script]);
        shell.envs(environment).env("PATH", path).env("TF_CLI_ARGS", "-no-color");
        self.outcome(script, &mut shell)
    }

    /// Puts a program of this name before all others, for [`Self::run_script`]: a script of the shell.
    pub fn provide(&self, name: &str, script: &str) {
        let file = self.root().join("programs").join(name);
        fs::create_dir_all(self.root().join("programs")).expect("a directory in the workspace");
        fs::write(&file, format!("#!/bin/sh\n{script}\n")).expect("a program of the workspace");
        make_executable(&file);
    }

    fn outcome(&self, shown: &str, command: &mut Command) -> Outcome {
        let output = command.output().expect("the CLI starts");
        Outcome {
            command: format!("{}: {shown}", self.cli),
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Starts the CLI and goes on; for tests that interrupt it. Its output goes to the files `NAME.out` and
    /// `NAME.err` of the temporary directory's parent.
    pub fn start(&self, name: &str, arguments: &[&str]) -> Child {
        let file =
            |end: &str| fs::File::create(self.dir.path().join(format!("{name}.{end}"))).expect("a file");
        self.command(arguments).stdout(file("out")).stderr(file("err")).spawn().expect("the CLI starts")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        self.program(&self.cli.path, arguments)
    }

    fn program(&self, program: impl AsRef<OsStr>, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .envs(&self.environment)
            .stdin(Stdio::null());
        command
    }

    /// `init`; needed with [`Install::Mirror`] only.
    #[track_caller]
    pub fn init(&self) -> Outcome {
        self.run(&["init", "-no-color", "-input=false"]).succeeds()
    }

    /// `validate`.
    pub fn validate(&self) -> Outcome {
        self.run(&["validate", "-no-color"])
    }

    /// `plan -detailed-exitcode` with `more` arguments: 0 no changes, 1 failed, 2 changes.
    pub fn plan(&self, more: &[&str]) -> Outcome {
        self.run(&[&["plan", "-no-color", "-input=false", "-detailed-exitcode"], more].concat())
    }

    /// Plans into the file `name`, fails the test when that fails, and returns the text with the plan as JSON.
    #[track_caller]
    pub fn plan_into(&self, name: &str, more: &[&str]) -> (Outcome, Value) {
        let text = self.plan(&[&[format!("-out={name}").as_str()], more].concat());
        assert!(matches!(text.code, Some(0 | 2)), "{text}");
        (text, self.run(&["show", "-json", name]).succeeds().json())
    }

    /// `apply`, of the saved plan `more` names or of the configuration.
    pub fn apply(&self, more: &[&str]) -> Outcome {
        self.run(&[&["apply", "-no-color", "-input=false", "-auto-approve"], more].concat())
    }

    /// `destroy`.
    pub fn destroy(&self) -> Outcome {
        self.run(&["destroy", "-no-color", "-input=false", "-auto-approve"])
    }

    /// `import ADDRESS ID`.
    pub fn import(&self, address: &str, id: &str) -> Outcome {
        self.run(&["import", "-no-color", "-input=false", address, id])
    }

    /// The attributes of the object at `address` in the root module's state; null when it is not there.
    #[track_caller]
    pub fn attributes(&self, address: &str) -> Value {
        let file = fs::read(self.path().join("terraform.tfstate")).unwrap_or_default();
        // A CLI that was killed may leave one that is empty, which CLIs take for none.
        let file = if file.is_empty() { b"{}".to_vec() } else { file };
        let state: Value = serde_json::from_slice(&file).expect("a state file");
        let mut resources = state["resources"].as_array().into_iter().flatten();
        let named = |resource: &&Value| {
            let name = |part: &str| resource[part].as_str().unwrap_or_default();
            resource["mode"] == "managed" && format!("{}.{}", name("type"), name("name")) == address
        };
        resources
            .find(named)
            .map(|resource| resource["instances"][0]["attributes"].clone())
            .unwrap_or_default()
    }

    /// Fails the test unless a plan finds nothing to do.
    #[track_caller]
    pub fn assert_nothing_to_do(&self) {
        let plan = self.plan(&[]);
        assert_eq!(plan.code, Some(0), "a second plan finds something to do\n{plan}");
    }

    /// Kills the providers that this workspace's CLI has started, as `kill -9` does, and returns how many there were.
    pub fn kill_provider(&self) -> usize {
        let processes = self.provider_processes().into_iter();
        let killed = |process: &String| {
            Command::new("kill").args(["-9", process]).status().is_ok_and(|status| status.success())
        };
        processes.filter(killed).count()
    }

    /// How many providers that this workspace's CLI has started are alive.
    pub fn providers(&self) -> usize {
        self.provider_processes().len()
    }

    fn provider_processes(&self) -> Vec<String> {
        let output = Command::new("ps").args(["-axo", "pid=,command="]).output().expect("`ps` runs");
        let place = text(self.dir.path());
        let processes = String::from_utf8_lossy(&output.stdout).into_owned();
        let ours = processes.lines().filter_map(|line| {
            let (process, command) = line.trim().split_once(' ')?;
            let program = command.split_whitespace().next()?;
            (program.contains(&self.file) && program.contains(&place)).then(|| process.to_owned())
        });
        ours.collect()
    }

    /// What a command that was started under this name has printed: output and errors.
    pub fn printed(&self, name: &str) -> (String, String) {
        let file = |end: &str| fs::read(self.dir.path().join(format!("{name}.{end}"))).unwrap_or_default();
        let text = |end: &str| String::from_utf8_lossy(&file(end)).into_owned();
        (text("out"), text("err"))
    }

    /// Every file that the CLI and the provider left behind, with its content; for searching.
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        let mut directories = vec![self.dir.path().to_owned()];
        while let Some(directory) = directories.pop() {
            for entry in directory.read_dir().into_iter().flatten().flatten() {
                let kind = entry.file_type().expect("the kind of a file");
                if kind.is_dir() {
                    directories.push(entry.path());
                } else if kind.is_file() {
                    files.push((entry.path(), fs::read(entry.path()).expect("a file of the workspace")));
                }
            }
        }
        files
    }
}

fn text(path: &Path) -> String {
    path.to_str().expect("temporary directories have UTF-8 names").to_owned()
}

fn override_installation(subject: Subject<'_>, cli: &Cli, root: &Path) -> String {
    let dir = root.join("override");
    fs::create_dir(&dir).expect("a directory in the workspace");
    link(subject.program, &dir.join(subject.file()));
    let source = format!("{}/{}", cli.registry(), subject.source);
    format!("provider_installation {{\n  dev_overrides {{\n    \"{source}\" = \"{}\"\n  }}\n}}\n", text(&dir))
}

fn mirror_installation(subject: Subject<'_>, cli: &Cli, root: &Path) -> String {
    let Subject { program, source, version } = subject;
    let mirror = root.join("mirror");
    let dir = mirror.join(cli.registry()).join(source).join(version).join(platform());
    fs::create_dir_all(&dir).expect("a directory in the workspace");
    link(program, &dir.join(format!("{}_v{version}", subject.file())));
    format!("provider_installation {{\n  filesystem_mirror {{\n    path = \"{}\"\n  }}\n}}\n", text(&mirror))
}

#[cfg(unix)]
fn make_executable(file: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).expect("a program of the workspace");
}

/// Scripts of the shell need one.
#[cfg(not(unix))]
fn make_executable(_: &Path) {}

fn link(program: &Path, to: &Path) {
    fs::hard_link(program, to)
        .or_else(|_| fs::copy(program, to).map(drop))
        .expect("the provider in the workspace");
}

/// This machine as the CLIs name it.
fn platform() -> String {
    let os = if cfg!(target_os = "macos") { "darwin" } else { env::consts::OS };
    let arch = match env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{os}_{arch}")
}
