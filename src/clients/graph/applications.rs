//! Application registrations.

use std::collections::BTreeSet;

use jiff::Timestamp;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use tokio::sync::OwnedMutexGuard;

use super::ask::{Ask, encoded, literal};
use super::connection::Graph;
use super::error::Error;
use super::gone::Thing;
use super::lenient;
use super::needs;
use super::paging::{PAGE, page};
use super::password_credential::PasswordCredential;
use super::permission_table::{GRAPH_CLIENT_ID, PermissionKind};
use crate::http::Call;

/// The verbs of application registrations.
#[derive(Debug, Clone, Copy)]
pub struct Applications<'a>(pub(super) &'a Graph);

impl Graph {
    /// Application registrations.
    pub fn applications(&self) -> Applications<'_> {
        Applications(self)
    }
}

/// The properties that are read.
pub(super) const SELECT: &str = "id,appId,uniqueName,displayName,signInAudience,notes,tags,web,requiredResourceAccess,\
                                 passwordCredentials,createdDateTime,publisherDomain,deletedDateTime,description";

/// An application registration as reads show it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    /// Object id.
    #[serde(rename = "id")]
    pub object_id: String,
    /// Client id.
    #[serde(rename = "appId")]
    pub client_id: String,
    /// Alternate key; can be set once.
    pub unique_name: Option<String>,
    /// Name shown in the portal; not unique.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub display_name: String,
    /// Who may sign in, such as `AzureADMyOrg`.
    pub sign_in_audience: Option<String>,
    /// Free text.
    pub notes: Option<String>,
    /// Free text for those who use it. The provider has no argument for it, and asks its questions there.
    pub description: Option<String>,
    /// Tags, copied to the service principal.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub tags: Vec<String>,
    /// Web platform.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub web: Web,
    /// Permissions that the registration asks for.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub required_resource_access: Vec<ResourceAccess>,
    /// Client secrets, without their values.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub password_credentials: Vec<PasswordCredential>,
    /// When it was made.
    pub created_date_time: Option<Timestamp>,
    /// Verified domain that is shown to people who consent.
    pub publisher_domain: Option<String>,
    /// Set while it is among the deleted items.
    pub deleted_date_time: Option<Timestamp>,
}

/// The Web platform of a registration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Web {
    /// Addresses to which sign-ins may return.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub redirect_uris: Vec<String>,
}

/// The permissions asked for of one API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceAccess {
    /// Client id of the API.
    pub resource_app_id: String,
    /// The permissions.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub resource_access: Vec<ResourceAccessEntry>,
}

/// One permission asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceAccessEntry {
    /// Its id.
    pub id: String,
    /// `Scope` for a delegated, `Role` for an application permission.
    #[serde(rename = "type")]
    pub kind: String,
}

impl ResourceAccess {
    /// Microsoft Graph's permissions with these ids.
    pub fn of_graph<'a>(
        delegated: impl IntoIterator<Item = &'a str>,
        application: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let entry = |kind: PermissionKind| {
            move |id: &str| ResourceAccessEntry { id: id.to_owned(), kind: kind.wire_name().to_owned() }
        };
        let delegated = delegated.into_iter().map(entry(PermissionKind::Delegated));
        let application = application.into_iter().map(entry(PermissionKind::Application));
        Self {
            resource_app_id: GRAPH_CLIENT_ID.to_owned(),
            resource_access: delegated.chain(application).collect(),
        }
    }
}

impl Application {
    /// Ids of the permissions of Microsoft Graph that the registration asks for.
    pub fn graph_permission_ids(&self, kind: PermissionKind) -> BTreeSet<&str> {
        self.required_resource_access
            .iter()
            .filter(|api| api.resource_app_id.eq_ignore_ascii_case(GRAPH_CLIENT_ID))
            .flat_map(|api| &api.resource_access)
            .filter(|entry| entry.kind == kind.wire_name())
            .map(|entry| entry.id.as_str())
            .collect()
    }

    /// What it asks of other APIs, to be kept by a change that replaces the whole list.
    pub fn access_of_other_apis(&self) -> impl Iterator<Item = &ResourceAccess> {
        self.required_resource_access
            .iter()
            .filter(|api| !api.resource_app_id.eq_ignore_ascii_case(GRAPH_CLIENT_ID))
    }
}

/// A registration to be made.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewApplication {
    /// Name shown in the portal.
    pub display_name: String,
    /// Alternate key; Graph refuses a second object with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unique_name: Option<String>,
    /// Who may sign in. Always sent: older descriptions of Graph name another default.
    pub sign_in_audience: String,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Web platform.
    pub web: Web,
    /// Permissions that the registration asks for.
    pub required_resource_access: Vec<ResourceAccess>,
    /// Object ids of owners, where they are managed; a caller with `Application.ReadWrite.OwnedBy` is one without being named.
    #[serde(skip)]
    pub owners: Option<BTreeSet<String>>,
}

/// Graph takes at most so many owners with a creation.
const OWNERS_AT_CREATION: usize = 20;

#[derive(Serialize)]
struct Creation<'a> {
    #[serde(flatten)]
    application: &'a NewApplication,
    #[serde(rename = "owners@odata.bind", skip_serializing_if = "Vec::is_empty")]
    owners: Vec<String>,
}

/// What is changed of a registration; `None` stays as it is. Lists replace what is there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationChange {
    /// Name shown in the portal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Alternate key; can be set once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unique_name: Option<String>,
    /// Who may sign in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in_audience: Option<String>,
    /// Free text; `Some(None)` removes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<Option<String>>,
    /// Free text for those who use it; `Some(None)` removes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Option<String>>,
    /// Tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Web platform; only its redirect URIs are replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web: Option<Web>,
    /// Permissions that the registration asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_resource_access: Option<Vec<ResourceAccess>>,
}

impl ApplicationChange {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Applications<'_> {
    /// The registration with this object id.
    pub async fn get(&self, call: &Call, object_id: &str) -> Result<Option<Application>, Error> {
        let path = format!("/applications/{}?$select={SELECT}", encoded(object_id));
        let ask = Ask::get(path, &needs::READ_APPLICATIONS, format!("read application `{object_id}`"));
        self.read(call, ask).await
    }

    /// The registration with this client id.
    pub async fn get_by_client_id(&self, call: &Call, client_id: &str) -> Result<Option<Application>, Error> {
        self.read(call, by_client_id(client_id)).await
    }

    /// The active registration that holds this unique name.
    pub async fn get_by_unique_name(&self, call: &Call, name: &str) -> Result<Option<Application>, Error> {
        let path = format!("/applications(uniqueName={})?$select={SELECT}", literal(name));
        let ask =
            Ask::get(path, &needs::READ_APPLICATIONS, format!("look up the application named `{name}`"));
        self.read(call, ask).await
    }

    /// All active registrations (Graph: application-list), the oldest first.
    pub async fn all(&self, call: &Call) -> Result<Vec<Application>, Error> {
        let path = format!("/applications?$top={PAGE}&$select={SELECT}");
        let operation = format!("list the applications of tenant `{}`", self.0.tenant());
        self.listed(call, Ask::get(path, &needs::READ_APPLICATIONS, operation)).await
    }

    /// The active registrations with this name as the portal shows it, which several may have, the oldest first.
    pub async fn named(&self, call: &Call, display_name: &str) -> Result<Vec<Application>, Error> {
        let path =
            format!("/applications?$filter=displayName%20eq%20{}&$select={SELECT}", literal(display_name));
        let operation = format!("look up the applications called `{display_name}`");
        self.listed(call, Ask::get(path, &needs::READ_APPLICATIONS, operation)).await
    }

    async fn listed(&self, call: &Call, ask: Ask) -> Result<Vec<Application>, Error> {
        let mut found: Vec<Application> = Vec::new();
        self.0
            .pages(call, ask, |body| {
                found.extend(page::<Application>(body)?);
                Ok(())
            })
            .await?;
        // A listing that has to start again hands applications on twice.
        found.sort_by(|a, b| (a.created_date_time, &a.object_id).cmp(&(b.created_date_time, &b.object_id)));
        found.dedup_by(|a, b| a.object_id == b.object_id);
        Ok(found)
    }

    async fn read(&self, call: &Call, ask: Ask) -> Result<Option<Application>, Error> {
        let found: Option<Application> = self.0.read_optional(call, ask).await?;
        if let Some(application) = &found {
            self.0.note_application(application);
        }
        Ok(found)
    }

    /// Makes a registration (Graph: application-post-applications). Its principal is made separately.
    ///
    /// [`Error::is_unique_name_taken`] tells that another object, active or deleted, holds the unique name.
    pub async fn create(&self, call: &Call, new: &NewApplication) -> Result<Application, Error> {
        let owners = new.owners.iter().flatten().take(OWNERS_AT_CREATION);
        let owners =
            owners.map(|id| self.0.reference(&format!("/directoryObjects/{}", encoded(id)))).collect();
        let operation = format!("create application `{}`", new.display_name);
        let ask = Ask::new(Method::POST, "/applications".to_owned(), &needs::WRITE_APPLICATIONS, operation)
            .body(&Creation { application: new, owners })?;
        let made: Application = self.0.read(call, ask).await?;
        self.0.note_fresh(&made.object_id);
        self.0.note_fresh(&made.client_id);
        Ok(made)
    }

    /// Changes a registration (Graph: application-update).
    pub async fn update(
        &self,
        call: &Call,
        object_id: &str,
        change: &ApplicationChange,
    ) -> Result<(), Error> {
        if change.is_empty() {
            return Ok(());
        }
        let path = format!("/applications/{}", encoded(object_id));
        let operation = format!("change application `{object_id}`");
        let ask =
            Ask::new(Method::PATCH, path, &needs::WRITE_APPLICATIONS, operation).body(change)?.repeatable();
        let _writer = self.lock(call, object_id).await?;
        self.0.settle_late(call, ask, Thing::Application(object_id)).await.map(drop)
    }

    /// Moves a registration to the deleted items; its principal in this tenant goes with it. True when it was there.
    pub async fn delete(&self, call: &Call, object_id: &str) -> Result<bool, Error> {
        let path = format!("/applications/{}", encoded(object_id));
        let operation = format!("delete application `{object_id}`");
        let ask = Ask::new(Method::DELETE, path, &needs::WRITE_APPLICATIONS, operation).repeatable();
        let _writer = self.lock(call, object_id).await?;
        match self.0.settle_late(call, ask, Thing::Application(object_id)).await {
            Ok(_) => {
                self.0.note_gone(object_id);
                Ok(true)
            }
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Waits for the writes to this application that are under way in this process.
    pub(super) async fn lock(&self, call: &Call, object_id: &str) -> Result<OwnedMutexGuard<()>, Error> {
        let writer = self.0.writer(object_id).lock_owned();
        let waited = call.run(writer).await;
        waited.map_err(|interrupted| Error::new(format!("change application `{object_id}`"), interrupted))
    }
}

impl Graph {
    /// Takes note of a registration's own date: while it is young, replicas may not know it.
    pub(super) fn note_application(&self, application: &Application) {
        if let Some(created) = application.created_date_time {
            self.note_made(&application.object_id, created);
            self.note_made(&application.client_id, created);
        }
    }
}

/// Asks for the registration with this client id.
pub(super) fn by_client_id(client_id: &str) -> Ask {
    let path = format!("/applications(appId={})?$select={SELECT}", literal(client_id));
    Ask::get(path, &needs::READ_APPLICATIONS, format!("read the application with client id `{client_id}`"))
}

#[cfg(test)]
#[path = "applications_tests.rs"]
mod tests;
