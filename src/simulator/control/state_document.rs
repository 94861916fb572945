//! The state of both sides as one JSON document, objects as their own APIs show them.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::graph::applications::{Application, Federated, HeldSecret};
use crate::graph::directory_objects::typed;
use crate::graph::entity::Entity;
use crate::graph::resources;
use crate::graph::service_principals::ServicePrincipal;
use crate::state::World;
use crate::state::random::Random;
use crate::state::table::Table;
use crate::state::tenant::Tenant;

/// The document that `GET /_control/state` gives and `--data` takes.
pub(crate) fn write(world: &World) -> Value {
    let tenants: Map<String, Value> =
        world.tenants.iter().map(|tenant| (tenant.id.clone(), directory(tenant))).collect();
    json!({ "tenants": tenants, "organizations": world.organizations.state() })
}

fn directory(tenant: &Tenant) -> Value {
    let mut deleted = mixed(&tenant.deleted_applications);
    deleted.extend(mixed(&tenant.deleted_service_principals));
    deleted.extend(mixed(&tenant.deleted_users));
    deleted.extend(mixed(&tenant.deleted_groups));
    json!({
        "domain": tenant.domain,
        "display_name": tenant.display_name,
        "domains": tenant.domains,
        "applications": tenant.applications.iter().map(|application| shown(application)).collect::<Vec<_>>(),
        "service_principals": tenant.service_principals.iter().map(|one| principal(one)).collect::<Vec<_>>(),
        "grants": all(&tenant.grants),
        "app_role_assignments": all(&tenant.app_role_assignments),
        "users": all(&tenant.users),
        "groups": all(&tenant.groups),
        "deleted_items": deleted,
        "policies": {
            "defaultAppManagementPolicy": tenant.policies.default,
            "appManagementPolicies": tenant.policies.custom,
        },
    })
}

fn all<T: Serialize>(table: &Table<T>) -> Vec<&T> {
    table.iter().map(AsRef::as_ref).collect()
}

/// The objects of a table with their type, as mixed collections show them.
fn mixed<T: Entity>(table: &Table<T>) -> Vec<Value> {
    table.iter().map(|object| typed(object.as_ref(), T::PROPERTIES)).collect()
}

/// An application, with its owners and federated credentials where it has any.
fn shown(application: &Application) -> Value {
    let mut document = application.document.clone();
    if !application.owners.is_empty() {
        let owners: Vec<Value> = application.owners.iter().map(|id| json!({ "id": id })).collect();
        document.insert("owners".to_owned(), Value::Array(owners));
    }
    if !application.federated.is_empty() {
        let credentials =
            application.federated.iter().map(|credential| Value::Object(credential.document.clone()));
        document.insert("federatedIdentityCredentials".to_owned(), credentials.collect());
    }
    Value::Object(document)
}

/// A principal; the long lists of Microsoft's own resources are left to Graph.
fn principal(principal: &ServicePrincipal) -> Value {
    let mut document = principal.document.clone();
    if principal.resource.is_some() {
        document.remove("appRoles");
        document.remove("oauth2PermissionScopes");
    }
    Value::Object(document)
}

/// Makes the tenants of a document; what it does not say is empty.
pub(crate) fn read(document: &Value, random: &Random) -> Result<Vec<Tenant>, String> {
    let tenants = document.get("tenants").and_then(Value::as_object).ok_or("there is no `tenants` object")?;
    tenants.iter().enumerate().map(|(index, (id, content))| tenant(index, id, content, random)).collect()
}

fn tenant(index: usize, id: &str, content: &Value, random: &Random) -> Result<Tenant, String> {
    let mut branch = random.branch(&format!("tenant {index}"));
    let domain = content
        .get("domain")
        .and_then(Value::as_str)
        .ok_or_else(|| format!("tenant {id} needs a `domain`"))?;
    let company = domain.split('.').next().unwrap_or(domain);
    let mut tenant = Tenant::named(id, company, domain, &mut branch);
    if let Some(name) = content.get("display_name").and_then(Value::as_str) {
        name.clone_into(&mut tenant.display_name);
    }
    if let Some(domains) = content.get("domains") {
        tenant.domains = from(domains, "domains")?;
    }
    if let Some(Value::Object(policies)) = content.get("policies") {
        tenant.policies.apply(policies)?;
    }
    for object in objects(content, "applications")? {
        let application = application(object)?;
        seed(&mut tenant.applications, application)?;
    }
    for object in objects(content, "service_principals")? {
        seed(&mut tenant.service_principals, service_principal(object))?;
    }
    load(&mut tenant.grants, content, "grants")?;
    load(&mut tenant.app_role_assignments, content, "app_role_assignments")?;
    load(&mut tenant.users, content, "users")?;
    load(&mut tenant.groups, content, "groups")?;
    for object in objects(content, "deleted_items")? {
        let kind = object.get("@odata.type").and_then(Value::as_str).unwrap_or_default();
        let value = Value::Object(object.clone());
        match kind.trim_start_matches("#microsoft.graph.") {
            "application" => seed(&mut tenant.deleted_applications, application(object)?)?,
            "servicePrincipal" => seed(&mut tenant.deleted_service_principals, service_principal(object))?,
            "user" => seed(&mut tenant.deleted_users, from(&value, "deleted_items")?)?,
            "group" => seed(&mut tenant.deleted_groups, from(&value, "deleted_items")?)?,
            _ => return Err(format!("a deleted item has the unknown `@odata.type` `{kind}`")),
        }
    }
    Ok(tenant)
}

fn objects<'a>(content: &'a Value, name: &str) -> Result<Vec<&'a Map<String, Value>>, String> {
    match content.get(name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_object().ok_or_else(|| format!("`{name}` must be an array of objects")))
            .collect(),
        Some(_) => Err(format!("`{name}` must be an array")),
    }
}

fn from<T: DeserializeOwned>(value: &Value, name: &str) -> Result<T, String> {
    serde_json::from_value(value.clone()).map_err(|error| format!("`{name}`: {error}"))
}

fn load<T: Entity + DeserializeOwned>(
    table: &mut Table<T>,
    content: &Value,
    name: &str,
) -> Result<(), String> {
    for object in objects(content, name)? {
        seed(table, from(&Value::Object(object.clone()), name)?)?;
    }
    Ok(())
}

fn seed<T: Entity>(table: &mut Table<T>, object: T) -> Result<(), String> {
    let id = object.id().to_owned();
    if id.is_empty() {
        return Err(format!("an object of type {} has no `id`", T::TYPE));
    }
    table.seed(&id, object);
    Ok(())
}

/// A secret is known where the document gives its `secretText`.
fn application(object: &Map<String, Value>) -> Result<Application, String> {
    let mut application = Application { document: object.clone(), ..Application::default() };
    for owner in
        application.document.remove("owners").as_ref().and_then(Value::as_array).into_iter().flatten()
    {
        application.owners.extend(owner.get("id").and_then(Value::as_str).map(str::to_owned));
    }
    let credentials = application.document.remove("federatedIdentityCredentials").unwrap_or_default();
    for credential in credentials.as_array().into_iter().flatten() {
        let document = credential.as_object().cloned().ok_or("a federated credential must be an object")?;
        application.federated.push(Federated { document, since: Timestamp::MIN });
    }
    if let Some(Value::Array(passwords)) = application.document.get_mut("passwordCredentials") {
        for password in passwords {
            let text = password.get("secretText").and_then(Value::as_str).map(str::to_owned);
            let key_id = password.get("keyId").and_then(Value::as_str).map(str::to_owned);
            if let Some((text, key_id)) = text.zip(key_id) {
                application.secrets.insert(key_id, HeldSecret { text, since: Timestamp::MIN });
            }
            password["secretText"] = Value::Null;
        }
    }
    Ok(application)
}

fn service_principal(object: &Map<String, Value>) -> ServicePrincipal {
    let app_id = object.get("appId").and_then(Value::as_str).unwrap_or_default();
    let own_tags = object.get("tags").and_then(Value::as_array).cloned().unwrap_or_default();
    let resource = resources::published(app_id);
    ServicePrincipal { document: object.clone(), resource, own_tags, ..ServicePrincipal::default() }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::arguments::Arguments;
    use crate::engine;
    use crate::entra::jwt::Signer;
    use crate::essentials::settings::Settings;

    fn settings(application_id: &str, ad_key: &str) -> Settings {
        serde_json::from_value(json!({
            "primary_domain": "contoso.com", "application_id": application_id, "ad_key": ad_key,
            "disable_login": false, "default_user_role_name": "end_user", "sync_frequency": 3,
            "sync_active_users": true, "sync_distribution_groups": true, "sync_security_groups": false,
            "add_users": true, "update_users": true, "remove_deleted_users": true, "add_groups": true,
            "update_groups": true, "remove_deleted_groups": true,
        }))
        .unwrap()
    }

    #[test]
    fn a_world_started_from_its_own_document_shows_the_same_document() {
        let signer = Arc::new(Signer::generate().unwrap());
        let mut world = World::new(&Arguments::default(), signer.clone()).unwrap();
        // Somebody has no licence left, so that a run has a row of every kind.
        world.moods.user_capping = true;
        world.organizations.find_mut("contoso.com").unwrap().user_licenses = 1;
        let automation = world.tenants[0].automation.clone();
        for key in [automation.client_secret.as_str(), "wrong"] {
            let mut settings = settings(&automation.client_id, key);
            settings.schedule(None, world.clock.now());
            let contoso = world.organizations.find_mut("contoso.com").unwrap();
            contoso.settings = Some(settings);
            contoso.exemptions.insert("scanner@contoso.com".to_owned());
            engine::run_now(&mut world, "contoso.com").unwrap();
        }
        let before = write(&world);
        let runs = before["organizations"]["contoso.com"]["runs"].as_array().unwrap();
        assert_eq!((&runs[0]["outcome"], &runs[1]["outcome"]), (&json!("success"), &json!("failed")));
        assert_ne!(runs[0]["blocked"], json!([]), "nobody is blocked: {runs:#?}");

        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), before.to_string()).unwrap();
        let arguments = Arguments { data: Some(file.path().to_owned()), ..Arguments::default() };
        let again = write(&World::new(&arguments, signer).unwrap());
        for part in ["tenants", "organizations"] {
            for (name, content) in before[part].as_object().unwrap() {
                for (list, value) in content.as_object().unwrap() {
                    assert_eq!(&again[part][name][list], value, "{part}/{name}/{list}");
                }
            }
        }
        assert_eq!(again, before);
    }
}
