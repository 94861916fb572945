//! A Graph in this process that answers as each test tells it, with its own token endpoint.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Graph;
use crate::auth::{Credentials, Inputs, ResolvedInputs, TenantId, choose};
use crate::env::EnvMap;
use crate::http::{Call, HttpClient, Options};

const TENANT: &str = "11111111-1111-1111-1111-111111111111";

/// A request as it came.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// Method, path below the version, and query: `GET /applications/x?$select=id`.
    pub(super) target: String,
    pub(super) body: Value,
    pub(super) token: String,
    pub(super) run: String,
}

/// An answer: status, headers, body.
#[derive(Debug, Clone)]
pub(super) struct Reply(pub(super) u16, pub(super) Vec<(&'static str, String)>, pub(super) Value);

impl Reply {
    pub(super) fn new(status: u16, body: Value) -> Self {
        Self(status, Vec::new(), body)
    }

    pub(super) fn ok(body: Value) -> Self {
        Self::new(200, body)
    }

    pub(super) fn error(status: u16, code: &str, message: &str) -> Self {
        Self::new(status, json!({"error": {"code": code, "message": message}}))
    }
}

type Script = Box<dyn Fn(&Seen, usize) -> Reply + Send + Sync>;

struct Inner {
    script: Script,
    seen: Mutex<Vec<Seen>>,
    tokens: Mutex<u32>,
    address: Mutex<String>,
}

/// The service; clones are the same one.
#[derive(Clone)]
pub(super) struct Fake(Arc<Inner>);

impl Fake {
    /// Serves what `script` says: it is given a request and how many requests with this target came before.
    pub(super) async fn serving(
        script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static,
    ) -> (Self, Graph) {
        Self::serving_a(false, script).await
    }

    /// The same for a client that is `read_only`.
    pub(super) async fn serving_a(
        read_only: bool,
        script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static,
    ) -> (Self, Graph) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let inner = Inner {
            script: Box::new(script),
            seen: Mutex::default(),
            tokens: Mutex::default(),
            address: Mutex::new(address.clone()),
        };
        let fake = Self(Arc::new(inner));
        let service = axum::Router::new().fallback(answer).with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, service).await });
        let arguments = Inputs {
            tenant_id: Some(TENANT.to_owned()),
            authority_host: Some(address.clone()),
            graph_endpoint: Some(address),
            client_id: Some("c".to_owned()),
            client_secret: Some("never-to-be-seen".into()),
            ..Inputs::default()
        };
        let settings = ResolvedInputs::resolve(arguments, &EnvMap::default()).expect("settings");
        let choice = choose(&settings).expect("a choice");
        let options = Options { ca_bundle: None, env: EnvMap::default(), user_agent: "test".to_owned() };
        let http = HttpClient::new(options).read_only(read_only);
        let client = http.reqwest().expect("a client");
        let credentials = Credentials::new(choice, client, Uuid::nil()).expect("credentials");
        (fake, Graph::new(&http, credentials, TenantId::parse(TENANT).expect("a tenant")))
    }

    /// All requests so far, in order.
    pub(super) fn seen(&self) -> Vec<Seen> {
        self.0.seen.lock().expect("seen").clone()
    }

    /// How many requests begin with this.
    pub(super) fn count(&self, target: &str) -> usize {
        self.seen().iter().filter(|seen| seen.target.starts_with(target)).count()
    }

    /// Tokens handed out so far.
    pub(super) fn tokens(&self) -> u32 {
        *self.0.tokens.lock().expect("tokens")
    }

    fn token(&self) -> Response {
        let mut tokens = self.0.tokens.lock().expect("tokens");
        *tokens += 1;
        let claims =
            format!(r#"{{"tid":"{TENANT}","oid":"o","idtyp":"app","roles":["User.Read.All"],"n":{tokens}}}"#);
        let token = format!("e30.{}.signature", URL_SAFE_NO_PAD.encode(claims));
        axum::Json(json!({"token_type": "Bearer", "expires_in": 3599, "access_token": token})).into_response()
    }
}

async fn answer(State(fake): State<Fake>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    let target = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let Some(path) = ["/v1.0", "/beta"].iter().find_map(|version| target.strip_prefix(version)) else {
        return fake.token();
    };
    let header = |name: &str| {
        parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    let seen = Seen {
        target: format!("{} {path}", parts.method),
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        token: header("authorization"),
        run: header("client-request-id"),
    };
    let before = fake.count(&seen.target);
    fake.0.seen.lock().expect("seen").push(seen.clone());
    let Reply(status, headers, body) = (fake.0.script)(&seen, before);
    let address = fake.0.address.lock().expect("address").clone();
    let body = match body {
        Value::Null => String::new(),
        Value::String(text) => text,
        body => body.to_string().replace("{address}", &address),
    };
    let mut response = (StatusCode::from_u16(status).expect("a status"), body).into_response();
    response.headers_mut().insert("request-id", "the-request".parse().expect("a header"));
    for (name, value) in headers {
        response.headers_mut().insert(name, value.parse().expect("a header"));
    }
    response
}

/// A call that leaves time enough.
pub(super) fn call() -> Call {
    Call::new(Duration::from_secs(30), CancellationToken::new(), Uuid::nil())
}

/// Answers for the items of a batch, by the item's address.
pub(super) fn batch(seen: &Seen, item: impl Fn(&str) -> (u16, Value)) -> Reply {
    let requests = seen.body["requests"].as_array().cloned().unwrap_or_default();
    let answers: Vec<Value> = requests
        .iter()
        .rev()
        .map(|request| {
            let (status, body) = item(request["url"].as_str().unwrap_or_default());
            json!({"id": request["id"], "status": status, "headers": {"Retry-After": "0.02"}, "body": body})
        })
        .collect();
    Reply::ok(json!({"responses": answers}))
}
