//! A provider on a socket of its own and a simulator, both in this process, made anew for each input.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use framework::plugin::Lifecycle;
use framework::service::Service;
use hyper_util::rt::TokioIo;
use plugin_client::Plugin;
use proofpoint_simulator::Arguments;
use serde_json::Value as Json;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixListener, UnixStream};
use tokio_stream::wrappers::UnixListenerStream;
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::transport::{Endpoint, Server};

/// What the simulator and the provider need for as long as they live.
pub struct World {
    pub plugin: Plugin,
    /// The simulator's first line.
    pub ready: Json,
    _ends: DropGuard,
    _directory: TempDir,
}

impl World {
    /// A tenant with an organization and some people, and a provider that may do everything there.
    pub async fn begin() -> Self {
        let directory = tempfile::Builder::new().prefix("fuzz").tempdir().expect("a directory");
        let env = directory.path().join("env").display().to_string();
        // Making a key takes longer than everything else.
        let key = std::env::temp_dir().join("proofpoint-fuzz-signing-key").display().to_string();
        let words = ["--plain", "--env-file", &env, "--signing-key", &key, "--users", "4", "--groups", "1"];
        let arguments = Arguments::read(&words).expect("arguments of the simulator");
        let bound = proofpoint_simulator::bind(arguments).await.expect("the simulator starts");
        let (ready, ends) = (bound.ready().clone(), CancellationToken::new());
        tokio::spawn(bound.serve(ends.clone()));

        let variables: BTreeMap<String, String> =
            std::fs::read_to_string(env).expect("the environment").lines().filter_map(variable).collect();
        let service: Arc<dyn Service> = Arc::new(proofpoint_provider::provider(&variables));
        let path = directory.path().join("socket");
        let incoming = UnixListenerStream::new(UnixListener::bind(&path).expect("a socket"));
        let routes = framework::server::routes(service, &Lifecycle::default());
        let server = Server::builder().add_routes(routes);
        tokio::spawn(server.serve_with_incoming_shutdown(incoming, ends.clone().cancelled_owned()));
        let connector = tower::service_fn(move |_| {
            let path = path.clone();
            async move { io::Result::Ok(TokioIo::new(UnixStream::connect(path).await?)) }
        });
        let endpoint = Endpoint::from_static("http://localhost");
        let channel = endpoint.connect_with_connector(connector).await.expect("the provider accepts");
        Self { plugin: Plugin::on(channel), ready, _ends: ends.drop_guard(), _directory: directory }
    }

    /// Every secret that the simulator has given out or was given.
    pub async fn secrets(&self) -> Vec<String> {
        let control = self.ready["control"].as_str().expect("an address");
        let (host, path) = control.trim_start_matches("http://").split_once('/').expect("a path");
        let mut stream = TcpStream::connect(host).await.expect("the control plane");
        let request = format!(
            "GET /{}/secrets HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n",
            path.trim_end_matches('/')
        );
        stream.write_all(request.as_bytes()).await.expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
        let mut found = Vec::new();
        strings(&serde_json::from_str(body).expect("JSON"), &mut found);
        found
    }
}

/// `export NAME='value'`
fn variable(line: &str) -> Option<(String, String)> {
    let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
    Some((name.to_owned(), value.strip_prefix('\'')?.strip_suffix('\'')?.replace(r"'\''", "'")))
}

fn strings(value: &Json, found: &mut Vec<String>) {
    match value {
        Json::String(text) => found.push(text.clone()),
        Json::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Json::Object(members) => members.values().for_each(|member| strings(member, found)),
        _ => {}
    }
}
