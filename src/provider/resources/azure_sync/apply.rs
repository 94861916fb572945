//! The steps of a create or update, in the order in which an interruption does the least harm:
//! checks, secret, settings that run nothing yet, exemptions, settings that run, proof, removal of old keys.

use super::answers::Change;
use super::due;
use super::handover::HandedOver;
use super::judging::{Foreseen, Judge, Refusal};
use super::late_keys::LeftOver;
use super::managed_secret::Minted;
use super::model::{ManagedClientSecret, SyncModel};
use super::old_keys::{Unused, is_contradicted};
use super::planning::{exemptions_taken_over, needs_put};
use super::preflight::{Preflight, declared_roles};
use super::proof::{Unproven, gone, prove};
use super::settings::{self, settings};
use super::sides::Side;
use super::steps::{Apply, Done};
use super::waiting::{self, Run};
use super::{exemptions, rotation};
use crate::provider_block::Failure;
use clients::essentials::{Settings, Shown};
use clients::http::Call;
use framework::attr::Attr;
use framework::diagnostic::{Diagnostic, Diagnostics};

/// What is told where nothing of a failed creation is taken back.
const OVERTAKEN: &str = " Another state has set the sync up at the same time, so that nothing was removed again: see to it that one \
                         configuration alone has it, and apply that one.";

impl Apply<'_> {
    /// Brings the organization to what the plan says.
    pub(super) async fn run(
        &self,
        shown: Option<&Shown>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Done, Failure> {
        let mut done =
            Done { model: self.planned.model.clone(), facts: self.planned.private.clone(), failure: None };
        done.facts.stack = Some(self.organization.stack().to_owned());
        done.facts.owner = Some(self.owner.clone());
        let wanted = settings(&done.model, shown);
        let present = shown.map(|shown| settings::present(shown, self.planned.prior.as_ref()));
        if let Some(exempt) = exemptions_taken_over(self.planned) {
            exemptions::refuse_unlisted(&self.organization, self.call, exempt).await?;
        }
        done.facts.exemptions_found = 0;
        if needs_put(self.planned.prior.as_ref(), &done.model) {
            Box::pin(self.put(present, wanted, &mut done, diagnostics)).await?;
        } else {
            self.exempt(present.as_ref(), &wanted).await?;
            if done.model.managed_client_secret.is_null() {
                self.leave_managed(self.call, &mut done, diagnostics).await;
            } else if done.facts.rotation.proven {
                self.retire_proven(&mut done).await?;
            }
        }
        Ok(done)
    }

    /// The way with a PUT, and so with a secret.
    async fn put(
        &self,
        present: Option<Settings>,
        wanted: Settings,
        done: &mut Done,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Failure> {
        let widens = due::widens(self.planned, present.as_ref(), &wanted);
        let new = present.is_none();
        let waits = done.model.wait_for_sync == Attr::Known(true) && wanted.sync_frequency > 0;
        let sign_in = self.look_before(diagnostics).await?;
        let foreseen = match self.foresee(present.as_ref(), &wanted, waits).await {
            // One cause is told once.
            Err(refusal @ Refusal::SignIn(_)) => return Err(refusal.into()),
            foreseen => {
                diagnostics.append(sign_in);
                foreseen?
            }
        };
        let turn = self.session.turn(self.call, &self.name).await?;
        if present.is_some() {
            // What cannot be protected costs no key. Nobody loses protection before the settings are in place.
            if widens { self.add_exemptions().await? } else { self.bring_exemptions().await? }
        }
        let minted = self.mint_if_managed(&done.model).await?;
        let secret = match &minted {
            Some(minted) => minted.secret.clone(),
            None => self.configured_secret()?,
        };
        let change = Change {
            wanted: wanted.clone(),
            present,
            sent_before: self.planned.prior.as_ref().map(|prior| settings(prior, None)),
            widens,
            secret: &secret,
            minted: minted.as_ref(),
            echoes: &self.planned.private.echoes,
            shows_ends: self.planned.private.rotation.shows_ends,
        };
        let handed = self.hand_over(&change, diagnostics).await?;
        self.session.claim(&self.name, &self.owner);
        drop(turn);
        self.record(&handed, minted.as_ref(), done);
        let HandedOver { run_before, end_before, shown, seen, failure, may_run, .. } = handed;
        let shown_end = done.model.secret_expiry.text();
        let contradicted = is_contradicted(done.facts.rotation.shows_ends, shown_end, minted.as_ref());
        let call = if waits { waiting::afterwards(self.call) } else { self.call.clone() };
        if let Some(failure) = failure {
            let call = waiting::afterwards(self.call);
            if new && self.planned.prior.is_none() && !may_run {
                return Err(self.take_back(&call, failure, minted.as_ref()).await);
            }
            done.model.frequency = 0.into();
            done.failure = Some(failure);
            // Nothing runs.
            let unused = Unused::beside_a_failure(contradicted, seen, self.planned.prior.is_none());
            let idle = Settings { sync_frequency: 0, ..wanted };
            let fate = self.settle_keys(&call, minted, (unused, end_before), done, diagnostics).await?;
            self.outlast(fate, &idle, done, diagnostics).await;
            return Ok(());
        }
        let ran = match shown {
            Some(shown) if waits && waiting::shows_runs(&run_before, &shown) => {
                self.wait(&wanted, &run_before, minted.as_ref(), &mut done.model, diagnostics).await?
            }
            _ if waits => {
                diagnostics.push(waiting::blind());
                false
            }
            _ => false,
        };
        if let (true, Some(Foreseen { settled, .. })) = (ran, &foreseen) {
            diagnostics.append(Judge { call: &call, ..self.judge(&wanted) }.after_run(settled).await);
        }
        let unused = Unused::after(ran || wanted.sync_frequency == 0, contradicted);
        let fate = self.settle_keys(&call, minted, (unused, end_before), done, diagnostics).await?;
        self.outlast(fate, &wanted, done, diagnostics).await;
        Ok(())
    }

    /// Looks once more before the first write: now every problem counts.
    async fn look_before(&self, diagnostics: &mut Diagnostics) -> Result<Option<Diagnostic>, Failure> {
        let preflight = Preflight {
            session: self.session,
            call: self.call,
            graph: self.graph.as_ref(),
            side: Side::There(&self.organization),
            model: &self.planned.model,
        };
        preflight.refuse_problems(diagnostics).await
    }

    /// What a run would do to people, where somebody has to know.
    async fn foresee(
        &self,
        present: Option<&Settings>,
        wanted: &Settings,
        waits: bool,
    ) -> Result<Option<Foreseen>, Refusal> {
        if due::is_due(self.planned, present, wanted) {
            self.judge(wanted).judge().await
        } else if waits {
            // Nothing that has to be judged, only something to compare the run with.
            Ok(self.judge(wanted).judge().await.ok().flatten())
        } else {
            Ok(None)
        }
    }

    fn judge<'b>(&'b self, settings: &'b Settings) -> Judge<'b> {
        Judge {
            session: self.session,
            call: self.call,
            graph: self.graph.as_ref(),
            side: Side::There(&self.organization),
            model: &self.planned.model,
            settings,
        }
    }

    /// Writes down what the handover came to.
    pub(super) fn record(&self, handed: &HandedOver, minted: Option<&Minted>, done: &mut Done) {
        let now = self.graph.as_ref().map(|graph| graph.clock().now());
        done.facts.echoes = handed.echoes.clone();
        done.facts.late_until = handed.late_until;
        done.facts.rotation = rotation::Facts {
            run_before_handover: handed.run_before.at().map(str::to_owned),
            handed_over: minted.and(now),
            shows_ends: handed.shows_end || self.planned.private.rotation.shows_ends,
            ..rotation::Facts::default()
        };
        let model = &mut done.model;
        let shown = handed.shown.as_ref().and_then(|shown| shown.secret_expiry.clone());
        model.secret_expiry = shown.into();
        if model.routing_ready_at.is_unknown() && model.wait_for_sync != Attr::Known(true) {
            model.routing_ready_at = Attr::Null;
        }
        if let Some((minted, now)) = minted.zip(now) {
            done.facts.late_keys.made(&minted.key_id, now);
        }
        if let Some(minted) = minted {
            model.key_id = minted.key_id.as_str().into();
            model.key_hint = minted.hint.as_str().into();
            model.key_end_date = minted.end.to_string().into();
            if model.rotation_reason.is_unknown() {
                model.rotation_reason = rotation::Reason::SettingsChanged.into();
            }
        }
    }

    async fn mint_if_managed(&self, model: &SyncModel) -> Result<Option<Minted>, Failure> {
        match model.managed_client_secret.known() {
            Some(managed) => self.mint(managed).await.map(Some),
            None => Ok(None),
        }
    }

    pub(super) async fn mint(&self, managed: &ManagedClientSecret) -> Result<Minted, Failure> {
        let (graph, keys) = (self.graph()?, self.keys()?);
        let client_id = self.planned.model.client_id.text();
        let declared = declared_roles(graph, self.call, client_id).await?;
        let minted = keys.mint(self.call, managed, graph.now()).await.map_err(|unmade| {
            if unmade.is_lost {
                self.leave(LeftOver::Lost);
            }
            unmade.problem
        })?;
        let proof = prove(self.call, &keys, client_id, &minted, &declared).await;
        if let Err(Unproven::Gone) = proof {
            return Err(gone(&minted.key_id).into());
        }
        if let Err(Unproven::Refused(diagnostics)) = proof {
            // Nobody was given this key: it need not wait for the next run to be found.
            if let Err(left) = keys.remove(&waiting::tidying(self.call), [&minted.key_id]).await {
                tracing::warn!(key_id = minted.key_id, error = ?left, "a key that was not handed over is left behind");
                self.leave(LeftOver::Known(minted.key_id));
            }
            return Err(diagnostics);
        }
        Ok(minted)
    }

    /// Waits for the next run. True when one was seen. Whatever goes wrong is a warning: the settings are in place and the
    /// key is handed over, which must be in the state.
    async fn wait(
        &self,
        wanted: &Settings,
        before: &clients::essentials::LastRun,
        minted: Option<&Minted>,
        model: &mut SyncModel,
        diagnostics: &mut Diagnostics,
    ) -> Result<bool, Failure> {
        let clock = self.session.essentials()?.clock();
        let now = || clock.now();
        let creating = self.planned.prior.is_none();
        let patient = waiting::patience(self.call, model, creating, wanted.sync_frequency);
        let look = || {
            let (organization, call) = (self.organization.clone(), waiting::afterwards(&patient));
            async move { organization.settings(&call).await }
        };
        let domain = self.organization.domain();
        let gone_meanwhile = async {
            match (minted, self.keys()) {
                (Some(minted), Ok(keys)) => {
                    keys.until_gone(&patient, &minted.key_id, waiting::LONGEST_LOOK).await;
                    gone(&minted.key_id)
                }
                _ => std::future::pending().await,
            }
        };
        let run = tokio::select! {
            run = waiting::run(domain, &patient, before, look, now) => run,
            // No run can succeed any more.
            gone = gone_meanwhile => Err(gone),
        };
        if model.routing_ready_at.is_unknown() && !matches!(run, Ok(Run::Succeeded(_))) {
            model.routing_ready_at = Attr::Null;
        }
        let at = match run {
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

    /// Removes settings that this apply has made and that nothing runs of, with every key that was made for them: a create that
    /// fails leaves no state that would know of them. Where another state has set it up meanwhile, that one's next apply finds the
    /// key and goes on from there.
    async fn take_back(&self, call: &Call, failure: Failure, minted: Option<&Minted>) -> Failure {
        let outcome = async {
            if let Some(minted) = minted
                && self.is_overtaken(call, minted).await?
            {
                return Ok(OVERTAKEN);
            }
            self.organization.delete_settings(call).await?;
            if self.planned.model.managed_client_secret.is_known() {
                let made = minted.iter().map(|minted| minted.key_id.clone()).collect();
                self.keys()?.remove_all(call, &made).await?;
            }
            Ok::<_, Failure>(" What was made for it at Proofpoint and in Entra has been removed again.")
        };
        let told = match outcome.await {
            Ok(told) => told,
            Err(problem) => {
                tracing::warn!(?problem, "what a failed create has made is left behind");
                " What was made for it could not be removed again; nothing runs, and the next apply goes on from there."
            }
        };
        let mut failures = Diagnostics::new();
        failures.append(failure.into_iter().map(|mut failure| {
            failure.detail.push_str(told);
            failure
        }));
        failures.into()
    }

    /// Changes of exemptions alone need no secret.
    async fn exempt(&self, present: Option<&Settings>, wanted: &Settings) -> Result<(), Failure> {
        let exempt = &self.planned.model.exemptions;
        if !exempt.is_known() || self.planned.prior.as_ref().is_some_and(|prior| prior.exemptions == *exempt)
        {
            return Ok(());
        }
        if due::is_due_to_exemptions(self.planned, present, wanted) {
            self.judge(wanted).judge().await?;
        }
        self.bring_exemptions().await
    }
}
