//! Configurations, and a CLI that runs the provider in them.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use clients::env::EnvMap;

use super::memory::{self, Providers};

/// What every configuration with the provider begins with.
pub(crate) const REQUIREMENT: &str = r#"
terraform {
  required_providers {
    proofpoint = { source = "azuresync/proofpoint" }
  }
}
"#;

/// A directory of configurations; it goes with this value.
pub(crate) struct Workspace {
    directory: PathBuf,
    environment: Vec<(String, String)>,
    cli: PathBuf,
}

/// One run of the CLI.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    /// Wall clock.
    pub(crate) took: Duration,
    /// The most providers that were alive at once, and the most that one of them held in memory.
    pub(crate) providers: Providers,
}

impl Workspace {
    /// A new one in which CLIs take the provider, and `others` by the path of their binary, from this machine.
    pub(crate) fn new(
        directory: PathBuf,
        binaries: &Path,
        environment: &EnvMap,
        others: &[(&str, &Path)],
    ) -> Result<Self, Box<dyn Error>> {
        fs::create_dir_all(&directory)?;
        let mut overrides = String::new();
        for (source, place) in [("azuresync/proofpoint", binaries)].iter().chain(others) {
            for registry in ["registry.terraform.io", "registry.opentofu.org"] {
                // Writing to a string can't fail.
                let _ = writeln!(overrides, "    \"{registry}/{source}\" = \"{}\"", place.display());
            }
        }
        let text = format!("provider_installation {{\n  dev_overrides {{\n{overrides}  }}\n}}\n");
        fs::write(directory.join("cli.tfrc"), text)?;
        let variables = vec![
            ("PATH".to_owned(), environment.get("PATH").unwrap_or_default().to_owned()),
            ("HOME".to_owned(), directory.display().to_string()),
            ("TF_CLI_CONFIG_FILE".to_owned(), directory.join("cli.tfrc").display().to_string()),
            ("TF_IN_AUTOMATION".to_owned(), "1".to_owned()),
            ("CHECKPOINT_DISABLE".to_owned(), "1".to_owned()),
        ];
        Ok(Self { cli: cli(binaries, environment)?, directory, environment: variables })
    }

    /// Takes over the environment that a simulator wrote into this directory.
    pub(crate) fn take_environment(&mut self) -> Result<(), Box<dyn Error>> {
        let text = fs::read_to_string(self.directory.join("env"))?;
        self.environment.extend(text.lines().filter_map(|line| {
            let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
            Some((name.to_owned(), value.trim_matches('\'').to_owned()))
        }));
        Ok(())
    }

    /// Sets a variable for the provider.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Writes a file of the configuration called `name`.
    pub(crate) fn write(&self, name: &str, file: &str, text: &str) -> Result<(), Box<dyn Error>> {
        let path = self.directory.join(name).join(file);
        fs::create_dir_all(path.parent().ok_or("a file in no directory")?)?;
        Ok(fs::write(path, text)?)
    }

    /// Runs the CLI in the configuration called `name` to its successful end.
    pub(crate) fn run(&self, name: &str, arguments: &[&str]) -> Result<Run, Box<dyn Error>> {
        let log = fs::File::create(self.directory.join("log"))?;
        let start = Instant::now();
        let mut command = Command::new(&self.cli)
            .args(arguments)
            .arg("-no-color")
            .current_dir(self.directory.join(name))
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let process = command.id();
        let (ended, end) = mpsc::channel();
        let waiter = std::thread::spawn(move || {
            let status = command.wait();
            // Nobody listens once the other side has seen the end.
            let _ = ended.send(start.elapsed());
            status
        });
        let mut providers = Providers::default();
        let took = loop {
            match end.recv_timeout(Duration::from_millis(5)) {
                Ok(took) => break took,
                Err(_) => providers = providers.most(memory::providers_of(process)),
            }
        };
        let status = waiter.join().map_err(|_| "the waiting thread ended early")??;
        if !status.success() {
            let log = fs::read_to_string(self.directory.join("log"))?;
            return Err(format!("`{}` failed:\n{log}", arguments.join(" ")).into());
        }
        Ok(Run { took, providers })
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        // A temporary directory that stays does no harm.
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// A CLI on `PATH`, or one that `make tools` made.
fn cli(binaries: &Path, environment: &EnvMap) -> Result<PathBuf, Box<dyn Error>> {
    let path = environment.get("PATH").unwrap_or_default();
    let installed =
        std::env::split_paths(path).flat_map(|dir| ["tofu", "terraform"].map(|name| dir.join(name)));
    let tools = binaries.parent().map(|target| target.join("tools"));
    let made = tools.into_iter().flat_map(|tools| tools.read_dir().into_iter().flatten().flatten());
    let made = made.flat_map(|tool| ["tofu", "terraform"].map(|name| tool.path().join(name)));
    let mut found = installed.chain(made).filter(|path| path.is_file());
    found.next().ok_or_else(|| "no CLI: run `make tools`".into())
}
