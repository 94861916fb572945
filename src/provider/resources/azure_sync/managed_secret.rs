//! The secret that nobody sees: minted in Entra, proven, handed to Proofpoint, and removed when a newer one is proven.
//!
//! A key of ours bears a description that names the organization and the resource that made it: so a key which an
//! interrupted run left behind can be told from everybody else's, and a destroy sees that another resource has taken over.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use uuid::Uuid;

use super::evidence::ends_then;
use super::late_keys::LateKeys;
use super::lifetime::life;
use super::model::{ManagedClientSecret, SyncModel};
use crate::provider_block::{At as _, Diagnose as _, Failure, ObjectPath};
use clients::graph::{self, Graph, NewPassword, PasswordCredential, Sight, Thing};
use clients::http::{Call, delays};
use framework::diagnostic::Diagnostic;

pub(super) const FIRST_LOOK: Duration = Duration::from_millis(500);
pub(super) const LONGEST_LOOK: Duration = Duration::from_secs(4);
/// How often a bad sign is looked at again before it counts: about seven seconds in all.
const LOOKS: usize = 4;
/// The same while replicas may disagree about a key since it is young, each look meeting another one: about forty seconds.
const LOOKS_AT_THE_YOUNG: usize = 12;
/// How much earlier than asked a key may end, so that no date that Proofpoint may compute by itself is its end by chance.
const LONGEST_EARLIER: i64 = 60 * 60;

/// A key that was minted in this apply.
pub(super) struct Minted {
    /// Its id.
    pub(super) key_id: String,
    /// Its first characters, as Entra shows them.
    pub(super) hint: String,
    /// The beginning of its life, by Entra's clock.
    pub(super) start: Option<Timestamp>,
    /// The end of its life.
    pub(super) end: Timestamp,
    /// Keys that a list showed before it was made.
    pub(super) earlier: BTreeSet<String>,
    /// The secret itself.
    pub(super) secret: SecretString,
}

/// A key that could not be minted.
pub(super) struct Unmade {
    /// Why.
    pub(super) problem: Failure,
    /// Whether it may be there all the same.
    pub(super) is_lost: bool,
}

impl From<Failure> for Unmade {
    fn from(problem: Failure) -> Self {
        Self { problem, is_lost: false }
    }
}

/// The keys of one synchronization in one application.
pub(super) struct Keys<'a> {
    graph: &'a Graph,
    application: String,
    marker: String,
    owner: String,
    late: LateKeys,
}

/// How many hexadecimal digits name the owner of a key, and the key itself.
const DIGITS: usize = 8;

/// What a resource marks its keys with: drawn once, when it is made.
pub(super) fn new_owner() -> String {
    Uuid::new_v4().simple().to_string()[..DIGITS].to_owned()
}

impl<'a> Keys<'a> {
    /// The keys of the synchronization of `organization` in the application that the block names, as seen by the resource
    /// that marks its own with `owner`.
    pub(super) fn new(
        graph: &'a Graph,
        managed: &ManagedClientSecret,
        organization: &str,
        owner: Option<&str>,
    ) -> Result<Self, Failure> {
        let path = ObjectPath::parse(managed.application_id.text(), "applications").map_err(|error| {
            Diagnostic::error("Not the id of an application", error.to_string()).at(application_id())
        })?;
        Ok(Self {
            graph,
            application: path.id,
            marker: format!("proofpoint-sync:{organization}:"),
            owner: owner.unwrap_or_default().to_owned(),
            late: LateKeys::default(),
        })
    }

    /// The tenant that the application is in.
    pub(super) const fn graph(&self) -> &Graph {
        self.graph
    }

    /// The same for whoever knows what lists of them may be late with.
    pub(super) fn knowing(self, late: &LateKeys) -> Self {
        Self { late: late.clone(), ..self }
    }

    /// Whether another resource has made a key for the same synchronization since: one that this state does not know and
    /// that does not bear the mark of this resource. Where Proofpoint shows the end of `another` key, that one is waited
    /// for: it may be the successor's, made a moment ago.
    pub(super) async fn have_a_successor(
        &self,
        call: &Call,
        known: &BTreeSet<String>,
        another: Option<&str>,
    ) -> Result<bool, Failure> {
        let is_the_other = |key: &PasswordCredential| {
            another.zip(key.end_date_time).is_some_and(|(shown, end)| ends_then(shown, end) == Some(true))
        };
        let look = || async {
            let found = self.graph.applications().get(call, &self.application).await?;
            let Some(application) = found else { return Ok::<_, graph::Error>((false, Sight::Nothing)) };
            let keys = &application.password_credentials;
            let has_successor = keys.iter().any(|key| self.is_a_successors(key, known));
            let is_whole = has_successor || keys.iter().any(is_the_other);
            Ok((has_successor, if is_whole { Sight::Whole } else { Sight::Part }))
        };
        // Entra's answer to the first look tells its time.
        let (has_successor, sight) = look().await.at(application_id())?;
        if another.is_none() || sight == Sight::Whole {
            return Ok(has_successor);
        }
        let thing = Thing::Application(&self.application);
        self.graph.settled(call, Some(self.graph.now()), Some(thing), look).await.at(application_id())
    }

    /// The owner that a description names, if it is one of this synchronization's.
    fn owner_in<'n>(&self, name: &'n str) -> Option<&'n str> {
        let (_, nonce) = name.split_once(&self.marker)?;
        nonce.split_at_checked(DIGITS).map(|(owner, _)| owner)
    }

    /// Whether another resource has made a key for the same synchronization.
    pub(super) fn is_anothers(&self, key: &PasswordCredential) -> bool {
        let owner = key.display_name.as_deref().and_then(|name| self.owner_in(name));
        owner.is_some_and(|owner| owner != self.owner)
    }

    /// Whether it is one that another resource has made and that is not `known`.
    pub(super) fn is_a_successors(&self, key: &PasswordCredential, known: &BTreeSet<String>) -> bool {
        !known.contains(&key.key_id) && self.is_anothers(key)
    }

    /// Every key that bears the marker, and those that are `known` if they are there; none that was removed.
    pub(super) async fn list(
        &self,
        call: &Call,
        known: &BTreeSet<String>,
    ) -> Result<Vec<PasswordCredential>, Failure> {
        self.read(call, known).await.at(application_id())
    }

    /// The same for a refresh, which looks again at a bad sign: listings of keys jump between replicas for a while, and a key
    /// that none has shown yet may be as late as this operation is patient.
    pub(super) async fn look(
        &self,
        call: &Call,
        client_id: &str,
        key_id: &str,
        superseded: &BTreeSet<String>,
    ) -> Result<Vec<String>, graph::Error> {
        let expected = |keys: &[String]| {
            keys.iter().any(|key| key == key_id)
                && keys.iter().all(|key| key == key_id || superseded.contains(key))
        };
        let mut known = superseded.clone();
        known.insert(key_id.to_owned());
        let snapshot = self.graph.snapshot(call, client_id).await?;
        let application = snapshot.application.as_ref().filter(|found| found.object_id == self.application);
        let mut keys = ids(match application {
            Some(application) => self.ours(&application.password_credentials, &known),
            None => self.read(call, &known).await?,
        });
        if self.late.unseen.contains(key_id) && !keys.iter().any(|key| key == key_id) {
            let look = || async {
                let found = self.graph.applications().get(call, &self.application).await?;
                let sight = match &found {
                    None => Sight::Nothing,
                    Some(found) if found.password(key_id).is_none() => Sight::Part,
                    Some(_) => Sight::Whole,
                };
                let keys = found.map(|found| self.ours(&found.password_credentials, &known));
                Ok((ids(keys.unwrap_or_default()), sight))
            };
            let thing = Thing::Application(&self.application);
            keys = self.graph.settled(call, self.late.written, Some(thing), look).await?;
        }
        let is_young = self.graph.is_young(self.late.written);
        for (look, delay) in delays(FIRST_LOOK, LONGEST_LOOK).take(LOOKS_AT_THE_YOUNG).enumerate() {
            // One that is there too many is there for certain.
            let is_in_doubt = is_young && !keys.iter().any(|key| key == key_id);
            let is_over = look >= LOOKS && !is_in_doubt;
            if is_over || expected(&keys) || call.wait(delay).await.is_err() {
                break;
            }
            keys = ids(self.read(call, &known).await?);
        }
        Ok(keys)
    }

    async fn read(
        &self,
        call: &Call,
        known: &BTreeSet<String>,
    ) -> Result<Vec<PasswordCredential>, graph::Error> {
        let application = self.graph.applications().get(call, &self.application).await?;
        Ok(application.map(|found| self.ours(&found.password_credentials, known)).unwrap_or_default())
    }

    fn ours(&self, keys: &[PasswordCredential], known: &BTreeSet<String>) -> Vec<PasswordCredential> {
        keys.iter()
            .filter(|key| !self.late.removed.contains(&key.key_id))
            .filter(|key| {
                known.contains(&key.key_id)
                    || key.display_name.as_deref().is_some_and(|name| name.contains(&self.marker))
            })
            .cloned()
            .collect()
    }

    /// Mints a key. It is sent once: after a lost answer the next refresh finds the key by its marker and plans another.
    pub(super) async fn mint(
        &self,
        call: &Call,
        managed: &ManagedClientSecret,
        now: Timestamp,
    ) -> Result<Minted, Unmade> {
        let minted = self.mint_once(call, managed, now).await?;
        let minted = match minted {
            // The policy has changed since it was read.
            Err(refused) if refused.is_too_long_a_life() && managed.lives_as_long_as_it_may() => {
                self.mint_once(call, managed, now).await?
            }
            minted => minted,
        };
        minted.map_err(|error| {
            let is_lost = error.outcome_is_unknown() || error.is_cancelled();
            let mut problem = error.diagnose();
            if is_lost {
                problem.detail.push_str(
                    " If the key was made nevertheless, nobody knows its value: the next apply, or a destroy, removes it once \
                     Entra lists it.",
                );
            }
            Unmade { problem: problem.at(application_id()).into(), is_lost }
        })
    }

    /// The same with the life that is allowed now. The inner error is Entra's answer to the request for the key.
    async fn mint_once(
        &self,
        call: &Call,
        managed: &ManagedClientSecret,
        now: Timestamp,
    ) -> Result<Result<Minted, graph::Error>, Failure> {
        let lifetime = life(call, self.graph, &self.application, managed).await.at(application_id())?;
        let lifetime = SignedDuration::try_from(lifetime).unwrap_or(SignedDuration::MAX);
        let latest = now.checked_add(lifetime).map_err(|_| {
            Diagnostic::error(
                "The lifetime is too long",
                "The key's end would lie beyond what a date can say.",
            )
            .at(SyncModel::managed_client_secret().join(ManagedClientSecret::lifetime()))
        })?;
        let application = self.graph.applications().get(call, &self.application).await;
        let application = application.at(application_id())?;
        let keys = application.map(|found| found.password_credentials).unwrap_or_default();
        let listed_before = keys.iter().map(|key| key.key_id.clone()).collect();
        let ends = keys.iter().filter_map(|key| Some(key.end_date_time?.as_second())).collect();
        // By the end that Proofpoint shows, its key is told from all others.
        let drawn = Uuid::new_v4();
        let earlier = (lifetime.as_secs() / 1000).min(LONGEST_EARLIER);
        let earlier = i64::from(drawn.as_fields().0).checked_rem(earlier).unwrap_or_default();
        let latest = latest.saturating_sub(SignedDuration::from_secs(earlier)).unwrap_or(latest);
        let end = end_of_its_own(latest, &ends);
        let nonce = drawn.simple().to_string();
        let display_name =
            format!("{} {}{}{}", managed.description.text(), self.marker, self.owner, &nonce[..DIGITS]);
        let minted = self
            .graph
            .applications()
            .add_password(call, &self.application, &NewPassword { display_name, end_date_time: Some(end) })
            .await;
        Ok(minted.map(|minted| Minted {
            key_id: minted.key_id,
            hint: minted.hint,
            start: minted.start_date_time,
            earlier: listed_before,
            end: minted.end_date_time.unwrap_or(end),
            secret: minted.secret,
        }))
    }

    /// Whether a key that was there once is gone: absent from several listings in a row, which jump between replicas.
    async fn has_vanished(&self, call: &Call, key_id: &str) -> bool {
        for pause in delays(FIRST_LOOK, LONGEST_LOOK).take(LOOKS_AT_THE_YOUNG) {
            match self.graph.applications().get(call, &self.application).await {
                Ok(Some(application)) if application.password(key_id).is_none() => {}
                _ => return false,
            }
            if call.wait(pause).await.is_err() {
                return false;
            }
        }
        true
    }

    /// Whether the key is listed.
    pub(super) async fn has(&self, call: &Call, key_id: &str) -> bool {
        let application = self.graph.applications().get(call, &self.application).await;
        matches!(application, Ok(Some(application)) if application.password(key_id).is_some())
    }

    /// Ends when the key has been seen once and is gone: whatever waits for it waits in vain.
    pub(super) async fn until_gone(&self, call: &Call, key_id: &str, longest: Duration) {
        let mut seen = false;
        for pause in delays(FIRST_LOOK, longest) {
            if !seen {
                seen = self.has(call, key_id).await;
            } else if self.has_vanished(call, key_id).await {
                return;
            }
            if call.wait(pause).await.is_err() {
                break;
            }
        }
        std::future::pending::<()>().await;
    }

    /// Removes every key that bears the marker, and those that are `known`, which a list may not show yet: they come last.
    pub(super) async fn remove_all(&self, call: &Call, known: &BTreeSet<String>) -> Result<(), Failure> {
        self.remove_those(call, known, |_| true).await
    }

    /// The same without what another resource has made: it may be about to hand that over.
    pub(super) async fn remove_own(&self, call: &Call, known: &BTreeSet<String>) -> Result<(), Failure> {
        self.remove_those(call, known, |key| !self.is_anothers(key)).await
    }

    /// One whose making was not answered is waited for, as long as the operation is patient with what was made then.
    async fn remove_those(
        &self,
        call: &Call,
        known: &BTreeSet<String>,
        is_meant: impl Fn(&PasswordCredential) -> bool,
    ) -> Result<(), Failure> {
        let look = || async {
            let found = self.graph.applications().get(call, &self.application).await?;
            let Some(found) = found else { return Ok((Vec::new(), Sight::Nothing)) };
            let mut keys = self.ours(&found.password_credentials, &BTreeSet::new());
            keys.retain(|key| known.contains(&key.key_id) || is_meant(key));
            let keys = ids(keys);
            let is_seen = keys.iter().any(|key| !known.contains(key));
            Ok((keys, if is_seen { Sight::Whole } else { Sight::Part }))
        };
        let thing = Thing::Application(&self.application);
        let listed = self.graph.settled(call, self.late.lost, Some(thing), look).await;
        let mut keys = listed.at(application_id())?;
        let unlisted: Vec<String> = known.iter().filter(|key| !keys.contains(key)).cloned().collect();
        keys.extend(unlisted);
        self.remove(call, &keys).await
    }

    /// Removes keys; those that are gone already are fine, and those that no list has shown are waited for.
    pub(super) async fn remove<'k>(
        &self,
        call: &Call,
        keys: impl IntoIterator<Item = &'k String>,
    ) -> Result<(), Failure> {
        for key in keys {
            if let Some(written) = self.late.written.filter(|_| self.late.unseen.contains(key)) {
                self.graph.note_made(key, written);
            }
            self.graph
                .applications()
                .remove_password(call, &self.application, key)
                .await
                .at(application_id())?;
        }
        Ok(())
    }
}

pub(super) fn application_id() -> framework::path::Path {
    SyncModel::managed_client_secret().join(ManagedClientSecret::application_id())
}

fn ids(keys: Vec<PasswordCredential>) -> Vec<String> {
    keys.into_iter().map(|key| key.key_id).collect()
}

/// When a key ends, so that no other key of its application does: to the second.
fn end_of_its_own(wanted: Timestamp, others: &BTreeSet<i64>) -> Timestamp {
    let mut second = wanted.as_second();
    while others.contains(&second) {
        second -= 1;
    }
    Timestamp::from_second(second).unwrap_or(wanted)
}

#[cfg(test)]
#[path = "managed_secret_tests.rs"]
mod tests;
