//! App role assignments: the application permissions that a principal holds.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::ask::{Ask, encoded, literal};
use super::connection::Graph;
use super::consistency::{never, principal_not_there_yet, wait};
use super::error::Error;
use super::gone::Thing;
use super::needs;
use crate::http::{Call, FIRST_DELAY, LONGEST_DELAY, delays};

/// The verbs of app role assignments.
#[derive(Debug, Clone, Copy)]
pub struct AppRoleAssignments<'a>(pub(super) &'a Graph);

impl Graph {
    /// Application permissions that principals hold.
    pub fn app_role_assignments(&self) -> AppRoleAssignments<'_> {
        AppRoleAssignments(self)
    }
}

/// An application permission that a principal holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppRoleAssignment {
    /// Id of the assignment, opaque.
    pub id: String,
    /// Id of the permission.
    pub app_role_id: String,
    /// Object id of the principal that holds it.
    pub principal_id: String,
    /// Object id of the API's principal.
    pub resource_id: String,
    /// Name of the API.
    pub resource_display_name: Option<String>,
}

#[derive(Serialize)]
struct NewAssignment<'a> {
    #[serde(rename = "principalId")]
    principal: &'a str,
    #[serde(rename = "resourceId")]
    resource: &'a str,
    #[serde(rename = "appRoleId")]
    role: &'a str,
}

/// The assignments that this process took back, by id.
#[derive(Default)]
struct Revoked(Mutex<HashSet<String>>);

impl AppRoleAssignments<'_> {
    /// What a principal holds.
    pub async fn of(&self, call: &Call, principal: &str) -> Result<Vec<AppRoleAssignment>, Error> {
        let path = format!("/servicePrincipals/{}/appRoleAssignments", encoded(principal));
        let operation = format!("read the application permissions of service principal `{principal}`");
        self.0.list(call, Ask::get(path, &needs::READ_APPLICATIONS, operation)).await
    }

    /// Gives a principal an application permission of an API. True when it did not hold it before.
    ///
    /// A refusal of a duplicate counts only once the assignment is seen: the replica that refuses may not have heard that it
    /// was taken back. Until then the step is sent again.
    pub async fn assign(
        &self,
        call: &Call,
        principal: &str,
        resource: &str,
        role: &str,
    ) -> Result<bool, Error> {
        let path = format!("/servicePrincipals/{}/appRoleAssignments", encoded(principal));
        let operation = format!("grant application permission `{role}` to service principal `{principal}`");
        let new = NewAssignment { principal, resource, role };
        // A repeat is refused as a duplicate, which is success.
        let ask =
            Ask::new(Method::POST, path, &needs::WRITE_ROLE_ASSIGNMENTS, operation).body(&new)?.repeatable();
        let passing = if self.0.is_fresh(principal) { principal_not_there_yet } else { never };
        let mut delays = delays(FIRST_DELAY, LONGEST_DELAY);
        let thing = Thing::Principal(principal);
        let new = loop {
            let duplicate = match self.0.settle_of(call, ask.clone(), passing, thing).await {
                Ok(_) => break true,
                Err(error) if is_duplicate(&error) => error,
                Err(error) => return Err(error),
            };
            if self.is_held(call, principal, resource, role).await? {
                break false;
            }
            if self.0.has_gone(call, thing, None).await {
                return Err(duplicate);
            }
            wait(call, delays.next(), duplicate).await?;
        };
        self.0.note_fresh(&given(principal, role));
        Ok(new)
    }

    /// Whether a listing shows a permission, by an assignment that this process has not taken back.
    async fn is_held(&self, call: &Call, principal: &str, resource: &str, role: &str) -> Result<bool, Error> {
        let held = match self.of(call, principal).await {
            Err(error) if error.is_not_found() => return Ok(false),
            listed => listed?,
        };
        let kept = self.0.lasting::<Revoked>();
        let revoked = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(held
            .iter()
            .any(|one| one.resource_id == resource && one.app_role_id == role && !revoked.contains(&one.id)))
    }

    /// Whether this process gave an application permission so short a time ago that listings may lack it.
    pub fn is_fresh(&self, principal: &str, role: &str) -> bool {
        self.0.is_fresh(&given(principal, role))
    }

    /// Takes an application permission back. True when it was there.
    pub async fn revoke(&self, call: &Call, principal: &str, assignment: &str) -> Result<bool, Error> {
        let path =
            format!("/servicePrincipals/{}/appRoleAssignments/{}", encoded(principal), encoded(assignment));
        let operation =
            format!("revoke application permission `{assignment}` of service principal `{principal}`");
        let ask = Ask::new(Method::DELETE, path, &needs::WRITE_ROLE_ASSIGNMENTS, operation).repeatable();
        let kept = self.0.lasting::<Revoked>();
        kept.0.lock().unwrap_or_else(PoisonError::into_inner).insert(assignment.to_owned());
        match self.0.settle(call, ask, never).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// The permission is held already (observed text; its status is 400).
fn is_duplicate(error: &Error) -> bool {
    error.refusal().is_some_and(|answer| answer.says("Permission being assigned already exists"))
}

fn given(principal: &str, role: &str) -> String {
    format!("{principal}/{role}")
}

/// Asks for what the principal with this client id holds.
pub(super) fn by_client_id(client_id: &str) -> Ask {
    let path = format!("/servicePrincipals(appId={})/appRoleAssignments", literal(client_id));
    Ask::get(path, &needs::READ_APPLICATIONS, format!("read the application permissions of `{client_id}`"))
}
