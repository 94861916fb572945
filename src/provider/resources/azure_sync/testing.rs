//! For tests: a small directory in this process, which holds one application and its keys.

use std::collections::{BTreeSet, VecDeque};
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::managed_secret::{Keys, Minted};
use super::model::ManagedClientSecret;
use crate::provider_block::Failure;
use clients::auth::{Credentials, Inputs, ResolvedInputs, TenantId, choose};
use clients::env::EnvMap;
use clients::graph::Graph;
use clients::http::{Call, HttpClient, Options};

const TENANT: &str = "11111111-1111-1111-1111-111111111111";
pub(super) const APPLICATION: &str = "22222222-2222-2222-2222-222222222222";
pub(super) const CLIENT: &str = "33333333-3333-3333-3333-333333333333";
const OWN: &str = "aaaaaaaa";
pub(super) const OWN_MARK: &str = "Sync proofpoint-sync:contoso.com:aaaaaaaa00000000";
pub(super) const ANOTHERS_MARK: &str = "Sync proofpoint-sync:contoso.com:bbbbbbbb00000000";

/// How a sign-in with the client id of the application ends.
#[derive(Clone, Copy)]
pub(super) enum SignIn {
    /// With this error of Entra's.
    Refused(u32),
    /// With a token without roles.
    WithoutRoles,
    /// With a token that carries the roles `First` and `Second`.
    WithRoles,
}

/// The application's keys, and what was asked.
#[derive(Clone, Default)]
pub(super) struct Directory {
    pub(super) keys: Arc<Mutex<Vec<Value>>>,
    log: Arc<Mutex<Vec<String>>>,
    /// What the next lists show, each once, whatever is there: replicas may be late.
    pub(super) lists: Arc<Mutex<VecDeque<Vec<Value>>>>,
    /// How each wish for a key is refused, until they are used up.
    pub(super) refusals: Arc<Mutex<Vec<(StatusCode, &'static str)>>>,
    /// What a wish for a key interrupts.
    pub(super) interrupted: Arc<Mutex<Option<CancellationToken>>>,
    /// How the next sign-ins end; the last one is repeated.
    pub(super) sign_ins: Arc<Mutex<VecDeque<SignIn>>>,
    /// The object id of the application that has the client id, where one has.
    pub(super) by_client_id: Arc<Mutex<Option<&'static str>>>,
}

/// Keys of these ids and descriptions.
pub(super) fn described(keys: &[(&str, &str)]) -> Vec<Value> {
    keys.iter().map(|(id, name)| json!({ "keyId": id, "displayName": name })).collect()
}

impl Directory {
    /// With keys of these ids and descriptions.
    pub(super) fn holding(keys: &[(&str, &str)]) -> Self {
        let directory = Self::default();
        *directory.keys.lock().unwrap() = described(keys);
        directory
    }

    /// With one list for each of these, and then what is there.
    pub(super) fn showing(self, lists: &[&[(&str, &str)]]) -> Self {
        self.lists.lock().unwrap().extend(lists.iter().map(|keys| described(keys)));
        self
    }

    /// How many requests there were whose method and path end so.
    pub(super) fn count(&self, request: &str) -> usize {
        self.log.lock().unwrap().iter().filter(|asked| asked.ends_with(request)).count()
    }

    fn answer(&self, request: &str, body: &Value) -> (StatusCode, Value) {
        self.log.lock().unwrap().push(request.to_owned());
        let refused = |code: &str| json!({ "error": { "code": code, "message": "Refused." } });
        let (_, last) = request.rsplit_once('/').unwrap();
        match last {
            "token" => {
                let mut sign_ins = self.sign_ins.lock().unwrap();
                // The provider's own sign-in is none of the application's.
                let is_the_applications = body.as_str().is_some_and(|form| form.contains(CLIENT));
                let next = sign_ins.front().copied().filter(|_| is_the_applications);
                if is_the_applications && sign_ins.len() > 1 {
                    sign_ins.pop_front();
                }
                let sign_in = next.unwrap_or(SignIn::WithoutRoles);
                let claims = match sign_in {
                    SignIn::Refused(code) => {
                        let told = format!("AADSTS{code}: Refused.");
                        let body = json!({
                            "error": "invalid_client", "error_description": told, "error_codes": [code],
                        });
                        return (StatusCode::UNAUTHORIZED, body);
                    }
                    SignIn::WithoutRoles => "e30",
                    // {"roles":["First","Second"]}
                    SignIn::WithRoles => "eyJyb2xlcyI6WyJGaXJzdCIsIlNlY29uZCJdfQ",
                };
                let token = format!("e30.{claims}.x");
                (StatusCode::OK, json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": token }))
            }
            "$batch" => {
                let items = body["requests"].as_array().unwrap();
                let found = *self.by_client_id.lock().unwrap();
                let answers = items.iter().map(|item| {
                    let path = item["url"].as_str().unwrap().split('?').next().unwrap();
                    let is_meant = path.starts_with("/applications(appId=") && path.ends_with(')');
                    match found.filter(|_| is_meant) {
                        Some(id) => json!({ "id": item["id"], "status": 200, "body": self.application(id) }),
                        None => {
                            json!({ "id": item["id"], "status": 404, "body": refused("Request_ResourceNotFound") })
                        }
                    }
                });
                (StatusCode::OK, json!({ "responses": answers.collect::<Vec<_>>() }))
            }
            "addPassword" => {
                if let Some(interrupted) = &*self.interrupted.lock().unwrap() {
                    interrupted.cancel();
                }
                let mut refusals = self.refusals.lock().unwrap();
                if !refusals.is_empty() {
                    let (status, code) = refusals.remove(0);
                    return (status, refused(code));
                }
                let mut made = body["passwordCredential"].clone();
                let mut keys = self.keys.lock().unwrap();
                made["keyId"] = json!(format!("made-{}", keys.len()));
                keys.push(made.clone());
                made["secretText"] = json!("never-to-be-seen");
                made["hint"] = json!("nev");
                (StatusCode::OK, made)
            }
            "removePassword" => {
                self.log.lock().unwrap().push(format!("removed {}", body["keyId"].as_str().unwrap()));
                self.keys.lock().unwrap().retain(|key| key["keyId"] != body["keyId"]);
                (StatusCode::NO_CONTENT, Value::Null)
            }
            APPLICATION => (StatusCode::OK, self.application(APPLICATION)),
            _ => (StatusCode::FORBIDDEN, refused("Authorization_RequestDenied")),
        }
    }

    /// The application as the next list shows it.
    fn application(&self, id: &str) -> Value {
        let late = self.lists.lock().unwrap().pop_front();
        let keys = late.unwrap_or_else(|| self.keys.lock().unwrap().clone());
        json!({
            "id": id, "appId": CLIENT, "displayName": "Sync", "passwordCredentials": keys,
            "createdDateTime": "2020-01-01T00:00:00Z",
        })
    }

    /// The keys that were removed, in order.
    pub(super) fn removed(&self) -> Vec<String> {
        let log = self.log.lock().unwrap();
        log.iter().filter_map(|line| line.strip_prefix("removed ")).map(str::to_owned).collect()
    }

    /// A connection to it.
    pub(super) async fn graph(&self) -> Graph {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let directory = self.clone();
        let router = Router::new().fallback(move |request: Request| {
            let directory = directory.clone();
            async move {
                let (head, body) = request.into_parts();
                let body = to_bytes(body, 1 << 20).await.unwrap();
                let body =
                    serde_json::from_slice(&body).unwrap_or_else(|_| String::from_utf8_lossy(&body).into());
                let (status, answer) =
                    directory.answer(&format!("{} {}", head.method, head.uri.path()), &body);
                (status, if answer.is_null() { String::new() } else { answer.to_string() })
            }
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        let arguments = Inputs {
            tenant_id: Some(TENANT.to_owned()),
            authority_host: Some(address.clone()),
            graph_endpoint: Some(address),
            client_id: Some("c".to_owned()),
            client_secret: Some("never-to-be-seen".into()),
            ..Inputs::default()
        };
        let choice = choose(&ResolvedInputs::resolve(arguments, &EnvMap::default()).unwrap()).unwrap();
        let options = Options { ca_bundle: None, env: EnvMap::default(), user_agent: "test".to_owned() };
        let http = HttpClient::new(options);
        let credentials = Credentials::new(choice, http.reqwest().unwrap(), Uuid::nil()).unwrap();
        Graph::new(&http, credentials, TenantId::parse(TENANT).unwrap())
    }
}

pub(super) fn call(time: Duration) -> Call {
    Call::new(time, CancellationToken::new(), Uuid::nil())
}

pub(super) fn patient() -> Call {
    call(Duration::from_secs(30))
}

pub(super) fn managed(lifetime: &str) -> ManagedClientSecret {
    ManagedClientSecret {
        application_id: format!("/applications/{APPLICATION}").as_str().into(),
        description: "Sync".into(),
        lifetime: lifetime.into(),
        ..ManagedClientSecret::default()
    }
}

/// A key that was made in this apply, and of which a list showed nothing before.
pub(super) fn minted(key_id: &str, end: Timestamp) -> Minted {
    Minted {
        key_id: key_id.to_owned(),
        hint: String::new(),
        start: None,
        end,
        earlier: BTreeSet::new(),
        secret: "never-to-be-seen".into(),
    }
}

/// The keys as the resource sees them that marks its own as `OWN`.
pub(super) fn keys(graph: &Graph) -> Keys<'_> {
    Keys::new(graph, &managed("720h"), "contoso.com", Some(OWN)).unwrap_or_else(|_| panic!("keys"))
}

pub(super) fn set(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

/// What came of it, or a panic.
pub(super) fn done<T>(outcome: Result<T, Failure>) -> T {
    outcome.unwrap_or_else(|failure| panic!("{failure:?}"))
}

/// Does it while time passes with the turns of the runtime: hours in a second, and yet no deadline overtakes an answer, since
/// whoever answers gets the same turns.
pub(super) fn quickly<T>(work: impl Future<Output = T>) -> impl Future<Output = T> {
    let work = Box::pin(work);
    async move {
        let passing = async {
            loop {
                tokio::time::advance(Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            done = work => done,
            () = passing => unreachable!("time never ends"),
        }
    }
}
