//! What a PUT of the settings says, and what the stack makes of it.

use serde_json::{Map, Value, json};

use super::account::AccountType;
use super::azure_members::{FLAGS, FURTHER, HOURS, MASK, TEXTS};
use super::errors::{Failure, Outcome};
use super::fields::Fields;
use super::settings::Settings;
use crate::moods::{BadValue, Forced, FurtherMembers, MaskedKey, Moods, NotGiven, UnknownMembers};

fn bad(moods: &Moods, problem: &str, identifier: &str) -> Failure {
    match moods.bad_value_status {
        BadValue::BadRequest => Failure::new(400, format!("bad request: {problem}"), identifier),
        BadValue::Unprocessable => Failure::invalid(problem, identifier),
    }
}

/// The settings that a body and those before it make.
pub(super) fn read(
    body: &Map<String, Value>,
    before: Option<&Settings>,
    moods: &Moods,
    domain: &str,
) -> Outcome<Settings> {
    check_members(body, moods, domain)?;
    let status = bad(moods, "", "").status;
    let fields = Fields { map: body, booleans: moods.booleans, status };
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
    match fields.integer(HOURS)? {
        Some(hours) => drop(whole.insert(HOURS.to_owned(), json!(hours))),
        None => missing.push(HOURS),
    }
    whole.remove(FURTHER);
    if takes_further(moods)
        && let Some(flag) = fields.boolean(FURTHER)?
    {
        whole.insert(FURTHER.to_owned(), json!(flag));
    }
    match moods.missing_fields {
        NotGiven::Keep if before.is_some() => {}
        NotGiven::Default => {
            whole.extend(missing.iter().map(|name| ((*name).to_owned(), default(name))));
        }
        _ if missing.is_empty() => {}
        _ => return Err(bad(moods, &format!("missing {}", missing.join(", ")), domain)),
    }
    if body.get("ad_key").and_then(Value::as_str) == Some(MASK) {
        match (before, moods.masked_key) {
            (_, MaskedKey::Store) => {}
            (Some(before), MaskedKey::Keep) => drop(whole.insert("ad_key".to_owned(), json!(before.ad_key))),
            _ => return Err(bad(moods, "`ad_key` is masked", domain)),
        }
    }
    let settings = serde_json::from_value(Value::Object(whole))
        .map_err(|error| bad(moods, &error.to_string(), domain))?;
    check(&settings, moods, domain)?;
    Ok(forced(settings, moods.forced_setting))
}

/// What a member is that nobody has given, on a stack that has defaults.
fn default(name: &str) -> Value {
    match name {
        HOURS => json!(24),
        "default_user_role_name" => json!("end_user"),
        name if TEXTS.contains(&name) => json!(""),
        _ => json!(false),
    }
}

fn takes_further(moods: &Moods) -> bool {
    matches!(moods.further_members, FurtherMembers::Shown | FurtherMembers::ShownAndRequired)
}

fn check_members(body: &Map<String, Value>, moods: &Moods, domain: &str) -> Outcome<()> {
    let known = |name: &str| TEXTS.contains(&name) || FLAGS.contains(&name) || name == HOURS;
    let further = body.contains_key(FURTHER);
    match moods.further_members {
        FurtherMembers::ShownAndRefused if further => {
            return Err(bad(moods, &format!("`{FURTHER}` is unknown"), domain));
        }
        FurtherMembers::ShownAndRequired if !further => {
            return Err(bad(moods, &format!("missing {FURTHER}"), domain));
        }
        _ => {}
    }
    let unknown = body.keys().find(|name| !(known(name) || takes_further(moods) && *name == FURTHER));
    match unknown {
        Some(unknown) if moods.unknown_members == UnknownMembers::Refused => {
            Err(bad(moods, &format!("`{unknown}` is unknown"), domain))
        }
        _ => Ok(()),
    }
}

fn check(settings: &Settings, moods: &Moods, domain: &str) -> Outcome<()> {
    if !matches!(settings.default_user_role_name, AccountType::EndUser | AccountType::SilentUser) {
        return Err(bad(moods, "`default_user_role_name` is end_user or silent_user", domain));
    }
    if ![0, 1, 3, 6, 12, 24].contains(&settings.sync_frequency) {
        return Err(bad(moods, "`sync_frequency` is 0, 1, 3, 6, 12 or 24", domain));
    }
    for (name, text) in [
        ("primary_domain", &settings.primary_domain),
        ("application_id", &settings.application_id),
        ("ad_key", &settings.ad_key),
    ] {
        if text.is_empty() {
            return Err(bad(moods, &format!("`{name}` is empty"), domain));
        }
    }
    Ok(())
}

fn forced(mut settings: Settings, forced: Forced) -> Settings {
    match forced {
        Forced::UpdateUsersTrue => settings.update_users = true,
        Forced::AddGroupsFalse => settings.add_groups = false,
        Forced::SecurityGroupsFalse => settings.sync_security_groups = false,
        Forced::RemoveDeletedUsersTrue => settings.remove_deleted_users = true,
        Forced::FrequencyDaily if settings.sync_frequency > 0 => settings.sync_frequency = 24,
        Forced::None | Forced::FrequencyDaily => {}
        Forced::RoleEndUser => settings.default_user_role_name = AccountType::EndUser,
    }
    settings
}
