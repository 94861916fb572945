//! Consent: foreign scopes are kept, duplicates are success, empty grants go away.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::super::testing::{Fake, Reply, call};
use super::*;
use crate::graph::Graph;

const CLIENT: &str = "b25985a8-9d2b-4fde-9fa7-6c4e43a8ddec";
const RESOURCE: &str = "a3efc889-f1b7-4532-9e01-91e32d1039f4";
const ID: &str = "qIVZsiud3k-fp2xOQ6jd7InI76O38TJFngGR4y0QOfQ";

/// A Graph that keeps one grant.
async fn keeping(scope: Option<&str>) -> (Fake, Graph, Arc<Mutex<Option<String>>>) {
    let kept = Arc::new(Mutex::new(scope.map(str::to_owned)));
    let store = kept.clone();
    let (fake, graph) = Fake::serving(move |seen, _| {
        let mut grant = store.lock().expect("grant");
        let new = seen.body["scope"].as_str().map(str::to_owned);
        match (seen.target.split(' ').next(), grant.clone()) {
            (Some("GET"), Some(scope)) => {
                Reply::ok(json!({"id": ID, "clientId": CLIENT, "consentType": "AllPrincipals",
                                                           "resourceId": RESOURCE, "scope": scope}))
            }
            (Some("POST"), Some(_)) => Reply::error(
                409,
                "Request_MultipleObjectsWithSameKeyValue",
                "Permission entry already exists.",
            ),
            (Some("POST" | "PATCH"), _) => {
                *grant = new;
                Reply::new(if seen.target.starts_with("POST") { 201 } else { 204 }, Value::Null)
            }
            (Some("DELETE"), Some(_)) => {
                *grant = None;
                Reply::new(204, Value::Null)
            }
            _ => Reply::error(404, "Request_ResourceNotFound", "none"),
        }
    })
    .await;
    (fake, graph, kept)
}

fn scopes(text: &str) -> BTreeSet<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_first_grant_is_made_and_read_back() {
    let (fake, graph, kept) = keeping(None).await;
    let given =
        graph.grants().grant_delegated(&call(), CLIENT, RESOURCE, &scopes("b a")).await.expect("granted");
    assert_eq!((given, kept.lock().expect("grant").clone()), (scopes("a b"), Some("a b".to_owned())));
    assert_eq!(fake.count("POST /oauth2PermissionGrants"), 1);
    assert!(fake.seen()[0].target.ends_with(ID), "{:?}", fake.seen()[0]);
}

#[tokio::test]
async fn foreign_scopes_are_kept_and_only_new_ones_are_reported() {
    let (_, graph, kept) = keeping(Some(" openid a a")).await;
    let given =
        graph.grants().grant_delegated(&call(), CLIENT, RESOURCE, &scopes("a b")).await.expect("granted");
    assert_eq!((given, kept.lock().expect("grant").clone()), (scopes("b"), Some("a b openid".to_owned())));
}

#[tokio::test]
async fn an_identical_grant_is_success_without_a_write() {
    let (fake, graph, _) = keeping(Some("b a")).await;
    let given =
        graph.grants().grant_delegated(&call(), CLIENT, RESOURCE, &scopes("a b")).await.expect("granted");
    assert_eq!((given.len(), fake.seen().len()), (0, 1));
}

#[tokio::test]
async fn revoking_takes_back_only_what_is_named() {
    let (_, graph, kept) = keeping(Some("a b openid")).await;
    let taken =
        graph.grants().revoke_delegated(&call(), CLIENT, RESOURCE, &scopes("a b c")).await.expect("revoked");
    assert_eq!((taken, kept.lock().expect("grant").clone()), (scopes("a b"), Some("openid".to_owned())));
    graph.grants().revoke_delegated(&call(), CLIENT, RESOURCE, &scopes("openid")).await.expect("revoked");
    assert_eq!(*kept.lock().expect("grant"), None);
    let nothing =
        graph.grants().revoke_delegated(&call(), CLIENT, RESOURCE, &scopes("a")).await.expect("nothing");
    assert!(nothing.is_empty());
}

#[tokio::test]
async fn scopes_beyond_what_graph_keeps_are_refused_before_a_write() {
    let (fake, graph, _) = keeping(None).await;
    let many = (0..1000).map(|number| format!("Scope.{number}")).collect();
    assert!(graph.grants().grant_delegated(&call(), CLIENT, RESOURCE, &many).await.is_err());
    assert_eq!(fake.count("POST"), 0);
}

#[tokio::test]
async fn an_application_permission_that_is_held_already_is_success() {
    let (fake, graph) = Fake::serving(|seen, before| match seen.target.split(' ').next() {
        // The second look shows it.
        Some("GET") if before >= 1 => Reply::ok(json!({"value": [
            {"id": "a", "appRoleId": "role", "principalId": CLIENT, "resourceId": RESOURCE}]})),
        Some("GET") => Reply::ok(json!({"value": []})),
        _ => {
            Reply::error(400, "Request_BadRequest", "Permission being assigned already exists on the object")
        }
    })
    .await;
    let given = graph.app_role_assignments().assign(&call(), CLIENT, RESOURCE, "role").await.expect("held");
    assert!(!given);
    assert_eq!(fake.count("POST"), 2);
}

#[tokio::test]
async fn an_assignment_that_this_process_took_back_is_given_again_although_it_is_shown_and_refused() {
    let (fake, graph) = Fake::serving(|seen, before| match seen.target.split(' ').next() {
        Some("GET") => Reply::ok(json!({"value": [
            {"id": "a", "appRoleId": "role", "principalId": CLIENT, "resourceId": RESOURCE}]})),
        Some("POST") if before >= 2 => Reply::new(201, Value::Null),
        Some("POST") => {
            Reply::error(400, "Request_BadRequest", "Permission being assigned already exists on the object")
        }
        _ => Reply::new(204, Value::Null),
    })
    .await;
    let assignments = graph.app_role_assignments();
    assert!(assignments.revoke(&call(), CLIENT, "a").await.expect("revoked"));
    assert!(assignments.assign(&call(), CLIENT, RESOURCE, "role").await.expect("given"));
    assert_eq!(fake.count("POST"), 3);
}

#[tokio::test]
async fn a_grant_that_this_process_took_back_is_given_again_although_it_is_shown_and_refused() {
    let (fake, graph) = Fake::serving(|seen, before| match seen.target.split(' ').next() {
        Some("GET") => Reply::ok(json!({"id": ID, "clientId": CLIENT, "consentType": "AllPrincipals",
                                        "resourceId": RESOURCE, "scope": "a b"})),
        Some("POST") if before >= 2 => Reply::new(201, Value::Null),
        Some("POST") => {
            Reply::error(409, "Request_MultipleObjectsWithSameKeyValue", "Permission entry already exists.")
        }
        _ => Reply::new(204, Value::Null),
    })
    .await;
    let grants = graph.grants();
    grants.revoke_delegated(&call(), CLIENT, RESOURCE, &scopes("a b")).await.expect("revoked");
    let given = grants.grant_delegated(&call(), CLIENT, RESOURCE, &scopes("a b")).await.expect("given");
    assert_eq!((given, fake.count("POST")), (scopes("a b"), 3));
}

#[tokio::test]
async fn a_grant_that_exists_and_is_not_shown_yet_is_waited_for() {
    let (fake, graph) = Fake::serving(|seen, before| match seen.target.split(' ').next() {
        // It takes four looks until the replica shows it.
        Some("GET") if before >= 4 => Reply::ok(
            json!({"id": ID, "clientId": CLIENT, "consentType": "AllPrincipals", "resourceId": RESOURCE,
                             "scope": "a b"}),
        ),
        Some("POST") => {
            Reply::error(409, "Request_MultipleObjectsWithSameKeyValue", "Permission entry already exists.")
        }
        _ => Reply::error(404, "Request_ResourceNotFound", "none"),
    })
    .await;
    let given =
        graph.grants().grant_delegated(&call(), CLIENT, RESOURCE, &scopes("a b")).await.expect("there");
    assert!(given.is_empty(), "somebody else gave it: {given:?}");
    assert_eq!(fake.count("POST"), 4);
}

#[tokio::test]
async fn an_accepted_grant_is_trusted_although_no_replica_shows_it() {
    let (fake, graph) = Fake::serving(|seen, _| match seen.target.split(' ').next() {
        Some("POST") => Reply::new(201, Value::Null),
        _ => Reply::error(404, "Request_ResourceNotFound", "none"),
    })
    .await;
    let given =
        graph.grants().grant_delegated(&call(), CLIENT, RESOURCE, &scopes("a b")).await.expect("given");
    assert_eq!((given, fake.seen().len()), (scopes("a b"), 2));
}

#[tokio::test]
async fn what_this_process_took_back_is_given_again_although_it_is_still_shown() {
    let (fake, graph) = Fake::serving(|seen, _| match seen.target.split(' ').next() {
        Some("GET") => Reply::ok(json!({"id": ID, "clientId": CLIENT, "consentType": "AllPrincipals",
                                        "resourceId": RESOURCE, "scope": "a b"})),
        Some("POST") => Reply::new(201, Value::Null),
        _ => Reply::new(204, Value::Null),
    })
    .await;
    let grants = graph.grants();
    grants.revoke_delegated(&call(), CLIENT, RESOURCE, &scopes("a b")).await.expect("revoked");
    let given = grants.grant_delegated(&call(), CLIENT, RESOURCE, &scopes("a b")).await.expect("given");
    assert_eq!((given, fake.count("POST")), (scopes("a b"), 1));
}

#[tokio::test]
async fn an_accepted_change_is_trusted_although_replicas_show_what_was_before() {
    let (fake, graph) = Fake::serving(|seen, _| match seen.target.split(' ').next() {
        Some("GET") => Reply::ok(json!({"id": ID, "clientId": CLIENT, "consentType": "AllPrincipals",
                                        "resourceId": RESOURCE, "scope": "a"})),
        _ => Reply::new(204, Value::Null),
    })
    .await;
    let given = graph.grants().grant_delegated(&call(), CLIENT, RESOURCE, &scopes("b")).await.expect("given");
    assert_eq!((given, fake.count("PATCH")), (scopes("b"), 1));
}
