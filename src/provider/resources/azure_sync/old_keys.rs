//! What becomes of the keys that Proofpoint had before: those of the same application, and those of one that was left.

use std::collections::{BTreeMap, BTreeSet};

use super::AzureSync;
use super::evidence::ends_then;
use super::managed_secret::{Keys, Minted};
use super::model::ManagedClientSecret;
use super::planning::{Credential, ends_managed};
use super::proof::gone;
use super::rotation::Reason;
use super::steps::{Apply, Done};
use crate::provider_block::Failure;
use clients::graph::{Graph, PasswordCredential};
use clients::http::Call;
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
}

/// Whether a stack that is known to show ends shows another one than that of the key that it was given.
pub(super) fn is_contradicted(shows_ends: bool, shown: &str, minted: Option<&Minted>) -> bool {
    shows_ends && minted.is_some_and(|minted| ends_then(shown, minted.end) == Some(false))
}

/// What a list shows after the new key was handed over.
struct Listed {
    /// The keys that are this resource's to deal with.
    listed: Vec<String>,
    /// Whether it knows of what was made after the new key, and not of that: somebody has removed it.
    lacks_the_new: bool,
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
    /// showed before it was given the new one.
    pub(super) async fn settle_keys(
        &self,
        call: &Call,
        minted: Option<Minted>,
        (unused, end_before): (Unused, Option<String>),
        done: &mut Done,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Failure> {
        if done.model.routing_ready_at.is_unknown() {
            done.model.routing_ready_at = Attr::Null;
        }
        let Some(minted) = minted else {
            self.leave_managed(call, done, diagnostics).await;
            return Ok(());
        };
        let keys = self.keys()?;
        // Whatever bears our marker besides the new key was handed over earlier, or left behind by a run that died.
        let mut older: BTreeSet<String> = self
            .planned
            .prior
            .iter()
            .flat_map(|prior| {
                prior.key_id.known().into_iter().chain(prior.superseded_key_ids.known().into_iter().flatten())
            })
            .cloned()
            .collect();
        let mut left = left_behind(self.planned);
        let elsewhere = keys_of(&left);
        older.retain(|key| !elsewhere.contains(key));
        let outcome = async {
            let tracked = self.planned.prior.as_ref().and_then(|prior| prior.key_id.known());
            // Those from before this apply that no list has shown yet are late, not gone.
            let mut unseen = done.facts.late_keys.unseen.clone();
            let known = older.union(&unseen).cloned().collect();
            let Listed { listed, lacks_the_new } =
                self.listed(call, &keys, &minted, &known, end_before.as_deref()).await?;
            if lacks_the_new {
                diagnostics.push(gone(&minted.key_id).into_warning());
                done.facts.rotation.due = Some(Reason::KeyMissing);
            }
            done.facts.late_keys.seen(&listed);
            if listed.contains(&minted.key_id) {
                // This list knows of all that was made before.
                unseen.retain(|key| listed.contains(key));
                done.facts.late_keys.unseen.clear();
            }
            older.retain(|key| listed.contains(key) || unseen.contains(key));
            // What an apply that failed has left, listed or not.
            older.extend(unseen.into_iter().filter(|key| !elsewhere.contains(key)));
            if listed.iter().any(|key| *key != minted.key_id && !older.contains(key)) {
                done.facts.late_keys.lost = None;
            }
            older.extend(listed);
            older.remove(&minted.key_id);
            let kept = match unused {
                Unused::All => None,
                Unused::Earlier => tracked,
                Unused::None => return Ok(()),
            };
            for key in older.clone().into_iter().filter(|key| Some(key) != kept) {
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
        Ok(())
    }

    /// The keys that a list shows, without those that another state has made meanwhile: Proofpoint may be given one of them at
    /// any moment, or holds it already. They are left alone, and the next plan tells of them.
    async fn listed(
        &self,
        call: &Call,
        keys: &Keys<'_>,
        minted: &Minted,
        known: &BTreeSet<String>,
        end_before: Option<&str>,
    ) -> Result<Listed, Failure> {
        let mut listed = keys.list(call, known).await?;
        let is_anothers = |key: &PasswordCredential| !known.contains(&key.key_id) && keys.is_anothers(key);
        let mut end = None;
        if listed.iter().any(is_anothers) {
            // As late as can be: it may have been given another key since it was given this one.
            let shown = self.organization.settings(call).await.ok().flatten();
            end = shown.and_then(|shown| shown.secret_expiry);
            end = end.filter(|end| Some(end.as_str()) != end_before);
        }
        let is_younger = |key: &PasswordCredential| is_anothers(key) && is_younger(key, minted);
        let has_the_new = listed.iter().any(|key| key.key_id == minted.key_id);
        let lacks_the_new = !has_the_new && listed.iter().any(is_younger);
        let is_held = |key: &PasswordCredential| {
            is_anothers(key) && end.as_deref().is_some_and(|end| is_held(key, minted, end))
        };
        listed.retain(|key| !is_younger(key) && !is_held(key));
        Ok(Listed { listed: listed.into_iter().map(|key| key.key_id).collect(), lacks_the_new })
    }

    /// Whether another state has made a key for the same synchronization since the new one was made.
    pub(super) async fn is_overtaken(&self, call: &Call, minted: &Minted) -> Result<bool, Failure> {
        let keys = self.keys()?;
        let listed = keys.list(call, &BTreeSet::new()).await?;
        Ok(listed.iter().any(|key| keys.is_anothers(key) && is_younger(key, minted)))
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
mod tests {
    use secrecy::SecretString;
    use serde_json::json;

    use super::*;

    /// A key that starts and ends then.
    fn key(start: Option<&str>, end: Option<&str>) -> PasswordCredential {
        let key = json!({ "keyId": "theirs", "startDateTime": start, "endDateTime": end });
        serde_json::from_value(key).unwrap()
    }

    /// The new key, before which these were listed.
    fn minted(start: Option<&str>, earlier: &[&str]) -> Minted {
        Minted {
            key_id: "new".to_owned(),
            hint: String::new(),
            start: start.map(|start| start.parse().unwrap()),
            end: "2028-01-01T00:00:00Z".parse().unwrap(),
            earlier: earlier.iter().map(|key| (*key).to_owned()).collect(),
            secret: SecretString::default(),
        }
    }

    #[test]
    fn a_key_is_younger_that_starts_no_earlier_and_was_not_listed_before() {
        let (start, before, after) = ("2026-01-01T00:00:10Z", "2026-01-01T00:00:09Z", "2026-01-01T00:00:11Z");
        let new = minted(Some(start), &["another"]);
        for (theirs, younger) in [(start, true), (after, true), (before, false)] {
            assert_eq!(is_younger(&key(Some(theirs), None), &new), younger, "{theirs}");
        }
        assert!(!is_younger(&key(Some(after), None), &minted(Some(start), &["theirs"])));
        // Without a date nothing tells.
        assert!(!is_younger(&key(None, None), &new));
        assert!(!is_younger(&key(Some(after), None), &minted(None, &[])));
    }

    #[test]
    fn proofpoint_holds_a_key_whose_end_it_shows_unless_that_is_the_end_of_the_new_one() {
        let (end, new) = ("2027-06-01T12:00:00Z", minted(None, &[]));
        let theirs = key(None, Some(end));
        assert!(is_held(&theirs, &new, "2027-06-01 12:00:00"));
        assert!(!is_held(&theirs, &new, "2027-06-01 12:00:01"));
        assert!(!is_held(&theirs, &new, "soon"));
        assert!(!is_held(&key(None, None), &new, "2027-06-01 12:00:00"));
        // Both end then.
        let same = key(None, Some("2028-01-01T00:00:00Z"));
        assert!(!is_held(&same, &new, "2028-01-01 00:00:00"));
    }

    #[test]
    fn old_keys_are_unused_once_the_new_one_is_proven_and_nothing_contradicts() {
        assert_eq!(Unused::after(true, false), Unused::All);
        assert_eq!(Unused::after(true, true), Unused::None);
        assert_eq!(Unused::after(false, false), Unused::None);
        assert_eq!(Unused::after(false, true), Unused::None);
    }

    #[test]
    fn beside_a_failure_the_key_before_is_kept_until_an_answer_from_after_the_put_was_seen() {
        for (contradicted, seen, creating, unused) in [
            (false, false, false, Unused::Earlier),
            (false, true, false, Unused::All),
            (false, false, true, Unused::All),
            (false, true, true, Unused::All),
            (true, true, true, Unused::None),
            (true, false, false, Unused::None),
        ] {
            let case = (contradicted, seen, creating);
            assert_eq!(Unused::beside_a_failure(contradicted, seen, creating), unused, "{case:?}");
        }
    }

    #[test]
    fn another_end_contradicts_only_on_a_stack_that_shows_ends_and_where_a_key_was_made() {
        let (another, new) = ("2027-06-01 12:00:00", minted(None, &[]));
        assert!(is_contradicted(true, another, Some(&new)));
        assert!(!is_contradicted(false, another, Some(&new)));
        assert!(!is_contradicted(true, another, None));
        assert!(!is_contradicted(true, "2028-01-01 00:00:00", Some(&new)));
        for no_time in ["soon", ""] {
            assert!(!is_contradicted(true, no_time, Some(&new)), "{no_time}");
        }
    }
}
