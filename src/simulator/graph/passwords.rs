//! Client secrets: issued once, shown once, removed by key id.

use std::collections::BTreeMap;

use jiff::tz::Offset;
use jiff::{Span, Timestamp};
use serde_json::{Map, Value, json};

use super::application_writes::time;
use super::applications::{self, Application, HeldSecret};
use super::call::{Call, Key};
use super::errors::{Failure, Outcome};
use super::{policies, service_principals};
use crate::moods::Hint;
use crate::server::exchange::Answer;
use crate::state::clock::graph_time;
use crate::state::tenant::secret_text;

/// What addPassword and removePassword act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    Application,
    ServicePrincipal,
}

pub(crate) fn add(call: &mut Call<'_>, holder: Holder, key: &Key) -> Outcome {
    let body = call.optional_body()?;
    let asked = match body.get("passwordCredential") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(asked)) => asked.clone(),
        Some(_) => return Err(Failure::invalid_value("passwordCredential")),
    };
    let credential = match holder {
        Holder::Application => {
            let reach = call.allow("POST", "/applications/{id}/addPassword")?;
            let current = applications::target(call, key)?;
            call.owned(reach, &current.owners)?;
            applications::concurrency(call, &current)?;
            let mut application = Application::clone(&current);
            let credential = issue_for_application(call, &mut application, &asked)?;
            applications::store_keys(call, application);
            credential
        }
        Holder::ServicePrincipal => {
            let reach = call.allow("POST", "/servicePrincipals/{id}/addPassword")?;
            let mut principal = service_principals::target(call, key)?;
            call.owned(reach, &principal.owners)?;
            let (shown, stored, held) = issue(call, &asked)?;
            principal.secrets.insert(key_id(&stored).to_owned(), held);
            push(&mut principal.document, stored);
            service_principals::store(call, principal);
            shown
        }
    };
    let mut answer = Map::new();
    let context = call.context("microsoft.graph.passwordCredential");
    answer.insert("@odata.context".to_owned(), Value::from(context));
    if let Value::Object(credential) = credential {
        answer.extend(credential);
    }
    Ok(Answer::json(200, &answer))
}

pub(crate) fn remove(call: &mut Call<'_>, holder: Holder, key: &Key) -> Outcome {
    let body = call.body()?;
    let wanted = body.get("keyId").and_then(Value::as_str).ok_or_else(|| Failure::invalid_value("keyId"))?;
    match holder {
        Holder::Application => {
            let reach = call.allow("POST", "/applications/{id}/removePassword")?;
            let current = applications::target(call, key)?;
            call.owned(reach, &current.owners)?;
            applications::concurrency(call, &current)?;
            // A replica that has not heard of the key does not find it.
            let seen = applications::seen(call.tenant(), key, call.view);
            if !seen.is_some_and(|seen| holds(&seen.document, wanted)) {
                return Err(no_such_key(wanted));
            }
            let mut application = Application::clone(&current);
            remember_keys(call, &mut application);
            take(&mut application.document, &mut application.secrets, wanted)?;
            applications::store_keys(call, application);
        }
        Holder::ServicePrincipal => {
            let reach = call.allow("POST", "/servicePrincipals/{id}/removePassword")?;
            let mut principal = service_principals::target(call, key)?;
            call.owned(reach, &principal.owners)?;
            take(&mut principal.document, &mut principal.secrets, wanted)?;
            service_principals::store(call, principal);
        }
    }
    Ok(Answer::empty(204))
}

/// Issues a secret for an application and gives back the credential with its text.
pub(crate) fn issue_for_application(
    call: &mut Call<'_>,
    application: &mut Application,
    asked: &Map<String, Value>,
) -> Outcome<Value> {
    let (start, end) = lifetime(call, asked)?;
    policies::check_password(call, application, start, end)?;
    let (shown, stored, held) = issue(call, asked)?;
    remember_keys(call, application);
    application.secrets.insert(key_id(&stored).to_owned(), held);
    push(&mut application.document, stored);
    Ok(shown)
}

fn remember_keys(call: &Call<'_>, application: &mut Application) {
    let before = application.document.get("passwordCredentials").cloned().unwrap_or_else(|| json!([]));
    application.keys_before = Some((call.now, before));
}

/// The credential as the answer shows it, as later reads show it, and the secret itself.
fn issue(call: &mut Call<'_>, asked: &Map<String, Value>) -> Outcome<(Value, Value, HeldSecret)> {
    let (start, end) = lifetime(call, asked)?;
    let display_name = match asked.get("displayName") {
        None | Some(Value::Null) => Value::Null,
        Some(Value::String(name)) => Value::from(name.as_str()),
        Some(_) => return Err(Failure::invalid_value("displayName")),
    };
    let text = secret_text(&mut call.world.random);
    call.world.secrets.insert(text.clone());
    let hint: Option<String> =
        (call.world.moods.secret_hint == Hint::Shown).then(|| text.chars().take(3).collect());
    let mut stored = json!({
        "customKeyIdentifier": null, "displayName": display_name, "endDateTime": graph_time(end), "hint": hint,
        "keyId": call.guid(), "secretText": null, "startDateTime": graph_time(start),
    });
    let mut shown = stored.clone();
    shown["secretText"] = Value::from(text.as_str());
    stored["secretText"] = Value::Null;
    Ok((shown, stored, HeldSecret { text, since: call.now }))
}

/// From now, for two years, unless asked otherwise.
fn lifetime(call: &Call<'_>, asked: &Map<String, Value>) -> Outcome<(Timestamp, Timestamp)> {
    let start = time(asked, "startDateTime")?.unwrap_or(call.now);
    let end = match time(asked, "endDateTime")? {
        Some(end) => end,
        None => Offset::UTC
            .to_datetime(start)
            .checked_add(Span::new().years(2))
            .and_then(|end| Offset::UTC.to_timestamp(end))
            .map_err(|_| Failure::invalid_value("endDateTime"))?,
    };
    if end <= start || end <= call.now {
        return Err(Failure::bad("Key credential end date is invalid.")
            .detail("KeyCredentialsInvalidEndDate", "endDateTime"));
    }
    Ok((start, end))
}

fn key_id(credential: &Value) -> &str {
    credential.get("keyId").and_then(Value::as_str).unwrap_or_default()
}

fn push(document: &mut Map<String, Value>, credential: Value) {
    if let Value::Array(credentials) =
        document.entry("passwordCredentials").or_insert_with(|| Value::Array(Vec::new()))
    {
        credentials.push(credential);
    }
}

fn holds(document: &Map<String, Value>, key: &str) -> bool {
    document
        .get("passwordCredentials")
        .and_then(Value::as_array)
        .is_some_and(|credentials| credentials.iter().any(|credential| key_id(credential) == key))
}

fn no_such_key(key: &str) -> Failure {
    Failure::bad(format!("No password credential found with keyId {key}."))
}

fn take(
    document: &mut Map<String, Value>,
    secrets: &mut BTreeMap<String, HeldSecret>,
    key: &str,
) -> Outcome<()> {
    if !holds(document, key) {
        return Err(no_such_key(key));
    }
    if let Some(Value::Array(credentials)) = document.get_mut("passwordCredentials") {
        credentials.retain(|credential| key_id(credential) != key);
    }
    secrets.remove(key);
    Ok(())
}
