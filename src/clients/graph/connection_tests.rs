//! Signing, renewed tokens, and what refusals become.

use std::time::Duration;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::super::testing::{Fake, Reply, batch, call};
use crate::graph::ErrorKind;
use crate::http::Call;

fn organization() -> Value {
    json!({"value": [{"id": "t", "displayName": "Contoso", "verifiedDomains": [
        {"name": "contoso.com", "isDefault": true}, {"name": "contoso.onmicrosoft.com", "isInitial": true}]}]})
}

#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    let (fake, graph) = Fake::serving(|_, before| match before {
        0 => Reply::error(401, "InvalidAuthenticationToken", "Access token has expired."),
        _ => Reply::ok(organization()),
    })
    .await;
    let tenant = graph.tenant_details(&call()).await.expect("the tenant");
    assert_eq!(
        (tenant.initial_domain(), tenant.default_domain()),
        (Some("contoso.onmicrosoft.com"), Some("contoso.com"))
    );
    let seen = fake.seen();
    assert_eq!((fake.tokens(), seen.len()), (2, 2));
    assert_ne!(seen[0].token, seen[1].token);
    assert_eq!(seen[0].run, Uuid::nil().to_string());
}

#[tokio::test]
async fn a_token_that_stays_refused_is_an_error_after_two_requests() {
    let (fake, graph) = Fake::serving(|_, _| Reply::error(401, "InvalidAuthenticationToken", "No.")).await;
    let error = graph.tenant_details(&call()).await.expect_err("refused");
    assert!(
        matches!(error.kind(), ErrorKind::Refused(_)) && error.to_string().contains("the-request"),
        "{error}"
    );
    assert_eq!(fake.seen().len(), 2);
}

#[tokio::test]
async fn a_missing_permission_shows_what_is_needed_and_what_is_held() {
    let (_, graph) = Fake::serving(|_, _| Reply::error(403, "Authorization_RequestDenied", "No.")).await;
    let text = graph.domains().list(&call()).await.expect_err("refused").to_string();
    assert!(text.contains("`Domain.Read.All`") && text.contains("`User.Read.All`"), "{text}");
}

#[tokio::test]
async fn a_refusal_names_the_run_as_it_was_sent() {
    let (fake, graph) = Fake::serving(|seen, _| match seen.target.as_str() {
        "POST /$batch" => {
            batch(seen, |_| (400, json!({"error": {"code": "Request_BadRequest", "message": "No."}})))
        }
        _ => Reply::error(400, "Request_BadRequest", "No."),
    })
    .await;
    let call = Call::new(Duration::from_secs(30), CancellationToken::new(), Uuid::from_u128(7));
    let alone = graph.domains().list(&call).await.expect_err("refused").to_string();
    let in_a_batch = graph.snapshot(&call, "c").await.expect_err("refused").to_string();
    let sent: Vec<String> = fake.seen().into_iter().map(|seen| seen.run).collect();
    assert_eq!(sent, [Uuid::from_u128(7).to_string(), Uuid::from_u128(7).to_string()]);
    for text in [alone, in_a_batch] {
        assert!(text.contains(&format!("client request id {}", sent[0])), "{text}");
    }
}

#[tokio::test]
async fn what_a_foreign_server_calls_a_refusal_is_cleaned_and_cut() {
    fn dirty(name: &str) -> String {
        format!("{name}\u{1b}[2J\u{202e}\u{200b}{}", "x".repeat(5000))
    }
    let refusal = json!({"error": {
        "code": dirty("code"), "message": dirty("message"), "innerError": {"request-id": dirty("id")},
    }});
    let (_, graph) = Fake::serving(move |seen, _| match seen.target.as_str() {
        "POST /$batch" => batch(seen, |_| (400, refusal.clone())),
        target if target.starts_with("GET /organization") => {
            Reply(400, vec![("request-id", "y".repeat(5000))], refusal.clone())
        }
        _ => Reply::new(400, refusal.clone()),
    })
    .await;
    let in_a_batch = graph.snapshot(&call(), "c").await.expect_err("refused").to_string();
    let alone = graph.tenant_details(&call()).await.expect_err("refused").to_string();
    assert!(in_a_batch.contains("`code [2Jxx") && in_a_batch.contains("request id id [2Jxx"), "{in_a_batch}");
    assert!(alone.contains("request id yyy"), "{alone}");
    for text in [in_a_batch, alone] {
        let obeyed = |letter: char| letter.is_control() && letter != '\n';
        assert!(
            !text.contains(obeyed) && !text.contains(['\u{202e}', '\u{200b}']),
            "{}",
            text.escape_debug()
        );
        assert!(text.len() < 1500, "{} bytes: {text}", text.len());
    }
}

#[tokio::test]
async fn a_proxys_page_is_called_by_its_name() {
    let (_, graph) =
        Fake::serving(|_, _| Reply::new(200, Value::String("<html>Sign in</html>".to_owned()))).await;
    let text = graph.domains().list(&call()).await.expect_err("no Graph").to_string();
    assert!(text.contains("an HTML page"), "{text}");
}

#[test]
fn every_verb_can_move_between_threads() {
    fn movable<T: Send>(_: impl FnOnce() -> T) {}
    let lazily = |graph: &'static crate::graph::Graph, call: &'static Call| {
        let (applications, scopes) = (graph.applications(), &*Box::leak(Box::default()));
        movable(move || graph.snapshot(call, "c"));
        movable(move || async move { graph.users().for_each(call, |_| {}).await });
        movable(move || async move { graph.grants().grant_delegated(call, "a", "b", scopes).await });
        movable(move || async move { graph.permissions().graph_principal(call).await });
        movable(move || async move { applications.delete(call, "a").await });
    };
    // Only its types matter: it is never called.
    let _ = lazily;
}
