//! Keys in a small directory in this process, which holds one application.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::StatusCode;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::*;
use clients::auth::{Credentials, Inputs, ResolvedInputs, TenantId, choose};
use clients::env::EnvMap;
use clients::http::{HttpClient, Options};

const TENANT: &str = "11111111-1111-1111-1111-111111111111";
const APPLICATION: &str = "22222222-2222-2222-2222-222222222222";
const CLIENT: &str = "33333333-3333-3333-3333-333333333333";
const OWN: &str = "aaaaaaaa";
const OWN_MARK: &str = "Sync proofpoint-sync:contoso.com:aaaaaaaa00000000";
const ANOTHERS_MARK: &str = "Sync proofpoint-sync:contoso.com:bbbbbbbb00000000";

/// The application's keys, and what was asked.
#[derive(Clone, Default)]
struct Directory {
    keys: Arc<Mutex<Vec<Value>>>,
    log: Arc<Mutex<Vec<String>>>,
    /// The code with which each wish for a key is refused, until they are used up.
    refusals: Arc<Mutex<Vec<&'static str>>>,
}

impl Directory {
    /// With keys of these ids and descriptions.
    fn holding(keys: &[(&str, &str)]) -> Self {
        let directory = Self::default();
        let key = |(id, name): &(&str, &str)| json!({ "keyId": id, "displayName": name });
        *directory.keys.lock().unwrap() = keys.iter().map(key).collect();
        directory
    }

    /// How many requests there were whose method and path end so.
    fn count(&self, request: &str) -> usize {
        self.log.lock().unwrap().iter().filter(|asked| asked.ends_with(request)).count()
    }

    fn answer(&self, request: &str, body: &Value) -> (StatusCode, Value) {
        self.log.lock().unwrap().push(request.to_owned());
        let refused = |code: &str| json!({ "error": { "code": code, "message": "Refused." } });
        let (_, last) = request.rsplit_once('/').unwrap();
        match last {
            "token" => (
                StatusCode::OK,
                json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": "e30.e30.x" }),
            ),
            "$batch" => {
                let items = body["requests"].as_array().unwrap();
                let answers = items.iter().map(
                    |item| json!({ "id": item["id"], "status": 404, "body": refused("Request_ResourceNotFound") }),
                );
                (StatusCode::OK, json!({ "responses": answers.collect::<Vec<_>>() }))
            }
            "addPassword" => {
                let mut refusals = self.refusals.lock().unwrap();
                if !refusals.is_empty() {
                    return (StatusCode::BAD_REQUEST, refused(refusals.remove(0)));
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
            APPLICATION => {
                let keys = self.keys.lock().unwrap().clone();
                let application = json!({
                    "id": APPLICATION, "appId": CLIENT, "displayName": "Sync", "passwordCredentials": keys,
                    "createdDateTime": "2020-01-01T00:00:00Z",
                });
                (StatusCode::OK, application)
            }
            _ => (StatusCode::FORBIDDEN, refused("Authorization_RequestDenied")),
        }
    }

    /// The keys that were removed, in order.
    fn removed(&self) -> Vec<String> {
        let log = self.log.lock().unwrap();
        log.iter().filter_map(|line| line.strip_prefix("removed ")).map(str::to_owned).collect()
    }

    /// A connection to it.
    async fn graph(&self) -> Graph {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let directory = self.clone();
        let router = Router::new().fallback(move |request: Request| {
            let directory = directory.clone();
            async move {
                let (head, body) = request.into_parts();
                let body = to_bytes(body, 1 << 20).await.unwrap();
                let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
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

fn call(time: Duration) -> Call {
    Call::new(time, CancellationToken::new(), Uuid::nil())
}

fn patient() -> Call {
    call(Duration::from_secs(30))
}

fn managed(lifetime: &str) -> ManagedClientSecret {
    ManagedClientSecret {
        application_id: format!("/applications/{APPLICATION}").as_str().into(),
        description: "Sync".into(),
        lifetime: lifetime.into(),
        ..ManagedClientSecret::default()
    }
}

/// The keys as the resource sees them that marks its own as `OWN`.
fn keys(graph: &Graph) -> Keys<'_> {
    Keys::new(graph, &managed("720h"), "contoso.com", Some(OWN)).unwrap_or_else(|_| panic!("keys"))
}

fn set(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

/// What came of it, or a panic.
fn done<T>(outcome: Result<T, Failure>) -> T {
    outcome.unwrap_or_else(|failure| panic!("{failure:?}"))
}

#[tokio::test]
async fn those_are_listed_that_bear_the_mark_or_are_known_and_were_not_removed() {
    let directory = Directory::holding(&[
        ("own", OWN_MARK),
        ("anothers", ANOTHERS_MARK),
        ("elsewhere", "Sync proofpoint-sync:fabrikam.com:aaaaaaaa00000000"),
        ("by-hand", "By hand"),
        ("renamed", "Renamed by hand"),
    ]);
    let graph = directory.graph().await;
    let listed = done(keys(&graph).list(&patient(), &set(&["renamed", "not there"])).await);
    let is_anothers: Vec<bool> = listed.iter().map(|key| keys(&graph).is_anothers(key)).collect();
    assert_eq!(ids(listed), ["own", "anothers", "renamed"]);
    assert_eq!(is_anothers, [false, true, false]);
    // A list may be late with what was removed.
    let late = LateKeys { removed: set(&["own"]), ..LateKeys::default() };
    let listed = done(keys(&graph).knowing(&late).list(&patient(), &set(&["own"])).await);
    assert_eq!(ids(listed), ["anothers"]);
}

#[tokio::test]
async fn a_key_is_there_or_not() {
    let graph = Directory::holding(&[("own", OWN_MARK)]).graph().await;
    assert!(keys(&graph).has(&patient(), "own").await);
    assert!(!keys(&graph).has(&patient(), "another").await);
}

#[tokio::test]
async fn a_successor_is_who_made_a_key_that_is_neither_known_nor_ones_own() {
    let directory = Directory::holding(&[("own", OWN_MARK), ("anothers", ANOTHERS_MARK)]);
    let graph = directory.graph().await;
    let has = async |known: &[&str], another: Option<&str>| {
        done(keys(&graph).have_a_successor(&patient(), &set(known), another).await)
    };
    assert!(has(&[], None).await);
    assert!(!has(&["anothers"], None).await);
    // One look is enough: nothing is waited for.
    assert_eq!(directory.count(APPLICATION), 2);
    // The key whose end is shown is there and known.
    directory.keys.lock().unwrap()[1]["endDateTime"] = json!("2027-05-01T10:20:30Z");
    assert!(!has(&["anothers"], Some("2027-05-01 10:20:30")).await);
    assert!(has(&[], Some("2027-06-01 10:20:30")).await);
    assert_eq!(directory.count(APPLICATION), 4);
}

#[tokio::test]
async fn a_refresh_looks_again_at_a_bad_sign_and_at_no_good_one() {
    for (listed, superseded, is_good) in [
        (vec!["own"], vec![], true),
        (vec!["own", "old"], vec!["old"], true),
        (vec!["own", "old"], vec![], false),
        (vec!["old"], vec!["old"], false),
        (vec![], vec![], false),
    ] {
        let held: Vec<_> = listed.iter().map(|id| (*id, OWN_MARK)).collect();
        let directory = Directory::holding(&held);
        let graph = directory.graph().await;
        let call = call(Duration::from_millis(1200));
        let seen = keys(&graph).look(&call, CLIENT, "own", &set(&superseded)).await.unwrap();
        assert_eq!(seen, listed);
        assert_eq!(directory.count(APPLICATION) == 1, is_good, "{listed:?} {superseded:?}");
    }
}

#[tokio::test]
async fn all_keys_go_that_bear_the_mark_and_those_that_are_known_come_last() {
    let directory = Directory::holding(&[("own", OWN_MARK), ("by-hand", "By hand"), ("old", OWN_MARK)]);
    let graph = directory.graph().await;
    done(keys(&graph).remove_all(&patient(), &set(&["old", "late"])).await);
    assert_eq!(directory.removed(), ["own", "old", "late"]);
}

#[tokio::test]
async fn a_new_key_names_its_owner_and_ends_a_little_early_at_a_second_of_its_own() {
    let directory = Directory::holding(&[("own", OWN_MARK)]);
    let graph = directory.graph().await;
    let now: Timestamp = "2026-11-29T00:00:00Z".parse().unwrap();
    let latest = now.as_second() + 3600;
    let mut ends = BTreeSet::new();
    for round in 0..6 {
        let minted = keys(&graph).mint(&patient(), &managed("1h"), now).await;
        let minted = minted.unwrap_or_else(|unmade| panic!("{:?}", unmade.problem));
        let end = minted.end.as_second();
        // A thousandth of its life, and a second for each that ends already.
        assert!((latest - 4 - round..=latest).contains(&end), "{} seconds early", latest - end);
        assert!(ends.insert(end), "two keys end at once");
        assert!(minted.earlier.contains("own"));
    }
    for key in &directory.keys.lock().unwrap()[1..] {
        let name = key["displayName"].as_str().unwrap();
        let nonce = name.strip_prefix("Sync proofpoint-sync:contoso.com:aaaaaaaa").unwrap();
        assert!(nonce.len() == DIGITS && nonce.bytes().all(|digit| digit.is_ascii_hexdigit()), "{name}");
    }
}

#[tokio::test]
async fn a_life_that_has_become_too_long_is_asked_for_anew_only_where_it_is_as_long_as_it_may_be() {
    const TOO_LONG: &str = "CredentialInvalidLifetimeAsPerAppPolicy";
    let now: Timestamp = "2026-11-29T00:00:00Z".parse().unwrap();
    for (lifetime, refusal, asked, is_made) in
        [("max", TOO_LONG, 2, true), ("720h", TOO_LONG, 1, false), ("max", "Request_BadRequest", 1, false)]
    {
        let directory = Directory::holding(&[]);
        directory.refusals.lock().unwrap().push(refusal);
        let graph = directory.graph().await;
        let outcome = keys(&graph).mint(&patient(), &managed(lifetime), now).await;
        assert_eq!(outcome.as_ref().is_ok(), is_made, "{lifetime} {refusal}");
        assert_eq!(directory.count("addPassword"), asked, "{lifetime} {refusal}");
        // A refusal says that nothing was made.
        assert!(outcome.err().is_none_or(|unmade| !unmade.is_lost), "{lifetime} {refusal}");
    }
}

#[test]
fn no_two_keys_of_an_application_end_in_the_same_second() {
    let wanted: Timestamp = "2028-11-24T00:00:00.9Z".parse().unwrap();
    let second = wanted.as_second();
    let others = BTreeSet::from([second, second - 1, second - 3]);
    assert_eq!(end_of_its_own(wanted, &others).as_second(), second - 2);
    assert_eq!(end_of_its_own(wanted, &BTreeSet::new()).to_string(), "2028-11-24T00:00:00Z");
}

#[test]
fn an_owner_is_drawn_anew_each_time_and_as_long_as_descriptions_name_it() {
    let (one, other) = (new_owner(), new_owner());
    assert_ne!(one, other);
    for owner in [one, other] {
        assert_eq!(owner.len(), DIGITS);
        assert!(owner.bytes().all(|digit| digit.is_ascii_hexdigit()), "{owner}");
    }
}
