//! Deleted applications and principals: kept for 30 days, during which they can come back.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;

use super::applications::Application;
use super::ask::{Ask, encoded};
use super::connection::Graph;
use super::consistency::never;
use super::error::Error;
use super::gone::{DeletedPrincipal, Thing};
use super::needs;
use super::paging::PAGE;
use super::service_principals::ServicePrincipal;
use crate::http::Call;

/// The verbs of deleted objects.
#[derive(Debug, Clone, Copy)]
pub struct DeletedItems<'a>(pub(super) &'a Graph);

impl Graph {
    /// Deleted objects.
    pub fn deleted_items(&self) -> DeletedItems<'_> {
        DeletedItems(self)
    }
}

/// How long a deleted object is kept (Graph: deleted items).
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The principals that this process has restored, by object id.
#[derive(Default)]
struct Restored(Mutex<HashSet<String>>);

impl Graph {
    fn note_restored(&self, principal: &str) {
        let kept = self.lasting::<Restored>();
        kept.0.lock().unwrap_or_else(PoisonError::into_inner).insert(principal.to_owned());
    }

    /// Whether this process has restored a principal: what is shown as granted to it may be from before its deletion.
    pub(super) fn was_restored(&self, principal: &str) -> bool {
        self.lasting::<Restored>().0.lock().unwrap_or_else(PoisonError::into_inner).contains(principal)
    }
}

/// When an object that was deleted then is gone for good.
pub fn purge_date(deleted: Timestamp) -> Option<Timestamp> {
    deleted.checked_add(KEPT).ok()
}

impl DeletedItems<'_> {
    /// The deleted application that holds a unique name: it keeps the name until it is purged.
    ///
    /// All deleted applications are looked through, since not every property can be filtered by here.
    pub async fn application_by_unique_name(
        &self,
        call: &Call,
        name: &str,
    ) -> Result<Option<Application>, Error> {
        let path = format!(
            "/directory/deletedItems/microsoft.graph.application?$select={}&$top={PAGE}",
            super::applications::SELECT
        );
        let operation = format!("look for a deleted application named `{name}`");
        let deleted: Vec<Application> =
            self.0.list(call, Ask::get(path, &needs::READ_DELETED_APPLICATIONS, operation)).await?;
        Ok(deleted.into_iter().find(|application| application.unique_name.as_deref() == Some(name)))
    }

    /// The deleted principal of a client id.
    pub async fn principal_by_client_id(
        &self,
        call: &Call,
        client_id: &str,
    ) -> Result<Option<DeletedPrincipal>, Error> {
        self.0.deleted_principal(call, client_id).await
    }

    /// Brings a deleted application back, without the secrets that this process was told to remove meanwhile. Its principal stays
    /// deleted and is restored separately.
    pub async fn restore_application(&self, call: &Call, object_id: &str) -> Result<Application, Error> {
        let applications = self.0.applications();
        // Whoever wants a secret removed is told before or after.
        let _writer = applications.lock(call, object_id).await?;
        let mut application: Application = self.restore(call, object_id, "application").await?;
        self.0.note_fresh(&application.client_id);
        let unwanted = self.0.unwanted_passwords(object_id);
        let (unwanted, kept): (Vec<_>, Vec<_>) =
            application.password_credentials.into_iter().partition(|key| unwanted.contains(&key.key_id));
        for key in unwanted.iter().chain(&kept) {
            self.0.note_fresh(&key.key_id);
        }
        for key in unwanted {
            applications.remove_password_unlocked(call, object_id, &key.key_id).await?;
        }
        application.password_credentials = kept;
        Ok(application)
    }

    /// Brings a deleted principal back; its application must be there.
    pub async fn restore_principal(&self, call: &Call, object_id: &str) -> Result<ServicePrincipal, Error> {
        let principal: ServicePrincipal = self.restore(call, object_id, "service principal").await?;
        self.0.note_fresh(&Thing::PrincipalOf(&principal.client_id).key());
        self.0.note_restored(object_id);
        Ok(principal)
    }

    async fn restore<T: serde::de::DeserializeOwned>(
        &self,
        call: &Call,
        object_id: &str,
        kind: &str,
    ) -> Result<T, Error> {
        let path = format!("/directory/deletedItems/{}/restore", encoded(object_id));
        let operation = format!("restore deleted {kind} `{object_id}`");
        let ask = Ask::new(Method::POST, path, &needs::RESTORE_APPLICATIONS, operation);
        let response =
            self.0.settle(call, ask.clone(), super::consistency::application_not_there_yet).await?;
        let restored = response.json().map_err(|error| ask.error(error))?;
        self.0.note_fresh(object_id);
        Ok(restored)
    }

    /// Deletes an application for good. False when it is not among the deleted items: a replica may not know it there yet, or
    /// somebody has restored or purged it.
    pub(super) async fn purge(&self, call: &Call, object_id: &str) -> Result<bool, Error> {
        let path = format!("/directory/deletedItems/{}", encoded(object_id));
        let operation = format!("delete `{object_id}` for good");
        let ask = Ask::new(Method::DELETE, path, &needs::WRITE_APPLICATIONS, operation).repeatable();
        match self.0.settle(call, ask, never).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deleted_object_is_kept_for_thirty_days() {
        let deleted: Timestamp = "2026-01-01T00:00:00Z".parse().expect("a time");
        assert_eq!(purge_date(deleted), "2026-01-31T00:00:00Z".parse().ok());
    }
}
