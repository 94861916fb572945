//! Delegated permission grants: which scopes a client holds for all people of a tenant.
//!
//! There is at most one grant for (client, resource, all people), and a change replaces its whole text without a
//! version check. So every change reads just before it writes, keeps foreign tokens, and looks afterwards for another writer.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::ask::{Ask, encoded, literal};
use super::connection::Graph;
use super::consistency::{never, wait};
use super::error::{Error, ErrorKind};
use super::gone::Thing;
use super::guid::joined_id;
use super::lenient;
use super::needs;
use crate::http::{Call, FIRST_DELAY, LONGEST_DELAY, delays};

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
pub(crate) fn grant_id(client: &str, resource: &str) -> Option<String> {
    joined_id(&[client, resource])
}

/// The delegated permissions that this process revoked, by the grant's id.
#[derive(Default)]
struct Revoked(Mutex<HashMap<String, BTreeSet<String>>>);

impl Grants<'_> {
    /// The grant for all people, by its computed id.
    pub async fn get(&self, call: &Call, client: &str, resource: &str) -> Result<Option<Grant>, Error> {
        let operation = format!("read the delegated grant of service principal `{client}`");
        let id = grant_id(client, resource).ok_or_else(|| {
            Error::new(operation.clone(), ErrorKind::Unexpected("its object id is not a UUID".to_owned()))
        })?;
        let path = format!("/oauth2PermissionGrants/{}", encoded(&id));
        self.0.read_optional(call, Ask::get(path, &needs::READ_GRANTS, operation)).await
    }

    /// Grants scopes for all people, beside what is granted already. Returns those that were not there before.
    ///
    /// An accepted write is trusted: for minutes, reads may not show it. A look right after it serves to notice another
    /// writer, who leaves a text that is neither the one before nor ours; what a look shows that equals the one before may
    /// as well be late.
    pub async fn grant_delegated(
        &self,
        call: &Call,
        client: &str,
        resource: &str,
        scopes: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>, Error> {
        let operation = format!("grant delegated permissions to service principal `{client}`");
        let mut delays = delays(FIRST_DELAY, LONGEST_DELAY);
        let mut given = BTreeSet::new();
        loop {
            let there = self.get(call, client, resource).await?;
            let shown = there.as_ref().map(Grant::scopes).unwrap_or_default();
            // What this process took back is shown for a while all the same; if that was all, the grant is gone.
            let mut held = shown.clone();
            held.retain(|scope| !self.has_revoked(client, resource, scope));
            let mut is_gone = held.is_empty() && !shown.is_empty();
            if let Some(grant) = there.as_ref().filter(|_| scopes.is_subset(&held)) {
                if !self.0.was_restored(client) || self.is_written_to(call, grant, &held).await? {
                    return Ok(given);
                }
                (held, is_gone) = (BTreeSet::new(), true);
            }
            let missing: BTreeSet<String> = scopes.difference(&held).cloned().collect();
            if missing.is_empty() {
                return Ok(given);
            }
            let wanted = held.union(&missing).cloned().collect();
            let why = match there {
                Some(grant) if !is_gone => match self.replace(call, &grant.id, &wanted).await {
                    Ok(()) => {
                        self.note_granted(client, resource, &wanted);
                        given.extend(missing);
                        if !self.was_overtaken(call, client, resource, &shown, &wanted).await? {
                            return Ok(given);
                        }
                        "another writer keeps changing the grant"
                    }
                    // Either the replica that is written to does not know it yet, or the one that is read still shows it.
                    Err(error) if error.is_not_found() => "Graph shows a grant that it says is not there",
                    Err(error) => return Err(error),
                },
                _ => match self.create(call, client, resource, &wanted).await {
                    Ok(()) => {
                        self.note_granted(client, resource, &wanted);
                        given.extend(missing);
                        return Ok(given);
                    }
                    // The replica that refuses has not heard of that, either.
                    Err(error) if error.is_conflict() && is_gone => {
                        "Graph says that there is a grant, and shows only what was taken back"
                    }
                    // Somebody else made it, or an earlier attempt of ours did, and this replica does not show it yet.
                    Err(error) if error.is_conflict() => {
                        "Graph says that there is a grant, and does not show it"
                    }
                    Err(error) => return Err(error),
                },
            };
            let late = Error::new(operation.as_str(), ErrorKind::Unexpected(why.to_owned()));
            if self.0.has_gone(call, Thing::Principal(client), None).await {
                return Err(late);
            }
            wait(call, delays.next(), late).await?;
        }
    }

    /// Revokes scopes and keeps the others; a grant without any is deleted. Returns those that were there; none when what is
    /// shown is not there to be changed, be it gone or not known yet.
    pub async fn revoke_delegated(
        &self,
        call: &Call,
        client: &str,
        resource: &str,
        scopes: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>, Error> {
        let Some(grant) = self.get(call, client, resource).await? else { return Ok(BTreeSet::new()) };
        let held = grant.scopes();
        self.note_revoked(client, resource, scopes);
        let taken: BTreeSet<String> = held.intersection(scopes).cloned().collect();
        let left: BTreeSet<String> = held.difference(scopes).cloned().collect();
        let is_done = if left.is_empty() {
            self.delete(call, &grant.id).await?
        } else if taken.is_empty() {
            true
        } else {
            self.is_written_to(call, &grant, &left).await?
        };
        Ok(if is_done { taken } else { BTreeSet::new() })
    }

    fn has_revoked(self, client: &str, resource: &str, scope: &str) -> bool {
        let kept = self.0.lasting::<Revoked>();
        let revoked = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
        grant_id(client, resource)
            .and_then(|id| revoked.get(&id))
            .is_some_and(|scopes| scopes.contains(scope))
    }

    fn note_revoked(self, client: &str, resource: &str, scopes: &BTreeSet<String>) {
        let Some(id) = grant_id(client, resource) else { return };
        let kept = self.0.lasting::<Revoked>();
        let mut revoked = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
        revoked.entry(id).or_default().extend(scopes.iter().cloned());
    }

    fn note_granted(self, client: &str, resource: &str, scopes: &BTreeSet<String>) {
        let Some(id) = grant_id(client, resource) else { return };
        let kept = self.0.lasting::<Revoked>();
        let mut revoked = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
        revoked.entry(id).or_default().retain(|scope| !scopes.contains(scope));
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
        self.0.settle_late(call, ask, Thing::Principal(client)).await.map(drop)
    }

    /// Whether a grant takes a write of these scopes. One that is gone does not, which a replica that has not heard of that shows
    /// still: that of a principal that was deleted, for one.
    async fn is_written_to(
        &self,
        call: &Call,
        grant: &Grant,
        scopes: &BTreeSet<String>,
    ) -> Result<bool, Error> {
        match self.replace(call, &grant.id, scopes).await {
            Err(error) if error.is_not_found() => Ok(false),
            outcome => outcome.map(|()| true),
        }
    }

    async fn replace(&self, call: &Call, id: &str, scopes: &BTreeSet<String>) -> Result<(), Error> {
        let operation = format!("change delegated grant `{id}`");
        let change = ScopeChange { scope: text(&operation, scopes)? };
        let path = format!("/oauth2PermissionGrants/{}", encoded(id));
        let ask = Ask::new(Method::PATCH, path, &needs::WRITE_GRANTS, operation).body(&change)?.repeatable();
        self.0.settle(call, ask, never).await.map(drop)
    }

    async fn delete(&self, call: &Call, id: &str) -> Result<bool, Error> {
        let path = format!("/oauth2PermissionGrants/{}", encoded(id));
        let ask =
            Ask::new(Method::DELETE, path, &needs::WRITE_GRANTS, format!("delete delegated grant `{id}`"));
        match self.0.settle(call, ask.repeatable(), never).await {
            Err(error) if error.is_not_found() => Ok(false),
            outcome => outcome.map(|_| true),
        }
    }

    /// Whether somebody else has changed the grant since it was read: it shows a text of neither before nor after our write.
    async fn was_overtaken(
        &self,
        call: &Call,
        client: &str,
        resource: &str,
        before: &BTreeSet<String>,
        written: &BTreeSet<String>,
    ) -> Result<bool, Error> {
        let shown = self.get(call, client, resource).await?.map(|grant| grant.scopes());
        Ok(shown.is_some_and(|shown| shown != *before && !written.is_subset(&shown)))
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
