//! A service on this machine that answers every request alike: the status and the body of an input.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clients::auth::{Credentials, Inputs, ResolvedInputs, TenantId, choose};
use clients::clock::Clock;
use clients::env::EnvMap;
use clients::essentials::Essentials;
use clients::graph::Graph;
use clients::http::{Call, HttpClient, Options};
use serde_json::json;
use tokio::runtime::{self, Runtime};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::cautious::SECRET;

pub const TENANT: &str = "11111111-1111-1111-1111-111111111111";
pub const ID: &str = "22222222-2222-2222-2222-222222222222";
pub const DOMAIN: &str = "contoso.com";

/// How long an operation may take that meets something to repeat.
const LIMIT: Duration = Duration::from_millis(200);

/// What an input orders: a letter for the status, another for the type of the body (`h` is HTML), and the body, in which `HERE`
/// stands for the address of the service and `TOKEN` for the token that it gave.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    pub status: u16,
    pub html: bool,
    pub body: Vec<u8>,
}

impl Answer {
    /// Without what a client repeats: it would only wait.
    pub fn read(input: &[u8]) -> Option<Self> {
        let (&[status, kind], body) = input.split_first_chunk()?;
        let status = match status {
            b'4' => 404,
            b'3' => 403,
            b'b' => 400,
            b'c' => 409,
            b'd' => 401,
            b'7' => 207,
            b'n' => 204,
            _ => 200,
        };
        let body = if status == 204 { Vec::new() } else { body.to_vec() };
        Some(Self { status, html: kind == b'h', body })
    }
}

/// The service, the runtime that it runs in, and clients that are connected to it.
pub struct Service {
    runtime: Runtime,
    answer: Arc<Mutex<Answer>>,
    address: String,
    http: HttpClient,
    credentials: Credentials,
}

thread_local! {
    static SERVICE: Service = Service::start();
}

/// Lets the service of this thread answer, and clients ask.
pub fn with<T>(answer: Answer, ask: impl AsyncFnOnce(&Service) -> T) -> T {
    SERVICE.with(|service| {
        let body = String::from_utf8(answer.body)
            .map_or_else(std::string::FromUtf8Error::into_bytes, |text| {
                text.replace("HERE", &service.address).replace("TOKEN", &token()).into_bytes()
            });
        *service.answer.lock().unwrap() = Answer { body, ..answer };
        service.runtime.block_on(ask(service))
    })
}

impl Service {
    fn start() -> Self {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let answer = Arc::new(Mutex::new(Answer::default()));
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let service = axum::Router::new().fallback(answered).with_state(Arc::clone(&answer));
        runtime.spawn(async move { axum::serve(listener, service).await });
        let arguments = Inputs {
            tenant_id: Some(TENANT.to_owned()),
            authority_host: Some(address.clone()),
            graph_endpoint: Some(address.clone()),
            client_id: Some("c".to_owned()),
            client_secret: Some(SECRET.into()),
            ..Inputs::default()
        };
        let settings = ResolvedInputs::resolve(arguments, &EnvMap::default()).expect("settings");
        let options = Options { ca_bundle: None, env: EnvMap::default(), user_agent: "fuzz".to_owned() };
        let http = HttpClient::new(options);
        let client = http.reqwest().expect("a client");
        let choice = choose(&settings).expect("a choice");
        let credentials = Credentials::new(choice, client, Uuid::nil()).expect("credentials");
        Self { runtime, answer, address, http, credentials }
    }

    /// Graph, which knows nothing of what was answered before.
    pub fn graph(&self) -> Graph {
        Graph::new(&self.http, self.credentials.clone(), TenantId::parse(TENANT).expect("a tenant"))
    }

    /// A login that knows nothing of what was answered before.
    pub fn essentials(&self) -> Essentials {
        let entry = format!("{}/", self.address).parse().expect("an address");
        Essentials::new(self.http.clone(), Clock::new(), entry, "admin@contoso.com", SECRET.into())
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    /// The body as it is sent.
    pub fn body(&self) -> Vec<u8> {
        self.answer.lock().unwrap().body.clone()
    }
}

fn token() -> String {
    let claims = format!(r#"{{"tid":"{TENANT}","oid":"o","idtyp":"app","roles":["User.Read.All"]}}"#);
    format!("e30.{}.{SECRET}", URL_SAFE_NO_PAD.encode(claims))
}

/// A call that ends soon.
pub fn call() -> Call {
    Call::new(LIMIT, CancellationToken::new(), Uuid::nil())
}

async fn answered(State(answer): State<Arc<Mutex<Answer>>>, request: Request) -> Response<Body> {
    let path = request.uri().path();
    if path.ends_with("/token") {
        let body = json!({"token_type": "Bearer", "expires_in": 3599, "access_token": token()}).to_string();
        return Response::builder().header("content-type", "application/json").body(body.into()).unwrap();
    }
    let Answer { status, html, body } = answer.lock().unwrap().clone();
    let kind = if html { "text/html" } else { "application/json" };
    Response::builder().status(status).header("content-type", kind).body(body.into()).unwrap()
}
