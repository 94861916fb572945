//! Owners of an application registration.

use std::collections::BTreeSet;

use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::applications::Applications;
use super::ask::{Ask, encoded, literal};
use super::consistency::never;
use super::error::Error;
use super::gone::Thing;
use super::needs;
use super::paging::Listing;
use crate::http::Call;

#[derive(Deserialize)]
pub(super) struct Owner {
    pub(super) id: String,
}

#[derive(Serialize)]
struct Reference {
    #[serde(rename = "@odata.id")]
    address: String,
}

/// Asks for the owners of the registration with this client id.
pub(super) fn by_client_id(client_id: &str) -> Ask {
    let path = format!("/applications(appId={})/owners?$select=id", literal(client_id));
    Ask::get(
        path,
        &needs::READ_OWNERS,
        format!("read the owners of the application with client id `{client_id}`"),
    )
}

impl Applications<'_> {
    /// Object ids of the owners.
    pub async fn owners(&self, call: &Call, object_id: &str) -> Result<BTreeSet<String>, Error> {
        let path = format!("/applications/{}/owners?$select=id", encoded(object_id));
        let operation = format!("read the owners of application `{object_id}`");
        let ask = Ask::get(path, &needs::READ_OWNERS, operation);
        let first = self.0.settle_late(call, ask.clone(), Thing::Application(object_id)).await?;
        let first: Listing<Owner> = first.json().map_err(|error| ask.error(error))?;
        let owners = self.0.list_from(call, &ask, first).await?;
        Ok(owners.into_iter().map(|owner| owner.id).collect())
    }

    /// Adds an owner; one that is there already is success.
    pub async fn add_owner(&self, call: &Call, object_id: &str, owner: &str) -> Result<(), Error> {
        let path = format!("/applications/{}/owners/$ref", encoded(object_id));
        let operation = format!("add owner `{owner}` to application `{object_id}`");
        let reference =
            Reference { address: self.0.reference(&format!("/directoryObjects/{}", encoded(owner))) };
        let ask =
            Ask::new(Method::POST, path, &needs::WRITE_OWNERS, operation).body(&reference)?.repeatable();
        let _writer = self.lock(call, object_id).await?;
        match self.0.settle_late(call, ask, Thing::Application(object_id)).await {
            Err(error) if says(&error, "object references already exist") => Ok(()),
            outcome => outcome.map(drop),
        }
    }

    /// Removes an owner; one that is not there is success.
    pub async fn remove_owner(&self, call: &Call, object_id: &str, owner: &str) -> Result<(), Error> {
        let path = format!("/applications/{}/owners/{}/$ref", encoded(object_id), encoded(owner));
        let operation = format!("remove owner `{owner}` of application `{object_id}`");
        let ask = Ask::new(Method::DELETE, path, &needs::WRITE_OWNERS, operation).repeatable();
        let _writer = self.lock(call, object_id).await?;
        match self.0.settle(call, ask, never).await {
            Err(error) if error.is_not_found() || says(&error, "object references do not exist") => Ok(()),
            outcome => outcome.map(drop),
        }
    }
}

fn says(error: &Error, fragment: &str) -> bool {
    error.refusal().is_some_and(|answer| answer.says(fragment))
}
