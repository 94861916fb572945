//! Proofpoint is given the settings and the key: a PUT that is tried again while a fresh key is refused, nothing that runs
//! before all that protects people is seen in place, and a look at what came of it.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;

use super::answers::{Change, EndShown, InPlace, LOOKS, LastAnswer, is_fresh, is_idle_still, may_be_late};
use super::echo::{self, Echoes};
use super::evidence::shows_end;
use super::exemptions;
use super::late_keys::LeftOver;
use super::managed_secret::Minted;
use super::steps::Apply;
use super::waiting::{afterwards, tidying};
use crate::provider_block::{Diagnose as _, Failure};
use clients::essentials::{Difference, Error, LastRun, Settings, Shown};
use clients::http::{Call, delays};
use framework::diagnostic::{Diagnostic, Diagnostics};

const FIRST_LOOK: Duration = Duration::from_millis(250);
const LONGEST_LOOK: Duration = Duration::from_secs(4);
const LONGEST_RETRY: Duration = Duration::from_secs(15);
/// How long a configured secret is tried with. It may be fresh, too, but is more often a wrong one, which should not take
/// the whole time of the operation to be told.
const CONFIGURED_PATIENCE: Duration = Duration::from_secs(120);

/// What is known once Proofpoint has the key.
pub(super) struct HandedOver {
    /// The last run before it.
    pub(super) run_before: LastRun,
    /// The end of a secret as it was shown before.
    pub(super) end_before: Option<String>,
    /// The settings as Proofpoint showed them in the end, if it did.
    pub(super) shown: Option<Shown>,
    /// Members that the stack shows otherwise than it was sent them.
    pub(super) echoes: Echoes,
    /// Whether it showed the end of this very key.
    pub(super) shows_end: bool,
    /// Whether an answer was seen that is certainly one from after the key was given.
    pub(super) seen: bool,
    /// Until when what it shows may be late, where it was not seen to show all that it was sent.
    pub(super) late_until: Option<Timestamp>,
    /// Why the rest was not done, so that nothing runs.
    pub(super) failure: Option<Failure>,
    /// Whether it may run nevertheless: the answer to the last PUT was lost.
    pub(super) may_run: bool,
}

impl HandedOver {
    /// What is known before the first answer, with what was shown before.
    fn after(before: Option<Shown>, echoes: &Echoes) -> Self {
        Self {
            end_before: before.as_ref().and_then(|shown| shown.secret_expiry.clone()),
            run_before: before.map(|shown| shown.last_run).unwrap_or_default(),
            shown: None,
            echoes: echoes.clone(),
            shows_end: false,
            seen: false,
            late_until: None,
            failure: None,
            may_run: false,
        }
    }

    /// Takes note of what an answer shows otherwise than it was sent. One from after the PUT, once seen, is seen for good.
    fn learn(
        &mut self,
        known: &Echoes,
        fresh: bool,
        differences: &[Difference],
        stale: impl Fn(&Difference) -> bool,
    ) {
        self.seen = self.seen || fresh;
        self.echoes = echo::learn(known, differences, stale);
    }

    /// Whether what was shown last may be from before the PUT.
    fn may_be_late(&self) -> bool {
        !self.seen || !echo::are_sure(&self.echoes)
    }
}

impl Apply<'_> {
    /// Gives Proofpoint settings and key. An error means that it does not have the key, or that nobody can tell.
    pub(super) async fn hand_over(
        &self,
        change: &Change<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<HandedOver, Failure> {
        let mut first = change.wanted.clone();
        if change.widens {
            // Until all that protects people is in place, nothing may run that was not allowed to run before.
            first.sync_frequency = 0;
        }
        let before = self.organization.settings(self.call).await?;
        let mut done = HandedOver::after(before, change.echoes);
        let supplied = self.send(change, &first).await?;
        diagnostics
            .append((!supplied.is_empty()).then(|| unknown_members(self.organization.domain(), &supplied)));
        // From here on Proofpoint has the key: whatever fails is told beside it.
        let protected = if change.widens {
            self.raise(change, &first, &mut done).await
        } else if change.present.is_none() {
            // There was nothing to bring them to before.
            self.bring_exemptions().await
        } else {
            Ok(())
        };
        if let Err(failure) = protected {
            done.failure = Some(failure);
            if done.may_be_late() {
                done.late_until = self.late_until();
            }
            return Ok(done);
        }
        self.read_back(change, &first, &mut done, diagnostics).await;
        Ok(done)
    }

    /// The exemptions, a look at everything that protects people, and only then the frequency.
    async fn raise(
        &self,
        change: &Change<'_>,
        idle: &Settings,
        done: &mut HandedOver,
    ) -> Result<(), Failure> {
        self.bring_exemptions().await?;
        let shown = self.see_in_place(change, idle, done).await?;
        // As late as can be: a run that ends before this has not used the new key.
        done.run_before = shown.last_run.clone();
        // What this version does not know goes back as it is shown now, which may be for the first time.
        let wanted = Settings { others: shown.others.clone(), ..change.wanted.clone() };
        done.shown = Some(shown);
        self.send_patiently(change, &wanted).await.map(drop).map_err(|error| {
            done.may_run = !error.is_definite_refusal();
            error.into()
        })
    }

    /// Until when an answer may be from before a PUT that was sent now: as long as the operation itself may take.
    fn late_until(&self) -> Option<Timestamp> {
        let now = self.session.essentials().ok()?.clock().now();
        now.checked_add(self.patience).ok()
    }

    async fn send(&self, change: &Change<'_>, settings: &Settings) -> Result<BTreeSet<String>, Failure> {
        let error = match self.send_patiently(change, settings).await {
            Ok(supplied) => return Ok(supplied),
            Err(error) => error,
        };
        let Some(minted) = change.minted else { return Err(error.into()) };
        if !error.is_definite_refusal() {
            self.leave(LeftOver::Known(minted.key_id.clone()));
            let mut left = error.diagnose();
            left.detail.push_str(
                " Whether Proofpoint has the new key is not known: it is left in place, and the next plan replaces it \
                 (`interrupted`).",
            );
            return Err(left.into());
        }
        let call = tidying(self.call);
        // An attempt whose answer was lost may have been taken nevertheless.
        let shown = self.organization.settings(&call).await.ok().flatten();
        let taken = shown.is_some_and(|shown| shows_end(&shown, minted.end));
        let mut refused = Diagnostic {
            summary: format!("Proofpoint refuses the settings of `{}`", self.organization.domain()),
            ..error.diagnose()
        };
        if taken {
            self.leave(LeftOver::Known(minted.key_id.clone()));
        } else {
            let is_removed = self.keys()?.remove(&call, [&minted.key_id]).await.is_ok();
            if !is_removed {
                self.leave(LeftOver::Known(minted.key_id.clone()));
            }
            refused.detail.push_str(if is_removed {
                " The key that was made for them has been removed again."
            } else {
                " The key that was made for them could not be removed; the next apply removes it."
            });
        }
        if change.present.is_none() {
            refused.detail.push_str(
                " Some stacks may want a first configuration to be saved once by hand: open the sync's page in the \
                 Proofpoint console, save it with this application and any client secret, and apply again.",
            );
        }
        Err(refused.into())
    }

    /// A key that was made a moment ago may be unknown where Proofpoint looks: a refusal is no answer before the time is up.
    async fn send_patiently(
        &self,
        change: &Change<'_>,
        settings: &Settings,
    ) -> Result<BTreeSet<String>, Error> {
        let call = patience(self.call, change.minted);
        let mut pauses = delays(FIRST_LOOK, LONGEST_RETRY);
        loop {
            let error = match self.organization.put_settings(&call, settings, change.secret).await {
                Err(error) if error.may_pass() => error,
                outcome => return outcome,
            };
            let Some(pause) = pauses.next() else { return Err(error) };
            tracing::info!(%error, "the settings are sent again");
            if call.wait(pause).await.is_err() {
                return Err(error);
            }
        }
    }

    /// Waits until Proofpoint shows all that decides what a run does, the exemptions included.
    async fn see_in_place(
        &self,
        change: &Change<'_>,
        idle: &Settings,
        done: &mut HandedOver,
    ) -> Result<Shown, Failure> {
        let mut place = InPlace::unseen();
        for pause in delays(FIRST_LOOK, LONGEST_LOOK) {
            match self.organization.settings(self.call).await {
                Ok(Some(shown)) => {
                    let differences = idle.differences(&shown.over(idle));
                    let fresh = is_fresh(change, idle, &shown);
                    let stale = |difference: &Difference| may_be_late(change, fresh, difference);
                    done.learn(change.echoes, fresh, &differences, stale);
                    let exempt = self.planned.model.exemptions.known();
                    let lacking = exemptions::lacking(&self.organization, self.call, exempt).await?;
                    place.saw(fresh, &differences, &lacking);
                    if place.missing.is_empty() {
                        return Ok(shown);
                    }
                    done.shown = Some(shown);
                }
                Ok(None) => {}
                Err(error) if error.is_definite_refusal() => return Err(error.into()),
                Err(error) => tracing::warn!(%error, "looking at the settings failed"),
            }
            if place.is_in_vain() || self.call.wait(pause).await.is_err() {
                break;
            }
        }
        Err(Diagnostic::error(
            format!("The sync of `{}` was not switched on", self.organization.domain()),
            format!(
                "Proofpoint accepted everything, but does not show it: {}. A run could do something else to people than was \
                 judged, so that `frequency` stays 0. Look at the sync's page in the Proofpoint \
                 console; set what the stack does not take to what it shows, and apply again.",
                place.missing.join("; ")
            ),
        )
        .at(super::model::SyncModel::frequency())
        .into())
    }

    /// Reads the settings back after the last PUT, and tells of members that read otherwise.
    async fn read_back(
        &self,
        change: &Change<'_>,
        first: &Settings,
        done: &mut HandedOver,
        diagnostics: &mut Diagnostics,
    ) {
        let call = afterwards(self.call);
        let mut last = LastAnswer::default();
        for (looks, pause) in (1..).zip(delays(FIRST_LOOK, LONGEST_LOOK).take(LOOKS)) {
            match self.organization.settings(&call).await {
                Ok(Some(shown)) => {
                    let differences = change.wanted.differences(&shown.over(&change.wanted));
                    let fresh = is_fresh(change, first, &shown);
                    let stale = |difference: &Difference| {
                        is_idle_still(first, difference) || may_be_late(change, fresh, difference)
                    };
                    done.learn(change.echoes, fresh, &differences, stale);
                    last = LastAnswer {
                        agrees: differences.is_empty(),
                        sure: echo::are_sure(&done.echoes),
                        end: EndShown::of(change.minted, &shown),
                    };
                    done.shown = Some(shown);
                    if last.is_enough(looks, change.shows_ends) {
                        break;
                    }
                }
                outcome => tracing::warn!(error = ?outcome.err(), "reading the settings back showed none"),
            }
            if call.wait(pause).await.is_err() {
                break;
            }
        }
        if done.shown.is_none() {
            diagnostics.warning(
                format!(
                    "Proofpoint does not show the settings of `{}` that it accepted",
                    self.organization.domain()
                ),
                "They were sent and accepted. The next plan looks again.",
            );
        }
        done.shows_end = last.end == EndShown::This;
        if last.may_be_late(change.shows_ends) {
            done.late_until = self.late_until();
        }
        let told = (done.late_until, &self.planned.model);
        echo::tell(&done.echoes, told, self.organization.domain(), diagnostics);
    }
}

/// How long a PUT is tried: a key that was made for it is fresh for certain, and refused for nobody knows how long.
fn patience(call: &Call, minted: Option<&Minted>) -> Call {
    match minted {
        Some(_) => call.clone(),
        None => call.at_most(CONFIGURED_PATIENCE),
    }
}

fn unknown_members(organization: &str, supplied: &BTreeSet<String>) -> Diagnostic {
    let names: Vec<String> = supplied.iter().map(|name| format!("`{name}`")).collect();
    Diagnostic::warning(
        format!("The stack of `{organization}` has options of the sync that this version does not know"),
        format!(
            "Proofpoint refuses settings without {}, so that each was sent as `false`. Look at the sync's page in the Proofpoint \
             console: what is set there is kept from now on.",
            names.join(", ")
        ),
    )
}

#[cfg(test)]
#[path = "handover_tests.rs"]
mod tests;
