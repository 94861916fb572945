//! Enacting against a small users API in this process.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::*;
use clients::clock::Clock;
use clients::env::EnvMap;
use clients::essentials::Essentials;
use clients::http::{HttpClient, Options};
use sync_report as report;
use sync_report::{
    AccountFacts, AccountType, DeletedItem, Directory, DirectoryObject, Estimate, Input, Licence, Reach,
    UserFacts,
};

/// A small users API: addresses with `bad` in them are refused, those with `curt` without a reason, those with `locked` are
/// forbidden, those with `silent` are never answered, and of new ones with `lost` nothing is said. The user interrupts while one
/// with `interrupt` is on its way.
#[derive(Clone, Default)]
struct Service {
    log: Arc<Mutex<Vec<(String, Value)>>>,
    interrupt: CancellationToken,
}

impl Service {
    fn call(&self) -> Call {
        Call::new(Duration::from_secs(600), self.interrupt.clone(), Uuid::nil())
    }

    /// The writes that arrived, each with its body.
    fn log(&self) -> Vec<(String, Value)> {
        self.log.lock().unwrap().clone()
    }

    async fn enact(&self, changes: &[Change]) -> Outcome {
        enact(&self.call(), &organization(self).await, changes, false, &|_, _| {}).await
    }
}

async fn answer(service: Service, request: Request) -> impl IntoResponse + use<> {
    let (head, body) = request.into_parts();
    let path = head.uri.path().replace("%40", "@");
    if path.contains("/endpoints/") {
        return (StatusCode::OK, "[\"http://unused.example\"]".to_owned());
    }
    let body: Bytes = to_bytes(body, 1 << 20).await.unwrap();
    let body: Value = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
    let (_, last) = path.rsplit_once('/').unwrap();
    service.log.lock().unwrap().push((format!("{} {last}", head.method), body.clone()));
    if head.method == "GET" {
        service.log.lock().unwrap().pop();
    }
    let concerns = |word: &str| last.contains(word) || body.to_string().contains(word);
    if concerns("interrupt") {
        service.interrupt.cancel();
    }
    if concerns("silent@") {
        std::future::pending::<()>().await;
    }
    match head.method.as_str() {
        // Those with `stuck` stay what they are.
        "GET" => {
            let kind = if last.contains("stuck") { "silent_user" } else { "functional_account" };
            (StatusCode::OK, json!({ "primary_email": last, "type": kind }).to_string())
        }
        "POST" => {
            let is = |user: &Value, word: &str| user["primary_email"].as_str().unwrap().contains(word);
            let users = body.as_array().unwrap();
            let made = |user: &&Value| !["bad", "curt", "lost"].iter().any(|word| is(user, word));
            let made: Vec<_> = users.iter().filter(made).collect();
            let errors = [("bad", "exists"), ("curt", "")].map(|(word, reason)| {
                let users = users.iter().filter(move |user| is(user, word));
                users.map(move |user| {
                    json!({"status": 409, "error_message": reason, "identifier": user["primary_email"]})
                })
            });
            let errors: Vec<_> = errors.into_iter().flatten().collect();
            (StatusCode::MULTI_STATUS, json!({"users": made, "errors": errors}).to_string())
        }
        _ if last.contains("bad") => (StatusCode::UNPROCESSABLE_ENTITY, "no".to_owned()),
        _ if last.contains("locked") => (StatusCode::FORBIDDEN, "no".to_owned()),
        _ => (StatusCode::NO_CONTENT, String::new()),
    }
}

async fn organization(service: &Service) -> Organization {
    let service = service.clone();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let entry = format!("http://{}/", listener.local_addr().unwrap());
    let router = Router::new().fallback(move |request| answer(service.clone(), request));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let http =
        HttpClient::new(Options { ca_bundle: None, env: EnvMap::default(), user_agent: "test".to_owned() });
    let account = Essentials::new(
        http,
        Clock::default(),
        entry.parse().unwrap(),
        "admin@contoso.com".to_owned(),
        "password".into(),
    );
    account.organization_on("contoso.com", &entry).unwrap()
}

/// New users, accounts whose name differs, and accounts whose user was deleted.
fn changes(added: &[&str], updated: &[&str], deleted: &[&str]) -> Vec<Change> {
    let user = |(number, address): (u128, &&str)| {
        let facts = UserFacts {
            mail: Some(address),
            user_principal_name: address,
            given_name: Some("New"),
            enabled: true,
            licence: Licence::Active,
            ..UserFacts::default()
        };
        DirectoryObject::user(Uuid::from_u128(number), &facts, [])
    };
    let account = |address: &&str| {
        let facts = AccountFacts {
            primary_email: address,
            account_type: AccountType::SilentUser,
            active: true,
            billable: true,
            first_name: "Old",
            surname: "",
        };
        report::Account::new(&facts, [])
    };
    let objects = (1u128..).zip(added.iter().chain(updated)).map(user).collect();
    let items = deleted.iter().map(|address| DeletedItem::user(Some(address), "", None)).collect();
    let mut input = Input {
        directory: Directory::new(objects, items, ["contoso.com"]),
        roster: report::Roster::new(
            updated.iter().chain(deleted).map(account).collect(),
            ["contoso.com"],
            None,
        ),
        ..Input::default()
    };
    input.switches.users.remove_deleted = true;
    Estimate::of(&input).changes(Reach::Everything).collect()
}

/// The account of somebody who was blocked and becomes a functional account.
fn conversion(address: &str) -> Change {
    let mut change = changes(&[], &[address], &[]).remove(0);
    change.verb = Verb::Convert;
    change.fields.account_type = Some(AccountType::FunctionalAccount);
    change
}

/// Ten addresses in order, of which this one is the first.
const fn ten(first: &str) -> [&str; 10] {
    [
        first,
        "b@contoso.com",
        "c@contoso.com",
        "d@contoso.com",
        "e@contoso.com",
        "f@contoso.com",
        "g@contoso.com",
        "h@contoso.com",
        "i@contoso.com",
        "j@contoso.com",
    ]
}

#[tokio::test]
async fn deletions_go_first_and_additions_go_together() {
    let service = Service::default();
    let changes =
        changes(&["ann@contoso.com", "bea@contoso.com"], &["Upd@contoso.com"], &["gone@contoso.com"]);
    let outcome = service.enact(&changes).await;
    assert_eq!((outcome.made, outcome.left.len()), (4, 0));
    let log = service.log();
    let requests: Vec<&str> = log.iter().map(|(request, _)| request.as_str()).collect();
    assert_eq!(requests, ["DELETE gone@contoso.com", "PUT Upd@contoso.com", "POST users"]);
    assert_eq!(
        log[1].1,
        json!({"primary_email": "Upd@contoso.com", "type": "silent_user", "firstname": "New"})
    );
    assert_eq!(
        log[2].1[0],
        json!({
            "primary_email": "ann@contoso.com", "type": "end_user", "firstname": "New", "surname": "",
            "alias_emails": [], "is_active": true, "send_welcome_email": false,
        })
    );
}

#[tokio::test]
async fn a_refused_row_is_left_and_the_rest_is_done() {
    let changes = changes(
        &["ann@contoso.com", "bad.add@contoso.com"],
        &["bad.update@contoso.com", "upd@contoso.com"],
        &[],
    );
    let outcome = Service::default().enact(&changes).await;
    assert_eq!(outcome.made, 2);
    assert!(outcome.stopped.is_none());
    assert_eq!(outcome.left["bad.add@contoso.com"], "add: exists");
    assert!(
        outcome.left["bad.update@contoso.com"]
            .starts_with("update: Proofpoint Essentials answered with status 422")
    );
}

#[tokio::test]
async fn a_new_account_counts_as_made_only_when_the_answer_says_so() {
    let added = ["ann@contoso.com", "curt@contoso.com", "lost@contoso.com"];
    let outcome = Service::default().enact(&changes(&added, &[], &[])).await;
    assert_eq!(outcome.made, 1);
    assert!(outcome.stopped.is_none());
    let left = [
        ("curt@contoso.com", "add: refused"),
        ("lost@contoso.com", "add: the answer does not say what became of it"),
    ];
    assert_eq!(outcome.left, left.map(|(address, reason)| (address.to_owned(), reason.to_owned())).into());
}

#[tokio::test]
async fn progress_counts_what_was_made_and_what_was_not() {
    let service = Service::default();
    let changes = changes(
        &["ann@contoso.com", "bad.add@contoso.com"],
        &["bad.update@contoso.com"],
        &["gone@contoso.com"],
    );
    let told = Mutex::new(Vec::new());
    let progress = |settled: usize, of: usize| told.lock().unwrap().push((settled, of));
    enact(&service.call(), &organization(&service).await, &changes, false, &progress).await;
    assert_eq!(*told.lock().unwrap(), [(1, 4), (2, 4), (4, 4)]);
}

#[tokio::test]
async fn a_change_of_type_that_has_no_effect_or_is_refused_stays_in_what_is_left() {
    let service = Service::default();
    let converted = ["a@contoso.com", "bad@contoso.com", "stuck@contoso.com"].map(conversion);
    let outcome = service.enact(&converted).await;
    assert_eq!(outcome.made, 1);
    assert_eq!(
        outcome.left["stuck@contoso.com"],
        "convert: Proofpoint accepted the change, and the account is of its old type"
    );
    assert!(outcome.left["bad@contoso.com"].starts_with("convert: "), "{outcome:?}");
    let log = service.log();
    assert!(log.iter().all(|(request, _)| request.starts_with("PUT ")), "nothing is made again: {log:?}");
    assert_eq!(log[0].1["type"], "functional_account");
}

#[tokio::test]
async fn an_account_that_may_not_write_stops_the_run_at_once() {
    let service = Service::default();
    let updated = ten("a.locked@contoso.com");
    let outcome = service.enact(&changes(&["ann@contoso.com"], &updated, &[])).await;
    assert!(matches!(outcome.stopped, Some(Stop::Failed(_))), "{outcome:?}");
    assert_eq!(service.log().len(), AT_A_TIME, "what was under way already, and nothing more");
    assert_eq!(outcome.made + outcome.left.len(), 11);
    assert!(outcome.left["a.locked@contoso.com"].contains("read-only"), "{outcome:?}");
    assert_eq!(outcome.left["j@contoso.com"], "update: not attempted");
    assert_eq!(outcome.left["ann@contoso.com"], "add: not attempted");
}

#[tokio::test]
async fn an_interrupted_run_writes_nothing_more() {
    let service = Service::default();
    service.interrupt.cancel();
    let outcome = service.enact(&changes(&["ann@contoso.com"], &[], &["gone@contoso.com"])).await;
    assert!(matches!(outcome.stopped, Some(Stop::Cancelled)));
    assert_eq!((outcome.made, outcome.left.len(), service.log().len()), (0, 2, 0));
}

#[tokio::test]
async fn a_batch_that_is_under_way_when_the_user_interrupts_is_finished_and_no_other_is_begun() {
    let service = Service::default();
    let mut added: Vec<String> = (0..=BATCH).map(|number| format!("p{number:02}@contoso.com")).collect();
    added[0] = "a.interrupt@contoso.com".to_owned();
    let added: Vec<&str> = added.iter().map(String::as_str).collect();
    let outcome = service.enact(&changes(&added, &[], &[])).await;
    assert!(matches!(outcome.stopped, Some(Stop::Cancelled)), "{outcome:?}");
    assert_eq!((outcome.made, service.log().len()), (BATCH, 1));
    assert_eq!(outcome.left, [("p50@contoso.com".to_owned(), "add: not attempted".to_owned())].into());
}

#[tokio::test]
async fn deletions_that_are_under_way_when_the_user_interrupts_are_finished_and_no_other_is_begun() {
    let service = Service::default();
    let outcome = service.enact(&changes(&[], &[], &ten("a.interrupt@contoso.com"))).await;
    assert!(matches!(outcome.stopped, Some(Stop::Cancelled)), "{outcome:?}");
    assert_eq!((outcome.made, outcome.left.len(), service.log().len()), (AT_A_TIME, 6, AT_A_TIME));
    assert!(outcome.left.values().all(|reason| reason == "delete: not attempted"), "{outcome:?}");
}

#[tokio::test]
async fn what_is_under_way_when_the_user_interrupts_is_not_waited_for_without_end() {
    let service = Service::default();
    let changes = changes(&["interrupt.silent@contoso.com"], &[], &[]);
    let (outcome, ()) = tokio::join!(service.enact(&changes), async {
        service.interrupt.cancelled().await;
        tokio::time::pause();
    });
    assert!(matches!(outcome.stopped, Some(Stop::Cancelled)), "{outcome:?}");
    let reason = &outcome.left["interrupt.silent@contoso.com"];
    assert!(reason.starts_with("add: the operation was interrupted"), "{reason}");
}
