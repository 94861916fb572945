//! Service principals: what an application is within a tenant.

use jiff::Timestamp;
use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::ask::{Ask, encoded, literal};
use super::connection::Graph;
use super::consistency::{application_not_there_yet, never};
use super::error::Error;
use super::gone::Thing;
use super::lenient;
use super::needs;
use crate::http::Call;

/// The verbs of service principals.
#[derive(Debug, Clone, Copy)]
pub struct ServicePrincipals<'a>(pub(super) &'a Graph);

impl Graph {
    /// Service principals.
    pub fn service_principals(&self) -> ServicePrincipals<'_> {
        ServicePrincipals(self)
    }
}

const SELECT: &str = "id,appId,displayName,accountEnabled,tags,appOwnerOrganizationId,deletedDateTime,notes";

/// A service principal as reads show it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServicePrincipal {
    /// Object id.
    #[serde(rename = "id")]
    pub object_id: String,
    /// Client id of its application.
    #[serde(rename = "appId")]
    pub client_id: String,
    /// Name shown in the portal.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub display_name: String,
    /// Whether its application may sign in.
    #[serde(default = "yes")]
    pub account_enabled: Option<bool>,
    /// Its own tags and its application's.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub tags: Vec<String>,
    /// Id of the tenant that holds the registration.
    pub app_owner_organization_id: Option<String>,
    /// Free text for administrators. The provider asks its questions there.
    pub notes: Option<String>,
}

#[expect(clippy::unnecessary_wraps, reason = "serde wants the member's own type")]
const fn yes() -> Option<bool> {
    Some(true)
}

impl ServicePrincipal {
    /// Whether its application may sign in; absent means that it may.
    pub fn is_enabled(&self) -> bool {
        self.account_enabled != Some(false)
    }
}

/// A principal to be made.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewServicePrincipal {
    /// Client id of its application.
    #[serde(rename = "appId")]
    pub client_id: String,
    /// Tags; the portal's own puts a principal into the list of enterprise applications.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

/// What is changed of a principal; `None` stays as it is.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServicePrincipalChange {
    /// Its own tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Free text for administrators; `Some(None)` removes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<Option<String>>,
}

impl ServicePrincipals<'_> {
    /// The principal with this object id.
    pub async fn get(&self, call: &Call, object_id: &str) -> Result<Option<ServicePrincipal>, Error> {
        let path = format!("/servicePrincipals/{}?$select={SELECT}", encoded(object_id));
        let ask = Ask::get(path, &needs::READ_APPLICATIONS, format!("read service principal `{object_id}`"));
        let found: Option<ServicePrincipal> = self.0.read_optional(call, ask).await?;
        if let Some(principal) = &found {
            self.0.note_seen(&principal.object_id);
        }
        Ok(found)
    }

    /// The principal of the application with this client id; a tenant has at most one.
    ///
    /// One that is known to have been made a moment ago is waited for: a replica that does not know it is behind. What is
    /// seen here is there for all steps that follow, whatever another replica says.
    pub async fn get_by_client_id(
        &self,
        call: &Call,
        client_id: &str,
    ) -> Result<Option<ServicePrincipal>, Error> {
        let ask = by_client_id(client_id);
        match self.0.settle_late(call, ask.clone(), Thing::PrincipalOf(client_id)).await {
            Ok(response) => {
                let found: ServicePrincipal = response.json().map_err(|error| ask.error(error))?;
                self.0.note_seen(&found.object_id);
                Ok(Some(found))
            }
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Takes note that an application's principal was made then, as a state remembers or as its application's age suggests.
    pub fn note_made(&self, client_id: &str, when: Timestamp) {
        self.0.note_made(&Thing::PrincipalOf(client_id).key(), when);
    }

    /// Makes the principal of an application, or takes the one that is there (Graph: serviceprincipal-post).
    ///
    /// Repeated while the application is not known yet to the replica that answers.
    pub async fn create(&self, call: &Call, new: &NewServicePrincipal) -> Result<ServicePrincipal, Error> {
        let operation = format!("create the service principal of `{}`", new.client_id);
        let path = "/servicePrincipals".to_owned();
        // One principal per client id: a repeat can only find the first one.
        let ask = Ask::new(Method::POST, path, &needs::WRITE_APPLICATIONS, operation.clone())
            .body(new)?
            .repeatable();
        let passing = if self.0.is_fresh(&new.client_id) { application_not_there_yet } else { never };
        let application = Thing::ApplicationOf(&new.client_id);
        let made: ServicePrincipal = match self.0.settle_of(call, ask, passing, application).await {
            Ok(response) => response.json().map_err(|error| Error::new(operation.clone(), error))?,
            Err(error) if is_there_already(&error) => {
                let look = || self.get_by_client_id(call, &new.client_id);
                self.0.observe(call, &operation, look).await?
            }
            Err(error) => return Err(error),
        };
        self.0.note_fresh(&made.object_id);
        self.0.note_fresh(&Thing::PrincipalOf(&new.client_id).key());
        Ok(made)
    }

    /// Changes a principal.
    pub async fn update(
        &self,
        call: &Call,
        object_id: &str,
        change: &ServicePrincipalChange,
    ) -> Result<(), Error> {
        let path = format!("/servicePrincipals/{}", encoded(object_id));
        let operation = format!("change service principal `{object_id}`");
        let ask =
            Ask::new(Method::PATCH, path, &needs::WRITE_APPLICATIONS, operation).body(change)?.repeatable();
        self.0.settle_late(call, ask, Thing::Principal(object_id)).await.map(drop)
    }

    /// Deletes the principal of an application that was deleted: it goes along by itself (inferred, nothing is published), so
    /// that nothing is done where it is gone, or where the caller may not.
    pub async fn delete_left_over(&self, call: &Call, object_id: &str) -> Result<(), Error> {
        let path = format!("/servicePrincipals/{}", encoded(object_id));
        let operation = format!("delete service principal `{object_id}`");
        let ask = Ask::new(Method::DELETE, path, &needs::WRITE_APPLICATIONS, operation).repeatable();
        match self.0.settle(call, ask, never).await {
            Err(error) if !error.is_not_found() && !error.is_forbidden() => Err(error),
            _ => Ok(()),
        }
    }
}

/// A principal of this client id exists (409, observed; its service principal name is in use).
fn is_there_already(error: &Error) -> bool {
    error.refusal().is_some_and(|answer| {
        (answer.is("Request_MultipleObjectsWithSameKeyValue") || answer.is("ObjectConflict"))
            && (answer.status == 409 || answer.says("already in use"))
    })
}

/// Asks for the principal with this client id.
pub(super) fn by_client_id(client_id: &str) -> Ask {
    let path = format!("/servicePrincipals(appId={})?$select={SELECT}", literal(client_id));
    Ask::get(path, &needs::READ_APPLICATIONS, format!("read the service principal of `{client_id}`"))
}

#[cfg(test)]
#[path = "service_principals_tests.rs"]
mod tests;
