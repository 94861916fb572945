//! One batch for all that hangs on an application.

use serde_json::{Value, json};

use super::super::testing::{Fake, Reply, Seen, batch, call};
use super::*;
use crate::graph::permission_table::permission_name;
use crate::graph::{PermissionKind, ServicePrincipalChange};

fn item(url: &str) -> (u16, Value) {
    let path = url.split('?').next().unwrap_or_default();
    match path {
        "/applications(appId='c')" => (200, json!({"id": "o", "appId": "c", "displayName": "Sync"})),
        "/servicePrincipals(appId='c')" => (200, json!({"id": "sp", "appId": "c"})),
        "/servicePrincipals(appId='c')/oauth2PermissionGrants" => (
            200,
            json!({"value": [{"id": "g", "clientId": "sp", "consentType": "AllPrincipals", "resourceId": "graph",
                              "scope": "a b"}]}),
        ),
        "/servicePrincipals(appId='c')/appRoleAssignments" => (
            200,
            json!({"value": [
                {"id": "1", "appRoleId": "7ab1d382-f21e-4acd-a863-ba3e13f7da61", "principalId": "sp", "resourceId": "graph"},
                {"id": "2", "appRoleId": "x", "principalId": "sp", "resourceId": "another API"}]}),
        ),
        "/applications(appId='c')/owners" => {
            (403, json!({"error": {"code": "Authorization_RequestDenied", "message": "no"}}))
        }
        "/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')" => (200, json!({"id": "graph"})),
        _ => (404, json!({"error": {"code": "Request_ResourceNotFound", "message": "none"}})),
    }
}

fn script(seen: &Seen, _: usize) -> Reply {
    if seen.target == "POST /$batch" { batch(seen, item) } else { Reply::new(204, Value::Null) }
}

#[tokio::test]
async fn one_request_brings_all_and_serves_every_reader_of_the_process() {
    let (fake, graph) = Fake::serving(script).await;
    let call = call();
    let (first, second) = tokio::join!(graph.snapshot(&call, "c"), graph.snapshot(&call, "c"));
    let snapshot = first.expect("a snapshot");
    assert!(Arc::ptr_eq(&snapshot, &second.expect("the same")));
    assert_eq!(snapshot.application.as_ref().map(|application| application.object_id.as_str()), Some("o"));
    assert_eq!(snapshot.service_principal.as_ref().map(|principal| principal.object_id.as_str()), Some("sp"));
    let assigned = snapshot.app_role_assignments().expect("readable");
    let granted = snapshot.grants().expect("readable");
    assert_eq!((granted.len(), assigned.len(), &snapshot.owners), (1, 2, &None));
    let principal = graph.permissions().graph_principal(&call).await.expect("known from the snapshot");
    let of_graph: Vec<_> = assigned.iter().filter(|one| one.resource_id == principal).collect();
    assert_eq!(of_graph.len(), 1, "{assigned:?}");
    let name = permission_name(PermissionKind::Application, &of_graph[0].app_role_id);
    assert_eq!(name, Some("Directory.Read.All"));
    assert_eq!((fake.seen().len(), fake.tokens()), (1, 1));
}

#[tokio::test]
async fn a_write_makes_the_next_reader_ask_again() {
    let (fake, graph) = Fake::serving(script).await;
    graph.snapshot(&call(), "c").await.expect("a snapshot");
    let change = ServicePrincipalChange { tags: Some(Vec::new()), ..ServicePrincipalChange::default() };
    graph.service_principals().update(&call(), "sp", &change).await.expect("changed");
    graph.snapshot(&call(), "c").await.expect("a snapshot");
    assert_eq!(fake.count("POST /$batch"), 2);
}

#[tokio::test]
async fn what_is_not_there_is_absent_and_no_error() {
    let (_, graph) = Fake::serving(script).await;
    let snapshot = graph.snapshot(&call(), "unknown").await.expect("a snapshot");
    assert!(snapshot.application.is_none() && snapshot.service_principal.is_none());
    assert!(snapshot.grants().expect("readable").is_empty());
}

/// A tenant in which the application has no principal and is among the deleted items, and from which it vanishes after some looks.
async fn losing(deleted: &'static str, looks: usize) -> (Fake, Graph) {
    Fake::serving(move |seen, before| {
        if seen.target.starts_with("GET /directory/deletedItems/o") {
            return match deleted {
                "" => Reply::error(404, "Request_ResourceNotFound", "none"),
                deleted => Reply::ok(json!({ "deletedDateTime": deleted })),
            };
        }
        batch(seen, |url| match url.split('?').next() {
            Some("/applications(appId='c')") if before < looks => item(url),
            _ => (404, json!({"error": {"code": "Request_ResourceNotFound", "message": "none"}})),
        })
    })
    .await
}

#[tokio::test]
async fn an_application_that_was_deleted_a_moment_ago_is_not_there_though_a_replica_shows_it() {
    let (fake, graph) = losing("2999-01-01T00:00:00Z", 3).await;
    let snapshot = graph.snapshot(&call(), "c").await.expect("a snapshot");
    assert!(snapshot.application.is_none(), "{snapshot:?}");
    assert_eq!(fake.count("POST /$batch"), 4);
}

#[tokio::test]
async fn an_application_without_principal_is_what_is_shown_unless_its_deletion_is_recent() {
    // Not deleted, or restored long ago of which the deleted items have not heard.
    for (deleted, batches) in [("", 1), ("2020-01-01T00:00:00Z", 2)] {
        let (fake, graph) = losing(deleted, usize::MAX).await;
        let snapshot = graph.snapshot(&call(), "c").await.expect("a snapshot");
        assert!(snapshot.application.is_some() && snapshot.service_principal.is_none(), "{snapshot:?}");
        assert_eq!(fake.count("POST /$batch"), batches, "deleted at `{deleted}`");
    }
}

#[tokio::test]
async fn what_may_not_be_read_is_an_error_only_for_those_who_need_it() {
    let (_, graph) = Fake::serving(|seen, _| {
        batch(seen, |url| {
            if url.ends_with("/oauth2PermissionGrants") || url.ends_with("/appRoleAssignments") {
                (403, json!({"error": {"code": "Authorization_RequestDenied", "message": "no"}}))
            } else {
                item(url)
            }
        })
    })
    .await;
    let snapshot = graph.snapshot(&call(), "c").await.expect("a snapshot");
    assert!(snapshot.application.is_some() && snapshot.service_principal.is_some());
    let refused = snapshot.grants().expect_err("not readable").to_string();
    assert!(refused.contains("`Directory.Read.All`"), "{refused}");
    let refused = snapshot.app_role_assignments().expect_err("not readable").to_string();
    assert!(refused.contains("`Application.Read.All`"), "{refused}");
}

#[tokio::test]
async fn unknown_names_get_the_nearest_one_and_known_ones_need_no_request() {
    let (fake, graph) = Fake::serving(|_, _| {
        Reply::ok(json!({"id": "graph", "appRoles": [{"id": "new-id", "value": "Brand.New.Role"}],
                         "oauth2PermissionScopes": []}))
    })
    .await;
    let ids = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let kind = PermissionKind::Application;
    let known = graph.permissions().ids(&call(), kind, &ids(&["Directory.Read.All"])).await.expect("asked");
    assert!(known.is_ok() && fake.seen().is_empty());
    let new = graph
        .permissions()
        .ids(&call(), kind, &ids(&["Brand.New.Role"]))
        .await
        .expect("asked")
        .expect("known");
    assert_eq!(new["Brand.New.Role"], "new-id");
    let wrong = graph
        .permissions()
        .ids(&call(), kind, &ids(&["Directory.Read.Al", "User.Read"]))
        .await
        .expect("asked");
    let wrong = wrong.expect_err("unknown");
    assert_eq!(wrong[0].nearest.as_deref(), Some("Directory.Read.All"));
    assert!(wrong[1].exists_as_other_kind, "{wrong:?}");
    assert_eq!(graph.permissions().name(&call(), kind, "new-id").await.expect("asked"), "Brand.New.Role");
    assert_eq!(fake.seen().len(), 1);
}
