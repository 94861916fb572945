//! Delegated permission grants: which scopes a client holds for all people of a tenant.
//!
//! There is at most one grant for (client, resource, all people), and a change replaces its whole text without a
//! version check. So every change reads just before it writes, keeps foreign tokens, and reads back afterwards.

use std::collections::BTreeSet;

use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::ask::{Ask, encoded, literal};
use super::connection::Graph;
use super::consistency::{never, not_there_yet};
use super::error::{Error, ErrorKind};
use super::guid::joined_id;
use super::lenient;
use super::needs;
use crate::http::Call;

/// The verbs of delegated permission grants.
#[derive(Debug, Clone, Copy)]
pub struct Grants<'a>(pub(super) &'a Graph);

impl Graph {
    /// Delegated permission grants.
    pub fn grants(&self) -> Grants<'_> {
        Grants(self)
    }
}

const FOR_ALL: &str = "AllPrincipals";
/// Graph keeps no longer text of scopes.
const LONGEST: usize = 3850;
/// How often a write that was overtaken by another writer is made again.
const ROUNDS: u32 = 3;

/// A grant.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Grant {
    /// Id, a function of client, resource and person.
    pub id: String,
    /// Object id of the client's principal.
    pub client_id: String,
    /// `AllPrincipals`, or `Principal` for a single person.
    pub consent_type: String,
    /// Object id of the resource's principal.
    pub resource_id: String,
    /// Scopes, separated by blanks.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub scope: String,
}

impl Grant {
    /// Whether it holds for all people of the tenant.
    pub fn is_for_all(&self) -> bool {
        self.consent_type == FOR_ALL
    }

    /// Its scopes. The text may begin with a blank and repeat a scope.
    pub fn scopes(&self) -> BTreeSet<String> {
        self.scope.split_whitespace().map(str::to_owned).collect()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NewGrant<'a> {
    client_id: &'a str,
    consent_type: &'a str,
    resource_id: &'a str,
    scope: String,
}

#[derive(Serialize)]
struct ScopeChange {
    scope: String,
}

/// The id of the grant for all people: base64url of both principals' object ids (decoded from a published example).
pub fn grant_id(client: &str, resource: &str) -> Option<String> {
    joined_id(&[client, resource])
}

impl Grants<'_> {
    /// The grant for all people, by its computed id.
    pub async fn get(&self, call: &Call, client: &str, resource: &str) -> Result<Option<Grant>, Error> {
        let operation = format!("read the delegated grant of service principal `{client}`");
        let id = grant_id(client, resource).ok_or_else(|| {
            Error::new(operation.clone(), ErrorKind::Unexpected("its object id is no UUID".to_owned()))
        })?;
        let path = format!("/oauth2PermissionGrants/{}", encoded(&id));
        self.0.read_optional(call, Ask::get(path, &needs::READ_GRANTS, operation)).await
    }

    /// Grants scopes for all people, beside what is granted already. Returns those that were not there before.
    pub async fn grant_delegated(
        &self,
        call: &Call,
        client: &str,
        resource: &str,
        scopes: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>, Error> {
        let mut given = BTreeSet::new();
        for _ in 0..ROUNDS {
            let there = self.get(call, client, resource).await?;
            let held = there.as_ref().map(Grant::scopes).unwrap_or_default();
            let missing: BTreeSet<String> = scopes.difference(&held).cloned().collect();
            if missing.is_empty() {
                return Ok(given);
            }
            let wanted = held.union(&missing).cloned().collect();
            match there {
                Some(grant) => self.replace(call, &grant.id, &wanted).await?,
                None => match self.create(call, client, resource, &wanted).await {
                    // Somebody else made it, or an earlier attempt of ours did: look again.
                    Err(error) if error.is_conflict() => continue,
                    outcome => outcome?,
                },
            }
            given.extend(missing);
            if self.holds(call, client, resource, scopes).await? {
                return Ok(given);
            }
        }
        let operation = format!("grant delegated permissions to service principal `{client}`");
        Err(Error::new(
            operation,
            ErrorKind::Unexpected("another writer keeps changing the grant".to_owned()),
        ))
    }

    /// Revokes scopes and keeps the others; a grant without any is deleted. Returns those that were there.
    pub async fn revoke_delegated(
        &self,
        call: &Call,
        client: &str,
        resource: &str,
        scopes: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>, Error> {
        let Some(grant) = self.get(call, client, resource).await? else { return Ok(BTreeSet::new()) };
        let held = grant.scopes();
        let taken: BTreeSet<String> = held.intersection(scopes).cloned().collect();
        let left: BTreeSet<String> = held.difference(scopes).cloned().collect();
        if left.is_empty() {
            self.delete(call, &grant.id).await?;
        } else if !taken.is_empty() {
            self.replace(call, &grant.id, &left).await?;
        }
        Ok(taken)
    }

    async fn create(
        &self,
        call: &Call,
        client: &str,
        resource: &str,
        scopes: &BTreeSet<String>,
    ) -> Result<(), Error> {
        let operation = format!("grant delegated permissions to service principal `{client}`");
        let new = NewGrant {
            client_id: client,
            consent_type: FOR_ALL,
            resource_id: resource,
            scope: text(&operation, scopes)?,
        };
        // Its key is (client, resource, all): a repeat is refused as a duplicate, which the caller looks into.
        let ask =
            Ask::new(Method::POST, "/oauth2PermissionGrants".to_owned(), &needs::WRITE_GRANTS, operation)
                .body(&new)?
                .repeatable();
        let passing = if self.0.is_fresh(client) { not_there_yet } else { never };
        self.0.settle(call, ask, passing).await.map(drop)
    }

    async fn replace(&self, call: &Call, id: &str, scopes: &BTreeSet<String>) -> Result<(), Error> {
        let operation = format!("change delegated grant `{id}`");
        let change = ScopeChange { scope: text(&operation, scopes)? };
        let path = format!("/oauth2PermissionGrants/{}", encoded(id));
        let ask = Ask::new(Method::PATCH, path, &needs::WRITE_GRANTS, operation).body(&change)?.repeatable();
        self.0.settle(call, ask, never).await.map(drop)
    }

    async fn delete(&self, call: &Call, id: &str) -> Result<(), Error> {
        let path = format!("/oauth2PermissionGrants/{}", encoded(id));
        let ask =
            Ask::new(Method::DELETE, path, &needs::WRITE_GRANTS, format!("delete delegated grant `{id}`"));
        match self.0.settle(call, ask.repeatable(), never).await {
            Err(error) if error.is_not_found() => Ok(()),
            outcome => outcome.map(drop),
        }
    }

    /// Whether the write has become visible and nobody has overwritten it. An old value from a lagging replica looks
    /// the same as an overwritten one, so it is looked at until it is there or the patience for one round ends.
    async fn holds(
        &self,
        call: &Call,
        client: &str,
        resource: &str,
        scopes: &BTreeSet<String>,
    ) -> Result<bool, Error> {
        let round = call.at_most(std::time::Duration::from_secs(20));
        let look = || async {
            let held =
                self.get(call, client, resource).await?.map(|grant| grant.scopes()).unwrap_or_default();
            Ok(scopes.is_subset(&held).then_some(()))
        };
        match self.0.observe(&round, "see the delegated grant", look).await {
            Ok(()) => Ok(true),
            Err(error) if matches!(error.kind(), ErrorKind::Unexpected(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// Asks for the grants of the client with this client id.
pub(super) fn by_client_id(client_id: &str) -> Ask {
    let path = format!("/servicePrincipals(appId={})/oauth2PermissionGrants", literal(client_id));
    Ask::get(path, &needs::READ_GRANTS, format!("read the delegated grants of `{client_id}`"))
}

fn text(operation: &str, scopes: &BTreeSet<String>) -> Result<String, Error> {
    let text = scopes.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
    if text.len() > LONGEST {
        let why =
            format!("the scopes take {} characters, of which Graph keeps at most {LONGEST}", text.len());
        return Err(Error::new(operation, ErrorKind::Unexpected(why)));
    }
    Ok(text)
}

#[cfg(test)]
#[path = "grants_tests.rs"]
mod tests;
