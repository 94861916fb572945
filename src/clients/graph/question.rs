//! An answer that is not older than its question. Whoever is about to delete an object cannot see from its tags alone that
//! another process took it over a moment ago: the replica that answers may not have heard of it.
//!
//! So a text is written to a property that nothing else of the provider uses, and the object is looked at until an answer
//! shows it: replicas get the writes to one object in their order (inferred, nothing is published), so that this answer knows
//! all that was written before. Where replicas are on time, that is one look.

use std::future::Future;

use uuid::Uuid;

use super::applications::{Application, ApplicationChange, Applications};
use super::connection::Graph;
use super::consistency::Sight;
use super::error::Error;
use super::gone::Thing;
use super::service_principals::{ServicePrincipal, ServicePrincipalChange, ServicePrincipals, by_client_id};
use crate::http::Call;

/// What each question begins with.
const QUESTION: &str = "terraform-provider-proofpoint is about to delete: ";

/// What came of a question.
#[derive(Debug)]
pub enum Heard<T> {
    /// The object, by an answer that is not older than the question.
    Fresh(T),
    /// There is no such object any more, or the caller may not ask.
    Nothing,
    /// No such answer came in the time of the operation.
    Late,
}

/// An object that can be asked.
trait Asked {
    /// Where the question is written.
    fn text(&self) -> Option<&String>;
}

impl Asked for Application {
    fn text(&self) -> Option<&String> {
        self.description.as_ref()
    }
}

impl Asked for ServicePrincipal {
    fn text(&self) -> Option<&String> {
        self.notes.as_ref()
    }
}

fn question(id: &str) -> String {
    format!("{QUESTION}{id} ({})", Uuid::new_v4().simple())
}

/// What is there again once a question is taken back. One that was never answered is not restored.
fn before<T: Asked>(found: Option<&T>) -> Option<String> {
    found.and_then(Asked::text).filter(|text| !text.starts_with(QUESTION)).cloned()
}

impl Graph {
    /// Looks until an answer shows a question.
    async fn heard<T: Asked, F>(
        &self,
        call: &Call,
        thing: Thing<'_>,
        question: &str,
        asked: Result<(), Error>,
        get: impl Fn() -> F,
    ) -> Result<Heard<T>, Error>
    where
        F: Future<Output = Result<Option<T>, Error>>,
    {
        match asked {
            Err(error) if error.is_not_found() || error.is_forbidden() => return Ok(Heard::Nothing),
            outcome => outcome?,
        }
        let shows = |found: &T| found.text().is_some_and(|text| text == question);
        let look = || async {
            let found = get().await?;
            let sight = match &found {
                Some(found) if shows(found) => Sight::Whole,
                Some(_) => Sight::Part,
                None => Sight::Nothing,
            };
            Ok((found, sight))
        };
        Ok(match self.settled(call, Some(self.now()), Some(thing), look).await? {
            Some(found) if shows(&found) => Heard::Fresh(found),
            Some(_) => Heard::Late,
            None => Heard::Nothing,
        })
    }
}

impl Applications<'_> {
    /// An application as it is after all that was written to it until now.
    pub(super) async fn ask(&self, call: &Call, object_id: &str) -> Result<Heard<Application>, Error> {
        let question = question(object_id);
        let change =
            ApplicationChange { description: Some(Some(question.clone())), ..ApplicationChange::default() };
        let asked = self.update(call, object_id, &change).await;
        let thing = Thing::Application(object_id);
        self.0.heard(call, thing, &question, asked, || self.get(call, object_id)).await
    }

    /// Takes a question back: the application stays. `found` is how it was before.
    pub(super) async fn take_back(
        &self,
        call: &Call,
        object_id: &str,
        found: Option<&Application>,
    ) -> Result<(), Error> {
        let change = ApplicationChange { description: Some(before(found)), ..ApplicationChange::default() };
        self.update(call, object_id, &change).await
    }
}

impl ServicePrincipals<'_> {
    /// A principal as it is after all that was written to it until now.
    pub async fn ask(&self, call: &Call, found: &ServicePrincipal) -> Result<Heard<ServicePrincipal>, Error> {
        let object_id = found.object_id.as_str();
        let question = question(object_id);
        let change = ServicePrincipalChange {
            notes: Some(Some(question.clone())),
            ..ServicePrincipalChange::default()
        };
        let asked = self.update(call, object_id, &change).await;
        let get = || self.0.read_optional(call, by_client_id(&found.client_id));
        self.0.heard(call, Thing::Principal(object_id), &question, asked, get).await
    }

    /// Takes a question back. `found` is how the principal was before.
    pub async fn take_back(&self, call: &Call, found: &ServicePrincipal) -> Result<(), Error> {
        let change =
            ServicePrincipalChange { notes: Some(before(Some(found))), ..ServicePrincipalChange::default() };
        match self.update(call, &found.object_id, &change).await {
            Err(error) if error.is_not_found() => Ok(()),
            outcome => outcome,
        }
    }
}
