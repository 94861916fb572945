//! Client secrets of an application.
//!
//! Their values are shown once, in the answer that makes them. A lost answer leaves a secret that nobody knows, so an
//! unknown outcome is never answered with a blind repeat: what was made is looked for by its display name and removed.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use reqwest::Method;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::applications::{Application, Applications};
use super::ask::{Ask, encoded};
use super::connection::Graph;
use super::consistency::{concurrent, never, secret_not_there_yet};
use super::error::Error;
use super::gone::Thing;
use super::lenient;
use super::needs;
use super::password_credential::PasswordCredential;
use crate::http::{Call, Repeat};

/// A secret to be made.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewPassword {
    /// Shown in the portal. Choose it unlike any other of the application: an orphan is found by it.
    pub display_name: String,
    /// When it ends; two years from now when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_date_time: Option<Timestamp>,
}

/// A secret that was just made, with its value.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MintedPassword {
    /// Id of the secret.
    pub key_id: String,
    /// The first characters of its value.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub hint: String,
    /// When it starts.
    pub start_date_time: Option<Timestamp>,
    /// When it ends.
    pub end_date_time: Option<Timestamp>,
    /// The value, shown this once.
    #[serde(rename = "secretText", deserialize_with = "lenient::secret")]
    pub secret: SecretString,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AddPassword<'a> {
    password_credential: &'a NewPassword,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RemovePassword<'a> {
    key_id: &'a str,
}

/// Attempts to make a secret: one, and one more after an orphan was found and removed.
const ATTEMPTS: u32 = 2;

/// Secrets that were to be removed from applications which did not have them, by the object id: one that was deleted can't be
/// told, and has them again when it is restored.
#[derive(Default)]
struct Unwanted(Mutex<HashMap<String, HashSet<String>>>);

impl Graph {
    fn note_unwanted(&self, application: &str, key_id: &str) {
        let unwanted = self.lasting::<Unwanted>();
        let mut unwanted = unwanted.0.lock().unwrap_or_else(PoisonError::into_inner);
        unwanted.entry(application.to_owned()).or_default().insert(key_id.to_owned());
    }

    /// The secrets of an application that this process was told to remove in vain.
    pub(super) fn unwanted_passwords(&self, application: &str) -> HashSet<String> {
        let unwanted = self.lasting::<Unwanted>();
        let unwanted = unwanted.0.lock().unwrap_or_else(PoisonError::into_inner);
        unwanted.get(application).cloned().unwrap_or_default()
    }
}

impl Applications<'_> {
    /// Makes a client secret (Graph: application-addpassword).
    ///
    /// When an answer is lost, an orphan of this display name is looked for; if it is seen it is removed and a new one
    /// made, else the error stands and [`Error::outcome_is_unknown`] is true.
    pub async fn add_password(
        &self,
        call: &Call,
        object_id: &str,
        new: &NewPassword,
    ) -> Result<MintedPassword, Error> {
        let operation = format!("add a client secret to application `{object_id}`");
        let path = format!("/applications/{}/addPassword", encoded(object_id));
        let ask = Ask::new(Method::POST, path, &needs::WRITE_APPLICATIONS, operation)
            .body(&AddPassword { password_credential: new })?
            .holds_secret();
        debug_assert!(ask.repeat == Repeat::Unsafe, "a repeat would make a second secret");
        let _writer = self.lock(call, object_id).await?;
        let mut attempt = 1;
        loop {
            // A 404 or 409 says that nothing was made; the application may still be on its way to this replica.
            let made = match self.0.settle_late(call, ask.clone(), Thing::Application(object_id)).await {
                Ok(response) => response.json::<MintedPassword>().map_err(|error| ask.error(error)),
                Err(error) => Err(error),
            };
            match made {
                Ok(made) => {
                    self.0.note_fresh(&made.key_id);
                    return Ok(made);
                }
                Err(error) if error.outcome_is_unknown() && !error.is_cancelled() => {
                    let removed = self.remove_orphans(call, object_id, &new.display_name).await;
                    if attempt == ATTEMPTS || !matches!(removed, Ok(true)) {
                        return Err(error);
                    }
                    attempt += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Removes a client secret. True when it was there. That of an application which lies among the deleted items goes when this
    /// process restores it.
    pub async fn remove_password(&self, call: &Call, object_id: &str, key_id: &str) -> Result<bool, Error> {
        let _writer = self.lock(call, object_id).await?;
        let removed = self.remove_password_unlocked(call, object_id, key_id).await?;
        if !removed {
            self.0.note_unwanted(object_id, key_id);
        }
        Ok(removed)
    }

    /// The same by whoever holds the lock, and of nobody else.
    pub(super) async fn remove_password_unlocked(
        &self,
        call: &Call,
        object_id: &str,
        key_id: &str,
    ) -> Result<bool, Error> {
        let operation = format!("remove the client secret `{key_id}` of application `{object_id}`");
        let path = format!("/applications/{}/removePassword", encoded(object_id));
        let ask = Ask::new(Method::POST, path, &needs::WRITE_APPLICATIONS, operation)
            .body(&RemovePassword { key_id })?
            .repeatable();
        let passing = if self.0.is_fresh(key_id) { secret_not_there_yet } else { never };
        match self.0.settle_of(call, ask, passing, Thing::Application(object_id)).await {
            Ok(_) => {
                self.0.note_gone(key_id);
                Ok(true)
            }
            Err(error) if !concurrent(&error) && secret_not_there_yet(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Removes secrets whose values were lost with an answer. True when one was seen.
    async fn remove_orphans(&self, call: &Call, object_id: &str, display_name: &str) -> Result<bool, Error> {
        let operation = format!("look for a client secret of application `{object_id}` whose value was lost");
        let path = format!("/applications/{}?$select=id,passwordCredentials", encoded(object_id));
        let ask = Ask::get(path, &needs::READ_APPLICATIONS, operation);
        let keys: Keys = self.0.read(call, ask).await?;
        let mut seen = false;
        for key in
            keys.password_credentials.iter().filter(|key| key.display_name.as_deref() == Some(display_name))
        {
            seen |= self.remove_password_unlocked(call, object_id, &key.key_id).await?;
        }
        Ok(seen)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Keys {
    #[serde(default, deserialize_with = "lenient::or_default")]
    password_credentials: Vec<PasswordCredential>,
}

impl Application {
    /// The secret of this id.
    pub fn password(&self, key_id: &str) -> Option<&PasswordCredential> {
        self.password_credentials.iter().find(|key| key.key_id.eq_ignore_ascii_case(key_id))
    }
}

#[cfg(test)]
#[path = "passwords_tests.rs"]
mod tests;
