//! A service on this machine that answers each request as the ledger has it, but for one member.

use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Response, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clients::auth::{Credentials, Inputs, ResolvedInputs, TenantId, choose};
use clients::clock::Clock;
use clients::env::EnvMap;
use clients::essentials::Essentials;
use clients::graph::Graph;
use clients::http::{Call, HttpClient, Options};
use clients::ledger::{self, Entry};
use serde_json::{Value as Json, json};
use tempfile::NamedTempFile;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::sample::{answer, found, steps};

pub(super) const TENANT: &str = "11111111-1111-1111-1111-111111111111";
pub(super) const ID: &str = "22222222-2222-2222-2222-222222222222";
pub(super) const DOMAIN: &str = "contoso.com";

/// What is done to a member of the answers of one entry.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) entry: &'static str,
    pub(super) path: String,
    /// None takes it out.
    pub(super) value: Option<Json>,
}

/// The service; it ends with the runtime that it was started in.
pub(super) struct Service {
    orders: Arc<Orders>,
    http: HttpClient,
}

struct Orders {
    address: String,
    change: Mutex<Option<Change>>,
    /// A status and a body for all entries that begin so.
    instead: Mutex<Option<(&'static str, u16, Json)>>,
}

impl Service {
    /// Clients of it take note of what they read in [`notes`].
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("its address"));
        let orders = Arc::new(Orders { address, change: Mutex::default(), instead: Mutex::default() });
        let router = Router::new().fallback(answered).with_state(orders.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let env = EnvMap::from_iter([("TEST_LEDGER", notes().to_str().expect("a path in UTF-8"))]);
        let options = Options { ca_bundle: None, env, user_agent: "test".to_owned() };
        Self { orders, http: HttpClient::new(options) }
    }

    pub(super) fn address(&self) -> &str {
        &self.orders.address
    }

    /// Answers so from now on.
    pub(super) fn change(&self, change: Option<Change>) {
        *self.orders.change.lock().unwrap_or_else(PoisonError::into_inner) = change;
    }

    /// Answers all entries that begin so with this status and body from now on.
    pub(super) fn answer_instead(&self, start: &'static str, status: u16, body: Json) {
        let instead = Some((start, status, body));
        *self.orders.instead.lock().unwrap_or_else(PoisonError::into_inner) = instead;
    }

    /// Credentials by these inputs, beside where the service is.
    pub(super) fn credentials(&self, inputs: Inputs) -> Credentials {
        let address = || Some(self.address().to_owned());
        let inputs = Inputs {
            tenant_id: Some(TENANT.to_owned()),
            authority_host: address(),
            graph_endpoint: address(),
            client_id: Some(ID.to_owned()),
            ..inputs
        };
        let inputs = ResolvedInputs::resolve(inputs, &EnvMap::default()).expect("inputs");
        let choice = choose(&inputs).expect("a credential");
        Credentials::new(choice, self.http.reqwest().expect("a client"), Uuid::nil()).expect("credentials")
    }

    /// Credentials of the usual kind.
    pub(super) fn by_secret(&self) -> Credentials {
        self.credentials(Inputs { client_secret: Some("hush".into()), ..Inputs::default() })
    }

    /// Graph, which knows nothing of what was answered before.
    pub(super) fn graph(&self) -> Graph {
        Graph::new(&self.http, self.by_secret(), TenantId::parse(TENANT).expect("a tenant"))
    }

    /// A login that knows nothing of what was answered before.
    pub(super) fn essentials(&self) -> Essentials {
        let entry = format!("{}/", self.address()).parse().expect("an address");
        Essentials::new(self.http.clone(), Clock::new(), entry, "admin@contoso.com", "hush".into())
    }
}

/// The file of this process, which takes note in one place.
pub(super) fn notes() -> &'static Path {
    static NOTES: OnceLock<NamedTempFile> = OnceLock::new();
    NOTES.get_or_init(|| NamedTempFile::new().expect("a file")).path()
}

/// A call that ends soon.
pub(super) fn call() -> Call {
    Call::new(Duration::from_secs(2), CancellationToken::new(), Uuid::nil())
}

/// A token of the tenant.
fn token() -> String {
    let claims = json!({ "tid": TENANT, "oid": ID, "roles": ["User.Read.All"] }).to_string();
    format!("e30.{}.hush", URL_SAFE_NO_PAD.encode(claims))
}

async fn answered(State(orders): State<Arc<Orders>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let sent = to_bytes(body, 1 << 20).await.expect("a body");
    let (method, path) = (parts.method.as_str(), parts.uri.path());
    let entry = match path {
        "/github" => ledger::entry("github.token"),
        "/azure-devops" => ledger::entry("azure-devops.token"),
        path => ledger::entry_at(method, path),
    };
    let Some(entry) = entry else { return sending(501, &Json::Null) };
    let instead = orders.instead.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((_, status, body)) = instead.filter(|(start, ..)| entry.id.starts_with(start)) {
        return sending(status, &body);
    }
    let whole = if entry.id == "graph.batch" {
        let asked: Json = serde_json::from_slice(&sent).expect("a batch");
        let items = asked["requests"].as_array().expect("items").iter().map(|item| {
            let path = item["url"].as_str().expect("an address").split('?').next().expect("a path");
            let entry = ledger::entry_at("GET", &format!("/v1.0{path}")).expect("an entry");
            json!({ "id": item["id"], "status": 200, "headers": {}, "body": orders.answer(entry) })
        });
        orders.changed(entry, json!({ "responses": items.collect::<Vec<_>>() }))
    } else {
        orders.answer(entry)
    };
    sending(200, &whole)
}

fn sending(status: u16, body: &Json) -> Response<Body> {
    let response = Response::builder().status(status).header(header::CONTENT_TYPE, "application/json");
    response.body(body.to_string().into()).expect("a response")
}

impl Orders {
    fn answer(&self, entry: &'static Entry) -> Json {
        self.changed(entry, answer(entry, &self.address, &token()))
    }

    fn changed(&self, entry: &'static Entry, mut whole: Json) -> Json {
        let change = self.change.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(change) = change.filter(|change| change.entry == entry.id) else { return whole };
        let steps = steps(&change.path);
        let (last, around) = steps.split_last().expect("a path");
        match (change.value, found(&mut whole, around)) {
            (Some(value), Some(place)) if last == "[]" => *place = json!([value]),
            (Some(value), Some(place)) => place[last.as_str()] = value,
            (None, Some(place)) if last == "[]" => *place = json!([]),
            (None, Some(place)) => drop(place.as_object_mut().and_then(|members| members.remove(last))),
            (_, None) => panic!("the answer of {} has nothing around {}: {whole}", entry.id, change.path),
        }
        whole
    }
}
