//! A simulator with a workspace beside it, in which a CLI runs the provider.

use std::error::Error;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::Value;
use terraform_provider_proofpoint::env::EnvMap;

use super::memory;

/// The running simulator and the files around it; all of it ends with this value.
pub(crate) struct World {
    directory: PathBuf,
    simulator: Child,
    ready: Value,
    environment: Vec<(String, String)>,
    cli: PathBuf,
}

/// One run of the CLI.
pub(crate) struct Run {
    /// Wall clock.
    pub(crate) took: Duration,
    /// The most that the provider held in memory at once, in bytes.
    pub(crate) peak: u64,
}

impl World {
    /// Starts the simulator with `arguments` and prepares `configuration`.
    pub(crate) fn new(
        directory: PathBuf,
        binaries: &Path,
        environment: &EnvMap,
        arguments: &[&str],
        configuration: &str,
    ) -> Result<Self, Box<dyn Error>> {
        let cli = cli(binaries, environment)?;
        fs::create_dir_all(directory.join("config"))?;
        fs::write(directory.join("config/main.tf"), configuration)?;
        let place = binaries.display();
        fs::write(
            directory.join("cli.tfrc"),
            format!(
                "provider_installation {{\n  dev_overrides {{\n    \
                 \"registry.terraform.io/azuresync/proofpoint\" = \"{place}\"\n    \
                 \"registry.opentofu.org/azuresync/proofpoint\" = \"{place}\"\n  }}\n}}\n"
            ),
        )?;
        let mut simulator = Command::new(binaries.join("proofpoint-azure-simulator"))
            .args(["--listen", "127.0.0.1:0", "--tls-dir"])
            .arg(directory.join("tls"))
            .arg("--env-file")
            .arg(directory.join("env"))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(simulator.stdout.take().ok_or("no pipe from the simulator")?).read_line(&mut line)?;
        let ready: Value = serde_json::from_str(&line)?;
        let mut variables = vec![
            ("PATH".to_owned(), environment.get("PATH").unwrap_or_default().to_owned()),
            ("HOME".to_owned(), directory.display().to_string()),
            ("TF_CLI_CONFIG_FILE".to_owned(), directory.join("cli.tfrc").display().to_string()),
            ("TF_IN_AUTOMATION".to_owned(), "1".to_owned()),
            ("CHECKPOINT_DISABLE".to_owned(), "1".to_owned()),
        ];
        let text = fs::read_to_string(directory.join("env"))?;
        variables.extend(text.lines().filter_map(|line| {
            let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
            Some((name.to_owned(), value.trim_matches('\'').to_owned()))
        }));
        Ok(Self { directory, simulator, ready, environment: variables, cli })
    }

    /// Runs the CLI to its successful end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<Run, Box<dyn Error>> {
        let log = fs::File::create(self.directory.join("log"))?;
        let start = Instant::now();
        let mut command = Command::new(&self.cli)
            .args(arguments)
            .args(["-no-color", "-input=false"])
            .current_dir(self.directory.join("config"))
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
        let mut peak = 0;
        let took = loop {
            match end.recv_timeout(Duration::from_millis(5)) {
                Ok(took) => break took,
                Err(_) => peak = memory::peak_of_children(process).max(peak),
            }
        };
        let status = waiter.join().map_err(|_| "the waiting thread ended early")??;
        if !status.success() {
            let log = fs::read_to_string(self.directory.join("log"))?;
            return Err(format!("`{}` failed:\n{log}", arguments.join(" ")).into());
        }
        Ok(Run { took, peak })
    }

    /// A request to the simulator's control plane, which is trusted by the certificate in its ready line.
    pub(crate) async fn control(&self, method: reqwest::Method, path: &str) -> Result<Value, Box<dyn Error>> {
        let text = |name: &str| self.ready.get(name).and_then(Value::as_str).unwrap_or_default();
        let certificate = reqwest::Certificate::from_pem(&fs::read(text("ca_certificate"))?)?;
        let client = reqwest::Client::builder().tls_certs_only([certificate]).no_proxy().build()?;
        let answer =
            client.request(method, format!("{}/{path}", text("control"))).send().await?.bytes().await?;
        Ok(if answer.is_empty() { Value::Null } else { serde_json::from_slice(&answer)? })
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // Gone already is as good as killed, and a temporary directory that stays does no harm.
        let _ = self.simulator.kill();
        let _ = self.simulator.wait();
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
