//! What becomes of refusals, against a service in this process.

use super::*;
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::any;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::essentials::{Organization, Settings};
use crate::http::{self, Options};

/// Needs another spelling in JSON, where PHP escapes the slash too.
const PASSWORD: &str = r#"pass"word/hush"#;
const KEY: &str = r"Q~8/hush\key.é";

/// An organization whose service answers every request as `answer` says, given the request's headers and body.
async fn organization<F, A>(answer: F) -> Organization
where
    F: Fn(HeaderMap, String) -> A + Clone + Send + Sync + 'static,
    A: axum::response::IntoResponse + Send + 'static,
{
    let handler = move |headers: HeaderMap, body: Bytes| {
        let answer = answer(headers, String::from_utf8_lossy(&body).into_owned());
        async move { answer }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let address = format!("http://{}/", listener.local_addr().expect("address"));
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(any(handler))).await });
    let options =
        Options { ca_bundle: None, env: [("", ""); 0].into_iter().collect(), user_agent: "test".to_owned() };
    let entry = Url::parse(&address).expect("url");
    let username = "admin@contoso.com".to_owned();
    let account = Essentials::new(HttpClient::new(options), Clock::new(), entry, username, PASSWORD.into());
    account.organization_on("contoso.com", &address).expect("the configured stack")
}

/// Shorter than the first delay before a repeat, so that the first answer is the last.
fn call() -> Call {
    Call::new(Duration::from_millis(900), CancellationToken::new(), Uuid::nil())
}

fn settings() -> Settings {
    let answer = serde_json::json!({
        "primary_domain": "contoso.com", "application_id": "a", "disable_login": false,
        "default_user_role_name": "end_user", "sync_frequency": 1, "sync_active_users": true,
        "sync_distribution_groups": true, "sync_security_groups": false, "add_users": true, "update_users": true,
        "remove_deleted_users": false, "add_groups": true, "update_groups": true, "remove_deleted_groups": false,
    });
    let shown = super::super::settings::tests::from_answer(&answer).expect("an answer").expect("settings");
    shown.over(&super::super::settings::tests::known())
}

#[tokio::test]
async fn a_page_is_no_word_of_the_service_whatever_its_status() {
    for status in [200, 401, 403, 404, 407, 409, 502] {
        let organization = organization(move |_, _| {
            let status = StatusCode::from_u16(status).expect("status");
            (status, [("content-type", "text/html")], "<html>Sign in to the corporate proxy</html>")
        })
        .await;
        let call = call();
        let (read, written) = (
            organization.settings(&call).await,
            organization.put_settings(&call, &settings(), &KEY.into()).await,
        );
        let (deleted, users) =
            (organization.delete_settings(&call).await, organization.users(&call, Clone::clone).await);
        let errors = [read.err(), written.err(), deleted.err(), users.err()];
        for (index, error) in errors.into_iter().enumerate() {
            let error = error.unwrap_or_else(|| panic!("{status}, request {index}: taken for an answer"));
            let is_page = matches!(
                &error.kind,
                ErrorKind::Http(error) if matches!(error.kind(), http::ErrorKind::NotJson { html: true, .. })
            );
            assert!(is_page && error.to_string().contains("a proxy"), "{status}, request {index}: {error}");
        }
    }
}

#[tokio::test]
async fn a_refusal_without_json_keeps_the_meaning_of_its_status() {
    for (body, content_type) in [("", "text/html"), ("no domain or settings found", "text/plain")] {
        let answer = (StatusCode::NOT_FOUND, [("content-type", content_type)], body);
        let organization = organization(move |_, _| answer).await;
        assert_eq!(organization.settings(&call()).await.expect("an answer"), None, "{body}");
    }
}

#[tokio::test]
async fn secrets_that_a_refusal_repeats_are_not_shown() {
    let echoes: [fn(&str, &str) -> String; 4] = [
        |password, body| format!("denied\u{1b}[31m: {password}\r\n{body}"),
        |_, body| body.to_owned(),
        |password, body| serde_json::json!({ "password": password, "request": body }).to_string(),
        |password, body| {
            let text = serde_json::json!({ "errors": [{ "error_message": password, "identifier": body }] });
            text.to_string().replace('/', r"\/").replace('é', r"\u00e9")
        },
    ];
    for echo in echoes {
        let organization = organization(move |headers, body| {
            let password = headers["x-password"].to_str().expect("text").to_owned();
            (StatusCode::BAD_REQUEST, echo(&password, &body))
        })
        .await;
        let error = organization.put_settings(&call(), &settings(), &KEY.into()).await.expect_err("refused");
        let text = format!("{error}{error:?}");
        assert!(text.contains("contoso.com") && text.contains("(hidden)"), "{text}");
        assert!(!text.contains("hush") && !error.to_string().contains(['\u{1b}', '\r']), "{text}");
    }
}

#[tokio::test]
async fn an_account_that_does_not_fit_is_named_by_its_place_and_not_by_its_data() {
    let body = r#"{"users": [{"primary_email": "a@contoso.com", "type": "end_user"},
        {"primary_email": "hush@contoso.com", "type": "end_user", "is_active": "hush"}]}"#;
    let organization = organization(move |_, _| body).await;
    let text = organization.users(&call(), Clone::clone).await.expect_err("refused").to_string();
    assert!(text.contains("at `users[1].is_active`") && !text.contains("hush"), "{text}");
}

#[tokio::test]
async fn an_account_with_something_behind_it_is_no_account() {
    let body = r#"{"users": [{"primary_email": "a@contoso.com", "type": "end_user"} "hush"]}"#;
    let organization = organization(move |_, _| body).await;
    let text = organization.users(&call(), Clone::clone).await.expect_err("refused").to_string();
    assert!(text.contains("at `users[0]`: something follows the JSON") && !text.contains("hush"), "{text}");
}

#[tokio::test]
async fn an_exemption_that_cannot_be_read_is_named_by_its_place_and_not_by_its_data() {
    let organization = organization(move |_, _| r#"["a@contoso.com", {"mail": "hush"}]"#).await;
    let text = organization.exemptions(&call()).await.expect_err("refused").to_string();
    assert!(
        text.contains("exemptions[1]") && text.contains("names no exempt address") && !text.contains("hush"),
        "{text}"
    );
}
