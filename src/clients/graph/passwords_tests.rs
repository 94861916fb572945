//! Client secrets: made once, orphans removed, removed keys.

use secrecy::ExposeSecret as _;
use serde_json::json;

use super::super::testing::{Fake, Reply, Seen, call};
use super::*;
use crate::graph::Graph;

fn minted(key: &str) -> Reply {
    Reply::ok(json!({"keyId": key, "secretText": "abc8Q~the-secret", "hint": "abc",
                     "startDateTime": "2026-01-01T00:00:00.1234567Z", "endDateTime": "2028-01-01T00:00:00Z"}))
}

async fn mint(graph: &Graph) -> Result<MintedPassword, Error> {
    let new =
        NewPassword { display_name: "terraform proofpoint-sync:x:nonce".to_owned(), end_date_time: None };
    graph.applications().add_password(&call(), "app", &new).await
}

#[tokio::test]
async fn a_secret_is_minted_once_and_does_not_show_in_debug() {
    let (fake, graph) = Fake::serving(|_, _| minted("k1")).await;
    let made = mint(&graph).await.expect("a secret");
    assert_eq!(made.secret.expose_secret(), "abc8Q~the-secret");
    assert!(!format!("{made:?}").contains("the-secret"));
    let seen = fake.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].body["passwordCredential"]["displayName"], json!("terraform proofpoint-sync:x:nonce"));
}

fn keys(seen: &Seen, names: &[&str]) -> Option<Reply> {
    let keys: Vec<_> =
        names.iter().map(|name| json!({"keyId": format!("key of {name}"), "displayName": name})).collect();
    seen.target
        .starts_with("GET /applications/app?")
        .then(|| Reply::ok(json!({"id": "app", "passwordCredentials": keys})))
}

#[tokio::test]
async fn a_lost_answer_is_never_repeated_blindly() {
    let (fake, graph) = Fake::serving(|seen, _| {
        keys(seen, &["someone else's"]).unwrap_or_else(|| Reply::error(500, "UnknownError", ""))
    })
    .await;
    let error = mint(&graph).await.expect_err("unknown");
    assert!(error.outcome_is_unknown(), "{error}");
    assert_eq!(fake.count("POST /applications/app/addPassword"), 1);
    assert_eq!(fake.count("POST /applications/app/removePassword"), 0);
}

#[tokio::test]
async fn the_orphan_of_a_lost_answer_is_removed_before_another_is_made() {
    let (fake, graph) = Fake::serving(|seen, before| {
        if let Some(reply) = keys(seen, &["someone else's", "terraform proofpoint-sync:x:nonce"]) {
            return reply;
        }
        match (seen.target.as_str(), before) {
            ("POST /applications/app/addPassword", 0) => Reply::error(504, "UnknownError", "late"),
            ("POST /applications/app/addPassword", _) => minted("k2"),
            _ => Reply::new(204, serde_json::Value::Null),
        }
    })
    .await;
    assert_eq!(mint(&graph).await.expect("a secret").key_id, "k2");
    let removed: Vec<_> = fake
        .seen()
        .iter()
        .filter(|seen| seen.target.contains("removePassword"))
        .map(|seen| seen.body["keyId"].clone())
        .collect();
    assert_eq!(removed, [json!("key of terraform proofpoint-sync:x:nonce")]);
}

#[tokio::test]
async fn a_concurrent_write_is_waited_out() {
    let (fake, graph) = Fake::serving(|_, before| match before {
        0 => Reply::error(409, "Directory_ConcurrencyViolation", "Please wait briefly and retry."),
        _ => minted("k"),
    })
    .await;
    assert!(mint(&graph).await.is_ok());
    assert_eq!(fake.seen().len(), 2);
}

#[tokio::test]
async fn a_key_that_is_gone_is_removed_already() {
    let (fake, graph) = Fake::serving(|_, _| {
        Reply::error(400, "Request_BadRequest", "No password credential found with keyId 'k'.")
    })
    .await;
    assert!(!graph.applications().remove_password(&call(), "app", "k").await.expect("removed"));
    assert_eq!(fake.seen().len(), 1);
}

#[tokio::test]
async fn a_key_that_was_just_made_is_waited_for_before_it_counts_as_gone() {
    let (fake, graph) = Fake::serving(|seen, before| match (seen.target.contains("add"), before) {
        (true, _) => minted("k"),
        (false, 0) => Reply::error(400, "Request_BadRequest", "No password credential found with keyId 'k'."),
        (false, _) => Reply::new(204, serde_json::Value::Null),
    })
    .await;
    mint(&graph).await.expect("a secret");
    assert!(graph.applications().remove_password(&call(), "app", "k").await.expect("removed"));
    assert_eq!(fake.count("POST /applications/app/removePassword"), 2);
}

#[tokio::test]
async fn a_policy_that_forbids_secrets_is_told_apart() {
    let (_, graph) =
        Fake::serving(|_, _| Reply::error(400, "CredentialTypeNotAllowedAsPerAppPolicy", "Not allowed."))
            .await;
    let error = mint(&graph).await.expect_err("refused").to_string();
    assert!(error.contains("policy of the tenant forbids client secrets"), "{error}");
}
