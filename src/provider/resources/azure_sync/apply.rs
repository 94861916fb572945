//! The steps of a create or update, in the order in which an interruption does the least harm:
//! checks, secret, settings that run nothing yet, exemptions, settings that run, proof, removal of old keys.

use std::collections::BTreeSet;

use secrecy::SecretString;

use super::due;
use super::judging::{Foreseen, Judge};
use super::managed_secret::{Keys, Minted, prove};
use super::model::SyncModel;
use super::planning::{Credential, drops_an_exemption, exemptions_taken_over, needs_put};
use super::preflight::{Preflight, declared_roles};
use super::settings::{self, settings, widens};
use super::waiting::{self, Run};
use super::{AzureSync, Facts, exemptions};
use crate::provider_block::{Diagnose as _, Session};
use clients::essentials::{LastRun, Organization, Settings, Shown};
use clients::graph::Graph;
use clients::http::Call;
use framework::attr::Attr;
use framework::diagnostic::{Diagnostic, Diagnostics};
use framework::resource::Planned;

/// What the steps work with.
pub(super) struct Apply<'a> {
    pub(super) session: &'a Session,
    pub(super) call: &'a Call,
    pub(super) graph: Option<Graph>,
    pub(super) organization: Organization,
    pub(super) planned: &'a Planned<AzureSync>,
}

/// What is known when the steps are done.
pub(super) struct Done {
    pub(super) model: SyncModel,
    pub(super) facts: Facts,
}

impl Apply<'_> {
    /// Brings the organization to what the plan says. `name` is the primary domain of the organization.
    pub(super) async fn run(
        &self,
        name: &str,
        shown: Option<&Shown>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Done, Diagnostics> {
        let mut model = self.planned.model.clone();
        let mut facts = self.planned.private.clone();
        facts.stack = Some(self.organization.stack().to_owned());
        let wanted = settings(&model, shown);
        let present = shown.map(|shown| settings::present(shown, self.planned.prior.as_ref()));
        let present = present.as_ref();
        if let Some(exempt) = exemptions_taken_over(self.planned) {
            exemptions::refuse_unlisted(&self.organization, self.call, exempt).await?;
        }
        if needs_put(self.planned.prior.as_ref(), &model) {
            self.put(name, present, &wanted, &mut model, &mut facts, diagnostics).await?;
        } else {
            self.exempt(present, &wanted).await?;
            if facts.rotation.proven {
                self.retire_proven(name, &mut model, &mut facts).await?;
            }
        }
        Ok(Done { model, facts })
    }

    /// The way with a PUT, and so with a secret.
    async fn put(
        &self,
        name: &str,
        present: Option<&Settings>,
        wanted: &Settings,
        model: &mut SyncModel,
        facts: &mut Facts,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Diagnostics> {
        let widens = widens(present, wanted);
        let preflight = Preflight {
            session: self.session,
            call: self.call,
            graph: self.graph.as_ref(),
            organization: &self.organization,
            model,
        };
        preflight.refuse_problems(diagnostics).await?;
        let waits = model.wait_for_sync == Attr::Known(true) && wanted.sync_frequency > 0;
        let judge = self.judge(wanted);
        let foreseen = if due::is_due(self.planned, present, wanted) {
            judge.judge().await?
        } else if waits {
            // Nothing that has to be judged, only something to compare the run with.
            judge.judge().await.ok().flatten()
        } else {
            None
        };
        let minted = match model.managed_client_secret.known() {
            Some(managed) => {
                let keys = Keys::new(self.graph()?, managed, name)?;
                Some(self.mint(&keys, managed).await?)
            }
            None => None,
        };
        let secret = match &minted {
            Some(minted) => minted.secret.clone(),
            None => self.configured_secret()?,
        };
        if widens {
            // Until the exemptions are in place, nothing may run that was not allowed to run before.
            let idle = Settings { sync_frequency: 0, ..wanted.clone() };
            self.send(&idle, &secret).await?;
            self.bring_exemptions().await?;
        }
        // Read as late as can be: a run that ends before this has not used the new key.
        let before = self.last_run().await?;
        self.send(wanted, &secret).await?;
        if !widens {
            self.bring_exemptions().await?;
        }
        let shown = self.confirm(wanted).await?;
        model.secret_expiry = shown.secret_expiry.clone().into();
        facts.rotation = super::rotation::Facts {
            run_before_handover: before.at().map(str::to_owned),
            ..super::rotation::Facts::default()
        };
        let ran = if !waits {
            false
        } else if waiting::shows_runs(&before, &shown) {
            self.wait(wanted, &before, model, diagnostics).await?
        } else {
            diagnostics.push(waiting::blind());
            false
        };
        if model.routing_ready_at.is_unknown() {
            model.routing_ready_at = Attr::Null;
        }
        let call = if waits { waiting::afterwards(self.call) } else { self.call.clone() };
        if let (true, Some(Foreseen { settled, .. })) = (ran, &foreseen) {
            diagnostics.append(Judge { call: &call, ..judge }.after_run(settled).await);
        }
        let proven = ran || wanted.sync_frequency == 0;
        self.settle_keys(&call, name, minted, proven, model, diagnostics).await
    }

    fn judge<'a>(&'a self, settings: &'a Settings) -> Judge<'a> {
        Judge {
            call: self.call,
            graph: self.graph.as_ref(),
            organization: &self.organization,
            model: &self.planned.model,
            settings,
        }
    }

    async fn send(&self, settings: &Settings, secret: &SecretString) -> Result<(), Diagnostics> {
        let sent = self.organization.put_settings(self.call, settings, secret).await;
        sent.map_err(|error| error.diagnose().into())
    }

    async fn last_run(&self) -> Result<LastRun, Diagnostics> {
        let settings = self.organization.settings(self.call).await.map_err(|error| error.diagnose())?;
        Ok(settings.map(|settings| settings.last_run).unwrap_or_default())
    }

    async fn mint(
        &self,
        keys: &Keys<'_>,
        managed: &super::model::ManagedClientSecret,
    ) -> Result<Minted, Diagnostics> {
        let graph = self.graph()?;
        let client_id = self.planned.model.client_id.text();
        let declared = declared_roles(graph, self.call, client_id).await?;
        let minted = keys.mint(self.call, managed, graph.now()).await?;
        if let Err(diagnostics) = prove(self.call, graph, client_id, &minted, &declared).await {
            // Nobody was given this key: it need not wait for the next run to be found.
            if let Err(left) = keys.remove(self.call, [&minted.key_id]).await {
                tracing::warn!(key_id = minted.key_id, error = ?left, "a key that was not handed over is left behind");
            }
            return Err(diagnostics);
        }
        Ok(minted)
    }

    /// Reads the settings back: Proofpoint must show what it was given.
    async fn confirm(&self, wanted: &Settings) -> Result<Shown, Diagnostics> {
        let shown = self.organization.settings(self.call).await.map_err(|error| error.diagnose())?;
        let Some(shown) = shown else {
            return Err(Diagnostic::error(
                "Proofpoint does not show the settings it accepted",
                "The settings were sent and accepted, but reading them back finds none. Apply again.",
            )
            .into());
        };
        if wanted.differences(&shown.over(wanted)).is_empty() {
            return Ok(shown);
        }
        Err(Diagnostic::error(
            "Proofpoint shows other settings than it accepted",
            "The settings were sent and accepted, but reading them back gives others: somebody may be changing them in the \
             console. Apply again.",
        )
        .into())
    }

    /// Waits for the next run. True when one was seen. Whatever goes wrong is a warning: the settings are in place and the
    /// key is handed over, which must be in the state.
    async fn wait(
        &self,
        wanted: &Settings,
        before: &LastRun,
        model: &mut SyncModel,
        diagnostics: &mut Diagnostics,
    ) -> Result<bool, Diagnostics> {
        let clock = self.session.essentials()?.clock();
        let now = || clock.now();
        let creating = self.planned.prior.is_none();
        let patient = waiting::patience(self.call, model, creating, wanted.sync_frequency);
        let look = || {
            let (organization, call) = (self.organization.clone(), waiting::afterwards(&patient));
            async move { organization.settings(&call).await }
        };
        let domain = self.organization.domain();
        let at = match waiting::run(domain, &patient, before, look, now).await {
            Ok(Run::Succeeded(at)) => at,
            Ok(Run::Missed) => {
                diagnostics.push(waiting::missed(wanted.sync_frequency));
                return Ok(false);
            }
            Err(problem) => {
                diagnostics.push(problem.into_warning());
                return Ok(false);
            }
        };
        if model.routing_ready_at.is_unknown() {
            model.routing_ready_at = waiting::routing_ready_at(at).to_string().into();
        }
        if model.wait_for_routing == Attr::Known(true)
            && let Some(ready) = model.routing_ready_at.known().and_then(|time| time.parse().ok())
            && let Err(problem) = waiting::routing(domain, &patient, ready, look, now).await
        {
            diagnostics.push(problem.into_warning());
        }
        Ok(true)
    }

    /// Says in the model which keys there are now, and removes those that are proven to be unused.
    async fn settle_keys(
        &self,
        call: &Call,
        name: &str,
        minted: Option<Minted>,
        proven: bool,
        model: &mut SyncModel,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Diagnostics> {
        let Some(minted) = minted else {
            return self.leave_managed(call, name, diagnostics).await;
        };
        let Some(managed) = model.managed_client_secret.known().cloned() else { return Ok(()) };
        let keys = Keys::new(self.graph()?, &managed, name)?;
        model.key_id = minted.key_id.as_str().into();
        model.key_hint = minted.hint.into();
        model.key_end_date = minted.end.to_string().into();
        if model.rotation_reason.is_unknown() {
            model.rotation_reason = super::rotation::Reason::SettingsChanged.text().into();
        }
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
        let outcome = async {
            let tracked = self.planned.prior.as_ref().and_then(|prior| prior.key_id.known());
            let listed = keys.list(call, tracked.map(String::as_str)).await?;
            older.retain(|key| listed.contains(key));
            older.extend(listed.into_iter().filter(|key| *key != minted.key_id));
            if proven {
                keys.remove(call, &older).await?;
                older.clear();
            }
            Ok::<(), Diagnostics>(())
        };
        if let Err(problem) = outcome.await {
            // Proofpoint has the new key: the old ones can be removed by a later apply.
            diagnostics.append(problem.into_iter().map(Diagnostic::into_warning));
        }
        older.remove(&minted.key_id);
        model.superseded_key_ids = older.into();
        Ok(())
    }

    /// After the PUT of another credential: our keys are not in use any more.
    async fn leave_managed(
        &self,
        call: &Call,
        name: &str,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Diagnostics> {
        let Some(prior) = &self.planned.prior else { return Ok(()) };
        let Some(managed) = prior.managed_client_secret.known() else { return Ok(()) };
        if Credential::of(&self.planned.config) == Credential::None {
            return Ok(());
        }
        let outcome = async {
            let keys = Keys::new(self.graph()?, managed, name)?;
            keys.remove_all(call, prior.key_id.known().map(String::as_str)).await
        };
        if let Err(problem) = outcome.await {
            diagnostics.append(problem.into_iter().map(Diagnostic::into_warning));
        }
        Ok(())
    }

    /// The plan showed that the superseded keys go.
    async fn retire_proven(
        &self,
        name: &str,
        model: &mut SyncModel,
        facts: &mut Facts,
    ) -> Result<(), Diagnostics> {
        let superseded = self.planned.prior.as_ref().and_then(|prior| prior.superseded_key_ids.known());
        let (Some(managed), Some(superseded)) = (model.managed_client_secret.known(), superseded) else {
            return Ok(());
        };
        if model.superseded_key_ids.known().is_some_and(BTreeSet::is_empty) {
            Keys::new(self.graph()?, managed, name)?.remove(self.call, superseded).await?;
            facts.rotation.proven = false;
        }
        Ok(())
    }

    /// Changes of exemptions alone need no secret.
    async fn exempt(&self, present: Option<&Settings>, wanted: &Settings) -> Result<(), Diagnostics> {
        let exempt = &self.planned.model.exemptions;
        if !exempt.is_known() || self.planned.prior.as_ref().is_some_and(|prior| prior.exemptions == *exempt)
        {
            return Ok(());
        }
        if drops_an_exemption(self.planned) && present.is_some_and(|present| present.sync_frequency > 0) {
            self.judge(wanted).judge().await?;
        }
        self.bring_exemptions().await
    }

    async fn bring_exemptions(&self) -> Result<(), Diagnostics> {
        let Some(exempt) = self.planned.model.exemptions.known() else { return Ok(()) };
        let before = self.planned.prior.as_ref().and_then(|prior| prior.exemptions.known());
        exemptions::apply(&self.organization, self.call, before, exempt).await
    }

    fn configured_secret(&self) -> Result<SecretString, Diagnostics> {
        let config = &self.planned.config;
        let secret = config.client_secret_wo.known().or(config.client_secret.known());
        secret.cloned().map(SecretString::from).ok_or_else(|| {
            Diagnostic::error(
                "A client secret is needed",
                "Proofpoint is given a client secret together with the settings, and the configuration holds none.",
            )
            .into()
        })
    }

    pub(super) fn graph(&self) -> Result<&Graph, Diagnostics> {
        self.graph.as_ref().ok_or_else(|| {
            Diagnostic::error(
                "The provider is not configured for Entra",
                "A managed secret is made in Entra. Configure how to sign in there, for example with `ARM_TENANT_ID`, \
                 `ARM_CLIENT_ID` and `ARM_CLIENT_SECRET`.",
            )
            .into()
        })
    }
}
