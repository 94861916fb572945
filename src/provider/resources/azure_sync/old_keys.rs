//! What becomes of the keys that Proofpoint had before: those of the same application, and those of one that was left.

use std::collections::{BTreeMap, BTreeSet};

use super::AzureSync;
use super::evidence::ends_then;
use super::managed_secret::{FIRST_LOOK, Keys, LONGEST_LOOK, Minted};
use super::model::{ManagedClientSecret, SyncModel};
use super::planning::{Credential, ends_managed};
use super::rotation::Reason;
use super::steps::{Apply, Done};
use crate::provider_block::Failure;
use clients::graph::{Graph, PasswordCredential};
use clients::http::{Call, delays};
use framework::attr::Attr;
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::resource::Planned;

/// Keys that wait for their removal in applications that the configuration does not name any more, by the application's path.
pub(super) type Left = BTreeMap<String, BTreeSet<String>>;

/// Which of the keys before the new one are certainly in nobody's use.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Unused {
    /// None is known to be.
    None,
    /// Those before the one that Proofpoint had: it has accepted two others since.
    Earlier,
    /// All of them.
    All,
}

impl Unused {
    /// After a handover to which nothing was missing: the new key is proven where it was used, or where nothing runs.
    pub(super) const fn after(is_proven: bool, contradicted: bool) -> Self {
        if is_proven && !contradicted { Self::All } else { Self::None }
    }

    /// Where the rest of the apply failed, so that nothing runs. A create that fails leaves no state in which an old key could
    /// be kept for later.
    pub(super) const fn beside_a_failure(contradicted: bool, seen: bool, creating: bool) -> Self {
        if contradicted {
            Self::None
        } else if seen || creating {
            Self::All
        } else {
            Self::Earlier
        }
    }

    /// Those of the older keys, of which Proofpoint had one last.
    fn of(self, older: &BTreeSet<String>, last: Option<&String>) -> BTreeSet<String> {
        match self {
            Self::None => BTreeSet::new(),
            Self::Earlier => older.iter().filter(|key| Some(*key) != last).cloned().collect(),
            Self::All => older.clone(),
        }
    }
}

/// Whether a stack that is known to show ends shows another one than that of the key that it was given.
pub(super) fn is_contradicted(shows_ends: bool, shown: &str, minted: Option<&Minted>) -> bool {
    shows_ends && minted.is_some_and(|minted| ends_then(shown, minted.end) == Some(false))
}

/// What a list shows after the new key was handed over.
struct Listed {
    /// The keys that are this resource's to deal with.
    keys: BTreeSet<String>,
    /// Whether another state has made a key since.
    has_younger: bool,
    /// Whether Proofpoint shows the end of another key than the new one.
    is_elsewhere: bool,
}

/// What became of the new key once Proofpoint had been given it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fate {
    /// It is there, as far as anybody can tell.
    There,
    /// Another state has removed it, and Proofpoint holds that one's key.
    Replaced,
    /// Another state has removed it, and Proofpoint may hold it nevertheless.
    Lost,
}

/// How often a list is looked at again that shows the new key and a younger one of another state, which may be about to remove it.
const LOOKS_AT_A_RACE: usize = 2;

impl Listed {
    /// Sorts out the keys that another state has made meanwhile: Proofpoint may be given one of them at any moment, or holds it
    /// already, where `end` is the one that it shows. They are left alone, and the next plan tells of them.
    fn without_a_successors(
        listed: &[PasswordCredential],
        is_a_successors: impl Fn(&PasswordCredential) -> bool,
        minted: &Minted,
        end: Option<&str>,
    ) -> Self {
        let is_younger = |key: &PasswordCredential| is_a_successors(key) && is_younger(key, minted);
        let is_held = |key: &PasswordCredential| {
            is_a_successors(key) && end.is_some_and(|end| is_held(key, minted, end))
        };
        let own = listed.iter().filter(|key| !is_younger(key) && !is_held(key));
        Self {
            keys: own.map(|key| key.key_id.clone()).collect(),
            has_younger: listed.iter().any(is_younger),
            is_elsewhere: end.is_some_and(|end| ends_then(end, minted.end) == Some(false)),
        }
    }

    /// Whether it knows of what was made after a key, and not of that: somebody has removed it.
    fn lacks(&self, key_id: &str) -> bool {
        self.has_younger && !self.keys.contains(key_id)
    }

    fn fate_of(&self, key_id: &str) -> Fate {
        match (self.lacks(key_id), self.is_elsewhere) {
            (false, _) => Fate::There,
            (true, true) => Fate::Replaced,
            (true, false) => Fate::Lost,
        }
    }
}

/// The keys that the state knows of, but for those in applications that were left.
fn tracked(prior: Option<&SyncModel>, elsewhere: &BTreeSet<String>) -> BTreeSet<String> {
    let keys = prior.into_iter().flat_map(|prior| {
        prior.key_id.known().into_iter().chain(prior.superseded_key_ids.known().into_iter().flatten())
    });
    keys.filter(|key| !elsewhere.contains(*key)).cloned().collect()
}

/// Whether a key was made after the new one, by Entra's clock and by what was listed before that was made.
fn is_younger(key: &PasswordCredential, minted: &Minted) -> bool {
    let dates = key.start_date_time.zip(minted.start);
    dates.is_some_and(|(theirs, ours)| theirs >= ours) && !minted.earlier.contains(&key.key_id)
}

/// Whether the end that Proofpoint shows is that of a key, and not that of the new one.
fn is_held(key: &PasswordCredential, minted: &Minted, end: &str) -> bool {
    let theirs = key.end_date_time.and_then(|theirs| ends_then(end, theirs));
    theirs == Some(true) && ends_then(end, minted.end) == Some(false)
}

/// What is left behind once the plan is applied: what was there already, and the keys of an application that it leaves.
fn left_behind(planned: &Planned<AzureSync>) -> Left {
    let mut left = planned.private.left.clone();
    let now = planned.model.managed_client_secret.known().map(|managed| managed.application_id.text());
    if let Some(prior) = &planned.prior
        && let Some(managed) = prior.managed_client_secret.known()
    {
        let before = managed.application_id.text();
        let moves = now.is_some_and(|now| now != before);
        if moves || ends_managed(Some(prior), Credential::of(&planned.config)) {
            let elsewhere = keys_of(&left);
            let own = prior.superseded_key_ids.known().into_iter().flatten();
            let own = own.filter(|key| !elsewhere.contains(*key)).chain(prior.key_id.known()).cloned();
            left.entry(before.to_owned()).or_default().extend(own);
        }
    }
    // Whoever comes back finds them by their marker.
    left.retain(|application, _| Some(application.as_str()) != now);
    left
}

fn keys_of(left: &Left) -> BTreeSet<String> {
    left.values().flatten().cloned().collect()
}

/// Removes what is left behind; what could not be removed stays.
pub(super) async fn remove_left(
    call: &Call,
    graph: &Graph,
    organization: &str,
    left: &mut Left,
) -> Result<(), Failure> {
    for (application, recorded) in left.clone() {
        let managed = ManagedClientSecret {
            application_id: application.as_str().into(),
            ..ManagedClientSecret::default()
        };
        let keys = Keys::new(graph, &managed, organization, None)?;
        let bearing_the_mark = keys.list(call, &recorded).await?.into_iter().map(|key| key.key_id);
        let all: BTreeSet<String> = recorded.into_iter().chain(bearing_the_mark).collect();
        keys.remove(call, &all).await?;
        left.remove(&application);
    }
    Ok(())
}

impl Apply<'_> {
    /// Says in the model which keys there are now, and removes those that are unused; with the end of a secret that Proofpoint
    /// showed before it was given the new one. Tells what became of that.
    pub(super) async fn settle_keys(
        &self,
        call: &Call,
        minted: Option<Minted>,
        (unused, end_before): (Unused, Option<String>),
        done: &mut Done,
        diagnostics: &mut Diagnostics,
    ) -> Result<Fate, Failure> {
        if done.model.routing_ready_at.is_unknown() {
            done.model.routing_ready_at = Attr::Null;
        }
        let Some(minted) = minted else {
            self.leave_managed(call, done, diagnostics).await;
            return Ok(Fate::There);
        };
        let keys = self.keys()?;
        let mut fate = Fate::There;
        let mut left = left_behind(self.planned);
        let elsewhere = keys_of(&left);
        let prior = self.planned.prior.as_ref();
        let mut older = tracked(prior, &elsewhere);
        let outcome = async {
            // Those that no list has shown yet, of before this apply or of one that failed, are late, not gone.
            let mut unseen: BTreeSet<String> =
                done.facts.late_keys.unseen.difference(&elsewhere).cloned().collect();
            unseen.insert(minted.key_id.clone());
            let known = older.union(&unseen).cloned().collect();
            let listed = self.listed(call, &keys, &minted, &known, end_before.as_deref()).await?;
            fate = listed.fate_of(&minted.key_id);
            if fate != Fate::There {
                done.facts.rotation.due = Some(Reason::KeyMissing);
            }
            done.facts.late_keys.seen(&listed.keys);
            if listed.keys.contains(&minted.key_id) {
                // This list knows of all that was made before.
                unseen.clear();
                done.facts.late_keys.unseen.clear();
            }
            done.facts.late_keys.found(&listed.keys, &known);
            // Whatever bears our marker besides the new key was handed over earlier, or left behind by a run that died.
            older = listed.keys.into_iter().chain(unseen).collect();
            older.remove(&minted.key_id);
            let last = prior.and_then(|prior| prior.key_id.known());
            for key in unused.of(&older, last) {
                keys.remove(call, [&key]).await?;
                done.facts.late_keys.gone([&key], self.graph()?.now());
                older.remove(&key);
            }
            if unused == Unused::All {
                remove_left(call, self.graph()?, &self.name, &mut left).await?;
            }
            Ok::<(), Failure>(())
        };
        if let Err(problem) = outcome.await {
            // Proofpoint has the new key: the next apply removes the old ones, whether or not there is a run.
            diagnostics.append(problem.into_iter().map(Diagnostic::into_warning));
        }
        older.remove(&minted.key_id);
        older.extend(keys_of(&left));
        done.facts.left = left;
        done.facts.rotation.proven = unused == Unused::All && !older.is_empty();
        done.model.superseded_key_ids = older.into();
        Ok(fate)
    }

    /// The keys that a list shows, without those that another state has made meanwhile. Where there are any, the list is looked at
    /// again: it may be from before they removed the new one.
    async fn listed(
        &self,
        call: &Call,
        keys: &Keys<'_>,
        minted: &Minted,
        known: &BTreeSet<String>,
        end_before: Option<&str>,
    ) -> Result<Listed, Failure> {
        let mut pauses = delays(FIRST_LOOK, LONGEST_LOOK).take(LOOKS_AT_A_RACE);
        loop {
            let listed = keys.list(call, known).await?;
            let is_a_successors = |key: &PasswordCredential| keys.is_a_successors(key, known);
            let mut end = None;
            if listed.iter().any(is_a_successors) {
                // As late as can be: it may have been given another key since it was given this one.
                let shown = self.organization.settings(call).await.ok().flatten();
                end = shown.and_then(|shown| shown.secret_expiry);
            }
            // What was shown before the new key was handed over may be late.
            let end = end.as_deref().filter(|end| Some(*end) != end_before);
            let seen = Listed::without_a_successors(&listed, is_a_successors, minted, end);
            let is_in_doubt = seen.has_younger && !seen.lacks(&minted.key_id);
            let Some(pause) = pauses.next().filter(|_| is_in_doubt) else { return Ok(seen) };
            if call.wait(pause).await.is_err() {
                return Ok(seen);
            }
        }
    }

    /// Whether another state has made a key for the same synchronization since the new one was made.
    pub(super) async fn is_overtaken(&self, call: &Call, minted: &Minted) -> Result<bool, Failure> {
        let (keys, known) = (self.keys()?, BTreeSet::new());
        let listed = keys.list(call, &known).await?;
        let is_a_successors = |key: &PasswordCredential| keys.is_a_successors(key, &known);
        Ok(Listed::without_a_successors(&listed, is_a_successors, minted, None).has_younger)
    }

    /// After the PUT of another credential, our keys are not in use any more; those that cannot be removed now are told of, and
    /// go with the next apply.
    pub(super) async fn leave_managed(&self, call: &Call, done: &mut Done, diagnostics: &mut Diagnostics) {
        let mut left = left_behind(self.planned);
        if !left.is_empty() {
            let outcome = match self.graph() {
                Ok(graph) => remove_left(call, graph, &self.name, &mut left).await,
                Err(problem) => Err(problem),
            };
            if let Err(problem) = outcome {
                diagnostics.append(problem.into_iter().map(Diagnostic::into_warning));
            }
        }
        if done.model.superseded_key_ids.is_unknown() {
            done.model.superseded_key_ids = if left.is_empty() { Attr::Null } else { keys_of(&left).into() };
        }
        done.facts.left = left;
    }

    /// The plan showed that the superseded keys go.
    pub(super) async fn retire_proven(&self, done: &mut Done) -> Result<(), Failure> {
        let superseded = self.planned.prior.as_ref().and_then(|prior| prior.superseded_key_ids.known());
        let (true, Some(superseded)) = (done.model.managed_client_secret.is_known(), superseded) else {
            return Ok(());
        };
        if done.model.superseded_key_ids.known().is_some_and(BTreeSet::is_empty) {
            let mut left = left_behind(self.planned);
            let elsewhere = keys_of(&left);
            let here: BTreeSet<String> = superseded.difference(&elsewhere).cloned().collect();
            self.keys()?.remove(self.call, &here).await?;
            done.facts.late_keys.gone(&here, self.graph()?.now());
            remove_left(self.call, self.graph()?, &self.name, &mut left).await?;
            done.facts.left = left;
            done.facts.rotation.proven = false;
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "old_keys_tests.rs"]
mod tests;
