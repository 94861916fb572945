//! Application registrations: what they hold and how they are shown.

use std::sync::Arc;

use serde_json::Value;

use super::call::Call;
use super::errors::{Failure, Outcome};
use super::listing;
use crate::directory::application::Application;
use crate::directory::entity::Entity;
use crate::directory::key::Key;
use crate::directory::lookup;
use crate::moods::{Cascade, Conflict};
use crate::server::exchange::Answer;
use crate::state::clock::milliseconds_since;
use crate::state::lags::Kind;

/// The application that a write is for; one that has not reached every replica is not found yet.
pub(crate) fn target(call: &Call<'_>, key: &Key) -> Outcome<Arc<Application>> {
    lookup::find_application(call.tenant(), key)
        .filter(|application| call.tenant().applications.reached(application.id(), call.now))
        .cloned()
        .ok_or_else(|| Failure::not_found(key.shown()))
}

pub(crate) fn list(call: &Call<'_>) -> Outcome {
    call.allow("GET", "/applications")?;
    listing::table(call, "applications", &call.tenant().applications)
}

pub(crate) fn count(call: &Call<'_>) -> Outcome {
    call.allow("GET", "/applications/$count")?;
    listing::count(call, &call.tenant().applications)
}

pub(crate) fn get(call: &mut Call<'_>, key: &Key) -> Outcome {
    call.allow("GET", "/applications/{id}")?;
    let application = lookup::see_application(call.tenant(), key, call.view)
        .ok_or_else(|| Failure::not_found(key.shown()))?;
    let shown = as_read(call, application);
    call.object(200, "applications", shown.as_ref(), Application::DEFAULT)
}

/// What a read shows while the list of keys flaps between its old and its new state.
fn as_read(call: &mut Call<'_>, application: Arc<Application>) -> Arc<Application> {
    let mut shown = application;
    let window = call.world.moods.key_flapping.0;
    if let Some((changed, before)) = &shown.keys_before
        && milliseconds_since(*changed, call.now) < window
    {
        let before = before.clone();
        if call.world.alternate() {
            Arc::make_mut(&mut shown).document.insert("passwordCredentials".to_owned(), before);
        }
    }
    let keys_selected =
        call.options.select.as_ref().is_some_and(|select| select.iter().any(|name| name == "keyCredentials"));
    if !keys_selected && !shown.list("keyCredentials").is_empty() {
        let document = &mut Arc::make_mut(&mut shown).document;
        if let Some(Value::Array(keys)) = document.get_mut("keyCredentials") {
            for key in keys {
                key["key"] = Value::Null;
            }
        }
    }
    shown
}

/// Refuses a second write to one application within the configured time.
pub(crate) fn concurrency(call: &Call<'_>, application: &Application) -> Outcome<()> {
    let window = call.world.moods.concurrency_window.0;
    match application.last_write {
        Some(last) if milliseconds_since(last, call.now) < window => Err(Failure::new(
            match call.world.moods.concurrency_status {
                Conflict::Conflict => 409,
                Conflict::Unavailable => 503,
            },
            "Directory_ConcurrencyViolation",
            "Error due to concurrent requests being made to the tenant. Please wait briefly and retry.",
        )),
        _ => Ok(()),
    }
}

/// Stores a changed application and lets its principal in this tenant follow.
pub(crate) fn store(call: &mut Call<'_>, application: Application) {
    keep(call, application, Kind::Application);
}

/// Stores an application whose keys have changed.
pub(crate) fn store_keys(call: &mut Call<'_>, application: Application) {
    keep(call, application, Kind::Keys);
}

fn keep(call: &mut Call<'_>, mut application: Application, kind: Kind) {
    let (now, settles) = (call.now, call.settles(kind));
    application.last_write = Some(now);
    super::service_principals::mirror(call, &application);
    let id = application.id().to_owned();
    call.tenant_mut().applications.put(&id, application, now, settles);
}

pub(crate) fn delete(call: &mut Call<'_>, key: &Key) -> Outcome {
    let reach = call.allow("DELETE", "/applications/{id}")?;
    let application = target(call, key)?;
    call.owned(reach, &application.owners)?;
    concurrency(call, &application)?;
    if call.world.moods.principal_of_deleted_application == Cascade::GoesAlong {
        super::service_principal_writes::delete_with_application(call, application.app_id());
    }
    let (now, settles, deleted) = (call.now, call.settles(Kind::Application), call.timestamp());
    let items = call.settles(Kind::Deleted);
    let id = application.id().to_owned();
    let tenant = call.tenant_mut();
    tenant.applications.remove(&id, now, settles);
    let mut gone = Application::clone(&application);
    gone.document.insert("deletedDateTime".to_owned(), Value::from(deleted));
    tenant.deleted_applications.put(&id, gone, now, items);
    Ok(Answer::empty(204))
}

#[cfg(test)]
mod tests {
    use super::super::desk::Desk;
    use serde_json::{Value, json};

    #[test]
    fn a_fresh_application_is_unknown_until_replicas_have_heard_of_it() {
        let mut desk = Desk::new();
        desk.behave(&json!({ "replica_lag": 20_000 }));
        let (id, app_id) = desk.register("app");
        let address = format!("/applications/{id}");
        assert_eq!(desk.get(&address).code(), "Request_ResourceNotFound");
        assert_eq!(desk.patch(&address, &json!({ "displayName": "b" })).status, 404);
        assert_eq!(desk.post(&format!("{address}/addPassword"), &json!({})).status, 404);
        let principal = desk.post("/servicePrincipals", &json!({ "appId": app_id }));
        assert_eq!(
            (principal.status, principal.text("/error/details/0/code").as_str()),
            (400, "NoBackingApplicationObject")
        );
        desk.advance("20s");
        assert_eq!(desk.get(&address).status, 200);
        desk.principal(&app_id);
        assert_eq!(desk.patch(&address, &json!({ "displayName": "b" })).status, 204);
        assert_eq!(desk.get(&address).text("/displayName"), "app");
        desk.advance("20s");
        assert_eq!(desk.get(&address).text("/displayName"), "b");
    }

    #[test]
    fn a_taken_unique_name_is_refused_even_while_its_holder_is_deleted() {
        let mut desk = Desk::new();
        let (id, _) = desk.register("app");
        let again = json!({ "displayName": "x", "uniqueName": "app" });
        assert_eq!(desk.post("/applications", &again).text("/error/details/0/target"), "uniqueName");
        desk.delete(&format!("/applications/{id}"));
        assert_eq!(desk.post("/applications", &again).status, 400);
        desk.advance("30d");
        assert_eq!(desk.post("/applications", &again).status, 201);
    }

    #[test]
    fn deleting_an_application_takes_principal_and_grants_along() {
        let mut desk = Desk::new();
        let (id, app_id) = desk.register("app");
        let (principal, graph) = (desk.principal(&app_id), desk.graph());
        let grant = desk.post(
            "/oauth2PermissionGrants",
            &json!({ "clientId": principal, "consentType": "AllPrincipals", "resourceId": graph, "scope": "User.Read" }),
        );
        assert_eq!(grant.status, 201);
        desk.delete(&format!("/applications/{id}"));
        assert_eq!(desk.get(&format!("/oauth2PermissionGrants/{}", grant.text("/id"))).status, 404);
        assert_eq!(desk.get(&format!("/servicePrincipals/{principal}")).status, 404);
        let restore = |id: &str| format!("/directory/deletedItems/{id}/restore");
        assert_eq!(desk.send("POST", &restore(&principal), None, &[]).status, 400);
        assert_eq!(desk.send("POST", &restore(&id), None, &[]).status, 200);
        assert_eq!(desk.get(&format!("/servicePrincipals/{principal}")).status, 404);
        assert_eq!(desk.send("POST", &restore(&principal), None, &[]).status, 200);
    }

    #[test]
    fn beta_answers_as_the_version_does_and_an_own_id_in_a_change_is_no_change() {
        let mut desk = Desk::new();
        let (id, _) = desk.register("app");
        let address = format!("/applications/{id}");
        assert_eq!(desk.patch(&address, &json!({ "id": id, "displayName": "b" })).status, 204);
        assert_eq!(desk.patch(&address, &json!({ "id": "x" })).status, 400);
        let beta = desk.beta("GET", &format!("{address}?$select=displayName")).value();
        assert_eq!(beta["displayName"], "b");
        assert!(beta["@odata.context"].as_str().unwrap().contains("/beta/$metadata"), "{beta}");
        let url = "/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')?$select=samlMetadataUrl";
        assert_eq!(desk.beta("GET", url).value().get("samlMetadataUrl"), Some(&json!(null)));
        assert_eq!(desk.get(url).status, 400, "known to /beta alone");
        let me = desk.get("/me");
        assert_eq!((me.status, me.code().as_str()), (400, "BadRequest"));
    }

    #[test]
    fn a_second_write_within_the_window_is_a_conflict() {
        let mut desk = Desk::new();
        let (id, _) = desk.register("app");
        desk.behave(&json!({ "concurrency_window": 2000 }));
        let secret = desk.post(&format!("/applications/{id}/addPassword"), &json!({}));
        assert_eq!(secret.status, 200);
        let removal = json!({ "keyId": secret.text("/keyId") });
        let refused = desk.post(&format!("/applications/{id}/removePassword"), &removal);
        assert_eq!((refused.status, refused.code().as_str()), (409, "Directory_ConcurrencyViolation"));
        desk.advance("2s");
        assert_eq!(desk.post(&format!("/applications/{id}/removePassword"), &removal).status, 204);
    }

    #[test]
    fn a_fresh_key_comes_and_goes_while_the_list_flaps() {
        let mut desk = Desk::new();
        let (id, _) = desk.register("app");
        desk.behave(&json!({ "key_flapping": 10_000 }));
        desk.post(&format!("/applications/{id}/addPassword"), &json!({}));
        let keys = |desk: &mut Desk| {
            desk.get(&format!("/applications/{id}")).value()["passwordCredentials"].as_array().map(Vec::len)
        };
        let mut seen: Vec<_> = (0..4).map(|_| keys(&mut desk)).collect();
        seen.sort();
        assert_eq!(seen, [Some(0), Some(0), Some(1), Some(1)]);
        desk.advance("10s");
        assert_eq!((keys(&mut desk), keys(&mut desk)), (Some(1), Some(1)));
    }

    #[test]
    fn secrets_are_shown_once_and_last_two_years() {
        let mut desk = Desk::new();
        let (id, _) = desk.register("app");
        let asked =
            json!({ "passwordCredential": { "startDateTime": "2027-03-01T00:00:00Z", "displayName": "a" } });
        let secret = desk.post(&format!("/applications/{id}/addPassword"), &asked);
        assert_eq!(secret.text("/endDateTime"), "2029-03-01T00:00:00Z");
        assert_eq!(secret.text("/secretText").len(), 40);
        let shown = desk.get(&format!("/applications/{id}")).value();
        assert_eq!(shown["passwordCredentials"][0]["secretText"], Value::Null);
        assert_eq!(shown["passwordCredentials"][0]["hint"], secret.text("/secretText")[..3]);
    }

    #[test]
    fn a_policy_forbids_or_shortens_secrets() {
        let mut desk = Desk::new();
        let (id, _) = desk.register("app");
        let restriction = |kind: &str| {
            json!({ "defaultAppManagementPolicy": { "isEnabled": true, "applicationRestrictions": {
                "passwordCredentials": [{ "restrictionType": kind, "state": "enabled", "maxLifetime": "P90D" }],
            } } })
        };
        let mut refusal = |kind: &str| {
            let document = restriction(kind);
            desk.world.tenants[0].policies.apply(document.as_object().unwrap()).unwrap();
            desk.post(&format!("/applications/{id}/addPassword"), &json!({})).code()
        };
        assert_eq!(refusal("passwordAddition"), "CredentialTypeNotAllowedAsPerAppPolicy");
        assert_eq!(refusal("passwordLifetime"), "CredentialInvalidLifetimeAsPerAppPolicy");
    }

    #[test]
    fn owned_by_manages_what_it_made_and_nothing_else() {
        let mut desk = Desk::new();
        let (other, _) = desk.register("other");
        let mut desk = desk.with_roles(&["Application.ReadWrite.OwnedBy"]);
        let (own, app_id) = desk.register("own");
        assert_eq!(desk.patch(&format!("/applications/{own}"), &json!({ "notes": "x" })).status, 204);
        assert_eq!(desk.patch(&format!("/applications/{other}"), &json!({ "notes": "x" })).status, 403);
        desk.principal(&app_id);
    }

    #[test]
    fn a_patch_merges_complex_properties_and_replaces_lists() {
        let mut desk = Desk::new();
        let (id, _) = desk.register("app");
        let address = format!("/applications/{id}");
        desk.patch(
            &address,
            &json!({ "web": { "redirectUris": ["https://a.example/"], "homePageUrl": "https://b" } }),
        );
        desk.patch(&address, &json!({ "web": { "redirectUris": ["https://c.example/"] }, "tags": ["x"] }));
        let shown = desk.get(&address).value();
        assert_eq!(shown["web"]["homePageUrl"], "https://b");
        assert_eq!(shown["web"]["redirectUris"], json!(["https://c.example/"]));
        for body in [
            json!({ "appId": "x" }),
            json!({ "colour": "red" }),
            json!({ "tags": null }),
            json!({ "displayName": "" }),
        ] {
            assert_eq!(desk.patch(&address, &body).status, 400, "{body}");
        }
        assert_eq!(desk.patch(&address, &json!({ "uniqueName": "other" })).status, 400);
    }
}
