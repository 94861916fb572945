//! The secrets of one application: looked at, made, removed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::model::{ClientSecretModel, instant};
use super::rotation::span;
use crate::provider_block::{At as _, Failure, ObjectPath};
use clients::graph::{
    self, Graph, MintedPassword, NewPassword, PasswordCredential, PasswordRules, Sight, Thing,
};
use clients::http::{Call, delays};
use framework::diagnostic::Diagnostic;

/// Between the description that the user gave and the digits that make it unlike any other of the application.
const MARK: &str = " terraform:";

const FIRST_LOOK: Duration = Duration::from_millis(500);
const LONGEST_LOOK: Duration = Duration::from_secs(4);
/// How often a missing key is looked for again before it counts as gone: about seven seconds in all. Listings of keys
/// jump between replicas for a while after a change.
const LOOKS: usize = 4;

/// What a look at the application showed.
pub(super) enum Seen {
    /// The application is gone.
    Nothing,
    /// The application lies among the deleted items, from where it can come back.
    Deleted,
    /// The application is there without the key.
    NoKey,
    /// The key, and the ids of all that are there with it.
    Key(PasswordCredential, BTreeSet<String>),
}

/// A secret that could not be made.
pub(super) struct Refusal {
    /// Why.
    pub(super) problem: Failure,
    /// Its description, if it may have been made all the same.
    pub(super) lost: Option<String>,
}

/// The secrets of one application.
pub(super) struct Keys<'a> {
    graph: &'a Graph,
    call: &'a Call,
    application: String,
}

impl<'a> Keys<'a> {
    /// The secrets of the application that the block names.
    pub(super) fn new(graph: &'a Graph, call: &'a Call, model: &ClientSecretModel) -> Result<Self, Failure> {
        let path = ObjectPath::parse(model.application_id.text(), "applications").map_err(|error| {
            Diagnostic::error("Not the id of an application", format!("{error}."))
                .at(ClientSecretModel::application_id())
        })?;
        Ok(Self { graph, call, application: path.id })
    }

    /// The object id of the application.
    pub(super) fn application(&self) -> &str {
        &self.application
    }

    /// Looks for a key, and again when it is not there: longer where it was `made` a moment ago.
    pub(super) async fn look(&self, key_id: &str, made: Option<Timestamp>) -> Result<Seen, Failure> {
        let look = || async {
            let seen = self.glance(key_id).await?;
            let sight = match seen {
                Seen::Key(..) => Sight::Whole,
                Seen::NoKey => Sight::Part,
                Seen::Nothing | Seen::Deleted => Sight::Nothing,
            };
            Ok((seen, sight))
        };
        let thing = Thing::Application(&self.application);
        let seen = self.graph.look_since(self.call, made, thing, look).await;
        let mut seen = seen.at(ClientSecretModel::application_id())?;
        // Another replica answers each time, of the deleted items too.
        for delay in delays(FIRST_LOOK, LONGEST_LOOK).take(LOOKS) {
            if matches!(seen, Seen::Nothing) && self.graph.has_gone(self.call, thing, None).await {
                return Ok(Seen::Deleted);
            }
            if matches!(seen, Seen::Key(..)) || self.call.wait(delay).await.is_err() {
                break;
            }
            seen = self.glance(key_id).await.at(ClientSecretModel::application_id())?;
        }
        Ok(seen)
    }

    /// What is to be known of a secret whose application was deleted.
    pub(super) fn deleted(&self) -> Diagnostic {
        Diagnostic::warning(
            "The application of a secret is deleted",
            format!(
                "The application `{}` lies among the deleted items, where Entra keeps it for 30 days. Nobody can sign in with its \
                 secrets until it is restored.",
                self.application
            ),
        )
        .at(ClientSecretModel::application_id())
    }

    async fn glance(&self, key_id: &str) -> Result<Seen, graph::Error> {
        let application = self.graph.applications().get(self.call, &self.application).await?;
        let Some(application) = application else { return Ok(Seen::Nothing) };
        let Some(key) = application.password(key_id).cloned() else { return Ok(Seen::NoKey) };
        Ok(Seen::Key(key, application.password_credentials.into_iter().map(|key| key.key_id).collect()))
    }

    /// Makes a secret as planned.
    pub(super) async fn mint(&self, model: &ClientSecretModel) -> Result<MintedPassword, Refusal> {
        let now = self.time().await;
        let end_date_time = match (model.end_date.known(), span(&model.end_date_relative)) {
            (Some(end), _) => instant(end),
            (None, Some(life)) => {
                Some(end_after(now.map_err(|problem| Refusal { problem, lost: None })?, life)?)
            }
            (None, None) => None,
        };
        let display_name = marked(model.display_name.text());
        let new = NewPassword { display_name: display_name.clone(), end_date_time };
        self.graph.applications().add_password(self.call, &self.application, &new).await.map_err(|error| {
            let may_be_there = error.outcome_is_unknown() || error.is_cancelled();
            Refusal {
                problem: Failure::from(error).at(ClientSecretModel::application_id()),
                lost: may_be_there.then_some(display_name),
            }
        })
    }

    /// The present. The time is Entra's: nothing else may have been asked in this process yet, and the clock of this machine
    /// may be wrong. The application's own date tells besides whether replicas may not know it yet.
    pub(super) async fn time(&self) -> Result<Timestamp, Failure> {
        self.graph
            .applications()
            .get(self.call, &self.application)
            .await
            .at(ClientSecretModel::application_id())?;
        Ok(self.graph.now())
    }

    /// Takes note of when a key was made: for a while after, not every replica knows it, and it can still be removed.
    pub(super) fn note_made(&self, key_id: &str, made: Timestamp) {
        self.graph.note_made(key_id, made);
    }

    /// What policies say about secrets of the application.
    pub(super) async fn rules(&self) -> Result<PasswordRules, graph::Error> {
        self.graph.policies().password_rules(self.call, &self.application).await
    }

    /// Removes a key; one that is gone already is fine.
    pub(super) async fn remove(&self, key_id: &str) -> Result<(), Failure> {
        let removed = self.graph.applications().remove_password(self.call, &self.application, key_id).await;
        removed.map(drop).at(ClientSecretModel::application_id())
    }

    /// Tells of other secrets that were made with the same description as a new one: a command that was killed, state and all,
    /// leaves one that nothing knows of, however long ago that was. It may as well be somebody else's, so that it is not removed.
    pub(super) async fn twins(&self, made: &MintedPassword, description: &str) -> Option<Diagnostic> {
        let application = self.graph.applications().get(self.call, &self.application).await.ok().flatten()?;
        let is_twin = |key: &&PasswordCredential| {
            let name = key.display_name.as_deref().unwrap_or_default();
            key.key_id != made.key_id && unmarked(name) == description && unmarked(name) != name
        };
        let twins = application.password_credentials.iter().filter(is_twin);
        let told = |key: &PasswordCredential| match key.start_date_time {
            Some(start) => format!("`{}` of {}", key.key_id, start.strftime("%Y-%m-%d")),
            None => format!("`{}`", key.key_id),
        };
        let twins: Vec<String> = twins.map(told).collect();
        if twins.is_empty() {
            return None;
        }
        let text = format!(
            "The application `{}` has other secrets that this provider has made with the description `{description}`: {}. If a command was killed before it could write its state, nobody knows their values: remove \
             them under Certificates & secrets. They may as well be those of another configuration.",
            application.display_name,
            twins.join(", ")
        );
        Some(
            Diagnostic::warning(
                format!("`{}` may have a secret that is left over", application.display_name),
                text,
            )
            .at(ClientSecretModel::display_name()),
        )
    }

    /// The keys that bear one of these descriptions, by it: nobody knows their values. Where one was lost at `since`, lists may be
    /// late with it, and all are looked for until they are seen or the operation's patience with that is over.
    pub(super) async fn lost(
        &self,
        descriptions: &BTreeSet<String>,
        since: Option<Timestamp>,
    ) -> Result<BTreeMap<String, String>, Failure> {
        if descriptions.is_empty() {
            return Ok(BTreeMap::new());
        }
        let look = || async {
            let application = self.graph.applications().get(self.call, &self.application).await?;
            let Some(application) = application else { return Ok((BTreeMap::new(), Sight::Nothing)) };
            let keys = application.password_credentials.into_iter();
            let lost: BTreeMap<String, String> = keys
                .filter_map(|key| Some((key.display_name?, key.key_id)))
                .filter(|(name, _)| descriptions.contains(name))
                .collect();
            let sight = if lost.len() == descriptions.len() { Sight::Whole } else { Sight::Part };
            Ok((lost, sight))
        };
        let thing = Thing::Application(&self.application);
        let lost = self.graph.settled(self.call, since, Some(thing), look).await;
        lost.at(ClientSecretModel::application_id())
    }

    /// Removes the keys that bear one of these descriptions, as [`Self::lost`] finds them, and takes those off the list.
    pub(super) async fn remove_lost(
        &self,
        descriptions: &mut BTreeSet<String>,
        since: Option<Timestamp>,
    ) -> Result<(), Failure> {
        for (description, key) in self.lost(descriptions, since).await? {
            // Another replica may not know it.
            self.note_made(&key, self.graph.now());
            self.remove(&key).await?;
            descriptions.remove(&description);
        }
        Ok(())
    }
}

fn end_after(now: Timestamp, life: SignedDuration) -> Result<Timestamp, Refusal> {
    now.checked_add(life).map_err(|_| Refusal {
        problem: Diagnostic::error("The life is too long", "The end lies beyond all dates.")
            .at(ClientSecretModel::end_date_relative())
            .into(),
        lost: None,
    })
}

fn marked(description: &str) -> String {
    let nonce = Uuid::new_v4().simple().to_string();
    format!("{description}{MARK}{}", &nonce[..8])
}

/// The description that the user gave.
pub(super) fn unmarked(description: &str) -> &str {
    match description.rsplit_once(MARK) {
        Some((given, nonce)) if nonce.len() == 8 && nonce.chars().all(|c| c.is_ascii_hexdigit()) => given,
        _ => description,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_comes_off_again_and_nothing_else_does() {
        assert_eq!(unmarked(&marked("for reports")), "for reports");
        assert_ne!(marked("a"), marked("a"));
        for foreign in ["for reports", "x terraform:production", "terraform"] {
            assert_eq!(unmarked(foreign), foreign);
        }
    }
}
