//! The settings of the Entra sync, `/orgs/{domain}/settings/azure` (Proofpoint OpenAPI file 2023, `AzureAdSettings`).

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::lenient;
use crate::http::{Body, Misfit, read_value};

/// What the API shows in place of the secret.
const MASKED: &str = "****";

/// The settings as the API shows them, without the secret: an answer never holds it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "these are the API's own fields")]
pub struct Settings {
    /// Primary domain of the Microsoft 365 organization.
    pub primary_domain: String,
    /// Application (client) id that Proofpoint signs in with.
    pub application_id: String,
    /// Whether people are kept from signing in to the console with their Microsoft account.
    #[serde(deserialize_with = "lenient::boolean")]
    pub disable_login: bool,
    /// Role of new users: `end_user` or `silent_user`.
    pub default_user_role_name: String,
    /// Hours between automatic runs; 0 for none.
    #[serde(deserialize_with = "lenient::integer")]
    pub sync_frequency: i64,
    /// Include licensed, active users.
    #[serde(deserialize_with = "lenient::boolean")]
    pub sync_active_users: bool,
    /// Include distribution groups.
    #[serde(deserialize_with = "lenient::boolean")]
    pub sync_distribution_groups: bool,
    /// Include security groups.
    #[serde(deserialize_with = "lenient::boolean")]
    pub sync_security_groups: bool,
    /// Create accounts for new users.
    #[serde(deserialize_with = "lenient::boolean")]
    pub add_users: bool,
    /// Update accounts that came from an earlier run.
    #[serde(deserialize_with = "lenient::boolean")]
    pub update_users: bool,
    /// Remove accounts whose user is gone.
    #[serde(deserialize_with = "lenient::boolean")]
    pub remove_deleted_users: bool,
    /// Create new groups.
    #[serde(deserialize_with = "lenient::boolean")]
    pub add_groups: bool,
    /// Update groups that came from an earlier run.
    #[serde(deserialize_with = "lenient::boolean")]
    pub update_groups: bool,
    /// Remove functional accounts and groups whose group is gone.
    #[serde(deserialize_with = "lenient::boolean")]
    pub remove_deleted_groups: bool,
    /// Members that this version does not know: they survive a read and write.
    #[serde(flatten)]
    pub others: Map<String, Value>,
    /// End of the secret's life, where the API shows it. Its format is not documented.
    #[serde(skip)]
    pub secret_expiry: Option<String>,
    /// The last good run.
    #[serde(skip)]
    pub last_run: LastRun,
}

/// What `last_successful_sync` says. The format of the time is not documented: compare it, do not read it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum LastRun {
    /// The API of this stack does not show the field.
    #[default]
    NotShown,
    /// No run has succeeded yet.
    Never,
    /// The end of the last good run, in Proofpoint's spelling.
    At(String),
}

impl LastRun {
    /// The time in Proofpoint's spelling, if there is one.
    pub fn at(&self) -> Option<&str> {
        match self {
            Self::At(time) => Some(time),
            Self::NotShown | Self::Never => None,
        }
    }
}

impl Settings {
    /// Reads an answer. Stacks differ in the fields they show beyond the documented fifteen.
    pub(super) fn from_answer(answer: Value) -> Result<Self, Misfit> {
        let mut settings: Self = read_value(answer)?;
        settings.others.remove("ad_key");
        settings.secret_expiry = settings.others.remove("secret_expiry").and_then(filled);
        settings.last_run = match settings.others.remove("last_successful_sync") {
            None => LastRun::NotShown,
            Some(time) => filled(time).map_or(LastRun::Never, LastRun::At),
        };
        Ok(settings)
    }

    /// The body of a PUT: all fields, the secret included.
    pub(super) fn to_body(&self, key: &SecretString) -> Result<Body, BodyError> {
        #[derive(Serialize)]
        struct Whole<'a> {
            #[serde(flatten)]
            settings: &'a Settings,
            ad_key: &'a str,
        }
        let ad_key = key.expose_secret();
        if ad_key == MASKED || ad_key.is_empty() {
            return Err(BodyError::NoSecret);
        }
        Ok(Body::json(&Whole { settings: self, ad_key })?.hiding(key))
    }
}

/// Why there is no body to send.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// The mask that answers show in place of the secret, or nothing.
    #[error("the client secret is empty or the mask that the API shows in its place")]
    NoSecret,
    /// The body cannot be written as JSON.
    #[error("the body cannot be written as JSON")]
    Json(#[from] serde_json::Error),
}

fn filled(value: Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer() -> Value {
        json!({
            "primary_domain": "example.com", "application_id": "11111111-2222-3333-4444-555555555555",
            "ad_key": "****", "disable_login": "False", "default_user_role_name": "end_user", "sync_frequency": "6",
            "sync_active_users": true, "sync_distribution_groups": 1, "sync_security_groups": 0, "add_users": true,
            "update_users": true, "remove_deleted_users": false, "add_groups": true, "update_groups": true,
            "remove_deleted_groups": false, "sync_disabled_accounts": true,
        })
    }

    #[test]
    fn the_mask_is_neither_kept_nor_sent() {
        let settings = Settings::from_answer(answer()).unwrap();
        assert!(!serde_json::to_string(&settings).unwrap().contains("****"));
        assert!(matches!(settings.to_body(&SecretString::from("****")), Err(BodyError::NoSecret)));
        assert!(matches!(settings.to_body(&SecretString::from("")), Err(BodyError::NoSecret)));
    }

    #[test]
    fn unknown_members_survive_a_read_and_write_and_flags_go_out_as_booleans() {
        let settings = Settings::from_answer(answer()).unwrap();
        let body = settings.to_body(&SecretString::from("a secret")).unwrap();
        let sent: Value = serde_json::from_slice(&body.bytes()).unwrap();
        assert_eq!(sent["sync_disabled_accounts"], json!(true));
        assert_eq!(sent["disable_login"], json!(false));
        assert_eq!(sent["sync_frequency"], json!(6));
        assert_eq!(sent["ad_key"], json!("a secret"));
        assert_eq!(sent.as_object().unwrap().len(), 16);
    }

    #[test]
    fn a_field_that_does_not_fit_is_named_and_its_value_is_not() {
        let mut answer = answer();
        answer["sync_frequency"] = json!("hush");
        let misfit = Settings::from_answer(answer).unwrap_err();
        assert_eq!(misfit.to_string(), "at `sync_frequency`: its value is not one that is expected");
    }

    #[test]
    fn what_only_some_stacks_show_is_never_sent() {
        let mut answer = answer();
        answer["secret_expiry"] = json!("2027-05-01 00:00:00");
        answer["last_successful_sync"] = json!("2026-03-02 09:00:12");
        let settings = Settings::from_answer(answer).unwrap();
        assert_eq!(settings.secret_expiry.as_deref(), Some("2027-05-01 00:00:00"));
        assert_eq!(settings.last_run.at(), Some("2026-03-02 09:00:12"));
        let sent: Value =
            serde_json::from_slice(&settings.to_body(&SecretString::from("s")).unwrap().bytes()).unwrap();
        assert!(sent.get("secret_expiry").is_none() && sent.get("last_successful_sync").is_none());
    }

    #[test]
    fn no_run_yet_is_told_from_a_field_that_is_not_shown() {
        assert_eq!(Settings::from_answer(answer()).unwrap().last_run, LastRun::NotShown);
        let mut answer = answer();
        answer["last_successful_sync"] = Value::Null;
        assert_eq!(Settings::from_answer(answer.clone()).unwrap().last_run, LastRun::Never);
        answer["last_successful_sync"] = json!("");
        assert_eq!(Settings::from_answer(answer).unwrap().last_run, LastRun::Never);
    }
}
