//! Another state that sets the same synchronization up at the same time. It may take the new key for an old one of its own and
//! remove it while Proofpoint is being given it: then that gets yet another one, since it would hold a dead one otherwise.

use super::answers::Change;
use super::managed_secret::Minted;
use super::old_keys::{Fate, Unused, is_contradicted};
use super::proof::gone;
use super::steps::{Apply, Done};
use crate::provider_block::Failure;
use clients::essentials::Settings;
use framework::diagnostic::{Diagnostic, Diagnostics};

/// How many further keys an apply makes at most: two states that go on removing each other's would never end.
const FURTHER: usize = 2;

impl Apply<'_> {
    /// Gives Proofpoint another key for as long as the one that it was given is lost. What does not come off is told of, and is the
    /// next plan's: the settings are in place.
    pub(super) async fn outlast(
        &self,
        mut fate: Fate,
        wanted: &Settings,
        done: &mut Done,
        diagnostics: &mut Diagnostics,
    ) {
        for _ in 0..FURTHER {
            if fate != Fate::Lost {
                break;
            }
            fate = match self.hand_over_another(wanted, done, diagnostics).await {
                Ok(fate) => fate,
                Err(problem) => {
                    diagnostics.append(problem.into_iter().map(Diagnostic::into_warning));
                    break;
                }
            };
        }
        if fate != Fate::There {
            diagnostics.push(gone(done.model.key_id.text()).into_warning());
        }
    }

    async fn hand_over_another(
        &self,
        wanted: &Settings,
        done: &mut Done,
        diagnostics: &mut Diagnostics,
    ) -> Result<Fate, Failure> {
        let Some(managed) = done.model.managed_client_secret.known() else { return Ok(Fate::There) };
        let _turn = self.session.turn(self.call, &self.name).await?;
        let handed = async {
            let minted = self.mint(managed).await?;
            let change = Change {
                wanted: wanted.clone(),
                present: Some(wanted.clone()),
                sent_before: Some(wanted.clone()),
                widens: false,
                secret: &minted.secret,
                minted: Some(&minted),
                echoes: &done.facts.echoes,
                shows_ends: done.facts.rotation.shows_ends,
            };
            let handed = self.hand_over(&change, diagnostics).await?;
            Ok::<(Minted, _), Failure>((minted, handed))
        };
        let handed = handed.await;
        let now = self.graph()?.now();
        if let Some(key) = self.left_over.get() {
            done.facts.late_keys.left_over(key, now);
        }
        let (minted, handed) = handed?;
        done.facts.late_keys.gone(done.model.key_id.known(), now);
        self.record(&handed, Some(&minted), done);
        let contradicted =
            is_contradicted(done.facts.rotation.shows_ends, done.model.secret_expiry.text(), Some(&minted));
        let unused = Unused::after(wanted.sync_frequency == 0, contradicted);
        self.settle_keys(self.call, Some(minted), (unused, handed.end_before), done, diagnostics).await
    }
}
