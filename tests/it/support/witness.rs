//! A service that takes down what it is asked: it stands in the place of a token endpoint, of a job's host or of a machine's
//! identity endpoint, and shows which argument of the provider was used for what.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::HeaderMap;
use serde_json::{Value as Json, json};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

/// The token that a job's host hands out.
pub(crate) const JOB_TOKEN: &str = "the-jobs-token";

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    /// The members of a form.
    pub(crate) form: BTreeMap<String, String>,
}

/// The service.
#[derive(Debug)]
pub(crate) struct Witness {
    /// Its origin, with plain http.
    pub(crate) address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Witness {
    /// Hands out `token` to whoever asks, whatever they prove themselves with.
    pub(crate) async fn handing_out(token: &str) -> Self {
        Self::answering(json!({
            "token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "expires_on": "4102444800",
            "resource": "r", "access_token": token, "value": JOB_TOKEN, "oidcToken": JOB_TOKEN,
        }))
        .await
    }

    /// Gives every request the same answer.
    pub(crate) async fn answering(answer: Json) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let book = Arc::clone(&asked);
        let handler = move |request: Request| {
            let (book, answer) = (Arc::clone(&book), answer.to_string());
            async move {
                let (head, body) = request.into_parts();
                let body = to_bytes(body, 1 << 20).await.expect("a body");
                let form = url::form_urlencoded::parse(&body).into_owned().collect();
                let target = head.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
                let method = head.method.to_string();
                book.lock().expect("the book").push(Asked { method, target, headers: head.headers, form });
                ([("content-type", "application/json")], answer)
            }
        };
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(handler)).await });
        Self { address, asked }
    }

    /// What it was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("the book").clone()
    }
}

/// A door that nobody gets through: it takes down how each connection begins and closes it.
#[derive(Debug)]
pub(crate) struct Door {
    /// Host and port.
    pub(crate) address: String,
    beginnings: Arc<Mutex<Vec<String>>>,
}

impl Door {
    /// On every address of this machine.
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("0.0.0.0:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let beginnings: Arc<Mutex<Vec<String>>> = Arc::default();
        let book = Arc::clone(&beginnings);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut bytes = [0; 512];
                let read = stream.read(&mut bytes).await.unwrap_or_default();
                let text = String::from_utf8_lossy(&bytes[..read]).into_owned();
                book.lock().expect("the book").push(text);
            }
        });
        Self { address: format!("0.0.0.0:{port}"), beginnings }
    }

    /// How the first connection began; empty when there was none.
    pub(crate) fn first(&self) -> String {
        self.beginnings.lock().expect("the book").first().cloned().unwrap_or_default()
    }
}
