//! A running `proofpoint-azure-simulator`, its control plane, and its public APIs as a person would use them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use proofpoint_simulator::Arguments;
use reqwest::{Certificate, Client, Method, RequestBuilder};
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::{self, Runtime};
use tokio_util::sync::CancellationToken;

/// Making a key takes longer than everything else that a simulator does in a test.
const SIGNING_KEY: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/signing-key");

/// What the simulator says of itself in its first line.
#[derive(Debug, Deserialize)]
pub(crate) struct Ready {
    pub(crate) graph_endpoint: String,
    pub(crate) authority_host: String,
    pub(crate) essentials_endpoint: String,
    /// None with `--plain`.
    pub(crate) ca_certificate: Option<PathBuf>,
    pub(crate) control: String,
    /// Where a browser finds the page.
    pub(crate) face: String,
    pub(crate) tenants: Vec<Tenant>,
}

/// A tenant with its organization, and the identities that may do everything in both.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Tenant {
    #[expect(clippy::struct_field_names, reason = "named as in the ready line")]
    pub(crate) tenant_id: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) reader_client_id: String,
    pub(crate) reader_client_secret: String,
    pub(crate) domain: String,
    pub(crate) essentials_username: String,
    pub(crate) essentials_password: String,
    pub(crate) essentials_reader_username: String,
    pub(crate) essentials_reader_password: String,
}

impl Tenant {
    /// A whole PUT of the settings, as the console would send it, that runs nothing by itself; `others` are members that the
    /// test has otherwise.
    pub(crate) fn sync_settings(&self, others: &Value) -> Value {
        let mut settings = json!({
            "primary_domain": self.domain, "application_id": self.client_id, "ad_key": self.client_secret,
            "disable_login": false, "default_user_role_name": "end_user", "sync_frequency": 0,
            "sync_active_users": true, "sync_distribution_groups": true, "sync_security_groups": false,
            "add_users": true, "update_users": true, "remove_deleted_users": true,
            "add_groups": true, "update_groups": true, "remove_deleted_groups": false,
        });
        for (name, value) in others.as_object().expect("members") {
            assert!(settings.get(name).is_some(), "the settings have no member `{name}`");
            settings[name] = value.clone();
        }
        settings
    }
}

/// One entry of the request log.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Request {
    pub(crate) seq: u64,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) status: u16,
    /// `seq` of the batch that held this item.
    pub(crate) batch: Option<u64>,
}

impl Request {
    /// Whether it may have changed something on either side. Signing in and `$batch` envelopes change nothing: the
    /// items of a batch are entries of their own.
    pub(crate) fn writes(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
            && !self.path.ends_with("/$batch")
            && !self.path.ends_with("/oauth2/v2.0/token")
    }
}

/// What runs a simulator; it ends with this value.
#[derive(Debug)]
enum Host {
    Process(Child),
    /// A thread of the test's own process.
    Thread(CancellationToken, Option<JoinHandle<()>>),
}

impl Drop for Host {
    fn drop(&mut self) {
        match self {
            Self::Process(process) => {
                // It may have ended by itself, which is for the test to notice, not for its clean-up.
                let _ = process.kill();
                let _ = process.wait();
            }
            Self::Thread(ended, thread) => {
                ended.cancel();
                let _ = thread.take().map(JoinHandle::join);
            }
        }
    }
}

/// A simulator of its own for one test; it ends with this value.
#[derive(Debug)]
pub(crate) struct Simulator {
    _host: Host,
    line: Value,
    ready: Ready,
    client: Client,
    runtime: Runtime,
    dir: TempDir,
}

impl Simulator {
    /// Starts one on a free port, with further command line arguments.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let dir = tempfile::Builder::new().prefix("sim").tempdir().expect("a temporary directory");
        let log = File::create(dir.path().join("log")).expect("the simulator's log");
        let mut process = Command::new(env!("CARGO_BIN_EXE_proofpoint-azure-simulator"))
            .args(["--listen", "127.0.0.1:0", "--tls-dir"])
            .arg(dir.path().join("tls"))
            .arg("--env-file")
            .arg(dir.path().join("env"))
            .args(["--signing-key", SIGNING_KEY])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the simulator starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("a pipe")).read_line(&mut line).expect("the ready line");
        let line: Value = serde_json::from_str(&line).unwrap_or_else(|error| {
            let log = fs::read_to_string(dir.path().join("log")).unwrap_or_default();
            panic!("no ready line from the simulator: {error}\n{line}\n{log}")
        });
        Self::hosted(Host::Process(process), line, dir)
    }

    /// Starts one in the test's own process, without TLS: sooner there, and the same in all else.
    pub(crate) fn within(arguments: &[&str]) -> Self {
        let dir = tempfile::Builder::new().prefix("sim").tempdir().expect("a temporary directory");
        let env = dir.path().join("env").to_str().expect("a path in UTF-8").to_owned();
        let own = ["--plain", "--env-file", &env, "--signing-key", SIGNING_KEY];
        let arguments = Arguments::read(&[&own, arguments].concat()).expect("arguments of the simulator");
        let ended = CancellationToken::new();
        let (token, (sender, ready)) = (ended.clone(), std::sync::mpsc::channel());
        let thread = std::thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let bound = proofpoint_simulator::bind(arguments).await.expect("the simulator starts");
                sender.send(bound.ready().clone()).expect("somebody waits");
                bound.serve(token).await.expect("the simulator serves");
            });
        });
        let line = ready.recv().expect("the ready line");
        Self::hosted(Host::Thread(ended, Some(thread)), line, dir)
    }

    fn hosted(host: Host, line: Value, dir: TempDir) -> Self {
        let ready = Ready::deserialize(&line).expect("the ready line");
        let certificates = ready.ca_certificate.iter().map(|path| {
            let pem = fs::read(path).expect("the simulator's CA certificate");
            Certificate::from_pem(&pem).expect("a certificate")
        });
        let client =
            Client::builder().tls_certs_only(certificates).no_proxy().build().expect("an HTTP client");
        let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        Self { _host: host, line, ready, client, runtime, dir }
    }

    /// The ready line, as it was printed.
    pub(crate) fn line(&self) -> &Value {
        &self.line
    }

    /// The ready line.
    pub(crate) fn ready(&self) -> &Ready {
        &self.ready
    }

    /// The first tenant, the one that [`Self::environment`] is about.
    pub(crate) fn tenant(&self) -> &Tenant {
        &self.ready.tenants[0]
    }

    /// The environment of a provider that works on the first tenant, and takes note of what it relies on.
    pub(crate) fn environment(&self) -> BTreeMap<String, String> {
        let mut environment = self.environment_file();
        environment.insert("TEST_LEDGER".to_owned(), self.notes());
        environment
    }

    /// What `--env-file` holds.
    pub(crate) fn environment_file(&self) -> BTreeMap<String, String> {
        let text = fs::read_to_string(self.dir.path().join("env")).expect("the environment file");
        let pair = |line: &str| {
            let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
            let value = value.strip_prefix('\'')?.strip_suffix('\'')?.replace(r"'\''", "'");
            Some((name.to_owned(), value))
        };
        text.lines().map(|line| pair(line).unwrap_or_else(|| panic!("an odd line: {line}"))).collect()
    }

    /// The file in which providers take note of what they ask, send and read.
    fn notes(&self) -> String {
        self.dir.path().join("ledger").to_str().expect("a path in UTF-8").to_owned()
    }

    /// What providers with the environment of this simulator have asked, sent and read so far, by the lines of the ledger.
    pub(crate) fn relied_on(&self) -> BTreeSet<String> {
        fs::read_to_string(self.notes()).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    /// The requests since the start or the last [`Self::forget_requests`], oldest first.
    pub(crate) fn requests(&self) -> Vec<Request> {
        serde_json::from_value(self.control(Method::GET, "requests", None)).expect("the request log")
    }

    /// The requests that may have changed something.
    pub(crate) fn writes(&self) -> Vec<Request> {
        self.requests().into_iter().filter(Request::writes).collect()
    }

    /// The numbers of those HTTP requests of the log, counted from 1, that changed something, or may have. After any other
    /// the world is as it was before.
    pub(crate) fn numbers_of_writes(&self) -> Vec<u64> {
        let mut log = self.requests();
        // Items of a batch are no requests of their own.
        log.retain(|request| request.batch.is_none());
        (1..).zip(&log).filter(|(_, request)| request.writes()).map(|(number, _)| number).collect()
    }

    /// Empties the request log.
    pub(crate) fn forget_requests(&self) {
        self.control(Method::DELETE, "requests", None);
    }

    /// Everything the simulator holds.
    pub(crate) fn state(&self) -> Value {
        self.control(Method::GET, "state", None)
    }

    /// Every secret value ever issued or accepted.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let secrets = self.control(Method::GET, "secrets", None);
        let mut found = Vec::new();
        strings(&secrets, &mut found);
        found
    }

    /// Puts the clock of both services forward; `by` as in `"90s"`, `"36h"`.
    pub(crate) fn advance_clock(&self, by: &str) {
        self.control(Method::POST, "clock", Some(&serde_json::json!({ "advance": by })));
    }

    /// Puts the clock forward once somebody waits for a run: the settings of the sync are looked at again and again since
    /// they were written. Gives up after a while, which the one who waits will notice.
    pub(crate) fn advance_clock_while_a_run_is_waited_for(&self, by: &str) {
        self.await_looks();
        self.advance_clock(by);
    }

    /// Returns when the settings of the sync were looked at twice more since they were last written.
    pub(crate) fn await_looks(&self) {
        let (start, before) = (Instant::now(), self.looks());
        // Each question is a request of its own, which is pause enough.
        while self.looks() < before + 2 && start.elapsed() < Duration::from_secs(60) {}
    }

    /// Returns when the settings of the sync were looked at so many times since the requests were last forgotten.
    pub(crate) fn await_more_looks(&self, looks: usize) {
        let start = Instant::now();
        let looked = || self.requests().iter().filter(|one| one.path.ends_with("/settings/azure")).count();
        while looked() < looks && start.elapsed() < Duration::from_secs(60) {}
    }

    /// How often the settings of the sync were looked at since they were last written.
    fn looks(&self) -> usize {
        let mut requests = self.requests();
        requests.retain(|request| request.path.ends_with("/settings/azure"));
        let written = requests.iter().rposition(|request| request.method == "PUT");
        written.map_or(0, |written| requests.len() - written - 1)
    }

    /// Orders faults, in place of those ordered before.
    pub(crate) fn set_faults(&self, faults: &Value) {
        self.control(Method::POST, "faults", Some(faults));
    }

    /// A request to the control plane, which must succeed; null where the answer has no body.
    #[track_caller]
    pub(crate) fn control(&self, method: Method, path: &str, body: Option<&Value>) -> Value {
        let request = self.client.request(method, format!("{}/{path}", self.ready.control));
        let (status, answer) = self.send(request, body);
        assert!((200..300).contains(&status), "{path} of the control plane: {status} {answer}");
        answer
    }

    /// A Graph request of the first tenant's automation identity: status and body. `path` begins after the version.
    pub(crate) fn graph(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        self.graph_of(self.tenant(), method, path, body)
    }

    /// The same in another tenant.
    pub(crate) fn graph_of(
        &self,
        tenant: &Tenant,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> (u16, Value) {
        let token = self.token_of(tenant);
        let url = format!("{}/v1.0/{path}", self.ready.graph_endpoint.trim_end_matches('/'));
        self.send(self.client.request(method, url).bearer_auth(token), body)
    }

    /// A Proofpoint Essentials request of the first organization's administrator: status and body. `path` begins
    /// after the version.
    pub(crate) fn essentials(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        let tenant = self.tenant();
        let url = format!("{}/api/v1/{path}", self.ready.essentials_endpoint.trim_end_matches('/'));
        let request = self
            .client
            .request(method, url)
            .header("X-User", &tenant.essentials_username)
            .header("X-Password", &tenant.essentials_password);
        self.send(request, body)
    }

    /// A request by hand of the administrator of the partner above the first organization, which must succeed; its answer.
    #[track_caller]
    pub(crate) fn as_partner(&self, method: Method, path: &str, body: Option<&Value>) -> Value {
        let login = |member: &str| self.line["tenants"][0][member].as_str().expect("a login");
        let url = format!("{}/api/v1/{path}", self.ready.essentials_endpoint.trim_end_matches('/'));
        let request = self
            .client
            .request(method, url)
            .header("X-User", login("partner_username"))
            .header("X-Password", login("partner_password"));
        done(path, self.send(request, body))
    }

    /// A Graph request by hand that must succeed; its answer.
    #[track_caller]
    pub(crate) fn graph_done(&self, method: Method, path: &str, body: Option<&Value>) -> Value {
        done(path, self.graph(method, path, body))
    }

    /// A Proofpoint Essentials request by hand that must succeed; its answer.
    #[track_caller]
    pub(crate) fn essentials_done(&self, method: Method, path: &str, body: Option<&Value>) -> Value {
        done(path, self.essentials(method, path, body))
    }

    /// Whether an application of the first tenant can sign in with a secret.
    pub(crate) fn signs_in(&self, client_id: &str, secret: &str) -> bool {
        self.sign_in(client_id, secret).0 == 200
    }

    /// A Graph token of the first tenant's automation identity.
    pub(crate) fn token(&self) -> String {
        self.token_of(self.tenant())
    }

    fn token_of(&self, tenant: &Tenant) -> String {
        let (status, answer) = self.sign_in_to(tenant, &tenant.client_id, &tenant.client_secret);
        answer["access_token"].as_str().unwrap_or_else(|| panic!("no token: {status} {answer}")).to_owned()
    }

    /// What anybody may look up at the authority.
    pub(crate) fn authority(&self, path: &str) -> (u16, Value) {
        let host = self.ready.authority_host.trim_end_matches('/');
        self.send(self.client.get(format!("{host}/{path}")), None)
    }

    fn sign_in(&self, client_id: &str, client_secret: &str) -> (u16, Value) {
        self.sign_in_to(self.tenant(), client_id, client_secret)
    }

    fn sign_in_to(&self, tenant: &Tenant, client_id: &str, client_secret: &str) -> (u16, Value) {
        let host = self.ready.authority_host.trim_end_matches('/');
        let request = self.client.post(format!("{host}/{}/oauth2/v2.0/token", tenant.tenant_id)).form(&[
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
            ("client_secret", client_secret),
            ("scope", "https://graph.microsoft.com/.default"),
        ]);
        self.send(request, None)
    }

    fn send(&self, request: RequestBuilder, body: Option<&Value>) -> (u16, Value) {
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        self.runtime.block_on(async {
            let response = request.send().await.expect("an answer of the simulator");
            let status = response.status().as_u16();
            let text = response.text().await.expect("its body");
            (
                status,
                serde_json::from_str(&text).unwrap_or(if text.is_empty() {
                    Value::Null
                } else {
                    text.into()
                }),
            )
        })
    }

    /// Fails the test when a request met a route that the simulator does not know, or something was asked, sent or read that is
    /// not in the ledger.
    #[track_caller]
    pub(crate) fn assert_every_route_was_known(&self) {
        let strange: Vec<String> =
            self.relied_on().into_iter().filter(|line| line.starts_with('?')).collect();
        assert!(strange.is_empty(), "not in `src/clients/ledger`: {strange:#?}");
        let unknown: Vec<Request> =
            self.requests().into_iter().filter(|request| request.status == 501).collect();
        assert!(unknown.is_empty(), "the simulator does not know: {unknown:#?}");
    }
}

#[track_caller]
fn done(path: &str, (status, answer): (u16, Value)) -> Value {
    assert!((200..300).contains(&status), "{path}: {status} {answer}");
    answer
}

/// Every string inside a value, but not the keys of objects.
fn strings(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Value::Object(members) => members.values().for_each(|member| strings(member, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
