//! Everything that the resources of one application read, in one request: a plan without changes costs a tenant one
//! `$batch`.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;
use tokio::sync::OnceCell;

use super::app_role_assignments::{self, AppRoleAssignment};
use super::applications::{self, Application};
use super::ask::Ask;
use super::batch::Outcome;
use super::connection::Graph;
use super::consistency::Sight;
use super::error::Error;
use super::gone::Thing;
use super::grants::{self, Grant};
use super::owners::{self, Owner};
use super::paging::Listing;
use super::permissions::{graph_principal_ask, remember_graph_principal};
use super::service_principals::{self, ServicePrincipal};
use crate::http::Call;

/// One application as the tenant knows it at one time.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The registration.
    pub application: Option<Application>,
    /// Its principal in this tenant.
    pub service_principal: Option<ServicePrincipal>,
    grants: Result<Vec<Grant>, Error>,
    app_role_assignments: Result<Vec<AppRoleAssignment>, Error>,
    /// Object ids of the registration's owners; none when the caller may not read them.
    pub owners: Option<BTreeSet<String>>,
    /// Object id of Microsoft Graph's own principal, the resource of the default permissions.
    pub graph_principal_id: Option<String>,
}

impl Snapshot {
    /// Delegated grants of the principal, those of single people included; an error when the caller may not read them.
    pub fn grants(&self) -> Result<&[Grant], Error> {
        self.grants.as_deref().map_err(Clone::clone)
    }

    /// Application permissions of the principal; an error when the caller may not read them.
    pub fn app_role_assignments(&self) -> Result<&[AppRoleAssignment], Error> {
        self.app_role_assignments.as_deref().map_err(Clone::clone)
    }

    /// The object id of a registration that has no principal.
    fn left_alone(&self) -> Option<&str> {
        let alone = self.application.as_ref().filter(|_| self.service_principal.is_none());
        alone.map(|application| application.object_id.as_str())
    }
}

#[derive(Deserialize)]
struct Identified {
    id: String,
}

/// The snapshots that were made, by client id.
#[derive(Default)]
struct Snapshots(Mutex<HashMap<String, Arc<OnceCell<Arc<Snapshot>>>>>);

impl Snapshots {
    fn of(&self, client_id: &str) -> Arc<OnceCell<Arc<Snapshot>>> {
        let mut snapshots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(snapshots.entry(client_id.to_owned()).or_default())
    }
}

impl Graph {
    /// The application with this client id and what hangs on it. Read once per process and client id; any write of ours
    /// to the tenant makes the next call read anew.
    pub async fn snapshot(&self, call: &Call, client_id: &str) -> Result<Arc<Snapshot>, Error> {
        let known = self.until_a_write::<Snapshots>().of(client_id);
        let read = || async {
            // Where something says that both were just made, replicas that do not know them are behind.
            let principal = Thing::PrincipalOf(client_id);
            let made = self.made(&principal.key());
            let look = || async {
                let snapshot = self.read_snapshot(call, client_id).await?;
                let sight = match (&snapshot.application, &snapshot.service_principal) {
                    (Some(_), Some(_)) => Sight::Whole,
                    (None, Some(_)) => Sight::Part,
                    (_, None) => Sight::Nothing,
                };
                Ok((snapshot, sight))
            };
            let snapshot = self.settled(call, made, Some(principal), look).await?;
            Box::pin(self.without_the_deleted(call, client_id, snapshot)).await.map(Arc::new)
        };
        known.get_or_try_init(read).await.cloned()
    }

    /// A snapshot in which an application that was deleted a moment ago is not there: its principal goes along, and may be
    /// gone where a replica still shows the application.
    async fn without_the_deleted(
        &self,
        call: &Call,
        client_id: &str,
        snapshot: Snapshot,
    ) -> Result<Snapshot, Error> {
        let Some(left) = snapshot.left_alone() else { return Ok(snapshot) };
        let application = Thing::Application(left);
        let Some(deleted) = self.deleted_at(call, application).await else { return Ok(snapshot) };
        let look = || async {
            let snapshot = self.read_snapshot(call, client_id).await?;
            let is_in_doubt =
                snapshot.left_alone().is_some() && self.deleted_at(call, application).await.is_some();
            Ok((snapshot, if is_in_doubt { Sight::Part } else { Sight::Whole }))
        };
        self.settled(call, Some(deleted), None, look).await
    }

    async fn read_snapshot(&self, call: &Call, client_id: &str) -> Result<Snapshot, Error> {
        let grants_ask = grants::by_client_id(client_id);
        let roles_ask = app_role_assignments::by_client_id(client_id);
        let owners_ask = owners::by_client_id(client_id);
        let asks = &[
            applications::by_client_id(client_id),
            service_principals::by_client_id(client_id),
            grants_ask.clone(),
            roles_ask.clone(),
            owners_ask.clone(),
            graph_principal_ask("find Microsoft Graph's service principal"),
        ];
        let [application, service_principal, grants, roles, owners, graph_principal] =
            self.batch(call, asks).await?;
        let application: Option<Application> = application.decode_optional()?;
        if let Some(application) = &application {
            self.note_application(application);
        }
        let graph_principal: Option<Identified> = graph_principal.decode_optional()?;
        let graph_principal_id = graph_principal.map(|principal| principal.id);
        remember_graph_principal(self, graph_principal_id.clone());
        Ok(Snapshot {
            application,
            service_principal: service_principal.decode_optional()?,
            grants: unless_forbidden(self.whole(call, &grants_ask, grants).await)?,
            app_role_assignments: unless_forbidden(self.whole(call, &roles_ask, roles).await)?,
            owners: unless_forbidden(self.whole::<Owner>(call, &owners_ask, owners).await)?
                .ok()
                .map(|owners| owners.into_iter().map(|owner| owner.id).collect()),
            graph_principal_id,
        })
    }

    /// A listing whose first page came in the batch; of a principal that is not there, it is empty.
    async fn whole<T: serde::de::DeserializeOwned>(
        &self,
        call: &Call,
        ask: &Ask,
        first: Outcome,
    ) -> Result<Vec<T>, Error> {
        match first.decode_optional::<Listing<T>>()? {
            Some(first) => self.list_from(call, ask, first).await,
            None => Ok(Vec::new()),
        }
    }
}

/// Who may manage an application may not read all that hangs on it. That is for those to say who need to know it.
fn unless_forbidden<T>(part: Result<T, Error>) -> Result<Result<T, Error>, Error> {
    match part {
        Err(error) if !error.is_forbidden() => Err(error),
        known => Ok(known),
    }
}

#[cfg(test)]
#[path = "snapshot_tests.rs"]
mod tests;
