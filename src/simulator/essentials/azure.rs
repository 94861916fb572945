//! `/orgs/{domain}/settings/azure`: the calls that read, write and clear the settings of the sync.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::azure_given::read;
use super::azure_shown::{MASK, blank, shown};
use super::call::Call;
use super::errors::{Failure, Outcome};
use super::settings::Settings;
use crate::entra;
use crate::moods::DeleteAbsent;
use crate::moods::{CredentialsCheck, Moods, PutKeepsLastRun, PutRuns, SecretExpiry, Unset, WhenAbsent};
use crate::server::exchange::Answer;
use crate::state::World;
use crate::state::late::Late;

fn unset(domain: &str) -> Failure {
    Failure::new(404, "no domain or settings found", domain)
}

pub(crate) fn get(call: &mut Call<'_>, domain: &str) -> Outcome {
    let now = call.world.clock.now();
    let moods = call.moods().clone();
    let organization = call.organization_mut(domain)?;
    let current = organization.settings.as_ref();
    let seen = match &mut organization.settings_before {
        Some(late) => late.look(now).map_or(current, Option::as_ref),
        None => current,
    };
    match (seen, moods.get_unset) {
        (Some(settings), _) => Ok(Answer::json(200, &shown(settings, &moods))),
        (None, Unset::NotFound) => Err(unset(domain)),
        (None, Unset::EmptyObject) => Ok(Answer::json(200, &json!({}))),
        (None, Unset::Blank) => Ok(Answer::json(200, &blank())),
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
    let moods = call.moods().clone();
    let now = call.world.clock.now();
    let before = call.organization(domain)?.settings.clone();
    if before.is_none() && moods.put_when_absent == WhenAbsent::NotFound {
        return Err(unset(domain));
    }
    let mut settings = read(&body, before.as_ref(), &moods, domain)?;
    check_credentials(call.world, &settings, &moods).map_err(|text| Failure::new(400, text, domain))?;
    if moods.credentials_check != CredentialsCheck::None {
        entra::note_sign_in(call.world, &settings.primary_domain, &settings.application_id, &settings.ad_key);
    }
    settings.secret_expiry = match moods.secret_expiry {
        SecretExpiry::TwoYears => now.checked_add(SignedDuration::from_hours(2 * 365 * 24)).ok(),
        _ => key(call.world, &settings).and_then(|key| key.end),
    };
    settings.schedule(before.as_ref(), now);
    if moods.put_runs == PutRuns::AtOnce && settings.sync_frequency > 0 {
        settings.next_run = Some(now);
    }
    if moods.put_and_last_run == PutKeepsLastRun::Resets {
        settings.last_successful_sync = None;
    }
    let settling = call.world.settling(moods.settings_lag);
    let organization = call.organization_mut(domain)?;
    if moods.disable_login_mirrors {
        organization.login.allow_azure_login = !settings.disable_login;
    }
    Late::begin(&mut organization.settings_before, before, settling, now);
    organization.settings = Some(settings);
    Ok(Answer::empty(204))
}

/// Clears the settings and with them the schedule; exemptions stay.
pub(crate) fn delete(call: &mut Call<'_>, domain: &str) -> Outcome {
    let (now, lag) = (call.world.clock.now(), call.moods().settings_lag);
    let absent = call.moods().delete_when_absent;
    let settling = call.world.settling(lag);
    let organization = call.organization_mut(domain)?;
    match organization.settings.take() {
        Some(before) => {
            Late::begin(&mut organization.settings_before, Some(before), settling, now);
            Ok(Answer::empty(204))
        }
        None if absent == DeleteAbsent::NoContent => Ok(Answer::empty(204)),
        None => Err(unset(domain)),
    }
}

/// Microsoft's text where the credentials are tried and do not work.
fn check_credentials(world: &World, settings: &Settings, moods: &Moods) -> Result<(), String> {
    if moods.credentials_check == CredentialsCheck::None {
        return Ok(());
    }
    if moods.credentials_check == CredentialsCheck::Refused {
        return Err("bad request: the connection to Azure could not be established".to_owned());
    }
    let (tenant, client) = (&settings.primary_domain, &settings.application_id);
    entra::sign_in(world, tenant, client, &settings.ad_key)?;
    let known_for = |since: Option<Timestamp>| {
        let lag = SignedDuration::from_millis(i64::try_from(moods.region_lag.0).unwrap_or(i64::MAX));
        since.is_none_or(|since| world.clock.now().duration_since(since) >= lag)
    };
    let key = key(world, settings);
    match moods.credentials_check {
        CredentialsCheck::LateSecret if !known_for(key.as_ref().map(|key| key.since)) => Err(format!(
            "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{client}'."
        )),
        CredentialsCheck::LateApplication if !known_for(key.and_then(|key| key.application_since)) => {
            Err(format!(
                "AADSTS700016: Application with identifier '{client}' was not found in the directory '{tenant}'."
            ))
        }
        _ => Ok(()),
    }
}

/// The key that was handed over, as the directory knows it.
struct Key {
    end: Option<Timestamp>,
    since: Timestamp,
    application_since: Option<Timestamp>,
}

fn key(world: &World, settings: &Settings) -> Option<Key> {
    let tenant = world.tenant(&settings.primary_domain)?;
    let same = |app_id: &str| app_id.eq_ignore_ascii_case(&settings.application_id);
    let application = tenant.applications.iter().find(|one| same(one.app_id()))?;
    let (key_id, held) = application.secrets.iter().find(|(_, held)| held.text == settings.ad_key)?;
    let credentials = application.document.get("passwordCredentials")?.as_array()?;
    let credential = credentials.iter().find(|one| one["keyId"] == key_id.as_str())?;
    let end = credential.get("endDateTime").and_then(Value::as_str).and_then(|end| end.parse().ok());
    Some(Key { end, since: held.since, application_since: application.text("createdDateTime").parse().ok() })
}
