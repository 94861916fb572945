//! The settings as a GET shows them, in each of the forms that nobody has published.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::azure_members::{FLAGS, FURTHER, HOURS, MASK};
use super::settings::Settings;
use crate::moods::{
    Case, DisableLogin, Flags, FurtherMembers, LastRun, Moods, SecretExpiry, TimestampForm, UnsetTimestamp,
};

/// What a GET shows of these settings.
pub(super) fn shown(settings: &Settings, moods: &Moods) -> Value {
    let Ok(Value::Object(mut map)) = serde_json::to_value(settings) else { return Value::Null };
    map.insert("ad_key".to_owned(), json!(MASK));
    map.insert("primary_domain".to_owned(), json!(cased(&settings.primary_domain, moods.domain_case)));
    map.insert("application_id".to_owned(), json!(cased(&settings.application_id, moods.id_case)));
    for name in ["next_run", "secret_expiry", "last_successful_sync"] {
        map.remove(name);
    }
    match moods.disable_login_shows {
        DisableLogin::Stored => {}
        DisableLogin::Absent => drop(map.remove("disable_login")),
        DisableLogin::False => drop(map.insert("disable_login".to_owned(), json!(false))),
        DisableLogin::True => drop(map.insert("disable_login".to_owned(), json!(true))),
    }
    if moods.further_members == FurtherMembers::None {
        map.remove(FURTHER);
    } else {
        map.entry(FURTHER).or_insert(json!(false));
    }
    flags(&mut map, moods.flags_shown);
    if let Some(expiry) = expiry(settings.secret_expiry, moods) {
        map.insert("secret_expiry".to_owned(), expiry);
    }
    if moods.last_successful_sync == LastRun::Time
        && let Some(time) = time(settings.last_successful_sync, moods)
    {
        map.insert("last_successful_sync".to_owned(), time);
    }
    Value::Object(map)
}

/// Settings that were cleared, on a stack that shows all members of them nevertheless.
pub(super) fn blank() -> Value {
    let mut map: Map<String, Value> = FLAGS.iter().map(|name| ((*name).to_owned(), json!(false))).collect();
    for name in ["primary_domain", "application_id", "ad_key", "default_user_role_name"] {
        map.insert(name.to_owned(), json!(""));
    }
    map.insert(HOURS.to_owned(), json!(0));
    Value::Object(map)
}

/// A text in the case that the stack prefers.
pub(super) fn cased(text: &str, case: Case) -> String {
    match case {
        Case::AsSent => text.to_owned(),
        Case::Lower => text.to_lowercase(),
        Case::Upper => text.to_uppercase(),
    }
}

fn flags(map: &mut Map<String, Value>, form: Flags) {
    for name in FLAGS {
        let Some(flag) = map.get(name).and_then(Value::as_bool) else { continue };
        let shown = match form {
            Flags::Booleans => json!(flag),
            Flags::Texts => json!(flag.to_string()),
            Flags::Numbers => json!(u8::from(flag)),
        };
        map.insert(name.to_owned(), shown);
    }
}

fn expiry(end: Option<Timestamp>, moods: &Moods) -> Option<Value> {
    match (moods.secret_expiry, end) {
        (SecretExpiry::Absent, _) => None,
        (SecretExpiry::Null, _) => Some(Value::Null),
        (SecretExpiry::Date, Some(end)) => Some(json!(end.strftime("%Y-%m-%d").to_string())),
        _ => time(end, moods),
    }
}

fn time(time: Option<Timestamp>, moods: &Moods) -> Option<Value> {
    match (time, moods.unset_timestamp) {
        (Some(time), _) => {
            let form = match moods.timestamps {
                TimestampForm::Plain => "%Y-%m-%d %H:%M:%S",
                TimestampForm::Iso8601 => "%Y-%m-%dT%H:%M:%SZ",
                TimestampForm::Slashes => "%Y/%m/%d %H:%M:%S",
                TimestampForm::Offset => "%Y-%m-%dT%H:%M:%S+00:00",
            };
            Some(json!(time.strftime(form).to_string()))
        }
        (None, UnsetTimestamp::Null) => Some(Value::Null),
        (None, UnsetTimestamp::Absent) => None,
        (None, UnsetTimestamp::Empty) => Some(json!("")),
    }
}
