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
use crate::clock::Clock;
use crate::env::EnvMap;
use crate::essentials::Account;
use crate::http::{HttpClient, Options};
use crate::sync_report as report;
use crate::sync_report::{
    AccountFacts, AccountType, DeletedItem, Directory, DirectoryObject, Estimate, Input, UserFacts,
};

type Log = Arc<Mutex<Vec<(String, Value)>>>;

/// Answers as the users API does; addresses with `bad` in them are refused, those with `locked` are forbidden.
async fn answer(log: Log, request: Request) -> impl IntoResponse + use<> {
    let (head, body) = request.into_parts();
    let path = head.uri.path().replace("%40", "@");
    if path.contains("/endpoints/") {
        return (StatusCode::OK, "[\"http://unused.example\"]".to_owned());
    }
    let body: Bytes = to_bytes(body, 1 << 20).await.unwrap();
    let body: Value = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
    let (_, last) = path.rsplit_once('/').unwrap();
    log.lock().unwrap().push((format!("{} {last}", head.method), body.clone()));
    match head.method.as_str() {
        "POST" => {
            let bad = |user: &&Value| user["primary_email"].as_str().unwrap().contains("bad");
            let users = body.as_array().unwrap();
            let made: Vec<_> = users.iter().filter(|user| !bad(user)).collect();
            let errors: Vec<_> = users
                .iter()
                .filter(bad)
                .map(|user| json!({"status": 409, "error_message": "exists", "identifier": user["primary_email"]}))
                .collect();
            (StatusCode::MULTI_STATUS, json!({"users": made, "errors": errors}).to_string())
        }
        _ if last.contains("bad") => (StatusCode::UNPROCESSABLE_ENTITY, "no".to_owned()),
        _ if last.contains("locked") => (StatusCode::FORBIDDEN, "no".to_owned()),
        _ => (StatusCode::NO_CONTENT, String::new()),
    }
}

async fn organization(log: Log) -> Organization {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let entry = format!("http://{}/", listener.local_addr().unwrap());
    let router = Router::new().fallback(move |request| answer(Arc::clone(&log), request));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let http =
        HttpClient::new(Options { ca_bundle: None, env: EnvMap::default(), user_agent: "test".to_owned() });
    let account = Account::new(
        http,
        Clock::default(),
        entry.parse().unwrap(),
        "admin@contoso.com".to_owned(),
        "password".into(),
    );
    account.organization_on("contoso.com", &entry).unwrap()
}

fn call() -> Call {
    Call::new(Duration::from_secs(20), CancellationToken::new(), Uuid::nil())
}

/// New users, accounts whose name differs, and accounts whose user was deleted.
fn changes(added: &[&str], updated: &[&str], deleted: &[&str]) -> Vec<Change> {
    let user = |(number, address): (u128, &&str)| {
        let facts = UserFacts {
            mail: Some(address),
            user_principal_name: address,
            given_name: Some("New"),
            enabled: true,
            exchange_licence: true,
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
    let items = deleted.iter().map(|address| DeletedItem::user(Some(address), "")).collect();
    let mut input = Input {
        directory: Directory::new(objects, items, ["contoso.com"]),
        organization: report::Organization::new(
            updated.iter().chain(deleted).map(account).collect(),
            ["contoso.com"],
            None,
        ),
        ..Input::default()
    };
    input.settings.users.remove_deleted = true;
    Estimate::of(&input).changes().collect()
}

#[tokio::test]
async fn deletions_go_first_and_additions_go_together() {
    let log = Log::default();
    let organization = organization(Arc::clone(&log)).await;
    let changes =
        changes(&["ann@contoso.com", "bea@contoso.com"], &["Upd@contoso.com"], &["gone@contoso.com"]);
    let outcome = enact(&call(), &organization, &changes, false).await;
    assert_eq!((outcome.made, outcome.left.len()), (4, 0));
    let log = log.lock().unwrap();
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
    let organization = organization(Log::default()).await;
    let changes = changes(
        &["ann@contoso.com", "bad.add@contoso.com"],
        &["bad.update@contoso.com", "upd@contoso.com"],
        &[],
    );
    let outcome = enact(&call(), &organization, &changes, false).await;
    assert_eq!(outcome.made, 2);
    assert!(outcome.stopped.is_none());
    assert_eq!(outcome.left["bad.add@contoso.com"], "add: exists");
    assert!(
        outcome.left["bad.update@contoso.com"]
            .starts_with("update: Proofpoint Essentials answered with status 422")
    );
}

#[tokio::test]
async fn an_account_that_may_not_write_stops_the_run() {
    let log = Log::default();
    let organization = organization(Arc::clone(&log)).await;
    let outcome =
        enact(&call(), &organization, &changes(&["ann@contoso.com"], &["locked@contoso.com"], &[]), false)
            .await;
    assert_eq!(outcome.made, 0);
    assert!(matches!(outcome.stopped, Some(Stop::Failed(_))));
    assert_eq!(outcome.left["ann@contoso.com"], "add: not attempted");
    assert_eq!(log.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn an_interrupted_run_writes_nothing_more() {
    let log = Log::default();
    let organization = organization(Arc::clone(&log)).await;
    let call = call();
    call.cancel.cancel();
    let outcome =
        enact(&call, &organization, &changes(&["ann@contoso.com"], &[], &["gone@contoso.com"]), false).await;
    assert!(matches!(outcome.stopped, Some(Stop::Cancelled)));
    assert_eq!((outcome.made, outcome.left.len(), log.lock().unwrap().len()), (0, 2, 0));
}
