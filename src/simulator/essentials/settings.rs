//! `/orgs/{domain}/settings/azure`: how an organization is synced.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::account::AccountType;
use super::behaviour::{
    Behaviour, CredentialsCheck, NotGiven, TimestampForm, Unset, UnsetTimestamp, WhenAbsent,
};
use super::call::Call;
use super::errors::{Failure, Outcome};
use super::fields::Fields;
use crate::entra;
use crate::server::exchange::Answer;
use crate::state::World;

/// What a secret reads as.
const MASK: &str = "****";

const TEXTS: [&str; 4] = ["primary_domain", "application_id", "ad_key", "default_user_role_name"];

const FLAGS: [&str; 10] = [
    "disable_login",
    "sync_active_users",
    "sync_distribution_groups",
    "sync_security_groups",
    "add_users",
    "update_users",
    "remove_deleted_users",
    "add_groups",
    "update_groups",
    "remove_deleted_groups",
];

/// The settings, with the key in clear and the two fields that came later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "the flags are those of the API")]
pub(crate) struct Settings {
    pub(crate) primary_domain: String,
    pub(crate) application_id: String,
    pub(crate) ad_key: String,
    pub(crate) disable_login: bool,
    /// The role of users that a sync makes.
    pub(crate) default_user_role_name: AccountType,
    /// Hours between runs; 0 for none.
    pub(crate) sync_frequency: u16,
    pub(crate) sync_active_users: bool,
    pub(crate) sync_distribution_groups: bool,
    pub(crate) sync_security_groups: bool,
    pub(crate) add_users: bool,
    pub(crate) update_users: bool,
    pub(crate) remove_deleted_users: bool,
    pub(crate) add_groups: bool,
    pub(crate) update_groups: bool,
    pub(crate) remove_deleted_groups: bool,
    #[serde(default)]
    pub(crate) secret_expiry: Option<Timestamp>,
    #[serde(default)]
    pub(crate) last_successful_sync: Option<Timestamp>,
    /// When the next run is due; no API shows it.
    #[serde(default)]
    pub(crate) next_run: Option<Timestamp>,
}

impl Settings {
    /// Plans the next run: a frequency that did not change keeps the time it had.
    pub(crate) fn schedule(&mut self, before: Option<&Self>, now: Timestamp) {
        let kept = before.filter(|before| before.sync_frequency == self.sync_frequency);
        self.next_run = match kept.and_then(|before| before.next_run) {
            Some(due) => Some(due),
            None => self.next_run.filter(|_| before.is_none()).or_else(|| self.following(now)),
        };
        if self.sync_frequency == 0 {
            self.next_run = None;
        }
    }

    /// The time of the run after one at `time`.
    pub(crate) fn following(&self, time: Timestamp) -> Option<Timestamp> {
        let hours = i64::from(self.sync_frequency);
        (hours > 0).then(|| time.checked_add(SignedDuration::from_hours(hours)).ok()).flatten()
    }

    fn shown(&self, behaviour: &Behaviour) -> Value {
        let Ok(Value::Object(mut map)) = serde_json::to_value(self) else { return Value::Null };
        map.insert("ad_key".to_owned(), json!(MASK));
        map.remove("next_run");
        for (name, time) in
            [("secret_expiry", self.secret_expiry), ("last_successful_sync", self.last_successful_sync)]
        {
            map.remove(name);
            if behaviour.new_fields
                && let Some(value) = time_shown(time, behaviour)
            {
                map.insert(name.to_owned(), value);
            }
        }
        Value::Object(map)
    }
}

fn time_shown(time: Option<Timestamp>, behaviour: &Behaviour) -> Option<Value> {
    match (time, behaviour.unset_timestamp) {
        (Some(time), _) => {
            let form = match behaviour.timestamps {
                TimestampForm::Plain => "%Y-%m-%d %H:%M:%S",
                TimestampForm::Iso8601 => "%Y-%m-%dT%H:%M:%SZ",
            };
            Some(json!(time.strftime(form).to_string()))
        }
        (None, UnsetTimestamp::Null) => Some(Value::Null),
        (None, UnsetTimestamp::Absent) => None,
        (None, UnsetTimestamp::Empty) => Some(json!("")),
    }
}

fn unset(domain: &str) -> Failure {
    Failure::new(404, "no domain or settings found", domain)
}

fn bad(problem: &str, identifier: &str) -> Failure {
    Failure::new(400, format!("bad request: {problem}"), identifier)
}

pub(crate) fn get(call: &Call<'_>, domain: &str) -> Outcome {
    match (&call.organization(domain)?.settings, call.behaviour().get_unset) {
        (Some(settings), _) => Ok(Answer::json(200, &settings.shown(call.behaviour()))),
        (None, Unset::NotFound) => Err(unset(domain)),
        (None, Unset::EmptyObject) => Ok(Answer::json(200, &json!({}))),
    }
}

pub(crate) fn put(call: &mut Call<'_>, domain: &str) -> Outcome {
    let body = call.object()?;
    // Known to the leak tests even when the rest of the body is refused.
    if let Some(key) =
        body.get("ad_key").and_then(Value::as_str).filter(|key| *key != MASK && !key.is_empty())
    {
        call.world.secrets.insert(key.to_owned());
    }
    let behaviour = call.behaviour().clone();
    let before = call.organization(domain)?.settings.clone();
    if before.is_none() && behaviour.put_when_absent == WhenAbsent::NotFound {
        return Err(unset(domain));
    }
    let mut settings = read(&body, before.as_ref(), &behaviour, domain)?;
    if behaviour.credentials_check == CredentialsCheck::SignIn {
        let (tenant, client) = (&settings.primary_domain, &settings.application_id);
        entra::sign_in(call.world, tenant, client, &settings.ad_key)
            .map_err(|text| Failure::new(400, text, domain))?;
    }
    settings.secret_expiry = secret_expiry(call.world, &settings);
    settings.schedule(before.as_ref(), call.world.clock.now());
    let organization = call.organization_mut(domain)?;
    if behaviour.disable_login_mirrors {
        organization.login.allow_azure_login = !settings.disable_login;
    }
    organization.settings = Some(settings);
    Ok(Answer::empty(204))
}

/// Clears the settings and with them the schedule; exemptions stay.
pub(crate) fn delete(call: &mut Call<'_>, domain: &str) -> Outcome {
    call.organization_mut(domain)?.settings.take().map(|_| Answer::empty(204)).ok_or_else(|| unset(domain))
}

/// The settings that a body and those before it make; every refusal is a 400, since the API lists no 422 here.
fn read(
    body: &Map<String, Value>,
    before: Option<&Settings>,
    behaviour: &Behaviour,
    domain: &str,
) -> Outcome<Settings> {
    let fields = Fields { map: body, booleans: behaviour.booleans, status: 400 };
    let mut whole = match before.map(serde_json::to_value) {
        Some(Ok(Value::Object(before))) => before,
        _ => Map::new(),
    };
    let mut missing = Vec::new();
    for name in TEXTS {
        match fields.text(name)? {
            Some(text) => drop(whole.insert(name.to_owned(), json!(text))),
            None => missing.push(name),
        }
    }
    for name in FLAGS {
        match fields.boolean(name)? {
            Some(flag) => drop(whole.insert(name.to_owned(), json!(flag))),
            None => missing.push(name),
        }
    }
    match fields.integer("sync_frequency")? {
        Some(hours) => drop(whole.insert("sync_frequency".to_owned(), json!(hours))),
        None => missing.push("sync_frequency"),
    }
    let kept = behaviour.missing_fields == NotGiven::Keep && before.is_some();
    if !missing.is_empty() && !kept {
        return Err(bad(&format!("missing {}", missing.join(", ")), domain));
    }
    if body.get("ad_key").and_then(Value::as_str) == Some(MASK) {
        match before {
            Some(before) if behaviour.masked_key == NotGiven::Keep => {
                whole.insert("ad_key".to_owned(), json!(before.ad_key));
            }
            _ => return Err(bad("`ad_key` is masked", domain)),
        }
    }
    let settings: Settings =
        serde_json::from_value(Value::Object(whole)).map_err(|error| bad(&error.to_string(), domain))?;
    if !matches!(settings.default_user_role_name, AccountType::EndUser | AccountType::SilentUser) {
        return Err(bad("`default_user_role_name` is end_user or silent_user", domain));
    }
    if ![0, 1, 3, 6, 12, 24].contains(&settings.sync_frequency) {
        return Err(bad("`sync_frequency` is 0, 1, 3, 6, 12 or 24", domain));
    }
    for (name, text) in [
        ("primary_domain", &settings.primary_domain),
        ("application_id", &settings.application_id),
        ("ad_key", &settings.ad_key),
    ] {
        if text.is_empty() {
            return Err(bad(&format!("`{name}` is empty"), domain));
        }
    }
    Ok(settings)
}

/// When the key that was handed over ends, as the directory knows; none for a key it does not know.
fn secret_expiry(world: &World, settings: &Settings) -> Option<Timestamp> {
    let tenant = world.tenant(&settings.primary_domain)?;
    let application = tenant.applications.iter().find(|one| one.text("appId") == settings.application_id)?;
    let (key_id, _) = application.secrets.iter().find(|(_, held)| held.text == settings.ad_key)?;
    let credentials = application.document.get("passwordCredentials")?.as_array()?;
    let credential = credentials.iter().find(|one| one["keyId"] == key_id.as_str())?;
    credential.get("endDateTime")?.as_str()?.parse().ok()
}
