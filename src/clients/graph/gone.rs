//! Telling what is gone from what is late: a thing that no replica shows is only late until the deleted items hold it.
//!
//! They are a proof of one direction. That they do not hold a thing, that the caller may not read them, or that they hold it
//! from a deletion before the last write that it was there for (a restored one, of which they have not heard) proves nothing.

use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use serde::Deserialize;

use super::ask::{Ask, encoded};
use super::connection::Graph;
use super::error::Error;
use super::needs;
use super::paging::PAGE;
use crate::http::Call;

/// What a wait waits for, by what is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing<'a> {
    /// The application with this object id.
    Application(&'a str),
    /// The application with this client id.
    ApplicationOf(&'a str),
    /// The principal with this object id.
    Principal(&'a str),
    /// The principal of this client id, which goes with its application.
    PrincipalOf(&'a str),
}

impl Thing<'_> {
    /// By what it is remembered.
    pub(super) fn key(self) -> String {
        match self {
            Self::Application(id) | Self::ApplicationOf(id) | Self::Principal(id) => id.to_owned(),
            Self::PrincipalOf(client_id) => format!("servicePrincipals(appId={client_id})"),
        }
    }
}

/// A deleted service principal, or what is looked at of a deleted application.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeletedPrincipal {
    /// Object id.
    #[serde(rename = "id")]
    pub object_id: String,
    /// Client id of its application.
    #[serde(rename = "appId")]
    pub client_id: String,
    /// When it was deleted.
    pub deleted_date_time: Option<Timestamp>,
}

/// What is looked at of any deleted object.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Deleted {
    deleted_date_time: Option<Timestamp>,
}

/// Whether the caller was told that it may not read the deleted items: it is not asked for again.
#[derive(Default)]
struct Unreadable(AtomicBool);

impl Graph {
    /// Whether a thing is certainly gone: deleted, and that after `written`, when it was there for certain.
    pub(super) async fn is_gone(&self, call: &Call, thing: Thing<'_>, written: Option<Timestamp>) -> bool {
        let deleted = self.deleted_at(call, thing).await;
        deleted.is_some_and(|deleted| written.is_none_or(|written| deleted >= written))
    }

    /// When a thing was deleted, as far as the deleted items tell.
    pub(super) async fn deleted_at(&self, call: &Call, thing: Thing<'_>) -> Option<Timestamp> {
        let unreadable = self.lasting::<Unreadable>();
        if unreadable.0.load(Ordering::Relaxed) {
            return None;
        }
        let deleted = match thing {
            Thing::Application(id) | Thing::Principal(id) => self.deletion(call, id).await,
            Thing::ApplicationOf(client_id) => {
                let found = self.deleted_of(call, "application", client_id).await;
                found.map(|found| found.and_then(|application| application.deleted_date_time))
            }
            Thing::PrincipalOf(client_id) => {
                let found = self.deleted_principal(call, client_id).await;
                found.map(|found| found.and_then(|principal| principal.deleted_date_time))
            }
        };
        deleted.unwrap_or_else(|error| {
            unreadable.0.fetch_or(error.is_forbidden(), Ordering::Relaxed);
            None
        })
    }

    /// When the object with this id was deleted, if it is among the deleted items.
    async fn deletion(&self, call: &Call, id: &str) -> Result<Option<Timestamp>, Error> {
        let path = format!("/directory/deletedItems/{}", encoded(id));
        let ask = Ask::get(
            path,
            &needs::READ_DELETED_APPLICATIONS,
            format!("look for `{id}` among what was deleted"),
        );
        let found: Option<Deleted> = self.read_optional(call, ask).await?;
        Ok(found.and_then(|found| found.deleted_date_time))
    }

    /// The principal of a client id that was deleted last.
    pub(super) async fn deleted_principal(
        &self,
        call: &Call,
        client_id: &str,
    ) -> Result<Option<DeletedPrincipal>, Error> {
        self.deleted_of(call, "servicePrincipal", client_id).await
    }

    /// All are looked through, since not every property can be filtered by here.
    async fn deleted_of(
        &self,
        call: &Call,
        kind: &str,
        client_id: &str,
    ) -> Result<Option<DeletedPrincipal>, Error> {
        let path = format!(
            "/directory/deletedItems/microsoft.graph.{kind}?$select=id,appId,deletedDateTime&$top={PAGE}"
        );
        let operation = format!("look for the deleted {kind} of `{client_id}`");
        let deleted: Vec<DeletedPrincipal> =
            self.list(call, Ask::get(path, &needs::READ_DELETED_APPLICATIONS, operation)).await?;
        let of_client = deleted.into_iter().filter(|one| one.client_id.eq_ignore_ascii_case(client_id));
        Ok(of_client.max_by_key(|one| one.deleted_date_time))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{Fake, Reply, call};
    use super::*;

    const DELETED: &str = "2026-03-01T12:00:00Z";

    fn at(time: &str) -> Timestamp {
        time.parse().expect("a time")
    }

    #[tokio::test]
    async fn a_thing_is_gone_when_it_was_deleted_after_it_was_written() {
        let (_, graph) = Fake::serving(|seen, _| {
            let item = json!({"id": "o", "appId": "C", "deletedDateTime": DELETED});
            let older = json!({"id": "p", "appId": "c", "deletedDateTime": "2026-02-01T12:00:00Z"});
            if seen.target.contains("microsoft.graph") {
                Reply::ok(json!({"value": [older, item]}))
            } else {
                Reply::ok(item)
            }
        })
        .await;
        let call = call();
        let things = [
            Thing::Application("o"),
            Thing::ApplicationOf("c"),
            Thing::Principal("o"),
            Thing::PrincipalOf("c"),
        ];
        for thing in things {
            assert!(graph.is_gone(&call, thing, None).await, "{thing:?}");
            assert!(graph.is_gone(&call, thing, Some(at("2026-03-01T11:59:00Z"))).await, "{thing:?}");
            // Restored since, which the deleted items have not heard of.
            assert!(!graph.is_gone(&call, thing, Some(at("2026-03-01T12:01:00Z"))).await, "{thing:?}");
        }
        // What this process has written counts as well; what a replica showed it does not.
        graph.note_seen("o");
        assert!(graph.has_gone(&call, Thing::Application("o"), None).await);
        graph.note_fresh("o");
        assert!(!graph.has_gone(&call, Thing::Application("o"), None).await);
        assert!(!graph.is_gone(&call, Thing::PrincipalOf("another"), None).await);
    }

    #[tokio::test]
    async fn deleted_items_that_may_not_be_read_are_asked_for_once() {
        let (fake, graph) =
            Fake::serving(|_, _| Reply::error(403, "Authorization_RequestDenied", "No.")).await;
        for _ in 0..3 {
            assert!(!graph.is_gone(&call(), Thing::Application("o"), None).await);
        }
        assert_eq!(fake.count("GET /directory/deletedItems/o"), 1);
    }

    #[tokio::test]
    async fn what_fails_or_is_not_there_yet_is_asked_for_again() {
        let (_, graph) = Fake::serving(|_, before| match before {
            0 => Reply::error(404, "Request_ResourceNotFound", "No."),
            1 => Reply::error(400, "Request_BadRequest", "No."),
            _ => Reply::ok(json!({"id": "o", "deletedDateTime": DELETED})),
        })
        .await;
        let call = call();
        for is_gone in [false, false, true] {
            assert_eq!(graph.is_gone(&call, Thing::Principal("o"), None).await, is_gone);
        }
    }
}
