//! A provider as its host sees it: started, greeted, called, ended, without any CLI in between. For tests: whatever is not
//! as it should be panics with what was there instead.
//!
//! ```ignore
//! let plugin = Start::new(program, &environment).run().await;
//! plugin.configure(json!({ "region": "us1" })).await.expect_none();
//! let thing = plugin.resource("proofpoint_azure_application").await;
//! let plan = thing.plan(None, json!({ "display_name": "Sync" })).await;
//! assert_eq!(plan.state["id"], UNKNOWN);
//! let created = thing.apply(None, plan).await;
//! ```

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test that meets something else than it should ends there"
)]

pub mod calls;
pub mod cli;
pub mod identity;
pub mod outcome;
pub mod replans;
pub mod values;
pub mod workspace;
#[allow(
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes_without_reason,
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "generated code"
)]
pub mod wire {
    //! The clients that the build script generates.

    /// Plugin protocol 6.
    pub mod tfplugin6 {
        include!(concat!(env!("OUT_DIR"), "/tfplugin6.rs"));
    }
    /// The services of go-plugin.
    pub mod go_plugin {
        include!(concat!(env!("OUT_DIR"), "/plugin.rs"));
    }
    /// The health service.
    pub mod health {
        include!(concat!(env!("OUT_DIR"), "/grpc.health.v1.rs"));
    }
}

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use hyper_util::rt::TokioIo;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
// Providers listen where their platform lets only this machine in: a socket in a directory, on Windows a port.
#[cfg(windows)]
use tokio::net::TcpStream as Stream;
#[cfg(unix)]
use tokio::net::UnixStream as Stream;
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::{OnceCell, watch};
use tonic::transport::{Channel, Endpoint};

use framework::protocol::wire::go_plugin as go_messages;
pub use framework::protocol::wire::tfplugin6 as messages;
use identity::{Host, Presents};
use wire::go_plugin::grpc_controller_client::GrpcControllerClient;
use wire::tfplugin6::provider_client::ProviderClient;

/// What tells the provider that a host started it.
pub const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");

/// Longest wait for anything that should be there at once.
const PATIENCE: Duration = Duration::from_secs(20);

/// Largest message either way, as core has it.
const LARGEST_MESSAGE: usize = 256 << 20;

/// A running provider with a connection to it.
pub struct Plugin {
    process: Option<Process>,
    /// The first line on standard output.
    pub handshake: Handshake,
    host: Option<Host>,
    channel: Channel,
    schema: OnceCell<messages::get_provider_schema::Response>,
    identities: OnceCell<messages::get_resource_identity_schemas::Response>,
}

/// The process of a provider that was started for it.
struct Process {
    child: Child,
    log: watch::Receiver<Vec<String>>,
    /// Standard output after the first line.
    stdout: BufReader<ChildStdout>,
    _temporary: TempDir,
}

/// The line that the host reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Handshake {
    /// Version of go-plugin's protocol, of the plugin protocol, kind of socket.
    pub head: [String; 3],
    /// Where the socket is.
    pub path: PathBuf,
    /// The fields after the address.
    pub tail: Vec<String>,
}

/// How to start the provider.
pub struct Start {
    command: Command,
    host: Option<Host>,
    temporary: TempDir,
}

impl Start {
    /// As a host does: with mutual TLS, and nothing in the environment but what is given.
    pub fn new(program: &Path, environment: &BTreeMap<String, String>) -> Self {
        let mut start = Self::plain(program, environment);
        let host = Host::generate();
        start.command.env("PLUGIN_CLIENT_CERT", host.certificate.pem());
        start.host = Some(host);
        start
    }

    /// Without TLS, as a host does for tests of its own.
    pub fn plain(program: &Path, environment: &BTreeMap<String, String>) -> Self {
        let mut start = Self::bare(program, environment);
        start
            .command
            .env(COOKIE.0, COOKIE.1)
            .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
            .env("PLUGIN_MIN_PORT", "10000")
            .env("PLUGIN_MAX_PORT", "25000");
        start
    }

    /// Without a host: the debugger's mode.
    pub fn debug(program: &Path, environment: &BTreeMap<String, String>) -> Self {
        let mut start = Self::bare(program, environment);
        start.command.arg("--debug");
        start
    }

    fn bare(program: &Path, environment: &BTreeMap<String, String>) -> Self {
        // A provider that is killed leaves its socket; it goes with this directory.
        let temporary = tempfile::Builder::new().prefix("tfp").tempdir().expect("a temporary directory");
        let mut command = command(program);
        command.envs(environment).env("TMPDIR", temporary.path());
        Self { command, host: None, temporary }
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// The directory for the socket and whatever else the provider puts away; it goes with the provider.
    pub fn temporary(&self) -> &Path {
        self.temporary.path()
    }

    /// Gives the provider something on standard input.
    #[must_use]
    pub fn stdin(mut self, stdin: impl Into<Stdio>) -> Self {
        self.command.stdin(stdin);
        self
    }

    /// Starts the provider, reads its first line and connects.
    pub async fn run(mut self) -> Plugin {
        let mut child = self.command.spawn().expect("the provider starts");
        let log = collect(child.stderr.take().expect("standard error"));
        let mut stdout = BufReader::new(child.stdout.take().expect("standard output"));
        let line = read_line(&mut stdout).await;
        let handshake = Handshake::parse(&line).unwrap_or_else(|| panic!("no handshake: {line:?}"));
        let presents = if self.host.is_some() { Presents::Own } else { Presents::Nothing };
        let channel = connect(&handshake, self.host.as_ref(), presents).await.expect("the provider accepts");
        let process = Process { child, log, stdout, _temporary: self.temporary };
        Plugin { process: Some(process), handshake, host: self.host, ..Plugin::on(channel) }
    }

    /// Starts the provider in the debugger's mode and connects to where it says.
    pub async fn attach(mut self) -> (Plugin, serde_json::Value) {
        let mut child = self.command.spawn().expect("the provider starts");
        let log = collect(child.stderr.take().expect("standard error"));
        let mut stdout = BufReader::new(child.stdout.take().expect("standard output"));
        let variable = loop {
            let line = read_line(&mut stdout).await;
            if let Some(rest) = line.strip_prefix("export TF_REATTACH_PROVIDERS='") {
                break rest.strip_suffix('\'').expect("a quoted value").to_owned();
            }
        };
        let variable: serde_json::Value = serde_json::from_str(&variable).expect("JSON");
        let entry = variable.as_object().and_then(|map| map.values().next()).expect("one provider");
        let path = entry["Addr"]["String"].as_str().expect("an address");
        let handshake = Handshake { head: Default::default(), path: path.into(), tail: Vec::new() };
        let channel = connect(&handshake, None, Presents::Nothing).await.expect("the provider accepts");
        let process = Process { child, log, stdout, _temporary: self.temporary };
        (Plugin { process: Some(process), handshake, ..Plugin::on(channel) }, variable)
    }

    /// Runs the provider to its end, for starts that are refused.
    pub async fn refused(mut self) -> std::process::Output {
        let output = self.command.spawn().expect("the provider starts").wait_with_output();
        tokio::time::timeout(PATIENCE, output).await.expect("the provider ends").expect("its output")
    }
}

/// A provider's program with a clean environment.
pub fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

async fn read_line(stdout: &mut BufReader<ChildStdout>) -> String {
    let mut line = String::new();
    let read = tokio::time::timeout(PATIENCE, stdout.read_line(&mut line)).await;
    read.expect("a line in time").expect("a line");
    line.trim_end_matches('\n').to_owned()
}

fn collect(stderr: tokio::process::ChildStderr) -> watch::Receiver<Vec<String>> {
    let (sender, receiver) = watch::channel(Vec::new());
    tokio::spawn(async move {
        let mut lines = BufReader::new(stderr).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            sender.send_modify(|all| all.push(line));
        }
    });
    receiver
}

impl Handshake {
    fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split('|').map(str::to_owned);
        let head = [fields.next()?, fields.next()?, fields.next()?];
        Some(Self { head, path: fields.next()?.into(), tail: fields.collect() })
    }
}

/// Connects as a host does: to `localhost` over TLS, to nobody in particular without.
async fn connect(
    handshake: &Handshake,
    host: Option<&Host>,
    presents: Presents,
) -> Result<Channel, tonic::transport::Error> {
    let (path, tls) = (handshake.path.clone(), host.map(|host| host.connector(&handshake.tail[1], presents)));
    let connector = tower::service_fn(move |_| {
        let (path, tls) = (path.clone(), tls.clone());
        async move {
            #[cfg(windows)]
            let path = path.to_string_lossy().into_owned();
            let stream = Stream::connect(path).await?;
            let stream: Box<dyn Duplex> = match tls {
                Some(tls) => {
                    let stream =
                        tls.connect("localhost".try_into().map_err(std::io::Error::other)?, stream).await?;
                    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"h2".as_slice()));
                    Box::new(stream)
                }
                None => Box::new(stream),
            };
            std::io::Result::Ok(TokioIo::new(stream))
        }
    });
    Endpoint::from_static("http://localhost").connect_with_connector(connector).await
}

trait Duplex: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin {}

impl<T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin> Duplex for T {}

impl Plugin {
    /// A provider that somebody else serves, such as this very process: it can be called, and is not ended.
    pub fn on(channel: Channel) -> Self {
        let (schema, identities) = (OnceCell::new(), OnceCell::new());
        Self { process: None, handshake: Handshake::default(), host: None, channel, schema, identities }
    }

    fn process(&self) -> &Process {
        self.process.as_ref().expect("a provider that was started")
    }

    fn process_mut(&mut self) -> &mut Process {
        self.process.as_mut().expect("a provider that was started")
    }

    /// The raw client.
    pub fn rpc(&self) -> ProviderClient<Channel> {
        ProviderClient::new(self.channel.clone())
            .max_decoding_message_size(LARGEST_MESSAGE)
            .max_encoding_message_size(LARGEST_MESSAGE)
    }

    /// The connection, for other services.
    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// One more connection that shows something else than the host does.
    pub async fn connect_as(&self, presents: Presents) -> Result<Channel, tonic::transport::Error> {
        connect(&self.handshake, self.host.as_ref(), presents).await
    }

    /// Whether the process runs.
    pub fn runs(&mut self) -> bool {
        self.process_mut().child.try_wait().expect("the state of the process").is_none()
    }

    /// Sends a signal by its short name.
    pub fn signal(&self, name: &str) {
        let pid = self.process().child.id().expect("a running process").to_string();
        let status = std::process::Command::new("kill").args([&format!("-{name}"), &pid]).status();
        assert!(status.expect("kill starts").success());
    }

    /// Says that the host is done. The answer may be lost.
    pub async fn shut_down(&self) {
        let mut controller = GrpcControllerClient::new(self.channel.clone());
        let _ = controller.shutdown(go_messages::Empty {}).await;
    }

    /// Drops the connection, as when the host was killed, and leaves the process.
    pub fn hang_up(&mut self) {
        self.channel = Endpoint::from_static("http://localhost").connect_lazy();
    }

    /// Waits for the end of the process and says how long that took.
    pub async fn exit(&mut self) -> (ExitStatus, Duration) {
        let start = Instant::now();
        let status =
            tokio::time::timeout(PATIENCE, self.process_mut().child.wait()).await.expect("the provider ends");
        (status.expect("its status"), start.elapsed())
    }

    /// What was printed on standard output after the first line; to be asked after the end.
    pub async fn rest_of_stdout(&mut self) -> String {
        let mut rest = String::new();
        let read = tokio::io::AsyncReadExt::read_to_string(&mut self.process_mut().stdout, &mut rest);
        tokio::time::timeout(PATIENCE, read).await.expect("the end of standard output").expect("text");
        rest
    }

    /// The lines on standard error so far.
    pub fn log(&self) -> Vec<String> {
        self.process().log.borrow().clone()
    }

    /// Waits until a line on standard error contains `text`, and returns all lines.
    pub async fn log_with(&self, text: &str) -> Vec<String> {
        let mut log = self.process().log.clone();
        let found = log.wait_for(|lines| lines.iter().any(|line| line.contains(text)));
        let found = tokio::time::timeout(PATIENCE, found).await;
        found.unwrap_or_else(|_| panic!("no line with {text:?}")).expect("the log goes on").clone()
    }
}
