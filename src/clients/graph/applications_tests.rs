//! Registrations: creation, taken names, changes to what was just made.

use serde_json::{Value, json};

use super::super::testing::{Fake, Reply, call};
use super::*;

fn application() -> Value {
    json!({"id": "o", "appId": "c", "displayName": "Sync", "uniqueName": "n", "tags": null, "web": null,
           "requiredResourceAccess": [
               {"resourceAppId": GRAPH_CLIENT_ID, "resourceAccess": [{"id": "1", "type": "Scope"}, {"id": "2", "type": "Role"}]},
               {"resourceAppId": "other", "resourceAccess": [{"id": "3", "type": "Role"}]}],
           "createdDateTime": "2026-01-01T00:00:00Z", "passwordCredentials": []})
}

fn new() -> NewApplication {
    NewApplication {
        display_name: "Sync".to_owned(),
        unique_name: Some("n".to_owned()),
        sign_in_audience: "AzureADMyOrg".to_owned(),
        notes: None,
        tags: Vec::new(),
        web: Web::default(),
        required_resource_access: vec![ResourceAccess::of_graph(["1"], ["2"])],
        owners: Some(BTreeSet::from(["me".to_owned()])),
    }
}

#[tokio::test]
async fn a_registration_is_made_with_its_owners_and_permissions() {
    let (fake, graph) = Fake::serving(|_, _| Reply::new(201, application())).await;
    let made = graph.applications().create(&call(), &new()).await.expect("made");
    assert_eq!((made.object_id.as_str(), made.client_id.as_str()), ("o", "c"));
    assert_eq!(made.graph_permission_ids(PermissionKind::Application), BTreeSet::from(["2"]));
    assert_eq!(made.access_of_other_apis().count(), 1);
    let body = &fake.seen()[0].body;
    let owner = body["owners@odata.bind"][0].as_str().expect("an owner");
    assert!(owner.ends_with("/v1.0/directoryObjects/me"), "{owner}");
    assert_eq!(body["requiredResourceAccess"][0]["resourceAccess"][1], json!({"id": "2", "type": "Role"}));
    assert!(body.get("notes").is_none());
}

#[tokio::test]
async fn a_taken_unique_name_is_told_apart_after_one_request() {
    let message = "Another object with the same value for property uniqueName already exists.";
    let (fake, graph) = Fake::serving(move |_, _| Reply::error(400, "Request_BadRequest", message)).await;
    assert!(graph.applications().create(&call(), &new()).await.expect_err("taken").is_unique_name_taken());
    assert_eq!(fake.seen().len(), 1);
}

#[tokio::test]
async fn a_change_to_what_was_just_made_waits_until_it_is_known() {
    let (fake, graph) = Fake::serving(|seen, before| match (seen.target.as_str(), before) {
        ("POST /applications", _) => Reply::new(201, application()),
        (_, 0) => Reply::error(404, "Request_ResourceNotFound", "Resource 'o' does not exist."),
        _ => Reply::new(204, Value::Null),
    })
    .await;
    let made = graph.applications().create(&call(), &new()).await.expect("made");
    let change = ApplicationChange { notes: Some(None), ..ApplicationChange::default() };
    graph.applications().update(&call(), &made.object_id, &change).await.expect("changed");
    let targets: Vec<String> = fake.seen().into_iter().map(|seen| seen.target).collect();
    let patch = "PATCH /applications/o";
    assert_eq!(targets, ["POST /applications", patch, "GET /directory/deletedItems/o", patch]);
    assert_eq!(fake.seen()[3].body, json!({"notes": null}));
}

#[tokio::test]
async fn what_is_gone_for_good_is_not_waited_for() {
    let (fake, graph) = Fake::serving(|_, _| Reply::error(404, "Request_ResourceNotFound", "gone")).await;
    let applications = graph.applications();
    assert!(!applications.delete(&call(), "o").await.expect("deleted"));
    assert_eq!(applications.get(&call(), "o").await.expect("read"), None);
    let change = ApplicationChange { display_name: Some("x".to_owned()), ..ApplicationChange::default() };
    assert!(applications.update(&call(), "o", &change).await.expect_err("gone").is_not_found());
    assert_eq!(fake.seen().len(), 3);
}

#[tokio::test]
async fn an_empty_change_sends_nothing() {
    let (fake, graph) = Fake::serving(|_, _| Reply::new(204, Value::Null)).await;
    graph.applications().update(&call(), "o", &ApplicationChange::default()).await.expect("nothing");
    assert!(fake.seen().is_empty());
}

#[tokio::test]
async fn an_owner_that_is_there_already_is_success() {
    let message =
        "One or more added object references already exist for the following modified properties: 'owners'.";
    let (_, graph) = Fake::serving(move |_, _| Reply::error(400, "Request_BadRequest", message)).await;
    graph.applications().add_owner(&call(), "o", "me").await.expect("there");
}

#[tokio::test]
async fn a_second_deletion_finds_nothing_and_does_not_wait() {
    let (fake, graph) = Fake::serving(|seen, before| match (seen.target.as_str(), before) {
        ("POST /applications", _) => Reply::new(201, application()),
        (_, 0) => Reply::new(204, Value::Null),
        _ => Reply::error(404, "Request_ResourceNotFound", "gone"),
    })
    .await;
    let made = graph.applications().create(&call(), &new()).await.expect("made");
    assert!(graph.applications().delete(&call(), &made.object_id).await.expect("deleted"));
    assert!(!graph.applications().delete(&call(), &made.object_id).await.expect("gone"));
    assert_eq!(fake.seen().len(), 3);
}
