//! Federated identity credentials of an application.

use serde_json::{Map, Value, json};

use super::applications;
use super::call::Call;
use super::errors::{Failure, Outcome};
use crate::directory::application::Application;
use crate::directory::application::Federated;
use crate::directory::key::Key;
use crate::directory::lookup;
use crate::server::exchange::Answer;

/// The most credentials one application takes.
const LIMIT: usize = 20;

fn operation(rest: &str) -> String {
    format!("/applications/{{id}}/federatedIdentityCredentials{rest}")
}

fn set(application: &Application) -> String {
    format!("applications('{}')/federatedIdentityCredentials", text(&application.document, "id"))
}

fn text<'a>(document: &'a Map<String, Value>, property: &str) -> &'a str {
    document.get(property).and_then(Value::as_str).unwrap_or_default()
}

fn position(application: &Application, key: &Key) -> Outcome<usize> {
    let property = match key {
        Key::Id(_) => "id",
        Key::Alternate(name, _) => name.as_str(),
    };
    application
        .federated
        .iter()
        .position(|credential| text(&credential.document, property) == key.shown())
        .ok_or_else(|| Failure::not_found(key.shown()))
}

fn seen(call: &Call<'_>, key: &Key) -> Outcome<std::sync::Arc<Application>> {
    lookup::see_application(call.tenant(), key, call.view).ok_or_else(|| Failure::not_found(key.shown()))
}

pub(crate) fn list(call: &Call<'_>, key: &Key) -> Outcome {
    call.allow("GET", &operation(""))?;
    let application = seen(call, key)?;
    let values: Vec<&Map<String, Value>> =
        application.federated.iter().map(|credential| &credential.document).collect();
    Ok(Answer::json(200, &json!({ "@odata.context": call.context(&set(&application)), "value": values })))
}

pub(crate) fn get(call: &Call<'_>, key: &Key, name: &Key) -> Outcome {
    call.allow("GET", &operation("/{id}"))?;
    let application = seen(call, key)?;
    let index = position(&application, name)?;
    Ok(shown(call, 200, &application, &application.federated[index].document))
}

fn shown(call: &Call<'_>, status: u16, application: &Application, document: &Map<String, Value>) -> Answer {
    let mut answer = Map::new();
    let context = call.context(&format!("{}/$entity", set(application)));
    answer.insert("@odata.context".to_owned(), Value::from(context));
    answer.extend(document.clone());
    Answer::json(status, &answer)
}

/// The application a write is for, for a caller who may write to it.
fn target(call: &Call<'_>, method: &str, rest: &str, key: &Key) -> Outcome<Application> {
    let reach = call.allow(method, &operation(rest))?;
    let application = applications::target(call, key)?;
    call.owned(reach, &application.owners)?;
    applications::concurrency(call, &application)?;
    Ok(Application::clone(&application))
}

pub(crate) fn create(call: &mut Call<'_>, key: &Key) -> Outcome {
    let mut application = target(call, "POST", "", key)?;
    let body = call.body()?;
    let mut document = Map::new();
    document.insert("id".to_owned(), Value::from(call.guid()));
    for property in ["name", "issuer", "subject", "audiences", "description"] {
        document.insert(property.to_owned(), body.get(property).cloned().unwrap_or_default());
    }
    check(&application, &document, None)?;
    if application.federated.len() >= LIMIT {
        return Err(Failure::bad(format!(
            "An application can have at most {LIMIT} federated identity credentials."
        )));
    }
    let answer = shown(call, 201, &application, &document);
    application.federated.push(Federated { document, since: call.now });
    applications::store(call, application);
    Ok(answer)
}

pub(crate) fn update(call: &mut Call<'_>, key: &Key, name: &Key) -> Outcome {
    let mut application = target(call, "PATCH", "/{id}", key)?;
    let index = position(&application, name)?;
    let mut document = application.federated[index].document.clone();
    for (property, value) in call.changes(text(&document, "id"))? {
        match property.as_str() {
            "issuer" | "subject" | "audiences" | "description" => drop(document.insert(property, value)),
            "name" if document.get("name") == Some(&value) => {}
            property if property.starts_with("@odata.") => {}
            _ => return Err(Failure::bad(format!("Property '{property}' is read-only and cannot be set."))),
        }
    }
    check(&application, &document, Some(index))?;
    application.federated[index] = Federated { document, since: call.now };
    applications::store(call, application);
    Ok(Answer::empty(204))
}

pub(crate) fn delete(call: &mut Call<'_>, key: &Key, name: &Key) -> Outcome {
    let mut application = target(call, "DELETE", "/{id}", key)?;
    let index = position(&application, name)?;
    application.federated.remove(index);
    applications::store(call, application);
    Ok(Answer::empty(204))
}

fn check(application: &Application, document: &Map<String, Value>, own: Option<usize>) -> Outcome<()> {
    let name = text(document, "name");
    let friendly = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if !(3..=120).contains(&name.len()) || !friendly {
        return Err(Failure::bad("Federated identity credential name is invalid."));
    }
    for property in ["issuer", "subject"] {
        let value = text(document, property);
        if value.is_empty() || value.len() > 600 {
            return Err(Failure::invalid_value(property));
        }
    }
    let audiences = document.get("audiences").and_then(Value::as_array);
    if !audiences.is_some_and(|audiences| audiences.len() == 1 && audiences[0].is_string()) {
        return Err(Failure::bad("Federated identity credentials must have exactly one audience."));
    }
    for (index, other) in application.federated.iter().enumerate() {
        if Some(index) == own {
            continue;
        }
        let same = |property: &str| text(&other.document, property) == text(document, property);
        if same("name") {
            return Err(Failure::new(
                409,
                "Request_MultipleObjectsWithSameKeyValue",
                "FederatedIdentityCredential with the same name already exists.",
            ));
        }
        if same("issuer") && same("subject") {
            return Err(Failure::bad(
                "FederatedIdentityCredential with the same issuer and subject already exists on the application.",
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::desk::Desk;
    use serde_json::json;

    #[test]
    fn an_own_id_in_a_change_is_no_change() {
        let mut desk = Desk::new();
        let (id, _) = desk.register("app");
        let set = format!("/applications/{id}/federatedIdentityCredentials");
        let made = desk.post(
            &set,
            &json!({ "name": "one", "issuer": "https://issuer.example", "subject": "a", "audiences": ["b"] }),
        );
        assert_eq!(made.status, 201, "{}", made.value());
        let (own, address) = (made.text("/id"), format!("{set}/{}", made.text("/id")));
        assert_eq!(desk.patch(&address, &json!({ "id": own, "description": "c" })).status, 204);
        assert_eq!(desk.get(&address).text("/description"), "c");
        assert_eq!(desk.patch(&address, &json!({ "id": id })).status, 400);
    }
}
