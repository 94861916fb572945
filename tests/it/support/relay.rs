//! A relay between the provider and the simulator that keeps every exchange, bodies included.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Response, header};
use reqwest::{Client, Url};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// The largest body that passes.
const LARGEST: usize = 16 << 20;

/// One request with its answer.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    pub(crate) method: String,
    pub(crate) path: String,
    /// Without the question mark, as sent.
    pub(crate) query: String,
    /// Null when there was no body.
    pub(crate) sent: Value,
    pub(crate) status: u16,
    /// Null when there was no body.
    pub(crate) answered: Value,
}

/// Listens without TLS, as the simulator behind it does; ends with this value.
pub(crate) struct Relay {
    address: String,
    passage: Arc<Passage>,
    _runtime: Runtime,
}

struct Passage {
    client: Client,
    beyond: Url,
    exchanges: Mutex<Vec<Exchange>>,
    alteration: Mutex<Option<Alteration>>,
}

/// Changes an answer on its way: given the request's path, its status and its JSON body.
pub(crate) type Alteration = Box<dyn Fn(&str, &mut u16, &mut Answered) + Send>;

/// The body of an answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answered {
    /// JSON, or nothing where it is null.
    Json(Value),
    /// What is not JSON.
    Text(&'static str),
}

impl Relay {
    /// In front of the service at `beyond`.
    pub(crate) fn before(beyond: &str) -> Self {
        let passage = Arc::new(Passage {
            client: Client::builder().no_proxy().no_gzip().build().expect("an HTTP client"),
            beyond: beyond.parse().expect("an address"),
            exchanges: Mutex::default(),
            alteration: Mutex::default(),
        });
        let runtime = Runtime::new().expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("its address"));
        let service = Router::new().fallback(pass).with_state(passage.clone());
        runtime.spawn(async move { axum::serve(listener, service).await });
        Self { address, passage, _runtime: runtime }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Changes every answer from now on.
    pub(crate) fn alter(&self, alteration: Alteration) {
        *self.passage.alteration.lock().unwrap_or_else(PoisonError::into_inner) = Some(alteration);
    }

    /// What has passed so far.
    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        self.passage.exchanges.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn pass(State(passage): State<Arc<Passage>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let sent = to_bytes(body, LARGEST).await.expect("a body");
    let mut url = passage.beyond.clone();
    url.set_path(parts.uri.path());
    url.set_query(parts.uri.query());
    // The host among the headers is the relay's, so that links in the answer lead here too.
    let onward = passage.client.request(parts.method.clone(), url).headers(parts.headers).body(sent.clone());
    let answer = onward.send().await.expect("an answer of the simulator");
    let (mut status, mut headers) = (answer.status(), answer.headers().clone());
    headers.remove(header::TRANSFER_ENCODING);
    let mut answered = answer.bytes().await.expect("its body");

    let json = |bytes: &[u8]| serde_json::from_slice(bytes).unwrap_or_default();
    if let Some(alteration) = &*passage.alteration.lock().unwrap_or_else(PoisonError::into_inner) {
        let (before, mut code) = (Answered::Json(json(&answered)), status.as_u16());
        let mut after = before.clone();
        alteration(parts.uri.path(), &mut code, &mut after);
        status = code.try_into().expect("a status");
        if after != before {
            headers.remove(header::CONTENT_LENGTH);
            answered = match after {
                Answered::Json(Value::Null) => Vec::new().into(),
                Answered::Json(value) => value.to_string().into(),
                Answered::Text(text) => text.into(),
            };
        }
    }
    passage.exchanges.lock().unwrap_or_else(PoisonError::into_inner).push(Exchange {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        sent: json(&sent),
        status: status.as_u16(),
        answered: json(&answered),
    });
    let mut response = Response::new(Body::from(answered));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
