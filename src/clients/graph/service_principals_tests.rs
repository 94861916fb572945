//! Principals: replication of their application, and those that are there already.

use serde_json::{Value, json};

use super::super::testing::{Fake, Reply, call};
use super::*;

fn principal() -> Value {
    json!({"id": "sp", "appId": "c", "displayName": "Sync", "accountEnabled": null, "tags": []})
}

fn new() -> NewServicePrincipal {
    NewServicePrincipal { client_id: "c".to_owned(), tags: Vec::new() }
}

#[tokio::test]
async fn the_application_is_waited_for_by_its_own_error_texts() {
    let (fake, graph) = Fake::serving(|seen, before| match before {
        _ if seen.target.starts_with("GET") => Reply::ok(json!({"value": []})),
        0 => Reply::error(403, "Authorization_RequestDenied",
            "When using this permission, the backing application of the service principal being created must in the local tenant"),
        1 => Reply::new(400, json!({"error": {"code": "Request_BadRequest", "message": "No.",
                                              "details": [{"code": "NoBackingApplicationObject"}]}})),
        _ => Reply::new(201, principal()),
    })
    .await;
    graph.note_fresh("c");
    let made = graph.service_principals().create(&call(), &new()).await.expect("made");
    assert!(made.is_enabled());
    let looks = fake.count("GET /directory/deletedItems/microsoft.graph.application?");
    assert_eq!((fake.count("POST /servicePrincipals"), looks, fake.seen().len()), (3, 2, 5));
}

#[tokio::test]
async fn an_application_that_was_not_just_made_is_not_waited_for() {
    let message = "The appId 'c' of the service principal does not reference a valid application object.";
    let (fake, graph) = Fake::serving(move |_, _| Reply::error(400, "Request_BadRequest", message)).await;
    assert!(graph.service_principals().create(&call(), &new()).await.is_err());
    assert_eq!(fake.seen().len(), 1);
}

#[tokio::test]
async fn a_principal_that_is_there_already_is_taken() {
    let (_, graph) = Fake::serving(|seen, _| {
        if seen.target.starts_with("POST") {
            Reply::error(409, "Request_MultipleObjectsWithSameKeyValue", "already in use")
        } else {
            Reply::ok(principal())
        }
    })
    .await;
    let made = graph.service_principals().create(&call(), &new()).await.expect("taken");
    assert_eq!(made.object_id, "sp");
}
