//! Unit tests of what Entra refuses and a client may run into, by status, code and the words that tell faults of one code
//! apart.

use serde_json::json;

use super::desk::Desk;
use crate::server::exchange::Answer;

#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str, words: &str) {
    assert_eq!((answer.status, answer.code().as_str()), (status, code), "{}", answer.value());
    let message = answer.text("/error/message");
    assert!(message.contains(words), "{words}: {message}");
}

const BAD: &str = "Request_BadRequest";
const MISSING: &str = "Request_ResourceNotFound";
const DUPLICATE: &str = "Request_MultipleObjectsWithSameKeyValue";

#[test]
fn an_owner_is_added_and_removed_once() {
    let mut desk = Desk::new();
    let (id, _) = desk.register("app");
    let caller = desk.caller.object_id.clone();
    let reference = json!({ "@odata.id": format!("https://127.0.0.1:1/v1.0/directoryObjects/{caller}") });
    let add = format!("/applications/{id}/owners/$ref");
    assert_eq!(desk.post(&add, &reference).status, 204);
    desk.advance("1m");
    refused(&desk.post(&add, &reference), 400, BAD, "One or more added object references already exist");
    let remove = format!("/applications/{id}/owners/{caller}/$ref");
    assert_eq!(desk.delete(&remove).status, 204);
    desk.advance("1m");
    refused(&desk.delete(&remove), 404, MISSING, &caller);
}

#[test]
fn a_permission_is_given_once() {
    let mut desk = Desk::new();
    let (_, app_id) = desk.register("app");
    let (principal, graph) = (desk.principal(&app_id), desk.graph());
    let grant = json!({
        "clientId": principal, "consentType": "AllPrincipals", "resourceId": graph, "scope": "User.Read",
    });
    assert_eq!(desk.post("/oauth2PermissionGrants", &grant).status, 201);
    refused(&desk.post("/oauth2PermissionGrants", &grant), 409, DUPLICATE, "Permission entry already exists");
    let assign = format!("/servicePrincipals/{principal}/appRoleAssignments");
    let role = |id: &str| json!({ "principalId": principal, "resourceId": graph, "appRoleId": id });
    let directory = role("7ab1d382-f21e-4acd-a863-ba3e13f7da61");
    assert_eq!(desk.post(&assign, &directory).status, 201);
    refused(&desk.post(&assign, &directory), 400, BAD, "already exists on the object");
    let unknown = role("99999999-9999-4999-8999-999999999999");
    refused(&desk.post(&assign, &unknown), 400, BAD, "was not found on application");
}

#[test]
fn a_principal_needs_its_application_and_has_its_name_alone() {
    let mut desk = Desk::new();
    let (id, app_id) = desk.register("app");
    let principal = desk.principal(&app_id);
    let again = desk.post("/servicePrincipals", &json!({ "appId": app_id }));
    refused(&again, 409, DUPLICATE, "is already in use");
    assert_eq!(desk.delete(&format!("/applications/{id}")).status, 204);
    let restore = format!("/directory/deletedItems/{principal}/restore");
    refused(&desk.post(&restore, &json!({})), 400, BAD, "does not reference a valid application object");
}

#[test]
fn a_secret_that_is_not_there_is_not_removed_and_a_past_end_is_refused() {
    let mut desk = Desk::new();
    let (id, _) = desk.register("app");
    let key = json!({ "keyId": "99999999-9999-4999-8999-999999999999" });
    let removed = desk.post(&format!("/applications/{id}/removePassword"), &key);
    refused(&removed, 400, BAD, "No password credential found with keyId 99999999");
    let past = json!({ "passwordCredential": { "endDateTime": "2020-01-01T00:00:00Z" } });
    let made = desk.post(&format!("/applications/{id}/addPassword"), &past);
    refused(&made, 400, BAD, "Key credential end date is invalid.");
}
