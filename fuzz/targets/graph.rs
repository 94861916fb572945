//! What Microsoft Graph answers: one body for everything that is read of a tenant. `TOKEN` in it is the token that asked.

use clients::graph::{Error, PermissionKind};

use super::answering::{Answer, ID, Service, call, with};
use super::cautious::check_error;

/// Reads an input as the answer of Graph.
pub fn run(input: &[u8]) {
    let Some(answer) = Answer::read(input) else { return };
    with(answer, async |service| {
        objects(service).await;
        listings(service).await;
    });
}

async fn objects(service: &Service) {
    let (graph, call) = (service.graph(), &call());
    told(&graph.applications().get(call, ID).await);
    told(&graph.applications().get_by_client_id(call, ID).await);
    told(&graph.applications().get_by_unique_name(call, "sync").await);
    told(&graph.applications().all(call).await);
    told(&graph.applications().named(call, "sync").await);
    told(&graph.applications().owners(call, ID).await);
    told(&graph.service_principals().get(call, ID).await);
    told(&graph.service_principals().get_by_client_id(call, ID).await);
    told(&graph.grants().get(call, ID, ID).await);
    told(&graph.app_role_assignments().of(call, ID).await);
    told(&graph.deleted_items().application_by_unique_name(call, "sync").await);
    told(&graph.deleted_items().principal_by_client_id(call, ID).await);
    told(&graph.policies().password_rules(call, ID).await);
    told(&graph.policies().password_rules_of_new_applications(call).await);
    told(&graph.permissions().name(call, PermissionKind::Application, ID).await);
    told(&graph.last_use_of_key(call, ID).await);
    told(&graph.tenant_details(call).await);
    told(&graph.domains().list(call).await);
}

/// As many objects come out of a page as are in it.
async fn listings(service: &Service) {
    let (graph, call) = (service.graph(), &call());
    let (people, teams) = (graph.users(), graph.groups());
    let body: Option<serde_json::Value> = serde_json::from_slice(&service.body()).ok();
    let one_page = body.as_ref().filter(|body| body.get("@odata.nextLink").is_none());
    let items = one_page.and_then(|body| body.get("value")?.as_array().map(Vec::len));
    let mut users = 0;
    let listed = people.for_each(call, |user| {
        users += 1;
        let _ = (user.exchange_plan(), user.is_shown_whole(), user.is_guest());
    });
    counted(&listed.await, users, items);
    let mut deleted = 0;
    counted(&people.for_each_deleted(call, |_| deleted += 1).await, deleted, items);
    let mut groups = 0;
    let listed = teams.for_each(call, |group| {
        groups += 1;
        let _ = group.is_unified();
    });
    counted(&listed.await, groups, items);
    let mut deleted = 0;
    counted(&teams.for_each_deleted(call, |_| deleted += 1).await, deleted, items);
}

fn counted(outcome: &Result<(), Error>, found: usize, items: Option<usize>) {
    told(outcome);
    if let (Ok(()), Some(items)) = (outcome, items) {
        assert_eq!(found, items, "objects of a page");
    }
}

/// What was read may hold anything, and what is said of a failure no secret of ours.
pub fn told<T>(outcome: &Result<T, Error>) {
    if let Err(error) = outcome {
        check_error(error);
    }
}
