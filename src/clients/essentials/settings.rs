//! The settings of the Entra sync, `/orgs/{domain}/settings/azure` (Proofpoint OpenAPI file 2023, `AzureAdSettings`).
//!
//! [`Settings`] are what a PUT carries: every member. [`Shown`] is what a GET answers, where any may be missing.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::lenient;
use crate::http::Body;

/// What the API shows in place of the secret.
const MASKED: &str = "****";

/// Whether a text may be a secret: neither blank nor the mask that the API shows in place of one.
pub fn may_be_secret(text: &str) -> bool {
    !text.trim().is_empty() && text != MASKED
}

/// The settings as a PUT carries them, all but the secret.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "these are the API's own fields")]
pub struct Settings {
    /// Primary domain of the Microsoft 365 organization.
    pub primary_domain: String,
    /// Application (client) id that Proofpoint signs in with.
    pub application_id: String,
    /// Whether people are kept from signing in to the console with their Microsoft account.
    pub disable_login: bool,
    /// Role of new users: `end_user` or `silent_user`.
    pub default_user_role_name: String,
    /// Hours between automatic runs; 0 for none.
    pub sync_frequency: i64,
    /// Include licensed, active users.
    pub sync_active_users: bool,
    /// Include distribution groups.
    pub sync_distribution_groups: bool,
    /// Include security groups.
    pub sync_security_groups: bool,
    /// Create accounts for new users.
    pub add_users: bool,
    /// Update accounts that came from an earlier run.
    pub update_users: bool,
    /// Remove accounts whose user is gone.
    pub remove_deleted_users: bool,
    /// Create new groups.
    pub add_groups: bool,
    /// Update groups that came from an earlier run.
    pub update_groups: bool,
    /// Remove functional accounts and groups whose group is gone.
    pub remove_deleted_groups: bool,
    /// Members that this version does not know, as a GET showed them: they survive a read and write.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

/// The settings as a GET shows them, without the secret: an answer never holds it. No stack is known to show every member.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
pub struct Shown {
    /// See [`Settings::primary_domain`], and so on.
    #[serde(default, deserialize_with = "lenient::optional_text")]
    pub primary_domain: Option<String>,
    /// The application.
    #[serde(default, deserialize_with = "lenient::optional_text")]
    pub application_id: Option<String>,
    /// Whether people are kept from signing in with Microsoft.
    #[serde(default, deserialize_with = "lenient::optional_boolean")]
    pub disable_login: Option<bool>,
    /// Role of new users.
    #[serde(default, deserialize_with = "lenient::optional_text")]
    pub default_user_role_name: Option<String>,
    /// Hours between automatic runs.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    pub sync_frequency: Option<i64>,
    /// Whether users are included.
    #[serde(default, deserialize_with = "lenient::optional_boolean")]
    pub sync_active_users: Option<bool>,
    /// Whether distribution groups are.
    #[serde(default, deserialize_with = "lenient::optional_boolean")]
    pub sync_distribution_groups: Option<bool>,
    /// Whether security groups are.
    #[serde(default, deserialize_with = "lenient::optional_boolean")]
    pub sync_security_groups: Option<bool>,
    /// Whether users are created.
    #[serde(default, deserialize_with = "lenient::optional_boolean")]
    pub add_users: Option<bool>,
    /// Whether users are updated.
    #[serde(default, deserialize_with = "lenient::optional_boolean")]
    pub update_users: Option<bool>,
    /// Whether users are removed.
    #[serde(default, deserialize_with = "lenient::optional_boolean")]
    pub remove_deleted_users: Option<bool>,
    /// Whether groups are created.
    #[serde(default, deserialize_with = "lenient::optional_boolean")]
    pub add_groups: Option<bool>,
    /// Whether groups are updated.
    #[serde(default, deserialize_with = "lenient::optional_boolean")]
    pub update_groups: Option<bool>,
    /// Whether groups are removed.
    #[serde(default, deserialize_with = "lenient::optional_boolean")]
    pub remove_deleted_groups: Option<bool>,
    /// Members that this version does not know.
    #[serde(flatten)]
    pub others: Map<String, Value>,
    /// End of the secret's life, where the API shows it. Its format is not documented.
    #[serde(skip)]
    pub secret_expiry: Option<String>,
    /// The last good run.
    #[serde(skip)]
    pub last_run: LastRun,
}

/// A member of the settings, by its name in the API.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "they are the fields of `Settings`")]
pub enum Member {
    PrimaryDomain,
    ApplicationId,
    DisableLogin,
    DefaultUserRoleName,
    SyncFrequency,
    SyncActiveUsers,
    SyncDistributionGroups,
    SyncSecurityGroups,
    AddUsers,
    UpdateUsers,
    RemoveDeletedUsers,
    AddGroups,
    UpdateGroups,
    RemoveDeletedGroups,
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// A member that one side has otherwise than the other.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Difference {
    /// Which.
    pub member: Member,
    /// Its value before.
    pub before: Value,
    /// Its value after.
    pub after: Value,
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
    /// Every member that this version knows, with its value.
    fn members(&self) -> [(Member, Value); 14] {
        // A new member does not compile before it has its line here.
        let Self {
            primary_domain,
            application_id,
            disable_login,
            default_user_role_name,
            sync_frequency,
            sync_active_users,
            sync_distribution_groups,
            sync_security_groups,
            add_users,
            update_users,
            remove_deleted_users,
            add_groups,
            update_groups,
            remove_deleted_groups,
            others: _,
        } = self;
        [
            (Member::PrimaryDomain, primary_domain.as_str().into()),
            (Member::ApplicationId, application_id.as_str().into()),
            (Member::DisableLogin, (*disable_login).into()),
            (Member::DefaultUserRoleName, default_user_role_name.as_str().into()),
            (Member::SyncFrequency, (*sync_frequency).into()),
            (Member::SyncActiveUsers, (*sync_active_users).into()),
            (Member::SyncDistributionGroups, (*sync_distribution_groups).into()),
            (Member::SyncSecurityGroups, (*sync_security_groups).into()),
            (Member::AddUsers, (*add_users).into()),
            (Member::UpdateUsers, (*update_users).into()),
            (Member::RemoveDeletedUsers, (*remove_deleted_users).into()),
            (Member::AddGroups, (*add_groups).into()),
            (Member::UpdateGroups, (*update_groups).into()),
            (Member::RemoveDeletedGroups, (*remove_deleted_groups).into()),
        ]
    }

    /// The value of a member.
    pub fn member(&self, member: Member) -> Value {
        let found = self.members().into_iter().find(|(each, _)| *each == member);
        found.map(|(_, value)| value).unwrap_or_default()
    }

    /// Whether a PUT of them holds a member of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        let mut known = self.members().into_iter().map(|(member, _)| member.to_string());
        name == "ad_key" || self.others.contains_key(name) || known.any(|known| known == name)
    }

    /// The members that `after` has otherwise. Case means nothing in any of them: domains, ids and names of roles.
    pub fn differences(&self, after: &Self) -> Vec<Difference> {
        let pairs = self.members().into_iter().zip(after.members());
        pairs
            .filter(|((_, before), (_, after))| !same(before, after))
            .map(|((member, before), (_, after))| Difference { member, before, after })
            .collect()
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
        if !may_be_secret(ad_key) {
            return Err(BodyError::NoSecret);
        }
        Ok(Body::json(&Whole { settings: self, ad_key })?.hiding(key))
    }
}

fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) => one.to_lowercase() == other.to_lowercase(),
        _ => one == other,
    }
}

impl Shown {
    /// What an answer shows in all; `None` when it shows no settings. Stacks differ in the fields they show.
    pub(super) fn whole(mut self) -> Option<Self> {
        // Whether a stack without settings answers 404 or an object without values is not documented.
        if self.application_id.is_none() && self.primary_domain.is_none() {
            return None;
        }
        self.others.remove("ad_key");
        self.secret_expiry = self.others.remove("secret_expiry").and_then(filled);
        self.last_run = match self.others.remove("last_successful_sync") {
            None => LastRun::NotShown,
            Some(time) => filled(time).map_or(LastRun::Never, LastRun::At),
        };
        Some(self)
    }

    /// The settings as shown, with what is not shown as `known` has it.
    #[must_use]
    pub fn over(&self, known: &Settings) -> Settings {
        let Self {
            primary_domain,
            application_id,
            disable_login,
            default_user_role_name,
            sync_frequency,
            sync_active_users,
            sync_distribution_groups,
            sync_security_groups,
            add_users,
            update_users,
            remove_deleted_users,
            add_groups,
            update_groups,
            remove_deleted_groups,
            others,
            secret_expiry: _,
            last_run: _,
        } = self;
        let text = |shown: &Option<String>, known: &String| shown.as_ref().unwrap_or(known).clone();
        Settings {
            primary_domain: text(primary_domain, &known.primary_domain),
            application_id: text(application_id, &known.application_id),
            disable_login: disable_login.unwrap_or(known.disable_login),
            default_user_role_name: text(default_user_role_name, &known.default_user_role_name),
            sync_frequency: sync_frequency.unwrap_or(known.sync_frequency),
            sync_active_users: sync_active_users.unwrap_or(known.sync_active_users),
            sync_distribution_groups: sync_distribution_groups.unwrap_or(known.sync_distribution_groups),
            sync_security_groups: sync_security_groups.unwrap_or(known.sync_security_groups),
            add_users: add_users.unwrap_or(known.add_users),
            update_users: update_users.unwrap_or(known.update_users),
            remove_deleted_users: remove_deleted_users.unwrap_or(known.remove_deleted_users),
            add_groups: add_groups.unwrap_or(known.add_groups),
            update_groups: update_groups.unwrap_or(known.update_groups),
            remove_deleted_groups: remove_deleted_groups.unwrap_or(known.remove_deleted_groups),
            others: others.clone(),
        }
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
#[path = "settings_tests.rs"]
pub(super) mod tests;
